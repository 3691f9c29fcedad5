"""Tickets become episodes with numbers of their own, and handovers get stages.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, nullable=False, server_default="") for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False, server_default="0") for name in names]


def _no(*names: str) -> list[sa.Column[bool]]:
    return [
        sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()) for name in names
    ]


def _moment(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Float) for name in names]


def _must(kind: type[sa.types.TypeEngine[Any]], *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def upgrade() -> None:
    """Read what is there, and keep it in the new shape; an old case counts as one that people have."""
    bind = op.get_bind()
    words = {
        row["id"]: dict(row)
        for row in bind.execute(sa.text("SELECT * FROM tickets ORDER BY seq")).mappings()
    }
    cases = [dict(row) for row in bind.execute(sa.text("SELECT * FROM handovers")).mappings()]
    talks = bind.execute(sa.text("SELECT id, tenant FROM conversations"))
    tenants = {row.id: row.tenant for row in talks}
    op.drop_table("tickets")
    op.drop_table("handovers")
    tickets, texts, handovers = _tickets(), _texts(), _handovers()
    for row in words.values():
        bind.execute(tickets.insert().values(**_ticket(row, tenants, cases)))
        kept = {name: row[name] for name in ("conversation_id", "subject", "summary")}
        bind.execute(texts.insert().values(ticket_id=row["id"], **kept))
    for row in cases:
        bind.execute(handovers.insert().values(**_handover(row)))


def _ticket(
    row: Mapping[str, Any], tenants: Mapping[str, str], cases: list[dict[str, Any]]
) -> dict[str, Any]:
    opened = _seconds(row["opened_at"])
    case = next((one for one in cases if one["ticket_id"] == row["id"]), None)
    return {
        "seq": row["seq"],
        "id": row["id"],
        "tenant": tenants.get(row["conversation_id"], ""),
        **{
            name: row[name]
            for name in ("conversation_id", "customer_id", "category", "priority", "status", "team")
        },
        "staffed": True,
        "opened": opened,
        "updated": opened,
        "customer_at": opened,
        "respond_by": _seconds(row["due_at"]),
        "reason": case["reason"] if case else "",
        "raised": _seconds(case["raised_at"]) if case else None,
    }


def _handover(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{row['conversation_id']}-first",
        **{
            name: row[name]
            for name in ("conversation_id", "ticket_id", "reason", "brief", "on_duty")
        },
        "stage": "flagged",
        "raised": _seconds(row["raised_at"]),
        "answers_by": _seconds(row["answers_by"]),
    }


def _seconds(kept: str | None) -> float | None:
    return None if kept is None else datetime.fromisoformat(kept).timestamp()


def _tickets() -> sa.Table:
    return op.create_table(
        "tickets",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        *_text("tenant"),
        *_must(sa.String, "conversation_id", "customer_id", "category"),
        *_text("order_number"),
        *_must(sa.String, "priority", "status", "team"),
        *_text("assignee", "channel", "language", "vip"),
        *_must(sa.Boolean, "staffed"),
        *_must(sa.Float, "opened", "updated", "customer_at"),
        *_moment("seen_at", "respond_by", "resolve_by", "paused", "first_reply", "first_person"),
        *_number("messages", "replies", "staff_replies", "unanswered", "reopened"),
        *_no("red_alert", "false_alarm"),
        *_text("reason"),
        *_moment("raised", "acknowledged", "accepted", "solved"),
        *_text("solved_by"),
        *_no("abandoned"),
        *_moment("closed", "surveyed"),
        sa.Column("csat", sa.Integer),
        sa.Column("anger", sa.Float, nullable=False, server_default="0"),
        sa.Column("negative", sa.Float, nullable=False, server_default="0"),
        *_number("moods"),
    )


def _texts() -> sa.Table:
    return op.create_table(
        "ticket_words",
        sa.Column("ticket_id", sa.String, primary_key=True),
        *_must(sa.String, "conversation_id", "subject"),
        *_must(sa.Text, "summary"),
    )


def _handovers() -> sa.Table:
    return op.create_table(
        "handovers",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        *_must(sa.String, "conversation_id", "ticket_id", "stage", "reason"),
        *_must(sa.Text, "brief"),
        *_text("team"),
        sa.Column("priority", sa.String, nullable=False, server_default="normal"),
        *_no("red_alert"),
        *_text("vip", "language"),
        *_must(sa.Float, "raised"),
        *_moment("answers_by"),
        *_must(sa.Boolean, "on_duty"),
        *_moment("deadline", "alerted"),
        *_text("acknowledged_by"),
        *_moment("acknowledged"),
        *_text("turned_to"),
        sa.Column("tried", sa.Text, nullable=False, server_default="[]"),
        *_text("accepted_by"),
        *_moment("accepted", "returned"),
    )
