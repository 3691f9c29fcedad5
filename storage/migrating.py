"""Brings a database of an earlier release to the tables of this one, with nothing lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, inspect

FIRST = "0001"  # the tables of the releases that kept no number of theirs
_FOLDER = Path(__file__).parent / "migrations"


def bring_up(connection: Connection, metadata: MetaData) -> None:
    """Make the tables of a new database, or change those of an old one, within the caller's transaction."""
    script = ScriptDirectory(str(_FOLDER), version_locations=[str(_FOLDER / "versions")])
    context = MigrationContext.configure(connection)
    there = set(inspect(connection).get_table_names())
    if "conversations" not in there:
        metadata.create_all(connection)
        context.stamp(script, "head")
        return
    if context.get_current_revision() is None:
        context.stamp(script, FIRST)
    if context.get_current_revision() != script.get_current_head():
        _upgrade(connection, script)
    metadata.create_all(
        connection
    )  # tables and indices that are only new need no step of their own
    for table in metadata.sorted_tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _upgrade(connection: Connection, script: ScriptDirectory) -> None:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return script._upgrade_revs("head", revision)

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
