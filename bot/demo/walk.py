"""The walk of one call to action as a list of named beats; each has its sentence under `demo.beat` in the locales."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.demo.hands import CODE, SECRET, Walk
from bot.demo.town import group

Play = Callable[[Walk], Awaitable[None]]
FIRST = ("acequia", "hilo", "kite", "luna", "marigold", "nube", "whistle")  # where the first call stands at the end
SECOND = ("hilo", "kite", "nube", "whistle")


@dataclass(frozen=True)
class Beat:
    """A step of the story: its sentence is `demo.beat.<name>`."""

    name: str
    play: Play


BEATS: list[Beat] = []


def beat(play: Play) -> Play:
    """Puts a step at the end of the story, under its function's name."""
    BEATS.append(Beat(play.__name__, play))
    return play


# -- partners -------------------------------------------------------------------------------------------------------


@beat
async def opening(walk: Walk) -> None:
    """Ten organizations are there already; the leading people read the language of the run."""
    for who in ("Alma", "Irene"):
        await walk.act("speak", who, language=walk.language)
    walk.did["spaces"] = 10


@beat
async def letters(walk: Walk) -> None:
    """The coordinator adds two organizations and gets a letter for each."""
    for slug, language in (("moon", "both"), ("cloud", "en")):
        home = group(slug)
        await walk.command("Alma", "moderators", "org add")
        await walk.fill("Alma", "moderators", name=home.name, kind=home.kind, state=home.state, language=language)
        found = [code for one in walk.seen("Alma", "moderators") for code in SECRET.findall(one.text)]
        walk.expect(found, "the letter carries a code")
        walk.kept[slug] = found[-1]


@beat
async def first_partner(walk: Walk) -> None:
    """A moderator adds the bot, sends the code and fills in the panel."""
    home = group("moon")
    await walk.act("invite", "Lupe", space=home.space)
    await walk.command("Lupe", "moderators", "connect", code=walk.kept["moon"])
    await walk.choose("Lupe", "moderators", walk.word("orgs.setup_button", "Lupe"))
    await walk.fill("Lupe", "moderators", calls=home.calls, moderators=home.moderators, policy="hold")
    walk.did["spaces"] += 1


@beat
async def second_partner(walk: Walk) -> None:
    """The same by typed lines, one question at a time; the bot is killed between two questions."""
    home = group("cloud")
    await walk.act("invite", "Odell", space=home.space)
    await walk.command("Odell", "moderators", "connect", code=walk.kept["cloud"])
    await walk.choose("Odell", "direct", walk.word("orgs.setup_button", "Odell"))
    await walk.answer_each("Odell", home.rooms[1])
    await walk.kill()
    await walk.answer_each("Odell", home.rooms[2], "skip", "skip", walk.word("orgs.setup.policy.hold", "Odell"))
    walk.did["spaces"] += 1


@beat
async def directory(walk: Walk) -> None:
    """Who is connected."""
    await walk.command("Alma", "moderators", "orgs")
    walk.expect("12" in walk.last("Alma", "moderators").text, "twelve are connected")


# -- a call ---------------------------------------------------------------------------------------------------------


@beat
async def wrong_date(walk: Walk) -> None:
    """A form with a day that does not exist: one sentence, nothing lost."""
    await walk.command("Alma", "moderators", "action new")
    await walk.fill(
        "Alma", "moderators", where="Marigold Flats Library", link="",
        what=walk.pick(en="Fill the school board meeting", es="Llenemos la junta escolar"),
        ask=walk.pick(en="Bring a neighbor and a sign.", es="Trae a tu gente y un cartel."),
        when=walk.pick(en="February 31 at 5 PM", es="31 de febrero a las 5 de la tarde"),
    )  # fmt: skip
    walk.with_choice("Alma", "moderators", walk.word("core.mend", "Alma"))


@beat
async def mended(walk: Walk) -> None:
    """The form comes back filled in; only the day is typed again."""
    await walk.choose("Alma", "moderators", walk.word("core.mend", "Alma"))
    page = walk.screen("Alma").form
    walk.expect(page and any("Marigold" in one.value for one in page.blanks), "what was typed is still there")
    await walk.fill("Alma", "moderators", when=walk.pick(en="Saturday 5 PM", es="sábado a las 5 de la tarde"))
    walk.kept["first"] = CODE.findall(walk.last("Alma", "moderators").text)[-1]


