"""alerts: the second person before a call goes to several organizations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "alerts_0004"
down_revision = "alerts_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table more. A call that was sent before has no row: its copies are where they were decided to be."""
    op.create_table(
        "alert_second",
        sa.Column("alert", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("author_realm", sa.String(length=255), nullable=False),
        sa.Column("imprint", sa.String(length=64), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("second", sa.String(length=40), nullable=False),
        sa.Column("whose", sa.String(length=40), nullable=False),
        sa.Column("leaves_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("alert"),
    )


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
