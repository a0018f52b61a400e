"""A call to action: written once, decided by every house for itself."""

from __future__ import annotations

from bot.demo.hands import CODE, Walk

OWN = ("marigold",)
AT_ONCE = ("hilo", "kite", "marigold", "nube", "whistle")  # where the first call stands at once
FIRST = ("acequia", "cloud", *AT_ONCE)  # and in the end


def stands(walk: Walk, call: str, slugs: tuple[str, ...]) -> None:
    """Expects one copy of a call in each of these organizations' channels, and none elsewhere."""
    found = sorted(slug for slug, _ in walk.copies(walk.kept[call]))
    walk.expect(found == sorted(slugs), f"each copy stands once: {found}")


# -- written once ---------------------------------------------------------------------------------------------------


async def wrong_date(walk: Walk) -> None:
    """A form with a day that does not exist: one sentence, nothing lost."""
    await walk.command("Alma", "moderators", "action new")
    await walk.fill(
        "Alma", "moderators", where=walk.pick(en="Old Library, Room 2", es="Biblioteca vieja, sala 2"), link="",
        what=walk.pick(en="Fill the school board meeting", es="Llenemos la junta escolar"),
        ask=walk.pick(en="Bring a neighbor and a sign.", es="Trae a tu gente y un cartel."),
        when=walk.pick(en="February 31 at 5 PM", es="31 de febrero a las 5 de la tarde"),
    )  # fmt: skip
    walk.with_choice("Alma", "moderators", walk.word("core.mend", "Alma"))


async def mended(walk: Walk) -> None:
    """The form comes back filled in; only the day is typed again."""
    await walk.choose("Alma", "moderators", walk.word("core.mend", "Alma"))
    page = walk.screen("Alma").form
    kept = walk.pick(en="Old Library", es="Biblioteca vieja")
    walk.expect(page and any(kept in one.value for one in page.blanks), "what was typed is still there")
    await walk.fill("Alma", "moderators", when=walk.pick(en="Saturday 5 PM", es="sábado a las 5 de la tarde"))
    walk.kept["first"] = CODE.findall(walk.last("Alma", "moderators").text)[-1]


async def translated(walk: Walk) -> None:
    """The text in the other language is added from the preview."""
    await walk.choose("Alma", "moderators", walk.word(f"alerts.preview.add_{walk.other}", "Alma"))
    await walk.fill(
        "Alma", "moderators",
        other_what=walk.pick(es="Fill the school board meeting", en="Llenemos la junta escolar"),
        other_ask=walk.pick(es="Bring a neighbor and a sign.", en="Trae a tu gente y un cartel."),
    )  # fmt: skip


# -- each house decides ---------------------------------------------------------------------------------------------


async def sent(walk: Walk) -> None:
    """It stands in its own organization; the others read a question first."""
    await walk.choose("Alma", "moderators", walk.word("alerts.preview.send", "Alma"))
    walk.did.update(alerts=1, sent=1)
    stands(walk, "first", OWN)


async def accepted(walk: Walk) -> None:
    """One says yes: she is the second person, and for two minutes it can be stopped."""
    await walk.choose("Gael", "moderators", walk.word("alerts.accept_button", "Gael"))
    walk.with_choice("Gael", "moderators", walk.word("alerts.second.stop_button", "Gael"))
    stands(walk, "first", OWN)


async def gone_out(walk: Walk) -> None:
    """Nobody stops it, so it goes to her space and to all who take such calls at once."""
    await walk.later(minutes=2)
    await walk.until_refused()
    walk.did["sent"] += 5
    walk.did.update(failed=1)
    stands(walk, "first", (*AT_ONCE, "acequia"))


async def accepted_with_a_line(walk: Walk) -> None:
    """One says yes and adds where its people meet."""
    await walk.choose("Odell", "moderators", walk.word("alerts.line_button", "Odell"))
    line = walk.pick(en="We meet at 4:30 by the fountain.", es="Nos vemos a las 4:30 junto a la fuente.")
    await walk.write("Odell", "direct", line)
    walk.did["sent"] += 1
    walk.expect("4:30" in walk.last("Odell", "calls").text, "the line stands below the copy")


async def declined(walk: Walk) -> None:
    """One says: not for us."""
    await walk.choose("Lupe", "moderators", walk.word("alerts.decline_button", "Lupe"))
    stands(walk, "first", FIRST)


async def landed(walk: Walk) -> None:
    """Where it landed, and what to do where it did not."""
    await walk.command("Alma", "moderators", "action where", code=walk.kept["first"])
    shown = walk.last("Alma", "moderators").text
    refused = walk.group("bell").name in shown and walk.word("alerts.state.failed") in shown
    walk.expect(refused, "what failed is named")


async def silence(walk: Walk) -> None:
    """One says nothing: after its waking hours it is not posted."""
    await walk.later(hours=10)
    stands(walk, "first", FIRST)
