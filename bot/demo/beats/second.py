"""A second call: what an outage, a kill, the receivers and the senders do to it."""

from __future__ import annotations

from datetime import timedelta

from bot.demo.beats.calls import FIRST, stands
from bot.demo.hands import CODE, Walk

ARRIVED_ON_BUTTONS = 2
SECOND = ("hilo", "kite", "nube", "whistle")


async def stopped(walk: Walk) -> None:
    """A second call: its second person says yes, thinks again, and stops it before it leaves."""
    await walk.command("Irene", "moderators", "action new")
    await walk.fill(
        "Irene", "moderators", when="", where="", link="",
        what=walk.pick(en="Call the water office", es="Llama a la oficina del agua"),
        ask=walk.pick(en="Ask when the pipes will be mended.", es="Pregunta cuándo arreglan las tuberías."),
    )  # fmt: skip
    walk.kept["second"] = CODE.findall(walk.last("Irene", "moderators").text)[-1]
    await walk.choose("Irene", "moderators", walk.word("alerts.preview.send", "Irene"))
    walk.did.update(alerts=1, sent=1)
    await walk.choose("Mara", "moderators", walk.word("alerts.accept_button", "Mara"))
    await walk.choose("Mara", "moderators", walk.word("alerts.second.stop_button", "Mara"))
    await walk.later(minutes=2)
    stands(walk, "second", ("hilo",))
    await walk.choose("Irene", "moderators", *walk.in_both("alerts.second.again_button"))


async def outage(walk: Walk) -> None:
    """It goes out after all while one platform is away, and the bot is killed in the middle of the other."""
    await walk.act("platform", "Irene", style="lines")
    await walk.choose("Mara", "moderators", walk.word("alerts.accept_button", "Mara"))
    walk.stage.world.jam = {"forms": "after"}
    walk.stage.move(timedelta(minutes=2))
    await walk.until(lambda: len(list(walk.copies(walk.kept["second"]))) == ARRIVED_ON_BUTTONS)
    await walk.until_refused()
    await walk.kill()
    walk.did.update(sent=3, failed=1)
    stands(walk, "second", ("hilo", "whistle"))


async def back_again(walk: Walk) -> None:
    """The platform is there again: the rest arrives, nothing twice."""
    await walk.act("platform", "Irene", style="lines")
    await walk.later(minutes=2)
    stands(walk, "second", SECOND)


async def done(walk: Walk) -> None:
    """A call without a time is answered: I did it."""
    await walk.choose("Joel", "calls", walk.word("alerts.answer.value.done", "Joel"))
    await walk.choose("Reyna", "calls", walk.word("alerts.answer.value.done", "Reyna"))
    walk.did["answers"] += 2


async def removed_by_them(walk: Walk) -> None:
    """Moderators remove a copy from their own channel: it is not posted again."""
    copy = next(one for slug, one in walk.copies(walk.kept["second"]) if slug == "whistle")
    await walk.act("remove", "Mara", "calls", message=copy.id)
    stands(walk, "second", ("hilo", "kite", "nube"))


async def half_written(walk: Walk) -> None:
    """Somebody writes by typed lines; the bot is killed between two questions and asks on where it was."""
    await walk.command("Celia", "direct", "convocatoria nueva")
    await walk.answer_each("Celia", "Limpiemos el parque")
    await walk.kill()
    await walk.answer_each("Celia", "Trae guantes.", "saltar", "saltar", "saltar")
    walk.expect("Limpiemos el parque" in walk.last("Celia", "direct").text, "what was typed before the kill is kept")
    await walk.choose("Celia", "direct", walk.word("alerts.preview.discard", "Celia"))


async def taken_back(walk: Walk) -> None:
    """The second call is taken back everywhere, after a restart."""
    await walk.kill()
    await walk.command("Irene", "moderators", "action takeback", code=walk.kept["second"])
    await walk.choose("Irene", "moderators", walk.word("alerts.takeback_yes", "Irene"))
    stands(walk, "second", ())
    stands(walk, "first", FIRST)
