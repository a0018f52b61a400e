"""People and organizations go, and what was kept about them goes with them."""

from __future__ import annotations

from bot.demo.hands import SECRET, Walk
from bot.demo.scan import rows_with


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
    before = (await rows_with(core, number)).total()
    await walk.command("Mara", "moderators", "org leave")
    await walk.choose("Mara", "moderators", walk.word("orgs.leave_button", "Mara"))
    after = (await rows_with(core, number)).total()
    walk.expect(not walk.stage.world.spaces[home.space].bot_inside, "the bot is out")
    walk.found("left", name=home.name, before=before, after=after)
    walk.did["spaces"] -= 1


async def came_back(walk: Walk) -> None:
    """It may come back like anybody: with a new letter."""
    home = walk.group("whistle")
    await walk.command("Alma", "moderators", "org code", organization=home.name)
    code = [code for one in walk.seen("Alma", "moderators") for code in SECRET.findall(one.text)][-1]
    await walk.act("invite", "Mara", space=home.space)
    await walk.command("Mara", "moderators", "connect", code=code)
    walk.did["spaces"] += 1
