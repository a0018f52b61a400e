"""The outbox: what is to be said is a row, written in the same transaction as what caused it.

    held -> queued -> sending -> sent | failed(reason) | expired | withdrawn | removed | kept | unknown

One row per version and channel, first-in first-out per lane (a channel, or a person's direct room). This module
writes and reads rows inside a transaction; `sender` moves them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update

from bot import line
from bot import tables as t
from bot.cards import Card
from bot.db import Row, Tx, insert
from bot.deliveries import Copy, Delivery, in_channel
from bot.ids import new_id
from bot.landing import LIVE, Landing, landing_of
from bot.people import People
from bot.spaces import Channel
from bot.turns import Turns

OPEN = ("held", "queued")
DIRECT_LIFE = timedelta(days=7)  # a direct message that could not be sent in a week is old news
REDACT_LIFE = timedelta(days=30)  # a platform that is away for a week must still take back what was withdrawn
CALL_LIFE = timedelta(days=3)  # a post without a deadline of its own
MEET_LIFE = timedelta(hours=6)  # a new person waits: what cannot be made by then is relayed


class Outbox:
    """Writes and reads deliveries. Every method needs the transaction of the act that causes it."""

    def __init__(self, people: People) -> None:
        self._people = people
        self.turns = Turns()
        self.wake: Callable[[], None] = lambda: None  # set by the sender: there may be something to do

    # -- into channels ----------------------------------------------------------------------------------------------

    async def post(
        self, tx: Tx, channel: Channel, card: Card, *, subject: str, now: datetime, version: int = 1,
        held: bool = False, rank: int = 0,
        due_at: datetime | None = None, expires_at: datetime | None = None, urgent: bool = False, silent: bool = False,
    ) -> str:  # fmt: skip
        """One copy for one channel; its delivery id. `held` waits for `release`."""
        return await self._insert(
            tx, **in_channel(channel), subject=subject, version=version, kind="post", card=card.to_json(),
            state="held" if held else "queued", urgent=urgent, silent=silent, rank=rank, due_at=due_at or now,
            expires_at=expires_at or now + CALL_LIFE, made_at=now,
        )  # fmt: skip

    async def post_all(self, tx: Tx, copies: Iterable[Copy], *, subject: str, now: datetime) -> None:
        """Copies of one call, in one statement: whoever presses meanwhile waits for one and not for each of them."""
        rows = [
            self._row(
                **in_channel(one.channel), subject=subject, version=1, kind="post", card=one.card.to_json(),
                state="held" if one.held else "queued", urgent=True, silent=one.silent, due_at=one.due_at or now,
                expires_at=one.expires_at or now + CALL_LIFE, made_at=now,
            )
            for one in copies
        ]  # fmt: skip
        await tx.run(insert(t.delivery), rows)
        self.wake()

    async def answer(self, tx: Tx, platform: str, address: str, card: Card, thread: str, now: datetime) -> str:
        """A public answer where something was asked (platforms that have no answer of their own)."""
        return await self._insert(
            tx, subject="", version=1, kind="post", platform=platform, address=address, lane=f"{platform}:{address}",
            card=card.to_json(), thread=thread, due_at=now, expires_at=now + timedelta(hours=1), made_at=now,
        )  # fmt: skip

    async def release(
        self, tx: Tx, subject: str, channel: str, card: Card, at: datetime, silent: bool | None = None
    ) -> bool:
        """A held copy may go from then on, with this text. False when it was not held any more."""
        c, sound = t.delivery.c, {} if silent is None else {"silent": silent}
        where = and_(c.subject == subject, c.channel == channel, c.state == "held")
        held = await tx.one(line.HELD, subject=subject, channel=channel)
        if held is None:
            return False
        turn = self.turns.next(held.platform, "post", bool(held.urgent), subject)
        values = {"state": "queued", "card": card.to_json(), "due_at": at, "turn": turn, **sound}
        changed = await tx.run(update(t.delivery).where(where).values(**values))
        self.wake()
        return bool(changed)

    async def hold(self, tx: Tx, subject: str, channel: str) -> bool:
        """A copy that certainly did not leave waits for `release` after all. False when it may be on its way."""
        where = and_(
            t.delivery.c.subject == subject, t.delivery.c.channel == channel, t.delivery.c.kind == "post",
            t.delivery.c.state == "queued", t.delivery.c.claimed_at.is_(None),
        )  # fmt: skip
        return bool(await tx.run(update(t.delivery).where(where).values(state="held")))

    async def settle(self, tx: Tx, subject: str, channel: str, state: str, reason: str, now: datetime) -> bool:
        """Ends a copy that was not sent (declined, expired): its state and why."""
        where = and_(t.delivery.c.subject == subject, t.delivery.c.channel == channel, t.delivery.c.state.in_(OPEN))
        return bool(await tx.run(update(t.delivery).where(where).values(state=state, reason=reason, done_at=now)))

    async def edit(
        self, tx: Tx, subject: str, channel: str, card: Card, version: int, now: datetime, silent: bool = True,
        expires_at: datetime | None = None, rank: int = 0,
    ) -> bool:  # fmt: skip
        """A new version of a copy (`channel`: its id): replaces what was not sent yet, else edits what stands there.
        False when there is nothing to change. `rank`: of the edit, as in `post`."""
        post = await self._post_of(tx, subject, channel)
        if post is None or await self._is_taken_back(tx, subject, channel):
            return False
        if _never_left(post):
            until = expires_at or post.expires_at
            # One that was made while the copy was on the way, before it came back unsent.
            await self._drop_queued(tx, subject, channel, now)
            await tx.run(line.NEW_TEXT, row=post.id, text=card.to_json(), next=version, until=until)
        elif post.state in (*LIVE, "queued"):
            # One that may have left keeps its text: sent again it would come back as it was the first time.
            await self._drop_queued(tx, subject, channel, now)
            await self._follow(tx, post, "edit", version, card, now, silent, rank=rank)
        return post.state in (*LIVE, *OPEN)

    async def withdraw(self, tx: Tx, subject: str, now: datetime, channel: str | None = None) -> None:
        """Takes every copy back (or one channel's): what was not sent is not sent, what stands is removed."""
        for post in await self._posts(tx, subject):
            if channel is not None and post.channel != channel:
                continue
            if _never_left(post):
                where = t.delivery.c.id == post.id
                await self._drop_queued(tx, subject, post.channel, now)
                await tx.run(update(t.delivery).where(where).values(state="withdrawn", done_at=now))
            elif post.state in (*LIVE, "queued") and not await self._is_taken_back(tx, subject, post.channel):
                await self._drop_queued(tx, subject, post.channel, now)
                await self._follow(tx, post, "redact", post.version, None, now, True)

    async def tally(
        self, tx: Tx, subject: str, cards: Callable[[str], Card], now: datetime, wait: Callable[[str], timedelta]
    ) -> None:
        """A new sum for every copy that stands: one waiting edit per copy, newest only, last in line (rank 1).

        `cards` by channel id; `wait`: how long a new edit waits for newer sums on a platform.
        """
        waiting = {
            row.channel: row.id
            for row in await tx.all(
                select(t.delivery.c.id, t.delivery.c.channel)
                .where(t.delivery.c.subject == subject, t.delivery.c.kind == "tally", t.delivery.c.state == "queued")
            )
        }  # fmt: skip
        for post in await self._posts(tx, subject):
            if post.state != "sent" or await self._is_taken_back(tx, subject, post.channel):
                continue
            if post.channel in waiting:
                where = t.delivery.c.id == waiting[post.channel]
                await tx.run(update(t.delivery).where(where).values(card=cards(post.channel).to_json()))
            else:
                due_at = now + wait(post.platform)
                await self._follow(tx, post, "tally", post.version, cards(post.channel), now, True, due_at=due_at)

    # -- to persons -------------------------------------------------------------------------------------------------

    async def tell(self, tx: Tx, person: str, card: Card, now: datetime, subject: str = "", platform: str = "") -> bool:
        """A direct message to a known person, if they may be told. On `platform`, else where they are."""
        if not await self._people.may_tell(tx, person):
            return False
        accounts = await self._people.addresses(tx, person)
        if not accounts:
            return False
        found = next((one for one in accounts if one[0] == platform), accounts[0])
        await self.whisper(tx, found[0], found[1], card, now, subject=subject, person=person, room=found[2])
        return True

    async def whisper(
        self, tx: Tx, platform: str, account: str, card: Card, now: datetime, *, subject: str = "", person: str = "",
        room: str = "", thread: str = "",
    ) -> str:  # fmt: skip
        """A direct message to an account (somebody of whom nothing may be kept): sealed, emptied when sent."""
        row = new_id()
        key = await self._people.keyring.of_person(person) if person else await self._people.keyring.of_organization("")
        inside = json.dumps({"card": card.to_json(), "account": account, "room": room, "thread": thread})
        return await self._insert(
            tx, id=row, subject=subject, version=1, kind="direct", platform=platform, address="", person=person,
            lane=f"{platform}:{self._people.index(platform, account)}", due_at=now, made_at=now,
            private=key.seal(inside, "delivery", row, "private"), expires_at=now + DIRECT_LIFE,
        )  # fmt: skip

    async def meet(
        self, tx: Tx, platform: str, address: str, inside: dict[str, Any], now: datetime, *, person: str,
        organization: str = "", subject: str = "",
    ) -> str:  # fmt: skip
        """A private place for `person` and another, with a card in it (`bot.meeting`); sealed, emptied when made."""
        row = new_id()
        key = await self._people.keyring.of_person(person)
        return await self._insert(
            tx, id=row, subject=subject, version=1, kind="meet", platform=platform, address=address, person=person,
            organization=organization, lane=f"{platform}:meet:{row}", due_at=now, made_at=now,
            private=key.seal(json.dumps(inside), "delivery", row, "private"), expires_at=now + MEET_LIFE,
        )  # fmt: skip

    async def kept(self, tx: Tx, person: str, now: datetime) -> list[Card]:
        """Direct messages that found the door closed: shown now, at the next act (never a dead end)."""
        rows = await tx.few(line.KEPT, person=person)
        cards = [(await self.open(row)).card for row in rows]
        for row in rows:
            where = t.delivery.c.id == row.id
            await tx.run(update(t.delivery).where(where).values(state="sent", private=None, done_at=now))
        return [card for card in cards if card]

    # -- reading ----------------------------------------------------------------------------------------------------

    async def landed(self, tx: Tx, subject: str) -> list[Landing]:
        """How each copy of an object stands, in the order in which they were made."""
        rows = await self._posts(tx, subject)
        where = and_(t.delivery.c.subject == subject, t.delivery.c.kind.in_(("redact", "edit")))
        changes = await tx.all(select(t.delivery).where(where).order_by(t.delivery.c.seq))
        later = {row.channel: row for row in changes}
        return [landing_of(row, later.get(row.channel)) for row in rows]

    async def tokens(self, tx: Tx, platform: str, address: str, message: str) -> list[str]:
        """The choice tokens of a message, in the order shown; [] when it has none or is not ours."""
        places = (address, self._people.keyring.index("room", address))
        where = and_(t.message.c.platform == platform, t.message.c.address.in_(places), t.message.c.id == message)
        found = await tx.value(select(t.message.c.tokens).where(where))
        return list(json.loads(found)) if found else []

    async def last_tokens(self, tx: Tx, platform: str, address: str) -> list[str]:
        """The choice tokens of the newest card with choices in a direct room."""
        found = await tx.value(line.LAST_TOKENS, p=platform, a=self._people.keyring.index("room", address))
        return list(json.loads(found)) if found else []

    async def tokens_under_way(self, tx: Tx, platform: str, account: str) -> list[str]:
        """The choice tokens of a card that may have reached an account although that is not written down yet (the
        bot was killed in between, or the answer was quicker than the platform's)."""
        c = t.delivery.c
        lane = f"{platform}:{self._people.index(platform, account)}"
        under_way = and_(c.lane == lane, c.state.in_(("sending", "queued")), c.claimed_at.is_not(None))
        for row in await tx.all(select(t.delivery).where(under_way).order_by(c.seq.desc())):
            card = (await self.open(row)).card
            if card is not None and card.choices:
                return [one.token for one in card.choices]
        return []

    async def removed(self, tx: Tx, platform: str, address: str, message: str, now: datetime) -> None:
        """Somebody else removed a message of ours: the copy is *removed by them* and never posted again."""
        where = and_(t.message.c.platform == platform, t.message.c.address == address, t.message.c.id == message)
        row = await tx.one(select(t.message).where(where))
        if row is None:
            return
        if row.channel:
            await self.mark_removed(tx, row.subject, row.channel, now)
        else:  # an answer or a direct message: it alone, they all have the same empty channel
            where = t.delivery.c.id == row.delivery
            await tx.run(update(t.delivery).where(where).values(state="removed", done_at=now))

    async def mark_removed(self, tx: Tx, subject: str, channel: str, now: datetime) -> None:
        """Ends a copy as removed by its receivers, and what was still in line for it."""
        c = t.delivery.c
        same = and_(c.subject == subject, c.channel == channel)
        standing = and_(same, c.kind == "post", c.state.in_(LIVE))
        await tx.run(update(t.delivery).where(standing).values(state="removed", done_at=now))
        await tx.run(update(t.delivery).where(same, c.state == "queued").values(state="withdrawn", done_at=now))

    async def end_organization(self, tx: Tx, organization: str) -> None:
        """Nothing more goes to an organization that left, and nothing is kept of what went there."""
        its = t.delivery.c.organization == organization
        await tx.run(delete(t.message).where(t.message.c.delivery.in_(select(t.delivery.c.id).where(its))))
        await tx.run(delete(t.delivery).where(its))

    async def queued(self, tx: Tx, platform: str) -> int:
        """How many messages wait on a platform (for the ETA)."""
        where = and_(t.delivery.c.platform == platform, t.delivery.c.state.in_(("queued", "sending")))
        return int(await tx.value(select(func.count()).select_from(t.delivery).where(where)))

    async def resend(
        self, tx: Tx, delivery: str, now: datetime, look: bool, until: datetime | None = None
    ) -> bool:  # fmt: skip
        """A person's word on an unknown copy: *look again* (`look`), or *send anyway* (may appear twice).

        A change that could not leave in time is asked for again as well: what stands there is still wrong. `until`: the
        deadline of a post; at `now` it is looked for, and not posted any more.
        """
        c = t.delivery.c
        late = and_(c.state == "expired", c.kind.in_(("edit", "redact")))
        where = and_(c.id == delivery, or_(c.state.in_(("unknown", "failed")), late))
        values: dict[str, Any] = {"state": "queued", "due_at": now, "expires_at": until or now + CALL_LIFE, "tries": 0}
        if not look:
            values["claimed_at"] = None
        changed = await tx.run(update(t.delivery).where(where).values(**values))
        self.wake()
        return bool(changed)

    async def open(self, row: Row) -> Delivery:
        """A row as an adapter gets it; unseals what is for some alone."""
        inside = await self.inside(row)
        text = inside.get("card", row.card)
        return Delivery(
            row.id, row.subject, row.version, row.kind, row.platform, row.address,
            Card.from_json(text) if text else None,
            bool(row.urgent), bool(row.silent), row.tries, row.claimed_at, account=inside.get("account", ""),
            room=inside.get("room", ""), thread=inside.get("thread") or row.thread, title=inside.get("title", ""),
            order=(row.rank, row.turn),
        )  # fmt: skip

    async def inside(self, row: Row) -> dict[str, Any]:
        """What is sealed in a row; {} when nothing is. KeyGone when the person was erased."""
        if not row.private:
            return {}
        keyring = self._people.keyring
        key = await (keyring.existing(row.person) if row.person else keyring.of_organization(""))
        found: dict[str, Any] = json.loads(key.open(bytes(row.private), "delivery", row.id, "private"))
        return found

    # -- inside -----------------------------------------------------------------------------------------------------

    async def _insert(self, tx: Tx, **values: Any) -> str:
        row = self._row(**values)
        await tx.run(insert(t.delivery), **row)
        self.wake()
        return str(row["id"])

    def _row(self, **values: Any) -> dict[str, Any]:
        row = {
            "id": new_id(), "channel": "", "organization": "", "person": "", "rank": 0, "state": "queued",
            "urgent": False, "silent": False, "card": None, "private": None, "reason": "", "thread": "", "tries": 0,
            "turn": 0, **values,
        }  # fmt: skip
        if row["state"] == "queued":  # what is held gets its turn with `release`
            row["turn"] = self.turns.next(row["platform"], row["kind"], row["urgent"], row["subject"])
        return row

    async def _follow(
        self, tx: Tx, post: Row, kind: str, version: int, card: Card | None, now: datetime, silent: bool,
        due_at: datetime | None = None, rank: int = 0,
    ) -> None:  # fmt: skip
        await self._insert(
            tx, subject=post.subject, version=version, kind=kind, platform=post.platform, channel=post.channel,
            organization=post.organization, address=post.address, lane=post.lane, rank=1 if kind == "tally" else rank,
            card=card.to_json() if card else None, urgent=False, silent=silent, due_at=due_at or now,
            expires_at=now + (REDACT_LIFE if kind == "redact" else CALL_LIFE), made_at=now,
        )  # fmt: skip

    async def _is_taken_back(self, tx: Tx, subject: str, channel: str) -> bool:
        """Whether a copy was withdrawn: nothing may change it after that."""
        return await tx.one(line.WITHDRAWN, subject=subject, channel=channel) is not None

    async def _posts(self, tx: Tx, subject: str) -> Sequence[Row]:
        where = and_(t.delivery.c.subject == subject, t.delivery.c.kind == "post")
        return await tx.all(select(t.delivery).where(where).order_by(t.delivery.c.seq))

    async def _post_of(self, tx: Tx, subject: str, channel: str) -> Row | None:
        return await tx.one(line.POST_OF, subject=subject, channel=channel)

    async def _drop_queued(self, tx: Tx, subject: str, channel: str, now: datetime) -> None:
        """Ends what is still to be changed about a copy: something newer follows.

        An edit that may have left stays in line, and goes at once: it becomes the event or the text that it was the
        first time. Forgotten, it could arrive after what follows, and nobody would know to take it back.
        """
        await tx.run(line.DROP_CHANGES, subject=subject, channel=channel, now=now)
        await tx.run(line.HASTEN_EDITS, subject=subject, channel=channel, now=now)

    async def forget(self, tx: Tx, before: datetime) -> int:
        """Retention: deliveries done before a moment, and messages a year older."""
        c, m = t.delivery.c, t.message.c
        done = and_(c.done_at.is_not(None), c.done_at < before)
        # Of a platform that is not set up any more: nobody claims them, so nobody ends them.
        left_over = and_(c.state.in_(OPEN), c.expires_at < before)
        direct = and_(m.channel == "", m.sent_at < before)
        old = m.sent_at < before - timedelta(days=275)
        rows = await tx.run(delete(t.delivery).where(or_(done, left_over)))
        return rows + await tx.run(delete(t.message).where(or_(old, direct)))


def _never_left(post: Row) -> bool:
    """Whether it is certain that a post is not in its channel."""
    return post.state == "held" or (post.state == "queued" and post.claimed_at is None)
