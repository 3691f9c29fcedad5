"""What browsers post to the widget, and how much of it is read."""

from __future__ import annotations

import asyncio
from typing import Annotated, TypeVar

from fastapi import Request
from pydantic import BaseModel, Field, StringConstraints, ValidationError

from channels.widget.identity import LONGEST_TOKEN
from domain.errors import InputError

LARGEST_BODY = 64 * 1024
LONGEST_TEXT = 10_000


class TooLarge(InputError):
    """The body is larger than a message can be."""

    code = "too_large"

    def __init__(self) -> None:
        super().__init__("the message is too large: a body may have 64 KB")


class TooSlow(InputError):
    """The body did not arrive in time."""

    code = "too_slow"


class Unusable(InputError):
    """The body, or what it says, makes no sense."""

    code = "unusable"


Token = Annotated[str, Field(max_length=LONGEST_TOKEN)]


class Visit(BaseModel):
    """Who opens the widget; `token` is what this browser was given before."""

    site: Annotated[str, Field(max_length=100)] = ""
    identity: Token = ""
    token: Token = ""


class Press(BaseModel):
    """A button that was pressed, and the message it stood under."""

    value: Annotated[str, Field(min_length=1, max_length=300)]
    message_id: Annotated[str, Field(min_length=1, max_length=200)]


class Written(BaseModel):
    """A message or a click; `id` is the browser's, and stays the same when it is sent again."""

    token: Token
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    click: Press | None = None


Body = TypeVar("Body", Visit, Written)


class Bodies:
    """Reads the bodies of requests, `within` so many seconds each."""

    def __init__(self, within: float = 10.0) -> None:
        self._within = within

    async def read(self, request: Request, kind: type[Body]) -> Body:
        """The body of a request as what it should be.

        Raises:
            InputError: names what is wrong with it.
        """
        raw = await self._bytes(request)
        try:
            return kind.model_validate_json(raw)
        except ValidationError as error:
            wrong = [
                f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors()
            ]
            raise Unusable("; ".join(wrong[:5])) from None

    async def _bytes(self, request: Request) -> bytes:
        named = request.headers.get("content-length", "0")
        if not named.isdecimal() or int(named[:12]) > LARGEST_BODY:
            raise TooLarge
        raw = bytearray()
        try:
            async with asyncio.timeout(self._within):
                more = True
                while more:
                    chunk, more = await _piece(request)
                    raw += chunk
                    if len(raw) > LARGEST_BODY:
                        raise TooLarge
        except TimeoutError:
            raise TooSlow("the message did not arrive in time") from None
        return bytes(raw)


async def _piece(request: Request) -> tuple[bytes, bool]:
    """The next piece of a body, and whether there is more of it."""
    message = await request.receive()
    if message["type"] == "http.disconnect":
        raise Unusable("the browser went away in the middle of the message")
    return message.get("body", b""), message.get("more_body", False)
