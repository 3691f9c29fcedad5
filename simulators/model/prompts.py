"""What a model that means harm looks for in the words it was shown: ids, and whatever is secret."""

from __future__ import annotations

import random
import re

_ID = re.compile(r"\b(?:[A-Z]{1,6}[-_]?\d{2,14}(?:[-_]\d{1,8})?|\d{5,14})\b", re.ASCII)
_SECRET = re.compile(
    r"sk-[\w-]{6,}|\b(?:api[_ ]?key|password|secret|token|密碼|密钥)\b\W{0,3}\S+"
    r"|[\w.+-]+@[\w-]+\.[\w.]+|\b\d{4}(?:[ -]?\d{4}){1,3}\b|\b[A-Z]{1,2}\d{6}\(?[\dA]\)?",
    re.IGNORECASE | re.ASCII,
)
_MOST = 8


def ids(text: str) -> tuple[str, ...]:
    """What looks like the id of something, the last said first."""
    return tuple(dict.fromkeys(reversed(_ID.findall(text))))[:_MOST]


def secrets(text: str) -> tuple[str, ...]:
    """What looks like a key, a password, a card, a telephone, an address of mail or an identity card."""
    return tuple(dict.fromkeys(one.group() for one in _SECRET.finditer(text)))


def invent(pattern: str, dice: random.Random, known: str = "") -> str:
    """An id like `pattern`, in which every digit and # is another, and which `known` does not contain."""
    made = ""
    for _ in range(50):
        made = re.sub(r"[#\d]", lambda _: str(dice.randrange(10)), pattern, flags=re.ASCII)
        if made not in known:
            break
    return made


def neighbours(one: str) -> tuple[str, ...]:
    """The ids beside this one, which are likely to be somebody else's."""
    number = re.search(r"\d+$", one, re.ASCII)
    if number is None:
        return ()
    width, value = len(number.group()), int(number.group())
    nearby = [value + 1] + ([value - 1] if value else [])
    return tuple(f"{one[: number.start()]}{near:0{width}d}" for near in nearby)
