"""core: first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0001"
down_revision = None
branch_labels = ("core",)
depends_on = None


def upgrade() -> None:
    """The tables as they are from this step on."""
    op.create_table(
        "account",
        sa.Column("index", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("room", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("index"),
        info={"owner": "person", "readers": "people.py only", "erased": "with the person"},
    )
    op.create_index(op.f("ix_account_person"), "account", ["person"], unique=False)
    op.create_table(
        "channel",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("space", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("platform", "address", "purpose", name="one_purpose_once"),
        info={
            "owner": "organization",
            "readers": "moderators of the organization; the outbox",
            "erased": "with its space",
        },
    )
    op.create_index(op.f("ix_channel_organization"), "channel", ["organization"], unique=False)
    op.create_index(op.f("ix_channel_space"), "channel", ["space"], unique=False)
    op.create_table(
        "choice",
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("entry", sa.String(length=60), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
        info={"owner": "system", "readers": "the runner", "erased": "after 400 days"},
    )
    op.create_table(
        "connect_code",
        sa.Column("index", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("index"),
        info={
            "owner": "system",
            "readers": "nobody; only its HMAC is kept",
            "erased": "when redeemed or revoked, or 7 days after it was made",
        },
    )
    op.create_table(
        "delivery",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("lane", sa.String(length=300), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("card", sa.Text(), nullable=True),
        sa.Column("private", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        info={
            "owner": "system",
            "readers": "the sender's moderators see states in words",
            "erased": "90 days after it was done",
        },
    )
    op.create_index("delivery_lane", "delivery", ["lane", "state"], unique=False)
    op.create_index("delivery_line", "delivery", ["platform", "state", "due_at"], unique=False)
    op.create_index("delivery_subject", "delivery", ["subject", "channel"], unique=False)
    op.create_table(
        "denial",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("entry", sa.String(length=60), nullable=False),
        sa.Column("object", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={"owner": "system", "readers": "coordinators, as counts", "erased": "after 400 days"},
    )
    op.create_table(
        "due",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("policy", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        info={"owner": "system", "readers": "the bot", "erased": "90 days after it was done"},
    )
    op.create_index("due_line", "due", ["state", "due_at"], unique=False)
    op.create_table(
        "form",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("entry", sa.String(length=60), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("asking", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={
            "owner": "person",
            "readers": "the person who fills it in",
            "erased": "when it is sent or cancelled, or after 7 days",
        },
    )
    op.create_index(op.f("ix_form_person"), "form", ["person"], unique=False)
    op.create_table(
        "link_code",
        sa.Column("index", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("index"),
        info={"owner": "person", "readers": "people.py only", "erased": "when used, or after an hour"},
    )
    op.create_table(
        "message",
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("delivery", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "address", "id"),
        info={"owner": "system", "readers": "the outbox and the adapters", "erased": "a year after it was sent"},
    )
    op.create_index(op.f("ix_message_delivery"), "message", ["delivery"], unique=False)
    op.create_index(op.f("ix_message_subject"), "message", ["subject"], unique=False)
    op.create_table(
        "note",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        info={"owner": "system", "readers": "the bot", "erased": "overwritten; with the installation"},
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("who_sends", sa.String(length=16), nullable=False),
        sa.Column("policy", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("connected_at", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        info={
            "owner": "coalition",
            "readers": "everybody: the public directory",
            "erased": "30 days after the organization left",
        },
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("merged_into", sa.String(length=40), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={
            "owner": "person",
            "readers": "the person, by /mydata",
            "erased": "at once by /mydata erase; after a year without an act",
        },
    )
    op.create_table(
        "role",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "organization", "name"),
        info={
            "owner": "person",
            "readers": "the gate; moderators see names of roles, not people",
            "erased": "with the person or the organization",
        },
    )
    op.create_table(
        "role_map",
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("platform_role", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("organization", "platform_role", "name"),
        info={"owner": "organization", "readers": "moderators of the organization", "erased": "with the organization"},
    )
    op.create_table(
        "space",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("platform", "address", name="one_space_one_organization"),
        info={
            "owner": "coalition",
            "readers": "the bot; names to moderators",
            "erased": "when the bot is removed from it, or the organization leaves",
        },
    )
    op.create_index(op.f("ix_space_organization"), "space", ["organization"], unique=False)
    op.create_table(
        "stranger",
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("leave_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "address"),
        info={
            "owner": "system",
            "readers": "nobody",
            "erased": "when it connects, or after 60 minutes, when the bot leaves it",
        },
    )


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
