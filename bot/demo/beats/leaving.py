"""People and organizations go, and what was kept about them goes with them."""

from __future__ import annotations

from bot.core import Core
from bot.demo.hands import SECRET, Walk
from bot.demo.scan import rows_with

# The directory, for 30 days; a sender's list of where its call went; the sum of what was answered there; the audit.
OF_OTHERS = ("organization", "alert_copy", "alert_tally", "audit")


async def erased(walk: Walk) -> None:
    """Somebody has everything about them erased: their answer leaves the sum."""
    await walk.command("Beto", "calls", "mydata erase")
    await walk.choose("Beto", "calls", walk.word("mydata.erase_yes", "Beto"))
    walk.did["answers"] -= 1


async def left(walk: Walk) -> None:
    """An organization leaves: the whole database is searched for its number, before and after."""
    core, home = walk.stage.core, walk.group("whistle")
    async with core.db.read() as tx:
        number = (await core.spaces.by_code(tx, home.name)).id
    before, _ = await _rows(core, number)
    walk.expect(before, "the search finds it while it is there")
    arrived = sum(call in walk.kept for call in ("first", "second"))
    await walk.command("Mara", "moderators", "org leave")
    await walk.choose("Mara", "moderators", walk.word("orgs.leave_button", "Mara"))
    after, others = await _rows(core, number)
    walk.expect(not walk.stage.world.spaces[home.space].bot_inside, "the bot is out")
    walk.expect(not after, f"{after} rows of its own are left")
    walk.found("left", name=home.name, before=before, others=others)
    walk.did["spaces"] -= 1
    walk.did["sent"] -= arrived


async def _rows(core: Core, number: str) -> tuple[int, int]:
    """In how many rows an organization stands: its own, and those in which others keep what they know of it."""
    found = await rows_with(core, number)
    others = sum(found.pop(one, 0) for one in OF_OTHERS)
    return found.total(), others


async def came_back(walk: Walk) -> None:
    """It may come back like anybody: with a new letter."""
    home = walk.group("whistle")
    await walk.command("Alma", "moderators", "org code", organization=home.name)
    code = [code for one in walk.seen("Alma", "moderators") for code in SECRET.findall(one.text)][-1]
    await walk.act("invite", "Mara", space=home.space)
    await walk.command("Mara", "moderators", "connect", code=code)
    walk.did["spaces"] += 1
