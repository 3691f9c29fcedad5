"""The tables of the office. Times are seconds since 1970; columns named `sealed` hold encrypted text."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text, false

from storage import kpi_tables

metadata = kpi_tables.metadata  # from here, every table of the desk is known

tickets = Table(
    "tickets",  # numbers and names only: the dashboard reads many of them
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("tenant", String, nullable=False, server_default=""),
    Column("conversation_id", String, nullable=False, index=True),
    Column("customer_id", String, nullable=False, index=True),
    Column("category", String, nullable=False),
    Column("order_number", String, nullable=False, server_default=""),
    Column("priority", String, nullable=False),
    Column("status", String, nullable=False),
    Column("team", String, nullable=False),
    Column("assignee", String, nullable=False, server_default=""),
    Column("channel", String, nullable=False, server_default=""),
    Column("language", String, nullable=False, server_default=""),
    Column("vip", String, nullable=False, server_default=""),
    Column("staffed", Boolean, nullable=False),  # whether people were there when it was opened
    Column("opened", Float, nullable=False),
    Column("updated", Float, nullable=False),
    Column("customer_at", Float, nullable=False),  # the customer's last message
    Column("seen_at", Float),  # when a colleague looked last
    Column("respond_by", Float),
    Column("resolve_by", Float),
    Column("paused", Float),  # since when the resolution clock stands
    Column("first_reply", Float),
    Column("first_person", Float),
    Column("messages", Integer, nullable=False, server_default="0"),
    Column("replies", Integer, nullable=False, server_default="0"),
    Column("staff_replies", Integer, nullable=False, server_default="0"),
    Column("unanswered", Integer, nullable=False, server_default="0"),
    Column("reopened", Integer, nullable=False, server_default="0"),
    Column("red_alert", Boolean, nullable=False, server_default=false()),
    Column("false_alarm", Boolean, nullable=False, server_default=false()),
    Column("reason", String, nullable=False, server_default=""),  # why a person was brought in
    Column("raised", Float),
    Column("acknowledged", Float),
    Column("accepted", Float),
    Column("solved", Float),
    Column("solved_by", String, nullable=False, server_default=""),
    Column("abandoned", Boolean, nullable=False, server_default=false()),
    Column("closed", Float),
    Column("surveyed", Float),
    Column("csat", Integer),
    Column("anger", Float, nullable=False, server_default="0"),  # sums over the rated messages
    Column("negative", Float, nullable=False, server_default="0"),
    Column("moods", Integer, nullable=False, server_default="0"),  # rated messages
    Index("tickets_of_time", "opened"),
    Index("tickets_of_inbox", "status", "updated"),
    Index("tickets_of_list", "status", "customer_at"),
    Index("tickets_of_customer_at", "customer_at"),
    Index("tickets_of_customer", "customer_id", "category", "opened"),
)

ticket_words = Table(
    "ticket_words",
    metadata,
    Column("ticket_id", String, primary_key=True),
    Column("conversation_id", String, nullable=False, index=True),
    Column("subject", String, nullable=False),  # masked
    Column("summary", Text, nullable=False),  # masked
)

ticket_events = Table(
    "ticket_events",  # the history of a ticket; only ever added to
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("ticket_id", String, nullable=False, index=True),
    Column("conversation_id", String, nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("kind", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("detail", Text, nullable=False),  # JSON without anybody's words
    Column("sealed", Text),
)

ownership = Table(
    "ownership",  # who speaks to a customer; without a row, whoever the conversation began with
    metadata,
    Column("conversation_id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("holder", String, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("since", Float, nullable=False),
)

handovers = Table(
    "handovers",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("conversation_id", String, nullable=False, index=True),
    Column("ticket_id", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("brief", Text, nullable=False),  # masked
    Column("team", String, nullable=False, server_default=""),
    Column("priority", String, nullable=False, server_default="normal"),
    Column("red_alert", Boolean, nullable=False, server_default=false()),
    Column("vip", String, nullable=False, server_default=""),
    Column("language", String, nullable=False, server_default=""),
    Column("raised", Float, nullable=False),
    Column("answers_by", Float),
    Column("on_duty", Boolean, nullable=False),
    Column("deadline", Float),
    Column("alerted", Float),
    Column("acknowledged_by", String, nullable=False, server_default=""),
    Column("acknowledged", Float),
    Column("turned_to", String, nullable=False, server_default=""),
    Column("tried", Text, nullable=False, server_default="[]"),  # JSON
    Column("accepted_by", String, nullable=False, server_default=""),
    Column("accepted", Float),
    Column("returned", Float),
    Index("handovers_waiting", "stage", "deadline"),
)

surveys = Table(
    "surveys",
    metadata,
    Column("id", String, primary_key=True),
    Column("ticket_id", String, nullable=False, unique=True),
    Column("conversation_id", String, nullable=False, index=True),
    Column("customer_id", String, nullable=False, index=True),
    Column("language", String, nullable=False),
    Column("sent", Float, nullable=False),
    Column("reminded", Float),
    Column("score", Integer),
    Column("sealed", Text),  # what the customer added
    Column("answered", Float),
)

moods = Table(
    "moods",  # how customers sounded, message by message
    metadata,
    Column("message_id", String, primary_key=True),
    Column("tenant", String, nullable=False),
    Column("conversation_id", String, nullable=False, index=True),
    Column("customer_id", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("anger", Float, nullable=False),
    Column("negative", Float, nullable=False),
    Column("topic", String, nullable=False),
    Column("product", String, nullable=False),
    # Everything that early warnings are counted from, so that they need not look at the rows.
    Index(
        "moods_of_warnings",
        "tenant",
        "at",
        "negative",
        "conversation_id",
        "customer_id",
        "topic",
        "product",
    ),
    Index("moods_of_customer", "customer_id", "at"),
)

labels = Table(
    "labels",  # what colleagues said of an alarm; the masked words teach the reader
    metadata,
    Column("message_id", String, primary_key=True),
    Column("conversation_id", String, nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("by", String, nullable=False),
    Column("label", String, nullable=False),
    Column("language", String, nullable=False),
    Column("text", Text, nullable=False),  # masked
)

colleagues = Table(
    "colleagues",  # what a running office knows of the people in staff.yaml
    metadata,
    Column("staff_id", String, primary_key=True),
    Column("away", Boolean, nullable=False, server_default=false()),
    Column("assigned", Float),  # when a conversation was given to them last
)
