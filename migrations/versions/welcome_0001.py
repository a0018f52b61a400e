"""welcome: first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "welcome_0001"
down_revision = None
branch_labels = ("welcome",)
depends_on = ("core_0001",)


def upgrade() -> None:
    """The tables as they are from this step on."""
    op.create_table(
        "welcome_case",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=False),
        sa.Column("via", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("tell_me", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("keep_until_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        info={
            "owner": "person",
            "readers": "the person, by /request",
            "erased": "30 days after it was last of use; at once by /mydata erase",
        },
    )
    op.create_index(op.f("ix_welcome_case_person"), "welcome_case", ["person"], unique=False)
    op.create_table(
        "welcome_consent",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("given_via", sa.String(length=300), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("proof", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={
            "owner": "person",
            "readers": "the person; whoever must prove the direction",
            "erased": "a year after it expired or was withdrawn",
        },
    )
    op.create_index(op.f("ix_welcome_consent_organization"), "welcome_consent", ["organization"], unique=False)
    op.create_index(op.f("ix_welcome_consent_person"), "welcome_consent", ["person"], unique=False)
    op.create_table(
        "welcome_count",
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization", "month", "what"),
        info={
            "owner": "organization",
            "readers": "its moderators; no person is in it",
            "erased": "with the organization, or after a year",
        },
    )
    op.create_table(
        "welcome_greeter",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("languages", sa.String(length=8), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={
            "owner": "organization",
            "readers": "the people they welcome",
            "erased": "with the person or the organization",
        },
    )
    op.create_index(op.f("ix_welcome_greeter_organization"), "welcome_greeter", ["organization"], unique=False)
    op.create_index(op.f("ix_welcome_greeter_person"), "welcome_greeter", ["person"], unique=False)
    op.create_table(
        "welcome_handoff",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("case", sa.String(length=40), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("consent", sa.String(length=40), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("greeter", sa.String(length=40), nullable=False),
        sa.Column("passing", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("offered_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("introduced_at", sa.BigInteger(), nullable=True),
        sa.Column("newcomer_says", sa.String(length=8), nullable=False),
        sa.Column("greeter_says", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("keep_until_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={
            "owner": "organization",
            "readers": "before it is taken: nobody; then the greeter who took it",
            "erased": "7 days after it was offered and not taken, 30 days after it was taken; at once by /mydata erase",
        },
    )
    op.create_index(op.f("ix_welcome_handoff_case"), "welcome_handoff", ["case"], unique=False)
    op.create_index(op.f("ix_welcome_handoff_code"), "welcome_handoff", ["code"], unique=False)
    op.create_index(op.f("ix_welcome_handoff_greeter"), "welcome_handoff", ["greeter"], unique=False)
    op.create_index(op.f("ix_welcome_handoff_organization"), "welcome_handoff", ["organization"], unique=False)
    op.create_index(op.f("ix_welcome_handoff_person"), "welcome_handoff", ["person"], unique=False)
    op.create_table(
        "welcome_panel",
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization"),
        info={"owner": "organization", "readers": "its moderators", "erased": "with the organization"},
    )
    op.create_table(
        "welcome_profile",
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("line_en", sa.Text(), nullable=False),
        sa.Column("line_es", sa.Text(), nullable=False),
        sa.Column("languages", sa.String(length=8), nullable=False),
        sa.Column("activities", sa.String(length=200), nullable=False),
        sa.Column("free", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("reach", sa.String(length=8), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization"),
        info={
            "owner": "organization",
            "readers": "everybody: it is what new people are shown",
            "erased": "with the organization",
        },
    )
    op.create_index(op.f("ix_welcome_profile_state"), "welcome_profile", ["state"], unique=False)
    op.create_table(
        "welcome_turf",
        sa.Column("zip", sa.String(length=5), nullable=False),
        sa.Column("organization", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.PrimaryKeyConstraint("zip", "organization"),
        info={
            "owner": "organization",
            "readers": "everybody: who is at home where",
            "erased": "with the organization, or by the next list",
        },
    )
    op.create_index("welcome_turf_state", "welcome_turf", ["state", "organization"], unique=False)


def downgrade() -> None:
    """Steps are not undone: restore a back-up instead."""
    raise RuntimeError("restore a back-up instead")
