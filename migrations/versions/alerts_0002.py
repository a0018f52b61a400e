"""alerts: decisions by sender and topic."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "alerts_0002"
down_revision = "alerts_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables as they are from this step on."""
    op.create_table(
        "alert_policy",
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("posts", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization", "sender", "topic"),
        info={
            "owner": "organization",
            "readers": "its moderators",
            "erased": "when it decides otherwise; with the organization, or its sender",
        },
    )
    op.create_table(
        "alert_offer",
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization", "sender"),
        info={
            "owner": "organization",
            "readers": "nobody: that *at once* was offered is noted so that it is not offered again",
            "erased": "with the organization, or its sender",
        },
    )


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
