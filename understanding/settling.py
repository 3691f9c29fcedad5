"""What the requests of a message do to the tasks of a conversation. Whoever found them, code decides this."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from domain.conversation import ASK, OUT_OF_SCOPE, SMALLTALK, Task
from domain.reading import Reading, ReadingContext
from understanding.acts import Move, asks_first, forbids, negates, read_act
from understanding.conditions import only_asks
from understanding.examples import QUESTION
from understanding.filling import Filler, Words
from understanding.models import Models
from understanding.money import one_time_code
from understanding.pending import (
    about_waiting,
    answered,
    choose_among,
    confirms,
    corrected,
    other_record,
)
from understanding.readings import (
    agreed,
    distinct,
    focus,
    last_done,
    last_settled,
    own,
    talk,
)
from understanding.talk import small_reply
from understanding.utterance import FILLERS, Request, Utterance

SURE_READ = 0.30  # below it a read-only request is not taken up
SURE_WRITE = 0.50  # below it a request that would change something is not taken up
SURE_AT_ONCE = 0.7  # the same, for a change that needs no confirmation
SURE_AGGRIEVED = 0.6  # the same, in a message that complains
SURE_TOPIC = 0.5
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
_ABOUT_DELIVERY = frozenset({"find_order", "track_parcel", QUESTION, "chase_delivery"})
_WEATHER = (
    "台风",
    "风球",
    "黑色暴雨",
    "typhoon",
    "rainstorm",
    "t8",
    "signal 8",
    "signal no. 8",
    "signal 10",
)
_CANCEL = re.compile(r"取消|cancel", re.I)
_BARE_CODE = re.compile(r"^\D{0,6}\d{4,8}\D{0,4}$")
_RECORDS = ("order", "invoice", "booking", "account")


@dataclass(frozen=True)
class _Turn:
    """Everything about the message that is being read."""

    utterance: Utterance
    context: ReadingContext
    move: Move
    waiting: tuple[Task, ...]


class Settler:
    """Turns the requests of a message into tasks: new ones, and waiting ones that it moved.

    A yes, a no and a correction are read here from the customer's own words, never taken from a model.

    Args:
        fields: for every tool the slots that it takes.
        writes: the tools that change something.
        at_once: those of them that ask for no confirmation, so that reading has to be surer.
    """

    def __init__(
        self,
        models: Models,
        filler: Filler,
        *,
        fields: Mapping[str, Collection[str]],
        writes: Collection[str],
        at_once: Collection[str] = (),
    ) -> None:
        self._models = models
        self._filler = filler
        self._fields = {kind: tuple(names) for kind, names in fields.items()}
        self._writes = frozenset(writes)
        self._at_once = frozenset(at_once)

    def settle(self, utterance: Utterance, context: ReadingContext) -> Reading:
        """The tasks of a message."""
        waiting = tuple(
            task for task in context.tasks if task.status in ("awaiting_customer", "on_hold")
        )
        turn = _Turn(utterance, context, read_act(utterance.text, self._models), waiting)
        tasks = self._settle(turn)
        if tasks is None:
            tasks = self._fresh(turn, utterance.requests)
        return Reading(tuple(tasks), turn.move.act, focus(utterance, tasks, own(context)))

    def _settle(self, turn: _Turn) -> list[Task] | None:
        """What the message does to tasks that wait; None when it does not speak of them."""
        act = turn.move.act
        if not turn.waiting:
            if act == "undo" and last_done(turn.context.tasks, self._writes):
                return [talk("undo.not_possible")]
            done = last_done(turn.context.tasks, self._writes)
            if act == "ask_done" and done and not self._news(turn):
                return [done]
            return self._amend(turn) if act == "correct" else None
        requests = about_waiting(
            self._news(turn), turn.waiting, named=bool(turn.utterance.named("booking"))
        )
        if act in ("drop", "refuse") and self._means_go_ahead(turn):
            act = "agree"
            turn = replace(turn, move=Move(act, 1.0))
        gives = self._given(turn, requests)
        if gives:
            return self._answer(replace(turn, move=Move("none", 1.0)), requests)
        if act == "hold":
            return [replace(task, status="on_hold") for task in turn.waiting]
        if act in ("refuse", "drop", "undo") and not requests:
            return self._take_back(turn)
        return self._answer(turn, requests)

    def _take_back(self, turn: _Turn) -> list[Task]:
        """Everything that waits, or what the message names of it, is dropped."""
        choice = choose_among(turn.waiting, turn.utterance.clauses)
        everything = frozenset(task.id for task in turn.waiting) - choice.agreed
        named = choice.dropped or everything
        kept = [agreed(task) for task in turn.waiting if task.id in choice.agreed]
        corrections = [self._correct(task, turn) for task in turn.waiting]
        if turn.move.act == "refuse" and any(corrections):
            return [task for task in corrections if task]
        dropped = [
            replace(task, status="dropped", shown=None, missing=())
            for task in turn.waiting
            if task.id in named
        ]
        return [*kept, *dropped]

    def _answer(self, turn: _Turn, requests: list[Request]) -> list[Task] | None:
        moved = self._given(turn, requests)
        yes = [task for task in turn.waiting if task.awaits_yes and task.id not in moved]
        moved |= {task.id: task for task in self._decide(turn, yes, requests)}
        moved |= {
            task.id: task for task in self._taken_up_again(turn, requests) if task.id not in moved
        }
        known = [*moved.values(), *turn.waiting]
        left = [request for request in requests if not self._consumed(request, known, turn)]
        # An id or a date that answered a question is not a request of its own.
        if moved and all(
            request.label not in self._writes and request.confidence < 0.8 for request in left
        ):
            left = []
        fresh = self._fresh(turn, left) if left else []
        # Asked again for what waits already: the reply shows it again, and nothing is doubled.
        return [*moved.values(), *fresh] if moved or fresh or len(left) < len(requests) else None

    def _taken_up_again(self, turn: _Turn, requests: list[Request]) -> list[Task]:
        """Tasks that were put off and are spoken of again; what they would do is shown anew."""
        again = turn.move.act == "agree"
        return [
            replace(task, status="open", agreed=task.shown if again else None)
            for task in turn.waiting
            if task.status == "on_hold" and (again or any(r.label == task.kind for r in requests))
        ]

    @staticmethod
    def _means_go_ahead(turn: _Turn) -> bool:
        """`Cancel it, then` takes nothing back where a cancellation waits for a yes."""
        waits = any(task.kind.startswith("cancel") for task in turn.waiting)
        text = turn.utterance.text
        return waits and _CANCEL.search(text) is not None and not negates(text)

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
                found = found or _told(task, requests)
                if found:
                    moved[task.id] = found
        return moved

    def _decide(self, turn: _Turn, waiting: list[Task], requests: list[Request]) -> list[Task]:
        """A yes to all or some, a correction, or the other one."""
        if not waiting:
            return []
        if turn.move.act == "agree" and not requests:
            fixed = [self._correct(task, turn) for task in waiting]
            return [done or agreed(task) for task, done in zip(waiting, fixed, strict=True)]
        choice = choose_among(waiting, turn.utterance.clauses)
        found: list[Task] = []
        for task in waiting:
            fixed_task = (
                self._correct(task, turn) if self._speaks_of(task, turn, requests) else None
            )
            if task.id in choice.dropped:
                found.append(replace(task, status="dropped", shown=None))
            elif fixed_task:
                found.append(fixed_task)
            elif (
                task.id in choice.agreed or self._says_yes_to(task, turn, requests)
            ) and turn.move.act != "ask_first":
                found.append(agreed(task))
            elif turn.move.act == "correct" and not requests:
                found.append(other_record(task, turn.context))
        return found

    @staticmethod
    def _says_yes_to(task: Task, turn: _Turn, requests: list[Request]) -> bool:
        """The request again, with a go-ahead: `confirm the cancellation of that order`."""
        same = [request for request in requests if request.label == task.kind]
        named = {m.value for m in turn.utterance.named("order")}
        fits = not named or task.slots.get("order") in named
        return bool(same) and fits and any(confirms(request.text) for request in same)

    def _speaks_of(self, task: Task, turn: _Turn, requests: list[Request]) -> bool:
        """May the values in the message be meant for this task?"""
        if any(request.label == task.kind for request in requests):
            same = [m.value for m in turn.utterance.named("order")]
            return (
                turn.move.act == "correct"
                or not same
                or task.slots.get("order") in same
                or "order" not in task.slots
            )
        return not requests or turn.move.act == "correct"

    def _correct(self, task: Task, turn: _Turn) -> Task | None:
        return corrected(
            task, self._whole(turn), self._filler, self._fields.get(task.kind, ()), turn.context
        )

    def _amend(self, turn: _Turn) -> list[Task] | None:
        """A correction of what is settled already is a new request with the old values underneath."""
        done = last_settled(turn.context.tasks, self._writes)
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
            and not (
                turn.move.act in ("agree", "refuse", "drop", "undo") and request.confidence < 0.8
            )
            and not (request.label in kinds and turn.move.act == "ask_done")
            and request.label != SMALLTALK
        ]

    @staticmethod
    def _another(task: Task, requests: list[Request]) -> bool:
        """Does the message turn to something else, surely enough not to be the answer?"""
        return bool(requests) and all(
            one.label != task.kind and one.confidence > 0.85 for one in requests
        )

    @staticmethod
    def _consumed(request: Request, known: Collection[Task], turn: _Turn) -> bool:
        """Is it the request of a task that is known: of its kind, and about no other record?"""
        named = {m.value for kind in _RECORDS for m in turn.utterance.within(request, kind)}
        return any(
            task.kind == request.label and not named - set(task.slots.values()) for task in known
        )

    def _takes_up(self, request: Request, turn: _Turn) -> bool:
        """Sure enough? A named record makes a change likelier, a grievance makes it less likely to be meant."""
        if request.label in FILLERS - {SMALLTALK}:
            return False
        if request.label not in self._writes:
            return request.confidence >= SURE_READ
        if turn.context.signals & _AGGRIEVED:
            return request.confidence >= SURE_AGGRIEVED
        named = any(turn.utterance.within(request, kind) for kind in _RECORDS)
        if request.label in self._at_once:
            return request.confidence >= (SURE_WRITE if named else SURE_AT_ONCE)
        return request.confidence >= (SURE_READ if named else SURE_WRITE)

    def _fresh(self, turn: _Turn, requests: Sequence[Request]) -> list[Task]:
        """New tasks, each with its slots; one a record when several are named."""
        first = turn.move.act == "ask_first" or asks_first(turn.utterance.text)
        tasks: list[Task] = []
        for number, request in enumerate(requests):
            if self._takes_up(request, turn) and not (
                forbids(request.text) and request.label in self._writes
            ):
                words = self._words_of(turn, request, requests, number)
                tasks += [
                    replace(task, ask_first=first) for task in self._tasks(request, words, turn)
                ]
        if not tasks and _BARE_CODE.match(turn.utterance.text) and not turn.utterance.mentions:
            return [talk("talk.no_code_needed")]
        chat = [task for task in tasks if task.kind == SMALLTALK]
        asked = distinct([task for task in tasks if task.kind != SMALLTALK])
        if (
            not asked
            and not chat
            and turn.utterance.requests
            and turn.utterance.requests[0].label == "remark"
        ):
            return [talk("talk.go_on")]
        return asked or chat[:1]

    def _tasks(self, request: Request, words: Words, turn: _Turn) -> list[Task]:
        label = request.label
        if label in _ABOUT_DELIVERY and self._speaks_of_weather(turn.utterance.text):
            return [Task(id="", kind=ASK, slots={"topic": "weather"}, text=request.text)]
        if label == SMALLTALK:
            return [talk(small_reply(request.text))]
        if label == OUT_OF_SCOPE:
            return [Task(id="", kind=OUT_OF_SCOPE, text=request.text)]
        if label == QUESTION or (label in self._writes and only_asks(words)):
            return [self._question(request.text)]
        slots = self._filler.fill(self._fields[label], words, turn.context)
        slots |= {
            name: value for name, value in request.slots.items() if name in self._fields[label]
        }
        record = next((kind for kind in _RECORDS if kind in self._fields[label]), "order")
        ids = list(dict.fromkeys(m.value for m in words.mentions(record) if m.value))
        if len(ids) > 1:
            return [
                Task(id="", kind=label, slots={**slots, record: one}, text=request.text)
                for one in ids
            ]
        return [Task(id="", kind=label, slots=slots, text=request.text)]

    def _speaks_of_weather(self, text: str) -> bool:
        """A typhoon or a black rainstorm decides about deliveries, whatever order is named."""
        plain = self._models.features.lexicon.plain(text)
        return any(word in plain for word in _WEATHER)

    def _question(self, text: str) -> Task:
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
            return Settler._whole(turn)
        start = request.start if number else 0
        end = requests[number + 1].start if number + 1 < len(requests) else len(turn.utterance.text)
        return Words(turn.utterance.text[start:end], turn.utterance, start, end, alone=False)


def _told(task: Task, requests: Sequence[Request]) -> Task | None:
    """The task with missing values that a request of its kind brought along."""
    values = {
        slot: value
        for request in requests
        if request.label == task.kind
        for slot, value in request.slots.items()
        if slot in task.missing
    }
    return replace(task.with_slots(**values), status="open") if values else None
