"""The offline reader: a message, read against the open tasks, becomes a list of tasks."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from domain.conversation import ASK, OUT_OF_SCOPE, SMALLTALK, Task
from domain.reading import CustomerRecords, Reading, ReadingContext
from understanding.acts import Move, asks_first, forbids, negates, read_act
from understanding.filling import Filler, Words
from understanding.models import QUESTION, Models
from understanding.money import one_time_code
from understanding.normalise import clean
from understanding.pending import answered, choose_among, corrected, other_record
from understanding.talk import attachment, small_reply
from understanding.utterance import FILLERS, Request, Utterance, take_apart
from understanding.identifiers import CompanyWords

SURE_READ = 0.30  # below it a read-only request is not taken up
SURE_WRITE = 0.50  # below it a request that would change something is not taken up
SURE_AGGRIEVED = 0.75  # the same, in a message that complains
SURE_TOPIC = 0.5
_AGGRIEVED = frozenset({"delay", "damage", "compensation", "complaint", "grievance", "anger", "not_received", "missing_item", "payment_dispute"})
_ABOUT_DELIVERY = frozenset({"find_order", "track_parcel", QUESTION, "chase_delivery"})
_WEATHER = ("台风", "风球", "黑色暴雨", "typhoon", "rainstorm", "t8", "signal 8", "signal no. 8", "signal 10")
_BARE_CODE = re.compile(r"^\D{0,6}\d{4,8}\D{0,4}$")
_RECORDS = ("order", "invoice", "booking", "account")
_CONDITIONAL = re.compile(r"^(?:如果|假如|萬一|万一|要是|倘若|假設|假设|若果?|if|what if|suppose|in case|say)", re.I)
_QUESTION = re.compile(r"[?？]|嗎|吗|咩$|㗎$|點樣|怎麼|怎么|點(?:計|處理|算)|how|what happens", re.I)


@dataclass(frozen=True)
class _Turn:
    """Everything about the message that is being read."""

    utterance: Utterance
    context: ReadingContext
    move: Move
    waiting: tuple[Task, ...]


class EmbeddedReader:
    """Implements `Reader` without a language model.

    Args:
        fields: for every tool the slots that it takes.
        writes: the tools that change something.
    """

    def __init__(
        self,
        models: Models,
        words: CompanyWords,
        filler: Filler,
        fields: Mapping[str, Collection[str]],
        writes: Collection[str],
    ) -> None:
        self._models = models
        self._words = words
        self._filler = filler
        self._fields = {kind: tuple(names) for kind, names in fields.items()}
        self._writes = frozenset(writes)

    def read(self, text: str, context: ReadingContext) -> Reading:
        """The tasks of a message: new ones, and waiting ones that it moved."""
        note, plain = attachment(clean(text))
        if not plain:
            return Reading((_talk("talk.cannot_read"),) if note else ())
        utterance = take_apart(plain, self._models, self._words, _own(context), _unlikely(context))
        waiting = tuple(task for task in context.tasks if task.status in ("awaiting_customer", "on_hold"))
        turn = _Turn(utterance, context, read_act(plain, self._models), waiting)
        tasks = self._settle(turn)
        if tasks is None:
            tasks = self._fresh(turn, utterance.requests)
        if note:
            tasks = [_talk("talk.cannot_read"), *tasks]
        return Reading(tuple(tasks), turn.move.act, _focus(utterance, tasks, _own(context)))

    def _settle(self, turn: _Turn) -> list[Task] | None:
        """What the message does to tasks that wait; None when it does not speak of them."""
        act = turn.move.act
        if not turn.waiting:
            if act == "undo" and _last_done(turn, self._writes):
                return [_talk("undo.not_possible")]
            return self._amend_done(turn) if act == "correct" else None
        requests = self._news(turn)
        gives = self._given(turn, requests)
        if gives:
            return self._answer(replace(turn, move=Move("none", 1.0)), requests)
        if act == "hold":
            return [replace(task, status="on_hold", shown=None) for task in turn.waiting]
        if act in ("refuse", "drop", "undo") and not requests:
            return self._take_back(turn)
        return self._answer(turn, requests)

    def _take_back(self, turn: _Turn) -> list[Task]:
        """Everything that waits, or what the message names of it, is dropped."""
        choice = choose_among(turn.waiting, turn.utterance.clauses)
        named = choice.dropped or frozenset(task.id for task in turn.waiting)
        corrections = [self._correct(task, turn) for task in turn.waiting]
        if turn.move.act == "refuse" and any(corrections):
            return [task for task in corrections if task]
        return [replace(task, status="dropped", shown=None, missing=()) for task in turn.waiting if task.id in named]

    def _answer(self, turn: _Turn, requests: list[Request]) -> list[Task] | None:
        moved = self._given(turn, requests)
        yes = [task for task in turn.waiting if task.awaits_yes and task.id not in moved]
        moved |= {task.id: task for task in self._decide(turn, yes, requests)}
        left = [request for request in requests if not self._consumed(request, moved.values())]
        # An id or a date that answered a question is not a request of its own.
        if moved and all(request.label not in self._writes and request.confidence < 0.8 for request in left):
            left = []
        fresh = self._fresh(turn, left) if left else []
        return [*moved.values(), *fresh] if moved or fresh else None

    def _given(self, turn: _Turn, requests: list[Request]) -> dict[str, Task]:
        """Waiting tasks that the message gives a missing value for."""
        moved: dict[str, Task] = {}
        coded = [task for task in turn.waiting if "otp" in task.missing]
        if coded and one_time_code(turn.utterance.text, expected=True):
            waiting: Sequence[Task] = coded  # a code is a code, and no quantity
        else:
            waiting = turn.waiting
        for task in waiting:
            if task.missing and not self._another(task, requests):
                fields = self._fields.get(task.kind, ())
                found = answered(task, self._whole(turn), self._filler, fields, turn.context)
                if found:
                    moved[task.id] = found
        return moved

    def _decide(self, turn: _Turn, waiting: list[Task], requests: list[Request]) -> list[Task]:
        """A yes to all or some, a correction, or the other one."""
        if not waiting:
            return []
        if turn.move.act == "agree" and not requests:
            fixed = [self._correct(task, turn) for task in waiting]
            return [done or _agreed(task) for task, done in zip(waiting, fixed, strict=True)]
        choice = choose_among(waiting, turn.utterance.clauses)
        found: list[Task] = []
        for task in waiting:
            fixed_task = self._correct(task, turn) if self._speaks_of(task, turn, requests) else None
            if task.id in choice.dropped:
                found.append(replace(task, status="dropped", shown=None))
            elif fixed_task:
                found.append(fixed_task)
            elif task.id in choice.agreed and turn.move.act != "ask_first":
                found.append(_agreed(task))
            elif turn.move.act == "correct" and not requests:
                found.append(other_record(task, turn.context))
        return found

    def _speaks_of(self, task: Task, turn: _Turn, requests: list[Request]) -> bool:
        """May the values in the message be meant for this task?"""
        if any(request.label == task.kind for request in requests):
            same = [m.value for m in turn.utterance.named("order")]
            return turn.move.act == "correct" or not same or task.slots.get("order") in same or "order" not in task.slots
        return not requests or turn.move.act == "correct"

    def _correct(self, task: Task, turn: _Turn) -> Task | None:
        return corrected(task, self._whole(turn), self._filler, self._fields.get(task.kind, ()), turn.context)

    def _amend_done(self, turn: _Turn) -> list[Task] | None:
        """A correction of what is done already is a new request with the old values underneath."""
        done = _last_done(turn, self._writes)
        amended = self._correct(done, turn) if done else None
        if done is None or amended is None:
            return None
        return [Task(id="", kind=done.kind, slots=amended.slots, text=turn.utterance.text)]

    def _news(self, turn: _Turn) -> list[Request]:
        """The requests of the message that are not about a waiting task's own yes or no."""
        kinds = {task.kind for task in turn.waiting}
        return [
            request
            for request in turn.utterance.requests
            if self._takes_up(request, turn)
            and not (negates(request.text) and request.label in kinds)
            and not (turn.move.act in ("agree", "refuse", "drop", "undo") and request.confidence < 0.8)
            and not (request.label in kinds and turn.move.act == "ask_done")
            and not (request.label == SMALLTALK)
        ]

    @staticmethod
    def _another(task: Task, requests: list[Request]) -> bool:
        """Does the message turn to something else, surely enough not to be the answer?"""
        return bool(requests) and all(one.label != task.kind and one.confidence > 0.85 for one in requests)

    @staticmethod
    def _consumed(request: Request, moved: Collection[Task]) -> bool:
        return any(task.kind == request.label for task in moved)

    def _takes_up(self, request: Request, turn: _Turn) -> bool:
        """Sure enough? A named record makes a change likelier, a grievance makes it less likely to be meant."""
        if request.label in FILLERS - {SMALLTALK}:
            return False
        if request.label not in self._writes:
            return request.confidence >= SURE_READ
        if turn.context.signals & _AGGRIEVED:
            return request.confidence >= SURE_AGGRIEVED
        named = any(turn.utterance.within(request, kind) for kind in _RECORDS)
        return request.confidence >= (SURE_READ if named else SURE_WRITE)

    def _fresh(self, turn: _Turn, requests: Sequence[Request]) -> list[Task]:
        """New tasks, each with its slots; one a record when several are named."""
        first = turn.move.act == "ask_first" or asks_first(turn.utterance.text)
        tasks: list[Task] = []
        for number, request in enumerate(requests):
            if self._takes_up(request, turn) and not (forbids(request.text) and request.label in self._writes):
                words = self._words_of(turn, request, requests, number)
                tasks += [replace(task, ask_first=first) for task in self._tasks(request, words, turn)]
        if not tasks and _BARE_CODE.match(turn.utterance.text) and not turn.utterance.mentions:
            return [_talk("talk.no_code_needed")]
        talk = [task for task in tasks if task.kind == SMALLTALK]
        asked = _distinct([task for task in tasks if task.kind != SMALLTALK])
        if not asked and not talk and turn.utterance.requests and turn.utterance.requests[0].label == "remark":
            return [_talk("talk.go_on")]
        return asked or talk[:1]

    def _tasks(self, request: Request, words: Words, turn: _Turn) -> list[Task]:
        label = request.label
        if label in _ABOUT_DELIVERY and self._speaks_of_weather(turn.utterance.text):
            return [Task(id="", kind=ASK, slots={"topic": "weather"}, text=request.text)]
        if label == SMALLTALK:
            return [_talk(small_reply(request.text))]
        if label == OUT_OF_SCOPE:
            return [Task(id="", kind=OUT_OF_SCOPE, text=request.text)]
        if label == QUESTION or (label in self._writes and self._only_asks(words, turn)):
            return [self._question(request.text, turn)]
        slots = self._filler.fill(self._fields[label], words, turn.context)
        record = next((kind for kind in _RECORDS if kind in self._fields[label]), "order")
        ids = list(dict.fromkeys(m.value for m in words.mentions(record) if m.value))
        if len(ids) > 1:
            return [Task(id="", kind=label, slots={**slots, record: one}, text=request.text) for one in ids]
        return [Task(id="", kind=label, slots=slots, text=request.text)]

    def _speaks_of_weather(self, text: str) -> bool:
        """A typhoon or a black rainstorm decides about deliveries, whatever order is named."""
        plain = self._models.features.lexicon.plain(text)
        return any(word in plain for word in _WEATHER)

    @staticmethod
    def _only_asks(words: Words, turn: _Turn) -> bool:
        """`If it does not fit, can I return it?` asks; with a record named it may well be a request."""
        named = any(words.mentions(kind) for kind in _RECORDS)
        return not named and _CONDITIONAL.search(words.text) is not None and _QUESTION.search(words.text) is not None

    def _question(self, text: str, turn: _Turn) -> Task:
        scores = self._models.topics.scores(self._models.features([text]))[0]
        best = int(scores.argmax())
        topic = self._models.topics.labels[best] if scores[best] >= SURE_TOPIC else "other_question"
        return Task(id="", kind=ASK, slots={"topic": topic}, text=text)

    @staticmethod
    def _whole(turn: _Turn) -> Words:
        text = turn.utterance.text
        return Words(text, turn.utterance, 0, len(text), alone=True)

    @staticmethod
    def _words_of(turn: _Turn, request: Request, requests: Sequence[Request], number: int) -> Words:
        """The request's own stretch, up to the next request."""
        if len(requests) == 1:
            return EmbeddedReader._whole(turn)
        start = request.start if number else 0
        end = requests[number + 1].start if number + 1 < len(requests) else len(turn.utterance.text)
        return Words(turn.utterance.text[start:end], turn.utterance, start, end, alone=False)


