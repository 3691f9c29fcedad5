"""The Cloud API of the simulator: what it refuses, what it takes, and media in two steps."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from simulators.whatsapp_state import Chat, Fault, Platform, new_wamid
from simulators.whatsapp_webhooks import Webhooks

Wrong = tuple[int, str]
_STATUS = {0: 401, 190: 401, 10: 403, 200: 403, 1: 500, 131000: 500, 131016: 503, 131057: 503}
_ONE_LINE = re.compile(r"[\n\t]| {4}")


class Graph:
    """Answers the calls of the business."""

    def __init__(self, platform: Platform, webhooks: Webhooks) -> None:
        self._platform = platform
        self._webhooks = webhooks

    def token_wrong(self, request: Request) -> Response | None:
        given = request.headers.get("authorization", "")
        expected = f"Bearer {self._platform.spec.access_token}"
        same = secrets.compare_digest(given.encode(), expected.encode())
        return None if same else self.error(190, "the access token is not valid")

    def error(self, code: int, details: str) -> Response:
        self._platform.journal("refused", code=code, details=details)
        error = {
            "message": f"(#{code}) {details}",
            "type": "OAuthException",
            "code": code,
            "error_data": {"messaging_product": "whatsapp", "details": details},
            "fbtrace_id": "SIMULATED",
        }
        return JSONResponse({"error": error}, _STATUS.get(code, 400))

    async def messages(self, number: str, request: Request) -> Response:
        """Take one message, or say why not."""
        if (refused := self.token_wrong(request)) is not None:
            return refused
        fault = self._platform.faults.take()
        early = await self._before(fault)
        if early is not None:
            return early
        try:
            body = await request.json()
        except ValueError:
            return self.error(100, "the body is not JSON")
        if number != self._platform.spec.phone_number_id or not isinstance(body, dict):
            return self.error(100, "unsupported post request: no such number")
        if body.get("status") == "read":
            return JSONResponse({"success": True})
        found = self._checked(body)
        if not isinstance(found, Chat):
            return self.error(*found)
        answer = self._take(found, body, fault)
        return await self._after(fault) or JSONResponse(answer)

    async def _before(self, fault: Fault | None) -> Response | None:
        if fault is None:
            return None
        if fault.kind.isdecimal():
            return self.error(int(fault.kind), "told to fail")
        if fault.kind == "error" and not fault.after_effect:
            self._platform.journal("refused", status=fault.status)
            return Response("<html>sorry</html>", fault.status)
        if fault.kind == "delay":
            await self._platform.faults.hang(fault.seconds)
        return None

    async def _after(self, fault: Fault | None) -> Response | None:
        if fault is None:
            return None
        if fault.kind == "timeout_after_effect":
            await self._platform.faults.hang(fault.seconds)
            return Response("<html>gateway timeout</html>", 504)
        if fault.kind == "error":
            return Response("<html>sorry</html>", fault.status)
        return None

    def _checked(self, body: Mapping[str, Any]) -> Chat | Wrong:
        """The chat that a message goes to, or what is wrong with it."""
        wrong = check(body, self._platform.spec.templates)
        if wrong is not None:
            return wrong
        to, recipient = body.get("to", ""), body.get("recipient", "")
        chat = self._platform.chats.get(to or recipient)
        if chat is None or (to and to != chat.person.wa_id):
            return 131026, "nobody can be reached there"
        if not to and recipient != chat.person.user_id:
            return 131026, "nobody can be reached there"
        now = time.time()
        if body["type"] != "template" and now >= chat.open_until:
            return 131047, "more than 24 hours have passed since the customer last replied"
        return self._paced(chat, now) or chat

    def _paced(self, chat: Chat, now: float) -> Wrong | None:
        spec = self._platform.spec
        recent = [at for at in self._platform.recent if at > now - 1]
        if len(recent) >= spec.messages_per_second:
            return 130429, "too many messages a second from this number"
        due = max(chat.due, now)
        if due - now > spec.pair_every * (spec.pair_burst - 1):
            return 131056, "too many messages to this person"
        chat.due = due + spec.pair_every
        self._platform.recent = [*recent, now]
        return None

    def _take(self, chat: Chat, body: Mapping[str, Any], fault: Fault | None) -> dict[str, Any]:
        wamid, person = new_wamid(), chat.person
        key = body.get("biz_opaque_callback_data", "")
        kind = body["type"]
        sent = {
            "from": "business",
            "wamid": wamid,
            "user": person.key,
            "key": key,
            "type": kind,
            kind: body[kind],
            "status": "accepted",
            "quoted": body.get("context", {}).get("message_id", ""),
        }
        chat.messages.append(sent)
        self._platform.sent[wamid] = sent
        self._platform.journal("sent", **{**sent, "from": "business"})
        self._webhooks.statuses(sent, fault.code if fault and fault.kind == "failed" else 0)
        asked = body.get("to") or body.get("recipient")
        contact = {"input": asked, "wa_id": person.wa_id, "user_id": person.user_id}
        return {
            "messaging_product": "whatsapp",
            "contacts": [{name: value for name, value in contact.items() if value}],
            "messages": [{"id": wamid, "message_status": "accepted"}],
        }


def check(body: Mapping[str, Any], templates: Mapping[str, int]) -> Wrong | None:
    """What the API would refuse about a message, whoever it goes to."""
    if body.get("messaging_product") != "whatsapp":
        return 100, "messaging_product"
    if not body.get("to") and not body.get("recipient"):
        return 131008, "to or recipient"
    if len(str(body.get("biz_opaque_callback_data", "")).encode()) > 512:
        return 131009, "biz_opaque_callback_data"
    kind = body.get("type")
    content = body.get(kind) if isinstance(kind, str) else None
    if not isinstance(content, dict):
        return 131008, "type, and its content"
    if kind == "text":
        return _lengths({"text.body": (content.get("body"), 4096)})
    if kind == "interactive":
        return _check_interactive(content)
    if kind == "template":
        return _check_template(content, templates)
    media = kind in ("image", "audio", "video", "document", "sticker")
    return None if media and (content.get("id") or content.get("link")) else (131009, "type")


def _lengths(texts: Mapping[str, tuple[Any, int]]) -> Wrong | None:
    for name, (text, longest) in texts.items():
        if not isinstance(text, str) or not text:
            return 131008, name
        if len(text) > longest:
            return 131009, f"{name} may have {longest} characters"
    return None


def _check_interactive(content: Mapping[str, Any]) -> Wrong | None:
    action = content.get("action", {})
    wrong = _lengths({"body.text": (content.get("body", {}).get("text"), 1024)})
    if wrong is not None:
        return wrong
    if content.get("type") == "button":
        return _check_buttons([one.get("reply", {}) for one in action.get("buttons", [])])
    if content.get("type") != "list":
        return 131009, "interactive.type"
    sections = action.get("sections", [])
    rows = [row for section in sections for row in section.get("rows", [])]
    wrong = _lengths({"action.button": (action.get("button"), 20)})
    titled = all(len(one.get("title", "")) <= 24 for one in sections)
    if wrong is not None or not titled:
        return wrong or (131009, "section title")
    return _check_rows(rows) if 1 <= len(sections) <= 10 else (131009, "sections")


def _check_buttons(replies: list[Mapping[str, Any]]) -> Wrong | None:
    titles = [one.get("title") for one in replies]
    if not 1 <= len(replies) <= 3 or len(set(titles)) < len(titles):
        return 131009, "one to three buttons with different titles"
    checked = (
        _lengths({"title": (one.get("title"), 20), "id": (one.get("id"), 256)}) for one in replies
    )
    return next((wrong for wrong in checked if wrong is not None), None)


def _check_rows(rows: list[Mapping[str, Any]]) -> Wrong | None:
    ids = [row.get("id") for row in rows]
    if not 1 <= len(rows) <= 10 or len(set(ids)) < len(ids):
        return 131009, "one to ten rows with different ids"
    checked = (
        _lengths(
            {
                "title": (row.get("title"), 24),
                "id": (row.get("id"), 200),
                "description": (row.get("description", "-"), 72),
            }
        )
        for row in rows
    )
    return next((wrong for wrong in checked if wrong is not None), None)


def _check_template(content: Mapping[str, Any], templates: Mapping[str, int]) -> Wrong | None:
    name = str(content.get("name"))
    if name not in templates or not content.get("language", {}).get("code"):
        return 132001, "there is no such template in this language"
    parameters = [
        one
        for component in content.get("components", [])
        if component.get("type") == "body"
        for one in component.get("parameters", [])
    ]
    if len(parameters) != templates[name]:
        return 132000, f"{name} has {templates[name]} parameters"
    if any(_ONE_LINE.search(one.get("text", "")) for one in parameters):
        return 132012, "a parameter has no line breaks, tabs or four spaces"
    if sum(len(one.get("text", "")) for one in parameters) > 1024:
        return 132005, "the parameters are too long"
    return None


def routes(platform: Platform, graph: Graph) -> APIRouter:
    """The endpoints of the platform itself."""
    router = APIRouter()

    @router.post("/v{version}/{number}/messages")
    async def messages(version: str, number: str, request: Request) -> Response:
        del version
        return await graph.messages(number, request)

    @router.post("/v{version}/{number}/media")
    async def upload(version: str, number: str, request: Request) -> Response:
        del version
        return graph.token_wrong(request) or await _upload(platform, graph, number, request)

    @router.get("/v{version}/{media_id}")
    async def locate(version: str, media_id: str, request: Request) -> Response:
        del version
        return graph.token_wrong(request) or _locate(platform, graph, media_id, request)

    @router.get("/media/{media_id}/{key}")
    async def fetch(media_id: str, key: str, request: Request) -> Response:
        return graph.token_wrong(request) or _fetch(platform, media_id, key)

    return router


async def _upload(platform: Platform, graph: Graph, number: str, request: Request) -> Response:
    async with request.form() as form:
        file, given = form.get("file"), form.get("type")
        if number != platform.spec.phone_number_id or file is None or isinstance(file, str):
            return graph.error(131053, "the file, or the number")
        media_id = platform.keep_media(await file.read(), str(given or file.content_type))
    return JSONResponse({"id": media_id})


def _locate(platform: Platform, graph: Graph, media_id: str, request: Request) -> Response:
    """The first step of a download: an address that lives five minutes."""
    media = platform.media.get(media_id)
    if media is None:
        return graph.error(100, "there is no such media")
    key = secrets.token_urlsafe(16)
    media.urls[key] = time.time() + platform.spec.media_life
    found = {
        "url": f"{request.base_url}media/{media_id}/{key}",
        "mime_type": media.mime_type,
        "sha256": media.sha256,
        "file_size": len(media.content),
        "id": media_id,
        "messaging_product": "whatsapp",
    }
    return JSONResponse(found)


def _fetch(platform: Platform, media_id: str, key: str) -> Response:
    media = platform.media.get(media_id)
    if media is None or media.urls.get(key, 0.0) <= time.time():
        return Response(status_code=404)
    return Response(media.content, media_type=media.mime_type)
