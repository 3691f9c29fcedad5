"""What the requests of a message ask for becomes new tasks, each with the values that were said."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from domain.conversation import OUT_OF_SCOPE, SMALLTALK, Task
from domain.reading import ReadingContext
from understanding.acts import Move, asks_first, forbids
from understanding.bare_wishes import wished
from understanding.conditions import only_asks
from understanding.examples import QUESTION
from understanding.filling import Filler, Words
from understanding.one_order import asks_what_comes_back, once_per_order, undone_as
from understanding.questions import Questions
from understanding.readings import RECORDS, distinct, talk
from understanding.talk import small_reply
from understanding.utterance import FILLERS, Request, Utterance

SURE_READ = 0.30  # below it a read-only request is not taken up
SURE_WRITE = 0.50  # below it a request that would change something is not taken up
SURE_AT_ONCE = 0.7  # the same, for a change that needs no confirmation
SURE_CHAT = 0.7  # below it a message that names an order is no small talk
SURE_AGGRIEVED = 0.6  # the same, in a message that complains
_AGGRIEVED = frozenset(
    {
        "delay",
        "damage",
        "compensation",
        "complaint",
        "grievance",
        "anger",
        "not_received",
        "missing_item",
        "payment_dispute",
    }
)
_BARE_CODE = re.compile(r"^\D{0,6}\d{4,8}\D{0,4}$")
_BACK = frozenset({"find_refund", "refund_order", "return_order", QUESTION})


@dataclass(frozen=True)
class Turn:
    """Everything about the message that is being read."""

    utterance: Utterance
    context: ReadingContext
    move: Move
    waiting: tuple[Task, ...]

    @property
    def whole(self) -> Words:
        text = self.utterance.text
        return Words(text, self.utterance, 0, len(text), alone=True)


class Proposer:
    """Makes new tasks.

    Args:
        fields: for every tool the slots that it takes.
        writes: the tools that change something.
        at_once: those of them that ask for no confirmation, so that reading has to be surer.
    """

    def __init__(
        self,
        questions: Questions,
        filler: Filler,
        *,
        fields: Mapping[str, Collection[str]],
        writes: frozenset[str],
        at_once: frozenset[str],
    ) -> None:
        self._questions = questions
        self._filler = filler
        self._fields = fields
        self._writes = writes
        self._at_once = at_once

    def takes_up(self, request: Request, turn: Turn) -> bool:
        """Sure enough? A named record makes a change likelier, a grievance makes it less likely to be meant."""
        if request.label in FILLERS - {SMALLTALK}:
            return False
        if request.label not in self._writes:
            return request.confidence >= SURE_READ
        if turn.context.signals & _AGGRIEVED:
            return request.confidence >= SURE_AGGRIEVED
        named = any(turn.utterance.within(request, kind) for kind in RECORDS)
        if request.label in self._at_once:
            return request.confidence >= (SURE_WRITE if named else SURE_AT_ONCE)
        return request.confidence >= (SURE_READ if named else SURE_WRITE)

    def fresh(self, turn: Turn, requests: Sequence[Request]) -> list[Task]:
        """New tasks, each with its slots; one a record when several are named."""
        first = turn.move.act == "ask_first" or asks_first(turn.utterance.text)
        tasks: list[Task] = []
        for number, request in enumerate(requests):
            words = self._words_of(turn, request, requests, number)
            if self._would_come_back(request, words, turn):
                tasks += self._made("refund_order", request, words, turn)
            elif self.takes_up(request, turn) and not (
                forbids(request.text) and request.label in self._writes
            ):
                tasks += self._tasks(request, words, turn)
        tasks = [replace(task, ask_first=first) for task in tasks]
        if not tasks and _BARE_CODE.match(turn.utterance.text) and not turn.utterance.mentions:
            return [talk("talk.no_code_needed")]
        chat = [task for task in tasks if task.kind == SMALLTALK]
        asked = distinct([task for task in tasks if task.kind != SMALLTALK])
        return once_per_order(asked, turn.context.records) or self._unasked(turn, chat)

    def _unasked(self, turn: Turn, chat: list[Task]) -> list[Task]:
        """Nothing was surely asked for: a wish in two words, small talk, or something that is only told."""
        topic = self._questions.told_by_words(QUESTION, turn.utterance.text)
        if topic:
            return [self._questions.of_topic(topic, turn.utterance.text)]
        wish = wished(turn.utterance, turn.context.records)
        if wish:
            slots = self._filler.fill(self._fields[wish], turn.whole, turn.context)
            return [Task(id="", kind=wish, slots=slots, text=turn.utterance.text)]
        requests = turn.utterance.requests
        named = [m.value for m in turn.utterance.named("order") if m.value]
        if named and requests and requests[0].confidence < SURE_CHAT and chat:
            text = turn.utterance.text  # hardly small talk: whoever names an order asks about it
            return [Task(id="", kind="find_order", slots={"order": named[0]}, text=text)]
        if not chat and requests and requests[0].label == "remark":
            return [talk("talk.go_on")]
        return chat[:1]

    def _tasks(self, request: Request, words: Words, turn: Turn) -> list[Task]:
        label = request.label
        topic = self._questions.told_by_words(label, turn.utterance.text)
        if topic:
            return [self._questions.of_topic(topic, request.text)]
        if label == SMALLTALK:
            return [talk(small_reply(request.text))]
        if label == OUT_OF_SCOPE:
            return [Task(id="", kind=OUT_OF_SCOPE, text=request.text)]
        if label == QUESTION or (label in self._writes and only_asks(words)):
            return [self._questions.question(request.text)]
        label = undone_as(label, words, turn.context.records)
        made = self._made(label, request, words, turn)
        rule = self._questions.in_time(label, words.text)
        return [rule, *made] if rule else made

    def _made(self, label: str, request: Request, words: Words, turn: Turn) -> list[Task]:
        fields = self._fields[label]
        slots = self._filler.fill(fields, words, turn.context)
        slots |= {name: value for name, value in request.slots.items() if name in fields}
        record = next((kind for kind in RECORDS if kind in fields), "order")
        ids = list(dict.fromkeys(m.value for m in words.mentions(record) if m.value))
        if len(ids) > 1:
            return [
                Task(id="", kind=label, slots={**slots, record: one}, text=request.text)
                for one in ids
            ]
        return [Task(id="", kind=label, slots=slots, text=request.text)]

    def _would_come_back(self, request: Request, words: Words, turn: Turn) -> bool:
        """`How much would I get back for it?`: the offer says so, and nothing happens without a yes."""
        known = "order" in self._filler.fill(("order",), words, turn.context)
        return request.label in _BACK and known and asks_what_comes_back(words.text)

    @staticmethod
    def _words_of(turn: Turn, request: Request, requests: Sequence[Request], number: int) -> Words:
        """The request's own stretch, up to the next request."""
        if len(requests) == 1:
            return turn.whole
        start = request.start if number else 0
        end = requests[number + 1].start if number + 1 < len(requests) else len(turn.utterance.text)
        return Words(turn.utterance.text[start:end], turn.utterance, start, end, alone=False)
