"""F4: the chat libraries print bodies and tokens at DEBUG, so DEBUG never reaches them."""

from __future__ import annotations

import io
import logging

import pytest

from bot import logs
from bot.config import LogsSection


@pytest.mark.parametrize("library", ["discord", "nio", "aiohttp", "aiosqlite"])
def test_a_library_stays_at_info_when_debug_is_asked_for(library: str) -> None:
    """F4"""
    stream = io.StringIO()
    logs.set_up(LogsSection(level="DEBUG", format="json"), stream)
    child = logging.getLogger(f"{library}.http")
    assert child.getEffectiveLevel() == logging.INFO
    child.debug("body with a token")
    child.setLevel(logging.DEBUG)
    child.debug("body with a token")
    child.setLevel(logging.NOTSET)
    assert stream.getvalue() == ""


def test_our_own_debug_lines_are_written() -> None:
    stream = io.StringIO()
    logs.set_up(LogsSection(level="DEBUG", format="json"), stream)
    logging.getLogger("bot.outbox").debug("claimed")
    assert "claimed" in stream.getvalue()
