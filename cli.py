"""The `nightdesk` command."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from alarm_commands import alarms
from calendar_commands import calendar
from channels.web import Said
from connectors.clocks import SystemClock
from connectors.embeddings_embedded import EmbeddedEmbedder
from costs import costs
from demo_evening import demo
from desk.guard import is_loopback
from doctor import check_models
from domain.errors import ConfigurationError, NightdeskError
from domain.settings import Settings
from evals import bench
from evals.comparing import publish_all
from evals.readers import play_readers
from house import House
from knowledge_commands import index, knowledge
from new_company import init
from server import DemoDesk, create_app, work  # noqa: TID251 - the command starts the server
from simulate import simulate
from staff_commands import staff
from storage.counters import SqlSwitches
from storage.database import Database
from storage.usage import SqlUsage
from support.calendar import HONG_KONG
from support.pilot import Pilot
from understanding.models import learn

main = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="A customer-service assistant that never closes.",
    pretty_exceptions_enable=False,
)
main.add_typer(alarms, name="alarms")
main.add_typer(calendar, name="calendar")
main.add_typer(demo, name="demo")
main.add_typer(knowledge, name="knowledge")
main.add_typer(simulate, name="simulate")
main.add_typer(staff, name="staff")
main.command()(init)
console = Console()

Data = Annotated[Path | None, typer.Option(help="Folder that keeps all state.")]


@main.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.")] = None,
    data: Data = None,
) -> None:
    """Serve the web chat of the demo company."""
    settings = _settings(host=host, port=port, data=data)
    console.print(
        f"Nightdesk: http://{settings.host}:{settings.port}  (state in {settings.data.name}/, stop with Ctrl-C)"
    )
    if is_loopback(settings.host):
        console.print(f"Desk: http://{settings.host}:{settings.port}/desk")
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=3,  # an open stream of events would keep us for ever
    )


@main.command()
def worker(
    name: Annotated[str, typer.Argument(help="Name of this worker; the same after a restart.")],
    data: Data = None,
) -> None:
    """Work beside the desk on one Postgres, in a process of its own."""
    settings = _settings(data=data, worker=name)
    console.print(f"Nightdesk worker {name} (stop with Ctrl-C)")
    with suppress(KeyboardInterrupt):
        asyncio.run(work(settings))


@main.command()
def pilot(
    percent: Annotated[
        int | None, typer.Argument(help="Share of new conversations; 0 stops the assistant.")
    ] = None,
    data: Data = None,
) -> None:
    """Show or change which share of conversations the assistant takes, while the desk runs."""
    console.print(asyncio.run(_pilot(_settings(data=data), percent)))


@main.command()
def chat(
    customer: Annotated[str | None, typer.Option(help="Id of the demo customer to be.")] = None,
    data: Data = None,
) -> None:
    """Talk to the demo company in the terminal."""
    asyncio.run(_chat(_settings(data=data), customer))


@main.command()
def prepare(data: Data = None) -> None:
    """Learn from the playbook and index the documents, so that the first start is quick."""
    settings = _settings(data=data)
    with console.status("Learning from playbook/ and reading knowledge/ (a minute, once)…"):
        learn(settings.playbook, settings.cache, EmbeddedEmbedder())
        asyncio.run(index(settings))
    console.print("Ready.")


@main.command()
def evals(
    *,
    only: Annotated[
        str | None, typer.Option(help="Part of a file name: play only those conversations.")
    ] = None,
    golden: Annotated[
        Path | None,
        typer.Option(help="Folder of conversations; without it the company's own.", exists=True),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the JSON and JUnit reports.")] = Path(
        "var/evals"
    ),
    reader: Annotated[
        list[str] | None,
        typer.Option(
            help="Who reads: embedded, model or cascade. Several, each with --reader: side by side."
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Conversations that are played at once.")] = 2,
    judge: Annotated[
        bool, typer.Option("--judge", help="Let a model decide the goldens' statements on replies.")
    ] = False,
) -> None:
    """Play the golden conversations; exits 1 if a reader stays below the thresholds."""
    readers = reader or []
    for name in readers:
        _settings(reader=name)  # refuses a reader that does not exist, before anything is played
    sides = asyncio.run(
        play_readers(_settings(), readers, golden=golden, only=only, jobs=jobs, judged=judge)
    )
    raise typer.Exit(publish_all(sides, console, out))


@main.command(name="costs")
def costs_command(
    days: Annotated[int, typer.Option(help="How many days back.")] = 7, data: Data = None
) -> None:
    """Show what the language models were asked and what that cost."""
    console.print(asyncio.run(_costs(_settings(data=data), days)))


@main.command()
def doctor() -> None:
    """Try the language models that the settings name; exits 1 when one cannot be used."""
    findings = asyncio.run(check_models(_settings()))
    for one in findings:
        console.print(f"{one.state}: {one.what}", highlight=False)
        if one.remedy:
            console.print(f"  {one.remedy}", highlight=False)
    raise typer.Exit(any(one.state == "wrong" for one in findings))


@main.command(name="bench")
def bench_command() -> None:
    """Measure the figures that docs/benchmarks.md quotes."""
    asyncio.run(bench.run(_settings(), console))


def run() -> None:
    """Run the command; a fault of ours is one clear line, not a stack trace."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        main()
    except NightdeskError as error:
        console.print(f"[red]{error.code}[/red]: {error}", highlight=False)
        raise SystemExit(2) from error


def _settings(**given: object) -> Settings:
    try:
        return Settings.model_validate(
            {key: value for key, value in given.items() if value is not None}
        )
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(f"a setting is wrong: {problems}") from error


async def _chat(settings: Settings, customer: str | None) -> None:
    house = await House.open(settings)
    desk = await DemoDesk.open(house)
    chosen = customer or desk.customers()[0].id
    session = await desk.start(chosen)
    console.print(f"{' · '.join(desk.names)} · you are {chosen} · an empty line ends the chat")
    try:
        while text := (await asyncio.to_thread(console.input, "[bold]> [/bold]")).strip():
            async for event in desk.stream(session, text, None):
                if isinstance(event, Said):
                    console.print(event.text, style="cyan", markup=False)
    except EOFError:
        pass
    finally:
        await desk.turns.settled()
        await desk.room.close()
        await house.close()


async def _pilot(settings: Settings, percent: int | None) -> str:
    database = await Database.open(settings.data, settings.database_url)
    share = Pilot(SqlSwitches(database), settings.pilot_percent)
    try:
        if percent is not None:
            await share.switch(percent)
        return f"The assistant takes {await share.percent()} % of new conversations."
    finally:
        await database.close()


async def _costs(settings: Settings, days: int) -> Table:
    database = await Database.open(settings.data, settings.database_url)
    try:
        return await costs(SqlUsage(database), SystemClock().now(), HONG_KONG, days)
    finally:
        await database.close()


if __name__ == "__main__":
    run()
