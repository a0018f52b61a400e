"""matrix: what arrived and is not handled yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "matrix_0001"
down_revision = None
branch_labels = ("matrix",)
depends_on = "core_0001"


def upgrade() -> None:
    """The tables as they are from this step on."""
    op.create_table(
        "matrix_event",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("inside", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("key"),
        info={
            "owner": "system",
            "readers": "the Matrix adapter",
            "erased": "the content when it is handled, the event id after 30 days",
        },
    )
    op.create_index("matrix_event_line", "matrix_event", ["state", "seq"], unique=False)


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
