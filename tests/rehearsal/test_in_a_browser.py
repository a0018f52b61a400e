"""The page in a real Chromium: keyboard, screen reader's view, phone, both languages, reload, a killed bot."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from bot.demo.beats import checkins
from bot.demo.hands import Walk
from bot.demo.stage import Stage
from tests.rehearsal.test_page_server import introduced
from tests.rigs.introducing import FIRST, TITLE

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
NAMED = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
PHONE = {"width": 390, "height": 760}
PATIENCE = 15_000  # milliseconds
expect.set_options(timeout=PATIENCE)


class Visitor:
    """Opens pages, and fails the test when a page complains."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.complaints: list[str] = []

    async def open(self, **how: Any) -> Page:
        """The free rehearsal as somebody with these settings gets it."""
        page = await self.open_story(**how)
        await page.locator("#try").click()
        await page.wait_for_selector(".screen select")
        return page

    async def open_story(self, **how: Any) -> Page:
        """The page as it opens."""
        context = await self.browser.new_context(**{"viewport": {"width": 1360, "height": 800}, **how})
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("request", self._note)
        await page.goto(self.address)
        await page.wait_for_selector(".screen:visible")
        return page

    def _note(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.complaints.append(f"asked {request.url}")


@pytest.fixture
async def visitor(browser: Browser, address: str) -> AsyncIterator[Visitor]:
    """Somebody at the page."""
    found = Visitor(browser, address)
    yield found
    assert found.complaints == []


def writing(page: Page, at: int = 0) -> Any:
    """Where somebody writes on one of the screens."""
    return page.locator(".screen").nth(at).get_by_role("combobox", name=re.compile("Write|Escribe"))


async def tab_to(page: Page, name: str) -> None:
    """Goes there by the Tab key alone."""
    for _ in range(80):
        if name in str(await page.evaluate(NAMED)):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {name}")


async def test_a_call_with_a_wrong_date_by_the_keyboard_alone(visitor: Visitor) -> None:
    """Issue 2, sections 2 and 6: dialogs hold the focus; one sentence; nothing that was typed is lost."""
    page = await visitor.open()
    await tab_to(page, "Write, or / for commands")
    await page.keyboard.type("/action new")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await expect(dialog.locator("[name=what]")).to_be_focused()
    for text in ("Open the park", "Come and paint.", "February 31 at 5 PM"):
        await page.keyboard.type(text)
        await page.keyboard.press("Tab")
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    await dialog.locator("[name=where]").press("Enter")
    await expect(dialog).to_be_hidden()
    mend = page.get_by_role("button", name="Mend it")
    await expect(mend).to_be_visible()
    await mend.focus()
    await page.keyboard.press("Space")
    await expect(dialog.locator("[name=ask]")).to_have_value("Come and paint.")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(mend).to_be_focused()


async def test_the_list_of_commands_is_a_list_for_the_keyboard(visitor: Visitor) -> None:
    page = await visitor.open()
    field = writing(page)
    await field.focus()
    await page.keyboard.type("/")
    options = page.locator(".palette [role=option]")
    await expect(options.first).to_be_visible()
    await expect(field).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert await field.get_attribute("aria-activedescendant") == await options.nth(1).get_attribute("id")
    await page.keyboard.press("Escape")
    await expect(options.first).to_be_hidden()
    await expect(field).to_be_focused()


async def test_what_arrives_is_read_aloud_and_the_focus_stays(visitor: Visitor) -> None:
    """A polite live region; private answers are said to be private."""
    page = await visitor.open()
    await writing(page).fill("/help")
    await page.keyboard.press("Enter")
    await expect(page.locator("#news")).to_contain_text("only for you")
    await expect(page.get_by_text("Only you see this")).to_be_visible()
    await expect(writing(page)).to_be_focused()


async def test_a_typed_line_is_answered_in_the_direct_room(visitor: Visitor) -> None:
    page = await visitor.open()
    screen = page.locator(".screen.lines")
    await writing(page, 1).fill("!ayuda")
    await page.keyboard.press("Enter")
    direct = screen.get_by_role("button", name="Causeway")
    await expect(direct).to_contain_text("1 new")
    await direct.click()
    await expect(screen.get_by_role("log")).to_contain_text("puedo")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_stands_in_the_way_of_assistive_technology(visitor: Visitor, walk: Walk, scheme: Any) -> None:
    """Names, labels, one main, ids, pictures, contrast 4.5 to 1, in both colour schemes."""
    await walk.command("Alma", "calls", "help")
    await walk.act("forbid", "Alma", "calls")
    page = await visitor.open(color_scheme=scheme)
    await writing(page).fill("/")
    assert await page.evaluate(AUDIT) == []
    await walk.command("Alma", "calls", "action new")
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await page.evaluate(AUDIT) == []


async def test_on_a_phone_one_screen_at_a_time_with_targets_of_44_pixels(visitor: Visitor, walk: Walk) -> None:
    await walk.command("Alma", "calls", "help")
    page = await visitor.open(viewport=PHONE, is_mobile=True, has_touch=True)
    await page.get_by_role("button", name="Controls").tap()
    await expect(page.locator(".screen:visible")).to_have_count(1)
    small = await page.evaluate(
        "[...document.querySelectorAll('button, select, input, textarea')].filter((one) => one.checkVisibility())"
        ".map((one) => [one.textContent, one.getBoundingClientRect()])"
        ".filter(([, box]) => box.height < 43.5 || box.width < 43.5)"
        ".map(([text, box]) => [text, box.width, box.height])"
    )
    assert small == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate(AUDIT) == []
    await page.get_by_role("tab").nth(1).tap()
    await expect(page.locator(".screen:visible")).to_have_class(re.compile("lines"))
    await page.get_by_role("tab").nth(1).press("ArrowRight")
    await expect(page.get_by_role("tab").nth(2)).to_be_focused()


async def test_the_whole_page_in_spanish(visitor: Visitor) -> None:
    """h8: by the browser's own language, and by a press."""
    page = await visitor.open(locale="es-MX")
    await expect(page).to_have_title("Ensayo de Causeway")
    assert await page.evaluate("document.documentElement.lang") == "es"
    await expect(page.get_by_role("button", name="Matar y reiniciar")).to_be_visible()
    assert await page.evaluate(AUDIT) == []
    await page.get_by_role("group", name="Idioma de esta página").get_by_role("button", name="English").click()
    await expect(page.get_by_role("button", name="Kill and restart")).to_be_visible()


async def test_a_reload_changes_nothing(visitor: Visitor) -> None:
    page = await visitor.open()
    await page.get_by_role("combobox", name="Whose screen").nth(2).select_option(label="Nico · member")
    await writing(page, 2).fill("good morning")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log").nth(2)).to_contain_text("good morning")
    await page.reload()
    await expect(page.get_by_role("log").nth(2)).to_contain_text("good morning")
    await expect(page.get_by_role("region", name="Nico's screen")).to_be_visible()


async def test_the_page_outlives_the_bot(visitor: Visitor, stage: Stage) -> None:
    """A press while the bot is away fails visibly and works when it is repeated."""
    page = await visitor.open()
    await stage.kill()
    await expect(page.locator("#bot")).to_contain_text("not there")
    await writing(page).fill("/help")
    await page.keyboard.press("Enter")
    await expect(page.locator("#toast")).to_contain_text("did not answer")
    await stage.start()
    await expect(page.locator("#bot")).to_contain_text("running")
    await writing(page).fill("/help")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Only you see this")).to_be_visible()


async def test_kill_and_restart_is_one_press(visitor: Visitor) -> None:
    page = await visitor.open()
    await page.get_by_role("button", name="Kill and restart").click()
    await expect(page.locator("#toast")).to_contain_text("back, on the same database")
    await expect(page.get_by_role("button", name="Kill and restart")).to_be_enabled()


async def test_a_form_sent_to_a_killed_bot_keeps_what_was_typed(visitor: Visitor, walk: Walk, stage: Stage) -> None:
    page = await visitor.open()
    await walk.command("Alma", "calls", "action new")
    title = page.get_by_role("dialog").locator("[name=what]")
    await title.fill("Open the park")
    await page.get_by_role("dialog").locator("[name=ask]").fill("Come.")
    await stage.kill()
    await title.press("Enter")
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("still here")
    await stage.start()
    await expect(title).to_have_value("Open the park")
    await title.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.get_by_role("log").first).to_contain_text("Open the park")


