"""checkins: a delegate of two organizations answers for each of them."""

from __future__ import annotations

from alembic import op

revision = "checkins_0002"
down_revision = "checkins_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One answer a person and circle. That a person is in a sum once is for the feature to keep (`answering`)."""
    with op.batch_alter_table("checkin_answer") as batch:
        batch.drop_constraint("one_checkin_answer_a_person", type_="unique")
        batch.create_unique_constraint("one_checkin_answer_a_circle", ["checkin", "person", "circle"])


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
