"""The two-minute story: its scenes, its four buttons, and the strip in words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.demo.chips import chips
from bot.demo.scan import rows_with
from bot.demo.stage import Stage
from bot.demo.story import Story, steps
from bot.demo.telling import NamesRefused, Teller, read_names
from bot.demo.town import GROUPS, named
from bot.demo.walk import BEATS, SCENES, STORY
from bot.words import LANGUAGES
from tests.rehearsal.conftest import Client


@pytest.fixture
async def story(stage: Stage) -> AsyncIterator[Story]:
    """A telling that leaves nobody time to read."""
    told = Story(stage, tempo=0.0)
    yield told
    await told.close()


async def until(story: Story, true: Callable[[], object]) -> None:
    """Waits for something on the page."""
    changed = asyncio.Event()
    story.stage.world.changed.append(changed.set)
    async with asyncio.timeout(60):
        while not true():
            await changed.wait()
            changed.clear()
    story.stage.world.changed.remove(changed.set)


# -- one list -------------------------------------------------------------------------------------------------------


def test_the_story_is_the_script_without_its_asides() -> None:
    """Issue 3, section 3: the same script as `demo --script`; no step twice."""
    told = [beat.name for _, _, beat in steps()]
    assert told == [one.name for one in BEATS if one.name in told]
    assert len({one.name for one in BEATS}) == len(BEATS)
    assert 2 < len(told) < len(BEATS)


def test_every_scene_has_its_sentence_in_both_languages(stage: Stage) -> None:
    for scene in STORY:
        said = stage.core.words.everywhere(f"demo.page.scene_{scene.name}")
        assert said["en"] != said["es"]


def test_each_scene_is_seen_on_three_different_screens(stage: Stage) -> None:
    """A moderator on Discord, an ask-us-first moderator on Matrix, a member in Spanish."""
    roles = {who.name: (one, who) for one in GROUPS for who in one.people}
    for scene in SCENES:
        assert len({who for who, _ in scene.seats}) == 3
    first, second, third = (roles[who] for who, _ in STORY[0].seats)
    assert (first[0].style, first[1].role) == ("forms", "coordinator")
    assert (second[0].style, second[0].policy, second[1].role) == ("lines", "hold", "moderator")
    assert (third[1].role, third[1].language) == ("member", "es")


# -- the four buttons -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
async def test_play_goes_to_the_end_and_the_database_agrees(story: Story, language: str) -> None:
    """Issue 3, section 3: nothing is shown as done that was not."""
    story.play(language)
    await until(story, lambda: story.mode != "playing")
    state = story.state()
    assert (state["mode"], state["at"]) == ("ended", len(STORY))
    assert state["found"][-1] == story.stage.core.words.everywhere("demo.walked")


async def test_next_plays_one_scene(story: Story) -> None:
    story.next("en")
    await until(story, lambda: story.mode == "paused")
    assert story.state()["at"] == 1
    story.next("en")
    await until(story, lambda: story.mode == "paused")
    assert (story.state()["at"], story.state()["scene"]) == (2, STORY[1].name)


async def test_pause_stops_after_the_beat_and_play_goes_on(stage: Stage) -> None:
    told = Story(stage, tempo=0.2)
    told.play("en")
    await until(told, lambda: told.state()["acting"])
    told.pause()
    assert told.mode == "pausing"
    await until(told, lambda: told.mode == "paused")
    assert told.state()["scene"] == STORY[0].name
    told.play("en")
    assert told.mode == "playing"
    await told.leave()
    assert told.mode == "free"
    told.enter()
    assert told.mode == "paused"
    await told.close()


async def test_who_acts_has_a_screen(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Screens turn to whoever acts, in the room where they act."""
    seen: list[Any] = []
    monkeypatch.setattr(story, "_wait", lambda seconds: _note(story, seen))
    story.next("en")
    await until(story, lambda: story.mode == "paused")
    acting = [(one["acting"]["account"], one["seats"]) for one in seen if one["acting"]]
    assert {account for account, _ in acting} == {"forms:alma", "forms:lupe", "lines:odell"}
    assert all(account in {seat[0] for seat in seats} for account, seats in acting)


async def _note(story: Story, seen: list[Any]) -> None:
    seen.append(story.state())


async def test_a_scene_that_goes_astray_stops_the_story(story: Story) -> None:
    """What a visitor did meanwhile is not painted over."""
    story.stage.world.spaces["forms-marigold"].bot_inside = False
    await story.stage.core.removed_from("forms", "forms-marigold")
    story.play("en")
    await until(story, lambda: story.mode != "playing")
    assert story.mode == "astray"
    story.play("en")
    assert not story.busy


