"""How organizations come in: a letter, a code, one panel."""

from __future__ import annotations

from bot.demo.hands import SECRET, Walk


async def opening(walk: Walk) -> None:
    """Ten organizations are there already; the leading people read the language of the run."""
    for who in ("Alma", "Irene", "Odell"):
        await walk.stage.speak(walk.account(who), walk.language)
    walk.did["spaces"] = 10


async def letters(walk: Walk) -> None:
    """The coordinator adds two organizations and gets a letter for each."""
    for slug, language in (("moon", "both"), ("cloud", walk.language)):
        home = walk.group(slug)
        await walk.command("Alma", "moderators", "org add")
        await walk.fill("Alma", "moderators", name=home.name, kind=home.kind, state=home.state, language=language)
        found = [code for one in walk.seen("Alma", "moderators") for code in SECRET.findall(one.text)]
        walk.expect(found, "the letter carries a code")
        walk.kept[slug] = found[-1]


async def first_partner(walk: Walk) -> None:
    """A moderator adds the bot, sends the code and fills in the panel."""
    home = walk.group("moon")
    await walk.act("invite", "Lupe", space=home.space)
    await walk.command("Lupe", "moderators", "connect", code=walk.kept["moon"])
    await walk.choose("Lupe", "moderators", walk.word("orgs.setup_button", "Lupe"))
    await walk.fill("Lupe", "moderators", calls=home.calls, moderators=home.moderators, policy="hold")
    walk.did["spaces"] += 1


async def second_partner(walk: Walk) -> None:
    """The same by typed lines, one question at a time."""
    home = walk.group("cloud")
    await walk.act("invite", "Odell", space=home.space)
    await walk.command("Odell", "moderators", "connect", code=walk.kept["cloud"])
    await walk.choose("Odell", "direct", walk.word("orgs.setup_button", "Odell"))
    ask_first = walk.word("orgs.setup.policy.hold", "Odell")
    await walk.answer_each("Odell", home.rooms[1], home.rooms[2], "skip", "skip", ask_first)
    walk.did["spaces"] += 1


async def directory(walk: Walk) -> None:
    """Who is connected."""
    await walk.command("Alma", "moderators", "orgs")
    walk.expect("12" in walk.last("Alma", "moderators").text, "twelve are connected")
