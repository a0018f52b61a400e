"""alerts: first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "alerts_0001"
down_revision = None
branch_labels = ("alerts",)
depends_on = ("core_0001",)


def upgrade() -> None:
    """The tables as they are from this step on."""
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("changed", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("corrected_at", sa.BigInteger(), nullable=True),
        sa.Column("closes_at", sa.BigInteger(), nullable=True),
        sa.Column("tally_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        info={
            "owner": "organization",
            "readers": "its senders; everybody once it is posted",
            "erased": "drafts after 7 days, else a year after it was sent",
        },
    )
    op.create_index(op.f("ix_alert_organization"), "alert", ["organization"], unique=False)
    op.create_table(
        "alert_answer",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("alert", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("alert", "person", name="one_answer_a_person"),
        info={
            "owner": "person",
            "readers": "the person; others see sums",
            "erased": "by /mydata erase, or 60 days after answers close",
        },
    )
    op.create_index(op.f("ix_alert_answer_person"), "alert_answer", ["person"], unique=False)
    op.create_table(
        "alert_copy",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("alert", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("hold_until_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("alert", "organization", "channel", name="one_copy_a_channel"),
        info={
            "owner": "organization",
            "readers": "its moderators; the sending organization reads how it stands",
            "erased": "with the call",
        },
    )
    op.create_index("alert_copy_alert", "alert_copy", ["alert"], unique=False)
    op.create_index(op.f("ix_alert_copy_organization"), "alert_copy", ["organization"], unique=False)
    op.create_table(
        "alert_tally",
        sa.Column("alert", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=8), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("alert", "organization", "value"),
        info={"owner": "coalition", "readers": "everybody, as one sum", "erased": "with the call"},
    )
    op.create_table(
        "alert_version",
        sa.Column("alert", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("alert", "version"),
        info={"owner": "organization", "readers": "its senders", "erased": "with the call"},
    )


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