def _unlikely(context: ReadingContext) -> frozenset[str]:
    """Requests about records of which the customer has none."""
    records = context.records
    if records == CustomerRecords():
        return frozenset()  # nothing is known of the customer, so nothing is unlikely
    return frozenset() if records.bookings else frozenset({"change_booking", "cancel_booking"})


def _own(context: ReadingContext) -> frozenset[str]:
    """Every id that is the customer's own."""
    records = context.records
    return frozenset(
        one.id for group in (records.orders, records.invoices, records.bookings, records.accounts) for one in group
    )


def _focus(utterance: Utterance, tasks: Sequence[Task], mine: Collection[str]) -> dict[str, str]:
    """The customer's own records that were spoken of last."""
    named: dict[str, str] = {m.kind: m.value for m in utterance.mentions if m.kind in _RECORDS}
    for task in tasks:
        named |= {kind: task.slots[kind] for kind in _RECORDS if kind in task.slots}
    return {str(kind): value for kind, value in named.items() if value in mine}


def _talk(reply: str) -> Task:
    return Task(id="", kind=SMALLTALK, slots={"reply": reply})


def _agreed(task: Task) -> Task:
    return replace(task, status="open", agreed=task.shown)


def _distinct(tasks: list[Task]) -> list[Task]:
    """The same request said twice is one."""
    seen: dict[tuple[str, ...], Task] = {}
    for task in tasks:
        key = (task.kind, *(f"{slot}={task.slots.get(slot)}" for slot in (*_RECORDS, "sku", "topic", "checkin")))
        seen.setdefault(key, task)
    return list(seen.values())


def _last_done(turn: _Turn, writes: Collection[str]) -> Task | None:
    done = [task for task in turn.context.tasks if task.status == "done" and task.kind in writes]
    return done[-1] if done else None


