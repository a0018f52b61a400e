"""Somebody new: asked two things, shown who is near, welcomed by a named human by a named time."""

from __future__ import annotations

from bot.demo.hands import Walk


async def door(walk: Walk) -> None:
    """The panel stands where everybody talks; its button is the language, the age is asked before anything is kept."""
    await walk.stage.speak(walk.account("Noa"), walk.language)
    await walk.command("Alma", "moderators", "welcome panel")
    await walk.choose("Noa", "lounge", walk.word("welcome.start_button", "Noa"))
    await walk.choose("Noa", "lounge", walk.word("welcome.age_yes", "Noa"))
    await walk.fill("Noa", "lounge", name="Noa", activity="food", place="850", spoken=walk.language, free="weekends")
    walk.did["newcomers"] += 1


async def consented(walk: Walk) -> None:
    """One organization is chosen; the card says exactly what it will read, and then it is shared."""
    home = walk.group("marigold").name
    await walk.choose("Noa", "lounge", home)
    share = walk.stage.core.words.label(walk.language, "welcome.share_button", name=home)
    await walk.choose("Noa", "lounge", share)
    card = walk.last("Alma", "moderators")
    walk.expect("Noa" not in card.text, "the greeters' card shows no name")


async def welcomed(walk: Walk) -> None:
    """A greeter takes the new person on and writes first; the new person reads who, and by when."""
    await walk.choose("Alma", "moderators", *walk.in_both("welcome.claim_button"))
    await walk.fill("Alma", "moderators", name="Alma", languages="both")
    walk.did["handed_off"] += 1
    told = walk.last("Noa", "direct")
    walk.expect("Alma" in told.text, "the new person reads who has them")
    await walk.choose("Alma", "moderators", walk.word("welcome.introduce_button", "Alma"))
    await walk.fill("Alma", "moderators")
    walk.did["introduced"] += 1
    walk.expect("Noa" in walk.last("Noa", "direct").text, "the first words have arrived")
