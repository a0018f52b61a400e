"""alerts: which role of its own server an organization lets calls notify."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "alerts_0007"
down_revision = "alerts_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table and one column more."""
    op.create_table(
        "alert_mention",
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("space", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization", "space", "sender", "topic"),
    )
    op.add_column("alert_copy", sa.Column("mention", sa.String(length=32), server_default="", nullable=False))


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
