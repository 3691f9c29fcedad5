"""Says what a passage claims: its amounts, dates and times, and what it allows or refuses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from retrieval.distinctions import Distinctions, distinctions, nearest
from retrieval.documents import Passage
from retrieval.quantities import Quantity, flat, quantities
from retrieval.subjects import tokens

Role = Literal["value", "if", "every", "max", "min", "start", "end", "before"]
Aspect = Literal["allowed", "free", "open", "needed", "included"]

_SENTENCE = re.compile(r"[^。!?!?;;\n]+[。!?!?;;]?")
_CLAUSE = re.compile(r"[,,、:](?!\d)|\band\b|\bbut\b|\. |而|但")
_IF_BEFORE = re.compile(
    r"(?:满|达到?|超过|超出|不足|少于|买够|每满|over|above|more than|less than|under|"
    r"spend|from orders of|orders? of)[^,。]{0,4}$"
)
_IF_AFTER = re.compile(r"^\s*(?:\w{0,2}或?以上|或以上|以下|or more|and over|or above)")
_EVERY_BEFORE = re.compile(r"(?:每消费|每逢|每隔|每|every|each)\s*$")
_MAX_BEFORE = re.compile(
    r"(?:最多|最高|上限[为是]?|不(?:可|得|能|会)?超过|up to|at most|maximum(?: of)?)\s*$"
)
_MIN_BEFORE = re.compile(r"(?:最少|至少|最低|at least|minimum(?: of)?)\s*$")
_BEFORE = re.compile(r"(?:前|之前|提前)\s*$")
_START = re.compile(r"(?:由|自|从|from|since|opens?(?: at)?|starts?(?: at)?)\s*(?:每日|每天)?$")
_END = re.compile(
    r"(?:到|至|-|–|until|till|to|by|before|closes?(?: at)?|ends?(?: on)?|截止|止)\s*$"
)
_START_AFTER = re.compile(r"^\s*(?:起|开始|开门|开(?!放)|先开)")
_END_AFTER = re.compile(r"^\s*(?:前|之前|完|截止|为止|关门|关|打烊|收工)")
_CONDITION = re.compile(
    r"如果|如(?!何|有查询|有疑问|有问题|需查询|需协助|下)|若|倘若|只要|除非|除了|只限|仅限|when |\bif\b|unless|"
    r"超出|以外|\bonly\b|except|provided|later than"
)

# Each aspect: what refuses, then what grants. What refuses is looked for first.
_POLARITIES: dict[Aspect, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "free": (
        re.compile(
            r"(?:另收|要收|需付|须付|须缴|收取|加收|收费|收)(?:取|费)?(?=.{0,3}[\d一二三四五六七八九十百廿$h])"
            r"|(?<!不)另收费?|(?<!不另)(?<!唔)(?<!不)收费(?!标准|表)|\bcosts? (?=hk|\$)|\bwe charge|is charged"
        ),
        re.compile(
            r"免费|唔使钱|唔收钱|唔收费|不收费|不另收费|无须付费|免收|\bfree\b|no charge|without charge"
        ),
    ),
    "included": (
        re.compile(r"不包括?|不含|未含|唔包|另计|not include[ds]?|excluded?|excluding"),
        re.compile(r"包括|已含|(?<!内)含|包埋|\bincluded?\b|\bincluding\b"),
    ),
    "open": (
        re.compile(r"休息|不营业|唔开|暂停营业|\bclosed\b|not open"),
        re.compile(r"照常|照开|营业(?!时间)|\bare open\b|\bis open\b|\bopen as usual"),
    ),
    "needed": (
        re.compile(
            r"不需要?|无须|无需|毋须|唔使(?!钱)|唔需要|不用|do not need|no need|not required|needn't"
        ),
        re.compile(r"需要|必须|必需|须(?!知)|一定要|\bmust\b|\bneeds? to\b|required"),
    ),
    "allowed": (
        re.compile(
            r"不可以?|不能|唔可以|唔得|唔可|唔接受|不接受|恕不接受|恕不|不设|不提供|没有|冇得|冇|未能|无法|不支持|"
            r"唔支持|退唔到|不得|不准|严禁|禁止|cannot|can't|may not|must not|not allowed|not permitted|"
            r"do not accept|don't accept|do not offer|not available|^no\b|\bno longer\b|does not|do not|never"
        ),
        re.compile(
            r"可以|可(?!能|获|享)|能够|能|接受|支持|提供|设有|(?<!所)(?<!享)(?<!没)有(?!关|效|问|任|需)|欢迎|"
            r"\bcan\b|\bmay\b|\baccept\b|\ballowed\b|\bpermitted\b|\bavailable\b|^yes\b|\boffer\b|welcome"
        ),
    ),
}


@dataclass(frozen=True)
class Clause:
    """A part of a sentence that says one thing, with the sentence and the headings around it."""

    passage: Passage
    sentence: str
    text: str

    @cached_property
    def plain(self) -> str:
        return flat(self.text)

    @cached_property
    def subject(self) -> frozenset[str]:
        """What the clause is about, without its values."""
        return tokens(masked(self.text))

    @cached_property
    def sentence_subject(self) -> frozenset[str]:
        return tokens(masked(self.sentence))

    @cached_property
    def section(self) -> frozenset[str]:
        return tokens(self.passage.section)

    @cached_property
    def heading(self) -> frozenset[str]:
        return self.section | tokens(self.passage.title)

    @cached_property
    def distinctions(self) -> Distinctions:
        """The words that set its subject apart, from the nearest place that has any."""
        return nearest((self.text, self.sentence, self.passage.section, self.passage.title))

    @cached_property
    def narrowed(self) -> Distinctions:
        """The same without the title: a document about shops does not narrow every sentence."""
        return nearest((self.text, self.sentence, self.passage.section))

    @cached_property
    def around(self) -> Distinctions:
        return distinctions(self.passage.searchable)

    @cached_property
    def conditional(self) -> bool:
        return bool(_CONDITION.search(flat(self.sentence)))


@dataclass(frozen=True)
class Amount:
    """A value that a clause gives, what part it plays, and its words as they are written."""

    clause: Clause
    quantity: Quantity
    role: Role
    words: str


@dataclass(frozen=True)
class Stand:
    """What a clause allows or refuses, charges or gives, and the words that say so."""

    clause: Clause
    aspect: Aspect
    granted: bool
    words: str


@dataclass(frozen=True)
class Claims:
    """Everything a passage claims."""

    amounts: tuple[Amount, ...]
    stands: tuple[Stand, ...]


def claims(passage: Passage) -> Claims:
    """Read what a passage claims."""
    amounts: list[Amount] = []
    stands: list[Stand] = []
    for sentence in sentences(passage.text):
        for text in _clauses(sentence):
            clause = Clause(passage, sentence, text)
            amounts += _amounts(clause)
            stands += _stands(clause)
    return Claims(tuple(amounts), tuple(stands))


def sentences(text: str) -> list[str]:
    """The sentences of a text; a full stop ends one only before a space."""
    found: list[str] = []
    for match in _SENTENCE.finditer(text):
        found += [part.strip() for part in re.split(r"(?<=[a-z0-9)])\.(?=\s+[A-Z]|\s*$)", match[0])]
    return [each for each in found if each]


def _clauses(sentence: str) -> list[str]:
    """Cut a sentence where a new thing is said, but never inside a value."""
    inside = {at for each in quantities(sentence) for at in range(each.start, each.end)}
    parts, start = [], 0
    for match in _CLAUSE.finditer(sentence):
        if match.start() not in inside:
            parts.append(sentence[start : match.start()])
            start = match.end()
    parts.append(sentence[start:])
    return [part.strip() for part in parts if part.strip()]


def masked(text: str) -> str:
    """The text without its values."""
    kept, at = [], 0
    for each in quantities(text):
        kept.append(text[at : each.start])
        at = each.end
    return " ".join([*kept, text[at:]])


def _amounts(clause: Clause) -> list[Amount]:
    return [
        Amount(clause, each, _role(clause.plain, each), clause.text[each.start : each.end])
        for each in quantities(clause.text)
    ]


def _role(plain: str, each: Quantity) -> Role:
    before, after = plain[: each.start], plain[each.end :]
    if each.kind != "number":
        return _edge(before, after)
    tests: tuple[tuple[Role, bool], ...] = (
        ("every", bool(_EVERY_BEFORE.search(before))),
        ("max", bool(_MAX_BEFORE.search(before))),
        ("if", bool(_IF_BEFORE.search(before) or _IF_AFTER.search(after))),
        ("min", bool(_MIN_BEFORE.search(before))),
        ("before", bool(_BEFORE.search(before))),
    )
    return next((role for role, found in tests if found), "value")


def _edge(before: str, after: str) -> Role:
    if _START.search(before) or _START_AFTER.search(after):
        return "start"
    if _END.search(before) or _END_AFTER.search(after):
        return "end"
    return "value"


def _stands(clause: Clause) -> list[Stand]:
    found: list[Stand] = []
    for aspect, (refuses, grants) in _POLARITIES.items():
        for granted, pattern in ((False, refuses), (True, grants)):
            match = pattern.search(clause.plain)
            if match:
                words = clause.text[match.start() : _price_end(clause, match, aspect)]
                found.append(Stand(clause, aspect, granted, words))
                break
    return found


def _price_end(clause: Clause, match: re.Match[str], aspect: Aspect) -> int:
    """Where the words end: a charge is shown with its price."""
    if aspect != "free" or match.group() == "":
        return match.end()
    near = [q.end for q in quantities(clause.text) if 0 <= q.start - match.end() <= 4]
    return near[0] if near else match.end()
