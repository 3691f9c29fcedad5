"""From a card callback to an arrival: somebody pressed a button."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from channels.dingtalk.members import clean, identifier, table, word
from channels.dingtalk.messages import CHANNEL
from domain.channels import Address, Arrival, Click, Part, Sender
from domain.errors import InputError

_PLACES = ("value", "actionData", "content")
_VALUES = ("value", "actionValue", "score")
_ACTIONS = ("actionId", "eventKey")


def parse_click(raw: Mapping[str, Any], robot: str, sent_at: datetime) -> Arrival:
    """The arrival in a card callback.

    Its address names only the bot. The card is one of our messages, so whoever keeps those knows the conversation,
    and nothing that a client could change has to say it.

    Raises:
        InputError: names what is missing.
    """
    card, user = identifier(raw, "outTrackId"), identifier(raw, "userId")
    if not card or not user:
        raise InputError(f"the card callback has no {'userId' if card else 'outTrackId'}")
    inside = list(_tables(raw))
    value = _value(inside)
    if not value:
        raise InputError("the card callback does not say which button was pressed")
    comment = clean(next(filter(None, (word(one, "comment") for one in inside)), ""))
    return Arrival(
        external_id=_once(card, user, value),
        address=Address(CHANNEL, robot, thread=""),
        sender=Sender(user, organisation=word(raw, "corpId")),
        sent_at=sent_at,
        parts=(Part("text", comment),) if comment else (),
        click=Click(value, card),
        route={"staff": user, "robot": robot},
    )


def _once(card: str, user: str, value: str) -> str:
    """The same for every delivery, and every repetition, of one person's press of one button."""
    return "click-" + hashlib.sha256(json.dumps([card, user, value]).encode()).hexdigest()


def _tables(raw: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every place where clients were seen to put what was pressed, the usual ones first."""
    for root in (*(table(raw.get(place)) for place in _PLACES), raw):
        private = table(root.get("cardPrivateData"))
        for holder in (private, root):
            for name in ("params", "formData"):
                inner = table(holder.get(name))
                yield inner
                yield table(inner.get("form"))
        yield private
        yield root


def _value(places: list[Mapping[str, Any]]) -> str:
    for place in places:
        for name in _VALUES:
            found = place.get(name)
            if isinstance(found, str | int) and not table(found):
                return str(found)
    for place in places:
        ids = place.get("actionIds")
        if isinstance(ids, list) and ids and isinstance(ids[0], str):
            return ids[0]
    named = (word(place, name) for place in places for name in _ACTIONS)
    return next(filter(None, named), "")
