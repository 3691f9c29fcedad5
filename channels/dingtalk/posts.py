"""Messages that are no cards: by the webhook of the session while it lives, by the open API after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import structlog
from prometheus_client import Counter

from channels.dingtalk.api import Api
from channels.dingtalk.failures import Refused, SessionGone
from channels.dingtalk.markdown import harmless, numbered, pieces, plain, spaced, title
from channels.dingtalk.members import moment
from domain.channels import Outgoing, Receipt
from domain.errors import Undeliverable
from domain.ports import Clock

log = structlog.get_logger()
_SESSIONS = Counter("nightdesk_dingtalk_sessions_gone", "Session webhooks gone before their time")
_MARGIN = timedelta(seconds=30)
_OPAQUE = "$:"  # how the encrypted ids begin, which no call takes for a person
_REMEMBERED = 1000
Form = Literal["markdown", "text"]


@dataclass(frozen=True)
class Place:
    """Where a reply goes, worked out from the message it answers, or from the address when there is none."""

    thread: str
    group: bool
    staff: str
    nick: str
    webhook: str


def place_of(message: Outgoing, now: datetime) -> Place:
    """Where a message goes."""
    route, address = message.route, message.address
    group = address.group or route.get("group") == "1"
    person = "" if address.user.startswith(_OPAQUE) else address.user
    webhook = route.get("webhook", "")
    forever = datetime.max.replace(tzinfo=UTC)
    if moment(route.get("webhook_expires"), forever) <= now + _MARGIN:
        webhook = ""
    return Place(
        thread=address.thread or route.get("thread", ""),
        group=group,
        staff=route.get("staff", "") or person,
        nick=route.get("nick", ""),
        webhook=webhook,
    )


class Posts:
    """Hands single messages over."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock

    async def post(self, place: Place, title: str, text: str, *, mention: bool) -> tuple[str, Form]:
        """Post one piece; returns the platform's id, if it gave one, and the form it took.

        Raises:
            Undeliverable: nobody can be reached there.
            UpstreamError: it may work later, or its effect is unknown.
        """
        try:
            return await self._post(place, "markdown", title, text, mention), "markdown"
        except Refused as error:
            log.info("dingtalk_markdown_refused", cause=str(error))
        return await self._post(place, "text", title, plain(text), mention), "text"

    async def _post(self, place: Place, form: Form, title: str, text: str, mention: bool) -> str:
        if place.webhook:
            try:
                await self._api.session_webhook(
                    place.webhook, _webhook_body(place, form, title, text, mention)
                )
                return ""
            except SessionGone:
                _SESSIONS.inc()
        key, param = _param(form, title, text)
        if place.group:
            return await self._api.send_to_group(place.thread, key, param)
        if not place.staff:
            raise Undeliverable("the session is over, and the person has no staff id to write to")
        return await self._api.send_to_person(place.staff, key, param)


class Pieces:
    """Posts whole messages, in as many pieces as they need, with their buttons as a numbered list.

    The same message again goes on where it stopped, as far as this process remembers.
    """

    def __init__(self, posts: Posts) -> None:
        self._posts = posts
        self._posted: dict[str, list[str]] = {}

    def begun(self, message_id: str) -> bool:
        """True for a message of which something was posted: it must go on like that."""
        return message_id in self._posted

    async def post(self, message: Outgoing, place: Place) -> Receipt:
        """Post what is not posted yet; the first piece mentions whom it answers."""
        safe = harmless(message.text)
        heading = title(safe, message.language)
        ids = self._posted.setdefault(message.id, [])
        form: Form = "markdown"
        for number, piece in enumerate(pieces(spaced(numbered(safe, message.buttons)))):
            if number < len(ids):
                continue  # posted before a later piece failed
            given, form = await self._posts.post(place, heading, piece, mention=number == 0)
            ids.append(given)
        self._forget_old()
        return Receipt(tuple(filter(None, ids)), form)

    def _forget_old(self) -> None:
        while len(self._posted) > _REMEMBERED:
            self._posted.pop(next(iter(self._posted)))


def _webhook_body(
    place: Place, form: Form, title: str, text: str, mention: bool
) -> Mapping[str, Any]:
    at: dict[str, Any] = {}
    if mention and place.group and place.staff:
        # The id has to stand in the text, too, or the mention is not shown.
        text = f"@{place.staff}\n\n{text}"
        at = {"at": {"atUserIds": [place.staff], "isAtAll": False}}
    if form == "markdown":
        return {"msgtype": "markdown", "markdown": {"title": title, "text": text}, **at}
    return {"msgtype": "text", "text": {"content": text}, **at}


def _param(form: Form, title: str, text: str) -> tuple[str, dict[str, str]]:
    if form == "markdown":
        return "sampleMarkdown", {"title": title, "text": text}
    return "sampleText", {"content": text}
