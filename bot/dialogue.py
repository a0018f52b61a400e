"""Forms in progress: rows, so that a half-filled form outlives a restart; and the step-by-step dialogue.

The same form is one or two pages of five fields where a platform has pages, and one question at a time where it has
none. What was typed is kept as typed (sealed, 7 days) and read anew at the end, so a wrong date costs one field.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bot import tables as t
from bot.cards import Blank, FormPage, Option
from bot.db import Row, Tx, insert
from bot.errors import KeyGone, UserError
from bot.feature import Call, Entry, Field, Kind, check_text
from bot.ids import new_id
from bot.spaces import Place
from bot.text import fold
from bot.words import LANGUAGES, Md

LIFE = timedelta(days=7)
HARD_LIMIT = 4000  # what a Discord modal field can hold; more is refused before it is kept
WORDS = ("back", "skip", "show", "cancel")


@dataclass(frozen=True)
class Form:
    """A form in progress. `given` is what was typed, by field; `fixed` names those that are not asked."""

    id: str
    person: str
    entry: str
    organization: str
    page: int
    asking: str
    place: Place
    given: dict[str, str] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()


class Answers:
    """What came of a step: the form as it is now, complete or with what is wrong."""

    def __init__(self, form: Form, error: UserError | None = None, complete: bool = False) -> None:
        self.form, self.error, self.complete = form, error, complete


# -- rows -----------------------------------------------------------------------------------------------------------

_IT = t.form.c.id == bindparam("row")
_LOAD = select(t.form).where(_IT, t.form.c.expires_at > bindparam("now"))
_END = delete(t.form).where(_IT)
_SAVE = (
    update(t.form)
    .where(_IT)
    .values(page=bindparam("new_page"), asking=bindparam("new_asking"), given=bindparam("new_given"))
)

async def begin(call: Call, name: str, entry: Entry, given: Mapping[str, str], asks: Sequence[str]) -> Form:
    """A new form row for the asker; `asks` are the fields it will ask, the rest is fixed."""
    fixed = tuple(one.key for one in entry.fields if one.key not in asks)
    first = next(one for one in entry.fields if one.key in asks)
    organization = call.organization.id if call.organization else ""
    form = Form(new_id(), call.person.id, name, organization, first.page, asks[0], call.place, dict(given), fixed)
    await call.tx.run(
        insert(t.form), id=form.id, person=form.person, entry=name, organization=organization, page=form.page,
        asking=form.asking, place=json.dumps(asdict(form.place)), given=await _seal(call, form), made_at=call.now,
        expires_at=call.now + LIFE,
    )  # fmt: skip
    return form


async def save(call: Call, form: Form) -> None:
    """Writes what was typed so far."""
    sealed = await _seal(call, form)
    await call.tx.run(_SAVE, row=form.id, new_page=form.page, new_asking=form.asking, new_given=sealed)


async def end(tx: Tx, form: str) -> None:
    """The form was sent or cancelled."""
    await tx.run(_END, row=form)


async def load(call: Call, form: str) -> Form:
    """The asker's form by its id; UserError when it is over, or somebody else's."""
    row = await call.tx.one(_LOAD, row=form, now=call.now)
    if row is None:
        raise UserError("core.form_gone")
    if row.person != call.person.id:
        raise UserError("core.not_yours")
    return await _read(call, row)


async def newest(call: Call) -> Form | None:
    """The form that a step-by-step dialogue is in, if any; never one that was opened on another platform."""
    c = t.form.c
    query = select(t.form).where(c.person == call.person.id, c.expires_at > call.now).order_by(c.made_at.desc())
    rows = await call.tx.all(query) if call.person.known else []
    row = next((one for one in rows if json.loads(one.place)["platform"] == call.place.platform), None)
    return None if row is None else await _read(call, row)


async def _seal(call: Call, form: Form) -> bytes:
    text = json.dumps({"given": form.given, "fixed": form.fixed}, ensure_ascii=False)
    return await call.seal(form.person, "", text, "form", form.id, "given")


async def _read(call: Call, row: Row) -> Form:
    try:
        inside = json.loads(await call.unseal(row.person, "", row.given, "form", row.id, "given"))
    except KeyGone as gone:
        raise UserError("core.form_gone") from gone
    place = Place(**json.loads(row.place))
    return Form(
        row.id, row.person, row.entry, row.organization, row.page, row.asking, place, inside["given"],
        tuple(inside["fixed"]),
    )  # fmt: skip


async def speak(call: Call, entry: Entry, given: Mapping[str, str]) -> None:
    """Goes on in the language that was pressed (`Entry.speaks`), and remembers it of somebody who is kept."""
    chosen = given.get(entry.speaks, "")
    if chosen not in LANGUAGES:
        return
    call.language = chosen
    if call.person.known and call.person.language != chosen:
        call.person = await call.people.set_language(call.tx, call.person, chosen)


# -- what is asked --------------------------------------------------------------------------------------------------


def asked(entry: Entry, form: Form) -> list[Field]:
    """The fields that this form asks, in order."""
    return [one for one in entry.fields if one.key not in form.fixed]


def missing(entry: Entry, given: Mapping[str, str]) -> list[str]:
    """Required fields without a value."""
    return [one.key for one in entry.fields if one.required and not given.get(one.key, "").strip()]


async def options(call: Call, name: str, one: Field) -> tuple[Option, ...]:
    """What a CHOICE or ROOM field can be, in the asker's language."""
    if one.kind is Kind.ROOM:
        rooms = await call.rooms()
        return tuple(Option(room.address, room.name, _problem(call, room.problems)) for room in rooms)
    if callable(one.options):
        return tuple(await one.options(call))
    return tuple(Option(key, call.words.label(f"{name}.{one.key}.{key}")) for key in one.options)


