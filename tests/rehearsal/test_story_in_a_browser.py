"""The story in a real Chromium: it is what the page opens on, for eyes, ears, keyboard and phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bot.demo.stage import Stage
from bot.demo.walk import STORY
from tests.rehearsal.test_in_a_browser import AUDIT, PHONE, Visitor, visitor

__all__ = ["visitor"]
NARROW = "document.documentElement.scrollWidth <= innerWidth"
SMALL = (
    "[...document.querySelectorAll('button, select, input, textarea, summary')].filter((one) => one.checkVisibility())"
    ".map((one) => [one.textContent, one.getBoundingClientRect().height]).filter(([, height]) => height < 43.5)"
)


def told(page: Page, name: str) -> Any:
    """One of the story's buttons."""
    return page.get_by_role("group", name=re.compile("The story|La historia")).get_by_role("button", name=name)


async def test_the_page_opens_on_the_story(visitor: Visitor) -> None:
    """Issue 3, section 3: headline, four buttons, three screens, one strip in words."""
    page = await visitor.open_story()
    headline = "Twelve organizations. One call to action. Everybody keeps their own house."
    await expect(page.get_by_role("heading", name=headline)).to_be_visible()
    for name in ("Play", "Next", "Pause", "Try it yourself"):
        await expect(told(page, name)).to_be_visible()
    await expect(page.locator(".screen:visible")).to_have_count(3)
    strip = page.get_by_role("region", name=re.compile("Where it landed"))
    await expect(strip.get_by_role("listitem")).to_have_count(12)
    await expect(page.get_by_role("textbox")).to_have_count(0)


async def test_play_goes_on_by_itself_and_pause_stops_it(visitor: Visitor) -> None:
    page = await visitor.open_story()
    await told(page, "Play").click()
    await expect(page.locator("#step")).to_contain_text("Part 2 of")
    await told(page, "Pause").click()
    await expect(page.locator("#step")).to_contain_text("paused")
    await expect(told(page, "Play")).to_be_enabled()
    stood = await page.locator("#step").inner_text()
    await page.wait_for_timeout(1500)
    assert await page.locator("#step").inner_text() == stood


async def test_next_by_the_keyboard_and_the_focus_stays_on_the_buttons(visitor: Visitor) -> None:
    page = await visitor.open_story()
    await told(page, "Next").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#step")).to_contain_text(f"Part 1 of {len(STORY)}, paused")
    assert await page.evaluate("document.activeElement.closest('.tell') !== null")
    await expect(page.locator("#sentence")).to_have_attribute("aria-live", "polite")
    await expect(page.locator("#sentence")).to_contain_text("Alma asks the last two organizations in")


async def test_who_acts_is_said_in_words(visitor: Visitor) -> None:
    """h3: no meaning by colour alone."""
    page = await visitor.open_story()
    await told(page, "Play").click()
    await expect(page.locator(".screen.acting .badge").first).to_have_text("acts now")
    await told(page, "Pause").click()


async def test_try_it_yourself_frees_everything_and_the_story_waits(visitor: Visitor) -> None:
    page = await visitor.open_story()
    await told(page, "Next").click()
    await expect(page.locator("#step")).to_contain_text("paused")
    await told(page, "Try it yourself").click()
    await expect(page.get_by_role("button", name="Kill and restart")).to_be_visible()
    await expect(page.locator(".screen select")).to_have_count(3)
    await page.reload()
    await expect(page.locator(".screen select")).to_have_count(3)
    await page.get_by_role("button", name="Back to the story").click()
    await expect(page.locator("#step")).to_contain_text("paused")


async def test_a_reload_in_the_story_loses_nothing(visitor: Visitor) -> None:
    page = await visitor.open_story()
    await told(page, "Next").click()
    await expect(page.locator("#step")).to_contain_text("paused")
    said = await page.locator("#sentence").inner_text()
    await page.reload()
    await expect(page.locator("#sentence")).to_have_text(said)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_story_stands_in_nobodys_way(visitor: Visitor, scheme: Any) -> None:
    """Names, labels, ids and contrast, before and where the houses decided."""
    page = await visitor.open_story(color_scheme=scheme)
    assert await page.evaluate(AUDIT) == []
    for _ in range(3):
        await told(page, "Next").click()
        await expect(told(page, "Play")).to_be_enabled()
        await expect(page.locator("#step")).to_contain_text("paused")
    assert await page.evaluate(AUDIT) == []


async def test_on_a_phone_the_tabs_follow_whoever_acts(visitor: Visitor) -> None:
    page = await visitor.open_story(viewport=PHONE, is_mobile=True, has_touch=True)
    assert await page.evaluate(NARROW)
    assert await page.evaluate(SMALL) == []
    await told(page, "Play").tap()
    await expect(page.locator(".screen.lines:visible .badge")).to_have_text("acts now")
    await told(page, "Pause").tap()
    await expect(page.locator(".screen:visible")).to_have_count(1)
    await page.get_by_role("button", name="All twelve").tap()
    await expect(page.locator("#landed-list li:visible")).to_have_count(12)
    assert await page.evaluate(NARROW)
    assert await page.evaluate(AUDIT) == []


async def test_the_story_in_spanish(visitor: Visitor, stage: Stage) -> None:
    """h8"""
    page = await visitor.open_story(locale="es-MX")
    await expect(page.get_by_role("heading", name=re.compile("Doce organizaciones"))).to_be_visible()
    await told(page, "Siguiente").click()
    await expect(page.locator("#step")).to_contain_text("en pausa")
    assert stage.world.screens["forms:alma"].language == "es"
    assert await page.evaluate(AUDIT) == []


async def test_ones_own_names_are_on_the_page(visitor: Visitor) -> None:
    """Issue 3, section 3: what is wrong is said beside the field, and nothing that was typed is lost."""
    page = await visitor.open_story()
    await page.get_by_text("With your own organizations' names").click()
    field = page.get_by_label("Your organizations' names, one per line")
    await field.fill("Northside Tenants\nNorthside Tenants")
    await page.get_by_role("button", name="Begin with these").click()
    await expect(page.get_by_role("alert")).to_contain_text("mistaken for each other")
    await expect(field).to_have_value("Northside Tenants\nNorthside Tenants")
    await field.fill("Northside Tenants\nRiver Workers")
    await page.get_by_role("button", name="Begin with these").click()
    await expect(page.locator("#landed-list")).to_contain_text("River Workers")
    await expect(page.get_by_role("region", name="Alma's screen")).to_contain_text("Northside Tenants")
