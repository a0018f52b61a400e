"""core: due work that is over names nobody."""

from __future__ import annotations

from alembic import op

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Its arguments are emptied, as they are from now on when it ends: they may name who has left since."""
    op.execute("UPDATE due SET args = '{}' WHERE state <> 'waiting'")


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
