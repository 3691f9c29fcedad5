"""What a simulated WhatsApp is made of, and what it knows: people, chats, windows, media, faults, a journal."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, model_validator

FAULTS = ("timeout_after_effect", "error", "delay", "failed")


class Person(BaseModel):
    """Somebody who has the app. Who goes by a username shows no phone number: then `wa_id` is empty."""

    model_config = ConfigDict(extra="forbid")

    wa_id: str = ""
    user_id: str = ""
    name: str = ""
    username: str = ""

    @model_validator(mode="after")
    def known(self) -> Self:
        """Somebody has an id."""
        if not self.key:
            raise ValueError("a person needs a wa_id or a user_id")
        return self

    @property
    def key(self) -> str:
        return self.user_id or self.wa_id


class SimulatorSpec(BaseModel):
    """Everything a simulator is started with. Durations are in seconds; `templates` has numbers of parameters."""

    model_config = ConfigDict(extra="forbid")

    phone_number_id: str = "100200300"
    access_token: str = "demo-token-of-the-simulator"  # noqa: S105 - of a simulator
    app_secret: str = "test-app-secret"  # noqa: S105 - of a simulator
    verify_token: str = "demo-verify-token"  # noqa: S105 - of a simulator
    callback_url: str = ""
    people: list[Person] = [
        Person(wa_id="85253182046", name="陳詠恩"),
        Person(wa_id="85292417730", name="李國輝"),
        Person(wa_id="85293672058", name="Emily Watson"),
    ]
    templates: dict[str, int] = {"ticket_update": 1}
    statuses: list[str] = ["sent", "delivered", "read"]
    attempts: int = Field(default=8, ge=1)
    retry_after: float = Field(default=1.0, gt=0, description="doubled with every attempt")
    window: float = 24 * 3600.0
    pair_every: float = 6.0
    pair_burst: int = Field(default=45, ge=1)
    messages_per_second: int = Field(default=80, ge=1)
    media_life: float = 300.0
    journal: Path | None = None


class Fault(BaseModel):
    """Goes wrong with the next `times` sends, or until it is taken back.

    `kind` is a code that is answered, such as 131047; or `failed`, with `code` in a status after 200; `error`, an
    answer that is no JSON, before or `after_effect`; `timeout_after_effect`; `delay`.
    """

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(pattern=rf"^({'|'.join(FAULTS)}|\d{{1,6}})$")
    code: int = 131026
    status: int = Field(default=500, ge=400, le=599)
    times: int | None = Field(default=1, ge=1)
    seconds: float = Field(default=30.0, ge=0, le=600)
    after_effect: bool = False


class Faults:
    """Faults that wait for their turn."""

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

    def take(self) -> Fault | None:
        """The next fault, used up by one."""
        found = self._waiting[0] if self._waiting else None
        if found is not None and found.times is not None:
            found.times -= 1
            if not found.times:
                self._waiting.remove(found)
        return found

    async def hang(self, seconds: float) -> None:
        """Return after so many seconds, or when everything has been taken back."""
        try:
            async with asyncio.timeout(seconds):
                await self._healed.wait()
        except TimeoutError:
            return


@dataclass
class Media:
    """Bytes, and where they can be fetched until when."""

    content: bytes
    mime_type: str
    urls: dict[str, float] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass
class Chat:
    """What one person and the business said, and how long the business may answer freely."""

    person: Person
    messages: list[dict[str, Any]] = field(default_factory=list)
    open_until: float = 0.0
    due: float = 0.0


class Platform:
    """The state of one simulated WhatsApp."""

    def __init__(self, spec: SimulatorSpec) -> None:
        self.spec = spec
        self.faults = Faults()
        self.callback_url = spec.callback_url
        self.entries: list[dict[str, Any]] = []
        self.media: dict[str, Media] = {}
        self.chats: dict[str, Chat] = {}
        self.sent: dict[str, dict[str, Any]] = {}
        self.recent: list[float] = []
        for person in spec.people:
            chat = Chat(person)
            self.chats |= {key: chat for key in (person.wa_id, person.user_id) if key}
        self._file = spec.journal.open("a", encoding="utf-8") if spec.journal else None

    def journal(self, kind: str, **members: Any) -> None:
        """Write down what happened, on the disk before anybody is answered."""
        entry = {"kind": kind, "at": time.time(), **members}
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Let calls that hang go, and close the journal."""
        self.faults.clear()
        if self._file is not None:
            self._file.close()
            self._file = None

    def keep_media(self, content: bytes, mime_type: str) -> str:
        """Keep bytes; returns the id they are asked for by."""
        media_id = str(uuid4().int)[:15]
        self.media[media_id] = Media(content, mime_type)
        return media_id


def new_wamid() -> str:
    """The id of a message."""
    return f"wamid.{uuid4().hex.upper()}"
