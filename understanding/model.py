"""The reader that asks a language model: one call for the whole message, however many requests are in it.

The model only says what is asked and in which words. Code checks every call, finds the values, and alone decides
what a yes, a no or a correction does to open tasks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import structlog
from prometheus_client import Counter

from domain.conversation import OUT_OF_SCOPE, SMALLTALK
from domain.errors import InvalidModelOutput
from domain.models import Call, Completion, Model
from domain.reading import Reading, ReadingContext
from understanding.asking import QUOTE, Asking
from understanding.examples import QUESTION
from understanding.grounding import grounded
from understanding.leaning import leaned
from understanding.models import Models
from understanding.normalise import fold
from understanding.settling import Settler
from understanding.utterance import FILLERS, Request, Utterance

log = structlog.get_logger()
MOST_CALLS = 12  # requests in one message; a model that repeats itself for ever is cut off
SURE = 0.9  # how sure a request found by a model counts
# What the offline reader must see of a tool in the words, so that a model cannot make a request up. The second is
# for changes that are made without asking.
HINTED = 0.02
PLAINLY = 0.2
_TALK = frozenset({QUESTION, SMALLTALK, OUT_OF_SCOPE})
_DROPPED = Counter("nightdesk_model_calls_dropped", "Calls of a model that were not used", ["why"])


@dataclass(frozen=True)
class Kinds:
    """The tools that change something, and those of them that ask for no yes."""

    writes: Collection[str]
    at_once: Collection[str]


class ModelReader:
    """Reads a message that was taken apart already, with one call to a model."""

    def __init__(
        self, model: Model, asking: Asking, settler: Settler, models: Models, kinds: Kinds
    ) -> None:
        self._model = model
        self._asking = asking
        self._settler = settler
        self._models = models
        self._kinds = kinds

    async def read(
        self, utterance: Utterance, context: ReadingContext, sure: float = 1.0
    ) -> Reading:
        """The tasks of a message. Requests that the offline reader is so `sure` of (0..1) stay as it read them.

        Raises:
            ModelError: no usable answer; the offline reading has to do.
        """
        likely = await asyncio.to_thread(self._likelihood, utterance)
        ranked = sorted(likely, key=lambda label: -likely[label])
        prompt = self._asking.prompt(
            utterance.text, context, ranked, tenant=context.tenant, turn=context.turn
        )
        completion = await self._model.complete(prompt)
        shown = {function.name for function in prompt.functions}
        requests = self._requests(completion, shown, utterance, context, likely)
        requests = beside(requests, [one for one in utterance.requests if _stands(one, sure)])
        found = replace(utterance, requests=tuple(requests), clauses=tuple(requests))
        return await asyncio.to_thread(self._settler.settle, found, context)

    def _likelihood(self, utterance: Utterance) -> Mapping[str, float]:
        """How likely each label is of the message or of any of its clauses."""
        pieces = list(dict.fromkeys([utterance.text, *(c.text for c in utterance.clauses)]))
        labels = self._models.tasks.labels
        rows = self._models.tasks.scores(self._models.features(pieces))
        named = {mention.kind for mention in utterance.mentions}
        best = np.max(
            [leaned(row, labels, text, named) for row, text in zip(rows, pieces, strict=True)],
            axis=0,
        )
        return dict(zip(labels, best.tolist(), strict=True))

    def _requests(
        self,
        completion: Completion,
        shown: Collection[str],
        utterance: Utterance,
        context: ReadingContext,
        likely: Mapping[str, float],
    ) -> list[Request]:
        """The calls that hold, in the order of the message."""
        kept: dict[tuple[str, str], Request] = {}
        for call in completion.calls[:MOST_CALLS]:
            why = self._objection(call, shown, likely)
            if why is None:
                request = _request(call, utterance, context)
                key = (request.label, repr(sorted(request.slots.items())) or request.text)
                why = "duplicate" if key in kept else None
                kept.setdefault(key, request)
            if why is not None:
                _DROPPED.labels(why).inc()
                log.info("model_call_dropped", call=call.name[:40], why=why)
        if not kept:
            raise InvalidModelOutput("the model named no request that could be used")
        return sorted(kept.values(), key=lambda one: one.start)

    def _objection(
        self, call: Call, shown: Collection[str], likely: Mapping[str, float]
    ) -> str | None:
        if call.name not in shown:
            return "unknown"
        if call.name in _TALK:
            return None
        changes_at_once = call.name in self._kinds.writes and call.name in self._kinds.at_once
        needed = PLAINLY if changes_at_once else HINTED
        return None if likely.get(call.name, 0.0) >= needed else "not_in_the_words"


def beside(found: Sequence[Request], sure: Sequence[Request]) -> list[Request]:
    """What a model found beside requests that are sure, in the order of the message.

    A model may add a request and name its values; it may not lose one, or take its words for something else.
    """
    kept = {one: one for one in sure}
    added = []
    for request in found:
        inside = [one for one in sure if 2 * _shared(one, request) > request.end - request.start]
        same = [one for one in sure if one.label == request.label and _shared(one, request)]
        if same:
            kept[same[0]] = replace(same[0], slots={**same[0].slots, **request.slots})
        elif inside or (sure and request.label in _TALK - {QUESTION}):
            _DROPPED.labels("surely_something_else").inc()
        else:
            added.append(request)
    return sorted([*kept.values(), *added], key=lambda one: one.start)


def _stands(request: Request, sure: float) -> bool:
    return request.confidence >= sure and request.label not in FILLERS


def _shared(one: Request, other: Request) -> int:
    """How many characters of the message both are about."""
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _request(call: Call, utterance: Utterance, context: ReadingContext) -> Request:
    """The call as a request of the message; words that the customer did not say are not theirs."""
    quoted = call.arguments.get(QUOTE)
    start, end = _place(str(quoted or ""), utterance.text)
    slots = {name: value for name, value in call.arguments.items() if name != QUOTE}
    text = utterance.text[start:end]
    return Request(text, start, end, call.name, SURE, True, grounded(slots, utterance, context))


def _place(quote: str, text: str) -> tuple[int, int]:
    """Where the words stand; the whole message when they are not in it."""
    at = fold(text).find(fold(quote.strip())) if quote.strip() else -1
    return (at, at + len(quote.strip())) if at >= 0 else (0, len(text))
