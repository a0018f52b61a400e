"""The statements on deliveries that are run for every copy or every act: built once, so that they are compiled once."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, func, literal, literal_column, not_, or_, select, update

from bot import tables as t
from bot.db import upsert
from bot.freeze import goes_on
from bot.turns import CLASS

# -- the sender's ---------------------------------------------------------------------------------------------------

_before = t.delivery.alias("before")
DUE = (
    select(t.delivery)
    .where(
        t.delivery.c.platform == bindparam("p"),
        t.delivery.c.state == "queued",
        t.delivery.c.due_at <= bindparam("n"),
        goes_on(t.delivery),
        ~select(literal(1))
        .where(
            _before.c.lane == t.delivery.c.lane,
            # Said again for the index: a channel's hundreds of old messages are not looked at.
            _before.c.state.in_((literal_column("'sending'"), literal_column("'queued'"))),
            or_(
                _before.c.state == "sending",
                and_(
                    _before.c.state == "queued",
                    # What is due later and was never tried (a stop window) does not hold up the others.
                    or_(_before.c.due_at <= bindparam("n"), _before.c.tries > 0),
                    goes_on(_before),
                    or_(
                        _before.c.rank < t.delivery.c.rank,
                        and_(_before.c.rank == t.delivery.c.rank, _before.c.seq < t.delivery.c.seq),
                    ),
                ),
            ),
        )
        .exists(),
    )
    # The order of an index: with thousands in line only the first ones are looked at.
    .order_by(t.delivery.c.rank, t.delivery.c.turn, t.delivery.c.seq)
    .limit(bindparam("most"))
)
FIRST_TURNS = (
    select(func.min(t.delivery.c.turn).label("turn"))
    .where(t.delivery.c.platform == bindparam("p"), t.delivery.c.state == "queued")
    .group_by(t.delivery.c.turn // CLASS)
)
CLAIM = (
    update(t.delivery)
    .where(t.delivery.c.seq == bindparam("row"))
    .values(
        state="sending",
        tries=t.delivery.c.tries + 1,
        claimed_at=func.coalesce(t.delivery.c.claimed_at, bindparam("now")),
    )
)
MARK = (
    update(t.delivery)
    .where(t.delivery.c.seq == bindparam("row"), t.delivery.c.state == "sending")
    .values(
        state=bindparam("s"), reason=bindparam("why"), due_at=bindparam("due"), done_at=bindparam("done"),
        claimed_at=bindparam("claimed"), private=bindparam("inside"),
    )
)  # fmt: skip
TARGETS = (
    select(t.message.c.id, t.message.c.delivery)
    .outerjoin(t.delivery, t.delivery.c.id == t.message.c.delivery)
    .where(t.message.c.subject == bindparam("s"), t.message.c.channel == bindparam("c"))
    # By number: a post and its edit may bear the same millisecond.
    .order_by(func.coalesce(t.delivery.c.seq, 0), t.message.c.sent_at, t.message.c.part)
)
LATER = (
    select(t.delivery.c.id)
    .where(
        t.delivery.c.subject == bindparam("s"), t.delivery.c.channel == bindparam("c"),
        t.delivery.c.seq > bindparam("after"), t.delivery.c.kind != "post",
    )
    .limit(1)
)  # fmt: skip
TAKEN_BACK = (
    select(t.delivery.c.id)
    .where(
        t.delivery.c.subject == bindparam("s"), t.delivery.c.channel == bindparam("c"),
        t.delivery.c.kind == "redact", t.delivery.c.state == "queued",
    )
    .limit(1)
)  # fmt: skip
REMEMBER = upsert(t.message, "platform", "address", "id", update=["tokens"])

# -- the outbox's ---------------------------------------------------------------------------------------------------

HELD = (
    select(t.delivery.c.platform, t.delivery.c.urgent)
    .where(
        t.delivery.c.subject == bindparam("subject"), t.delivery.c.channel == bindparam("channel"),
        t.delivery.c.state == "held",
    )
    .limit(1)
)  # fmt: skip
LAST_TOKENS = (
    select(t.message.c.tokens)
    .outerjoin(t.delivery, t.delivery.c.id == t.message.c.delivery)
    .where(t.message.c.platform == bindparam("p"), t.message.c.address == bindparam("a"), t.message.c.tokens != "[]")
    # By number too: what is sent together bears one moment.
    .order_by(t.message.c.sent_at.desc(), t.delivery.c.seq.desc(), t.message.c.part.desc()).limit(1)
)
# Asked at every act of everybody, so compiled once (FACTS 47: half of a press's time was this statement's).
KEPT = (
    select(t.delivery)
    .where(t.delivery.c.person == bindparam("person"), t.delivery.c.state == "kept")
    .order_by(t.delivery.c.seq)
)
POST_OF = (
    select(t.delivery)
    .where(
        t.delivery.c.subject == bindparam("subject"), t.delivery.c.channel == bindparam("channel"),
        t.delivery.c.kind == "post",
    )
    .order_by(t.delivery.c.seq.desc())
    .limit(1)
)  # fmt: skip
NEW_TEXT = (
    update(t.delivery)
    .where(t.delivery.c.id == bindparam("row"))
    .values(card=bindparam("text"), version=bindparam("next"), expires_at=bindparam("until"))
)
WITHDRAWN = (
    select(t.delivery.c.id)
    .where(
        t.delivery.c.subject == bindparam("subject"), t.delivery.c.channel == bindparam("channel"),
        t.delivery.c.kind == "redact",
    )
    .limit(1)
)  # fmt: skip

_waits = and_(
    t.delivery.c.subject == bindparam("subject"), t.delivery.c.channel == bindparam("channel"),
    t.delivery.c.state == "queued",
)  # fmt: skip
_may_have_left = and_(t.delivery.c.kind == "edit", t.delivery.c.claimed_at.is_not(None))
DROP_CHANGES = (
    update(t.delivery)
    .where(_waits, t.delivery.c.kind.in_((literal_column("'edit'"), literal_column("'tally'"))), not_(_may_have_left))
    .values(state="withdrawn", done_at=bindparam("now"))
)
HASTEN_EDITS = update(t.delivery).where(_waits, _may_have_left).values(due_at=bindparam("now"))
