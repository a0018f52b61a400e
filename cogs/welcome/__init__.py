"""New people: asked two things, shown up to three organizations, handed to a named human, and never lost on the way.

`rules` decides, `directory` knows the organizations, `store` keeps; handlers stand beside this file by subject.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.feature import Feature, Organization
from cogs.welcome import store
from cogs.welcome.directory import store as directory


async def left(tx: Any, organization: Organization, now: datetime) -> None:
    """An organization is out."""
    await store.end_organization(tx, organization.id)
    await directory.end_organization(tx, organization.id)


feature = Feature("welcome", hooks={"left": left, "purge": store.purge})
