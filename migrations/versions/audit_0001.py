"""audit: the chain of acts and refusals, and what keeps it from being changed; it takes the place of `denial`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "audit_0001"
down_revision = None
branch_labels = ("audit",)
depends_on = "core_0001"

# Only what a roll-up line stands for may go. REPLACE is denied by itself too: without `recursive_triggers` it would not
# ask the DELETE trigger (SECURITY 6.4).
SQLITE = (
    "CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END",
    "CREATE TRIGGER audit_delete BEFORE DELETE ON audit"
    " WHEN NOT EXISTS (SELECT 1 FROM audit WHERE rolled_up >= OLD.seq)"
    " BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END",
    "CREATE TRIGGER audit_replace BEFORE INSERT ON audit"
    " WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)"
    " BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END",
)
POSTGRES = (
    """
    CREATE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF EXISTS (SELECT 1 FROM audit WHERE rolled_up >= OLD.seq) THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION 'the audit is never changed';
    END $$
    """,
    "CREATE TRIGGER audit_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_guard()",
    "CREATE TRIGGER audit_empty BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_guard()",
)


def upgrade() -> None:
    """The tables as they are from this step on."""
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("object", sa.String(length=40), nullable=False),
        sa.Column("result", sa.String(length=8), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("rolled_up", sa.Integer(), nullable=True),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    only = sa.text("rolled_up IS NOT NULL")
    op.create_index("audit_rolled_up", "audit", ["rolled_up"], sqlite_where=only, postgresql_where=only)
    op.create_index("audit_owner", "audit", ["organization", "seq"])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES:
        op.execute(statement)
    op.drop_table("denial")


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
