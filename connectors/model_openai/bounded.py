"""A connection that stops reading a response which does not end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

MOST_BYTES = 4_000_000  # of a response, however it is wrapped


class TooLong(httpx.TransportError):
    """More bytes than any answer has."""


async def bound(response: httpx.Response) -> None:
    """Count what is read of a response; a hook of the client, so that its proxies stay as they are."""
    assert isinstance(response.stream, httpx.AsyncByteStream)
    response.stream = _Counted(response.stream)


class _Counted(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_BYTES
        async for piece in self._inner:
            left -= len(piece)
            if left < 0:
                raise TooLong("the response does not end")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


def too_long(error: BaseException | None) -> bool:
    """Whether a response without end is at the bottom of an error."""
    while error is not None and not isinstance(error, TooLong):
        error = error.__cause__ or error.__context__
    return error is not None
