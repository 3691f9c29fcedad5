"""The frames of Stream mode: what the gateway sends over the socket, and how it is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.dingtalk.members import decoded, word
from domain.errors import InputError

MESSAGES = "/v1.0/im/bot/messages/get"
CLICKS = "/v1.0/card/instances/callback"
SUBSCRIPTIONS = (
    {"type": "EVENT", "topic": "*"},
    {"type": "CALLBACK", "topic": MESSAGES},
    {"type": "CALLBACK", "topic": CLICKS},
)


@dataclass(frozen=True)
class Frame:
    """One frame. `data` is still the string it came as: only who needs it decodes it."""

    type: str
    topic: str
    id: str
    data: str = ""
    headers: Mapping[str, Any] = field(default_factory=dict)

    def decoded(self) -> dict[str, Any]:
        """What the data says.

        Raises:
            InputError: it is not the JSON of an object.
        """
        return decoded(self.data, "the data of the frame")


def parse_frame(raw: str | bytes) -> Frame:
    """The frame in a WebSocket message; headers and members that are not known are left alone.

    Raises:
        InputError: it is no frame.
    """
    found = decoded(raw, "the frame")
    headers = found.get("headers")
    if not isinstance(headers, dict):
        raise InputError("the frame has no headers")
    data = found.get("data")
    text = data if isinstance(data, str) else json.dumps(data if data is not None else {})
    return Frame(
        word(found, "type"), word(headers, "topic"), word(headers, "messageId"), text, headers
    )


def answer(frame: Frame, data: object, code: int = 200, message: str = "OK") -> str:
    """The acknowledgement of a frame, ready to be sent."""
    headers = {"contentType": "application/json", "messageId": frame.id}
    text = data if isinstance(data, str) else json.dumps(data)
    return json.dumps({"code": code, "headers": headers, "message": message, "data": text})
