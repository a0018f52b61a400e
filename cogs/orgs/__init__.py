"""Organizations: asked in by a letter, connected by a code, set up by one panel, gone when they like."""

from __future__ import annotations

from bot.feature import PURPOSES, Call, Entry, Feature, Field, Kind, Level, Md
from cogs.orgs import connecting, letters, listing, panel, rules, store
from cogs.orgs.rules import Problem, read_cells, summed
from cogs.orgs.table import Imported, export_csv, import_csv


async def make_moderator(call: Call) -> None:
    """A one-time code that somebody else sends: two people make a moderator, and nobody types an account's number."""
    code = await store.new_moderator_code(call, rules.MODERATOR_CODE_LIFE)
    await call.record("moderator_code")
    call.say("moderator_code", name=call.home.name, once=Md(code))


async def add_space(call: Call) -> None:
    """A code for one more server or room of the same organization, on any platform; the open one ends."""
    code = await call.spaces.new_code(call.tx, call.home.id, call.now)
    await call.record("space_code")
    call.say("space_code", name=call.home.name, once=Md(code))


async def leave(call: Call, sure: str) -> None:
    """Everything of the organization ends, after a second word."""
    if sure:
        await call.record("left")
        call.depart()
        call.say("left", name=call.home.name)
        return
    yes = call.choice("leave_button", "leave", "yes", weight="danger", mine=True, organization=call.home.id)
    call.say("leave_ask", yes, name=call.home.name)


SENDERS = ("managers", "moderators")
POLICIES = ("auto", "hold", "never")
CODE = Field("code", limit=40)
ORGANIZATION = Field("organization", limit=rules.LONGEST_NAME)

feature = Feature(
    "orgs",
    entries=(
        Entry(
            "add", letters.add, Level.COORDINATOR, form=True, records=("added",),
            fields=(
                Field("name", limit=rules.LONGEST_NAME),
                Field("kind", Kind.CHOICE, required=False, options=rules.KINDS),
                Field("state", required=False, limit=20, check=letters.check_state),
                Field("language", Kind.CHOICE, required=False, options=("en", "es", "both")),
            ),
        ),
        Entry("code", letters.new_code, Level.COORDINATOR, fields=(ORGANIZATION,), records=("letter",)),
        Entry("revoke", letters.revoke, Level.COORDINATOR, fields=(ORGANIZATION,), records=("revoked",)),
        # The right depends on what the code is for; connecting asks for Manage Server or level 50 itself.
        Entry(
            "connect", connecting.connect, Level.ANYONE, fields=(CODE,), alone=True, strangers=True,
            records=("connected", "moderator_made", "coordinator_made"),
        ),
        Entry(
            "setup", panel.set_up, Level.MODERATOR, form=True, anywhere=False, prefill=panel.as_it_stands,
            records=("set_up", *(f"policy_{one}" for one in POLICIES), *(f"senders_{one}" for one in SENDERS)),
            fields=(
                Field("calls", Kind.ROOM),
                Field("moderators", Kind.ROOM),
                Field("who_sends", Kind.CHOICE, required=False, options=SENDERS),
                Field("language", Kind.CHOICE, required=False, options=("en", "es", "both")),
                Field("policy", Kind.CHOICE, required=False, options=POLICIES),
            ),
        ),
        Entry(
            "channel", panel.choose_channel, Level.MODERATOR, anywhere=False, records=("channel",),
            fields=(Field("purpose", Kind.CHOICE, options=PURPOSES), Field("room", Kind.ROOM)),
        ),
        Entry(
            "role", panel.map_role, Level.MODERATOR, anywhere=False,
            records=tuple(f"role_{one}" for one in (*rules.ROLES, "none")),
            fields=(
                Field("platform_role", limit=60),
                Field("role", Kind.CHOICE, options=(*rules.ROLES, "none")),
            ),
        ),
        Entry(
            "zone", panel.set_zone, Level.MODERATOR, anywhere=False,
            fields=(Field("zone", limit=60, check=panel.check_zone),),
        ),
        Entry("moderator", make_moderator, Level.MODERATOR, anywhere=False, records=("moderator_code",)),
        Entry("space", add_space, Level.MODERATOR, anywhere=False, records=("space_code",)),
        Entry(
            "leave", leave, Level.MODERATOR, anywhere=False, records=("left",),
            fields=(Field("sure", Kind.CHOICE, required=False, options=("yes",)),),
        ),
        Entry("list", listing.show, alone=True, keeps=False, fields=(Field("page", Kind.NUMBER, required=False),)),
    ),
    hooks={
        "left": store.forget_organization, "purge": store.forget_old_codes,
        "read_csv": import_csv, "write_csv": export_csv,
    },
)  # fmt: skip

__all__ = ["Imported", "Problem", "export_csv", "feature", "import_csv", "read_cells", "summed"]
