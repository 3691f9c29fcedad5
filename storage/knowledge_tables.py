"""The tables of the documents. A version answers from the edition `since` up to, and without, `until`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage import tables

metadata = tables.metadata  # from here, every table of the desk is known

editions = Table(
    "knowledge_editions",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("changes", Text, nullable=False),  # JSON: added, changed, removed
)

versions = Table(
    "knowledge_versions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("tenant", String, nullable=False),
    Column("path", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("at", String, nullable=False),
    Column("since", Integer, nullable=False),
    Column("until", Integer),
    Column("content", Text, nullable=False),
    UniqueConstraint("tenant", "path", "number"),
    Index("versions_now", "tenant", "until", "path"),
)

originals = Table(
    "knowledge_originals",
    metadata,
    Column("digest", String, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("about", LargeBinary, nullable=False),
)

files = Table(
    "knowledge_files",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("path", String, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("modified", BigInteger, nullable=False),
    Column("digest", String, nullable=False),
    Column("fault", String, nullable=False),
    Column("details", Text, nullable=False),  # JSON: what the sentence about the fault fills in
)

citations = Table(
    "citations",  # what every answer was founded on
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("tenant", String, nullable=False),
    Column("conversation_id", String, nullable=False, index=True),
    Column("message_id", String, nullable=False, index=True),
    Column("at", String, nullable=False),
    Column("document", String, nullable=False),
    Column("document_version", Integer, nullable=False),
    Column("passage_id", String, nullable=False),
    Column("title", String, nullable=False),
    Column("section", String, nullable=False),
    Column("passage", Text, nullable=False),
    Column("score", Float, nullable=False),
    Index("citations_of_passage", "tenant", "passage_id"),
)

questions = Table(
    "questions",  # what customers asked the documents
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("tenant", String, nullable=False),
    Column("conversation_id", String, nullable=False, index=True),
    Column("message_id", String, nullable=False),
    Column("at", String, nullable=False),
    Column("language", String, nullable=False),
    Column("answered", Boolean, nullable=False),
    Column("text", Text, nullable=False),  # masked
    Index("questions_of", "tenant", "answered", "at"),
)
