"""The simulated model as one server: what OpenAI-compatible services offer, and controls to make it go wrong."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, JsonValue

from domain.errors import ConfigurationError
from simulators.model.embedding import VECTORS
from simulators.model.hostile import ANSWERS
from simulators.model.spec import Entry, ModelSpec, Planned, Upstream, read_script
from simulators.model.talk import Talk
from simulators.model.wire import BREAKS, error

__all__ = [
    "HOSTILE",
    "MODES",
    "Entry",
    "ModelSpec",
    "Planned",
    "Upstream",
    "create_app",
    "read_script",
    "running",
    "serve",
]
HOSTILE: tuple[str, ...] = (*ANSWERS, *BREAKS)
"""Every way in which a model that speaks, or its service, may go wrong."""
MODES: tuple[str, ...] = ("script", "record", "replay", *HOSTILE, *VECTORS)
"""All that it can be told to do; words are as in `script` where only vectors are spoilt."""


class Chosen(BaseModel):
    """How the model behaves from now on."""

    model_config = ConfigDict(extra="forbid")

    mode: str


def create_app(spec: ModelSpec) -> FastAPI:
    """The simulator; its base URL is `<address>/v1`.

    Raises:
        ConfigurationError: the mode is unknown, or lacks what it needs; names it and the remedy.
    """
    _check(spec, spec.mode)
    talk = Talk(spec)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await talk.close()

    app = FastAPI(title="Model simulator", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.talk = talk
    app.include_router(_service(spec, talk))
    app.include_router(_controls(spec, talk))
    return app


@asynccontextmanager
async def running(spec: ModelSpec) -> AsyncIterator[str]:
    """The simulator on loopback, in this loop; yields its address, without `/v1`."""
    # With the protocol named, asyncio sends small pieces at once; without, every one waits 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    config = uvicorn.Config(create_app(spec), log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


async def serve(spec: ModelSpec, *, host: str = "127.0.0.1", port: int = 8127) -> None:
    """The simulator until the process is told to stop."""
    config = uvicorn.Config(
        create_app(spec), host=host, port=port, log_level="warning", timeout_graceful_shutdown=1
    )
    await uvicorn.Server(config).serve()


def _check(spec: ModelSpec, mode: str) -> None:
    if mode not in MODES:
        raise ConfigurationError(
            f"no simulated model has the mode {mode!r}; there are: {', '.join(MODES)}"
        )
    if mode in ("record", "replay") and spec.recordings is None:
        raise ConfigurationError(f"mode `{mode}` needs `recordings`, the file of replies")
    if mode == "record" and (spec.upstream is None or spec.mask is None):
        raise ConfigurationError(
            "mode `record` needs `upstream`, the real endpoint, and `mask`, what hides names in the file"
        )


def _service(spec: ModelSpec, talk: Talk) -> APIRouter:
    """What every OpenAI-compatible service offers."""
    router = APIRouter()

    @router.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        return _stranger(spec, request) or await talk.answer(request, _shown(request))

    @router.post("/v1/embeddings")
    async def embed(request: Request) -> Response:
        return _stranger(spec, request) or await talk.embed(request, _shown(request))

    @router.get("/v1/models", response_model=None)
    async def models(request: Request) -> Response | dict[str, JsonValue]:
        known: list[JsonValue] = [
            {"id": name, "object": "model", "created": 0, "owned_by": "nightdesk"}
            for name in spec.models
        ]
        return _stranger(spec, request) or {"object": "list", "data": known}

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ready", "mode": talk.mode}

    return router


def _controls(spec: ModelSpec, talk: Talk) -> APIRouter:
    """What a test, or a person, looks at and turns."""
    router = APIRouter(prefix="/simulator")

    @router.put("/mode")
    async def choose(chosen: Chosen) -> dict[str, str]:
        try:
            _check(spec, chosen.mode)
            talk.choose(chosen.mode)
        except ConfigurationError as wrong:
            raise HTTPException(422, str(wrong)) from None
        return {"mode": talk.mode}

    @router.get("/journal")
    async def journal() -> dict[str, JsonValue]:
        return {"entries": list(talk.journal.entries), "missing": talk.journal.missing}

    return router


def _shown(request: Request) -> str:
    """The key that the caller shows."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""


def _stranger(spec: ModelSpec, request: Request) -> Response | None:
    """The error for whoever does not show the key; no key is repeated in it."""
    shown = _shown(request)
    if not spec.key or secrets.compare_digest(shown.encode(), spec.key.encode()):
        return None
    if shown:
        return error(401, "Incorrect API key provided.", code="invalid_api_key")
    return error(401, "You didn't provide an API key. Send it as `Authorization: Bearer <key>`.")
