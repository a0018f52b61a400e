"""The tables of the house. Each says who owns its rows, who may read it and when it is erased (law 8).

`owner`: `organization` (only through that organization's scope), `person` (only through `people` and the person's own
acts), `coalition` (shared by all), `system` (the bot's own work, read by no feature). A column about a person is
`sealed` (AES-GCM, see keys) or says why it is not: `plain="..."`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip

from bot.db import Moment, metadata

ID = String(40)


def owned(owner: str, readers: str, erased: str) -> dict[str, str]:
    """The declaration of a table, for `info=`."""
    return {"owner": owner, "readers": readers, "erased": erased}


def sealed(name: str, **more: Any) -> Column[bytes]:
    """A column whose values are sealed under the key of the row's person."""
    return Column(name, LargeBinary, info={"sealed": True}, **more)


def pseudonym(name: str, **more: Any) -> Column[str]:
    """A person's random id: it leads to nobody without the account table and the keyring."""
    return Column(name, ID, info={"plain": "random id, no meaning outside this database"}, **more)


person = Table(
    "person",
    metadata,
    pseudonym("id", primary_key=True),
    Column("language", String(8), info={"plain": "the last language chosen; no identity"}),
    Column("zone", String(64), info={"plain": "an IANA zone; no identity"}),
    Column("stopped", Boolean, nullable=False, info={"plain": "whether direct messages are off"}),
    Column("merged_into", ID, info={"plain": "random id of the person this one was linked to"}),
    Column("made_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    info=owned("person", "the person, by /mydata", "at once by /mydata erase; after a year without an act"),
)

account = Table(
    "account",
    metadata,
    Column("index", String(40), primary_key=True, info={"plain": "HMAC of platform and id under the coalition's key"}),
    pseudonym("person", nullable=False, index=True),
    Column("platform", String(16), nullable=False, info={"plain": "which platform; no identity"}),
    sealed("address", nullable=False),
    sealed("room"),
    info=owned("person", "people.py only", "with the person"),
)

link_code = Table(
    "link_code",
    metadata,
    Column("index", String(40), primary_key=True, info={"plain": "HMAC of a one-time code"}),
    pseudonym("person", nullable=False),
    Column("expires_at", Moment, nullable=False),
    info=owned("person", "people.py only", "when used, or after an hour"),
)

organization = Table(
    "organization",
    metadata,
    Column("id", ID, primary_key=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("kind", String(16), nullable=False),  # nonprofit (c3) | party | union | group
    Column("state", String(16), nullable=False),  # waiting | connected | leaving
    Column("region", String(2)),
    Column("zone", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("who_sends", String(16), nullable=False),  # managers | moderators
    Column("policy", String(8), nullable=False),  # auto | hold | never: toward every other organization
    Column("made_at", Moment, nullable=False),
    Column("connected_at", Moment),
    Column("left_at", Moment),
    info=owned("coalition", "everybody: the public directory", "30 days after the organization left"),
)

connect_code = Table(
    "connect_code",
    metadata,
    Column("index", String(40), primary_key=True),
    Column("organization", ID, nullable=False),
    Column("expires_at", Moment, nullable=False),
    info=owned("system", "nobody; only its HMAC is kept", "when redeemed or revoked, or 7 days after it was made"),
)

space = Table(
    "space",
    metadata,
    Column("id", ID, primary_key=True),
    Column("organization", ID, nullable=False, index=True),
    Column("platform", String(16), nullable=False),
    Column("address", String(255), nullable=False),
    Column("name", String(120), nullable=False),
    Column("joined_at", Moment, nullable=False),
    UniqueConstraint("platform", "address", name="one_space_one_organization"),
    info=owned(
        "coalition", "the bot; names to moderators", "when the bot is removed from it, or the organization leaves"
    ),
)

stranger = Table(
    "stranger",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("address", String(255), primary_key=True),
    Column("leave_at", Moment, nullable=False),
    info=owned("system", "nobody", "when it connects, or after 60 minutes, when the bot leaves it"),
)

channel = Table(
    "channel",
    metadata,
    Column("id", ID, primary_key=True),
    Column("organization", ID, nullable=False, index=True),
    Column("space", ID, nullable=False, index=True),
    Column("platform", String(16), nullable=False, info={"plain": "no person"}),
    Column("address", String(255), nullable=False),
    Column("purpose", String(16), nullable=False),  # calls | moderators | checkins | welcome | greeters | log | room
    Column("name", String(120), nullable=False),
    Column("language", String(8), nullable=False),
    UniqueConstraint("platform", "address", "purpose", name="one_purpose_once"),
    info=owned("organization", "moderators of the organization; the outbox", "with its space"),
)

role = Table(
    "role",
    metadata,
    pseudonym("person", primary_key=True),
    Column("organization", ID, primary_key=True),  # "" for the coalition's own roles
    # moderator | sender | greeter | coordinator | auditor
    Column("name", String(16), primary_key=True, info={"plain": "what the role is called"}),
    Column("granted_at", Moment, nullable=False),
    info=owned("person", "the gate; moderators see names of roles, not people", "with the person or the organization"),
)

role_map = Table(
    "role_map",
    metadata,
    Column("organization", ID, primary_key=True),
    Column("platform_role", String(255), primary_key=True),  # a Discord role id, or `level:50`
    Column("name", String(16), primary_key=True),
    info=owned("organization", "moderators of the organization", "with the organization"),
)

choice = Table(
    "choice",
    metadata,
    Column("token", String(40), primary_key=True),
    Column("entry", String(60), nullable=False),
    Column("args", Text, nullable=False, info={"plain": "codes of public objects and answers, never personal text"}),
    Column("organization", ID, nullable=False),  # "" when it may be pressed from anywhere
    pseudonym("person", nullable=False),  # "" when anybody may press it
    Column("made_at", Moment, nullable=False),
    info=owned("system", "the runner", "after 400 days"),
)

form = Table(
    "form",
    metadata,
    Column("id", ID, primary_key=True),
    pseudonym("person", nullable=False, index=True),
    Column("entry", String(60), nullable=False),
    Column("organization", ID, nullable=False),
    Column("page", Integer, nullable=False),
    Column("asking", String(40), nullable=False, info={"plain": "name of a field"}),
    Column("place", Text, nullable=False, info={"plain": "the channel where it was started"}),
    sealed("given"),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    info=owned("person", "the person who fills it in", "when it is sent or cancelled, or after 7 days"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", ID, nullable=False, unique=True),
    Column("subject", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String(8), nullable=False),  # post | edit | redact | tally | direct | meet
    Column("platform", String(16), nullable=False, info={"plain": "no person"}),
    Column("channel", ID, nullable=False),  # "" for a direct message
    Column("organization", ID, nullable=False),
    Column("address", String(255), nullable=False, info={"plain": "a channel of an organization; empty when direct"}),
    pseudonym("person", nullable=False),  # "" unless direct, or for a meeting: the new person
    Column("lane", String(300), nullable=False, info={"plain": "channel or pseudonym: what keeps its order"}),
    Column("rank", Integer, nullable=False),  # 0 messages, 1 tallies: sums are edited last in line
    Column("turn", BigInteger, nullable=False, server_default="0"),  # among channels: bot.turns
    Column("state", String(16), nullable=False),
    Column("urgent", Boolean, nullable=False),  # a call to action: may make a sound
    Column("silent", Boolean, nullable=False),
    Column("card", Text, info={"plain": "public text only; what is for some alone is in `private`"}),
    sealed("private"),
    Column("reason", String(60), nullable=False),
    Column("thread", String(255), nullable=False, info={"plain": "id of the public message that is answered"}),
    Column("tries", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("made_at", Moment, nullable=False),
    Column("claimed_at", Moment),
    Column("done_at", Moment),
    Index("delivery_order", "platform", "state", "rank", "turn", "seq"),
    Index("delivery_subject", "subject", "channel"),
    Index("delivery_lane", "lane", "state"),
    Index("delivery_person", "person", "state"),
    info=owned(
        "system", "the sender's moderators see states in words", "90 days after it was done, or with the organization"
    ),
)

message = Table(
    "message",
    metadata,
    Column("platform", String(16), primary_key=True, info={"plain": "no person"}),
    Column("address", String(255), primary_key=True, info={"plain": "a channel, or HMAC of a direct room or meeting"}),
    Column("id", String(255), primary_key=True),
    Column("delivery", ID, nullable=False, index=True),
    Column("subject", String(40), nullable=False, index=True),
    Column("channel", ID, nullable=False),
    Column("part", Integer, nullable=False),
    Column("tokens", Text, nullable=False),  # JSON list of choice tokens in the order shown
    Column("sent_at", Moment, nullable=False),
    info=owned("system", "the outbox and the adapters", "a year after it was sent, or with the organization"),
)

due = Table(
    "due",
    metadata,
    Column("id", ID, primary_key=True),
    Column("job", String(60), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("args", Text, nullable=False, info={"plain": "internal numbers; emptied when it is over"}),
    Column("policy", String(8), nullable=False),  # late | skip
    Column("state", String(8), nullable=False),  # waiting | done | skipped | failed
    Column("tries", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("done_at", Moment),
    Index("due_line", "state", "due_at"),
    info=owned("system", "the bot", "90 days after it was done"),
)

note = Table(
    "note",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("value", Text, nullable=False, info={"plain": "state of the bot itself"}),
    info=owned("system", "the bot", "overwritten; with the installation"),
)

# The chain of bot.audit. Triggers (migration audit_0001) forbid UPDATE, REPLACE, and DELETE of what was not rolled up:
# whoever makes this table anew in a later step must make them anew too.
audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("made_at", Moment, nullable=False),
    Column("actor", String(40), nullable=False, info={"plain": "HMAC of account x organization; joins with nothing"}),
    Column("organization", ID, nullable=False),  # whose line it is; "" is the coalition's
    Column("act", String(60), nullable=False),  # `alerts.sent`; of a refusal the entry that was refused
    Column("object", String(40), nullable=False),  # the public code of what was acted on
    Column("result", String(8), nullable=False),  # done | refused
    Column("details", Text, nullable=False, info={"plain": "JSON of numbers and words of the code"}),
    Column("rolled_up", Integer),  # up to which line this one stands for those that were taken away
    Column("link", String(64), nullable=False),
    # So it is on PostgreSQL too (audit_0001); `postgresql_where` here would load that dialect for everybody, 3 MB.
    Index("audit_rolled_up", "rolled_up", sqlite_where=text("rolled_up IS NOT NULL")),
    Index("audit_owner", "organization", "seq"),
    info=owned(
        "organization", "its moderators; the coalition's own lines: coordinators",
        "after 400 days, all but the last link",
    ),
)  # fmt: skip

freeze = Table(
    "freeze",
    metadata,
    Column("id", String(8), primary_key=True),  # one row at most
    Column("organization", ID, nullable=False),  # whose moderator stopped everything
    pseudonym("person", nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("again_organization", ID, nullable=False),  # whose moderator wants to start again; "" for nobody
    pseudonym("again_person", nullable=False),
    Column("again_at", Moment),
    info=owned("coalition", "everybody: that it is stopped, and by which organization", "when it is started again"),
)

matrix_event = Table(
    "matrix_event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("key", String(300), nullable=False, unique=True, info={"plain": "an event id; its words are sealed"}),
    Column("state", String(8), nullable=False),  # waiting | parked | done
    sealed("inside"),
    Column("made_at", Moment, nullable=False),
    Index("matrix_event_line", "state", "seq"),
    info=owned("system", "the Matrix adapter", "the content when it is handled, the event id after 30 days"),
)
