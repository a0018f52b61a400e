"""alerts: places and the waiting list, sending later, reminders and the question afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "alerts_0003"
down_revision = "alerts_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables more, and three columns of a call."""
    op.create_table(
        "alert_line",
        sa.Column("alert", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("alert", "person"),
    )
    op.create_index("alert_line_order", "alert_line", ["alert", "number"], unique=False)
    op.create_table(
        "alert_reminder",
        sa.Column("alert", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("remind_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("alert", "person"),
    )
    op.create_index("alert_reminder_line", "alert_reminder", ["alert", "remind_at"], unique=False)
    op.add_column("alert", sa.Column("leave_at", sa.BigInteger(), nullable=True))
    op.add_column("alert", sa.Column("leave", sa.String(length=120), nullable=True))
    op.add_column("alert", sa.Column("asked_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
