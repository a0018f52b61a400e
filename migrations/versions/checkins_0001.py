"""checkins: first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "checkins_0001"
down_revision = None
branch_labels = ("checkins",)
depends_on = ("core_0001",)


def upgrade() -> None:
    """The tables as they are from this step on."""
    op.create_table(
        "checkin",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=16), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("debrief", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("review_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        info={
            "owner": "organization",
            "readers": "its senders; those asked, once it is posted",
            "erased": "a year after it was closed",
        },
    )
    op.create_index(op.f("ix_checkin_organization"), "checkin", ["organization"], unique=False)
    op.create_index(op.f("ix_checkin_series"), "checkin", ["series"], unique=False)
    op.create_table(
        "checkin_answer",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("checkin", sa.String(length=40), nullable=False),
        sa.Column("circle", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("checkin", "person", name="one_checkin_answer_a_person"),
        info={
            "owner": "person",
            "readers": "the person; others see sums of many",
            "erased": "by /mydata erase, or 60 days after the close",
        },
    )
    op.create_index(op.f("ix_checkin_answer_person"), "checkin_answer", ["person"], unique=False)
    op.create_index("ix_checkin_answer_in_turn", "checkin_answer", ["checkin", "id"], unique=False)
    op.create_table(
        "checkin_promise",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("checkin", sa.String(length=40), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        info={
            "owner": "organization",
            "readers": "those asked in the same check-in",
            "erased": "a year after it was done or dropped",
        },
    )
    op.create_index(op.f("ix_checkin_promise_organization"), "checkin_promise", ["organization"], unique=False)
    op.create_index(op.f("ix_checkin_promise_person"), "checkin_promise", ["person"], unique=False)
    op.create_index(op.f("ix_checkin_promise_series"), "checkin_promise", ["series"], unique=False)


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
