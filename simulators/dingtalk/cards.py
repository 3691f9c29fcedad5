"""Interactive cards: created, delivered, written live, updated, clicked; within a number of calls a second."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from simulators.dingtalk.faults import Faults, error
from simulators.dingtalk.robot import Robot, body_of
from simulators.dingtalk.state import CORP, Card, Chat, Platform

_SPACE = "dtv1.card//"
TOO_MANY = "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"


class Cards:
    """Every card by the id that its sender gave it."""

    def __init__(self, platform: Platform, faults: Faults) -> None:
        self._platform = platform
        self._faults = faults

    async def create_and_deliver(self, body: dict[str, Any]) -> Response:
        problem = self._create(body)
        return problem or self._deliver(body)

    async def create(self, body: dict[str, Any]) -> Response:
        problem = self._create(body)
        return problem or _success({"outTrackId": body["outTrackId"]})

    async def deliver(self, body: dict[str, Any]) -> Response:
        return self._deliver(body)

    def _create(self, body: dict[str, Any]) -> Response | None:
        card_id, template = body.get("outTrackId"), body.get("cardTemplateId")
        if not card_id:
            return error(400, "param.outTrackIdEmpty")
        if not template:
            return error(400, "param.cardTemplateIdEmpty")
        if template not in self._platform.spec.templates:
            return error(400, "param.templateUnpublished")
        values = _values(body)
        if values is None:
            return error(400, "param.cardDataInvalid", "every value has to be a string")
        if card_id not in self._platform.cards:  # the same id again is the same card
            clicks = body.get("callbackType") == "STREAM"
            self._platform.cards[card_id] = Card(card_id, template, "", dict(values), clicks)
        return None

    def _deliver(self, body: dict[str, Any]) -> Response:
        card = self._platform.cards.get(str(body.get("outTrackId")))
        space = str(body.get("openSpaceId", ""))
        chat = self._chat(space)
        if card is None or chat is None:
            return error(400, "param.openSpaceIdInvalid")
        fault = self._faults.take("undelivered")
        failed = fault is not None or body.get("userIdType") not in (1, None) or not chat.robot_in
        if not failed and not card.conversation_id:
            card.conversation_id = chat.conversation_id
            card.carrier = uuid4().hex
            self._platform.show(chat, id=card.carrier, who="robot", form="card", card=card.id)
            self._changed(card)
        result = {
            "spaceId": space,
            "spaceType": space.removeprefix(_SPACE).partition(".")[0],
            "success": not failed,
            "errorMsg": "the card could not be delivered" if failed else "",
            "carrierId": "" if failed else card.carrier,
        }
        return _success({"outTrackId": card.id, "deliverResults": [result]})

    def _chat(self, space: str) -> Chat | None:
        kind, _, who = space.removeprefix(_SPACE).partition(".")
        if kind == "IM_GROUP":
            chat = self._platform.chats.get(who)
            return chat if chat is not None and chat.group else None
        return self._platform.staff(who) if kind == "IM_ROBOT" else None

    async def stream(self, body: dict[str, Any]) -> Response:
        """Write on a card live."""
        card = self._platform.cards.get(str(body.get("outTrackId")))
        if card is None or not body.get("guid"):
            return error(400, "param.outTrackIdEmpty")
        right_key = body.get("key") == self._platform.spec.templates[card.template]
        if not right_key or not card.takes_clicks or not isinstance(body.get("content"), str):
            return error(500, "unknownError")
        if card.finished:
            return error(400, "param.streamFinalized")
        text = body["content"]
        key = str(body["key"])
        card.values[key] = text if body.get("isFull") else card.values.get(key, "") + text
        card.finished = bool(body.get("isFinalize"))
        self._changed(card)
        return _success({})

    async def update(self, body: dict[str, Any]) -> Response:
        """Change what a card says."""
        card = self._platform.cards.get(str(body.get("outTrackId")))
        if card is None:
            return error(400, "param.outTrackIdEmpty")
        values = _values(body)
        if values is None:
            return error(400, "param.cardDataInvalid", "every value has to be a string")
        self.apply(card, values, merge=_by_key(body))
        return _success({})

    def apply(self, card: Card, values: dict[str, str], *, merge: bool) -> None:
        card.values = {**card.values, **values} if merge else dict(values)
        self._changed(card)

    def _changed(self, card: Card) -> None:
        key = self._platform.spec.templates[card.template]
        chat = self._platform.chats.get(card.conversation_id)
        self._platform.journal.write(
            "card",
            card=card.id,
            conversation=card.conversation_id,
            user=chat.members[0] if chat and not chat.group else "",
            text=card.values.get(key, ""),
            status=card.values.get("flowStatus", ""),
            buttons=card.values.get("buttons", ""),
            state=card.values.get("state", ""),
            final=card.finished,
        )

    def callback(self, card: Card, user: str, action: str, params: dict[str, str]) -> Any:
        """What the app is told about a click."""
        chat = self._platform.chats.get(card.conversation_id)
        content = {"cardPrivateData": {"actionIds": [action], "params": params}}
        return {
            "type": "actionCallback",
            "outTrackId": card.id,
            "corpId": CORP,
            "userId": user,
            "userIdType": 1,
            "spaceType": "IM_GROUP" if chat is not None and chat.group else "IM_ROBOT",
            "spaceId": card.conversation_id,
            "extension": "{}",
            "content": json.dumps(content, ensure_ascii=False),
        }


def answered(cards: Cards, card: Card, answer: dict[str, Any] | None) -> None:
    """Let a card show what the app answered to a click."""
    response = (answer or {}).get("response") or {}
    values = _values(response) if isinstance(response, dict) else None
    if values:
        cards.apply(card, values, merge=_by_key(response))


def routes(platform: Platform, cards: Cards, robot: Robot) -> APIRouter:
    """The endpoints of cards. All of them count towards the calls of a second."""
    router = APIRouter()

    def add(
        method: str, path: str, effect: Callable[[dict[str, Any]], Awaitable[Response]]
    ) -> None:
        async def endpoint(request: Request) -> Response:
            body = await body_of(request)

            async def limited() -> Response:
                if not platform.within_card_rate():
                    platform.journal.write("error", endpoint=path, status=403, cause="qps")
                    return error(403, TOO_MANY)
                return await effect(body)

            return await robot.call(request, limited)

        router.add_api_route(path, endpoint, methods=[method])

    add("POST", "/v1.0/card/instances/createAndDeliver", cards.create_and_deliver)
    add("POST", "/v1.0/card/instances/deliver", cards.deliver)
    add("POST", "/v1.0/card/instances", cards.create)
    add("PUT", "/v1.0/card/instances", cards.update)
    add("PUT", "/v1.0/card/streaming", cards.stream)
    return router


def _by_key(body: dict[str, Any]) -> bool:
    return bool((body.get("cardUpdateOptions") or {}).get("updateCardDataByKey"))


def _values(body: dict[str, Any]) -> dict[str, str] | None:
    """What a card is to say; None when that is not a table of texts."""
    data = body.get("cardData")
    values = data.get("cardParamMap", {}) if isinstance(data, dict) else {}
    if not isinstance(values, dict) or not all(isinstance(one, str) for one in values.values()):
        return None
    return values


def _success(result: dict[str, Any]) -> Response:
    return JSONResponse({"success": True, "result": result})
