"""Answers: in private, sealed under person and organization, replaced and never doubled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.feature import (
    Call,
    Field,
    Kind,
    Level,
    Option,
    Organization,
    Refused,
    UserError,
    new_id,
)
from cogs.checkins import rules, store
from cogs.checkins.cycles import check_words, circle, shared, short
from cogs.checkins.questions import MOST, Question
from cogs.checkins.store import Checkin

TABLE, COLUMN = "checkin_answer", "value"
MOST_NUMBER = 1_000_000


# -- what is asked --------------------------------------------------------------------------------------------------


async def asked(call: Call, code: str) -> Sequence[Field]:
    """The questions as fields; the first one says again who will see what. Delegates only, at a table."""
    checkin, _ = await _current(call, code)
    fields = [_field(call, checkin, one, first=at == 0) for at, one in enumerate(checkin.questions)]
    if any(one.kind == "text" for one in checkin.questions):
        page = 1 if len(fields) < MOST else 2
        label = call.words.label("quote_table" if checkin.at_a_table else "quote")
        fields.append(Field("quote", Kind.CHOICE, False, options=_yes_or_no, page=page, label=label))
    return fields


async def _current(call: Call, code: str) -> tuple[Checkin, bool]:
    """The check-in that takes the answer, and whether it is late: then it goes to the next cycle."""
    checkin = await shared(call, code)
    if checkin.at_a_table and not call.can(Level.MODERATOR):
        raise Refused("delegates_only", name=call.home.name, entry=call.entry)
    if checkin.takes_answers(call.now):
        return checkin, False
    last = await store.newest_of(call.tx, checkin.series)
    if not last.takes_answers(call.now):
        raise UserError("over", title=checkin.title)
    return last, True


def _field(call: Call, checkin: Checkin, one: Question, first: bool) -> Field:
    hint = call.words.label(f"hint.{checkin.who}", k=checkin.k) if first else ""
    label = one.say(call.language)
    if one.kind == "text":
        return Field(one.key, Kind.TEXT, False, rules.WORDS, check=check_words, label=label, hint=hint)
    if one.kind == "number":
        hint = hint or one.unit_in(call.language)
        return Field(one.key, Kind.NUMBER, False, 7, check=_check_number, label=label, hint=hint)
    return Field(one.key, Kind.CHOICE, False, options=_options(one), label=label, hint=hint)


def _options(one: Question) -> Any:
    async def found(call: Call) -> Sequence[Option]:
        return tuple(Option(value, one.option(value, call.language)) for value, _, _ in one.options)

    return found


async def _yes_or_no(call: Call) -> Sequence[Option]:
    return tuple(Option(value, call.words.label(f"quote_{value}")) for value in ("no", "yes"))


async def _check_number(call: Call, value: str) -> str:
    if not 0 <= int(value) <= MOST_NUMBER:
        raise UserError("wrong_number", limit=MOST_NUMBER)
    return value


async def known(call: Call, code: str) -> Mapping[str, str]:
    """What the asker answered before, to change it."""
    checkin, _ = await _current(call, code)
    own = circle(call, checkin.id, call.home.id)
    row = await _earlier(call, checkin, own)
    if row is None or row.circle != own:
        return {}
    given = opened(await call.people.keyring.existing(row.person, call.home.id), row, call.home.id)
    return {**given.answers, "quote": "yes" if given.quote else "no"}


async def _earlier(call: Call, checkin: Checkin, own: str) -> Any:
    """The answer that a new one replaces. Delegates answer for each of their organizations; a member counts once."""
    if checkin.at_a_table:
        return await store.answer_in(call.tx, checkin.id, own, call.person.id)
    return await store.answer_of(call.tx, checkin.id, call.person.id)


# -- what is answered -----------------------------------------------------------------------------------------------


async def answer(call: Call, code: str, quote: str = "", **answers: str) -> None:
    """Keeps an answer; the receipt says until when it can be changed."""
    checkin, late = await _current(call, code)
    said = {key: value for key, value in answers.items() if value}
    if not said:
        raise UserError("nothing_answered", field=checkin.questions[0].key)
    replaced = await _write(call, checkin, said, quote == "yes")
    key = "receipt.next" if late else "receipt.changed" if replaced else "receipt.kept"
    at = short(checkin.closes_at, call.home.zone, call.language)
    again = call.choice("change_button", "answer", checkin.code, organization=call.home.id, mine=True)
    sees = call.words(f"hint.{checkin.who}", k=checkin.k)
    call.say(call.card(key, again, title=checkin.title, at=at, sees=sees))


async def _write(call: Call, checkin: Checkin, said: Mapping[str, str], quote: bool) -> bool:
    home, person = call.home.id, call.person.id
    own = circle(call, checkin.id, home)
    earlier = await _earlier(call, checkin, own)
    row = earlier.id if earlier else new_id()
    sealed = await call.seal(person, home, store.pack_answer(said, quote), TABLE, row, COLUMN)
    if earlier:
        await store.change_answer(call.tx, row, own, sealed, call.now)
    else:
        await store.add_answer(call.tx, row, checkin.id, own, person, sealed, call.now)
    if checkin.at_a_table:
        await store.speak_alone(call.tx, checkin.id, own, person)
    return earlier is not None


def opened(key: Any, row: Any, home: str) -> rules.Given:
    """What one person answered, from its row and its key."""
    return store.unpack_answer(home, key.open(bytes(row.value), TABLE, row.id, COLUMN))


# -- hooks ----------------------------------------------------------------------------------------------------------


async def kept(tx: Any, person: str) -> dict[str, int]:
    """How much is kept about somebody."""
    answers, promises = await store.answers_of(tx, person), await store.promises_of(tx, person)
    return {"checkins.kept_answers": len(answers), "checkins.kept_promises": len(promises)}


async def erased(tx: Any, keyring: Any, person: str) -> None:
    """Answers go, also from a check-in that is open; a promise stays its organization's, without the name."""
    for row in await store.answers_of(tx, person):
        await store.forget_answer(tx, row.id)
    await store.forget_name(tx, person)


