"""What can be done on the page: each act by its name, with plain values that came from a browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from bot.demo.stage import Stage
from bot.platforms.rehearsal.world import Message
from bot.words import LANGUAGES

Body = Mapping[str, Any]
Do = Callable[[Stage, Body], Awaitable[Any]]
LONGEST_JUMP = 24 * 60  # hours
DIRECT = "direct/"


class BadAct(Exception):
    """What came from the browser names nobody, nothing, or something the person cannot see."""


def text(body: Body, key: str, most: int = 20_000) -> str:
    """A text of the request. BadAct when it is none."""
    value = body.get(key, "")
    if not isinstance(value, str) or len(value) > most:
        raise BadAct(key)
    return value


def _values(body: Body) -> dict[str, str]:
    given = body.get("values", {})
    if not isinstance(given, dict) or not all(isinstance(one, str) for pair in given.items() for one in pair):
        raise BadAct("values")
    return dict(given)


def _who(stage: Stage, body: Body) -> str:
    account = text(body, "account")
    if account not in stage.world.screens:
        raise BadAct("account")
    return account


def _where(stage: Stage, body: Body) -> tuple[str, str]:
    """The person, and the channel as adapters take it ("" : the direct room)."""
    account, address = _who(stage, body), text(body, "channel")
    if address in {"", f"{DIRECT}{account}"}:
        return account, ""
    channel = stage.world.channels.get(address)
    if channel is None or not stage.world.sees(account, channel):
        raise BadAct("channel")
    return account, address


def _managed(stage: Stage, body: Body) -> str:
    """The address of a space that the person manages."""
    account, address = _who(stage, body), text(body, "space")
    if address not in stage.world.spaces or account not in stage.world.spaces[address].managers:
        raise BadAct("space")
    return address


# -- with the bot ---------------------------------------------------------------------------------------------------


async def command(stage: Stage, body: Body) -> None:
    """A slash command with its options."""
    account, channel = _where(stage, body)
    name = text(body, "name")
    if name not in dict(stage.core.registry):
        raise BadAct("name")
    await stage.perform(stage.adapter(account).command(account, channel, name, _values(body)))


async def press(stage: Stage, body: Body) -> None:
    """A button."""
    account, channel = _where(stage, body)
    await stage.perform(stage.adapter(account).press(account, channel, text(body, "token")))


async def submit(stage: Stage, body: Body) -> None:
    """A page of a form."""
    account, channel = _where(stage, body)
    await stage.perform(stage.adapter(account).submit(account, channel, text(body, "form"), _values(body)))


async def write(stage: Stage, body: Body) -> None:
    """A typed line. Where the platform has commands of its own, the bot does not read what people write."""
    account, channel = _where(stage, body)
    line, reply = text(body, "text").strip(), text(body, "reply")
    if not line:
        raise BadAct("text")
    if stage.world.screens[account].style == "lines" and stage.alive and _bot_reads(stage, channel):
        await stage.perform(stage.adapter(account).type(account, channel, line, reply))
    else:
        address = channel or stage.world.direct(account).address
        stage.world.post(address, Message(stage.world.new_id(), account, line, reply_to=reply))


def _bot_reads(stage: Stage, channel: str) -> bool:
    return not channel or stage.world.bot_inside(stage.world.channels[channel])


async def complete(stage: Stage, body: Body) -> list[dict[str, str]]:
    """What an option of a command can be."""
    account, channel = _where(stage, body)
    adapter = stage.adapter(account)
    act = adapter.act(account, channel)
    found = await stage.core.runner.complete(act, text(body, "name"), text(body, "key"), text(body, "typed", 200))
    return [{"value": one.value, "label": one.label, "hint": one.hint} for one in found]


# -- on one's own screen --------------------------------------------------------------------------------------------


async def close_form(stage: Stage, body: Body) -> None:
    """Closes the open form without sending it."""
    stage.world.screens[_who(stage, body)].form = None
    stage.world.tell()


async def dismiss(stage: Stage, body: Body) -> None:
    """Puts a private answer away."""
    screen, gone = stage.world.screens[_who(stage, body)], text(body, "message")
    screen.private = [one for one in screen.private if one.id != gone]
    stage.world.tell()


async def speak(stage: Stage, body: Body) -> None:
    """Changes the language of a person's app."""
    account, language = _who(stage, body), text(body, "language")
    if language not in LANGUAGES:
        raise BadAct("language")
    await stage.perform(stage.speak(account, language))


async def doors(stage: Stage, body: Body) -> None:
    """Takes direct messages of the bot, or no more."""
    stage.world.closed_doors.symmetric_difference_update({_who(stage, body)})
    stage.world.tell()


# -- as somebody who manages a server or room -----------------------------------------------------------------------


async def remove(stage: Stage, body: Body) -> None:
    """Moderators remove a message of the bot from their channel."""
    account, address = _where(stage, body)
    message = stage.world.find(address, text(body, "message"))
    if message is None or message.author != "bot":
        raise BadAct("message")
    message.removed_by = "them"
    style = stage.world.screens[account].style
    stage.world.tell()
    await stage.perform(stage.core.message_removed(style, address, message.id))


async def forbid(stage: Stage, body: Body) -> None:
    """Takes the bot's right to write in a channel, or gives it back."""
    _, address = _where(stage, body)
    stage.world.channels[address].missing.symmetric_difference_update({"send"})
    stage.world.tell()


async def invite(stage: Stage, body: Body) -> None:
    """Adds the bot to a server or room. It does not know yet whose it is."""
    space = stage.world.spaces[_managed(stage, body)]
    space.bot_inside = True
    stage.world.tell()
    await stage.perform(stage.core.joined(space.style, space.address))


async def throw_out(stage: Stage, body: Body) -> None:
    """Removes the bot from a server or room."""
    space = stage.world.spaces[_managed(stage, body)]
    space.bot_inside = False
    stage.world.tell()
    await stage.perform(stage.core.removed_from(space.style, space.address))


# -- as the trainer -------------------------------------------------------------------------------------------------


async def move(stage: Stage, body: Body) -> None:
    """Puts the clock forward by whole hours."""
    hours = body.get("hours")
    if not isinstance(hours, int) or not 0 < hours <= LONGEST_JUMP:
        raise BadAct("hours")
    stage.move(timedelta(hours=hours))


async def platform(stage: Stage, body: Body) -> None:
    """One of the two platforms fails, or is there again."""
    style = text(body, "style")
    if style not in {screen.style for screen in stage.world.screens.values()}:
        raise BadAct("style")
    stage.world.down.symmetric_difference_update({style})
    stage.world.tell()


ACTS: Mapping[str, Do] = {
    one.__name__: one
    for one in (
        command, press, submit, write, complete, close_form, dismiss, speak, doors, remove, forbid, invite, throw_out,
        move, platform,
    )
}  # fmt: skip
