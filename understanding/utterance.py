"""A message taken apart: its clauses, what each asks for, and the records and things it names."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from understanding.clauses import Clause, split
from understanding.identifiers import CompanyWords, Mention
from understanding.models import QUESTION, REPORT, Models

FILLERS = frozenset({"remark", "smalltalk", REPORT})
SURE = 0.45  # a clause below it does not stand as a request beside another one
_WORDLESS = re.compile(r"^[\W\d_]*$")
# A named record speaks for the requests that are about such a record.
_ABOUT = {
    "invoice": frozenset({"edit_invoice", "reissue_invoice"}),
    "booking": frozenset({"change_booking", "cancel_booking", "book_room", "find_rooms"}),
    "account": frozenset({"check_balance"}),
}
_ABOUT_ORDERS = frozenset(
    {"find_order", "track_parcel", "chase_delivery", "cancel_order", "change_address", "remove_item"}
    | {"return_order", "exchange_item", "refund_order", "find_refund", "edit_invoice", "reissue_invoice"}
)
_RECORD_KINDS = frozenset({"order", "invoice", "booking", "account"})
_AGAINST = 0.08  # what is left of a request that is not about the record that was named


@dataclass(frozen=True)
class Request:
    """One request of a message: its words, where they stand, what is asked and how sure we are."""

    text: str
    start: int
    end: int
    label: str
    confidence: float
    opens: bool


@dataclass(frozen=True)
class Utterance:
    """A message taken apart. `text` is cleaned; offsets refer to it."""

    text: str
    requests: tuple[Request, ...]
    mentions: tuple[Mention, ...]

    def within(self, request: Request, kind: str) -> list[Mention]:
        """What a request names of a kind, in its own words."""
        return [m for m in self.mentions if m.kind == kind and request.start <= m.start < request.end]

    def named(self, kind: str) -> list[Mention]:
        return [m for m in self.mentions if m.kind == kind]


def take_apart(text: str, models: Models, words: CompanyWords, mine: Collection[str]) -> Utterance:
    """The requests of a cleaned message, in order; a message that asks for nothing has none."""
    mentions = tuple(words.find(text, mine))
    clauses = split(text)
    if not clauses:
        return Utterance(text, (), mentions)
    whole = Clause(text, 0, len(text), True)
    pieces = [whole] if len(clauses) == 1 else [whole, *clauses]
    scored = models.tasks.scores(models.features([piece.text for piece in pieces]))
    labels = models.tasks.labels
    rows = [_weighed(row, labels, piece, mentions) for row, piece in zip(scored, pieces, strict=True)]
    requests = [_request(piece, row, labels) for piece, row in zip(pieces, rows, strict=True)]
    if len(requests) == 1:
        return Utterance(text, (requests[0],), mentions)
    return Utterance(text, tuple(_gather(requests[0], requests[1:], rows, labels)), mentions)


def _weighed(row: np.ndarray, labels: list[str], piece: Clause, mentions: tuple[Mention, ...]) -> np.ndarray:
    """Probabilities after what the clause names: an invoice number speaks against a hotel request."""
    # A clause without a record of its own speaks of those of the message.
    here = {m.kind for m in mentions if piece.start <= m.start < piece.end} & _RECORD_KINDS
    named = here or {m.kind for m in mentions} & _RECORD_KINDS
    fitting: set[str] = set()
    for kind in named & set(_ABOUT):
        fitting |= _ABOUT[kind]
    if "order" in named:
        fitting |= _ABOUT_ORDERS
    if not fitting:
        return row
    neutral = FILLERS | {QUESTION}
    weights = np.array([1.0 if label in fitting or label in neutral else _AGAINST for label in labels])
    weighed = row * weights
    return np.asarray(weighed / weighed.sum())


def _request(piece: Clause, row: np.ndarray, labels: list[str]) -> Request:
    best = int(row.argmax())
    return Request(piece.text, piece.start, piece.end, labels[best], float(row[best]), piece.opens)


def _gather(whole: Request, clauses: list[Request], rows: list[np.ndarray], labels: list[str]) -> list[Request]:
    """Join clauses that belong to one request; what a clause alone does not say, the whole message does."""
    strong = [c for c in clauses if _stands(c)]
    kinds = {c.label for c in strong}
    if len(kinds) <= 1 or (whole.confidence > 0.9 and all(c.confidence < 0.75 or c.label == whole.label for c in strong)):
        blended = 0.5 * rows[0] + 0.5 * np.mean(rows[1:], axis=0) if not strong else 0.5 * rows[0] + 0.5 * np.mean(
            [rows[1 + clauses.index(c)] for c in strong], axis=0
        )
        best = int(blended.argmax())
        return [replace(whole, label=labels[best], confidence=float(blended[best]))]
    joined: list[Request] = []
    for clause in clauses:
        if not joined:
            joined.append(clause)
        elif not _stands(clause) or clause.label == joined[-1].label:
            joined[-1] = _join(joined[-1], clause)
        elif not _stands(joined[-1]):
            joined[-1] = _join(clause, joined[-1])
        else:
            joined.append(clause)
    return joined


def _stands(clause: Request) -> bool:
    """Is the clause a request by itself?"""
    return clause.label not in FILLERS and clause.confidence >= SURE and not _WORDLESS.match(clause.text)


def _join(main: Request, other: Request) -> Request:
    first, last = sorted((main, other), key=lambda one: one.start)
    return replace(
        main, text=f"{first.text}，{last.text}", start=first.start, end=last.end, opens=first.opens,
        confidence=max(main.confidence, other.confidence),
    )
