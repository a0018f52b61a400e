"""What is said: a card (text, choices, a picture) in neutral words, before any platform draws it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.words import Md


@dataclass(frozen=True)
class Choice:
    """One thing that a reader can answer. `token` is opaque and the same in every copy of the object."""

    label: str
    token: str
    weight: str = "plain"  # plain | main | danger: how much it should stand out; never the only sign of meaning


@dataclass(frozen=True)
class Picture:
    """A picture and the same in words; `png` is the file's bytes in base64 when the card is stored."""

    name: str
    alt: str
    png: str


@dataclass(frozen=True)
class File:
    """A file to keep; `about` says in words what is in it, `data` is its bytes in base64 when the card is stored."""

    name: str
    mime: str
    data: str
    about: str


@dataclass(frozen=True)
class Card:
    """A message: small Markdown, choices below it, an optional picture. `code` is printed at its end (`A-7KQ2`).

    `mention`: the platform's id of the one role that a new message notifies; only its receivers choose one.
    """

    text: Md
    choices: tuple[Choice, ...] = ()
    language: str = "en"
    code: str = ""
    picture: Picture | None = None
    invite: str = ""  # small Markdown above numbered choices, where answers are typed: how, and who can see them
    files: tuple[File, ...] = ()  # below the words, which say the same
    mention: str = ""

    def to_json(self) -> str:
        """The card as the outbox keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Card:
        """A card that the outbox kept."""
        raw: dict[str, Any] = json.loads(text)
        choices = tuple(Choice(**one) for one in raw.pop("choices"))
        picture = raw.pop("picture")
        files = tuple(File(**one) for one in raw.pop("files", ()))  # rows of before there were files have none
        drawn = Picture(**picture) if picture else None
        return cls(text=Md(raw.pop("text")), choices=choices, picture=drawn, files=files, **raw)


@dataclass(frozen=True)
class Say:
    """One answer inside a conversation: to the asker alone (`private`) or where it was asked."""

    card: Card
    private: bool = True


@dataclass(frozen=True)
class Option:
    """One thing that a field can be: what is kept, and what is read."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Blank:
    """One field of a form page as it is to be drawn: everything already in the reader's language."""

    key: str
    kind: str
    label: str
    hint: str
    required: bool
    limit: int
    value: str = ""
    options: tuple[Option, ...] = ()
    likely: tuple[Option, ...] = ()  # suggestions: may be picked by number, or something else typed


@dataclass(frozen=True)
class FormPage:
    """One page of a form in progress. `token` names it after a restart; `error` is why it came back."""

    token: str
    title: str
    blanks: tuple[Blank, ...]
    page: int
    pages: int
    submit: str
    error: Md | None = None
    mend: str = ""  # label of the button that opens it again
    asking: str = ""  # the field that a step-by-step dialogue asks now


@dataclass
class Outcome:
    """What came of an act: answers in order, and a form to open, if any."""

    says: list[Say] = field(default_factory=list)
    form: FormPage | None = None
    refused: bool = False
