"""Make a message clean, comparable and, where people write numerals, numeric."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from domain.script import simplify

LONGEST = 4_000

_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n ?(?:\n ?)*")
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})

DIGITS = {"零": 0, "〇": 0, "幺": 1, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5}
DIGITS |= {"陆": 6, "柒": 7, "捌": 8, "玖": 9}
DIGITS |= {char: value for value, char in enumerate("一二三四五六七八九", start=1)}
_UNITS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_TENS = {"廿": 20, "卅": 30, "卌": 40}
_LARGE = {"万": 10_000, "亿": 100_000_000}

# Words in which a numeral counts nothing. Written as in Hong Kong; both scripts match.
_WORDS = simplify(
    "一齊|一定|一直|一下|一樣|一起|一般|一些|一切|一向|一早|一路|一陣|一時|一旦|一共|一併|"
    "一次性|一點|一啲|"
    "一部[分份]|一半|一律|一致|一貫|一面|一邊|一流|一方|一家(?=[大人])|一天到晚|一如|一生|"
    "一世|逐一|統一|"
    "唯一|萬一|第一時間|三文[魚治]|三明治|三思|三八|三腳架|三藩|再三|四川|四季|四周|四圍|四處|"
    "五金|五香|五官|"
    "六合彩|七彩|七七八八|亂七八糟|八達通|八卦|八寶|八成|九龍|九巴|九記|十分|十足|十全|"
    "百分[之百比點]|百佳|百貨|"
    "百老匯|百事|百搭|百科|百潔|千萬|千祈|千祁|千禧|千層|萬寧|萬能|萬分|萬事|萬聖|萬用|萬象|"
    "成千上萬|二手|"
    "二維碼|二話|兩用|兩面|兩難|零食|零售|零錢|零件|零碎|零用|零星|凌晨|獨一|專一|"
    "(?:星期|禮拜|(?<![\\d一二兩三四五六七八九十])週|(?<![\\d一二兩三四五六七八九十])周)"
    "[一二三四五六日]|"
    "不三不四|接二連三|三番四次|三番五次|三四?不時|三心兩意|三言兩語|三五七|三姑|五顏六色|"
    "六神|四通|四方|"
    "三星(?!期)|三菱|三井|七海|八寶|七喜|六福|五月花|一田|一期一會|三棟屋|四美街|五常法|三聖|"
    "三門仔|八鄉|九華徑"
)
_KEPT = re.compile(_WORDS)
_NUMERAL = "零〇一二两三四五六七八九十百千万亿廿卅卌"
_SINGLE = "零〇幺一二两三四五六七八九"
# A lone numeral is a number only before something that is counted.
COUNTERS = simplify(
    "個件隻張條套部盒箱支樽包袋對打份位晚夜日天號月年人點蚊元塊毫樓層室座棟幢粒罐瓶台把本枝間雙輛歲折磅升"
    "口名次倍星禮週周小分秒吋寸尺米度公斤厘卷排枚片疊束盆串扎籠盞頂床櫃架艘轉款版種碼仔孭箱筒碗碟杯壺"
)
_RUNS = re.compile(
    rf"(?P<spaced>(?<![\d{_SINGLE}])(?:孖?[{_SINGLE}\d])(?:[ ,，、-](?:孖?[{_SINGLE}\d])"
    rf"(?![\d{_NUMERAL}]))"
    rf"{{2,}})"
    rf"|(?P<doubled>(?:[{_SINGLE}\d]|孖[{_SINGLE}\d])*孖[{_SINGLE}\d](?:[{_SINGLE}\d]|"
    rf"孖[{_SINGLE}\d])*)"
    rf"|(?P<run>(?<!\d)[{_NUMERAL}幺]+|(?<=\d)[{_SINGLE}][{_NUMERAL}]*)"
)
# A number read aloud in groups: 七零零，一二.
_GOES_ON = re.compile(rf"[{_SINGLE}\d][ ,，、-]$")

Replacement = tuple[int, int, str]


def clean(text: str) -> str:
    """The message in plain characters: half width, nothing invisible, at most 4,000."""
    text = unicodedata.normalize("NFKC", text[: 2 * LONGEST]).replace("\r", "\n").replace("\t", " ")
    kept = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _DROPPED)
    return _LINES.sub("\n", _SPACES.sub(" ", kept))[:LONGEST].strip()


@lru_cache(maxsize=256)
def fold(text: str) -> str:
    """The text in half width, lower case and Simplified script, at the same length."""
    return simplify("".join(_folded(char) for char in text))


def _folded(char: str) -> str:
    if char.isascii():
        return char.lower()
    plain = unicodedata.normalize("NFKC", char).lower()
    return plain if len(plain) == 1 and not plain.isspace() else (" " if char.isspace() else char)


def chinese_number(text: str) -> int | None:
    """The value of a Chinese numeral (十五, 廿五, 七零零, 一千二), or None when it is none."""
    text = fold(text.strip())
    if not text:
        return None
    if all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    total, section, digit, last, smallest = 0, 0, -1, 0, 10_000
    zero = False
    for char in text:
        if char in DIGITS:
            if digit > 0:
                return None
            digit = DIGITS[char]
            zero = zero or digit == 0
            continue
        size = _UNITS.get(char) or (10 if char in _TENS else _LARGE.get(char, 0))
        if not size or (size < 10_000 and size >= smallest) or (char in _TENS and digit > 0):
            return None
        if size >= 10_000:
            counted = section + max(digit, 0)
            total = (
                (total + counted or 1) * size if size > 10_000 else total + (counted or 1) * size
            )
            section, smallest = 0, 10_000
        else:
            section += _TENS.get(char) or (digit if digit > 0 else 1) * size
            smallest = size
        digit, last, zero = -1, size, False
    return total + section + _tail(digit, last, zero)


def _tail(digit: int, last: int, zero: bool) -> int:
    """一千二 is 1,200 and 一千零二 is 1,002."""
    if digit < 0:
        return 0
    return digit * last // 10 if last >= 100 and not zero else digit


def numerals(folded: str) -> list[Replacement]:
    """Where a folded text has Chinese numerals that are numbers, and their digits."""
    kept = [match.span() for match in _KEPT.finditer(folded)]
    found: list[Replacement] = []
    for match in _RUNS.finditer(folded):
        start, end = match.span()
        if any(low < end and start < high for low, high in kept):
            found += _around(folded, start, end, kept)
            continue
        digits = _digits(match, folded)
        if digits is not None:
            found.append((start, end, _apart(folded, start, end) + digits))
    return found


def _apart(folded: str, start: int, end: int) -> str:
    """HB-203115兩個 is an order and two pieces: a number is kept off the digits before it."""
    own = end - start == 1 or any(char in "十百千万亿廿卅卌" for char in folded[start:end])
    return " " if own and start and folded[start - 1].isdigit() else ""


def _around(folded: str, start: int, end: int, kept: list[tuple[int, int]]) -> list[Replacement]:
    """The rest of a run of which a word has eaten the beginning or the end (星期三十五號)."""
    for low, high in kept:
        if low < end and start < high:
            start, end = (high, end) if low <= start else (start, low)
    if start >= end:
        return []
    digits = _number(folded[start:end], folded[end : end + 1])
    return [] if digits is None else [(start, end, digits)]


def _digits(match: re.Match[str], folded: str) -> str | None:
    if match["run"]:
        goes_on = _GOES_ON.search(folded, max(0, match.start() - 2), match.start())
        return _number(match["run"], folded[match.end() : match.end() + 1], bool(goes_on))
    if match["spaced"] and match["spaced"].isascii() and len(match["spaced"]) < 7:
        return None  # 1 2 3 may be a list; seven characters are four digits read aloud
    out, double = "", False
    for char in match[0]:
        if char == "孖":
            double = True
        elif char in DIGITS or char.isdigit():
            out += str(DIGITS.get(char, char)) * (2 if double else 1)
            double = False
    return out if len(out) > 1 else None


def _number(run: str, following: str, goes_on: bool = False) -> str | None:
    counted = following != "" and following in COUNTERS
    spelt = all(char in DIGITS for char in run)
    if len(run) == 1:
        value = chinese_number(run)
        return str(value) if counted and value is not None and run != "幺" else None
    if spelt:
        # 兩三個 is "a few", 三四 is nothing; 七零 and 一二三 are read out digit by digit.
        guess = len(run) == 2 and (counted or not (goes_on or set(run) & set("零〇")))
        return None if guess else "".join(str(DIGITS[char]) for char in run)
    value = chinese_number(run)
    return None if value is None else str(value)


def arabic(text: str) -> str:
    """The text with Chinese numerals as digits: 十五隻 is 15隻, 三文魚 stays."""
    out, at = "", 0
    for start, end, digits in numerals(fold(text)):
        out += text[at:start] + digits
        at = end
    return out + text[at:]


def both_scripts(pattern: str) -> str:
    """A pattern written in Hong Kong script, as it must read to match folded text."""
    return simplify(pattern)
