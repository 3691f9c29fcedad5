"""Which Chinese script a text is written in, and how to turn one into the other."""

from __future__ import annotations

import re

from opencc import OpenCC

_TO_SIMPLIFIED = OpenCC("t2s")
_TO_TRADITIONAL = OpenCC("s2hk")
_SENDABLE = re.compile("[^\ud800-\udfff]+")  # OpenCC refuses lone surrogates
# Characters that are old enough to be in Big5 but that only Simplified writers use today.
_MODERN_SIMPLIFIED = set("万与价优体儿党听坏宁庄怀惊据机极构柜洁种确离筑触赶适网虫么")


def _changed(convert: OpenCC) -> dict[str, str]:
    chars = [chr(code) for code in range(0x3400, 0xA000)]
    # One per line, so that no phrase rule sees two of them together.
    converted: list[str] = convert.convert("\n".join(chars)).split("\n")
    pairs = zip(chars, converted, strict=True)
    return {a: b for a, b in pairs if a != b and len(b) == 1 and ord(b) < 0x10000}


def _in_big5(char: str) -> bool:
    try:
        char.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


_SIMPLIFIED_OF = _changed(_TO_SIMPLIFIED)
_TABLE = str.maketrans(_SIMPLIFIED_OF)
TRADITIONAL_ONLY = frozenset(_SIMPLIFIED_OF)
SIMPLIFIED_ONLY = frozenset(
    char
    for char in _changed(OpenCC("s2t"))
    if char not in TRADITIONAL_ONLY and (char in _MODERN_SIMPLIFIED or not _in_big5(char))
)


def simplify(text: str) -> str:
    """Return the text with each Traditional character made Simplified, at the same length."""
    return text.translate(_TABLE)


def script_balance(text: str) -> int:
    """Count Traditional-only characters minus Simplified-only ones."""
    traditional = sum(char in TRADITIONAL_ONLY for char in text)
    return traditional - sum(char in SIMPLIFIED_ONLY for char in text)


def to_traditional(text: str) -> str:
    """Rewrite Simplified text as Hong Kong Traditional; leave Traditional text alone."""
    # Converting what is already Traditional would damage names such as 鄉里 or 系.
    if not any(char in SIMPLIFIED_ONLY for char in text):
        return text
    return _SENDABLE.sub(lambda part: str(_TO_TRADITIONAL.convert(part[0])), text)


def to_simplified(text: str) -> str:
    """Rewrite Traditional text as Simplified, keeping Cantonese characters readable."""
    return _SENDABLE.sub(lambda part: _simplified_phrase(part[0]), text)


def _simplified_phrase(text: str) -> str:
    converted = str(_TO_SIMPLIFIED.convert(text))
    if len(converted) != len(text):
        return converted
    # OpenCC turns 嗰 into a character that few fonts can show.
    pairs = zip(text, converted, strict=True)
    return "".join(old if ord(new) > 0xFFFF else new for old, new in pairs)
