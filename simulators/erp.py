"""A company's systems in a process of their own: every business port over HTTP, a journal, and faults on demand.

Which company it is, the caller decides: the demo shop, or anything else that has the ports. What was really
changed stands in the journal before the caller is answered, so the process may die and come back.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import ClientDisconnect
from uvicorn.protocols.http.h11_impl import H11Protocol

from domain.errors import InputError
from simulators.erp_books import OPERATIONS, Books, Business, Operation

FaultKind = Literal["delay", "error_before", "error_after", "reset_after", "half_dead"]
Connections = MutableMapping[tuple[str, int], asyncio.Transport]
KEY_HEADER = "Idempotency-Key"


class Fault(BaseModel):
    """Something that goes wrong with the next `times` calls of `method`, or until it is taken back."""

    model_config = ConfigDict(extra="forbid")

    kind: FaultKind
    method: str = "*"
    times: int | None = Field(default=1, ge=1)
    seconds: float = Field(default=3.0, ge=0, le=600)


class Faults:
    """What goes wrong next."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._healed = asyncio.Event()

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault.model_copy())

    def clear(self) -> None:
        """Take every fault back; calls that hang are let go."""
        self._waiting.clear()
        self._healed.set()
        self._healed = asyncio.Event()

    def take(self, method: str) -> Fault | None:
        """The first fault that fits this call, used up by one."""
        found = next((one for one in self._waiting if one.method in ("*", method)), None)
        if found is not None and found.times is not None:
            found.times -= 1
            if not found.times:
                self._waiting.remove(found)
        return found

    async def hang(self) -> None:
        """Return only when everything has been taken back."""
        await self._healed.wait()


def create_app(
    shop: Business, journal: Path | None = None, faults: Faults | None = None
) -> FastAPI:
    """The systems of `shop` behind `POST /v1/<method of a port>`, and `/simulator` to look and to break."""
    books, broken = Books(shop, journal), faults or Faults()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await books.replay()
        yield

    app = FastAPI(title="ERP simulator", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.connections = {}

    @app.post("/v1/{method}")
    async def call(method: str, request: Request) -> Response:
        operation = OPERATIONS.get(method)
        if operation is None:
            return _error(404, "unknown", f"there is no operation {method!r}")
        return await _serve_call(books, operation, request, broken.take(method), broken)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ready"}

    @app.get("/simulator/effects")
    async def effects() -> list[dict[str, Any]]:
        return books.entries

    @app.post("/simulator/faults")
    async def fail(fault: Fault) -> dict[str, str]:
        broken.add(fault)
        return {"fault": fault.kind}

    @app.delete("/simulator/faults")
    async def heal() -> dict[str, str]:
        broken.clear()
        return {"fault": "none"}

    return app


@asynccontextmanager
async def running(
    shop: Business, journal: Path | None = None, faults: Faults | None = None
) -> AsyncIterator[str]:
    """Serve on loopback, on a free port, in this loop; yields the address."""
    broken = faults or Faults()
    # With the protocol named, asyncio sends small answers at once; without, every one waits 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    server = _server(create_app(shop, journal, broken))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        broken.clear()
        server.should_exit = True
        await serving


async def serve(
    shop: Business, journal: Path | None = None, *, host: str = "127.0.0.1", port: int = 8125
) -> None:
    """Serve until the process is told to stop."""
    await _server(create_app(shop, journal), host, port).serve()


async def _serve_call(
    books: Books, operation: Operation, request: Request, fault: Fault | None, faults: Faults
) -> Response:
    try:
        arguments = operation.arguments.model_validate_json(await request.body())
    except ClientDisconnect:  # whoever asked has died in the meantime
        return Response(status_code=400)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        return _error(422, "input", f"{operation.name}: {wrong}")
    key = request.headers.get(KEY_HEADER)
    if operation.writes and not key:
        return _error(422, "input", f"{operation.name} changes something and needs {KEY_HEADER}")
    if fault is not None and (refused := await _before(fault, faults)):
        return refused
    try:
        answer = await books.call(operation, arguments, key)
    except InputError as error:
        return _error(409, error.code, str(error))
    if fault is not None and (refused := _after(fault, request)):
        return refused
    return Response(operation.answer.dump_json(answer), media_type="application/json")


async def _before(fault: Fault, faults: Faults) -> Response | None:
    """What goes wrong before anything was changed."""
    if fault.kind == "error_before":
        return _error(500, "fault", "failed before anything was changed")
    if fault.kind == "half_dead":
        await faults.hang()
        return _error(503, "fault", "was half dead")
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
    return None


def _after(fault: Fault, request: Request) -> Response | None:
    """What goes wrong after it was changed."""
    if fault.kind == "reset_after":
        _reset(request)
    if fault.kind in ("error_after", "reset_after"):
        return _error(500, "fault", "failed after it was changed")
    return None


def _reset(request: Request) -> None:
    """Cut the caller's connection so that it sees a reset, not an answer."""
    client = request.client
    connection = request.app.state.connections.get(client and (client.host, client.port))
    if connection is not None:
        at_once = struct.pack("ii", 1, 0)
        connection.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        connection.abort()


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": code, "message": message}, status)


def _server(app: FastAPI, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=_cuttable(app.state.connections),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=2,
        )
    )


def _cuttable(connections: Connections) -> type[H11Protocol]:
    """The server's protocol, with its connections kept where a fault can find them."""

    class Cuttable(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            connections[transport.get_extra_info("peername")] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            for address in [at for at, one in connections.items() if one is self.transport]:
                del connections[address]
            super().connection_lost(exc)

    return Cuttable
