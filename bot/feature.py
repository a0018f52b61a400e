"""The vocabulary: all that a feature may import.

A feature is declared once, in words: what people can say (`Entry`), what is asked (`Field`), what is answered (`Card`,
`Choice`), what happens later (`jobs`). Nothing here knows a platform; there is no `extra` and no `raw`.

    feature = Feature("alerts", entries=(Entry("new", new, Level.SENDER, fields=(...), form=True), ...))

    async def new(call: Call, what: str, when: str) -> None:
        call.say("made", code=code)
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete

from bot import tables as t
from bot.access import Level, may
from bot.audit import Recorder
from bot.cards import Card, Choice, File, Option, Outcome, Picture, Say
from bot.charts import Row as Bars
from bot.db import Tx, insert, upsert
from bot.declared import Entry, Feature, Field, Kind
from bot.deliveries import Copy, Delivery
from bot.drawing import Drawing, draw
from bot.errors import KeyGone, Missing, Refused, UserError
from bot.freeze import NOTICE, Frozen, freeze, frozen, is_second, thaw, wish_again
from bot.ids import new_code, new_id, new_secret_code, read_code
from bot.landing import Landing
from bot.meeting import Introduces
from bot.outbox import Outbox
from bot.people import NOBODY, People, Person
from bot.platforms.base import Act, Adapter, Room
from bot.scope import Scope
from bot.sheets import write_csv
from bot.spaces import PURPOSES, Channel, Organization, Place, Spaces
from bot.text import Link, TextRefused, escape, find_links, fold, gate, judge_link, parse, to_plain
from bot.when import (
    When,
    WhenRefused,
    is_zone,
    parse_when,
    show_when,
    show_when_short,
    show_zone,
    time_markdown,
    zone_of_state,
)  # fmt: skip
from bot.words import BOTH, LANGUAGES, Md, Speaker, Words

TEXT_LIMIT = 1500  # characters of one thing people write (SECURITY G7)


@dataclass
class Services:
    """What a call reaches; built once by the app."""

    words: Words
    people: People
    spaces: Spaces
    outbox: Outbox
    adapters: Mapping[str, Adapter]
    features: Callable[[], Sequence[Feature]]
    settings: Any = None
    end: Callable[[Organization], Awaitable[None]] | None = None  # ends an organization that asked to leave
    checkpoint: Callable[[], Awaitable[None]] | None = None  # takes what was deleted out of the database's files


class Call(Introduces, Recorder):
    """What a handler gets: who asks, where, in which language, the transaction, and the ways to answer."""

    def __init__(
        self, services: Services, feature: str, tx: Tx, now: datetime, *, act: Act | None = None,
        person: Person = NOBODY, organization: Organization | None = None, language: str = "en",
        roles: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:  # fmt: skip
        self._services, self.feature = services, feature
        self.tx, self.now, self.act, self.person = tx, now, act, person
        self.organization, self.language, self.roles = organization, language, roles
        self.outcome = Outcome()
        self.entry = ""  # the name of the entry that is run, for the note of a refusal
        self.next: tuple[str, dict[str, str]] | None = None
        self.after_commit: list[Callable[[], Awaitable[None]]] = []
        self._choices: list[dict[str, Any]] = []

    # -- what it carries --------------------------------------------------------------------------------------------

    @property
    def words(self) -> Speaker:
        """The sentences in the asker's language, the feature's own first."""
        return self.words_in(self.language)

    def words_in(self, language: str) -> Speaker:
        """The sentences in another language (`both`: English and Spanish)."""
        return Speaker(self._services.words, language, self.feature)

    @property
    def people(self) -> People:
        """Persons, linking, erasure, keys."""
        return self._services.people

    @property
    def spaces(self) -> Spaces:
        """Organizations, spaces, channels, roles, codes."""
        return self._services.spaces

    @property
    def outbox(self) -> Outbox:
        """Deliveries, inside this transaction."""
        return self._services.outbox

    @property
    def features(self) -> Sequence[Feature]:
        """Every feature, for /help, /mydata and erasure."""
        return self._services.features()

    @property
    def settings(self) -> Any:
        """The configuration (bot.config.Settings)."""
        return self._services.settings

    @property
    def home(self) -> Organization:
        """The organization in which this is asked; UserError where there is none."""
        if self.organization is None:
            raise UserError("core.no_organization")
        return self.organization

    @property
    def scope(self) -> Scope:
        """Builds every statement on an organization's or a person's table (SECURITY 6.2a)."""
        return Scope(organization=self.organization.id if self.organization else "", person=self.person.id)

    @property
    def place(self) -> Place:
        """Where it is asked."""
        return self.act.place if self.act else Place("")

    @property
    def realm(self) -> str:
        """Who could speak in the asker's name (`Adapter.realm`); "" where the bot relies on them anyway."""
        adapter = self._services.adapters.get(self.act.platform) if self.act else None
        return adapter.realm(self.act.account) if adapter and self.act else ""

    def can(self, level: Level) -> bool:
        """Whether the asker reaches a level here; the gate itself is asked before the handler runs."""
        return may(level, self.act, self.organization, self.roles)

    # -- answering --------------------------------------------------------------------------------------------------

    def card(self, text: Md | str, *choices: Choice, **more: Any) -> Card:
        """A card in the asker's language; `text` is an Md or the key of a sentence (then `more` fills it)."""
        return self.card_in(self.language, text, *choices, **more)

    def card_in(self, language: str, text: Md | str, *choices: Choice, code: str = "", **params: Any) -> Card:
        """A card in a language."""
        shown = text if isinstance(text, Md) else self.words_in(language)(text, **params)
        spoken = language if language != BOTH else LANGUAGES[0]
        return Card(
            shown, choices, spoken, code, params.get("picture"), params.get("invite", ""), params.get("files", ())
        )

    def say(self, text: Md | str | Card, *choices: Choice, private: bool = True, **params: Any) -> None:
        """An answer to the asker alone; `private=False`: where it was asked, for all there."""
        card = text if isinstance(text, Card) else self.card(text, *choices, **params)
        self.outcome.says.append(Say(card, private))

    def choice(
        self, label: str, entry: str, *args: str, language: str | None = None, weight: str = "plain",
        mine: bool = False, organization: str = "", known: bool = False, **params: Any,
    ) -> Choice:  # fmt: skip
        """A button that enters `entry` (`"answer"` or `"alerts.answer"`) with `args` for its first fields.

        `label` is a key. The token is the same for the same entry and arguments, so one object has one set of tokens
        in all its copies. `mine`: only the asker may press it. `organization`: pressed in that organization's name.
        `known`: its row was written when the object was posted, so that a press writes none.
        """
        full = entry if "." in entry else f"{self.feature}.{entry}"
        owner = self.person.id if mine else ""
        packed = json.dumps(args, separators=(",", ":"), ensure_ascii=False)
        token = self.people.keyring.index("choice", f"{full}|{packed}|{owner}|{organization}")[:24]
        row = {
            "token": token, "entry": full, "args": packed, "person": owner, "organization": organization,
            "made_at": self.now,
        }  # fmt: skip
        self._choices += [] if known else [row]
        speaker = self.words_in(language or self.language)
        return Choice(speaker.label(label, **params), token, weight)

    def open(self, entry: str, **values: str) -> None:
        """Opens another entry's form for the asker, with these values filled in."""
        self.next = (entry if "." in entry else f"{self.feature}.{entry}", values)

    # -- reaching others --------------------------------------------------------------------------------------------

    async def broadcast(self, channel: Channel, card: Card, **how: Any) -> str:
        """One copy for one channel, as a row of the outbox (see `Outbox.post`)."""
        return await self.outbox.post(self.tx, channel, card, now=self.now, **how)

    async def broadcast_all(self, copies: Iterable[Copy], subject: str) -> None:
        """Copies of a call for many channels (see `Outbox.post_all`)."""
        await self.outbox.post_all(self.tx, copies, subject=subject, now=self.now)

    async def tell(self, person: str, card: Card, subject: str = "") -> bool:
        """A direct message to somebody who acted before; False when they may not be told."""
        return await self.outbox.tell(self.tx, person, card, self.now, subject)

    async def at(self, when: datetime, job: str, subject: str, *, late: bool = True, **args: str) -> None:
        """Due work: runs the feature's job `job` at a moment, also after an outage (`late`), or not at all."""
        await self.tx.run(
            insert(t.due), id=new_id(), job=f"{self.feature}.{job}", subject=subject, args=json.dumps(args),
            policy="late" if late else "skip", state="waiting", tries=0, due_at=when,
        )  # fmt: skip

    async def not_at(self, job: str, subject: str) -> None:
        """Takes waiting work back."""
        c = t.due.c
        await self.tx.run(
            delete(t.due).where(c.job == f"{self.feature}.{job}", c.subject == subject, c.state == "waiting")
        )

    async def rooms(self) -> Sequence[Room]:
        """The channels that can be chosen in the space where this is asked, with what is missing in each. In a direct
        room: of the organization's only space on this platform."""
        if self.act is None:
            return ()
        return await self._services.adapters[self.act.platform].rooms(*await self._here())

    async def mentionable(self) -> Sequence[Option] | None:
        """The roles that a message in the space where this is asked can notify; None where there are no roles."""
        if self.act is None:
            return ()
        return await self._services.adapters[self.act.platform].mentionable(*await self._here())

    async def _here(self) -> tuple[str, str]:
        """The space where this is asked, and the channel."""
        if self.place.direct and self.organization:
            seat = await self.spaces.seat(self.tx, self.organization.id, self.place)
            return (seat.address, seat.address) if seat else ("", "")
        return self.place.space, self.place.channel

    async def problems(self, channel: Channel) -> tuple[str, ...]:
        """What is missing in a channel (keys under `permission.`); () when it works or its platform is away."""
        adapter = self._services.adapters.get(channel.platform)
        return await adapter.problems(channel.address) if adapter else ()

    async def erase(self, person: Person) -> None:
        """Everything about a person, for good: their keys, every feature's rows, and what the files still hold."""
        from bot.erasure import erase  # erasure goes through the features, which are made of this vocabulary

        await erase(self.people, self.features, self.tx, person)
        self._empty_files()

    async def join(self, code: str) -> Person:
        """Joins the asker into the person whose link code this is; that person. UserError for a wrong or old code."""
        kept, absorbed = await self.people.redeem_link_code(self.tx, self.person, code, self.now)
        for feature in self.features:
            if "merged" in feature.hooks:
                await feature.hooks["merged"](self.tx, self.people.keyring, absorbed, kept)
        # After the commit: until then the values of the absorbed person are still sealed under them.
        self.after_commit.append(lambda: self.people.destroy_keys(absorbed))
        self._empty_files()
        self.person = await self.people.get(self.tx, kept)
        return self.person

    def _empty_files(self) -> None:
        if self._services.checkpoint is not None:
            self.after_commit.append(self._services.checkpoint)

    async def tell_features(self, hook: str) -> None:
        """Runs a hook (`policy`, `channels`) of every feature that has it, for the organization that acts."""
        for feature in self.features:
            if hook in feature.hooks:
                await feature.hooks[hook](self, self.home.id)

    def depart(self) -> None:
        """The organization leaves once this is committed: everything of it ends, the bot goes out of its spaces."""
        home, end = self.home, self._services.end
        if end is not None:
            self.after_commit.append(lambda: end(home))

    def seconds_for(self, platform: str, messages: int) -> float:
        """How long a platform takes for so many messages under its limits."""
        adapter = self._services.adapters.get(platform)
        return adapter.seconds_for(messages) if adapter else 0.0

    # -- sealed values ----------------------------------------------------------------------------------------------

    async def seal(self, person: str, organization: str, text: str, table: str, row: str, column: str) -> bytes:
        """A value about a person, sealed under the key of person x organization ("" : the person's own)."""
        keyring = self.people.keyring
        key = await (keyring.of_member(person, organization) if organization else keyring.of_person(person))
        return key.seal(text, table, row, column)

    async def unseal(self, person: str, organization: str, sealed: bytes, table: str, row: str, column: str) -> str:
        """The value again. KeyGone when the person was erased or the organization left."""
        key = await self.people.keyring.existing(person, organization)
        return key.open(bytes(sealed), table, row, column)

    async def keep_choices(self) -> None:
        """Writes the choices offered in this call; the runner does it before the commit."""
        unique = {one["token"]: one for one in self._choices}
        # One that is offered again lives as long as a new one.
        await self.tx.run(upsert(t.choice, "token", update=["made_at"]), list(unique.values()))


