"""What channels and the office say to each other: arrivals on the way in, outgoing messages on the way out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from domain.language import Language
from domain.ports import Clock

PartKind = Literal["text", "image", "audio", "video", "file"]
OutgoingKind = Literal["reply", "push"]
PushBy = Literal["message", "ding", "work"]


@dataclass(frozen=True)
class Address:
    """Where a conversation takes place, in the platform's own ids, whole and never shortened.

    `account` is the bot, number or site that was written to; `thread` is the chat; `user` is the person, or empty
    where a group shares one conversation.
    """

    channel: str
    account: str
    thread: str
    user: str = ""
    group: bool = False

    @property
    def conversation_id(self) -> str:
        """The one conversation of this address: a digest of every character of every id."""
        ids = json.dumps([self.channel, self.account, self.thread, self.user])
        return hashlib.sha256(ids.encode()).hexdigest()


@dataclass(frozen=True)
class Sender:
    """Who the platform says is writing. `name` is self-chosen and proves nothing."""

    id: str
    name: str = ""
    organisation: str = ""


@dataclass(frozen=True)
class Part:
    """A piece of a message. `text` is what it says: of audio, the platform's transcript, of a file nothing.

    `reference` is what the platform gives the bytes out for.
    """

    kind: PartKind
    text: str = ""
    reference: str = ""
    name: str = ""


@dataclass(frozen=True)
class Click:
    """A button that was pressed: the value it was given, and the outgoing message it stood under."""

    value: str
    message_id: str = ""


@dataclass(frozen=True)
class Arrival:
    """A message, or a click, as a channel verified and parsed it. `external_id` is unique within its account.

    `route` is what the channel needs to answer, such as a reply address that expires; nobody else reads it.
    """

    external_id: str
    address: Address
    sender: Sender
    sent_at: datetime
    parts: tuple[Part, ...] = ()
    quoted: str = ""
    click: Click | None = None
    route: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Everything that was said in words."""
        return "\n".join(part.text for part in self.parts if part.text)


@dataclass(frozen=True)
class Button:
    """Something to press; `value` comes back in a `Click`."""

    value: str
    label: str


@dataclass(frozen=True)
class Outgoing:
    """A message on its way out. `id` is the idempotency key towards platforms that take one.

    `text` is Markdown of the subset every channel can show or reduce: paragraphs, lists, bold. A push goes to a
    member of staff: `push_by` says how loudly. `replaces` names an earlier message that a push takes the place of
    where the platform can change what it shows; elsewhere it is a new message.
    """

    id: str
    conversation_id: str
    address: Address
    text: str
    language: Language = "yue"
    buttons: tuple[Button, ...] = ()
    kind: OutgoingKind = "reply"
    push_by: PushBy = "message"
    route: Mapping[str, str] = field(default_factory=dict)
    replaces: str = ""


@dataclass(frozen=True)
class Receipt:
    """The platform took a message: the ids it gave, and the form it took (card, markdown, text…)."""

    external_ids: tuple[str, ...]
    form: str


@dataclass(frozen=True)
class Capabilities:
    """What a channel can show."""

    buttons: int
    longest_text: int
    streams: bool = False
    pushes: bool = False


Accept = Callable[[Arrival], Awaitable[bool]]
"""Keep an arrival. Returns once it is on the disk: true when it is new, false when it was kept before.

Raises StorageError: it could not be kept, so the platform must not be told that it was."""

WebApp = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]
"""An ASGI application: what a channel serves over HTTP."""


class Quota(Protocol):
    """Calls that are counted by the month, over all processes."""

    async def used(self, name: str) -> int: ...
    async def spend(self, name: str, calls: int = 1) -> int:
        """Count calls; returns how many were used this month, these included."""
        ...


class Lease(Protocol):
    """Something only one process may do at a time."""

    async def hold(self, name: str, seconds: float) -> bool:
        """Take or renew a lease; false while another process holds it."""
        ...

    async def release(self, name: str) -> None: ...


@dataclass(frozen=True)
class Said:
    """A message of a conversation as a reconnecting client is told it; `seq` grows."""

    seq: int
    author: str
    text: str
    sent_at: datetime
    buttons: tuple[Button, ...] = ()
    id: str = ""


class Transcript(Protocol):
    """What was said in a conversation, for channels that must show it again."""

    async def since(self, conversation_id: str, seq: int) -> list[Said]:
        """Messages after `seq` (0: from the beginning), oldest first, at most 200."""
        ...


@dataclass(frozen=True)
class Services:
    """What a channel is handed when it is opened."""

    quota: Quota
    lease: Lease
    transcript: Transcript
    clock: Clock


class Channel(Protocol):
    """A place where customers talk. A channel knows formats, buttons, size limits and reply windows, and no more.

    Every file (or folder with a `channel.py`) in `channels/` that is named like a section of the settings has
    `open_channel(section, services)`; it raises ConfigurationError naming the setting that is wrong.
    """

    name: str
    capabilities: Capabilities

    def web(self, accept: Accept) -> WebApp | None:
        """What is served under `/channels/<name>`, if anything."""
        ...

    async def listen(self, accept: Accept) -> None:
        """Receive until cancelled; a channel that only receives over `web` returns at once."""
        ...

    async def send(self, message: Outgoing) -> Receipt:
        """Hand a message to the platform.

        Raises:
            Undeliverable: it will never arrive: the address is gone or refuses us.
            UpstreamTimeout: whether it arrived is unknown.
            UpstreamError: it did not arrive, and may later.
        """
        ...

    async def close(self) -> None: ...
