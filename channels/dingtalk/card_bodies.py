"""The bodies of the card calls. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from channels.dingtalk.failures import Refused
from domain.channels import Button

PROCESSING, TYPING, FINISHED, FAILED = "1", "2", "3", "5"
NOT_DELIVERED = "not_delivered"


@dataclass(frozen=True)
class Template:
    """A template of the card builder, and its variable that can be typed into."""

    id: str
    key: str = "content"


@dataclass(frozen=True)
class Card:
    """What a card shows, and where: `space` is the part of its address behind `dtv1.card//`."""

    id: str
    space: str
    title: str
    content: str
    buttons: tuple[Button, ...] = ()
    mention: Mapping[str, str] = field(default_factory=dict)


def whole(card: Card, template: Template) -> dict[str, str]:
    """All that a finished card says. Every value is a string, or the platform refuses it."""
    return {
        "flowStatus": FINISHED,
        "title": card.title,
        template.key: card.content,
        "buttons": _buttons(card.buttons),
        "state": "open",
    }


def empty(card: Card, template: Template) -> dict[str, str]:
    """A card that is about to be typed into; nothing can be pressed before it was read."""
    blank = {"flowStatus": PROCESSING, template.key: "", "buttons": "[]"}
    return whole(card, template) | blank


def _buttons(buttons: Iterable[Button]) -> str:
    listed = [{"value": one.value, "label": one.label} for one in buttons]
    return json.dumps(listed, ensure_ascii=False)


def created(card: Card, template: Template, robot: str, data: Mapping[str, str]) -> dict[str, Any]:
    """Make a card and deliver it. Without `callbackType` it could not be typed into, nor pressed."""
    return {
        "cardTemplateId": template.id,
        "outTrackId": card.id,
        "callbackType": "STREAM",
        "userIdType": 1,
        "cardData": {"cardParamMap": dict(data)},
        "openSpaceId": f"dtv1.card//{card.space}",
        **_space(card, robot),
    }


def _space(card: Card, robot: str) -> dict[str, Any]:
    space: dict[str, Any] = {"supportForward": True}
    deliver: dict[str, Any] = {"robotCode": robot}
    if card.space.startswith("IM_GROUP."):
        if card.mention:
            deliver["atUserIds"] = dict(card.mention)
        return {"imGroupOpenSpaceModel": space, "imGroupOpenDeliverModel": deliver}
    space["lastMessageI18n"] = {"ZH_CN": card.title}
    deliver["spaceType"] = "IM_ROBOT"
    return {"imRobotOpenSpaceModel": space, "imRobotOpenDeliverModel": deliver}


def updated(card_id: str, data: Mapping[str, str]) -> dict[str, Any]:
    """Change some of a card's data and leave the rest."""
    return {
        "outTrackId": card_id,
        "cardData": {"cardParamMap": dict(data)},
        "cardUpdateOptions": {"updateCardDataByKey": True},
    }


def typed(card_id: str, template: Template, content: str, *, last: bool = False) -> dict[str, Any]:
    """Show so much of the content; `last` ends the typing."""
    return {
        "outTrackId": card_id,
        "guid": uuid4().hex,
        "key": template.key,
        "content": content,
        "isFull": True,
        "isFinalize": last,
        "isError": False,
    }


def carrier(found: Mapping[str, Any]) -> str:
    """The id of the message that carries a new card.

    Raises:
        Refused: it was not delivered, which can stand inside an answer that says yes.
    """
    result = found.get("result")
    listed = result.get("deliverResults") if isinstance(result, dict) else None
    results = [one for one in listed or [] if isinstance(one, dict)]
    if not results or not all(one.get("success") for one in results):
        raise Refused("createAndDeliver", NOT_DELIVERED)
    return str(results[0].get("carrierId") or "")
