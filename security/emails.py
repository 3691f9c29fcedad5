"""Finds e-mail addresses, also when they are spelt out or spaced apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.script import simplify
from security.folding import Finding

_LOCAL = r"(?<![a-z0-9._%+\-])[a-z0-9._%+\-]{1,64}"
_TOP = "(?:com|net|org|hk|edu|gov|io|co|cn|tw|uk|me|info|biz|asia|app|dev|us|au|ca|jp|sg|mo)"
_PLAIN = re.compile(rf"{_LOCAL} ?@ ?[a-z0-9\-]{{1,63}}(?:\.[a-z0-9\-]{{1,63}}){{1,5}}")
_SPACED = re.compile(
    rf"{_LOCAL}(?: ?\. ?[a-z0-9_\-]{{1,30}}){{0,3}} {{0,2}}@ {{0,2}}[a-z0-9\-]{{1,63}}"
    rf"(?: {{0,2}}[.。,] {{0,2}}[a-z0-9\-]{{1,30}}){{0,3}} {{0,2}}[.。,] {{0,2}}{_TOP}(?![a-z0-9])"
)
_AT = r"(?: {0,2}[(\[<]at[)\]>] {0,2}| at | ?(?:圈a|艾特|小老鼠|at符號) ?| ?@ ?)"
_DOT = r"(?: {0,2}[(\[<]dot[)\]>] {0,2}| dot | ?[點点] ?|\.)"
_SPELT = re.compile(
    simplify(
        rf"{_LOCAL}(?:(?: dot | underscore "
        rf"| ?[點点] ?)[a-z0-9]{{1,30}}){{0,3}}{_AT}[a-z0-9\-]{{1,40}}"
        rf"(?:{_DOT}[a-z0-9\-]{{1,30}}){{0,3}}{_DOT}{_TOP}(?![a-z0-9])"
    )
)


def find_emails(text: str) -> Iterator[Finding]:
    """Yield e-mail addresses in a folded text."""
    for pattern in (_PLAIN, _SPACED, _SPELT):
        for match in pattern.finditer(text):
            body = match[0].rstrip(".-")
            yield Finding(match.start(), match.start() + len(body), "EMAIL")
