"""The one loop that runs entries: who asks, may they, what is missing, then the feature's handler, in one transaction.

Whatever the way in (button, typed command, numbered reply, page of a form), it ends here with the same entry and the
same values, so the state and the words that come out are the same (n16).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import structlog
from sqlalchemy import bindparam, select

from bot import dialogue
from bot import tables as t
from bot.access import may
from bot.cards import Card, Choice, Option, Outcome, Say
from bot.clock import Clock
from bot.db import Database, Tx
from bot.errors import Missing, Refused, UserError
from bot.feature import Call, Entry, Level, Services
from bot.platforms.base import Act
from bot.registry import Registry
from bot.spaces import Organization, Place
from bot.words import BOTH, LANGUAGES

log = structlog.get_logger(__name__)

FORM_PREFIX = "f."  # a press on *Continue* or *Mend it* carries the form's id instead of a choice's token
OF_MANAGERS = {Level.SENDER, Level.GREETER}  # what managing a space gives, where the organization says so
AT_ONCE = 1.0  # seconds for a platform to say who manages a place
TYPED_LIMIT = 20_000  # characters of one typed line; more is refused before it is parsed

_CHOICE = select(t.choice).where(t.choice.c.token == bindparam("token"))
Step = Callable[[Call], Awaitable[None]]


class Runner:
    """Runs acts. Adapters call `command`, `press`, `submit`, `reply` and `complete`, and draw what they give."""

    def __init__(self, db: Database, services: Services, registry: Registry, clock: Clock) -> None:
        self._db, self._services, self.registry, self._clock = db, services, registry, clock
        self.somebody_types = asyncio.Event()  # a form was shown since the start

    # -- the ways in ------------------------------------------------------------------------------------------------

    async def command(self, act: Act, name: str, values: Mapping[str, str]) -> Outcome:
        """A command with its options."""
        return await self._run(act, lambda call: self._enter(call, name, dict(values)))

    async def typed(self, act: Act, name: str, text: str) -> Outcome:
        """A typed command with what stood behind it."""

        async def step(call: Call) -> None:
            await self._enter(call, name, dialogue.read_typed(call, name, self.registry.entry(name), _short(text)))

        return await self._run(act, step)

    async def press(self, act: Act, token: str) -> Outcome:
        """A button, a select's value, or the token behind a numbered reply."""
        if token.startswith(FORM_PREFIX):
            return await self._run(act, lambda call: self._reopen(call, token.removeprefix(FORM_PREFIX)), together=True)
        return await self._run(act, lambda call: self._press(call, token), together=True)

    async def submit(self, act: Act, form: str, values: Mapping[str, str]) -> Outcome:
        """A page of a form."""
        return await self._run(act, lambda call: self._submit(call, form, values), together=True)

    async def reply(self, act: Act, text: str) -> Outcome | None:
        """A line in a direct room: the answer to what a form asks there. None when no form is open."""
        answered = False

        async def step(call: Call) -> None:
            nonlocal answered
            form = await dialogue.newest(call)
            if form is not None:
                answered = True
                await self._step(call, form, _short(text))

        outcome = await self._run(act, step, settles=lambda: answered, together=True)
        return outcome if answered else None

    async def complete(self, act: Act, name: str, key: str, typed: str) -> list[Option]:
        """What a field can be, for autocompletion, for those who may use the entry; never an error."""
        found: list[Option] = []

        async def step(call: Call) -> None:
            entry = self.registry.entry(name)
            one = next(field for field in entry.fields if field.key == key)
            await self._bind(call, name, replace(entry, keeps=False))  # typing leaves no trace
            if may(entry.level, call.act, call.organization, call.roles):
                found.extend(await dialogue.suggestions(call, one) or await dialogue.options(call, name, one))

        await self._run(act, step)
        wanted = typed.casefold()
        return [one for one in found if wanted in one.label.casefold() or wanted in one.value.casefold()][:25]

    async def say(self, act: Act, key: str, **params: object) -> Outcome:
        """A sentence of the core as an answer (unknown command, unknown place)."""

        async def step(call: Call) -> None:
            call.say(call.words(key, **params))

        return await self._run(act, step)

    # -- one transaction --------------------------------------------------------------------------------------------

    async def _run(
        self, act: Act, step: Step, settles: Callable[[], bool] = lambda: True, together: bool = False
    ) -> Outcome:
        """`together`: what many do at the same moment."""
        call: Call | None = None
        try:
            async with (self._db.write_together if together else self._db.write)() as tx:
                call = await self._call(tx, act)
                await self._guarded(call, step)
                if act.settle is not None and settles():
                    await act.settle(tx, call.outcome)
        except Exception:
            # Nothing was changed; the person reads that, and the trace is in the log.
            log.exception("an act failed", platform=act.platform)
            return self._failed(act, call)
        try:
            for later in call.after_commit:
                await later()
        except Exception:
            # The act itself is done and must be answered.
            log.exception("the work after an act failed", platform=act.platform)
        return call.outcome

    async def _guarded(self, call: Call, step: Step) -> None:
        try:
            async with call.tx.savepoint():
                await step(call)
                await call.keep_choices()
        except Refused as refused:
            await self._refuse(call, refused)
        except UserError as error:
            call.after_commit.clear()
            if isinstance(error, Missing):  # somebody else's code, or a slip: who tries many is seen (SECURITY A2)
                await call.record_refusal(call.entry)
            call.outcome = Outcome([Say(call.card(error.key, **error.params))])

    async def _refuse(self, call: Call, refused: Refused) -> None:
        call.after_commit.clear()
        await call.record_refusal(call.entry or str(refused.params.get("entry", "")))
        call.outcome = Outcome([Say(call.card(refused.key, **refused.params))], refused=True)

    def _failed(self, act: Act, call: Call | None) -> Outcome:
        language = call.language if call else act.language or LANGUAGES[0]
        return Outcome([Say(Card(self._services.words.say(language, "core.failed"), language=language))])

    async def _call(self, tx: Tx, act: Act) -> Call:
        person = await self._services.people.find(tx, act.platform, act.account)
        organization = await self._services.spaces.of_place(tx, act.place)
        language = person.language or act.language or (organization.language if organization else LANGUAGES[0])
        await self._services.people.saw(tx, person, self._clock.now())
        roles = await self._services.spaces.roles(tx, person.id)
        if organization is not None and act.roles:
            mapped = await self._services.spaces.mapped(tx, organization.id, act.roles)
            roles |= {(organization.id, name) for name in mapped}
        return Call(
            self._services, "core", tx, self._clock.now(), act=act, person=person, organization=organization,
            language=LANGUAGES[0] if language == BOTH else language, roles=frozenset(roles),
        )  # fmt: skip

    async def _bind(self, call: Call, name: str, entry: Entry, organization: str = "") -> Call:
        """The call turned to an entry's feature; somebody new gets a row unless the entry keeps nothing."""
        call.feature, call.entry = name.split(".")[0], name
        if entry.keeps and not call.person.known and call.act:
            call.person = await call.people.add(call.tx, call.act.platform, call.act.account, None, call.now)
        if call.person.known and call.person.language is None and call.act and call.act.stepwise and call.act.language:
            # Where the app does not tell a language, the first word typed in one does, for the numbers that follow too.
            call.person = await call.people.set_language(call.tx, call.person, call.act.language)
        if organization and (call.organization is None or call.organization.id != organization):
            # Managing the place where somebody stands says nothing about another organization.
            call.act = replace(call.act, manages=False) if call.act else None
            call.organization = await call.spaces.get(call.tx, organization)
        elif call.organization is None:
            call.organization = await self._only_organization(call)
        return call

    async def _only_organization(self, call: Call) -> Organization | None:
        own = sorted({organization for organization, _ in call.roles if organization})
        return await call.spaces.get(call.tx, own[0]) if len(own) == 1 else None

    # -- entering ---------------------------------------------------------------------------------------------------

    async def _enter(
        self, call: Call, name: str, values: dict[str, str], organization: str = "", ask: bool = False
    ) -> None:
        entry = self.registry.entry(name)
        if not entry.strangers and call.organization is None and not call.place.direct:
            raise UserError("core.connect_first")
        await self._bind(call, name, entry, organization)
        await dialogue.speak(call, entry, values)
        if await self._must_choose_organization(call, name, entry, values):
            return
        await self._look_for_rights(call, entry)
        self._gate(call, name, entry)
        entry = await _whole(call, entry, values)
        if ask or self._needs_form(call, entry, values):
            await self._begin(call, name, entry, values)
        else:
            await self._finish(call, name, entry, values)

    async def _look_for_rights(self, call: Call, entry: Entry) -> None:
        """Who manages a space of the organization may also act for it from the direct room."""
        act, home = call.act, call.organization
        if entry.level not in OF_MANAGERS or act is None or home is None or not act.place.direct or act.manages:
            return
        for space in await call.spaces.spaces(call.tx, home.id):
            place = Place(act.platform, space=space.address, channel=space.address)
            if space.platform == act.platform and await self._manages(act, place):
                call.act = replace(act, manages=True)
                return

    async def _manages(self, act: Act, place: Place) -> bool:
        """Asked while the transaction is open: a platform that hangs must not keep the others from writing."""
        async with asyncio.timeout(AT_ONCE):
            return await self._services.adapters[act.platform].manages(act.account, place)

    def _gate(self, call: Call, name: str, entry: Entry) -> None:
        if not entry.anywhere and call.organization is None:
            raise UserError("core.no_organization")
        if not may(entry.level, call.act, call.organization, call.roles):
            where = call.organization.name if call.organization else ""
            key = f"core.refused_{entry.level.value}" if where or entry.level is Level.COORDINATOR else "core.refused"
            raise Refused(key, name=where, entry=name)

    @staticmethod
    def _needs_form(call: Call, entry: Entry, values: Mapping[str, str]) -> bool:
        if dialogue.missing(entry, values):
            return True
        asked = entry.fields[entry.fixed :]
        stepwise = call.act is not None and call.act.stepwise
        return entry.form and bool(asked) and not (stepwise and any(values.get(one.key) for one in asked))

    async def _must_choose_organization(self, call: Call, name: str, entry: Entry, values: dict[str, str]) -> bool:
        """In a direct room somebody with roles in several organizations is asked for which one."""
        if call.organization is not None or entry.level not in {*OF_MANAGERS, Level.MODERATOR}:
            return False
        own = sorted({organization for organization, _ in call.roles if organization})
        if len(own) < 2:
            return False
        args = [values.get(one.key, "") for one in entry.fields]
        while args and not args[-1]:
            args.pop()
        choices: list[Choice] = []
        for organization in own:
            named = await call.spaces.get(call.tx, organization)
            choices.append(
                call.choice("core.named", name, *args, organization=organization, mine=True, name=named.name)
            )
        call.say("core.which_organization", *choices)
        return True

    async def _press(self, call: Call, token: str) -> None:
        row = await call.tx.one(_CHOICE, token=token)
        if row is None:
            raise UserError("core.choice_gone")
        if row.person and row.person != call.person.id:
            raise Refused("core.not_yours", entry=row.entry)
        entry = self.registry.entry(row.entry)
        values = dict(zip((one.key for one in entry.fields), json.loads(row.args), strict=False))
        await self._enter(call, row.entry, values, row.organization)

    async def _finish(self, call: Call, name: str, entry: Entry, values: Mapping[str, str]) -> None:
        """Everything is given: the values are read and the handler runs."""
        read = await dialogue.read_all(call, name, entry, values)
        if call.person.met_before:
            for card in await call.outbox.kept(call.tx, call.person.id, call.now):
                call.say(card)
        await entry.run(call, **read)
        if call.next is not None:
            (following, given), call.next = call.next, None
            await self._enter(call, following, given, call.organization.id if call.organization else "", ask=True)

    # -- forms ------------------------------------------------------------------------------------------------------

    async def _begin(self, call: Call, name: str, entry: Entry, values: Mapping[str, str]) -> None:
        fixed = [one for one in entry.fields[: entry.fixed] if values.get(one.key)]
        given = dict(values)
        if entry.prefill:
            known = await entry.prefill(call, **{one.key: values[one.key] for one in fixed})
            given = {**known, **{key: value for key, value in values.items() if value}}
        form = await dialogue.begin(call, name, entry, given, self._asks(call, entry, values))
        await self._show(call, entry, form)

    @staticmethod
    def _asks(call: Call, entry: Entry, values: Mapping[str, str]) -> list[str]:
        stepwise = call.act is not None and call.act.stepwise
        loose = [one for one in entry.fields if one not in entry.fields[: entry.fixed] or not values.get(one.key)]
        if stepwise and any(values.get(one.key) for one in loose):
            return dialogue.missing(entry, values)
        return [one.key for one in loose if (entry.form or one.required) and not one.carried]

    async def _show(self, call: Call, entry: Entry, form: dialogue.Form, error: UserError | None = None) -> None:
        page = await dialogue.draw(call, entry, form, error)
        self.somebody_types.set()
        if call.act is not None and call.act.stepwise:
            call.say(dialogue.question(call, entry, form, page))
        else:
            call.outcome.form = page

    async def _resume(self, call: Call, form: dialogue.Form) -> Entry:
        """Puts the call back where the form was started, rights asked again: a week may lie between."""
        entry = self.registry.entry(form.entry)
        if call.act is not None and call.act.place != form.place:
            manages = await self._manages(call.act, form.place)
            call.act = replace(call.act, place=form.place, manages=manages)
            call.organization = await call.spaces.of_place(call.tx, form.place)
        await self._bind(call, form.entry, entry, form.organization)
        if call.act is not None and not (call.person.language or call.act.language) and call.organization is not None:
            # In the direct room a dialogue goes on in the language of the space in which it was started.
            call.language = LANGUAGES[0] if call.organization.language == BOTH else call.organization.language
        await dialogue.speak(call, entry, form.given)
        await self._look_for_rights(call, entry)
        self._gate(call, form.entry, entry)
        return await _whole(call, entry, form.given)

    async def _reopen(self, call: Call, form_id: str) -> None:
        form = await dialogue.load(call, form_id)
        await self._show(call, await self._resume(call, form), form)

    async def _submit(self, call: Call, form_id: str, values: Mapping[str, str]) -> None:
        form = await dialogue.load(call, form_id)
        entry = await self._resume(call, form)
        await self._answered(call, entry, await dialogue.fill_page(call, entry, form, values))

    async def _step(self, call: Call, form: dialogue.Form, text: str) -> None:
        entry = await self._resume(call, form)
        word = dialogue.dialogue_word(call, text)
        if word == "cancel":
            await dialogue.end(call.tx, form.id)
            call.say("core.cancelled")
        elif word == "show":
            call.say(dialogue.summary(call, entry, form))
            await self._show(call, entry, form)
        else:
            await self._answered(call, entry, await dialogue.fill_step(call, entry, form, text))

    async def _answered(self, call: Call, entry: Entry, answers: dialogue.Answers) -> None:
        """Keeps what was typed whatever happens next; then asks on, asks again, or runs the handler."""
        await dialogue.save(call, answers.form)
        if not answers.complete:
            await self._show(call, entry, answers.form, answers.error)
            return
        try:
            async with call.tx.savepoint():
                await dialogue.end(call.tx, answers.form.id)
                await self._finish(call, answers.form.entry, entry, answers.form.given)
        except Refused as refused:
            await self._refuse(call, refused)
        except UserError as error:
            if isinstance(error, Missing):
                await call.record_refusal(call.entry)
            await self._mend(call, entry, answers.form, error)
        except Exception:
            # What was typed is kept although the handler broke; only what the handler did is undone.
            log.exception("a form could not be carried out", entry=answers.form.entry)
            call.after_commit.clear()
            again = Choice(call.words.label("core.mend"), f"{FORM_PREFIX}{answers.form.id}")
            call.outcome = Outcome([Say(call.card(call.words("core.failed"), again))])

    async def _mend(self, call: Call, entry: Entry, form: dialogue.Form, error: UserError) -> None:
        wrong = next((one for one in dialogue.asked(entry, form) if one.key == error.field), None)
        if wrong is None:
            wrong = dialogue.asked(entry, form)[-1]
        call.after_commit.clear()
        call.outcome = Outcome()
        form = replace(form, page=wrong.page, asking=wrong.key)
        await dialogue.save(call, form)
        await self._show(call, entry, form, error)


async def _whole(call: Call, entry: Entry, given: Mapping[str, str]) -> Entry:
    """The entry with the fields that depend on its fixed ones, once those are given."""
    fixed = {one.key: given.get(one.key, "") for one in entry.fields[: entry.fixed]}
    if entry.more is None or not all(fixed.values()):
        return entry
    return replace(entry, fields=(*entry.fields, *await entry.more(call, **fixed)))


def _short(text: str) -> str:
    """Refuses what is too long before anything parses it (SECURITY G7)."""
    if len(text) > TYPED_LIMIT:
        raise UserError("text.too_long", n=len(text), limit=TYPED_LIMIT)
    return text
