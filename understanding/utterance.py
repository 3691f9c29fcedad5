"""A message taken apart: its clauses, what each asks for, and the records and things it names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from understanding.clauses import Clause, split
from understanding.examples import QUESTION
from understanding.identifiers import CompanyWords, Mention
from understanding.leaning import leaned
from understanding.models import REPORT, Models

FILLERS = frozenset({"remark", "smalltalk", REPORT})
SURE = 0.5  # a clause below it does not stand as a request beside another one
_WORDLESS = re.compile(r"^[\W\d_]*$")
SURELY = 0.6  # what a clause between commas needs to be a request of its own
CERTAINLY = 0.85  # what a sentence needs to be one request against clauses that differ
Row = npt.NDArray[np.float64]
# A named record speaks for the requests that are about such a record.
_ABOUT = {
    "invoice": frozenset({"edit_invoice", "reissue_invoice"}),
    "booking": frozenset({"change_booking", "cancel_booking", "book_room", "find_rooms"}),
    "account": frozenset({"check_balance"}),
}
_ABOUT["order"] = frozenset(
    {
        "find_order",
        "track_parcel",
        "chase_delivery",
        "cancel_order",
        "change_address",
        "remove_item",
    }
    | {
        "return_order",
        "exchange_item",
        "refund_order",
        "find_refund",
        "edit_invoice",
        "reissue_invoice",
    }
)
_RECORD_KINDS = frozenset({"order", "invoice", "booking", "account"})
_UNLIKELY = 0.2  # what is left of a request about records that the customer has none of
_TWINS = {"find_order": "track_parcel", "track_parcel": "find_order", "find_rooms": "book_room"}
_ASKING = re.compile(
    r"[?？]|([\u3400-\u9fff])[唔不]\1|嗎|吗|咩|乜|點|幾|邊|未(?=$|[,，。?？!！呀啊㗎喇呢 ])|定係|有冇|有無|係咪|得唔得|可唔可以|會唔會|收唔收|使唔使|怎|什麼|什么|多少|多久|哪|誰|谁|是不是|能不能|可以|"
    r"可不可以|有沒有|有没有|會不會|会不会|如果|想問|想问|請問|请问|想知|呢$|政策|規定|规定|"
    r"\b(?:how|what|when|where|who|which|why|is|are|do|does|can|could|will|would|may|if|any|tell me|wonder\w*|know|policy|explain)\b|"
    r"\b(?:gei|bin|dim|me|mat je|hai mai|jau mou|ho m ho ji)\b",
    re.IGNORECASE,
)
_ONLY_ASKS = re.compile(
    r"[几幾][点點多]|[幾几]時|多少|[幾几]耐|多久|邊度|哪[里裡]|包不包|包唔包|[收要使]唔[收要使]|要不要|點去|怎么去|怎麼去|"
    r"\b(?:how (?:much|long|many)|when|where|what time|which)\b",
    re.IGNORECASE,
)
_FEW = re.compile(r"[a-z0-9'-]+|[\u3400-\u9fff]", re.IGNORECASE)
_FEW_WORDS = 7
_AGAINST = 0.02  # what is left of a request that is not about the record that was named


@dataclass(frozen=True)
class Request:
    """One request of a message: its words, where they stand, what is asked and how sure we are.

    `slots` are values that whoever found the request read out of it, each said by the customer or known to us.
    """

    text: str
    start: int
    end: int
    label: str
    confidence: float
    opens: bool
    slots: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Utterance:
    """A message taken apart. `text` is cleaned; offsets refer to it."""

    text: str
    requests: tuple[Request, ...]
    mentions: tuple[Mention, ...]
    clauses: tuple[Request, ...] = ()

    def within(self, request: Request, kind: str) -> list[Mention]:
        """What a request names of a kind, in its own words."""
        return [
            m for m in self.mentions if m.kind == kind and request.start <= m.start < request.end
        ]

    def named(self, kind: str) -> list[Mention]:
        return [m for m in self.mentions if m.kind == kind]


def take_apart(
    text: str,
    models: Models,
    words: CompanyWords,
    mine: Collection[str],
    unlikely: Collection[str] = (),
) -> Utterance:
    """The requests of a cleaned message, in order; a message that asks for nothing has none."""
    mentions = tuple(words.find(text, mine))
    clauses = split(text)
    if not clauses:
        return Utterance(text, (), mentions)
    scorer = _Scorer(models, mentions, text, clauses, unlikely)
    if len(clauses) == 1:
        whole = scorer.request(scorer.whole)
        return Utterance(text, (whole,), mentions, (whole,))
    found = [
        request for sentence in _sentences(clauses) for request in _of_sentence(sentence, scorer)
    ]
    pieces = tuple(scorer.request(clause) for clause in clauses)
    return Utterance(text, tuple(_settled(found, scorer)), mentions, pieces)


class _Scorer:
    """What each piece of a message asks for; everything is scored in one go."""

    def __init__(
        self,
        models: Models,
        mentions: tuple[Mention, ...],
        text: str,
        clauses: list[Clause],
        unlikely: Collection[str],
    ) -> None:
        self.labels = models.tasks.labels
        self.whole = Clause(text, 0, len(text), True)
        self._mentions = mentions
        self._text = text
        self._unlikely = np.array(
            [_UNLIKELY if label in unlikely else 1.0 for label in self.labels]
        )
        joined = [self.joined(sentence) for sentence in _sentences(clauses) if len(sentence) > 1]
        pieces = list(dict.fromkeys([self.whole, *joined, *clauses]))
        scores = models.tasks.scores(models.features([piece.text for piece in pieces]))
        self._rows = {
            (p.start, p.end): self._weighed(p, row) for p, row in zip(pieces, scores, strict=True)
        }

    def joined(self, clauses: list[Clause]) -> Clause:
        """Clauses that follow one another as one piece, as it was written."""
        start, end = clauses[0].start, clauses[-1].end
        return Clause(self._text[start:end], start, end, clauses[0].opens)

    def row(self, piece: Clause) -> Row:
        return self._rows[piece.start, piece.end]

    def known(self, request: Request) -> Row | None:
        return self._rows.get((request.start, request.end))

    def request(self, piece: Clause) -> Request:
        return self.labelled(piece, self.row(piece))

    def labelled(self, piece: Clause, row: Row) -> Request:
        """The likeliest label. Statements are no questions, and two ways to ask the same count together."""
        if not _ASKING.search(piece.text):
            row = np.where(np.array(self.labels) == QUESTION, row * _AGAINST, row)
            row = row / row.sum()
        best = int(row.argmax())
        twin = _TWINS.get(self.labels[best])
        sure = float(row[best]) + (
            float(row[self.labels.index(twin)]) if twin in self.labels else 0.0
        )
        return Request(piece.text, piece.start, piece.end, self.labels[best], sure, piece.opens)

    def names_record(self, piece: Clause | Request) -> bool:
        return any(
            m.kind in _RECORD_KINDS and piece.start <= m.start < piece.end for m in self._mentions
        )

    def _weighed(self, piece: Clause, row: Row) -> Row:
        """Probabilities after what is named: an invoice number speaks against a hotel request."""
        # A piece without a record of its own speaks of those of the message.
        kinds = {m.kind for m in self._mentions if piece.start <= m.start < piece.end}
        # A room in so many words is a stay, whatever order the rest of the message is about.
        here = {"booking" if kind == "room" else kind for kind in kinds} & _RECORD_KINDS
        named = here or {m.kind for m in self._mentions} & _RECORD_KINDS
        things = {"sku"} if any(m.kind == "sku" for m in self._mentions) else set()
        row = leaned(row, self.labels, piece.text, named | things)
        row = row * self._unlikely / (row * self._unlikely).sum()
        fitting = {label for kind in named for label in _ABOUT[kind]}
        if not fitting:
            return row
        neutral = FILLERS | {QUESTION}
        weights = np.array(
            [1.0 if label in fitting or label in neutral else _AGAINST for label in self.labels]
        )
        weighed = row * weights
        return np.asarray(weighed / weighed.sum())


def _sentences(clauses: list[Clause]) -> list[list[Clause]]:
    """Clauses that only commas part belong together."""
    found: list[list[Clause]] = []
    for clause in clauses:
        if clause.opens or not found:
            found.append([clause])
        else:
            found[-1].append(clause)
    return found


def _of_sentence(clauses: list[Clause], scorer: _Scorer) -> list[Request]:
    """A sentence asks for one thing, unless its clauses surely ask for several."""
    if len(clauses) == 1:
        return [scorer.request(clauses[0])]
    together = scorer.request(scorer.joined(clauses))
    parts = [scorer.request(clause) for clause in clauses]
    strong = [
        part
        for part in parts
        if _stands(part) and (part.confidence >= SURELY or scorer.names_record(part))
    ]
    if len({part.label for part in strong}) < 2:
        return [_led(together, strong)]
    own = sum(scorer.names_record(part) for part in strong)
    if (
        together.confidence >= CERTAINLY
        and own < 2
        and together.label in {part.label for part in strong}
    ):
        return [together]
    return _gathered(parts)


def _led(together: Request, strong: list[Request]) -> Request:
    """The sentence as its one sure clause has it: a reason beside a request must not blur what is asked."""
    leading = max(strong, key=lambda part: part.confidence, default=together)
    if leading.confidence < CERTAINLY or together.confidence >= CERTAINLY:
        return together
    if leading.label == QUESTION and _few(leading.text):
        return together  # `would that be cheaper` asks about what stands before it
    return replace(together, label=leading.label, confidence=leading.confidence)


def _gathered(parts: list[Request]) -> list[Request]:
    """Join the clauses that say nothing by themselves to the request beside them."""
    joined: list[Request] = []
    for part in parts:
        if not joined:
            joined.append(part)
        elif not _stands(part) or part.label == joined[-1].label or _asks_on(joined[-1], part):
            joined[-1] = _join(joined[-1], part)
        elif not _stands(joined[-1]):
            joined[-1] = _join(part, joined[-1])
        else:
            joined.append(part)
    return joined


def _settled(found: list[Request], scorer: _Scorer) -> list[Request]:
    """The requests of all sentences. With one request only, the whole message has a say in what it is."""
    joined = _gathered(found)
    strong = [request for request in joined if _stands(request)]
    if len({request.label for request in strong}) > 1 or len(strong) > 1:
        return joined
    if strong and strong[0].confidence >= SURELY:
        return [
            replace(
                scorer.request(scorer.whole), label=strong[0].label, confidence=strong[0].confidence
            )
        ]
    whole = scorer.row(scorer.whole)
    rows = [whole]
    rows += [
        row
        for request in found
        if _stands(request)
        for row in [scorer.known(request)]
        if row is not None
    ]
    blended = 0.5 * whole + 0.5 * np.mean(rows, axis=0)
    return [scorer.labelled(scorer.whole, blended)]


def _asks_on(before: Request, part: Request) -> bool:
    """A few words that only ask on, such as `from when till when`, belong to the question before them."""
    return before.label == QUESTION and _few(part.text) and _ONLY_ASKS.search(part.text) is not None


def _few(text: str) -> bool:
    return len(_FEW.findall(text)) <= _FEW_WORDS


def _stands(clause: Request) -> bool:
    """Is the clause a request by itself?"""
    return (
        clause.label not in FILLERS
        and clause.confidence >= SURE
        and not _WORDLESS.match(clause.text)
    )


def _join(main: Request, other: Request) -> Request:
    first, last = sorted((main, other), key=lambda one: one.start)
    return replace(
        main,
        text=f"{first.text}，{last.text}",
        start=first.start,
        end=last.end,
        opens=first.opens,
        confidence=max(main.confidence, other.confidence if other.label == main.label else 0.0),
    )
