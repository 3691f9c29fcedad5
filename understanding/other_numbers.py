"""Numbers that look like an identifier and are something else: phones, cards, money, links."""

from __future__ import annotations

import re

from understanding.normalise import both_scripts
from understanding.spoken import view

Span = tuple[int, int]

CODE_WORD = both_scripts(
    r"驗證碼|认证码|驗証碼|確認碼|動態碼|一次性(?:密碼|驗證碼)?|密碼|短訊碼|短信碼|個碼|"
    r"(?:one[- ]?time )?"
    r"(?:pass)?codes?(?! ?(?:of|for) )|\botp\b|\bpin\b|passcode|verification|2fa"
)
_PHONE_WORD = both_scripts(
    r"電話|手機號?|手提|聯絡號碼|whatsapp|\btel\b|phone|mobile|call me|致電|打去|打俾|打畀"
)
_CARD_WORD = both_scripts(
    r"信用卡|銀行卡|卡號|卡尾|visa|master ?card|\bcard\b|amex|銀行戶口|bank account"
)
_MONEY = (
    r"(?:hk\$|hkd|us\$|usd|rmb|cny|mop|[$¥￥€£])\s?-?\d[\d,]*(?:\.\d+)?k?"
    r"|\d[\d,]*(?:\.\d+)?\s?(?:蚊|元|塊錢?|大元|hkd|usd|rmb|dollars?|bucks|cents?)"
)
# Each pattern with the group that holds the number.
_PATTERNS = [
    (r"https?://\S+|www\.\S+", 0),
    (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", 0),
    (r"(?<![a-z0-9])[a-z]{1,2}\d{6}\s?\([0-9a]\)", 0),
    (
        r"(?:身份證|身分證|hkid|id card|id no|回鄉證|護照|passport)"
        r"\D{0,8}([a-z]{0,2}\d{6,9}(?:\(?[0-9a]\)?)?)",
        1,
    ),
    (r"(?<![\da-z])(?:\d{4}[ -]){3}\d{1,7}(?!\d)", 0),
    (r"(?<![\da-z-])\d{15,19}(?!\d)", 0),
    (r"\+\d[\d -]{6,16}\d", 0),
    (r"(?<![\d-])\(?852\)?[ -]?[2-9]\d{3}[ -]?\d{4}(?!\d)", 0),
    (r"(?<![\d/.-])(?<![a-z][ -])(?<![a-z0-9])[2-9]\d{3}[ -]\d{4}(?![\d/-])", 0),
    (r"(?<![\da-z-])1[3-9]\d{9}(?!\d)", 0),
    (rf"(?:{_PHONE_WORD})\D{{0,10}}(\d[\d -]{{5,14}}\d)", 1),
    (rf"(?:{_CARD_WORD})\D{{0,14}}(\d[\d -]{{2,20}})", 1),
    (_MONEY, 0),
    (rf"(?:{CODE_WORD})[^\d,，。;；]{{0,10}}(?<![a-z-])(\d(?:[ -]?\d){{3,7}})(?![\d-])", 1),
    (r"(?<!\d)\d+(?:\.\d+)?\s?(?:%|個?巴仙|percent)", 0),
    (r"(?<!\d)20\d\d\s?年|(?<!\d)\d{1,2}:\d\d(?!\d)", 0),
    (
        r"(?<![\d-])20\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|(?<![\d/])\d{1,2}/\d{1,2}(?:/\d{2,4})"
        r"?(?!\d)",
        0,
    ),
    (r"(?:flat|room|rm|unit|shop|suite|block|tower|floor|house)\s?\d+[a-z]?(?![\d-])", 0),
    (r"\d+[a-z]?\s?(?:樓|室|座|號舖|/f|單元|街|道|號(?=\D{0,6}(?:樓|大廈|中心|室|座)))", 0),
]
_RULES = [(re.compile(both_scripts(pattern), re.ASCII), group) for pattern, group in _PATTERNS]


def spans(text: str) -> list[Span]:
    """Where a message has numbers that identify no record, as places in its view."""
    seen = view(text).text
    return [match.span(group) for pattern, group in _RULES for match in pattern.finditer(seen)]


def links(text: str) -> list[Span]:
    """Where a message has web and e-mail addresses, as places in its view."""
    seen = view(text).text
    return [match.span() for pattern, _ in _RULES[:2] for match in pattern.finditer(seen)]


def blanked(text: str) -> str:
    """The view of a message with those numbers blanked, at the same length."""
    seen = view(text).text
    for start, end in spans(text):
        seen = seen[:start] + " " * (end - start) + seen[end:]
    return seen
