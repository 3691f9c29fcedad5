"""Read how many pieces and how many guests a message speaks of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from understanding.dates import dates
from understanding.normalise import both_scripts, chinese_number
from understanding.other_numbers import blanked
from understanding.spoken import view

_ANY_DAY = datetime(2025, 1, 1)  # noqa: DTZ001 - only where dates stand matters here


@dataclass(frozen=True)
class Amount:
    """A number of things, and where the message says so."""

    value: int
    start: int
    end: int


_COUNTER = (
    r"(?:隻|只|件(?!事)|張(?!單|發票|收據|床|訂單)|條(?!數)|套|部(?!分|份)|盒|箱|支|樽|包|袋|"
    r"對|把|枝|本(?!人)|罐|"
    r"瓶|粒|塊(?!錢)|卷|排|枚|片|束|盆|串|頂|盞|筒|雙|台|臺|條|"
    r"個(?!月|星期|禮拜|鐘|小時|鐘頭|人|大人|成人|小朋友|細路|仔|客|問題|字|號碼|電話|地址|名|"
    r"單|訂單|位|晚|工作|巴仙|"
    r"半|女|抬頭|禮拜|child|adult)|份|單位)"
)
_EN_COUNTER = (
    r"(?:pcs?|pieces?|pc|units?|sets?|pairs?|boxe?s?|packs?|items?|copies|bottles?|cartons?|ea)\b"
)
_NOT_PLURAL = (
    r"(?:days?|weeks?|months?|hours?|hrs|minutes?|mins|nights?|guests?|people|persons?|"
    r"adults?|kids|years?|"
    r"children|dollars?|bucks|digits?|times|inches|orders?|invoices?|e?mails?|messages?|"
    r"rooms?|beds?|"
    r"working|business|business days|percent|stars?|floors?|seconds?|cents|pages|questions?|"
    r"things|pm|am|is|was|"
    r"has|this|us|parcels?|packages?|calls?|shops?|stores?|numbers?|codes?|always|plus)\b"
)
_N = (
    r"(?<![\d.$#/:+-])(?<!\d,)(?<![a-z])(?<![a-z]-)"
    r"(?P<n>\d{1,3}(?:,\d{3})+(?!\d)|\d{1,6})(?![\d:/])(?!,\d{3})(?!\.\d)"
)
_QUANTITY = [
    re.compile(both_scripts(pattern), re.ASCII)
    for pattern in (
        r"(?<!\d)(?P<half>半|half a )\s?(?:打|dozen)",
        rf"(?:{_N}|(?<![a-z])(?P<a>a)) ?(?P<dozen>打|dozen)",
        rf"{_N}\s?{_COUNTER}",
        rf"{_N} ?{_EN_COUNTER}",
        rf"{_N} of (?:them|these|those|it|the|each|your)\b",
        rf"(?:\bqty|quantity|數量|訂購數|件數)\s*(?:係|是|為|改成|改做|:|：|=|of|is|to)?\s*{_N}",
        rf"(?<![a-z0-9])[x×*]\s?{_N}",
        rf"{_N}\s?[x×](?![a-z0-9])",
        rf"(?:\border|\bbuy|\bneed|\bwant|\bget|\btake|要|買|訂|攞|入)\s?(?:about |around |"
        rf"up to |成|返|番|大概|大約)?{_N}"
        rf"(?=\s*(?:$|[,，。.!?？]|please|pls|thanks|more))",
        rf"{_N} (?:more )?(?:[a-z-]+ ){{0,2}}?(?!{_NOT_PLURAL})[a-z-]{{2,}}s\b(?<!ss)(?! ago|"
        rf" later)",
        r"(?P<couple>a couple of) (?!days|nights|weeks|hours|minutes|questions|things|months)",
    )
]
_WANTS_ONE = re.compile(
    both_scripts(r"(?:要|買|退|換|訂|落|來|攞|加|減|取消|返|多|各|first|得|剩)\s?$"), re.ASCII
)
_BARE = re.compile(r"\D{0,4}(\d{1,6})\D{0,6}", re.ASCII)


def quantities(text: str, taken: list[tuple[int, int]] | None = None) -> list[Amount]:
    """Every number of pieces. `taken` are places that are known to be something else."""
    seen, plain = view(text), _without_other_numbers(text, taken or [])
    found: list[Amount] = []
    used: list[tuple[int, int]] = []
    for pattern in _QUANTITY:
        for match in pattern.finditer(plain):
            low, high = match.span()
            if any(a < high and low < b for a, b in used) or not _counts(match, plain):
                continue
            used.append((low, high))
            found.append(Amount(_pieces(match), *seen.span(low, high)))
    return sorted((one for one in found if one.value > 0), key=lambda one: one.start)


def quantity(
    text: str, taken: list[tuple[int, int]] | None = None, *, expected: bool = False
) -> int | None:
    """How many pieces are spoken of. `expected`: it was asked for, so a bare number will do."""
    found = quantities(text, taken)
    if found:
        return found[0].value
    bare = _BARE.fullmatch(view(text).text.strip()) if expected else None
    return int(bare[1]) if bare and int(bare[1]) else None


def _counts(match: re.Match[str], plain: str) -> bool:
    """有一個問題 orders nothing: a single one counts only after a verb that takes it."""
    found = match.groupdict()
    if found.get("n") != "1" or not match[0].endswith(("个", "件", "份", "条", "位", "张")):
        return True
    return bool(_WANTS_ONE.search(plain[: match.start()]))


def _pieces(match: re.Match[str]) -> int:
    found = match.groupdict()
    if found.get("half"):
        return 6
    if found.get("couple"):
        return 2
    return int((found.get("n") or "1").replace(",", "")) * (12 if found.get("dozen") else 1)


def _without_other_numbers(text: str, taken: list[tuple[int, int]]) -> str:
    """The view of a message with dates, money, codes and so on blanked."""
    plain, seen = blanked(text), view(text)
    places = taken + [(mention.start, mention.end) for mention in dates(text, _ANY_DAY)]
    return "".join(
        " " if any(low <= seen.starts[at] < high for low, high in places) else char
        for at, char in enumerate(plain)
    )


_GUESTS = re.compile(
    both_scripts(
        r"(?<![\d$/.-])(?P<n>\d{1,2})\s?(?:個|名|位)?\s?(?:大人|成人|大|小(?!時)|小朋友|小孩|"
        r"細路|細蚊仔|bb|住客|客人|人(?!房|床|份|民)|位(?!置|於)|"
        r"adults?\b|guests?\b|people\b|persons?\b|pax\b|kids?\b|child(?:ren)?\b|of us\b|口)"
    ),
    re.ASCII,
)
_ALONE = re.compile(
    both_scripts(
        r"得我|淨係我|只有我(?!們|哋)|自己(?:一個|1個|1人|住)|我自己|just me|only me|"
        r"by myself|\balone\b|solo"
    ),
    re.ASCII,
)
_TWO = re.compile(
    both_scripts(
        r"(?:我|本人)?[同和跟與](?:我)?(?:老婆|老公|太太|先生|女友|女朋友|男友|男朋友|朋友|"
        r"阿媽|阿爸|媽媽|爸爸|個女|個仔|同事|伴侶)|"
        r"me and my \w+|my (?:wife|husband|partner|girlfriend|boyfriend|friend|mum|mom|dad)"
        r" and (?:me|i)\b|"
        r"兩公婆|倆|\ba couple\b(?! of)|我們兩個|我哋兩個"
    ),
    re.ASCII,
)
_FAMILY = re.compile(
    both_scripts(r"(?:一家|family of )(?P<n>\d{1,2}|[一二三四五六七八九十])口?"), re.ASCII
)


def guests(text: str, *, expected: bool = False) -> int | None:
    """How many people will stay or come."""
    plain = _without_other_numbers(text, [])
    family = _FAMILY.search(plain)
    if family:
        return int(family["n"]) if family["n"].isdigit() else chinese_number(family["n"])
    named = sum(int(match["n"]) for match in _GUESTS.finditer(plain))
    if named:
        return named
    if _TWO.search(plain):
        return 2
    if _ALONE.search(plain):
        return 1
    bare = _BARE.fullmatch(view(text).text.strip()) if expected else None
    return int(bare[1]) if bare and 0 < int(bare[1]) < 100 else None