async def suggestions(call: Call, one: Field) -> tuple[Option, ...]:
    """Likely values of a field that takes others too."""
    return tuple(await one.suggest(call)) if one.suggest else ()


def _problem(call: Call, problems: tuple[str, ...]) -> str:
    return call.words.label(f"permission.{problems[0]}") if problems else ""


async def draw(call: Call, entry: Entry, form: Form, error: UserError | None = None) -> FormPage:
    """The page that is to be filled in now, with what was typed already."""
    name, words = form.entry, call.words
    fields = asked(entry, form)
    pages = sorted({one.page for one in fields})
    blanks = [await _blank(call, name, one, form) for one in fields if one.page == form.page]
    return FormPage(
        token=form.id, title=words.label(f"{name}.title"), blanks=tuple(blanks), page=pages.index(form.page) + 1,
        pages=len(pages), submit=words.label("core.submit"), asking=form.asking,
        error=words(error.key, **error.params) if error else None,
        mend=words.label("core.mend" if error else "core.continue"),
    )  # fmt: skip


async def _blank(call: Call, name: str, one: Field, form: Form) -> Blank:
    key = f"{name}.{one.key}.hint"
    hint = one.hint or (call.words.label(key) if call.words.words.has(key) else "")
    return Blank(
        one.key, one.kind.value, label_of(call, name, one), hint, one.required, one.limit,
        form.given.get(one.key, ""), await options(call, name, one), await suggestions(call, one),
    )  # fmt: skip


def label_of(call: Call, name: str, one: Field) -> str:
    """What a field is called in the asker's language."""
    return one.label or call.words.label(f"{name}.{one.key}.label")


# -- what is answered -----------------------------------------------------------------------------------------------


async def fill_page(call: Call, entry: Entry, form: Form, values: Mapping[str, str]) -> Answers:
    """A page came in: kept as typed, checked; goes to the next page or is complete."""
    # By what was filled in, not by where the form stands: an earlier page may be sent a second time.
    sent = next((one.page for one in asked(entry, form) if one.key in values), form.page)
    form = replace(form, page=sent)
    fields = [one for one in asked(entry, form) if one.page == sent]
    kept = {one.key: values.get(one.key, "")[:HARD_LIMIT] for one in fields}
    form = replace(form, given={**form.given, **kept})
    try:
        for one in fields:
            await read_value(call, form.entry, one, form.given.get(one.key, ""))
    except UserError as error:
        return Answers(form, error)
    later = [one for one in asked(entry, form) if one.page > form.page]
    return Answers(_ask(form, min(later, key=lambda one: one.page))) if later else Answers(form, complete=True)


async def fill_step(call: Call, entry: Entry, form: Form, text: str) -> Answers:
    """One line of a dialogue came in: `back`, `skip`, or the answer to what was asked."""
    fields = asked(entry, form)
    at = next(index for index, one in enumerate(fields) if one.key == form.asking)
    word = dialogue_word(call, text)
    if word == "back":
        return Answers(_ask(form, fields[max(0, at - 1)]))
    one = fields[at]
    kept = form.given.get(one.key, "") if word == "skip" else text[:HARD_LIMIT]
    try:
        value = await _match_option(call, form.entry, one, kept)
        await read_value(call, form.entry, one, value)
    except UserError as error:
        return Answers(form, error)
    form = replace(form, given={**form.given, one.key: value})
    return Answers(_ask(form, fields[at + 1])) if at + 1 < len(fields) else Answers(form, complete=True)


def _ask(form: Form, one: Field) -> Form:
    return replace(form, asking=one.key, page=one.page)


def dialogue_word(call: Call, text: str) -> str:
    """Which of back, skip, show, cancel a line is, in either language; "" when it is an answer."""
    typed = fold(text).strip("! ")
    words = call.words.words
    return next((w for w in WORDS if typed in {fold(words.label(one, f"core.word_{w}")) for one in LANGUAGES}), "")


async def _match_option(call: Call, name: str, one: Field, text: str) -> str:
    if not callable(one.options) and text in one.options:
        return text  # a button's, or picked from a list: no label has to be compared
    found = await options(call, name, one)
    if not text.strip():
        return text
    if not found:
        return _pick(await suggestions(call, one), text)
    typed = fold(text)
    for number, option in enumerate(found, 1):
        is_ours = not callable(one.options) and option.value in one.options
        own = call.words.words.everywhere(f"{name}.{one.key}.{option.value}") if is_ours else {}
        if typed in {str(number), fold(option.value), fold(option.label), *(fold(word) for word in own.values())}:
            return option.value
    raise UserError("core.not_an_option", field=one.key, n=len(found))


