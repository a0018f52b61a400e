"""What is written while the bot runs: one JSON object a line, without secrets and without people.

Redaction happens in the formatter, after arguments and tracebacks have become text: a `Filter` on a parent logger
misses the records of its children (SECURITY F3, measured). Only what a record says is touched; time, level and
logger stay readable. Control characters are taken out, so a name cannot start a line of its own (G12).
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

if TYPE_CHECKING:
    from bot.config import LogsSection

# At DEBUG discord.py prints bodies and webhook addresses with tokens (F4); at INFO the second row prints every
# statement and every tick.
LEAST_LEVEL = dict.fromkeys(("discord", "nio", "aiohttp", "aiosqlite"), logging.INFO) | dict.fromkeys(
    ("sqlalchemy", "alembic", "apscheduler", "asyncio", "peewee"), logging.WARNING
)
KEEP_DAYS = 14
"""Days of log files kept (SECURITY 6.6)."""

_SAFE_KEYS = frozenset({"timestamp", "level", "logger"})
_HIDDEN: set[str] = set()
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}"), "[token]"),
    (re.compile(r"\b(?:syt|syr|mct|mat|mcr)_\w[\w-]{7,}"), "[token]"),
    (
        re.compile(r"(?i)\b(bearer|bot|access_token|token|password|passwd|secret)(\"?\s*[=: ]\s*\"?)[^\s\"',;&]{8,}"),
        r"\1\2[secret]",
    ),
    (re.compile(r"(?<=/webhooks/)\d+/[\w-]+"), "[webhook]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"[@!#+$][\w.=/+-]+:[\w-]+(?:\.[\w-]+)*(?::\d+)?"), "[matrix id]"),
    (re.compile(r"(?<!\w)\d{15,21}(?!\w)"), "[id]"),
    (re.compile(r"(?<![\w.:])\d{5}(?:-\d{4})?(?![\w.])"), "[number]"),
)  # fmt: skip
_PHONE = re.compile(r"(?<![\w.:-])\+?[\d(][\d ().-]{5,18}\d(?![\w:])")
_NOT_A_PHONE = re.compile(r"\d{4}-\d\d-\d\d|\d+\.\d+$")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def hide(value: str) -> None:
    """From now on this exact text (a token, a key) never appears in a log."""
    if len(value) >= 6:
        _HIDDEN.add(value)


def redact(text: str) -> str:
    """The text without secrets, accounts and contact data. About 20 microseconds a line."""
    for value in _HIDDEN:
        text = text.replace(value, "[secret]")
    for shape, word in _SHAPES:
        text = shape.sub(word, text)
    return _PHONE.sub(_hide_phone, text)


def _hide_phone(found: re.Match[str]) -> str:
    """Seven to fifteen digits with the usual marks between them; dates and decimals stay."""
    text = found.group()
    return text if _NOT_A_PHONE.match(text) or not 7 <= sum(map(str.isdigit, text)) <= 15 else "[number]"


def set_up(settings: LogsSection, stream: IO[str] | None = None) -> None:
    """Sends every logger of the process through one handler. Called once, before anything else is built."""
    handler = _handler(settings.file, stream or sys.stderr)
    handler.setFormatter(formatter(_for_eyes(settings, handler)))
    handler.addFilter(_not_from_a_noisy_library)
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(settings.level)
    pin_libraries()
    structlog.configure(
        processors=[*_COMMON, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def pin_libraries() -> None:
    """The libraries stay at their least level or above, whatever level was asked for."""
    for name, least in LEAST_LEVEL.items():
        logging.getLogger(name).setLevel(max(least, logging.getLogger().level))


def formatter(console: bool = False) -> logging.Formatter:
    """The formatter of every handler: renders, then redacts, then writes one line."""
    last: Sequence[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=False)]
        if console
        else [structlog.processors.JSONRenderer(ensure_ascii=False, default=str)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_COMMON,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _without_secrets,
            *last,
        ],
    )


_COMMON: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.StackInfoRenderer(),
]


def _without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {_clean(str(key)): value if key in _SAFE_KEYS else _safe(value) for key, value in event.items()}


def _safe(value: Any) -> Any:
    """Numbers stay numbers unless they are somebody's id; everything else becomes redacted text."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return "[id]" if abs(value) >= 10**14 else value
    if isinstance(value, dict):
        return {_clean(str(key)): _safe(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_safe(inner) for inner in value]
    return _clean(str(value))


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", redact(text))


def _not_from_a_noisy_library(record: logging.LogRecord) -> bool:
    """A child logger that was set to DEBUG by hand is stopped here."""
    return record.levelno >= LEAST_LEVEL.get(record.name.split(".")[0], logging.NOTSET)


def _for_eyes(settings: LogsSection, handler: logging.Handler) -> bool:
    if settings.format == "auto":
        stream = getattr(handler, "stream", None)
        return settings.file is None and stream is not None and stream.isatty()
    return settings.format == "console"


def _handler(file: Path | None, stream: IO[str]) -> logging.Handler:
    if file is None:
        return logging.StreamHandler(stream)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _PrivateFiles(file, when="midnight", backupCount=KEEP_DAYS, utc=True, encoding="utf-8")


class _PrivateFiles(logging.handlers.TimedRotatingFileHandler):
    """A new file every midnight (UTC), 14 kept, each made with mode 0600."""

    def _open(self) -> Any:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding=self.encoding)
