"""A law that cannot fail is none: each is shown something that breaks it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.laws import test_imports, test_size_and_style, test_tracked_files, test_words
from tests.laws.sources import Source, sources


def source(folder: Path, text: str) -> Source:
    """A file outside the repository, as the laws see it."""
    path = folder / "feature.py"
    path.write_text(text)
    return Source(path)


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nx = datetime.now()", "import datetime\nx = datetime.datetime.utcnow()",
        "from datetime import date\nx = date.today()", "import time\nx = time.monotonic()",
    ],
)  # fmt: skip
def test_reading_the_clock_is_seen(text: str, tmp_path: Path) -> None:
    assert list(test_imports.clock_readings(source(tmp_path, text)))


@pytest.mark.parametrize("text", ["x = call.now", "import time\nx = time.struct_time", "x = when.now()"])
def test_using_the_calls_time_is_not(text: str, tmp_path: Path) -> None:
    assert not list(test_imports.clock_readings(source(tmp_path, text)))


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("import discord.ui", "discord"), ("from discord import Embed", "discord"), ("import nio as n", "nio"),
        ("from cogs.alerts import store", "cogs.alerts.store"), ("def f():\n    import nio", "nio"),
    ],
)  # fmt: skip
def test_an_import_is_seen_in_every_form(text: str, package: str, tmp_path: Path) -> None:
    assert list(test_imports.named(source(tmp_path, text), package))


def test_a_name_that_only_begins_alike_is_another_module(tmp_path: Path) -> None:
    assert not list(test_imports.named(source(tmp_path, "import discordant"), "discord"))


def test_relative_imports_are_resolved() -> None:
    inside = next(found for found in sources("bot") if found.module == "bot.when.reading")
    assert "bot.when" in {module.rsplit(".", 1)[0] for module, _line in inside.imports()}


@pytest.mark.parametrize("kind", ["except Exception:", "except BaseException:", "except:"])
def test_a_broad_except_is_seen(kind: str) -> None:
    handler = ast.parse(f"try:\n    f()\n{kind}\n    pass").body[0]
    assert isinstance(handler, ast.Try)
    assert test_size_and_style._is_broad(handler.handlers[0])


def test_places_in_a_sentence_are_found_in_all_its_plural_forms() -> None:
    assert test_words.places({"one": "{n} of {name}", "other": "{n}"}) == {"n", "name"}


def test_a_dead_link_is_seen() -> None:
    page = Path("CONTRIBUTING.md")
    assert not test_tracked_files.leads_somewhere(page, "docs/nowhere.md")
    assert not test_tracked_files.leads_somewhere(page, "SECURITY.md#nothing-of-the-kind")
    assert test_tracked_files.leads_somewhere(page, "SECURITY.md#what-we-promise")


@pytest.mark.parametrize(
    ("inside", "wrong"),
    [
        ("a = call.choice('x', 'y')\n    return call.card_in(l, t, a)", 1),
        ("call.choice('x', 'y')\n    call.card_in(l, t)", 0),
        ("return call.card_in(l, t, call.choice('x', 'y', language=l))", 0), ("return call.choice('x', 'y')", 0),
    ],
)  # fmt: skip
def test_a_button_in_the_askers_language_is_seen(inside: str, wrong: int) -> None:
    tree = ast.parse(f"def f(call, l, t):\n    {inside}")
    assert len(list(test_words.buttons_in_the_wrong_language(tree))) == wrong
