"""alerts: the calls of the last days, by when they were sent."""

from __future__ import annotations

from alembic import op

revision = "alerts_0005"
down_revision = "alerts_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index more."""
    op.create_index("alert_sent_at", "alert", ["sent_at"], unique=False)


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
