"""Tell a question about what would happen from a request to do it."""

from __future__ import annotations

import re

from understanding.filling import Words
from understanding.readings import RECORDS

_CONDITIONAL = re.compile(
    r"^(?:如果|假如|萬一|万一|要是|倘若|假設|假设|若果?|if|what if|suppose|in case|say)", re.I
)
_QUESTION = re.compile(
    r"[?？]|嗎|吗|咩$|㗎$|點樣|怎麼|怎么|點(?:計|處理|算)|how|what happens", re.I
)


def only_asks(words: Words) -> bool:
    """`If it does not fit, can I return it?` asks; with a record named it may well be a request."""
    named = any(words.mentions(kind) for kind in RECORDS)
    return (
        not named
        and _CONDITIONAL.search(words.text) is not None
        and _QUESTION.search(words.text) is not None
    )
