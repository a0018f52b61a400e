"""The debrief with its picture on the page, and the meeting guide as it is printed; part of `make pictures`."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from pathlib import Path

from playwright.async_api import Browser, ViewportSize

from bot.demo.hands import Walk
from bot.demo.stage import Stage
from bot.demo.walk import BEATS

SEATS = {"en": ("Nico", "calls"), "es": ("Hilda", "lounge")}
TO_THE_END = "document.querySelectorAll('.messages').forEach((one) => { one.scrollTop = one.scrollHeight; })"
DESK = ViewportSize(width=760, height=1480)
PAPER = ViewportSize(width=760, height=400)
SECTION = re.compile(r'<section lang="(\w+)">.*?</section>\n?', re.DOTALL)


async def play(stage: Stage, language: str) -> Walk:
    """The whole walk until the guide is there."""
    walk = Walk(stage, language)
    for beat in BEATS:
        await beat.play(walk)
        if beat.name == "guide":
            return walk
    raise RuntimeError("the walk has no guide")


async def debrief(browser: Browser, walk: Walk, language: str, address: str, path: Path) -> None:
    """A member's screen with the debrief's end, where its picture is."""
    context = await browser.new_context(viewport=DESK, locale=f"{language}-US", reduced_motion="reduce")
    who, room = SEATS[language]
    screens = [(walk.account(who), walk.room(who, room).address)]
    kept = {"screens": json.dumps(screens), "intro": "seen", "language": language}
    lines = "".join(f"localStorage.setItem('causeway.{name}', {json.dumps(value)});" for name, value in kept.items())
    await context.add_init_script(lines)
    page = await context.new_page()
    await page.goto(address)
    await page.wait_for_selector("img.picture", state="attached")
    await page.evaluate("document.activeElement.blur()")
    await page.evaluate(TO_THE_END)
    await page.wait_for_timeout(300)
    await page.screenshot(path=path)
    await context.close()


async def guide(browser: Browser, walk: Walk, language: str, path: Path) -> None:
    """The page that comes with the guide, in one of its two languages, as a browser shows it."""
    _, _, packed = walk.last("Alma", "moderators").files[0]
    page_of_both = b64decode(packed).decode("utf-8-sig")
    shown = SECTION.sub(lambda found: found[0] if found[1] == language else "", page_of_both)
    page = await browser.new_page(viewport=PAPER)
    await page.set_content(shown)
    await page.screenshot(path=path, full_page=True)
    await page.close()
