"""Recognises an FAQ sheet by the names of its columns and takes its questions, answers and other phrasings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from retrieval.formats.content import Entry

_QUESTION_NAMES = """
question questions q faq query 問題 问题 問 问 常見問題 常见问题 提問 提问 標準問題 标准问题 標準問 标准问
客人問題 客戶問題 客户问题 顧客問題 顾客问题
"""
_ANSWER_NAMES = """
answer answers a ans reply response 答案 答 回答 答覆 答复 回覆 回复 回應 回应 解答 標準答案 标准答案
標準答覆 标准答复 標準回覆 标准回复
"""
_PHRASING_NAMES = """
phrasing phrasings otherphrasings alternativephrasings otherwordings wordings variants variations similar
similarquestions alternatives alternativequestions otherquestions alsoasked synonyms aliases
其他問法 其他问法 其它問法 其它问法 問法 问法 相似問題 相似问题 相似問法 相似问法 類似問題 类似问题
同義問題 同义问题 同義問法 同义问法 擴展問題 扩展问题 擴展問 扩展问 相似問 相似问
另類問法 其他講法 其他說法 其他说法
"""
_LANGUAGE_NAMES = "language lang locale 語言 语言 語文 语文 語種 语种"
_SPOKEN = {
    "zh-Hant": "zh-hant zh-hk zh-tw zh-mo 繁體 繁体 繁中 繁體中文 繁体中文 正體中文 traditionalchinese tc cht",
    "zh-Hans": "zh-hans zh-cn zh-sg 簡體 简体 簡中 简中 簡體中文 简体中文 普通話 普通话 simplifiedchinese sc chs",
    "en": "en en-us en-gb en-hk english 英文 英語 英语 eng",
    "yue": "yue yue-hant yue-hk zh-yue 粵語 粤语 廣東話 广东话 廣州話 口語 cantonese",
}
_KINDS = {
    "phrasings": frozenset(_PHRASING_NAMES.split()),
    "question": frozenset(_QUESTION_NAMES.split()),
    "answer": frozenset(_ANSWER_NAMES.split()),
    "language": frozenset(_LANGUAGE_NAMES.split()),
}
_CODES = {word: code for code, words in _SPOKEN.items() for word in words.split()}
_LANGUAGE_IN_NAME = re.compile(r"[\s/／()（）\[\]【】:：*|_-]+")
_SIGNS = re.compile(r"[\n;；|｜]+")
_NUMBERED = re.compile(r"^\s*(?:[-*•·]\s*|\d{1,2}[.)、]\s*)")
_SHORTEST_QUESTION = 5  # signs; shorter parts of a list with 、 are words of one question


@dataclass(frozen=True)
class Columns:
    """Where an FAQ sheet keeps what; question and answer columns come in pairs, one for each language."""

    pairs: tuple[tuple[int, int, str], ...]
    phrasings: tuple[int, ...] = ()
    language: int | None = None


def find_columns(row: Sequence[str]) -> Columns | None:
    """The columns that this row names, if it is the header of an FAQ sheet."""
    kinds = [_kind(cell) for cell in row]
    questions = [at for at, kind in enumerate(kinds) if kind == "question"]
    answers = [at for at, kind in enumerate(kinds) if kind == "answer"]
    if not questions or not answers:
        return None
    pairs = tuple(
        (asked, said, _language_in(row[asked]) or _language_in(row[said]))
        for asked, said in zip(questions, answers, strict=False)
    )
    # A question column without an answer column of its own asks the first one's question in other words.
    others = [at for at, kind in enumerate(kinds) if kind == "phrasings"]
    language = next((at for at, kind in enumerate(kinds) if kind == "language"), None)
    return Columns(pairs, (*others, *questions[len(pairs) :]), language)


def entries_of(
    rows: Iterable[tuple[int, Sequence[str]]], columns: Columns
) -> tuple[list[Entry], list[int]]:
    """The entries of an FAQ sheet, and the numbers of the rows that ask without answering, or the other way."""
    entries: list[Entry] = []
    unanswered: list[int] = []
    for number, row in rows:
        found = [_entry(row, columns, at) for at in range(len(columns.pairs))]
        entries.extend(entry for entry in found if entry.question and entry.answer)
        if any(bool(entry.question) != bool(entry.answer) for entry in found):
            unanswered.append(number)
    return entries, unanswered


def split_phrasings(text: str) -> Iterator[str]:
    """The phrasings in one cell: one a line, or separated by semicolons or bars."""
    parts = [_NUMBERED.sub("", part).strip() for part in _SIGNS.split(text)]
    if len(parts) == 1:
        listed = [part.strip() for part in text.split("、")]
        if min(map(len, listed)) >= _SHORTEST_QUESTION:
            parts = listed
    yield from dict.fromkeys(filter(None, parts))


def _entry(row: Sequence[str], columns: Columns, pair: int) -> Entry:
    asked, said, spoken = columns.pairs[pair]
    question, answer = _cell(row, asked), _cell(row, said)
    phrasings: list[str] = []
    if pair == 0:
        for at in columns.phrasings:
            phrasings.extend(split_phrasings(_cell(row, at)))
    if columns.language is not None and len(columns.pairs) == 1:
        told = _cell(row, columns.language)
        spoken = _CODES.get(_plain(told), "") or spoken
    others = tuple(each for each in dict.fromkeys(phrasings) if each != question)
    return Entry(question, answer, others, spoken)


def _cell(row: Sequence[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _kind(cell: str) -> str:
    if len(cell) > 40:  # a sentence, not the name of a column
        return ""
    words = [_plain(word) for word in _LANGUAGE_IN_NAME.split(cell)]
    for named in (_plain(cell), "".join(words), *words, *_endings(words)):
        for kind, names in _KINDS.items():
            if named in names:
                return kind
    return ""


def _endings(words: list[str]) -> Iterator[str]:
    """`繁體問題` is a question too: names without the language that they begin with."""
    for word in words:
        for language in _CODES:
            if word.startswith(language) and word != language:
                yield word.removeprefix(language)


def _language_in(cell: str) -> str:
    words = [_plain(word) for word in _LANGUAGE_IN_NAME.split(cell)]
    found = (_CODES.get(word, "") for word in (_plain(cell), *words))
    begun = (
        code
        for word in words
        for name, code in _CODES.items()
        if len(name) > 1
        and word.startswith(name)
        and word.removeprefix(name) in _KINDS["question"] | _KINDS["answer"]
    )
    return next(filter(None, (*found, *begun)), "")


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s*:：.。?？_]+", "", folded)
