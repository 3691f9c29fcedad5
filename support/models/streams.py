"""Closes a stream of pieces at once when whoever reads it has enough, and with it the connection behind it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from domain.models import Completion

Pieces = AsyncIterator[str | Completion]


@asynccontextmanager
async def closing(pieces: Pieces) -> AsyncIterator[Pieces]:
    """The pieces, closed at the end of the block."""
    try:
        yield pieces
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()
