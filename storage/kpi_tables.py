"""What the dashboard reads: tickets counted by day, channel, language and team, and which days to count anew.

Counting 250,000 tickets takes the database two seconds, reading what was counted before some hundredths of one.
A ticket changes at many places, so the database itself marks its day, by triggers and in the same commit; the next
look at the dashboard counts the marked days anew. Marks are only added: nobody's commit waits for another's.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    event,
    text,
)

from domain.kpis import AGAIN_WITHIN, COUNTED, Counts
from storage import staff_tables

metadata = staff_tables.metadata

_FLOATS = {name for name in COUNTED if isinstance(getattr(Counts(), name), float)}
_KEY = ("channel", "language", "team")
ALL = "*"  # channel, language and team of what was counted over all of them

kpi_days = Table(
    "kpi_days",
    metadata,
    Column("tenant", String, primary_key=True),
    *(Column(name, String, primary_key=True) for name in _KEY),
    Column("day", Integer, primary_key=True, autoincrement=False),  # Hong Kong days since 1970
    *(Column(name, Float if name in _FLOATS else Integer, nullable=False) for name in COUNTED),
    # From when these counts change though no ticket does, because a term has passed.
    *(Column(name, Float) for name in ("due_again", "due_respond", "due_resolve")),
    Index("kpi_days_of_day", "tenant", "day"),
)

kpi_counts = Table(
    "kpi_counts",  # how long something took, in whole seconds, and why persons were brought in
    metadata,
    Column("tenant", String, primary_key=True),
    Column("kind", String, primary_key=True),
    *(Column(name, String, primary_key=True) for name in _KEY),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("name", String, primary_key=True),
    Column("seconds", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Index("kpi_counts_of_day", "tenant", "day"),
)

kpi_marks = Table(
    "kpi_marks",  # a ticket that was opened then has changed
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("tenant", String, nullable=False),
    Column("opened", Float, nullable=False),
    Index("kpi_marks_of_time", "tenant", "opened"),
)

_AGAIN = int(AGAIN_WITHIN.total_seconds())
_MARK = "INSERT INTO kpi_marks (tenant, opened) VALUES ({row}.tenant, {row}.opened)"
# A ticket that comes soon after another of the same customer takes something from that one's figures.
_MARK_EARLIER = f"""INSERT INTO kpi_marks (tenant, opened)
SELECT tenant, opened FROM tickets WHERE customer_id = {{row}}.customer_id AND id <> {{row}}.id
AND solved >= {{row}}.opened - {_AGAIN} AND opened <= {{row}}.opened"""  # noqa: S608 - a number of our own
_EVERYTHING = "INSERT INTO kpi_marks (tenant, opened) SELECT tenant, opened FROM tickets"


def _sqlite() -> list[str]:
    new, old = {"row": "NEW"}, {"row": "OLD"}
    after = "CREATE TRIGGER {} AFTER {} ON tickets {}BEGIN {}; END"
    opened, gone = _MARK.format(**new), _MARK.format(**old)
    follows, followed = _MARK_EARLIER.format(**new), _MARK_EARLIER.format(**old)
    moved = "WHEN OLD.category <> NEW.category OR OLD.opened <> NEW.opened "
    return [
        after.format("kpi_of_new", "INSERT", "", f"{opened}; {follows}"),
        after.format("kpi_of_changed", "UPDATE", "", opened),
        after.format("kpi_of_moved", "UPDATE", moved, f"{gone}; {follows}"),
        after.format("kpi_of_deleted", "DELETE", "", f"{gone}; {followed}"),
    ]


def _postgres() -> list[str]:
    new, old = {"row": "NEW"}, {"row": "OLD"}
    body = f"""CREATE OR REPLACE FUNCTION kpi_mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' THEN
        {_MARK.format(**old)}; {_MARK_EARLIER.format(**old)}; RETURN NULL;
    END IF;
    {_MARK.format(**new)};
    IF TG_OP = 'INSERT' THEN {_MARK_EARLIER.format(**new)}; RETURN NULL; END IF;
    IF OLD.category <> NEW.category OR OLD.opened <> NEW.opened THEN
        {_MARK.format(**old)}; {_MARK_EARLIER.format(**new)};
    END IF;
    RETURN NULL; END $$"""
    trigger = (
        "CREATE OR REPLACE TRIGGER kpi_of_tickets AFTER INSERT OR UPDATE OR DELETE ON tickets "
        "FOR EACH ROW EXECUTE FUNCTION kpi_mark()"
    )
    return [body, trigger]


@event.listens_for(metadata, "after_create")
def _watch(
    _target: MetaData, connection: Connection, tables: Sequence[Table] = (), **_: object
) -> None:
    """From when the marks have a table, tickets set them; what was there before is counted at the first look."""
    if kpi_marks not in tables:
        return
    on_postgres = connection.dialect.name == "postgresql"
    for statement in (*(_postgres() if on_postgres else _sqlite()), _EVERYTHING):
        connection.execute(text(statement))
