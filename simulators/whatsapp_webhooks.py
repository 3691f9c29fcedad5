"""What the simulator tells the business: messages and statuses, signed, and again until they are taken."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from typing import Any, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field

from simulators.whatsapp_state import Chat, Person, Platform, new_wamid

Signature = Literal["right", "wrong", "missing"]
How = Literal["batched", "one_value", "reordered", "concurrent"]
_MEDIA = {
    "image": ("image/jpeg", b"\xff\xd8\xff a picture"),
    "sticker": ("image/webp", b"RIFF a sticker"),
    "audio": ("audio/ogg; codecs=opus", b"OggS a voice"),
    "video": ("video/mp4", b"ftyp a video"),
    "document": ("application/pdf", b"%PDF a document"),
}


class Written(BaseModel):
    """What somebody writes. `content` is of a type that is not text; `raw` replaces members of the message."""

    model_config = ConfigDict(extra="forbid")

    user: str
    text: str = ""
    type: str = "text"
    content: dict[str, Any] = Field(default_factory=dict)
    quoted: str = Field("", description="the wamid of the message that is answered")
    wamid: str = ""
    age: float = Field(0.0, ge=0, description="so many seconds ago, and delivered only now")
    signature: Signature = "right"
    times: int = Field(1, ge=1, le=20, description="delivered so often, at the same time")
    raw: dict[str, Any] = Field(default_factory=dict)


class Webhooks:
    """Composes and delivers."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._http = httpx.AsyncClient(timeout=20.0)
        self._running: set[asyncio.Task[None]] = set()
        self._values: dict[str, dict[str, Any]] = {}

    async def close(self) -> None:
        """Stop telling anybody anything."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._http.aclose()

    async def subscribe(self, url: str, verify_token: str) -> bool:
        """Ask an address whether it knows the word, as Meta does before it tells it anything."""
        challenge = str(time.time_ns())
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": verify_token,
        }
        answer = await self._http.get(url, params=query)
        verified = answer.status_code == 200 and answer.text == challenge
        self._platform.journal("subscribe", verified=verified, status=answer.status_code)
        if verified:
            self._platform.callback_url = url
        return verified

    def write(self, written: Written) -> str:
        """Somebody writes one message; returns its wamid."""
        value, wamid = self._compose(written)
        for _ in range(written.times):
            self.deliver([[value]], written.signature)
        return wamid

    def write_all(self, all_written: Sequence[Written], how: How) -> list[str]:
        """Several messages, delivered in one way or another; returns their wamids as they were written."""
        composed = [self._compose(written) for written in all_written]
        values = [value for value, _ in composed]
        if how == "batched":
            self.deliver([[value] for value in values])
        elif how == "one_value":
            members = ("contacts", "messages")
            joined = {name: [one for value in values for one in value[name]] for name in members}
            self.deliver([[{**values[0], **joined}]])
        elif how == "concurrent":
            for value in values:
                self.deliver([[value]])
        else:
            self._start(self._in_order(values[::-1]))
        return [wamid for _, wamid in composed]

    def redeliver(self, wamid: str, times: int) -> None:
        """Deliver a message again, as often as that, at the same time.

        Raises:
            KeyError: there is no such message.
        """
        value = self._values[wamid]
        for _ in range(times):
            self.deliver([[value]])

    def status(self, wamid: str, status: str, code: int = 0) -> None:
        """Tell what became of a message of the business."""
        sent = self._platform.sent[wamid]
        self._start(self._tell([self._status(sent, status, code)]))

    def statuses(self, sent: dict[str, Any], failed: int = 0) -> None:
        """Tell everything that becomes of a message of the business."""
        names = ["failed"] if failed else self._platform.spec.statuses
        self._start(self._tell([self._status(sent, name, failed) for name in names]))

    def deliver(self, entries: list[list[dict[str, Any]]], signature: Signature = "right") -> None:
        """Post values, one list of them per entry, until they are taken."""
        self._start(self._deliver(entries, signature))

    def _start(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _in_order(self, values: list[dict[str, Any]]) -> None:
        for value in values:
            await self._deliver([[value]], "right")

    async def _tell(self, statuses: list[dict[str, Any]]) -> None:
        for status in statuses:
            value = {**self._value(), "statuses": [status]}
            await self._deliver([[value]], "right")

    async def _deliver(self, entries: list[list[dict[str, Any]]], signature: Signature) -> None:
        spec = self._platform.spec
        payload = {
            "object": "whatsapp_business_account",
            "entry": [
                {"id": "WABA-1", "changes": [{"field": "messages", "value": one} for one in values]}
                for values in entries
            ],
        }
        ids = [
            one["id"]
            for values in entries
            for value in values
            for one in (*value.get("messages", ()), *value.get("statuses", ()))
        ]
        body = json.dumps(payload).encode()  # with escapes, as Meta writes it
        for attempt in range(spec.attempts):
            if attempt:
                await asyncio.sleep(spec.retry_after * 2.0 ** (attempt - 1))
            status = await self._post(body, signature)
            self._platform.journal("push", ids=ids, attempt=attempt + 1, status=status)
            if status == 200:
                return

    async def _post(self, body: bytes, signature: Signature) -> int:
        """The status of one attempt; 0 when nobody answered."""
        headers = {"Content-Type": "application/json"}
        secret = self._platform.spec.app_secret if signature == "right" else "somebody-else"
        if signature != "missing":
            digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Hub-Signature-256"] = f"sha256={digest}"
        url = self._platform.callback_url
        if not url:
            return 0
        try:
            return (await self._http.post(url, content=body, headers=headers)).status_code
        except httpx.RequestError:
            return 0

    def _compose(self, written: Written) -> tuple[dict[str, Any], str]:
        """The value that tells of a message, and its wamid.

        Raises:
            KeyError: there is no such person.
        """
        chat = self._platform.chats[written.user]
        person, wamid = chat.person, written.wamid or new_wamid()
        at = time.time() - written.age
        content = self._content(written)
        message = {
            **_from(person),
            "id": wamid,
            "timestamp": str(int(at)),
            "type": written.type,
            **content,
            **({"context": _context(written.quoted)} if written.quoted else {}),
            **written.raw,
        }
        value = {**self._value(), "messages": [message]}
        if written.type != "system":
            value["contacts"] = [_contact(person)]
        chat.open_until = max(chat.open_until, at + self._platform.spec.window)
        chat.messages.append({"from": "person", "wamid": wamid, "type": written.type, **content})
        self._values[wamid] = value
        self._platform.journal(
            "written", wamid=wamid, user=person.key, type=written.type, text=written.text
        )
        return value, wamid

    def _content(self, written: Written) -> dict[str, Any]:
        if written.type == "text":
            return {"text": {"body": written.text}}
        if written.type not in _MEDIA:
            return {written.type: written.content} if written.content else {}
        mime_type, content = _MEDIA[written.type]
        media_id = self._platform.keep_media(content, mime_type)
        found = {
            "id": media_id,
            "mime_type": mime_type,
            "sha256": self._platform.media[media_id].sha256,
        }
        caption = {"caption": written.text} if written.text else {}
        return {written.type: {**found, **caption, **written.content}}

    def _value(self) -> dict[str, Any]:
        number = self._platform.spec.phone_number_id
        metadata = {"display_phone_number": "15550001111", "phone_number_id": number}
        return {"messaging_product": "whatsapp", "metadata": metadata}

    def _status(self, sent: dict[str, Any], status: str, code: int) -> dict[str, Any]:
        chat: Chat = self._platform.chats[sent["user"]]
        sent["status"] = status
        self._platform.journal("status", wamid=sent["wamid"], status=status, code=code)
        found = {
            "id": sent["wamid"],
            "status": status,
            "timestamp": str(int(time.time())),
            "recipient_id": chat.person.wa_id or chat.person.user_id,
        }
        if sent["key"]:
            found["biz_opaque_callback_data"] = sent["key"]
        title = "told by the simulator"
        errors = [{"code": code, "title": title, "error_data": {"details": title}}]
        return {**found, "errors": errors} if code else found


def _from(person: Person) -> dict[str, str]:
    """Who wrote, as far as they show it."""
    told = {"from": person.wa_id, "from_user_id": person.user_id}
    return {name: value for name, value in told.items() if value}


def _contact(person: Person) -> dict[str, Any]:
    profile = {"name": person.name, "username": person.username}
    shown = {"wa_id": person.wa_id, "user_id": person.user_id}
    return {
        "profile": {name: value for name, value in profile.items() if value},
        **{name: value for name, value in shown.items() if value},
    }


def _context(wamid: str) -> dict[str, str]:
    return {"from": "15550001111", "id": wamid}
