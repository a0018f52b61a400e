"""A2: another organization's code gets the same words as a code that does not exist, in every command that takes one.

Made from the registry: a new entry with a field that names an object is tested at once; a feature whose objects this
file cannot make fails.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot import tables as t
from bot.cards import Outcome
from bot.feature import Entry, Kind
from bot.registry import discover
from cogs.alerts.store import alert
from tests.conformance.house import RehearsalHouse
from tests.conformance.test_checkins import code_in, open_checkin
from tests.features.alerts.coalition import Member, connect, send, write
from tests.features.welcome.handoffs import shares, takes
from tests.features.welcome.newcomers import changes, told

NAMING = {"code", "organization", "call", "cycle", "person", "case"}  # fields that name an object
# A code that is itself the right to use it (59 random bits, once, for a short time) has no owner to protect.
BEARER = {"orgs.connect": "connection code", "mydata.link": "link code"}
# Moderators name an organization of the directory, which everybody may read.
NOBODYS = {*BEARER, "alerts.trust"}
# Open to all by intent; what was not posted is still the same as what is not there.
PUBLIC_ONCE_SENT = {"alerts.answer", "alerts.verify"}
# The directory is shared by all; only coordinators get past the gate, and they may.
SHARED = {"orgs"}

ENTRIES = [
    (f"{feature.name}.{entry.name}", entry)
    for feature in discover()
    for entry in feature.entries
    if {field.key for field in entry.fields} & NAMING and f"{feature.name}.{entry.name}" not in NOBODYS
]
CODED = [(name, entry) for name, entry in ENTRIES if name.partition(".")[0] not in SHARED]


def values(entry: Entry, code: str) -> dict[str, str]:
    """Something for every field, so that nothing but the code decides."""
    filled = {one.key: "something to read" for one in entry.fields if one.required}
    filled |= {key: "tomorrow at 5pm" for key in filled if key in {"due", "review", "when"}}
    filled |= {key: "87031" for key in filled if key == "zip_code"}
    for one in entry.fields:
        if one.kind is Kind.CHOICE and isinstance(one.options, tuple) and one.required:
            filled[one.key] = one.options[0]
        elif one.key in NAMING:
            filled[one.key] = code
    return filled


async def draft_of(house: RehearsalHouse, owner: Member) -> str:
    await write(house, owner)
    async with house.app.core.db.read() as tx:
        return str(await tx.value(select(alert.c.code).where(alert.c.state == "draft")))


async def sent_by(house: RehearsalHouse, owner: Member) -> str:
    return await send(house, owner)


async def planned_by(house: RehearsalHouse, owner: Member) -> str:
    code = await draft_of(house, owner)
    seen = await house.command(owner.moderator, owner.space, "desk", "action later", code=code)
    await house.fill(owner.moderator, seen, when="tomorrow at 9 AM", whose="same")
    return code


async def open_cycle_of(house: RehearsalHouse, owner: Member) -> str:
    return await open_checkin(house, owner)


async def closed_cycle_of(house: RehearsalHouse, owner: Member) -> str:
    code = await open_checkin(house, owner)
    await house.command(owner.moderator, owner.space, "desk", "checkin close", code=code)
    await house.settle()
    return code


async def promise_of(house: RehearsalHouse, owner: Member) -> str:
    code = await closed_cycle_of(house, owner)
    seen = await house.command(owner.moderator, owner.space, "desk", "checkin commit", code=code)
    done = await house.fill(owner.moderator, seen, what="Bring maps", name="Rosa", due="tomorrow at 5pm")
    return code_in(done.text, "K")


async def case_of(house: RehearsalHouse, owner: Member) -> str:
    """Somebody wants to start; to everybody else, moderators among them, it is not there."""
    return code_in((await told(house, owner.moderator)).text, "N")


async def shared_with(house: RehearsalHouse, owner: Member) -> str:
    await changes(house, owner)
    return await shares(house, await house.new_person("Ana"), owner)


async def held_by(house: RehearsalHouse, owner: Member) -> str:
    await changes(house, owner)
    code = await shares(house, await house.new_person("Ben"), owner)
    await takes(house, owner.moderator, owner)
    return code


MAKERS = {
    "alerts": (draft_of, planned_by, sent_by),
    "checkins": (open_cycle_of, closed_cycle_of, promise_of),
    "welcome": (case_of, shared_with, held_by),
}


async def reply(house: RehearsalHouse, stranger: Member, name: str, entry: Entry, code: str) -> str:
    act = house.adapter.act(stranger.moderator, f"{stranger.space}/desk")
    outcome: Outcome = await house.app.core.runner.command(replace(act, manages=True), name, values(entry, code))
    if outcome.form is not None:  # it asks before it looks: then it shows nothing but what was given, and refuses
        given = {one.key: one.value for one in outcome.form.blanks}
        assert given.items() <= values(entry, code).items(), "the form knows something of somebody else's object"
        outcome = await house.app.core.runner.submit(act, outcome.form.token, given)
    said = [str(say.card.text) for say in outcome.says] + [str(outcome.form.error) if outcome.form else ""]
    return "\n".join(said).replace("\\-", "-").replace(code, "CODE")


async def denials(house: RehearsalHouse) -> int:
    async with house.app.core.db.read() as tx:
        refused = select(func.count()).select_from(t.audit).where(t.audit.c.result == "refused")
        return int(await tx.value(refused))


@pytest.mark.parametrize(("name", "entry"), CODED, ids=[name for name, _ in CODED])
async def test_another_organizations_code_reads_like_none(house: RehearsalHouse, name: str, entry: Entry) -> None:
    """A2: and the attempt is noted."""
    owner = await connect(house, "River Tenants")
    stranger = await connect(house, "Hill Workers", policy="never")
    for make in MAKERS[name.partition(".")[0]]:
        code = await make(house, owner)
        if make is sent_by and name in PUBLIC_ONCE_SENT:
            continue
        before = await denials(house)
        foreign = await reply(house, stranger, name, entry, code)
        assert foreign == await reply(house, stranger, name, entry, "A-ZZZZ")
        assert await denials(house) == before + 2


@pytest.mark.parametrize(("name", "entry"), [one for one in ENTRIES if one not in CODED], ids=lambda one: str(one)[:30])
async def test_the_directorys_commands_do_not_tell_who_is_in_it(
    house: RehearsalHouse, name: str, entry: Entry
) -> None:
    """A2: somebody without the right reads the same for a name that exists and for one that does not."""
    await connect(house, "River Tenants")
    stranger = await connect(house, "Hill Workers")
    known = await reply(house, stranger, name, entry, "River Tenants")
    assert known == await reply(house, stranger, name, entry, "No Such Group")


async def test_somebody_elses_form_cannot_be_opened_or_sent(house: RehearsalHouse) -> None:
    """A2: a form's id in other hands."""
    owner, stranger = await connect(house, "River Tenants"), await connect(house, "Hill Workers")
    await house.command(owner.moderator, owner.space, "desk", "action new")
    async with house.app.core.db.read() as tx:
        form = await tx.value(select(t.form.c.id))
    act = house.adapter.act(stranger.moderator, f"{stranger.space}/desk")
    for outcome in (
        await house.app.core.runner.press(act, f"f.{form}"),
        await house.app.core.runner.submit(act, form, {"what": "taken over"}),
    ):
        assert outcome.form is None
        assert "somebody else" in str(outcome.says[0].card.text)
