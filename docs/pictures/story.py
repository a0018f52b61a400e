"""The story's pictures: where every house has decided, and on a phone where one press moved the sum."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize

from bot.cli.demo import staged
from bot.demo.server import serve
from bot.demo.walk import STORY

HERE = Path(__file__).parent
LOCALES = {"en": "en-US", "es": "es-US"}
# name -> how wide, and after which scene
SHOTS = {
    "story": (ViewportSize(width=1400, height=860), "decided"),
    "story-phone": (ViewportSize(width=400, height=820), "answered"),
}
ON_A_PHONE = "document.querySelector('#tabs [role=tab]:last-child')?.click()"  # the member's screen


async def photograph(browser: Browser, make_small: Callable[[Path], None]) -> None:
    """Every picture of the story in both languages, taken while the page tells it."""
    for name, (size, scene) in SHOTS.items():
        for language in LOCALES:
            path = HERE / f"{name}-{language}.png"
            await _take(browser, size, scene, language, path)
            make_small(path)
            print(path.name)


async def _take(browser: Browser, size: ViewportSize, scene: str, language: str, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with staged(Path(folder)) as stage:
            runner, address = await serve(stage, 0, tempo=0.0)
            context = await browser.new_context(
                viewport=size, locale=LOCALES[language], reduced_motion="reduce", is_mobile=size["width"] < 760
            )
            page = await context.new_page()
            await page.goto(address)
            await _tell_until(page, scene)
            await page.screenshot(path=path)
            await context.close()
            await runner.cleanup()


async def _tell_until(page: Page, scene: str) -> None:
    for at in range(1, [one.name for one in STORY].index(scene) + 2):
        await page.locator("#next").click()
        await page.locator(".bars .past").nth(at - 1).wait_for(state="attached", timeout=60_000)
        await page.wait_for_selector("#story[data-mode=paused]", timeout=60_000)
    await page.evaluate(ON_A_PHONE)
    await page.evaluate("document.activeElement.blur()")
    await page.mouse.move(0, 0)
    await page.wait_for_timeout(600)