def _pick(likely: Sequence[Option], text: str) -> str:
    """The suggestion that a number or its words mean; else the text itself."""
    typed = fold(text)
    return next((one.value for at, one in enumerate(likely, 1) if typed in {str(at), fold(one.label)}), text)


async def read_value(call: Call, name: str, one: Field, text: str) -> str:
    """A field's value as the handler gets it: through the text gate, an option, and the field's own check."""
    if not text.strip():
        if one.required:
            raise UserError("core.needed", field=one.key, name=label_of(call, name, one))
        return ""
    try:
        value = await check_text(call, text, one.limit, one.kind is Kind.TEXT)
        if one.kind in {Kind.CHOICE, Kind.ROOM}:
            value = await _match_option(call, name, one, value)
        if one.kind is Kind.NUMBER:
            value = _number(value)
        return await one.check(call, value) if one.check else value
    except UserError as error:
        error.field = error.field or one.key
        raise


def _number(text: str) -> str:
    if not (text.isascii() and text.lstrip("-").isdigit()):
        raise UserError("core.not_a_number")
    return str(int(text))


async def read_all(call: Call, name: str, entry: Entry, given: Mapping[str, str]) -> dict[str, str]:
    """Every field's value for the handler. UserError names the first field that is wrong."""
    return {one.key: await read_value(call, name, one, given.get(one.key, "")) for one in entry.fields}


def read_typed(call: Call, name: str, entry: Entry, text: str) -> dict[str, str]:
    """What was typed behind a command: `label: value` lines in either language, `key:value`, else in order."""
    given: dict[str, str] = {}
    lines = [line for line in text.split("\n") if line.strip()]
    free: list[str] = []
    for line in lines:
        key, value = _labelled(call, name, entry, line)
        if key:
            given[key] = value
        elif given and len(lines) > 1:
            last = list(given)[-1]
            given[last] = f"{given[last]}\n{line}"
        else:
            free.append(line)
    rest = [one for one in entry.fields if one.key not in given and not one.carried]
    fixed = sum(1 for one in entry.fields[: entry.fixed] if not one.carried)
    parts = (
        free if len(free) > 1 else _positional(free[0] if free else "", len(rest) if not entry.form else fixed or 1)
    )
    given.update({one.key: part for one, part in zip(rest, parts, strict=False)})
    return given


def _positional(line: str, most: int) -> list[str]:
    return line.split(None, max(0, most - 1)) if line.strip() else []


def _labelled(call: Call, name: str, entry: Entry, line: str) -> tuple[str, str]:
    head, colon, tail = line.partition(":")
    typed = fold(head)
    if not colon or not typed:
        return "", ""
    for one in (one for one in entry.fields if not one.carried):
        labels = [one.label] if one.label else call.words.words.everywhere(f"{name}.{one.key}.label").values()
        if typed == one.key or typed in {fold(label) for label in labels}:
            return one.key, tail.strip()
    return "", ""


def question(call: Call, entry: Entry, form: Form, page: FormPage) -> Md:
    """The page's current question as text: label, hint, what stands there, numbered options, the dialogue's words."""
    fields = asked(entry, form)
    at = next(index for index, one in enumerate(fields) if one.key == form.asking)
    blank = next(one for one in page.blanks if one.key == form.asking)
    words = call.words
    lines = [words("core.question", at=at + 1, of=len(fields), label=blank.label)]
    if page.error:
        lines.insert(0, page.error)
    if blank.hint:
        lines.append(words("core.hint", hint=blank.hint))
    if blank.value:
        lines.append(words("core.stands", value=_shown(blank)))
    options = enumerate(blank.options or blank.likely, 1)
    numbered = [words("core.option", at=number, label=one.label) for number, one in options]
    if numbered:
        lines += [*numbered, Md("")]  # a paragraph of its own: else what follows belongs to the last option
    lines.append(words("core.dialogue_words" if blank.required and not blank.value else "core.dialogue_words_skip"))
    return Md("\n\n".join(lines[:1]) + "\n" + "\n".join(lines[1:]))


def _shown(blank: Blank) -> str:
    return next((one.label for one in blank.options if one.value == blank.value), blank.value)


def summary(call: Call, entry: Entry, form: Form) -> Md:
    """Everything typed so far, for `show`."""
    words = call.words
    lines = [
        words("core.shown", label=label_of(call, form.entry, one), value=form.given[one.key])
        for one in asked(entry, form)
        if form.given.get(one.key)
    ]
    return Md("\n".join(lines)) if lines else words("core.shown_nothing")


def as_options(values: Any) -> dict[str, str]:
    """Loosely typed values of a platform's options as strings."""
    return {str(key): "" if value is None else str(value) for key, value in dict(values).items()}
