"""Which language a customer writes, and which one they ask us to use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from domain.english_words import FUNCTION_WORDS, NEUTRAL_WORDS, SHOP_WORDS
from domain.language_marks import CANTONESE, MANDARIN, ROMANISED_ALSO, ROMANISED_SURE, Mark
from domain.script import script_balance, simplify, to_simplified, to_traditional

Language = Literal["yue", "zh-Hant", "zh-Hans", "en"]

_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?[1-6]?(?![A-Za-z0-9])")
_NOISE = re.compile(
    r"https?://[^\s\u3000-\u9fff]+|www\.[^\s\u3000-\u9fff]+"
    r"|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255}"
    r"|(?<![A-Za-z0-9])#?(?=[A-Za-z_/-]{0,12}\d)[A-Za-z0-9]+(?:[-_/][A-Za-z0-9]+)*"
)
_RUN = re.compile("[\u3400-\u9fff](?:[\\d\\s,，、#()（）A-Z-]*[\u3400-\u9fff])*")
_NAME_LONG = 4  # characters below which Chinese in English is a word of the sentence, not a name
_JYUTPING = re.compile(r"^[a-z]+[1-6]$")
_MOST = 4000  # more text proves nothing more


@dataclass(frozen=True)
class Detected:
    """The language of one message, and how sure we are between 0 and 1."""

    language: Language
    mixed: bool
    confidence: float


@dataclass(frozen=True)
class _Evidence:
    text: str
    han: int
    balance: int  # above zero is Traditional, below is Simplified
    words: tuple[str, ...]  # Latin words as typed, without ids, addresses and codes
    english: int  # of those, English words in use rather than names
    romanised: bool


def detect(text: str, prior: Language | None = None) -> Detected:
    """Name the language of a message; `prior` is the conversation's language so far."""
    seen = _gather(text[:_MOST])
    if seen.romanised:
        return Detected("yue", True, 0.85)
    if not seen.han:
        return _latin_only(seen, prior)
    functions = sum(word.lower() in FUNCTION_WORDS for word in seen.words)
    cantonese, mandarin = _score(CANTONESE, seen.text), _score(MANDARIN, seen.text)
    # An English sentence that quotes a Chinese name or address is still English.
    if functions >= 2 and seen.english > seen.han / 1.8 and cantonese < 2 and mandarin < 2:
        return Detected("en", False, 0.8)
    if functions >= 2 and not (cantonese or mandarin) and _quotes_one(text):
        return Detected("en", False, 0.7)
    language, confidence = _chinese(seen, cantonese, mandarin, prior)
    return Detected(language, seen.english > 0, confidence)


def _quotes_one(text: str) -> bool:
    """English from its first word, with one name or address in Chinese and no other Chinese around it."""
    runs = _RUN.findall(text)
    return len(runs) == 1 and len(runs[0]) >= _NAME_LONG and _LATIN.match(text.strip()) is not None


def _gather(text: str) -> _Evidence:
    bare = _NOISE.sub(lambda m: m[0] if _JYUTPING.match(m[0].lower()) else " ", text)
    words = tuple(_LATIN.findall(bare))
    han = len(_HAN.findall(bare))
    english = sum(_is_english_in_use(word) for word in words)
    romanised = _is_romanised(words, han)
    simple = simplify(bare).lower()
    return _Evidence(simple, han, script_balance(bare), words, english, romanised)


def _is_english_in_use(word: str) -> bool:
    lower = word.lower()
    if lower in NEUTRAL_WORDS or len(word) < 2:
        return False
    # A capitalised word we do not know is most likely a name or a brand.
    return lower in SHOP_WORDS or word.islower()


def _is_romanised(words: tuple[str, ...], han: int) -> bool:
    lowers = [word.lower() for word in words]
    if han or not lowers:
        return False
    sure = sum(word in ROMANISED_SURE or bool(_JYUTPING.match(word)) for word in lowers)
    also = sum(word in ROMANISED_ALSO for word in lowers)
    plain = sum(word in FUNCTION_WORDS and word not in ROMANISED_ALSO for word in lowers)
    share = (sure + also) / len(lowers)
    # Capitalised throughout, it is a person or a place: "Wong Tai Sin".
    named = len(words) > 1 and all(word[0].isupper() for word in words)
    needed = 1 if share >= 0.7 else 2
    return sure >= needed and share >= 0.5 and plain <= sure / 2 and not named


def _latin_only(seen: _Evidence, prior: Language | None) -> Detected:
    if not seen.words:
        return Detected(prior or "yue", False, 0.1)
    telling = [word for word in seen.words if word.lower() not in NEUTRAL_WORDS]
    if not seen.english:
        return Detected(prior or "en", False, 0.3)
    # One word such as "refund" is typed by everybody; the conversation decides.
    if len(telling) == 1 and prior is not None and prior != "en":
        return Detected(prior, False, 0.3)
    return Detected("en", False, min(0.99, 0.6 + 0.1 * len(telling)))


