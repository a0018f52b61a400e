"""What follows from a debrief: the meeting's guide, the outcome, who does what by when."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.feature import (
    BOTH,
    LANGUAGES,
    Call,
    Choice,
    File,
    Md,
    Missing,
    UserError,
    When,
    new_id,
    parse_when,
    show_when_short,
)
from cogs.checkins import store
from cogs.checkins.cycles import closed, own, shared, standing
from cogs.checkins.guides import guide_text
from cogs.checkins.opening import look_of
from cogs.checkins.papers import guide_csv, guide_html, guide_of
from cogs.checkins.store import Checkin
from cogs.checkins.texts import Look, Promise, day, in_languages, promise_line

LISTED = 10


async def check_when(call: Call, value: str) -> str:
    """A day in words; WhenRefused becomes *Mend it*."""
    _at(call, value)
    return value


def _at(call: Call, text: str) -> datetime:
    return parse_when(text, now=call.now, zone=call.home.zone, language=call.language).at


async def guide(call: Call, code: str) -> None:
    """One page for the meeting, in both languages."""
    checkin = closed(call, await shared(call, code))
    look = await look_of(call, checkin)
    here = Look(call.home.zone, look.names, look.promises)
    text = in_languages(call.words_in, BOTH, lambda speak: guide_text(speak, checkin, here))
    files = _papers(call, checkin, here)
    call.say(call.card(text, *_choices(call, checkin), code=checkin.code, files=files))


def _papers(call: Call, checkin: Checkin, look: Look) -> tuple[File, ...]:
    """The page and the table, each with both languages."""
    guides = [guide_of(call.words_in(one), checkin, look) for one in LANGUAGES]
    page, table = guide_html(guides), guide_csv(guides)
    name = f"guide-{checkin.code}"
    return (
        File(f"{name}.html", "text/html", _packed(page), call.words.label("guide.page_about")),
        File(f"{name}.csv", "text/csv", _packed(table), call.words.label("guide.table_about")),
    )


def _packed(text: str) -> str:
    return b64encode(text.encode("utf-8-sig")).decode()  # with the mark by which spreadsheets know UTF-8


def _choices(call: Call, checkin: Checkin) -> list[Choice]:
    home = call.home.id
    found = [call.choice("commit_button", "commit", checkin.code, organization=home)]
    if checkin.organization == home and checkin.state == "closed":
        found.insert(0, call.choice("outcome_button", "outcome", checkin.code, organization=home, weight="main"))
    if checkin.organization == home and checkin.state == "settled":
        found.append(call.choice("next_button", "next", checkin.code, organization=home))
    return found


async def concludes(call: Call, code: str) -> Mapping[str, str]:
    """Before the outcome is written: whether it is time for it."""
    await own(call, code, "closed")
    return {}


async def outcome(call: Call, code: str, statement: str, review: str) -> None:
    """What came of it, and when it is looked at again: this closes the debrief."""
    checkin = await own(call, code, "closed")
    at = _at(call, review)
    await store.change(call.tx, checkin.id, state="settled", outcome=statement, review_at=at)
    places = await standing(call, f"{checkin.id}.debrief")
    for receiver, channel in places:
        speak = call.words_in(channel.language)
        spoken = channel.language if channel.language != BOTH else "en"
        shown = show_when_short(When(at, receiver.zone, True), spoken)
        text = speak("outcome_posted", title=checkin.title, statement=statement, at=shown)
        card = call.card_in(channel.language, text, code=checkin.code)
        await call.broadcast(channel, card, subject=f"{checkin.id}.outcome")
    settled = await own(call, code, "settled")
    await call.record("outcome", checkin.code, spaces=len(places))
    call.say(call.card("outcome_now", *_choices(call, settled), n=len(places)))


async def promises(call: Call, code: str) -> Mapping[str, str]:
    """Before a promise is written: whether there is a debrief to follow."""
    closed(call, await shared(call, code))
    return {}


async def commit(call: Call, code: str, what: str, name: str, due: str) -> None:
    """Somebody, named by themselves, does something for their organization by a day."""
    checkin = closed(call, await shared(call, code))
    row, home, at = new_id(), call.home, _at(call, due)
    sealed = await call.seal(call.person.id, home.id, name, "checkin_promise", row, "name")
    kept = await store.add_promise(
        call.tx, call.scope, row, checkin, person=call.person.id, what=what, name=sealed, due_at=at, made_at=call.now
    )
    line = promise_line(call.words, Promise(kept, home.name, name, what, at), home.zone)
    done = call.choice("done_button", "done", kept, organization=home.id)
    drop = call.choice("drop_button", "drop", kept, organization=home.id)
    call.say(call.card(Md(f"{call.words('committed')}\n{line}"), done, drop, code=kept))


async def done(call: Call, code: str) -> None:
    """A promise is kept."""
    row = await _open_promise(call, code)
    await store.settle_promise(call.tx, call.scope, row.id, "done", "", call.now)
    call.say("promise_done", what=row.what)


async def drops(call: Call, code: str) -> Mapping[str, str]:
    """Before a reason is written: whether the promise is open."""
    await _open_promise(call, code)
    return {}


async def drop(call: Call, code: str, reason: str) -> None:
    """A promise is given up, for a reason."""
    row = await _open_promise(call, code)
    await store.settle_promise(call.tx, call.scope, row.id, "dropped", reason, call.now)
    call.say("promise_dropped", what=row.what, reason=reason)


async def _open_promise(call: Call, code: str) -> Any:
    call.home  # noqa: B018  # says so where there is no organization
    row = await store.promise_of(call.tx, call.scope, code)
    if row is None:
        raise Missing
    if row.state != "open":
        raise UserError("promise_settled", what=row.what)
    return row


async def own_cycles(call: Call) -> None:
    """The organization's last check-ins with their codes. Nothing is counted live."""
    call.home  # noqa: B018  # says so where there is no organization
    found = await store.newest(call.tx, call.scope, LISTED)
    if not found:
        call.say("list_empty")
        return
    lines = [call.words("list_title", name=call.home.name)]
    for one in found:
        state = call.words.label(f"list_state.{one.stands(call.now)}")
        at = day(call.words, one.closes_at, call.home.zone)
        lines.append(call.words("list_line", code=one.code, title=one.title, state=state, at=at))
    call.say(Md("\n".join(lines)))