async def test_no_motion_where_none_is_wanted(visitor: Visitor) -> None:
    page = await visitor.open(reduced_motion="reduce")
    await writing(page).fill("/help")
    await page.keyboard.press("Enter")
    fresh = page.locator(".message.fresh").first
    await expect(fresh).to_be_visible()
    assert await fresh.evaluate("(one) => getComputedStyle(one).animationName") == "none"


async def test_the_clock_moves_on_all_screens(visitor: Visitor) -> None:
    page = await visitor.open()
    shown = page.locator("#now")
    before = await shown.get_attribute("datetime")
    await page.get_by_role("button", name="+1 day").click()
    await expect(page.locator("#toast")).to_contain_text("It is now")
    assert str(before)[:10] < str(await shown.get_attribute("datetime"))[:10]


async def test_a_place_for_two_is_on_their_screens_only(visitor: Visitor, stage: Stage) -> None:
    """c7: it opens by itself in the list of channels, and says who can read it."""
    page = await visitor.open()
    screen = page.locator(".screen").first
    await introduced(stage, "forms", "forms:noa", "forms:beto", "forms-marigold/calls")
    for who, sees in (("forms:noa", 1), ("forms:beto", 1), ("forms:alma", 0)):
        await screen.locator("select").first.select_option(who)
        await expect(screen.get_by_role("button", name=TITLE)).to_have_count(sees)
        if sees:
            pill = screen.get_by_role("button", name=TITLE)
            await expect(pill).to_have_attribute("title", re.compile("manages threads"))
            await pill.click()
            await expect(screen.get_by_role("log")).to_contain_text(FIRST)


async def test_the_meeting_guide_is_downloaded_as_a_page_and_as_a_table(visitor: Visitor, walk: Walk) -> None:
    """b19: with what is in each; the bytes are the file's."""
    await checkins.asked(walk)
    await walk.choose("Alma", "moderators", walk.word("checkins.close_button", "Alma"))
    await checkins.guide(walk)
    page = await visitor.open()
    desk = '[["forms:alma", "forms-marigold/moderators"]]'
    await page.context.add_init_script(f"localStorage.setItem('causeway.screens', '{desk}')")
    await page.reload()
    await expect(page.locator(".screen")).to_have_count(1)
    for name, begins in (("html", "<!doctype html>"), ("csv", "language,part,minutes,text")):
        link = page.locator(".files a").filter(has_text=f".{name}")
        await expect(link).to_be_visible()
        about = "as a page, to print" if name == "html" else "as a table"
        await expect(page.locator(".files li").filter(has_text=f".{name}")).to_contain_text(about)
        async with page.expect_download() as coming:
            await link.click()
        kept = await (await coming.value).path()
        assert kept.read_text(encoding="utf-8-sig").startswith(begins)
        assert (await coming.value).suggested_filename.endswith(f".{name}")
