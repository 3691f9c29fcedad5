"""Reads plain text and Markdown, in whichever encoding a Hong Kong or mainland office saved it."""

from __future__ import annotations

import codecs

from retrieval.formats.content import Content, Unusable

SUFFIXES: tuple[str, ...] = (".md", ".markdown", ".txt")
FAULTS: tuple[type[Exception], ...] = ()

# Big5 and GB18030 both decode almost any bytes; what tells them apart is whether the characters are ones
# that people use. These are among the most frequent of each script, beside the standards' own first levels.
_EVERYDAY = frozenset(
    "的一是不了人在有我他這这個个們们中來来上大為为和國国地到以說说時时要就出會会可也你對对生能而子那得於于著着下自之年過过發发後后作里"
    "用道行所然家種种事成方多經经麼么去法學学如都同現现當当沒没動动面起看定天分還还進进好小部其些主樣样理心她本前開开但因只從从想實实"
    "日月號号元請请問问答退貨货款換换訂订單单客戶户電电話话服務务員员期時间間費费價价錢钱店送訂購购買买賣卖品保養养維维修房預预約约取消"
)
_PUNCTUATION = frozenset("，。、；：？！「」『』（）《》“”‘’…—　·％＄－")
_TYPEWRITTEN = frozenset("’‘“”–—…•€£©®™°éèüöäñç\xa0")
_LEAST_GUESS = 0.2  # below it the characters are not what anybody writes
_GUESSED_FROM = 200_000  # bytes are enough to tell encodings apart


def read(data: bytes, name: str) -> Content:  # noqa: ARG001 - every format is read by name
    """Read a text as it is; Markdown stays Markdown."""
    return Content(markdown=decode(data))


def decode(data: bytes) -> str:
    """Turn the bytes of a text file into its text.

    Raises:
        Unusable: when no encoding gives a text that people would write.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strictly(data, "utf-16") or _unreadable()
    if b"\x00" in data:
        _unreadable()
    text = _strictly(data, "utf-8-sig")
    return _guessed(data) if text is None else text


def _guessed(data: bytes) -> str:
    best, text = _LEAST_GUESS, None
    # Hong Kong's Big5, Windows' Big5, the mainland's, and Western Windows for English with curly quotes.
    for encoding in ("big5hkscs", "cp950", "gb18030", "cp1252"):
        found = _strictly(data, encoding)
        if found is None:
            continue
        likely = _likelihood(found[:_GUESSED_FROM], encoding)
        if likely > best:
            best, text = likely, found
    return text if text is not None else _unreadable()


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _likelihood(text: str, encoding: str) -> float:
    """How everyday the characters beyond ASCII are, from about -3 (nobody writes so) to 2."""
    foreign = [char for char in text if char > "\x7f"]
    if not foreign:
        return 1.0
    if encoding == "cp1252":
        return sum(1 if char in _TYPEWRITTEN else -1 for char in foreign) / len(foreign)
    known: dict[str, int] = {}
    return sum(known.setdefault(char, _everyday(char, encoding)) for char in foreign) / len(foreign)


def _everyday(char: str, encoding: str) -> int:
    if char in _EVERYDAY:
        return 2
    if char in _PUNCTUATION:
        return 1
    if not "\u3400" <= char <= "\u9fff":
        private = "\ue000" <= char <= "\uf8ff" or char > "\uffff"
        return -3 if private else -1
    lead = char.encode(encoding, "replace")[0]
    if encoding == "gb18030":
        return 1 if 0xB0 <= lead <= 0xD7 and char.encode(encoding)[1] >= 0xA1 else -1
    return 1 if 0xA4 <= lead <= 0xC6 else -1  # the first level of Big5: the characters of daily use


def _unreadable() -> str:
    raise Unusable("file.encoding")