@beat
async def translated(walk: Walk) -> None:
    """The text in the other language is added from the preview."""
    await walk.choose("Alma", "moderators", walk.word(f"alerts.preview.add_{walk.other}", "Alma"))
    await walk.fill(
        "Alma", "moderators",
        other_what=walk.pick(es="Fill the school board meeting", en="Llenemos la junta escolar"),
        other_ask=walk.pick(es="Bring a neighbor and a sign.", en="Trae a tu gente y un cartel."),
    )  # fmt: skip


@beat
async def sent_and_killed(walk: Walk) -> None:
    """It goes out; in the middle of it the bot is killed: some copies never left, of others the answer never came."""
    message, at = walk.with_choice("Alma", "moderators", walk.word("alerts.preview.send", "Alma"))
    account, room = walk.account("Alma"), walk.room("Alma", "moderators").address
    walk.stage.world.jam = {"forms": "after", "lines": "before"}
    await walk.stage.perform(walk.stage.adapter(account).press(account, room, message.choices[at][1]))
    await walk.until(lambda: len(list(walk.copies(walk.kept["first"]))) == 3)
    await walk.until_refused()
    await walk.kill()
    walk.did.update(alerts=1, sent=5, failed=1)
    _stands(walk, "first", ("hilo", "kite", "marigold", "nube", "whistle"))


def _stands(walk: Walk, call: str, slugs: tuple[str, ...]) -> None:
    found = sorted(slug for slug, _ in walk.copies(walk.kept[call]))
    walk.expect(found == sorted(slugs), f"each copy stands once: {found}")


# -- those who are asked first --------------------------------------------------------------------------------------


@beat
async def accepted(walk: Walk) -> None:
    """One says yes."""
    await walk.choose("Gael", "moderators", walk.word("alerts.accept_button", "Gael"))
    walk.did["sent"] += 1


@beat
async def accepted_with_a_line(walk: Walk) -> None:
    """One says yes and adds where its people meet."""
    await walk.choose("Celia", "moderators", walk.word("alerts.line_button", "Celia"))
    await walk.write("Celia", "direct", "Nos vemos a las 4:30 en la biblioteca.")
    walk.did["sent"] += 1
    walk.expect("4:30" in walk.last("Celia", "calls").text, "the line stands below the copy")


@beat
async def declined(walk: Walk) -> None:
    """One says: not for us."""
    await walk.choose("Odell", "moderators", walk.word("alerts.decline_button", "Odell"))


@beat
async def silence(walk: Walk) -> None:
    """One says nothing: after its waking hours it is not posted."""
    await walk.later(hours=10)
    _stands(walk, "first", FIRST)


# -- answers --------------------------------------------------------------------------------------------------------


@beat
async def answers(walk: Walk) -> None:
    """Members answer by a button, by a number, by a typed line."""
    await walk.choose("Beto", "calls", walk.word("alerts.answer.value.in", "Beto"))
    await walk.choose("Joel", "calls", walk.word("alerts.answer.value.cant", "Joel"))
    await walk.choose("Nico", "calls", walk.word("alerts.answer.value.in", "Nico"))
    await walk.choose("Fina", "calls", "Ahí estaré")
    await walk.choose("Darío", "calls", walk.word("alerts.answer.value.in", "Darío"))
    await walk.write("Reyna", "direct", f"convocatoria responder {walk.kept['first']} ahí estaré")
    walk.did["answers"] = 6


@beat
async def twice(walk: Walk) -> None:
    """A second press counts nothing."""
    await walk.choose("Beto", "calls", walk.word("alerts.answer.value.in", "Beto"))


@beat
async def one_person(walk: Walk) -> None:
    """Somebody answers with a second account too; once linked they count once."""
    yes = walk.word("alerts.answer.value.in", "Nico (Matrix)")
    await walk.write("Nico (Matrix)", "direct", f"action answer {walk.kept['first']} {yes}")
    await walk.command("Nico", "direct", "mydata link")
    code = SECRET.findall(walk.last("Nico", "direct").text)[-1]
    await walk.command("Nico (Matrix)", "direct", "mydata link", code=code)


