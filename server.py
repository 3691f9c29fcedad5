"""The web application: health, the chat, and in evaluation mode the evaluation door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from connectors.clocks import SystemClock
from domain.settings import Settings
from evals import door
from house import House


def create_app(settings: Settings) -> FastAPI:
    """The application over one data folder."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        house = await House.open(settings)
        if settings.evaluation:
            opened = door.open_door(house)
            app.include_router(door.routes(opened))

            @app.post("/v1/chat")
            async def chat(body: dict[str, str]) -> dict[str, object]:
                answer = await opened.chat(body["session_id"], body["text"])
                return {"reply": answer.message.text, "awaiting": list(answer.awaiting)}
        yield
        await house.close()

    app = FastAPI(title="Nightdesk", lifespan=lifespan, docs_url=None, redoc_url=None)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ready"}

    return app


__all__ = ["SystemClock", "create_app"]
