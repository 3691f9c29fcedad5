"""The `nightdesk` command."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Annotated, Optional

import structlog
import typer
import uvicorn
from rich.console import Console
from rich.table import Table

from agent.turns import Answer, Progress
from connectors.embeddings_embedded import EmbeddedEmbedder
from domain.errors import NightdeskError
from domain.settings import Settings
from evals.run import run_goldens
from house import House
from retrieval.documents import read_folder
from retrieval.report import write_report
from server import Company, create_app  # noqa: TID251 - the command starts the server
from understanding.models import learn

main = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="A customer-service assistant that never closes.",
    pretty_exceptions_enable=False,
)
knowledge = typer.Typer(no_args_is_help=True, help="The documents that are answered from.")
main.add_typer(knowledge, name="knowledge")
console = Console()

Data = Annotated[Optional[Path], typer.Option(help="Folder that keeps all state.")]  # noqa: UP045 - read by Typer
