"""C5: an organization's name that can be taken for another's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import looks_like, skeleton

NAME = "Working Families Alliance"


@pytest.mark.parametrize(
    "name",
    [
        "Working Families Alliance",
        "working  families alliance",
        "W0rking Families Alliance",
        "Wоrking Fаmilies Alliаnce",  # Cyrillic о and а
        "Wοrking Families Alliance",  # Greek omicron
        "Ｗｏｒｋｉｎｇ Families Alliance",
        "𝐖𝐨𝐫𝐤𝐢𝐧𝐠 Families Alliance",
        "Workíng Fämilies Alliance",
        "Worklng Families Alliance",
        "Working-Families.Alliance!",
        "Working Famillies Alliance",
        "Working Families Aliance",
        "Workng Famlies Alliance",
        "VVorking Farnilies Alliance",
        "Wokring Families Alliance",
        "Wrking Familes Alliance",
        "Orking Families Alliance",
    ],
)
def test_a_name_that_can_be_mistaken_is_found(name: str) -> None:
    """C5: other scripts, digits, accents, slips of up to two letters."""
    assert looks_like(NAME, name)
    assert looks_like(name, NAME)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Austin DSA", "Boston DSA"),
        ("Local 1021", "Local 1022"),
        ("Tenants Union", "Teachers Union"),
        ("DSA", "PSL"),
        ("Reclaim", "Our Streets"),
        ("Sunrise Denver", "Sunrise Dallas"),
        ("Justicia Ya", "Justicia"),
        ("Northwest Arkansas DSA", "Northeast Arkansas DSA"),
        ("Southern Illinois DSA", "Northern Illinois DSA"),
        ("Red River Valley DSA", "New River Valley DSA"),
        ("Yolo County DSA", "Polk County DSA"),
    ],
)
def test_honest_neighbours_are_not_mistaken(one: str, other: str) -> None:
    """C5: short names differ by little, locals by their number."""
    assert not looks_like(one, other)


def test_letters_that_look_like_two_are_read_as_two() -> None:
    """C5: rn and m, vv and w."""
    assert looks_like("Modern Tenants", "Modem Tenants")
    assert skeleton("vvarm") == skeleton("warm")


def test_names_in_other_scripts_are_compared_as_well() -> None:
    """C5: a skeleton is not only for Latin letters."""
    assert looks_like("团结", "团结")
    assert not looks_like("团结", "工会")


@given(st.text(max_size=60), st.text(max_size=60))
def test_comparing_names_never_breaks(one: str, other: str) -> None:
    """C2: any two texts; both ways the same; every name looks like itself."""
    assert looks_like(one, other) == looks_like(other, one)
    assert looks_like(one, one)
    assert skeleton(skeleton(one)) == skeleton(skeleton(skeleton(one)))