async def check_text(call: Call, value: str, limit: int, lines: bool) -> str:
    """The text gate for one field; its refusal becomes the form's error."""
    try:
        return gate(value, limit=limit, lines=lines)
    except TextRefused as refused:
        raise UserError(refused.key, **refused.params) from refused


def as_plain(text: Md) -> str:
    """Small Markdown as plain text, for what is not a message: a page, a table."""
    return to_plain(parse(text))


__all__ = [
    "BOTH", "LANGUAGES", "NOTICE", "PURPOSES", "TEXT_LIMIT", "Act", "Bars", "Call", "Card", "Channel", "Choice", "Copy",
    "Delivery", "Drawing", "Entry", "Feature", "Field", "File", "Frozen", "KeyGone", "Kind", "Landing", "Level", "Link",
    "Md", "Missing", "Option", "Organization", "Person", "Picture", "Place", "Refused", "Room", "Scope", "Services",
    "Speaker", "UserError", "When", "WhenRefused", "as_plain", "check_text", "datetime", "draw", "escape", "find_links",
    "fold", "freeze", "frozen", "is_second", "is_zone", "judge_link", "new_code", "new_id", "new_secret_code",
    "parse_when", "read_code", "show_when", "show_when_short", "show_zone", "thaw", "time_markdown", "timedelta",
    "wish_again", "write_csv", "zone_of_state",
]  # fmt: skip
