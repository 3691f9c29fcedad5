"""The tables. Columns named `sealed` hold encrypted text."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

conversations = Table(
    "conversations",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("opened_at", String, nullable=False),
    Column("language", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("group", Boolean, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("sealed", Text, nullable=False),  # what is pinned outside the memory window
)

messages = Table(
    "messages",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("conversation_id", String, ForeignKey("conversations.id"), nullable=False),
    Column("external_id", String),
    Column("author", String, nullable=False),
    Column("sent_at", String, nullable=False),
    Column("language", String, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("answered_by", String),  # the reply to a customer's message, once there is one
    UniqueConstraint("conversation_id", "external_id"),
    Index("messages_of", "conversation_id", "seq"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", String, primary_key=True),
    Column("conversation_id", String, ForeignKey("conversations.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("status", String, nullable=False),
    Column("sealed", Text, nullable=False),
    Index("tasks_of", "conversation_id", "position"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("key", String, primary_key=True),
    Column("conversation_id", String, nullable=False),
    Column("tool", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("sealed", Text),  # the recorded outcome; empty while the act is under way
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", String, nullable=False),
    Column("conversation_id", String, nullable=False, index=True),
    Column("principal", String, nullable=False),
    Column("action", String, nullable=False),
    Column("resource", String, nullable=False),
    Column("decision", String, nullable=False),
    Column("previous_hash", String, nullable=False),
    Column("hash", String, nullable=False),
)

notices = Table(
    "notices",  # what was pushed to people: red alerts and calls to the person on duty
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("conversation_id", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("sent_at", String, nullable=False),
    Column("text", Text, nullable=False),  # masked
)

inbox = Table(
    "inbox",  # arrivals, kept before the platform is told that we have them
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("channel", String, nullable=False),
    Column("account", String, nullable=False),
    Column("external_id", String, nullable=False),
    Column("conversation_id", String, nullable=False),
    Column("received_at", String, nullable=False),
    Column("answered", Boolean, nullable=False),
    Column("turn_id", String),
    Column("sealed", Text, nullable=False),
    UniqueConstraint("channel", "account", "external_id"),
    Index("inbox_of", "conversation_id", "answered", "seq"),
    Index("inbox_turn", "turn_id"),
)

outbox = Table(
    "outbox",  # messages on their way out, put in with the turn that wrote them
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("conversation_id", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("status", String, nullable=False),  # pending, sending, sent, withheld or dead
    Column("tries", Integer, nullable=False),
    Column("why", String),  # the last fault, without any text of the message
    Column("sent_at", String),
    Column("form", String),
    Column("sealed", Text, nullable=False),
    Column("sealed_receipt", Text),
    Index("outbox_of", "conversation_id", "status", "seq"),
    Index("outbox_status", "status"),
)

switches = Table(
    "switches",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

leases = Table(
    "leases",  # what only one process may do at a time
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", Float, nullable=False),  # seconds since 1970
)

quotas = Table(
    "quotas",
    metadata,
    Column("name", String, primary_key=True),
    Column("month", String, primary_key=True),
    Column("used", Integer, nullable=False),
)

model_calls = Table(
    "model_calls",  # what was asked of language models: numbers only, no words
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant", String, nullable=False),
    Column("turn", String, nullable=False),
    Column("role", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("model", String, nullable=False),
    Column("at", Float, nullable=False),  # seconds since 1970
    Column("read", Integer, nullable=False),  # tokens; the most that is possible while under way
    Column("cached", Integer, nullable=False),
    Column("written", Integer, nullable=False),
    Column("cost_millionths", BigInteger),  # of a Hong Kong dollar; empty where no price is known
    Column("seconds", Float, nullable=False),
    Column("result", String, nullable=False),
    Index("model_calls_of_day", "tenant", "at"),
    Index("model_calls_of_turn", "turn"),
)
