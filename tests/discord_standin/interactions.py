"""One interaction from the press to its answers, with the rules of interactions/receiving-and-responding."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .components import CHECKBOX, SELECTS, check_modal
from .errors import CALLBACK_PAGE, FOLLOWUP_PAGE, RESPOND_PAGE, Refusal, invalid_form, unknown
from .keys import refuse_unknown
from .message import EPHEMERAL, LOADING, Message, Upload
from .rules import check_message, refuse_empty

if TYPE_CHECKING:
    from .people import Person
    from .server import StandIn
    from .world import Channel

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
SAY, THINK, THINK_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
TOKEN_LIVES = 15 * 60.0
_ALLOWED = {
    COMMAND: {SAY, THINK, MODAL},
    COMPONENT: {SAY, THINK, THINK_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {SAY, THINK},
}


@dataclass(eq=False)
class Modal:
    """A form on a person's screen. `labels` are what the person reads, top to bottom."""

    custom_id: str
    title: str
    components: list[dict[str, Any]]
    source: Message | None = None
    channel: Channel | None = None

    @property
    def fields(self) -> list[tuple[str, str, dict[str, Any]]]:
        """(label, description, component) of each thing that can be filled in."""
        found = []
        for part in self.components:
            if "component" in part:
                found.append((str(part["label"]), str(part.get("description") or ""), part["component"]))
            for one in part.get("components", []):
                found.append((str(one.get("label")), "", one))
        return found

    @property
    def labels(self) -> list[str]:
        return [label for label, _, _ in self.fields]

    @property
    def values(self) -> dict[str, Any]:
        """What is already filled in, by label."""
        return {label: prefilled(one) for label, _, one in self.fields}


def prefilled(one: dict[str, Any]) -> Any:
    """What a field of a modal holds when nobody touches it."""
    if "options" in one:
        return [option["value"] for option in one["options"] if option.get("default")]
    if one["type"] in SELECTS:
        return [str(chosen["id"]) for chosen in one.get("default_values") or []]
    return one.get("default", False) if one["type"] == CHECKBOX else one.get("value") or ""


@dataclass(eq=False)
class Seen:
    """What one person sees after an act: grows while the bot goes on answering.

    `failed` is Discord's own "This interaction failed" (no answer within 3 s).
    """

    messages: list[Message] = field(default_factory=list)
    modal: Modal | None = None
    choices: list[dict[str, Any]] = field(default_factory=list)
    updated: Message | None = None
    thinking: bool = False
    deferred: bool = False
    failed: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def answered(self) -> bool:
        """Something is on the screen, more than *is thinking*."""
        return bool(self.messages or self.modal or self.updated or self.choices) and not self.thinking

    @property
    def message(self) -> Message:
        """The newest message of the answer, or the one that was changed in place."""
        found = self.messages[-1] if self.messages else self.updated
        assert found is not None, f"no message was shown: {self}"
        return found

    @property
    def text(self) -> str:
        return self.message.content

    def tell(self) -> None:
        self.changed.set()

    async def until(self, count: int = 1, patience: float = 10.0) -> Seen:
        """Wait until so many messages were shown."""
        assert not self.failed, "the bot did not answer within the limit"
        async with asyncio.timeout(patience):
            while len([one for one in self.messages if not one.deleted]) < count or self.thinking:
                self.changed.clear()
                await self.changed.wait()
        return self


