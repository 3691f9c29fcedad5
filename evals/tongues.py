"""Whether a reply is in the customer's language and script, judged by rules of its own.

The product decides its language with `domain/language.py`; a grader that asked the same code would
agree with every mistake of it. So this one only counts characters: OpenCC's tables for the script,
and short lists of words that one language has and the other has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from opencc import OpenCC

_TO_SIMPLIFIED, _TO_TRADITIONAL = OpenCC("t2s"), OpenCC("s2t")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’]+")
_NO_WORDS = re.compile(
    r"https?://[^\s，。）)]+|[\w.*+-]+@[\w.-]+|[A-Za-z]{1,4}-?\d[\w-]*|HK\$[\d,.]+|\b[A-Z]{2,}\b"
)
_QUOTED = re.compile(r"「[^」]*」|“[^”]*”|\"[^\"]*\"|『[^』]*』")
_CANTONESE = re.compile(
    r"[嘅咗佢喺唔冇嗰啲㗎喎嚟畀俾咩嘢噉咁哋囉睇搵攞瞓諗啱喇係]|而家|幾多|聽日|講我知|邊[張個件款日項]|執緊"
)
_MANDARIN = re.compile(
    r"[您這这哪們们沒没嗎吗]|什麼|什么|怎麼|怎么|(?<!目)的(?!士|確|确)|是(?!日|但|否)|請問|请问"
)
_ENOUGH = 40  # Chinese characters from which on a Cantonese reply cannot but show what it is


def _in_big5(char: str) -> bool:
    try:
        char.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def simplified_only(text: str) -> str:
    """The characters that Traditional writers never use."""
    return "".join(
        char
        for char in _HAN.findall(text)
        if str(_TO_TRADITIONAL.convert(char)) != char
        and str(_TO_SIMPLIFIED.convert(char)) == char
        and not _in_big5(char)
    )


def traditional_only(text: str) -> str:
    """The characters that Simplified writers never use."""
    return "".join(
        char for char in _HAN.findall(text) if str(_TO_SIMPLIFIED.convert(char)) not in (char, "")
    )


def foreign(text: str, allowed: Sequence[str], names: Iterable[str] = ()) -> str | None:
    """Why a reply is in none of the allowed languages, in words; None when it is in one.

    `names` are left out of account: goods, people and addresses stand as they are recorded.
    """
    bare = _bare(text, names)
    problems = [_CHECKS[tongue](bare) for tongue in allowed]
    if not problems or None in problems:
        return None
    return "; ".join(str(one) for one in problems)


def _bare(text: str, names: Iterable[str]) -> str:
    for name in sorted((one for one in names if one), key=len, reverse=True):
        text = text.replace(name, " ")
    return _NO_WORDS.sub(" ", _QUOTED.sub(" ", text))


def _not_english(text: str) -> str | None:
    han = _HAN.findall(text)
    if len(han) > 2:
        return f"there is Chinese in an English reply: {''.join(han[:12])}"
    return None


def _not_chinese(text: str) -> str | None:
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    if latin > 3 and latin * 2 > han:
        return "the reply is in English, not in Chinese"
    return None


def _not_cantonese(text: str) -> str | None:
    problem = _not_chinese(text) or _not_traditional(text)
    spoken, written = len(_CANTONESE.findall(text)), len(_MANDARIN.findall(text))
    neutral = spoken == written == 0 and len(_HAN.findall(text)) < _ENOUGH
    if problem is None and spoken <= written and not neutral:
        return "the reply is written Chinese, not Cantonese"
    return problem


def _not_traditional(text: str) -> str | None:
    wrong = simplified_only(text)
    return f"there are Simplified characters in it: {wrong[:12]}" if wrong else None


def _cantonese_in_mandarin(text: str) -> str | None:
    spoken, written = len(_CANTONESE.findall(text)), len(_MANDARIN.findall(text))
    # One 係 or 啱 may stand in a name; more of them than Mandarin words is Cantonese.
    if spoken > 1 and spoken > written:
        return f"the reply is Cantonese: {''.join(_CANTONESE.findall(text))[:12]}"
    return None


def _not_zh_hant(text: str) -> str | None:
    return _not_chinese(text) or _not_traditional(text) or _cantonese_in_mandarin(text)


def _not_zh_hans(text: str) -> str | None:
    problem = _not_chinese(text)
    wrong = traditional_only(text)
    if problem is None and wrong:
        return f"there are Traditional characters in it: {wrong[:12]}"
    return problem or _cantonese_in_mandarin(text)


_CHECKS = {
    "en": _not_english,
    "yue": _not_cantonese,
    "zh-Hant": _not_zh_hant,
    "zh-Hans": _not_zh_hans,
}
