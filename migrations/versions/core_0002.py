"""core: whose turn it is among channels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column more, and the index in whose order deliveries are claimed instead of the one by time."""
    op.add_column("delivery", sa.Column("turn", sa.BigInteger(), server_default="0", nullable=False))
    op.drop_index("delivery_line", table_name="delivery")
    op.create_index("delivery_order", "delivery", ["platform", "state", "rank", "turn", "seq"], unique=False)


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
