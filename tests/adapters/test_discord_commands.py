"""The commands of all real features as Discord gets them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.app import ROOT
from bot.platforms.discord.commands import LOCALES, offered, read, tree
from bot.registry import Registry, discover
from bot.words import Words
from tests.discord_standin import openapi
from tests.discord_standin.commands import characters, check_commands

# Discord's and Element's own client commands (FACTS 34b).
BUILT_IN = {"me", "msg", "nick", "thread", "leave"}
WORDS = Words.load(ROOT)
REGISTRY = Registry(discover(), WORDS)
TREE = tree(REGISTRY, WORDS)


def everything(options: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in options:
        yield one
        yield from everything(one.get("options") or [])


def test_discord_takes_all_commands() -> None:
    """h1: names, counts, required first, 8,000 characters a command."""
    check_commands(TREE)
    assert max(characters(one) for one in TREE) <= 8000


@pytest.mark.skipif(openapi.location() is None, reason=openapi.MISSING)
def test_what_only_a_button_brings_is_no_option() -> None:
    """6.5: which text a card showed is not for anybody to type."""
    carried = {(name, one.key) for name, entry in REGISTRY for one in entry.fields if one.carried}
    assert ("alerts.accept", "read") in carried
    for name, key in carried:
        assert key not in {one.key for one in offered(REGISTRY.entry(name))}


def test_the_published_description_takes_them_too() -> None:
    """law 5: Discord's OpenAPI file."""
    assert openapi.check_request("PUT", "/applications/{application_id}/commands", TREE)


def test_no_command_has_a_name_that_clients_keep_for_themselves() -> None:
    """FACTS 34b."""
    names = {name for one in TREE for name in (one["name"], *one["name_localizations"].values())}
    assert not names & BUILT_IN


def test_everything_has_its_spanish_name_and_description() -> None:
    """h8: es-ES and es-419."""
    for one in everything(TREE):
        for locale in LOCALES["es"]:
            assert one["description_localizations"][locale], one["name"]
            assert one["name_localizations"] is None or one["name_localizations"][locale], one["name"]


def test_every_command_leads_back_to_its_entry() -> None:
    """h1: what Discord sends is understood."""
    found = set()
    for one in TREE:
        subs = [option for option in one["options"] if option["type"] == 1]
        for sub in subs or [None]:
            options = [{"type": 1, "name": sub["name"], "options": []}] if sub else []
            typed = read(REGISTRY, {"name": one["name"], "options": options})
            assert typed is not None
            found.add(typed.name)
    assert found == {name for name, _ in REGISTRY}
