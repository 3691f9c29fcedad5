"""The tables of who works here: passwords, who is logged in, and wrong tries. Times are seconds since 1970."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, String, Table

from storage import knowledge_tables

metadata = knowledge_tables.metadata

passwords = Table(
    "staff_passwords",
    metadata,
    Column("staff_id", String, primary_key=True),
    Column("hash", String, nullable=False),
    Column("changed_at", Float, nullable=False),
)

sessions = Table(
    "staff_sessions",
    metadata,
    Column(
        "key", String, primary_key=True
    ),  # sha256 of the token: who reads the table cannot log in
    Column("staff_id", String, nullable=False, index=True),
    Column("csrf", String, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False, index=True),
    Column("expires_at", Float, nullable=False, index=True),
)

tries = Table(
    "staff_tries",  # to log in that were wrong, or are still being looked at; kept for minutes
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    # sha256 of the id that was given: somebody may have typed their password there
    Column("account", String, index=True),
    Column("address", String, index=True),
    Column("at", Float, nullable=False, index=True),
)
