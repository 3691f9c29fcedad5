"""Read amounts of Hong Kong dollars and one-time codes."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from understanding.normalise import both_scripts
from understanding.other_numbers import CODE_WORD
from understanding.spoken import view

_FIGURE = (
    r"(?P<sign>(?<![\d\w])[-−–]\s?|負)?(?P<n>\d[\d,]*(?:\.\d{1,2})?)(?P<times>\s?(?:k\b|千|萬|万))?"
)
_CURRENCY = r"(?:hk\s?\$|hkd|港幣|港紙|\$)"
_UNIT = r"(?:蚊(?P<half>半)?|元|塊錢|塊(?!板|布|毛巾|地)|港幣|港紙|hkd\b|dollars?\b|bucks\b|大元)"
_WITH_UNIT = [
    re.compile(both_scripts(pattern), re.ASCII)
    for pattern in (
        rf"(?P<before>[-−–負]\s?)?{_CURRENCY}\s?{_FIGURE}(?![\d%])",
        rf"{_FIGURE}\s?{_UNIT}",
    )
]
_CONTEXT = both_scripts(
    r"增值|充值|入數|叉錢|叉|加值|存入|轉|提款|提取|金額|銀碼|總額|top(?:ping)?[ -]?up|reload|"
    r"add|deposit|amount|"
    r"transfer|withdraw|credit|total|price|budget|預算"
)
_NAMED = re.compile(
    rf"(?:{_CONTEXT})[^\d\-−–負,，。]{{0,14}}?{_FIGURE}(?![\d/:%-])(?!\s?(?:个|件|次|日|号|"
    rf"only nights))",
    re.ASCII,
)
_BARE = re.compile(rf"[^\d\-−–負负a-z]{{0,6}}{_FIGURE}\D{{0,8}}".replace("負", "负"), re.ASCII)
_CODE = r"(?<![a-z#$-])(?P<code>\d(?:[ -]?\d){3,7})(?![\d-])"
_CODE_NAMED = re.compile(rf"(?:{CODE_WORD})[^\d,，。;；\n]{{0,12}}?{_CODE}", re.ASCII)
_CODE_TRIED = re.compile(rf"(?:试|系|是|:|try|it's|it is)[^\d,，。;；\n]{{0,12}}?{_CODE}", re.ASCII)
_CODE_FIRST = re.compile(rf"(?<![\w#$-]){_CODE}.{{0,12}}?(?:{CODE_WORD})", re.ASCII)
# A number called an order, a room or a phone is no code.
_OTHER = both_scripts(
    r"單|號|房|帳|戶口|電話|發票|值|數|卡|蚊|件|#|order|invoice|booking|account|phone|\bno\b|"
    r"top|up|add|pcs"
)
_CODE_ALONE = re.compile(rf"(?!.*(?:{_OTHER}))\D{{0,10}}?{_CODE}\D{{0,12}}", re.ASCII)


def money(text: str, *, expected: bool = False) -> Decimal | None:
    """The amount in dollars, below zero where the message says so.

    A number without a currency counts beside a word such as 增值, or alone when `expected`.
    """
    seen = view(text).text
    patterns = [*_WITH_UNIT, _NAMED]
    for pattern in patterns:
        match = pattern.search(seen)
        if match:
            return _value(match)
    bare = _BARE.fullmatch(seen.strip()) if expected else None
    return _value(bare) if bare else None


def _value(match: re.Match[str]) -> Decimal | None:
    found = match.groupdict()
    try:
        value = Decimal(found["n"].replace(",", ""))
    except InvalidOperation:
        return None
    times = (found["times"] or "").strip()
    value *= {"k": 1_000, "千": 1_000, "万": 10_000}.get(times, 1)
    if found.get("half"):
        value += Decimal("0.5")
    return -value if found["sign"] or found.get("before") else value


def one_time_code(text: str, *, expected: bool = False) -> str | None:
    """A code of four to eight digits: beside a word for it, or alone in a short message.

    `expected` says that a code was asked for; then 試試 907070 and 係 907070 are one.
    """
    seen = view(text).text.strip()
    for pattern in (_CODE_NAMED, _CODE_FIRST):
        match = pattern.search(seen)
        if match:
            return re.sub(r"\D", "", match["code"])
    alone = _CODE_ALONE.fullmatch(seen)
    tried = _CODE_TRIED.search(seen) if expected and not alone else None
    code = re.sub(r"\D", "", (alone or tried or {"code": ""})["code"])
    # Eight digits that nobody asked for are a telephone number.
    return code if code and (expected or len(code) < 8) else None
