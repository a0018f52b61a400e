"""New people: asked two things, shown up to three organizations, handed to a named human, and never lost on the way.

`rules` decides, `directory` knows the organizations, `store` keeps; handlers stand beside this file by subject.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.feature import LANGUAGES, Entry, Feature, Field, Kind, Level, Organization
from cogs.welcome import choosing, door, panel, rules, store
from cogs.welcome.directory import profile, table
from cogs.welcome.directory import store as directory

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


async def left(tx: Any, organization: Organization, now: datetime) -> None:
    """An organization is out."""
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

feature = Feature(
    "welcome",
    entries=(*AT_THE_DOOR, *CHOOSING, *FOR_MODERATORS),
    jobs={"opened": choosing.opened, "renew": panel.renew},
    hooks={
        "left": left, "purge": store.purge, "read_csv": table.import_csv, "write_csv": table.export_csv,
    },
)  # fmt: skip
