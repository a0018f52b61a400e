"""The questions of a check-in: templates in both languages, or one's own, one per line."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.feature import LANGUAGES, UserError, fold
from cogs.checkins.rules import Asked

MOST = 5  # a page of a form (FACTS 35)
LABEL = 45  # characters of a form's label (FACTS 35)
OPTION = 40
MOST_OPTIONS = 6
SCALE = tuple(str(n) for n in range(1, 6))
TEMPLATES = ("short", "formal", "numbers", "own")
_KINDS = {
    "choice": "choice", "opcion": "choice", "scale": "scale", "escala": "scale", "number": "number",
    "numero": "number", "text": "text", "texto": "text",
}  # fmt: skip
_BOTH = re.compile(r"[/·]")  # between the English and the Spanish word of a unit
_LINE = re.compile(r"^(\w+)\s*:?\s*(.*)$")


@dataclass(frozen=True)
class Question:
    """One question. `label` and the options' labels are (English, Spanish); `role`: planned | done, for the picture."""

    key: str
    kind: str  # text | choice | scale | number
    label: tuple[str, str]
    options: tuple[tuple[str, str, str], ...] = ()  # value, English, Spanish
    unit: str = ""
    role: str = ""

    def say(self, language: str) -> str:
        """The question in a language."""
        return self.label[LANGUAGES.index(language)]

    def option(self, value: str, language: str) -> str:
        """An option in a language."""
        return next((one[1 + LANGUAGES.index(language)] for one in self.options if one[0] == value), value)

    def amount(self, n: int, language: str) -> str:
        """So many, with the unit."""
        return f"{n} {self.unit_in(language)}".strip()

    def unit_in(self, language: str) -> str:
        """The unit in a language, where two were written: people / personas."""
        both = [one.strip() for one in _BOTH.split(self.unit)]
        return both[LANGUAGES.index(language)] if len(both) == len(LANGUAGES) else self.unit

    @property
    def asked(self) -> Asked:
        """What the figures need to know."""
        return Asked(self.key, self.kind, tuple(one[0] for one in self.options))


DONE = (("yes", "Yes", "Sí"), ("partly", "Partly", "En parte"), ("no", "No", "No"))
KEEP = ("One thing to keep", "Algo que conservar")
CHANGE = ("One thing to change", "Algo que cambiar")
SHORT = (
    Question("q1", "choice", ("Did we do what we planned?", "¿Hicimos lo que planeamos?"), DONE),
    Question("q2", "text", KEEP),
    Question("q3", "text", CHANGE),
)
FORMAL = (
    Question("q1", "text", ("What was planned?", "¿Qué se planeó?")),
    Question("q2", "text", ("What happened?", "¿Qué pasó?")),
    Question("q3", "text", ("Why was it different?", "¿Por qué fue distinto?")),
    Question("q4", "text", KEEP),
    Question("q5", "text", CHANGE),
)


def of_template(template: str, text: str) -> tuple[Question, ...]:
    """The questions of a template; `text`: one's own questions, or the unit of *numbers*. UserError names the line."""
    if template == "own":
        return read_lines(text)
    if template == "numbers":
        return numbers(text)
    return SHORT if template == "short" else FORMAL


def numbers(unit: str) -> tuple[Question, ...]:
    """Planned and done, in one unit."""
    unit = " ".join(unit.split())
    words = [one.strip() for one in _BOTH.split(unit)]
    if not all(words) or len(words) > len(LANGUAGES) or max(map(len, words)) > 20:
        raise UserError("unit_needed", field="questions")
    planned = (f"Planned ({words[0]})", f"Lo planeado ({words[-1]})")
    done = (f"Done ({words[0]})", f"Lo hecho ({words[-1]})")
    return (
        Question("q1", "number", planned, unit=unit, role="planned"),
        Question("q2", "number", done, unit=unit, role="done"),
        Question("q3", "text", CHANGE),
    )


def read_lines(text: str) -> tuple[Question, ...]:
    """Own questions, one per line; UserError says which line is wrong and how to write it."""
    lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
    if not lines:
        raise UserError("questions_needed", field="questions")
    if len(lines) > MOST:
        raise UserError("too_many_questions", field="questions", n=len(lines), limit=MOST)
    return tuple(_read_line(at, line) for at, line in enumerate(lines, 1))


def _read_line(at: int, line: str) -> Question:
    match = _LINE.match(line)
    kind = _KINDS.get(fold(match[1]), "") if match else ""
    if match is None or not kind:
        return Question(f"q{at}", "text", _label(at, line))
    head, colon, tail = match[2].rpartition(":")
    if kind in ("text", "scale"):
        options = tuple((one, one, one) for one in SCALE) if kind == "scale" else ()
        return Question(f"q{at}", kind, _label(at, match[2]), options)
    if not colon or not head.strip() or not tail.strip():
        raise UserError(f"wrong_line_{kind}", field="questions", n=at)
    if kind == "number":
        return Question(f"q{at}", kind, _label(at, tail.strip()), unit=head.strip()[:OPTION])
    return Question(f"q{at}", kind, _label(at, tail.strip()), _options(at, head))


def _label(at: int, text: str) -> tuple[str, str]:
    if not text.strip():
        raise UserError("wrong_line_empty", field="questions", n=at)
    if len(text) > LABEL:
        raise UserError("long_line", field="questions", at=at, n=len(text), limit=LABEL)
    return text, text


def _options(at: int, text: str) -> tuple[tuple[str, str, str], ...]:
    words = [one.strip() for one in text.split("/") if one.strip()]
    fits = 2 <= len(words) <= MOST_OPTIONS and all(len(one) <= OPTION for one in words)
    if not fits or len({fold(one) for one in words}) < len(words):
        raise UserError("wrong_options", field="questions", at=at, n=MOST_OPTIONS, limit=OPTION)
    return tuple((f"o{number}", word, word) for number, word in enumerate(words, 1))


def pack(questions: Sequence[Question]) -> str:
    """The questions as they are kept."""
    return json.dumps([asdict(one) for one in questions], ensure_ascii=False)


def unpack(text: str) -> tuple[Question, ...]:
    """The questions again."""
    found = []
    for raw in json.loads(text):
        raw["label"], raw["options"] = tuple(raw["label"]), tuple(tuple(one) for one in raw["options"])
        found.append(Question(**raw))
    return tuple(found)
