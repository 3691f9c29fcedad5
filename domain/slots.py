"""The values a tool takes; one that cannot be read counts as not said, so the customer is asked."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

_WHOLE = re.compile(r"\d{1,6}")


def _text(value: object) -> str | None:
    text = "" if value is None else str(value).strip()
    return text or None


def _count(value: object) -> int | None:
    text = _text(value)
    if text is None or _WHOLE.fullmatch(text) is None:
        return None
    return int(text) or None


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat((_text(value) or "")[:10])
    except ValueError:
        return None


Text = Annotated[str | None, BeforeValidator(_text)]
Count = Annotated[int | None, BeforeValidator(_count)]
Day = Annotated[date | None, BeforeValidator(_day)]


class ToolRequest(BaseModel):
    """What a tool takes. Slots that it does not know are left alone."""

    model_config = ConfigDict(extra="ignore")
