"""How sure the offline reader is that it has read a message rightly: what the cascade decides by."""

from __future__ import annotations

from domain.conversation import OUT_OF_SCOPE
from domain.reading import Reading, ReadingContext
from understanding.utterance import FILLERS, Request, Utterance

SETTLED = 1.0  # a yes, a no, a value that was asked for: code alone decides these
ALMOST = 0.999  # a request that was read out of words is never settled
NOTHING = 0.0


def certainty(utterance: Utterance, reading: Reading, context: ReadingContext) -> float:
    """0..1: the least sure of the requests that were found, and of the clauses that were left out of them."""
    waiting = {task.id for task in context.tasks if task.unfinished}
    moved = [task for task in reading.tasks if task.id in waiting]
    fresh = [task for task in reading.tasks if task.id not in waiting]
    if moved and (not fresh or any(task.agreed or task.status == "dropped" for task in moved)):
        return SETTLED  # what a customer agreed to, or took back, is not read a second time
    if not reading.tasks:
        return SETTLED if reading.act not in ("none", "correct") else NOTHING
    sure = [request.confidence for request in (*utterance.requests, *_left_out(utterance))]
    doubt = 0.5 if any(task.kind == OUT_OF_SCOPE for task in fresh) else 1.0
    return min(*sure, ALMOST) * doubt if sure else NOTHING


def _left_out(utterance: Utterance) -> list[Request]:
    """Clauses with a meaning of their own that became part of a request of another meaning."""
    found = []
    for clause in utterance.clauses:
        inside = [r for r in utterance.requests if r.start <= clause.start < r.end]
        if clause.label not in FILLERS and all(r.label != clause.label for r in inside):
            found.append(
                Request(
                    clause.text,
                    clause.start,
                    clause.end,
                    clause.label,
                    1.0
                    - clause.confidence,  # the surer of the other meaning, the likelier that one was lost
                    clause.opens,
                )
            )
    return found
