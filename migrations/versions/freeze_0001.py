"""freeze: that all sending is stopped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "freeze_0001"
down_revision = None
branch_labels = ("freeze",)
depends_on = ("core_0001",)


def upgrade() -> None:
    """The table as it is from this step on."""
    op.create_table(
        "freeze",
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("again_organization", sa.String(length=40), nullable=False),
        sa.Column("again_person", sa.String(length=40), nullable=False),
        sa.Column("again_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        info={
            "owner": "coalition",
            "readers": "everybody: that it is stopped, and by which organization",
            "erased": "when it is started again",
        },
    )


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