# -- where it landed ------------------------------------------------------------------------------------------------


async def test_the_strip_says_how_each_copy_stands(story: Story) -> None:
    """a10: from the outbox's rows, in words, with what mends it."""
    at_first = await chips(story.stage, "")
    assert {one["state"] for one in at_first} == {"rule", "waiting"}
    for _ in range(3):
        story.next("en")
        await until(story, lambda: story.mode == "paused")
    await until(story, lambda: {"failed", "declined"} <= {one["state"] for one in story.chips})
    found = {one["name"]: one for one in story.chips}
    assert [one["name"] for one in story.chips] == [one.name for one in GROUPS]
    assert found["Marigold Flats Tenants"]["said"] == {"en": "Posted", "es": "Publicada"}
    assert found["Vecindad Luna de Cartón"]["said"]["en"] == "Waiting for their OK"
    assert found["Bluebonnets on the Moon"]["state"] == "declined"
    assert found["Paper Lantern Readers"]["state"] == "never"
    assert "Grant Send Messages" in found["Seventh Bell Choir"]["why"]["en"]


async def test_a_search_finds_an_organization_while_it_is_there(stage: Stage) -> None:
    """n17: what finds nothing after it left does find it before."""
    async with stage.core.db.read() as tx:
        home = await stage.core.spaces.by_code(tx, "Tin Whistle Riders")
    assert (await rows_with(stage.core, home.id))["channel"] == 2


# -- one's own names ------------------------------------------------------------------------------------------------


def test_names_are_given_to_the_longest_parts_first() -> None:
    groups = {one.slug: one for one in named(["Northside Tenants"])}
    assert groups["marigold"].name == "Northside Tenants"
    assert groups["marigold"].own
    assert groups["cloud"].name == "Cloud Street Commons"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("\n".join(f"Group number {at}" for at in range(13)), "demo.page.names_many"),
        ("Northside Tenants\nNorthside  tenants", "demo.page.names_alike"),
        ("Seventh Bell Choir", "demo.page.names_alike"),
        ("Fine\n" + "x" * 121, "demo.page.names_line"),
        ("Fine\n\u200b", "demo.page.names_line"),
    ],
)  # fmt: skip
def test_names_that_cannot_stand_are_refused(typed: str, key: str) -> None:
    """C5, G7"""
    with pytest.raises(NamesRefused) as refused:
        read_names(typed)
    assert refused.value.key == key


async def test_the_story_begins_anew_with_ones_own_names(stage: Stage) -> None:
    teller = Teller(stage, tempo=0.0)
    teller.story.next("en")
    await until(teller.story, lambda: teller.story.mode == "paused")
    await teller.begin_anew(named(read_names("Northside Tenants\n\nRiver Workers")))
    assert (teller.story.mode, stage.run) == ("ready", 2)
    teller.story.play("es")
    await until(teller.story, lambda: teller.story.mode != "playing")
    assert teller.story.mode == "ended"
    assert {"Northside Tenants", "River Workers"} <= {one["name"] for one in teller.story.chips}
    await teller.close()


# -- through the server ---------------------------------------------------------------------------------------------


async def test_the_buttons_are_acts_of_the_page(client: Client) -> None:
    status, _ = await client.act("next", language="en")
    assert status == 200
    assert (await client.act("next", language="xx"))[0] == 400
    assert (await client.act("try"))[0] == 200
    status, said = await client.act("command", account="forms:alma", channel="forms-marigold/calls", name="help.show")
    assert (status, said) == (200, {"result": None})


async def test_nobody_acts_while_a_scene_is_played(client: Client) -> None:
    await client.act("play", language="en")
    assert await client.act("move", hours=1) == (200, {"busy": True})
    await client.act("try")
    assert await client.act("move", hours=1) == (200, {"result": None})


async def test_wrong_names_are_said_in_both_languages_and_nothing_changes(client: Client, stage: Stage) -> None:
    status, said = await client.act("anew", names="Fine\n" + "x" * 121)
    assert status == 200
    assert said["result"]["en"] == "Line 2: That is 121 characters; at most 120 fit."
    assert "Línea 2" in said["result"]["es"]
    assert stage.run == 1
    assert await client.act("anew", names="Fine Tenants") == (200, {"result": {}})
    assert stage.run == 2
