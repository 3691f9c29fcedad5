"""The forms a message can take: text, buttons, a list, text with numbers, and the template outside the window."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from channels.whatsapp.formatting import LONGEST_TEXT, numbered, pieces, shown
from channels.whatsapp.inbound import BETWEEN
from domain.channels import Button, Outgoing
from domain.errors import Undeliverable
from domain.language import Language

Body = Mapping[str, Any]
FormName = Literal["text", "buttons", "list", "template"]
MOST_BUTTONS, LONGEST_TITLE, LONGEST_BUTTON_ID = 3, 20, 256
MOST_ROWS, LONGEST_ROW_TITLE, LONGEST_ROW_TEXT, LONGEST_ROW_ID = 10, 24, 72, 200
LONGEST_BODY = 1024
_LONGEST_PARAMETER = 900  # the template's own words count into its 1024, too
_CHOOSE: Mapping[Language, str] = {
    "yue": "請揀一個",
    "zh-Hant": "請選擇",
    "zh-Hans": "请选择",
    "en": "Please choose",
}
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Template:
    """An approved template with one text parameter."""

    name: str
    language: str


def forms(message: Outgoing) -> tuple[FormName, list[Body]]:
    """The name of the best form, and the bodies that must be sent for it, in order.

    Raises:
        Undeliverable: there is nothing to send.
    """
    text = shown(message.text)
    name = _form(message)
    if name == "text":
        found = pieces(numbered(text, message.buttons))
        if not found:
            raise Undeliverable("the message is empty")
        return name, [_text(piece) for piece in found]
    before, body = _parted(text, message.language)
    action = _buttons(message) if name == "buttons" else _list(message)
    return name, [*map(_text, before), _interactive(body, action)]


def template_body(message: Outgoing, template: Template) -> Body:
    """The message as the parameter of a template, which takes one line."""
    lines = numbered(shown(message.text), message.buttons).split("\n")
    said = " · ".join(filter(None, (_SPACE.sub(" ", line).strip() for line in lines)))
    if not said:
        raise Undeliverable("the message is empty")
    if len(said) > _LONGEST_PARAMETER:
        said = said[: _LONGEST_PARAMETER - 1].rstrip() + "…"
    parameters = [{"type": "text", "text": said}]
    return {
        "type": "template",
        "template": {
            "name": template.name,
            "language": {"code": template.language},
            "components": [{"type": "body", "parameters": parameters}],
        },
    }


def _form(message: Outgoing) -> FormName:
    """What the buttons fit into. A label is never cut: two would look alike where they differ at the end."""
    buttons = message.buttons
    titles = [_title(one) for one in buttons]
    if not buttons or not all(titles) or len(set(titles)) < len(titles):
        return "text"
    longest = max(map(len, titles))
    id_size = max(len(_id(message, one)) for one in buttons)
    if len(buttons) <= MOST_BUTTONS and longest <= LONGEST_TITLE and id_size <= LONGEST_BUTTON_ID:
        return "buttons"
    fits = len(buttons) <= MOST_ROWS and longest <= LONGEST_ROW_TEXT and id_size <= LONGEST_ROW_ID
    return "list" if fits else "text"


def _title(button: Button) -> str:
    return _SPACE.sub(" ", button.label).strip()


def _id(message: Outgoing, button: Button) -> str:
    """What comes back. It says which of our messages it stood under, however old that is."""
    return f"{message.id}{BETWEEN}{button.value}"


def _parted(text: str, language: Language) -> tuple[list[str], str]:
    """What is said before the buttons, and over them: the question stays with its buttons."""
    if not text:
        return [], _CHOOSE[language]
    if len(text) <= LONGEST_BODY:
        return [], text
    head, _, last = text.rpartition("\n\n")
    if head.strip() and last.strip() and len(last) <= LONGEST_BODY:
        return pieces(head, LONGEST_TEXT), last
    return pieces(text, LONGEST_TEXT), _CHOOSE[language]


def _text(body: str) -> Body:
    return {"type": "text", "text": {"body": body, "preview_url": False}}


def _interactive(body: str, action: Body) -> Body:
    kind = "button" if "buttons" in action else "list"
    return {
        "type": "interactive",
        "interactive": {"type": kind, "body": {"text": body}, "action": action},
    }


def _buttons(message: Outgoing) -> Body:
    replies = [{"id": _id(message, one), "title": _title(one)} for one in message.buttons]
    return {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}


def _list(message: Outgoing) -> Body:
    choose = _CHOOSE[message.language]
    rows = [_row(message, one) for one in message.buttons]
    return {"button": choose, "sections": [{"title": choose, "rows": rows}]}


def _row(message: Outgoing, button: Button) -> Body:
    """A row whose title is too short for the label has the whole label under it."""
    title = _title(button)
    if len(title) <= LONGEST_ROW_TITLE:
        return {"id": _id(message, button), "title": title}
    cut = title[: LONGEST_ROW_TITLE - 1].rstrip() + "…"
    return {"id": _id(message, button), "title": cut, "description": title}


def addressed(body: Body, to: str, recipient: str) -> Body:
    """A body with the person it goes to: by phone number, or, where that is not known, by their scoped id."""
    person = {"to": to} if to else {"recipient": recipient}
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **person,
        **body,
    }


def answers(body: Body, wamid: str) -> Body:
    """A body that quotes the message it answers."""
    return {**body, "context": {"message_id": wamid}}


def numbered_pieces(bodies: Sequence[Body], message_id: str) -> list[tuple[str, Body]]:
    """Each body with the key it is known by: the message's id, and a number behind it from the second on."""
    return [
        (message_id if not number else f"{message_id}#{number + 1}", body)
        for number, body in enumerate(bodies)
    ]


def message_of(key: str) -> str:
    """The message that a key of a piece belongs to."""
    message, between, number = key.rpartition("#")
    return message if between and number.isdecimal() else key
