"""Finds dates of birth: a date counts only beside a word about being born."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.script import simplify
from security.folding import Finding

_NUM = "(?:\\d{1,2}|[零一二三四五六七八九十廿卅]{1,3})"
_YEAR = "(?:(?:19|20)\\d\\d|[零〇一二三四五六七八九\\d]{2,4})"
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = "\\d{1,2}(?:st|nd|rd|th)?"
_DATE = simplify(
    "(?:"
    f"(?:民國)?{_YEAR} ?年 ?{_NUM} ?月(?: ?{_NUM} ?[日號]?)?"
    f"|{_NUM} ?月 ?{_NUM} ?[日號]?(?: ?{_YEAR} ?年)?"
    "|(?:19|20)\\d\\d ?[\\-/. ] ?\\d{1,2} ?[\\-/. ] ?\\d{1,2}"
    "|\\d{1,2} ?[\\-/. ] ?\\d{1,2} ?[\\-/. ] ?(?:19|20)?\\d\\d"
    f"|{_DAY}(?: of)?[ \\-]?{_MONTH}\\.?(?:[ ,\\-]{{1,2}}(?:19|20)?\\d\\d)?"
    f"|{_MONTH}\\.?[ \\-]?{_DAY}(?:[ ,]{{1,2}}(?:19|20)?\\d\\d)?|{_MONTH}[ ,]{{1,2}}(?:19|20)\\d\\d"
    "|(?:19|20)\\d{6}|\\d{8}|\\d{6}|\\d{1,2}/\\d{1,2}|(?:19|20)\\d\\d ?年?"
    "|[一二三四五六七八九〇零]{2} ?年"
    ")(?![0-9a-z])"
)
_NOT_BIRTH = (
    "(?!蛋糕|禮|派對|會|優惠|卡|快樂|月|飯|驚喜|折扣|當|party| ?cakes?| ?gifts?| ?party| ?presents?"
    "| ?cards?| ?discount| ?offer| ?month| ?treat| ?dinner| ?celebration)"
)
_WORD = simplify(
    f"(?:生日{_NOT_BIRTH}|出生|出世|生於|生辰|誕生日|農曆生日"
    f"|(?<![a-z])(?:d\\.?o\\.?b\\.?|birth ?dates?"
    f"|dates? of birth|born|b-?day{_NOT_BIRTH}|birthday{_NOT_BIRTH})(?![a-z]))"
)
_BETWEEN = simplify(
    "(?:[ :=,#()\\-]|日期|年月日|日|期|係|是|為|喺|在|應該|就|嘅|的|on|is|was|in|the|year|of|my)"
)
_AFTER = re.compile(f"{_WORD}{_BETWEEN}{{0,8}}(?<![0-9])(?P<date>{_DATE})")
_BEFORE = re.compile(
    f"(?<![0-9a-z/.\\-])(?P<date>{_DATE})"
    + simplify("(?:[ ,]|係|是|嘅|的|我|佢|她|他|嗰|is|my|his|her|the){0,5}")
    + _WORD
)


def find_birthdates(text: str) -> Iterator[Finding]:
    """Yield dates of birth in a folded text."""
    for pattern in (_AFTER, _BEFORE):
        for match in pattern.finditer(text):
            yield Finding(*match.span("date"), "BIRTHDATE")