@dataclass(eq=False)
class Interaction:
    """The bot's side of it: an id, a token, one first answer within the limit, then edits and follow-ups."""

    standin: StandIn
    kind: int
    person: Person
    channel: Channel
    data: dict[str, Any]
    source: Message | None = None
    id: int = 0
    token: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    started: float = 0.0
    answer_kind: int | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)

    def __post_init__(self) -> None:
        self.id = self.standin.world.snowflake()
        self.started = self.standin.clock.now()

    @property
    def age(self) -> float:
        return self.standin.clock.now() - self.started

    def answer(self, kind: int, data: dict[str, Any], files: list[Upload]) -> None:
        """The first answer; a second, a late or an impossible one is refused."""
        if self.age > self.standin.answer_within:
            raise unknown("interaction", RESPOND_PAGE)
        if self.answer_kind is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.", RESPOND_PAGE)
        self._refuse_wrong_kind(kind)
        self._apply(kind, data, files)
        self.answer_kind = kind
        self.seen.tell()

    def _refuse_wrong_kind(self, kind: int) -> None:
        allowed = _ALLOWED[self.kind] | ({THINK_UPDATE, UPDATE} if self.kind == MODAL_SUBMIT and self.source else set())
        if kind not in allowed:
            message = f"Value must be one of {sorted(allowed)}."
            raise invalid_form("type", "BASE_TYPE_CHOICES", message, CALLBACK_PAGE)

    def _apply(self, kind: int, data: dict[str, Any], files: list[Upload]) -> None:
        if kind == MODAL:
            check_modal(data)
            self.seen.modal = Modal(data["custom_id"], data["title"], data["components"], self.source, self.channel)
        elif kind == CHOICES:
            self._show_choices(data)
        elif kind in (SAY, THINK):
            self._apply_message(kind, data, files)
        else:
            self._apply_update(kind, data, files)

    def _apply_message(self, kind: int, data: dict[str, Any], files: list[Upload]) -> None:
        check_message(data, "callback")
        if kind == SAY:
            refuse_empty(data, bool(files))
        else:
            data = {**data, "flags": int(data.get("flags") or 0) | LOADING}
            self.seen.thinking = self.seen.deferred = True
        self.original = self._make(data, files)
        self.seen.messages.append(self.original)

    def _apply_update(self, kind: int, data: dict[str, Any], files: list[Upload]) -> None:
        assert self.source is not None
        if kind == UPDATE:
            check_message(data, "callback")
            self.source.edit(data, files, self.standin.clock.wall())
            self.seen.updated = self.source
        else:
            self.seen.deferred = True
        self.original = self.source

    def _show_choices(self, data: dict[str, Any]) -> None:
        refuse_unknown(data, frozenset({"choices"}), "data")
        if len(data.get("choices") or []) > 25:
            raise invalid_form("data.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer.", CALLBACK_PAGE)
        self.seen.choices = list(data.get("choices") or [])

    def follow_up(self, body: dict[str, Any], files: list[Upload]) -> Message:
        """A further message; the first one after *is thinking* takes its place."""
        self._refuse_old_token()
        check_message(body, "webhook")
        refuse_empty(body, bool(files))
        if self.seen.thinking:
            return self.edit_original(body, files)
        made = self._make(body, files)
        self.followups.append(made)
        self.seen.messages.append(made)
        self.seen.tell()
        return made

    def edit_original(self, body: dict[str, Any], files: list[Upload]) -> Message:
        original = self.find(None)
        self.edit(original, body, files)
        return original

    def edit(self, message: Message, body: dict[str, Any], files: list[Upload]) -> None:
        check_message(body, "webhook")
        kept_flags = message.flags & EPHEMERAL
        message.edit(
            {**body, "flags": kept_flags | (int(body.get("flags") or 0) & ~LOADING)}, files, self.standin.clock.wall()
        )
        if message is self.original:
            self.seen.thinking = False
            self.seen.updated = message if message is self.source else self.seen.updated
        self.seen.tell()

    def delete(self, message: Message) -> None:
        message.deleted = True
        self.seen.thinking = self.seen.thinking and message is not self.original
        self.seen.tell()

    def find(self, message_id: str | None) -> Message:
        """The original answer (None) or a follow-up by its id; 404 when there is none."""
        self._refuse_old_token()
        own = [self.original] if message_id is None else [self.original, *self.followups]
        for one in own:
            if one is not None and not one.deleted and message_id in (None, str(one.id)):
                return one
        raise unknown("message", FOLLOWUP_PAGE)

    def _refuse_old_token(self) -> None:
        if self.age > TOKEN_LIVES:
            raise Refusal(401, 50027, "Invalid Webhook Token", FOLLOWUP_PAGE)
        if self.answer_kind is None:
            raise unknown("webhook", FOLLOWUP_PAGE)

    def _make(self, body: dict[str, Any], files: list[Upload]) -> Message:
        world = self.standin.world
        hidden = int(body.get("flags") or 0) & EPHEMERAL
        made = Message(world.snowflake(), self.channel, world.bot, body, world.clock.wall(), files)
        made.for_user = self.person if hidden else None
        self.standin.messages[made.id] = made
        if not hidden:
            self.channel.history.append(made)
        return made

    def callback_answer(self) -> dict[str, Any]:
        """The body for `with_response=true`."""
        made: dict[str, Any] = {"interaction": {"id": str(self.id), "type": self.kind}}
        if self.original is not None and self.answer_kind in (SAY, THINK, UPDATE):
            made["interaction"] |= {
                "response_message_id": str(self.original.id),
                "response_message_loading": self.answer_kind == THINK,
                "response_message_ephemeral": self.original.ephemeral,
            }
            if self.answer_kind != THINK:
                made["resource"] = {"type": self.answer_kind, "message": self.original.payload()}
        return made
