"""What goes wrong on demand, at an endpoint or with a message on its way to the robot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

from fastapi import Response
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

FaultKind = Literal[
    "qps",
    "quota",
    "error_before",
    "error_after",
    "reset_after",
    "html",
    "gateway_timeout",
    "stall",
    "invalid_token",
    "forbidden",
    "refused",
    "xml",
    "stale_ticket",
    "undelivered",
    "drop",
    "delay",
    "duplicate",
    "duplicate_new_header",
    "reorder",
    "withhold",
    "too_many",
    "blocked",
    "expired_webhook",
    "flow_controlled",
]
_BEFORE: dict[str, tuple[int, str]] = {
    "qps": (403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"),
    "quota": (403, "Forbidden.AccessDenied.ApiCountLimitForOrg"),
    "error_before": (500, "unknownError"),
    "gateway_timeout": (504, "isp.top-remote-connection-timeout"),
    "invalid_token": (400, "InvalidAuthentication"),
    "forbidden": (403, "Forbidden.AccessDenied.AccessTokenPermissionDenied"),
    "refused": (400, "invalidParameter.app.unpublished"),
    "too_many": (429, "Throttling"),
}
_LEGACY = {
    "qps": 90018,
    "too_many": 90018,
    "quota": 90020,
    "invalid_token": 40014,
    "gateway_timeout": 15,
    "forbidden": 60011,
    "expired_webhook": 300001,
}
_WEBHOOK = "/robot/sendBySession"
_OLD = (_WEBHOOK, "/gettoken", "/media/", "/topapi/")
_TOO_MANY_REPLIES = 130101
_OWN_PLACES = ("open", "push", "click", "undelivered", "flow_controlled")


class Fault(BaseModel):
    """Something that goes wrong the next `times` times, or until it is taken back.

    `where` is an endpoint of the simulator, or `*` for every endpoint. `open`, `push` and `click` are the gateway,
    `undelivered` a card and `flow_controlled` a message that are taken and do not arrive.
    """

    model_config = ConfigDict(extra="forbid")

    kind: FaultKind
    where: str = "*"
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
        """Take every fault back; what was withheld goes on."""
        self._waiting.clear()
        self._healed.set()
        self._healed = asyncio.Event()

    async def healed(self) -> None:
        """Return when every fault has been taken back."""
        await self._healed.wait()

    def take(self, where: str) -> Fault | None:
        """The first fault that fits, used up by one. What is for every endpoint spares all other places."""
        places = (where,) if where in _OWN_PLACES else (where, "*")
        found = next((one for one in self._waiting if one.where in places), None)
        if found is not None and found.times is not None:
            found.times -= 1
            if not found.times:
                self._waiting.remove(found)
        return found


async def before(fault: Fault | None, where: str = "") -> Response | None:
    """What is answered without anything having happened; None when the call goes on.

    The old API, which `where` may belong to, answers most of it in its own way.
    """
    if fault is None:
        return None
    if fault.kind == "stall":
        await asyncio.sleep(fault.seconds)
        return None
    if fault.kind == "html":
        return HTMLResponse("<html><body>Service temporarily unavailable</body></html>")
    if fault.kind == "xml":
        return Response("<error><code>400</code></error>", 400, media_type="application/xml")
    if fault.kind == "blocked":
        return JSONResponse({"status": 1111, "wait": 5, "source": "x5", "punish": "deny"})
    if fault.kind in _LEGACY and where.startswith(_OLD):
        over = where == _WEBHOOK and fault.kind in ("qps", "too_many")
        return legacy(_TOO_MANY_REPLIES if over else _LEGACY[fault.kind], fault.kind)
    if fault.kind in _BEFORE:
        return error(*_BEFORE[fault.kind])
    return None


def after(fault: Fault | None) -> Response | None:
    """What is answered although everything has happened; None when the truth is told."""
    if fault is not None and fault.kind == "error_after":
        return error(500, "unknownError")
    if fault is not None and fault.kind == "reset_after":
        return StreamingResponse(_broken(), headers={"Content-Length": "999"})
    return None


def error(status: int, code: str, message: str = "") -> JSONResponse:
    """An error as the new API answers it."""
    body = {"code": code, "message": message or code, "requestid": "simulated"}
    return JSONResponse(body, status)


def legacy(errcode: int, message: str) -> JSONResponse:
    """An error as the old API answers it: with status 200."""
    return JSONResponse({"errcode": errcode, "errmsg": message, "request_id": "simulated"})


async def _broken() -> AsyncIterator[bytes]:
    yield b"{"
    raise ConnectionResetError("cut on purpose")
