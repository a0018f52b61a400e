"""A person who answers the set-up's questions, a Discord stand-in and a real homeserver."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.cli.session import ROOT
from bot.errors import CausewayError
from bot.words import Words
from tests.discord_standin import StandIn
from tests.rigs.synapse import synapse  # noqa: F401  a fixture

WORDS = Words.load(ROOT)


class Organizer:
    """Answers from a script; a list holds what is said at each asking. Remembers what was asked and said."""

    def __init__(self, language: str = "en", **answers: str | list[str]) -> None:
        self.language = language
        self._answers = {name: said if isinstance(said, list) else [said] for name, said in answers.items()}
        self.asked: list[str] = []
        self.questions: list[str] = []
        self.secret: set[str] = set()
        self.told: list[str] = []
        self.errors: list[str] = []

    def text(self, key: str, **params: object) -> str:
        return WORDS.label(self.language, key, **params)

    def answer(self, name: str, question: str, default: str, secret: bool) -> str:
        self.asked.append(name)
        self.questions.append(question)
        if secret:
            self.secret.add(name)
        said = self._answers.get(name, [])
        return said.pop(0) if said else default

    def given(self, name: str) -> str:
        return "".join(self._answers.get(name, []))

    def tell(self, text: str) -> None:
        self.told.append(text)

    def wrong(self, error: CausewayError) -> None:
        assert self.asked.count(self.asked[-1]) < 9, f"asked for ever: {error.key}"
        self.errors.append(error.key)


@pytest.fixture
async def standin() -> AsyncIterator[StandIn]:
    async with StandIn() as server:
        yield server


@pytest.fixture
def at(standin: StandIn, tmp_path: Path) -> Callable[[], Path]:
    """A settings file that points at the stand-in, as whoever tests a compatible server writes it."""

    def write() -> Path:
        config = tmp_path / "config.toml"
        config.write_text(f'[discord]\napi_url = "{standin.api_url}"\ngateway_url = "{standin.gateway_url}"\n')
        return config

    return write