async def merged(tx: Any, keyring: Any, old: str, new: str) -> None:
    """Two accounts became one person: where both answered, the later answer counts, once; at a table for each of
    their organizations."""
    homes = await store.organization_ids(tx)
    both = {await _counted_by(tx, row): row for row in await store.answers_of(tx, new)}
    for row in await store.answers_of(tx, old):
        other = both.get(await _counted_by(tx, row))
        home = next((h for h in homes if keyring.index("checkin circle", f"{row.checkin}|{h}") == row.circle), "")
        if not home or (other is not None and other.made_at >= row.made_at):
            await store.forget_answer(tx, row.id)
            continue
        if other is not None:
            await store.forget_answer(tx, other.id)
        await store.move_answer(tx, row.id, new, await _under(keyring, row, COLUMN, TABLE, old, new, home))
    for row in await store.promises_of(tx, old):
        name = await _under(keyring, row, "name", "checkin_promise", old, new, row.organization)
        await store.move_promise(tx, row.id, new, name)


async def _counted_by(tx: Any, row: Any) -> tuple[str, str]:
    """Of answers for which this is the same, one counts."""
    checkin = await store.of_id(tx, row.checkin)
    return row.checkin, row.circle if checkin and checkin.at_a_table else ""


async def _under(keyring: Any, row: Any, column: str, table: str, old: str, new: str, home: str) -> bytes:
    """A sealed value under another person's key."""
    sealed = getattr(row, column)
    if not sealed:
        return b""
    text = (await keyring.existing(old, home)).open(bytes(sealed), table, row.id, column)
    return bytes((await keyring.of_member(new, home)).seal(text, table, row.id, column))


async def left(tx: Any, organization: Organization, now: datetime) -> None:
    """An organization is out: its check-ins end, its promises go; its keys are destroyed with it."""
    await store.end_organization(tx, organization.id, now)


async def purge(tx: Any, now: datetime) -> None:
    """Retention, every night."""
    await store.purge(tx, now)
