"""New people: asked two things, shown up to three organizations, handed to a named human, and never lost on the way.

`rules` decides, `directory` knows the organizations, `store` keeps; handlers stand beside this file by subject.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.feature import LANGUAGES, Entry, Feature, Field, Kind, Level, Organization
from cogs.welcome import choosing, door, panel, rules, store
from cogs.welcome.directory import profile, table
from cogs.welcome.directory import store as directory
from cogs.welcome.handoff import consent, ending, following, greeting, keeping, relay, request, waiting
from cogs.welcome.handoff import rules as timed

CODE = Field("code", limit=20, check=door.check_code)
ZIP = Field("zip_code", limit=20, check=choosing.check_zip)
LANGUAGE = Field("language", Kind.CHOICE, required=False, options=LANGUAGES)
AGE = Field("age", Kind.CHOICE, required=False, options=("yes", "no"))
ASKED = (
    Field("name", limit=rules.NAME, check=door.check_name),
    Field("activity", Kind.CHOICE, options=rules.ACTIVITIES),
    Field("place", required=False, limit=40, check=door.check_place),
    Field("spoken", Kind.CHOICE, required=False, options=rules.SPOKEN),
    Field("free", Kind.CHOICE, required=False, options=rules.FREE),
)

MESSAGE = Field("text", Kind.TEXT, limit=timed.MESSAGE, check=relay.check_message)
SHARED = (
    CODE,
    Field("organization", limit=120),
    Field("fields", required=False, limit=60),
    Field("seen", required=False, limit=consent.SHORT),
)
GREETER = (
    Field("name", limit=timed.NAME, check=greeting.check_name),
    Field("languages", Kind.CHOICE, options=timed.GREETER_SPEAKS),
)
CONNECTED = (
    CODE,
    Field("value", Kind.CHOICE, options=("yes", "later", "no", "enough")),
    Field("reason", Kind.CHOICE, required=False, options=timed.REASONS),
)


async def left(tx: Any, organization: Organization, now: datetime) -> None:
    """An organization is out."""
    await keeping.left(tx, organization, now)
    await store.end_organization(tx, organization.id)
    await directory.end_organization(tx, organization.id)


AT_THE_DOOR = (
    Entry("start", door.start, fields=(LANGUAGE,), keeps=False, speaks="language", default=True),
    # A form, for where it may go on to one: what is asked of a platform then is decided before the answer is known.
    Entry(
        "adult", door.adult, fields=(LANGUAGE, AGE),
        form=True, fixed=2, keeps=False, speaks="language", listed=False,
    ),
    Entry(
        "ask", door.ask, fields=(LANGUAGE, AGE, *ASKED),
        form=True, fixed=2, prefill=door.known, speaks="language", listed=False,
    ),
)  # fmt: skip

CHOOSING = (
    Entry("choose", choosing.choose, fields=(CODE, Field("organization", limit=120)), keeps=False, listed=False),
    Entry("narrow", choosing.narrow, fields=(CODE, ZIP), form=True, fixed=1, listed=False),
    Entry("none", choosing.none, fields=(CODE,), keeps=False, listed=False),
    Entry("later", choosing.later, fields=(CODE,), keeps=False, listed=False),
)

FOR_MODERATORS = (
    Entry("panel", panel.panel, Level.MODERATOR, anywhere=False, records=("panel",)),
    Entry(
        "profile", profile.profile, Level.MODERATOR, anywhere=False, form=True, prefill=profile.as_it_is,
        records=("profile_open", "profile_closed"),
        fields=(
            Field("line_en", required=False, limit=profile.LINE, check=profile.check_line),
            Field("line_es", required=False, limit=profile.LINE, check=profile.check_line),
            Field("languages", Kind.CHOICE, options=(*LANGUAGES, "both")),
            Field("activities", limit=200, check=profile.check_activities),
            Field("centre", limit=60, check=profile.check_centre),
            Field("free", required=False, limit=100, check=profile.check_free, page=2),
            Field("most", Kind.NUMBER, required=False, limit=4, check=profile.check_most, page=2),
            Field("link", required=False, limit=300, check=profile.check_link, page=2),
            Field("taking", Kind.CHOICE, options=("yes", "no"), page=2),
        ),
    ),
)  # fmt: skip

FOR_NEWCOMERS = (
    Entry("request", request.request, alone=True, keeps=False),
    Entry("share", consent.share, fields=SHARED, listed=False),
    Entry("undo", ending.undo, fields=(CODE,), keeps=False, listed=False),
    Entry("withdraw", ending.withdraw, fields=(CODE,), keeps=False, listed=False),
)

FOR_GREETERS = (
    Entry("claim", greeting.claim, Level.GREETER, (CODE,), form=True, fixed=1, more=greeting.asked_first),
    Entry("mine", greeting.mine, fields=(replace(CODE, required=False),), alone=True, keeps=False),
    Entry("greeter", greeting.greeter, Level.GREETER, GREETER, form=True, prefill=greeting.known_name),
    Entry("release", greeting.release, fields=(CODE,), keeps=False, listed=False),
    Entry("pass", greeting.pass_on, fields=(CODE,), keeps=False, listed=False),
    Entry("more", greeting.more, fields=(CODE,), keeps=False, listed=False),
    Entry("pause", greeting.pause, keeps=False),
    Entry("deleted", ending.deleted, Level.GREETER, (CODE,), listed=False, records=("deleted",)),
)

FOR_BOTH = (
    Entry("introduce", relay.introduce, fields=(CODE, MESSAGE), form=True, fixed=1, prefill=relay.draft, listed=False),
    Entry("write", relay.write, fields=(CODE, MESSAGE), alone=True, form=True, fixed=1, prefill=relay.before_writing),
    Entry("enough", ending.enough, fields=(CODE,), keeps=False, listed=False),
    Entry("connected", following.connected, fields=CONNECTED, keeps=False, listed=False),
)


async def purge(tx: Any, now: datetime) -> None:
    """Retention, every night."""
    await keeping.purge(tx, now)
    await store.purge(tx, now)


feature = Feature(
    "welcome",
    entries=(*AT_THE_DOOR, *CHOOSING, *FOR_MODERATORS, *FOR_NEWCOMERS, *FOR_GREETERS, *FOR_BOTH),
    jobs={
        "opened": choosing.opened, "renew": panel.renew, "nudge": waiting.nudge, "late": waiting.late,
        "look": waiting.look, "bereft": waiting.bereft, "gone": waiting.gone, "follow": following.follow,
        "close": following.close,
    },
    hooks={
        "left": left, "purge": purge, "read_csv": table.import_csv, "write_csv": table.export_csv,
        "erased": keeping.erased, "merged": keeping.merged, "kept": keeping.kept,
    },
)  # fmt: skip
