"""`nightdesk knowledge …`: what a knowledge manager can do in a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from connectors.clocks import DemoClock
from connectors.demo_shop import read_world
from domain.errors import InputError
from domain.knowledge import FoundedAnswer
from domain.language import detect
from domain.settings import Settings
from evals.checking import Failures
from evals.citing import goldens_failing
from house import House
from reading_room import ReadingRoom
from retrieval.report import summary, tell
from retrieval.search import ANYBODY, COLLEAGUES
from retrieval.sentences import Sentences, StaffLanguage
from support.calendar import HONG_KONG

TENANT = "demo"
ASIDE = "command"  # the command's own index: the one of the desk has one owner

knowledge = typer.Typer(no_args_is_help=True, help="The documents that are answered from.")
console = Console()
Data = Annotated[Path | None, typer.Option(help="Folder that keeps all state.")]


@knowledge.command()
def sync(data: Data = None) -> None:
    """Read what changed in knowledge/ and write its report; a desk that runs follows within a second."""
    asyncio.run(_sync(_settings(data)))


@knowledge.command()
def search(
    question: Annotated[str, typer.Argument(help="As a customer would ask it.")],
    staff: Annotated[
        bool, typer.Option("--staff", help="Search what only staff may read, too.")
    ] = False,
    data: Data = None,
) -> None:
    """Show what the assistant would find for a question."""
    asyncio.run(_search(_settings(data), question, staff=staff))


@knowledge.command()
def why(
    message: Annotated[
        str | None, typer.Argument(help="Id of a message; without it, the latest answers.")
    ] = None,
    data: Data = None,
) -> None:
    """Show what an answer was founded on: document, version and passage."""
    asyncio.run(_why(_settings(data), message))


@knowledge.command()
def history(data: Data = None) -> None:
    """Show the earlier states of the documents, newest first."""
    asyncio.run(_history(_settings(data)))


@knowledge.command()
def rollback(
    state: Annotated[int, typer.Argument(help="Number of the state, as `history` shows it.")],
    data: Data = None,
) -> None:
    """Bring the folder back to an earlier state. Nothing is lost: the state before it can be brought back, too."""
    asyncio.run(_rollback(_settings(data), state))


@knowledge.command()
def check(
    documents: Annotated[
        list[str] | None,
        typer.Argument(help="Documents that changed, as REPORT.md names them; without any, all."),
    ] = None,
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Play the golden conversations that rest on documents; exits 1 if one goes wrong now."""
    raise typer.Exit(asyncio.run(_check(_settings(data), documents or [], as_json=as_json)))


async def index(settings: Settings) -> None:
    """Read the documents and compute their vectors, so that the first start is quick."""
    async with _room(settings) as room:
        await room.follower.follow()


def _settings(data: Path | None) -> Settings:
    given = {} if data is None else {"data": data}
    return Settings.model_validate(given | {"worker": ASIDE})


@asynccontextmanager
async def _room(settings: Settings) -> AsyncIterator[ReadingRoom]:
    house = await House.open(settings)
    # The day that the company's desk lives in: what is valid there is what is found here.
    clock = DemoClock(read_world(settings.world).default_now)
    room = await ReadingRoom.open(house, clock, TENANT)
    try:
        yield room
    finally:
        await room.close()
        await house.close()


async def _sync(settings: Settings) -> None:
    async with _room(settings) as room:
        before = await room.store.edition()
        with console.status("Reading knowledge/…"):
            synced = await room.sync("command")
        changes = [one for one in await room.editions() if one.number > before] or synced.editions
        for what in ("added", "changed", "removed"):
            for path in sorted({path for one in changes for path in getattr(one, what)}):
                console.print(f"{what}: {path}", highlight=False)
        console.print(summary(room.findings, room.sentences, _tongue(settings)), highlight=False)
        console.print(f"See {settings.knowledge.name}/REPORT.md.", highlight=False)


async def _search(settings: Settings, question: str, *, staff: bool) -> None:
    async with _room(settings) as room:
        await room.follower.follow()
        readers = COLLEAGUES if staff else ANYBODY
        hits = room.librarian.search(question, detect(question).language, readers=readers)
        table = Table("score", "document", "version", "section", "passage", title=question)
        for hit in hits:
            cited = hit.citation
            table.add_row(
                f"{hit.score:.2f}",
                cited.document,
                cited.version,
                cited.section,
                cited.passage[:120],
            )
        answered = room.librarian.confident(hits)
        how = "answered" if room.librarian.sure(hits) else "answered as the nearest thing there is"
        console.print(table, how if answered else "not sure enough to answer")


async def _why(settings: Settings, message: str | None) -> None:
    async with _room(settings) as room:
        if message is None:
            answers = await room.answers.latest()
        else:
            found = await room.answers.why(message)
            if found is None:
                raise InputError(
                    f"no message {message!r} was founded on a document; `nightdesk knowledge why` lists the latest"
                )
            answers = [found]
        for answer in answers:
            console.print(_founded(answer))


async def _history(settings: Settings) -> None:
    async with _room(settings) as room:
        table = Table("state", "when", "by", "added", "changed", "removed")
        for one in await room.editions():
            when = one.at.astimezone(HONG_KONG).strftime("%Y-%m-%d %H:%M:%S")
            counts = (str(len(each)) for each in (one.added, one.changed, one.removed))
            table.add_row(str(one.number), when, one.by, *counts)
        console.print(table)


async def _rollback(settings: Settings, state: int) -> None:
    async with _room(settings) as room:
        for path in await room.roll_back(state):
            console.print(path, highlight=False)
        await room.sync(f"rollback to {state}")
        console.print(f"The folder is as it was in state {state}.")


async def _check(settings: Settings, documents: list[str], *, as_json: bool) -> int:
    changed = frozenset(one.removeprefix(f"{settings.knowledge.name}/") for one in documents)
    if as_json:
        found = await goldens_failing(settings, changed)
        typer.echo(Failures(found).model_dump_json())
        return bool(found)
    with console.status("Playing the conversations that rest on documents…"):
        found = await goldens_failing(settings, changed)
    sentences = Sentences.read(settings.playbook / "reports")
    for one in found:
        sentence = tell(one, sentences, _tongue(settings))
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)
    if not found:
        console.print("Every conversation that rests on these documents goes well.")
    return bool(found)


def _founded(answer: FoundedAnswer) -> Table:
    when = answer.at.astimezone(HONG_KONG).strftime("%Y-%m-%d %H:%M:%S")
    table = Table(
        "document", "version", "section", "passage", title=f"{answer.message_id} · {when}"
    )
    for one in answer.citations:
        table.add_row(one.document, one.version, one.section, one.passage[:200])
    return table


def _tongue(settings: Settings) -> StaffLanguage:
    """What staff read; spoken Cantonese is written in Traditional Chinese."""
    return "zh-Hant" if settings.staff_language == "yue" else settings.staff_language
