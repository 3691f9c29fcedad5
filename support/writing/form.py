"""Looks at the form of what a model wrote: language, length, markup, echoes (facts.py looks at what it says)."""

from __future__ import annotations

import re
import unicodedata

from domain.language import Language, detect
from domain.script import SIMPLIFIED_ONLY, TRADITIONAL_ONLY

LONGER = 2.5
SPARE = 80
ECHO = 24  # so many characters of the prompt in a row are no accident
_MARKUP = re.compile(
    r"</?[a-z][^>]*>|<\||\|>|```|\*\*|__|^\s*#{1,6}\s|\]\(|^\s*\|.*\||<!--|^\s*[-*•]\s|\{\s*[\"']|[\"']\s*:\s*[\[{\"]"
    r"|\\[nu]|&[a-z]+;|\btool_calls?\b|\bfunction_call\b|\"?arguments\"?\s*[:=]|^\s*[\[{]|\{\{|\}\}",
    re.IGNORECASE | re.MULTILINE,
)
_SPEAKER = re.compile(
    r"^\s*(?:assistant|user|system|customer|draft|reply|答覆|回覆|草稿|回复)\s*[:：]"
    r"|^\s*(?:sure|certainly|here(?:'s| is) )|以下[是係]|改[寫写](?:如下|後|后)|draft",
    re.IGNORECASE,
)
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn"}
_PLACEHOLDER = re.compile(r"\[[A-Z_]{2,}\]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_SHARE = 0.25
_WORDS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_FEW_FOREIGN = 2
_SURE = 0.7


def misshapen(draft: str, template: str, language: Language, system: str = "") -> list[str]:
    """Why the form of a draft is not acceptable; empty when it is."""
    checks = {
        "empty": not draft.strip(),
        "length": too_long(draft, template),
        "markup": bool(_MARKUP.search(draft)) and not _MARKUP.search(template),
        "speaker": bool(_SPEAKER.search(draft)) and not _SPEAKER.search(template),
        "hidden": _hidden(draft) - _hidden(template) != set(),
        "placeholder": not set(_PLACEHOLDER.findall(draft)) <= set(_PLACEHOLDER.findall(template)),
        "echo": bool(system) and echoes(draft, system, template),
        "language": not speaks(draft, template, language),
    }
    return [reason for reason, wrong in checks.items() if wrong]


def too_long(draft: str, template: str) -> bool:
    """Longer than any honest rewording of the template."""
    return len(draft) > LONGER * len(template) + SPARE


def echoes(draft: str, system: str, template: str) -> bool:
    """Does the draft repeat a stretch of the instructions that the template does not have?"""
    text, told, own = (re.sub(r"\s+", " ", one).lower() for one in (draft, system, template))
    pieces = (text[at : at + ECHO] for at in range(max(0, len(text) - ECHO + 1)))
    return any(piece in told and piece not in own for piece in pieces)


def speaks(draft: str, template: str, language: Language) -> bool:
    """Is the draft in the customer's language and script, with no letters of any other?"""
    if _letters(draft) - _letters(template):
        return False
    own = {word.lower() for word in _LATIN_WORD.findall(template)}
    if language == "en":
        han = set(re.findall("[\u3400-\u9fff]", draft))
        return han <= set(re.findall("[\u3400-\u9fff]", template))
    foreign = {word.lower() for word in _LATIN_WORD.findall(draft)} - own
    if len(foreign) > _FEW_FOREIGN or not re.search("[\u3400-\u9fff]", draft):
        return False
    other = TRADITIONAL_ONLY if language == "zh-Hans" else SIMPLIFIED_ONLY
    if any(char in other and char not in template for char in draft):
        return False
    # The names in an answer are not Cantonese; only a draft that is surely something else is refused.
    seen, usual = detect(draft, language), detect(template, language)
    written = (seen.language == "yue") == (language == "yue")
    return written or seen.confidence < _SURE or seen.language == usual.language


def keeps_to(draft: str, template: str) -> bool:
    """Does the draft still say what the template says, going by its words?"""
    said, true = (set(_WORDS.findall(one.lower())) for one in (draft, template))
    return not true or len(said & true) / min(len(said) or 1, len(true)) >= _SHARE


def _letters(text: str) -> set[str]:
    """Letters that are neither Latin nor Han: look-alikes and other scripts; and pictures."""
    return {
        char
        for char in text
        if unicodedata.category(char)[0] in "LS"
        and not char.isascii()
        and not "\u3400" <= char <= "\u9fff"
        and not "\U00020000" <= char <= "\U0003ffff"
        and not "\uff00" <= char <= "\uffef"
        and char not in "…·～€£¥°"
    }


def _hidden(text: str) -> set[str]:
    return {char for char in text if unicodedata.category(char) in _HIDDEN and char != "\n"}
