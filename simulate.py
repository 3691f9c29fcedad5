"""`nightdesk simulate`: the platforms and systems around the desk, played on loopback for trying."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import uvicorn
import yaml
from rich.console import Console

from connectors.clocks import DemoClock
from connectors.demo_shop import DemoShop, read_world
from connectors.tokens_qwen import QwenTokens
from domain.settings import Settings
from security.masking import mask
from service import demo_sections
from simulators import erp, postgres, whatsapp
from simulators.dingtalk import server as dingtalk
from simulators.dingtalk.staff import read_office
from simulators.dingtalk.state import Person, SimulatorSpec
from simulators.model import server as model
from simulators.model.server import MODES, ModelSpec, Upstream, read_script

simulate = typer.Typer(
    no_args_is_help=True, help="Play the platforms around the desk on loopback, to try it."
)
console = Console()
_HOST = "127.0.0.1"
Journal = Annotated[Path | None, typer.Option(help="File that everything is written to.")]
World = Annotated[Path | None, typer.Option(help="The company whose customers write.")]


@simulate.command(name="dingtalk")
def _dingtalk(
    port: int = 8124,
    journal: Journal = None,
    world: World = None,
    redeliver_after: Annotated[
        float, typer.Option(help="Seconds until an unacknowledged message comes again.")
    ] = 60.0,
    deliveries: Annotated[int, typer.Option(help="How often a message is delivered at most.")] = 3,
) -> None:
    """DingTalk, with a page to chat as the demo company's customers."""
    settings = Settings()
    section = demo_sections(settings.playbook / "demo" / "channels.yaml")["dingtalk"]
    staff, groups = read_office(settings.playbook / "demo")
    spec = SimulatorSpec(
        client_id=section["client_id"],
        client_secret=section["client_secret"],
        people=[*_people(settings, world or settings.world), *staff],
        groups=groups,
        journal=journal,
        redeliver_after=redeliver_after,
        deliveries=deliveries,
    )
    console.print(f"DingTalk simulator: http://{_HOST}:{port}  (stop with Ctrl-C)")
    asyncio.run(dingtalk.serve(spec, host=_HOST, port=port))


@simulate.command(name="whatsapp")
def _whatsapp(
    port: int = 8126,
    journal: Journal = None,
    desk: Annotated[
        str, typer.Option(help="Where messages are delivered to.")
    ] = "http://127.0.0.1:8000/channels/whatsapp/webhook",
) -> None:
    """WhatsApp's Cloud API. People write by POST /simulator/messages, and read at /simulator/chats/<user>."""
    settings = Settings()
    section = demo_sections(settings.playbook / "demo" / "channels.yaml")["whatsapp"]
    spec = whatsapp.SimulatorSpec(
        phone_number_id=section["phone_number_id"],
        access_token=section["access_token"],
        app_secret=section["app_secret"],
        verify_token=section["verify_token"],
        callback_url=desk,
        journal=journal,
    )
    console.print(f"WhatsApp simulator: http://{_HOST}:{port}  (stop with Ctrl-C)")
    uvicorn.run(whatsapp.create_app(spec), host=_HOST, port=port, log_level="warning")


@simulate.command(name="erp")
def _erp(port: int = 8125, journal: Journal = None, world: World = None) -> None:
    """The demo company's systems in a process of their own, for NIGHTDESK_ERP_URL."""
    company = read_world(world or Settings().world)
    shop = DemoShop(company, DemoClock(company.default_now))
    console.print(f"ERP simulator: http://{_HOST}:{port}  (stop with Ctrl-C)")
    asyncio.run(erp.serve(shop, journal, host=_HOST, port=port))


@simulate.command(name="model")
def _model(
    *,
    port: int = 8127,
    journal: Journal = None,
    mode: Annotated[str, typer.Option(help=f"One of: {', '.join(MODES)}.")] = "script",
    script: Annotated[Path | None, typer.Option(help="What is answered to what (YAML).")] = None,
    recordings: Annotated[
        Path | None,
        typer.Option(
            help="File of replies: `record` adds to it, `replay` tells them by the customer's turn."
        ),
    ] = None,
    upstream: Annotated[str, typer.Option(help="Base URL of the endpoint to record.")] = "",
    upstream_key: Annotated[str, typer.Option(envvar="NIGHTDESK_RECORD_KEY")] = "",
    name: Annotated[str, typer.Option(help="The model's name, here and upstream.")] = "scripted",
    key: Annotated[str, typer.Option(help="Key that callers must show.")] = "",
    first_token_seconds: float = 0.0,
    seconds_per_token: float = 0.0,
    one_call_at_a_time: Annotated[
        bool, typer.Option(help="As a sequential agent is answered.")
    ] = False,
) -> None:
    """A language model behind an OpenAI-compatible interface that behaves, or misbehaves, as it is told."""
    spec = ModelSpec(
        mode=mode,
        models=(name,),
        key=key,
        script=read_script(script) if script else (),
        calls_at_once=not one_call_at_a_time,
        recordings=recordings,
        journal=journal,
        upstream=Upstream(upstream, upstream_key) if upstream else None,
        mask=mask,
        first_token_seconds=first_token_seconds,
        seconds_per_token=seconds_per_token,
        count=QwenTokens().count,
    )
    console.print(f"Model simulator: http://{_HOST}:{port}/v1  (stop with Ctrl-C)")
    asyncio.run(model.serve(spec, host=_HOST, port=port))


@simulate.command(name="postgres")
def _postgres(
    data: Annotated[Path | None, typer.Option(help="Folder that keeps it.")] = None,
) -> None:
    """A real Postgres for trials, for NIGHTDESK_DATABASE_URL."""
    with TemporaryDirectory() as folder, postgres.running(data or Path(folder)) as url:
        console.print(f"Postgres (stop with Ctrl-C):\n{url}", soft_wrap=True, markup=False)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return


def _people(settings: Settings, world: Path) -> list[Person]:
    """The company's customers whose address on DingTalk is known."""
    known = {customer.id: customer for customer in read_world(world).customers}
    book = yaml.safe_load((settings.playbook / "demo" / "addresses.yaml").read_text("utf-8"))
    return [
        Person(user_id=user, name=known[customer].name, language=known[customer].lang)
        for user, customer in book["dingtalk"].items()
        if customer in known
    ]
