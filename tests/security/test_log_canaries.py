"""F3 and G12: whatever goes into a log record, no secret and no person comes out of it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import logs

CANARIES = {
    "discord token": ".".join(["MTIzNDU2Nzg5MDEyMzQ1Njc4", "GhIjKl", "abcdefghijklmnopqrstuvwxyz0123456789AB"]),
    "matrix token": "syt_" + "Ym90_" + "kQzXwVuTsRqPoNmLkJiH_1a2B3c",
    "matrix id": "@ana.luz:coop.example.org",
    "matrix room": "!AbCdEf123:coop.example.org:8448",
    "snowflake": "123456789012345678",
    "e-mail": "ana.luz+bot@example.org",
    "phone": "+1 (555) 010-4477",
    "plain phone": "555-010-4477",
    "ZIP": "60614",
    "long ZIP": "60614-1234",
    "webhook": "https://discord.com/api/webhooks/1234567890/AbC-dEf_123",
    "bearer": "Bearer abcdefgh12345678",
    "hidden": "opensesame-of-this-test",
}
WAYS: dict[str, Callable[[logging.Logger, str], None]] = {
    "message": lambda log, canary: log.info("seen " + canary),
    "argument": lambda log, canary: log.info("seen %s", canary),
    "argument repr": lambda log, canary: log.info("seen %r", {"who": canary}),
    "extra": lambda log, canary: log.info("seen", extra={"who": canary}),
    "traceback": lambda log, canary: _raise(log, canary),
    "child logger": lambda log, canary: log.getChild("child").info("seen %s", canary),
    "library": lambda log, canary: logging.getLogger("discord.http").info("seen %s", canary),
}


def _raise(log: logging.Logger, canary: str) -> None:
    try:
        raise ValueError(canary)
    except ValueError:
        log.exception("failed for %s", canary)


def written(act: Callable[[logging.Logger], None]) -> str:
    """What a handler with our formatter writes for it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter())
    root, old = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        act(logging.getLogger("bot.canary"))
    finally:
        root.removeHandler(handler)
        root.setLevel(old)
    return stream.getvalue()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", CANARIES)
def test_no_canary_reaches_a_line(kind: str, way: str) -> None:
    """F3"""
    canary = CANARIES[kind]
    logs.hide(CANARIES["hidden"])
    line = written(lambda log: WAYS[way](log, canary))
    assert line
    assert canary not in line
    secret = canary.split("/")[-1].split()[-1]
    assert secret not in line


@given(st.text(max_size=200))
def test_a_record_is_always_one_line_without_control_characters(text: str) -> None:
    """G12"""
    line = written(lambda log: log.info("%s", text))
    assert line.count("\n") == 1
    said = json.loads(line)["event"]
    assert not any(ord(letter) < 32 and letter not in "\t\n" for letter in said)
    assert "\u202e" not in said


def test_a_name_cannot_pretend_to_be_a_line_of_its_own() -> None:
    """G12"""
    line = written(lambda log: log.info('x"}\n{"level": "critical", "event": "forged"}'))
    assert len(line.splitlines()) == 1
    assert json.loads(line)["level"] == "info"
