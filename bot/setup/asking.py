"""Who answers the questions: a person at the keyboard, or a file (`causeway init --answers file`)."""

from __future__ import annotations

import getpass
import sys
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.errors import CausewayError, ConfigError
from bot.secrets import refuse_open_file

Text = Callable[..., str]
Value = TypeVar("Value")
SECRET_ANSWERS = {"discord_token", "matrix_password", "matrix_token"}


class Asker(Protocol):
    """Gives answers and hears what happened."""

    def answer(self, name: str, question: str, default: str, secret: bool) -> str:
        """The answer to a question; `default` when nothing is said."""

    def given(self, name: str) -> str:
        """What was said beforehand about something that is not asked, or ""."""

    def tell(self, text: str) -> None:
        """Something worth knowing."""

    def wrong(self, error: CausewayError) -> None:
        """An answer will not do: say why before it is asked again, or end here."""


class Keyboard:
    """A person in a terminal. What is secret is not shown while it is typed."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def answer(self, name: str, question: str, default: str, secret: bool) -> str:
        """Asks in the terminal."""
        self.tell("\n" + question)
        prompt = f"[{default}] > " if default else "> "
        try:
            said = getpass.getpass(prompt) if secret and sys.stdin.isatty() else self._line(prompt)
        except (EOFError, KeyboardInterrupt) as ended:
            raise CausewayError("setup.cancelled") from ended
        return said.strip() or default

    def given(self, name: str) -> str:
        """A person says nothing before being asked."""
        return ""

    def tell(self, text: str) -> None:
        """Prints a paragraph."""
        print(text, flush=True)

    def wrong(self, error: CausewayError) -> None:
        """Prints the sentence; the question comes again."""
        self.tell(self._text(error.key, **error.params))

    @staticmethod
    def _line(prompt: str) -> str:
        print(prompt, end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line


class AnswerFile:
    """Answers from a TOML file: `name`, `languages`, `zone`, `discord_token`, `matrix_user` ... An error ends it."""

    def __init__(self, path: Path, known: frozenset[str], tell: Callable[[str], None]) -> None:
        try:
            self._answers: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
            raise ConfigError("config.not_toml", file=path.name, said=type(wrong).__name__) from wrong
        for name in self._answers.keys() - known:
            raise ConfigError("setup.unknown_answer", name=name, known=", ".join(sorted(known)))
        if SECRET_ANSWERS & self._answers.keys():
            refuse_open_file(path)
        self.tell = tell

    def answer(self, name: str, question: str, default: str, secret: bool) -> str:
        """The file's answer, else the default."""
        given = self._answers.get(name, default)
        return ", ".join(given) if isinstance(given, list) else str(given).strip()

    def given(self, name: str) -> str:
        """The file's answer, or ""."""
        return str(self._answers.get(name, "")).strip()

    def wrong(self, error: CausewayError) -> None:
        """Nobody is there to ask again."""
        raise error


class Questions:
    """Asks until an answer will do. Numbers the questions, and never more than eight."""

    def __init__(self, asker: Asker, text: Text, count: int) -> None:
        self._asker, self._text, self._count, self._number = asker, text, count, 0

    async def ask(
        self, name: str, read: Callable[[str], Awaitable[Value]], *, default: str = "", secret: bool = False,
        counted: bool = True, **params: object,
    ) -> Value:  # fmt: skip
        """The value that `read` makes of the answer; its sentence and the same question again when it cannot."""
        question = self._text(f"setup.ask_{name}", **params)
        if counted:
            self._number += 1
            question = self._text("setup.question", number=self._number, of=self._count, question=question)
        while True:
            said = self._asker.answer(name, question, default, secret)
            try:
                return await read(said)
            except CausewayError as error:
                self._asker.wrong(error)

    def given(self, name: str) -> str:
        """An answer that only a file can give (no question is asked for it), or ""."""
        return self._asker.given(name)

    def tell(self, key: str, **params: object) -> None:
        """A sentence between two questions."""
        self._asker.tell(self._text(key, **params))
