"""Logs: one JSON object a line, useful to whoever looks after the bot."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import structlog

from bot import logs
from bot.config import LogsSection


def test_a_line_is_a_json_object_with_time_level_and_logger() -> None:
    stream = io.StringIO()
    logs.set_up(LogsSection(format="json"), stream)
    logging.getLogger("bot.outbox").warning("%s copies wait", 3)
    structlog.get_logger("bot.jobs").info("ticked", due=2)
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["event"], first["level"], first["logger"]) == ("3 copies wait", "warning", "bot.outbox")
    assert (second["event"], second["due"]) == ("ticked", 2)
    assert first["timestamp"].endswith("Z")


def test_the_console_form_is_plain_text() -> None:
    stream = io.StringIO()
    logs.set_up(LogsSection(format="console"), stream)
    logging.getLogger("bot").info("ready")
    assert "ready" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_times_dates_and_small_numbers_stay_readable() -> None:
    """Redaction that eats everything would make people turn it off."""
    said = "A-7KQ2 2/3 at 2026-11-23T10:11:12Z took 0.12345 s, 12 of 1,000 at 12:30, port 8765"
    assert logs.redact(said) == said


def test_a_log_file_is_made_for_its_owner_only_and_kept_14_days(tmp_path: Path) -> None:
    """6.6 and E4"""
    logs.set_up(LogsSection(file=tmp_path / "logs" / "bot.log", format="json"))
    logging.getLogger("bot").info("ready")
    assert (tmp_path / "logs" / "bot.log").stat().st_mode & 0o777 == 0o600
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.handlers.TimedRotatingFileHandler)
    assert handler.backupCount == 14
