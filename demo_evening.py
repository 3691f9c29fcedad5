"""`nightdesk demo evening`: a day of conversations at speed, so that the desk and the dashboard are alive.

Everything in it is made up. It plays in a folder of its own, which is emptied whenever the evening begins anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
import yaml
from filelock import FileLock, Timeout
from pydantic import ValidationError
from rich.console import Console

from connectors.clocks import PacedClock
from connectors.demo_shop import read_world
from desk.guard import is_loopback
from domain.channels import Accept, Capabilities, Outgoing, Receipt, WebApp
from domain.errors import ConfigurationError
from domain.settings import Settings
from evening_player import EveningPlayer, Tell
from evening_script import CHANNELS, Day, moment
from evening_weeks import add_weeks
from server import TENANT, DemoDesk, Play, create_app  # noqa: TID251 - the command starts the server
from service import Service

demo = typer.Typer(
    no_args_is_help=True, help="Fill a desk with made-up conversations, to look at it."
)
console = Console()
MARK = "made-by-demo-evening.txt"
_MARKED = (
    "Everything in this folder is made up. `nightdesk demo evening` empties it when it begins.\n"
)
BURST_SECONDS = 0.1  # customers of the script do not write in pieces
_HOST = "127.0.0.1"


def tell(text: str) -> None:
    """Say it in the terminal, addresses unbroken."""
    console.print(text, highlight=False, soft_wrap=True)


@demo.callback()
def _demo() -> None:
    """Fill a desk with made-up conversations, to look at it."""


@demo.command()
def evening(
    *,
    minutes: Annotated[
        float, typer.Option(min=0, help="How long the day takes; slow machines need longer.")
    ] = 3.0,
    host: Annotated[str, typer.Option(help="Address to serve on; of this machine only.")] = _HOST,
    port: Annotated[int, typer.Option(help="Port to serve on.")] = 8000,
    data: Annotated[
        Path | None, typer.Option(help="Folder of its own, which is emptied; var/evening if none.")
    ] = None,
    weeks: Annotated[
        int, typer.Option(min=0, max=26, help="Earlier weeks of made-up figures.")
    ] = 6,
    keep_serving: Annotated[bool, typer.Option(help="Stay open when the day is over.")] = True,
) -> None:
    """Play a day of the demo company on a desk that is open: all of it made up, none of it kept."""
    settings = _settings(host, port, data)
    day, clock = open_day(settings)
    played = Evening(settings, day, clock, minutes * 60.0, weeks)
    config = uvicorn.Config(
        create_app(settings, played.play()),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)

    def close() -> None:
        server.should_exit = True

    played.over = (lambda: None) if keep_serving else close
    tell(_opening(settings, day))
    server.run()


@dataclass
class Evening:
    """One evening: what is played, on which clock, and whom to tell."""

    settings: Settings
    day: Day
    clock: PacedClock
    seconds: float
    weeks: int
    over: Callable[[], None] = lambda: None
    tell: Tell = tell
    player: EveningPlayer | None = None

    def play(self) -> Play:
        """What the server is told to do beside serving."""
        posts = {name: Letterbox(name) for name in CHANNELS if name != "web"}
        return Play(self.clock, posts, self.begin)

    async def begin(self, desk: DemoDesk, service: Service) -> None:
        """Play the day on the open desk."""
        try:
            if self.weeks and self.day.earlier:
                number = await add_weeks(
                    service.database, TENANT, self.clock.now(), self.weeks, self.day.earlier
                )
                self.tell(
                    f"{number} made-up tickets of {self.weeks} earlier weeks, for the figures"
                )
            self.player = EveningPlayer(
                self.day,
                desk,
                service,
                self.clock,
                users=read_users(self.settings.playbook / "demo" / "addresses.yaml"),
                tell=self.tell,
            )
            await self.player.play(self.seconds)
            for problem in self.player.problems:
                self.tell(f"did not go by the script: {problem}")
            self.tell(_closing(self.settings, len(self.player.conversations)))
        finally:
            self.over()


@dataclass
class Letterbox:
    """A platform of the scripted day: it takes whatever it is given, and nobody is on the other side."""

    name: str
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(4, 3500, pushes=True))

    def web(self, _accept: Accept) -> WebApp | None:
        """Nothing: what is played arrives at the inbox."""
        return None

    async def listen(self, _accept: Accept) -> None:
        """Nothing to listen to."""

    async def send(self, message: Outgoing) -> Receipt:
        """Taken."""
        return Receipt((message.id,), self.name)

    async def close(self) -> None:
        """Nothing is held."""


def open_day(settings: Settings) -> tuple[Day, PacedClock]:
    """The script, and a clock that stands at the morning of the demo company's first day.

    Raises:
        ConfigurationError: the script is wrong; names the story.
    """
    day = Day.read(settings.playbook / "demo" / "evening.yaml")
    first: datetime = read_world(settings.world).default_now
    return day, PacedClock(moment(first, day.begins))


def own_folder(data: Path) -> Path:
    """The folder, empty and marked as made up.

    Raises:
        ConfigurationError: it holds something that no evening has made, or another evening plays in it now.
    """
    if data.exists() and not data.is_dir():
        raise ConfigurationError(f"{data} is no folder")
    if data.exists() and any(data.iterdir()) and not (data / MARK).is_file():
        raise ConfigurationError(
            f"{data} holds data that `nightdesk demo evening` did not make, and would be emptied; "
            "name another folder with --data, or none: var/evening is its own"
        )
    if any(_held(lock) for lock in data.glob("index-*/owner.lock")):
        raise ConfigurationError(
            f"another evening plays in {data}: stop it, or name another folder"
        )
    if data.exists():
        shutil.rmtree(data)
    data.mkdir(parents=True)
    (data / MARK).write_text(_MARKED, encoding="utf-8")
    return data


def _held(lock: Path) -> bool:
    """Does a running desk hold this index?"""
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True


def read_users(path: Path) -> dict[tuple[str, str], str]:
    """Under which name of a channel a customer writes: by channel and customer."""
    book: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return {
        (channel, customer): user
        for channel, users in book.items()
        for user, customer in users.items()
    }


def _settings(host: str, port: int, data: Path | None) -> Settings:
    if not is_loopback(host):
        raise ConfigurationError(
            "made-up colleagues have no passwords: an evening is served to this machine only"
        )
    folder = own_folder(data or Settings().home / "var" / "evening")
    try:
        usual = Settings(data=folder, host=host, port=port, burst_seconds=BURST_SECONDS)
    except ValidationError as error:
        raise ConfigurationError(f"a setting is wrong: {error}") from error
    own = {"database_url": None, "channels": None, "erp_url": None, "evaluation": False}
    return usual.model_copy(update=own)


def _opening(settings: Settings, day: Day) -> str:
    return (
        f"Nightdesk, a made-up day: {day.begins} to {day.ends} with {len(day.talks)} conversations "
        f"(state in {settings.data.name}/, stop with Ctrl-C)\n"
        f"Desk: http://{settings.host}:{settings.port}/desk  (log in as 鄭美珊, duty manager; no password)"
    )


def _closing(settings: Settings, number: int) -> str:
    here = f"http://{settings.host}:{settings.port}"
    return (
        f"The day is over: {number} conversations, all made up. The clock goes on at its usual pace.\n"
        f"Open {here}/desk as 鄭美珊 (duty manager) for the inbox, {here}/desk/dashboard for the figures, "
        f"{here}/desk/approvals as 羅偉倫 (finance), {here}/ to write as a customer."
    )