@beat
async def another_mind(walk: Walk) -> None:
    """A maybe becomes a yes; the copies get the new sum a little later."""
    await walk.choose("Hilda", "calls", walk.word("alerts.answer.value.maybe", "Hilda"))
    await walk.choose("Hilda", "calls", walk.word("alerts.answer.value.in", "Hilda"))
    walk.did["answers"] += 1
    await walk.later(minutes=10)
    shown = {slug: "6" in one.text for slug, one in walk.copies(walk.kept["first"])}
    walk.expect(all(shown.values()), f"the copies show six people: {shown}")


# -- afterwards -----------------------------------------------------------------------------------------------------


@beat
async def landed(walk: Walk) -> None:
    """Where it landed, and what to do where it did not."""
    await walk.command("Alma", "moderators", "action where", code=walk.kept["first"])
    shown = walk.last("Alma", "moderators").text
    walk.expect(group("bell").name in shown and walk.word("alerts.state.failed") in shown, "what failed is named")


@beat
async def corrected(walk: Walk) -> None:
    """Another hour: every copy changes, and those who said yes get a message."""
    await walk.command("Alma", "moderators", "action correct", code=walk.kept["first"])
    await walk.fill("Alma", "moderators", when=walk.pick(en="Saturday 6 PM", es="sábado a las 6 de la tarde"))
    await walk.later(minutes=1)
    changed = [slug for slug, one in walk.copies(walk.kept["first"]) if one.versions]
    walk.expect(sorted(changed) == sorted(FIRST), f"every copy is changed: {changed}")
    walk.expect(walk.seen("Nico", "direct"), "those who said yes are told")


@beat
async def outage(walk: Walk) -> None:
    """One platform is away while a second call goes out; it arrives when the platform is back."""
    await walk.act("platform", "Irene", style="lines")
    await walk.command("Irene", "moderators", "action new")
    await walk.fill(
        "Irene", "moderators", when="", where="", link="",
        what=walk.pick(en="Call the water office", es="Llama a la oficina del agua"),
        ask=walk.pick(en="Ask when the pipes will be mended.", es="Pregunta cuándo arreglan las tuberías."),
    )  # fmt: skip
    walk.kept["second"] = CODE.findall(walk.last("Irene", "moderators").text)[-1]
    await walk.choose("Irene", "moderators", walk.word("alerts.preview.send", "Irene"))
    _stands(walk, "second", ("hilo", "whistle"))
    await walk.act("platform", "Irene", style="lines")
    await walk.later(minutes=2)
    _stands(walk, "second", SECOND)
    walk.did.update(alerts=1, sent=4, failed=1)


@beat
async def done(walk: Walk) -> None:
    """A call without a time is answered: I did it."""
    await walk.choose("Joel", "calls", walk.word("alerts.answer.value.done", "Joel"))
    await walk.choose("Reyna", "calls", walk.word("alerts.answer.value.done", "Reyna"))
    walk.did["answers"] += 2


@beat
async def removed_by_them(walk: Walk) -> None:
    """Moderators remove a copy from their own channel: it is not posted again."""
    copy = next(one for slug, one in walk.copies(walk.kept["second"]) if slug == "whistle")
    await walk.act("remove", "Mara", "calls", message=copy.id)
    _stands(walk, "second", ("hilo", "kite", "nube"))


@beat
async def taken_back(walk: Walk) -> None:
    """The second call is taken back everywhere, after a restart."""
    await walk.kill()
    await walk.command("Irene", "moderators", "action takeback", code=walk.kept["second"])
    await walk.choose("Irene", "moderators", walk.word("alerts.takeback_yes", "Irene"))
    _stands(walk, "second", ())
    _stands(walk, "first", FIRST)


@beat
async def erased(walk: Walk) -> None:
    """Somebody has everything about them erased: their answer leaves the sum."""
    await walk.command("Beto", "calls", "mydata erase")
    await walk.choose("Beto", "calls", walk.word("mydata.erase_yes", "Beto"))
    walk.did["answers"] -= 1
