"""Takes the real pictures of the README: `make pictures`. Plays the script up to a beat, then photographs the page."""

from __future__ import annotations

import asyncio
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, ViewportSize, async_playwright

from bot.cli.demo import staged
from bot.demo.hands import Walk
from bot.demo.server import serve
from bot.demo.stage import Stage
from bot.demo.walk import BEATS
from docs.pictures import debrief, story

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
]  # fmt: skip
DESK, PHONE = ViewportSize(width=1400, height=860), ViewportSize(width=400, height=820)
# Where a call stands, its beginning; on its author's own screen, the newest answer.
CALL_IN_VIEW = """document.querySelectorAll('.messages').forEach((one) => {
  if (!one.querySelector('.private .choice.danger')) one.scrollTop = 0;
})"""
LOCALES = {"en": "en-US", "es": "es-US"}


@dataclass(frozen=True)
class Shot:
    """One picture: after which beat, how wide, and whose screens (account, channel) are open."""

    name: str
    beat: str
    size: ViewportSize
    screens: tuple[tuple[str, str], ...]  # THREE[2] is somebody who reads the picture's language
    form: str = ""  # a label to press first, so that a form is open


THREE = (
    ("forms:alma", "forms-marigold/moderators"),
    ("lines:ida", "lines-cloud/calls"),
    ("member", "calls"),
)
MEMBERS = {"en": ("forms:nico", "forms-whistle/calls"), "es": ("forms:hilda", "forms-acequia/convocatorias")}
SHOTS = (
    Shot("preview", "translated", DESK, (THREE[0], ("forms:gael", "forms-acequia/moderación"), THREE[2])),
    Shot("form", "directory", DESK, THREE, "action new"),
    Shot("phone", "another_mind", PHONE, (THREE[2], THREE[0], THREE[1])),
)


async def take(browser: Browser, shot: Shot, language: str) -> None:
    """One picture in one language."""
    with tempfile.TemporaryDirectory() as folder:
        async with staged(Path(folder)) as stage:
            await _play(stage, shot, language)
            runner, address = await serve(stage, 0, free=True)
            await _photograph(browser, shot, language, address)
            await runner.cleanup()


async def _play(stage: Stage, shot: Shot, language: str) -> None:
    walk = Walk(stage, language)
    for beat in BEATS:
        await beat.play(walk)
        if beat.name == shot.beat:
            break
    if shot.form:
        await walk.command("Alma", "moderators", shot.form)


async def _photograph(browser: Browser, shot: Shot, language: str, address: str) -> None:
    context = await browser.new_context(
        viewport=shot.size, locale=LOCALES[language], reduced_motion="reduce", is_mobile=shot.size is PHONE
    )
    screens = [MEMBERS[language] if one == THREE[2] else one for one in shot.screens]
    kept = {"screens": json.dumps(screens), "intro": "seen", "language": language}
    lines = "".join(f"localStorage.setItem('causeway.{name}', {json.dumps(value)});" for name, value in kept.items())
    await context.add_init_script(lines)
    page = await context.new_page()
    await page.goto(address)
    await page.wait_for_selector(".message")
    await page.evaluate("document.activeElement.blur()") if not shot.form else None
    await page.evaluate(CALL_IN_VIEW)
    await page.wait_for_timeout(300)
    path = HERE / f"{shot.name}-{language}.png"
    await page.screenshot(path=path)
    _make_small(path)
    await context.close()


def _make_small(path: Path) -> None:
    """A palette instead of true colour: a page of flat colours loses nothing and is a third of the size."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(200, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


async def take_debrief(browser: Browser, language: str) -> None:
    """The debrief and the meeting guide in one language."""
    with tempfile.TemporaryDirectory() as folder:
        async with staged(Path(folder)) as stage:
            walk = await debrief.play(stage, language)
            runner, address = await serve(stage, 0, free=True)
            shown, paper = (HERE / f"{name}-{language}.png" for name in ("debrief", "guide"))
            await debrief.debrief(browser, walk, language, address, shown)
            await debrief.guide(browser, walk, language, paper)
            await runner.cleanup()
    for path in (shown, paper):
        _make_small(path)
        print(path.name)


async def main() -> None:
    """Every picture in both languages."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for shot in SHOTS:
            for language in LOCALES:
                await take(browser, shot, language)
                print(f"{shot.name}-{language}.png")
        for language in LOCALES:
            await take_debrief(browser, language)
        await story.photograph(browser, _make_small)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