def _score(marks: tuple[Mark, ...], text: str) -> float:
    return sum(mark.weight * len(mark.pattern.findall(text)) for mark in marks)


def _chinese(
    seen: _Evidence, cantonese: float, mandarin: float, prior: Language | None
) -> tuple[Language, float]:
    margin = abs(cantonese - mandarin)
    confidence = min(0.99, 0.55 + 0.15 * margin)
    if cantonese > mandarin or (cantonese == mandarin > 0 and prior in (None, "yue")):
        return "yue", confidence
    if mandarin > 0:
        return _by_script(seen.balance, prior), confidence
    # Without telltale words, English inside Traditional Chinese is how Hong Kong types.
    if prior == "yue" or (prior is None and seen.english and seen.balance >= 0):
        return "yue", 0.5
    return _by_script(seen.balance, prior), 0.4


def _by_script(balance: int, prior: Language | None) -> Language:
    if balance == 0 and prior in ("zh-Hans", "zh-Hant"):
        return prior
    return "zh-Hans" if balance < 0 else "zh-Hant"


_CHINESE_NAMES = (
    "廣東話|粵語|白話|普通話|國語|簡體中文|簡體字?|繁體中文|繁體字?|英文|英語|中文|漢語|華語"
)
_ENGLISH_NAMES = (
    "cantonese|mandarin|putonghua|(?:simplified|traditional)(?: chinese)?|chinese|english"
)
_NAME = re.compile(simplify(f"{_CHINESE_NAMES}|(?<![a-z])(?:{_ENGLISH_NAMES})(?![a-z])"))
_ASKS = re.compile(
    simplify(
        "用|講|說|轉|切換|改(?:用|做|成|返)?|回覆|回復|答|覆|聊|溝通"
        "|(?<![a-z])(?:speak|talk|chat|use|switch|change|reply|answer|respond|write|in|please|pls)(?![a-z])"
    )
)
# What is left of a bare request once the language is taken out: politeness and pronouns.
_POLITE = re.compile(
    simplify(
        "[\\s,，。.!！?？、:：~啊呀啦吧嗎呢喇唔該請麻煩你您我可以得係咪只會識同thx]"
        "|please|pls|only|thanks|thank you|ok"
    )
)
_ABOUT_A_THING = re.compile(
    simplify(
        "說明書|發票|收據|名|版|書|合約|合同|報價|課程|網站|網頁|單張|菜單|餐牌|證|文件|標籤|字幕|鍵盤"
        "|地址|翻譯|發音|點講|怎麼說|唔好|不要|別用|唔識|不會|唔明|不懂|冇|沒有"
        "|(?<![a-z])(?:manual|invoice|receipt|version|course|class|contract|menu|book|label|site"
        "|website|name|keyboard|don't|dont|not|can't|cant|no|how do)(?![a-z])"
    )
)
_LANGUAGES: dict[str, Language] = {
    "英文": "en", "英语": "en", "english": "en",
    "广东话": "yue", "粤语": "yue", "白话": "yue", "cantonese": "yue",
    "繁体": "zh-Hant", "traditional": "zh-Hant", "国语": "zh-Hant",
    "简体": "zh-Hans", "simplified": "zh-Hans", "mandarin": "zh-Hans", "putonghua": "zh-Hans",
}  # fmt: skip


def requested(text: str) -> Language | None:
    """Return the language a short message asks us to change to, if it does."""
    lower = simplify(text).lower().replace("’", "'").strip()
    names = _NAME.findall(lower)
    if not names or len(lower) > 60 or len(_HAN.findall(lower)) > 18:
        return None
    if _ABOUT_A_THING.search(lower) or not (_ASKS.search(lower) or _only_a_name(lower)):
        return None
    wanted = names[-1]
    known = (language for name, language in _LANGUAGES.items() if wanted.startswith(name))
    return next(known, None) or _chinese_as_written(text)


def _only_a_name(lower: str) -> bool:
    return not _POLITE.sub("", _NAME.sub("", lower))


def _chinese_as_written(text: str) -> Language:
    seen = _gather(text)
    if _score(CANTONESE, seen.text) > _score(MANDARIN, seen.text):
        return "yue"
    return "zh-Hans" if seen.balance < 0 else "zh-Hant"


def to_script(text: str, language: Language) -> str:
    """Write Chinese text in the script of a language; English text is left as it is."""
    if language == "en":
        return text
    return to_simplified(text) if language == "zh-Hans" else to_traditional(text)


def starting_language(lang: str) -> Language:
    """The language a conversation begins in, from the one on file (`cmn-Hant`, `zh-Hans`, `en`, `mix`…)."""
    if lang == "en":
        return "en"
    if lang.endswith("Hans"):
        return "zh-Hans"
    return "zh-Hant" if lang.endswith("Hant") and not lang.startswith("yue") else "yue"
