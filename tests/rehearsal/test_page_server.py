"""The page's server: who may ask it, what it tells, what can be done through it."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.demo.hands import Walk
from bot.demo.server import PAGE
from bot.demo.stage import Stage
from bot.platforms.rehearsal.world import Message
from tests.rehearsal.conftest import Client
from tests.rigs.introducing import FIRST, meet, near, two_people

ALMA, CALLS, DESK = "forms:alma", "forms-marigold/calls", "forms-marigold/moderators"


@asynccontextmanager
async def events(client: Client) -> AsyncIterator[Any]:
    """The stream of changes: call it for the next one."""
    async with client.session.get(f"{client.base}events") as stream:

        async def following() -> dict[str, Any]:
            line = await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 30)
            found: dict[str, Any] = json.loads(line.decode().removeprefix("data: "))
            return found

        yield following


# -- who may ask ----------------------------------------------------------------------------------------------------


async def test_the_page_loads_nothing_from_elsewhere(client: Client) -> None:
    """Issue 2, section 2: its own small page; SECURITY: a strict policy on every answer."""
    async with client.session.get(client.base) as answer:
        policy = answer.headers["Content-Security-Policy"]
        text = await answer.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in text.replace("http-equiv", "")


def test_the_scripts_and_styles_name_no_other_place() -> None:
    own = {name: body.decode() for name, body in PAGE.items() if not name.endswith(".svg")}
    assert len(own) > 8
    assert [name for name, text in own.items() if "http://" in text or "//cdn" in text or "url(" in text] == []


async def test_a_wrong_path_finds_nothing(client: Client) -> None:
    async with client.session.get(f"{client.root}guessed/words") as answer:
        assert answer.status == 404


async def test_another_name_for_this_machine_is_refused(client: Client) -> None:
    """A name that somebody else points at this machine cannot read the page."""
    async with client.session.get(client.base, headers={"Host": "elsewhere.example"}) as answer:
        assert answer.status == 403


async def test_another_site_cannot_act(client: Client, stage: Stage) -> None:
    """Only the page itself changes something."""
    before = stage.clock.now()
    body = {"act": "move", "hours": 24}
    for headers in ({}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}):
        async with client.session.post(f"{client.base}act", json=body, headers=headers) as answer:
            assert answer.status == 403
    assert (stage.clock.now() - before).total_seconds() < 60


async def test_a_form_of_another_site_cannot_act(client: Client) -> None:
    """What a plain HTML form can send is not JSON."""
    headers = {"Origin": client.root.rstrip("/"), "Content-Type": "text/plain"}
    async with client.session.post(f"{client.base}act", data='{"act": "kill"}', headers=headers) as answer:
        assert answer.status == 403


BAD: list[tuple[str, dict[str, Any]]] = [
    ("command", {"account": "forms:nobody", "channel": CALLS, "name": "help.show"}),
    ("command", {"account": ALMA, "channel": "lines-luna/charla", "name": "help.show"}),
    ("command", {"account": "forms:beto", "channel": DESK, "name": "help.show"}),
    ("command", {"account": ALMA, "channel": CALLS, "name": "no.such"}),
    ("command", {"account": ALMA, "channel": CALLS, "name": "help.show", "values": {"a": 1}}),
    ("write", {"account": ALMA, "channel": CALLS, "text": " "}),
    ("write", {"account": ALMA, "channel": CALLS, "text": "x" * 20_001}),
    ("move", {"hours": -1}),
    ("move", {"hours": "many"}),
    ("platform", {"style": "pigeons"}),
    ("throw_out", {"account": "forms:beto", "space": "forms-marigold"}),
    ("speak", {"account": ALMA, "language": "xx"}),
    ("remove", {"account": ALMA, "channel": CALLS, "message": "m0"}),
    ("nothing", {}),
]


async def test_what_makes_no_sense_is_refused(client: Client) -> None:
    """Issue 2, section 6: nobody acts where they cannot be."""
    answers = [(name, body, (await client.act(name, **body))[0]) for name, body in BAD]
    assert [one for one in answers if one[2] != 400] == []


# -- what it tells --------------------------------------------------------------------------------------------------


async def test_the_page_speaks_both_languages(client: Client) -> None:
    async with client.session.get(f"{client.base}words") as answer:
        words = await answer.json()
    assert words["en"]["send"] == "Send"
    assert words["es"]["send"] == "Enviar"
    assert words["en"].keys() == words["es"].keys()


async def test_a_new_reader_gets_everything_and_then_only_changes(client: Client) -> None:
    async with events(client) as following:
        first = (await following())["parts"]
        assert len(first["people"]) > 12
        assert len(first["spaces"]) == 12
        await client.act("write", account=ALMA, channel=CALLS, text="hello")
        later = (await following())["parts"]
    assert list(later) == [f"channel:{CALLS}"]
    assert later[f"channel:{CALLS}"][0]["text"] == "hello"


async def test_a_private_answer_is_on_one_screen_only(client: Client) -> None:
    """DESIGN 2: never turn private into public."""
    async with events(client) as following:
        await following()
        await client.act("command", account=ALMA, channel=CALLS, name="help.show")
        news = (await following())["parts"]
    assert list(news) == [f"screen:{ALMA}"]
    assert news[f"screen:{ALMA}"]["private"][0]["where"] == CALLS


# -- what can be done -----------------------------------------------------------------------------------------------


async def test_somebody_in_another_language_reads_it(client: Client, stage: Stage) -> None:
    """h8"""
    await client.act("speak", account=ALMA, language="es")
    await client.act("command", account=ALMA, channel=CALLS, name="help.show")
    assert "puedo" in stage.world.screens[ALMA].private[-1].text


async def test_the_clock_can_be_moved(client: Client, stage: Stage) -> None:
    before = stage.clock.now()
    await client.act("move", hours=24)
    assert (stage.clock.now() - before).total_seconds() >= 24 * 3600


async def test_a_platform_that_is_down_takes_nothing(client: Client, stage: Stage) -> None:
    await client.act("platform", style="lines")
    assert stage.world.down == {"lines"}
    await client.act("platform", style="lines")
    assert stage.world.down == set()


async def test_while_the_bot_is_away_the_page_says_so(client: Client, stage: Stage) -> None:
    """FACTS 36: a press while the bot is down fails visibly and works when repeated."""
    await stage.kill()
    status, said = await client.act("command", account=ALMA, channel=CALLS, name="help.show")
    assert (status, said) == (200, {"away": True})
    await stage.start()
    status, said = await client.act("command", account=ALMA, channel=CALLS, name="help.show")
    assert (status, said) == (200, {"result": None})


async def test_kill_and_restart_brings_the_bot_back(client: Client, stage: Stage) -> None:
    async with events(client) as following:
        await following()
        await client.act("kill")
        seen: list[bool] = []
        while len(seen) < 2:
            news = (await following())["parts"]
            seen += [news["stage"]["alive"]] if "stage" in news else []
    assert seen == [False, True]
    assert stage.alive


async def test_a_form_opens_on_the_screen_and_closes(client: Client, stage: Stage) -> None:
    await client.act("command", account=ALMA, channel=DESK, name="orgs.add")
    assert stage.world.screens[ALMA].form is not None
    await client.act("close_form", account=ALMA)
    assert stage.world.screens[ALMA].form is None


async def test_who_manages_a_server_takes_the_right_to_write_and_gives_it_back(client: Client, stage: Stage) -> None:
    await client.act("forbid", account=ALMA, channel=CALLS)
    assert stage.world.channels[CALLS].missing == {"send"}
    await client.act("forbid", account=ALMA, channel=CALLS)
    assert stage.world.channels[CALLS].missing == set()


async def test_removing_the_bot_ends_the_organization_there(client: Client, stage: Stage) -> None:
    """Removing the bot from a server ends everything there at once."""
    await client.act("throw_out", account=ALMA, space="forms-marigold")
    assert not await stage.core.is_ours("forms", "forms-marigold")


async def test_options_of_a_command_are_completed(client: Client) -> None:
    body = {"account": ALMA, "channel": DESK, "name": "orgs.channel", "key": "room"}
    _, said = await client.act("complete", **body)
    assert "moderators" in {one["label"] for one in said["result"]}


async def test_the_bot_reads_nothing_where_there_are_commands(walk: Walk) -> None:
    """FACTS 32: on a platform with commands the bot reads no message."""
    await walk.write("Alma", "calls", "!help")
    assert walk.seen("Alma", "calls") == []


async def test_typed_lines_are_answered_in_the_direct_room(walk: Walk) -> None:
    await walk.write("Celia", "calls", "!ayuda")
    assert "puedo" in walk.last("Celia", "direct").text


# -- a place for two ------------------------------------------------------------------------------------------------

NOA, BETO = "forms:noa", "forms:beto"


async def introduced(stage: Stage, style: str, newcomer: str, greeter: str, where: str) -> str:
    """Two people of the town in a private place; its address."""
    two = await two_people(stage.core, style, newcomer, greeter)
    assert await meet(stage.core, two, [near(style, where)])
    await stage.settle()
    [room] = [one.address for one in stage.world.channels.values() if one.only]
    return room


async def test_a_private_thread_is_shown_to_the_two_alone(client: Client, stage: Stage) -> None:
    """c7: not to others of the server, not to its moderators, and not offered as a channel for anything."""
    room = await introduced(stage, "forms", NOA, BETO, CALLS)
    async with events(client) as following:
        people = {one["account"]: one for one in (await following())["parts"]["people"]}
    assert [name for name, one in people.items() if room in [each["address"] for each in one["rooms"]]] == [BETO, NOA]
    assert room not in [one.address for one in await stage.adapter(ALMA).rooms("forms-marigold")]
    answers = [(await client.act("write", account=who, channel=room, text="hi"))[0] for who in (NOA, BETO, ALMA)]
    assert answers == [200, 200, 400]


async def test_where_people_type_a_room_brings_two_communities_together(client: Client, stage: Stage) -> None:
    """c7: the bot answers no plain talk there, and a command only as it does with strangers."""
    emery, dario = "lines:emery", "lines:darío"
    room = await introduced(stage, "lines", dario, emery, "")
    for text in ("how are you?", "!orgs"):
        assert (await client.act("write", account=emery, channel=room, text=text))[0] == 200
    await stage.settle()
    assert (await client.act("write", account="lines:fina", channel=room, text="hi"))[0] == 400
    said = [one for one in stage.world.channels[room].messages if one.author == "bot"]
    assert said[0].text.startswith(FIRST)
    assert [one.text for one in said[1:] if FIRST in one.text or "how are you" in one.text] == []


async def test_a_file_is_given_to_keep_and_never_run(client: Client, stage: Stage) -> None:
    """b19: below the random path, as an attachment under the strict policy; a removed message gives nothing."""
    page = b64encode(b"<!doctype html><script>alert(1)</script>").decode()
    message = Message("m-file", "bot", "A page", files=(("guía.html", "a page", page),))
    stage.world.post(CALLS, message)
    async with client.session.get(f"{client.base}kept/m-file/0") as answer:
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''gu%C3%ADa.html"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert (await answer.read()).startswith(b"<!doctype html>")
    for wrong in (f"{client.base}kept/m-file/1", f"{client.base}kept/m0/0", f"{client.root}kept/m-file/0"):
        async with client.session.get(wrong) as answer:
            assert answer.status == 404
    message.removed_by = "them"
    async with client.session.get(f"{client.base}kept/m-file/0") as answer:
        assert answer.status == 404
