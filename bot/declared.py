"""How a feature is declared: what is asked (`Field`), what people can say (`Entry`), the folder of both (`Feature`).

Part of the vocabulary: features import it from `bot.feature`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.access import Level
from bot.cards import Option

if TYPE_CHECKING:
    from bot.feature import Call  # in the strings of `Check` and `Options`


class Kind(StrEnum):
    """What a field holds."""

    LINE = "line"
    TEXT = "text"  # several lines
    CHOICE = "choice"
    NUMBER = "number"
    ROOM = "room"  # a channel of the space in which it is asked


Check = Callable[["Call", str], Awaitable[str]]  # gives the value to keep; raises UserError for "Mend it"
Options = Callable[["Call"], Awaitable[Sequence[Option]]]


@dataclass(frozen=True)
class Field:
    """One thing that is asked. Its words are `<feature>.<entry>.<key>.label` and `.hint` in the locales.

    `options`: the values of a CHOICE: keys whose words are `<feature>.<entry>.<key>.<value>`, or a function.
    `suggest`: likely values (one's own codes) to pick from while typing; anything else may be typed.
    `limit`: most characters. `page`: on which page of the form it stands (at most five fields a page).
    `label`, `hint`: the words themselves, for a question that people wrote (see `Entry.more`).
    `carried`: only a button brings it (which text its card showed); it is never asked, typed or an option.
    """

    key: str
    kind: Kind = Kind.LINE
    required: bool = True
    limit: int = 200
    options: tuple[str, ...] | Options = ()
    suggest: Options | None = None
    check: Check | None = None
    page: int = 1
    label: str = ""
    hint: str = ""
    carried: bool = False


Handler = Callable[..., Awaitable[None]]
Prefill = Callable[..., Awaitable[Mapping[str, str]]]
More = Callable[..., Awaitable[Sequence[Field]]]


@dataclass(frozen=True)
class Entry:
    """One thing that people can say. Its typed word is `<feature>.<name>.word`, its one line `<feature>.<name>.about`.

    `alone`: a command of its own (`/orgs`) instead of one in the feature's group (`/org add`).
    `group`: the key of another group's word (`<feature>.<group>.word`): Discord takes 25 commands in one (FACTS 35).
    `form`: what is missing is asked in a form; without it, fields are options of the command.
    `fixed`: how many leading fields are given with the command or the button (an object's code) and never asked in the
    form. `prefill`: values the form opens with. `more`: further fields that depend on the fixed ones (a check-in's own
    questions); the handler gets them by key as well. `private`: never answered where others read along, form included.
    `keeps`: whether a person row is made for somebody new; False for entries that must leave no trace.
    """

    name: str
    run: Handler
    level: Level = Level.ANYONE
    fields: tuple[Field, ...] = ()
    alone: bool = False
    group: str = ""
    form: bool = False
    fixed: int = 0
    prefill: Prefill | None = None
    more: More | None = None
    private: bool = True
    keeps: bool = True
    anywhere: bool = True  # False: only inside a space of a connected organization, or by somebody with a role in one
    strangers: bool = False  # True: may be used in a server or room that is not connected yet
    listed: bool = True  # False: mostly entered by a button, so /help does not list it
    default: bool = False  # what the group's word alone means (`!mydata`)
    speaks: str = ""  # the field whose value is the language from here on: a button in a language is a choice of it
    records: tuple[str, ...] = ()  # the acts it may leave in the audit; their words are `<feature>.act.<key>`


@dataclass(frozen=True)
class Feature:
    """A folder of `cogs/`. `jobs` run later by name. `before`, by a job's name: what takes long, while others write: it
    only reads, and its result is the job's argument `found`. `hooks` are told of what happens around the feature:

    `erased(tx, keyring, person)` a person (id) is erased, called while their keys are still there ·
    `merged(tx, keyring, old, new)` two accounts became one person (ids) ·
    `left(tx, organization, now)` an organization (the object) is out ·
    `kept(tx, person) -> {label key: count}` what is kept about a person (id), for /mydata ·
    `purge(tx, now)` the nightly retention · `connected(call)` an organization's space was just connected ·
    `read_csv(core, text)`, `write_csv(core)` lists in and out, for the command line ·
    `policy(call, organization)` an organization (id) changed its policy toward others, in the same transaction ·
    `channels(call, organization)` it chose channels, likewise.
    """

    name: str
    entries: tuple[Entry, ...] = ()
    jobs: Mapping[str, Handler] = field(default_factory=dict)
    before: Mapping[str, Callable[..., Awaitable[Any]]] = field(default_factory=dict)
    hooks: Mapping[str, Callable[..., Awaitable[Any]]] = field(default_factory=dict)
