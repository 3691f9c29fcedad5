"""What the requests of a message do to the tasks of a conversation. Whoever found them, code decides this."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from domain.conversation import SMALLTALK, Task
from domain.reading import Reading, ReadingContext
from understanding.acts import Move, limits, negates, read_act
from understanding.filling import Filler
from understanding.models import Models
from understanding.money import one_time_code
from understanding.pending import (
    about_waiting,
    answered,
    choose_among,
    confirms,
    corrected,
    other_record,
    refers,
)
from understanding.proposing import Proposer, Turn
from understanding.questions import Questions
from understanding.readings import (
    RECORDS,
    agreed,
    focus,
    last_done,
    last_settled,
    own,
    talk,
)
from understanding.retrying import retried
from understanding.swaps import swapped
from understanding.utterance import Request, Utterance

SURELY_MORE = 0.85  # what a request beside a correction or `is it done?` needs to be one
_CANCEL = re.compile(r"取消|cancel", re.I)


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
        self._proposer = Proposer(
            Questions(models),
            filler,
            fields=self._fields,
            writes=self._writes,
            at_once=frozenset(at_once),
        )

    def settle(self, utterance: Utterance, context: ReadingContext) -> Reading:
        """The tasks of a message."""
        waiting = tuple(
            task for task in context.tasks if task.status in ("awaiting_customer", "on_hold")
        )
        turn = Turn(utterance, context, read_act(utterance.text, self._models), waiting)
        tasks = self._settle(turn)
        if tasks is None:
            tasks = self._proposer.fresh(turn, utterance.requests)
        return Reading(tuple(tasks), turn.move.act, focus(utterance, tasks, own(context)))

    def _settle(self, turn: Turn) -> list[Task] | None:
        """What the message does to tasks that wait; None when it does not speak of them."""
        act = turn.move.act
        if not turn.waiting:
            return self._look_back(turn)
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

    def _look_back(self, turn: Turn) -> list[Task] | None:
        """What the message says about tasks that are settled already."""
        put_right = self._put_right(turn)
        if put_right:
            return put_right
        done = last_done(turn.context.tasks, self._writes)
        if turn.move.act == "undo" and done:
            return [talk("undo.not_possible")]
        if turn.move.act == "ask_done" and done and not self._speaks_of_more(turn):
            return [done]
        amended = self._amend(turn) if turn.move.act == "correct" else None
        return amended or retried(turn, self._fields)

    def _take_back(self, turn: Turn) -> list[Task]:
        """Everything that waits, or what the message names of it, is dropped."""
        choice = choose_among(turn.waiting, turn.utterance.clauses)
        everything = frozenset(task.id for task in turn.waiting) - choice.agreed - choice.held
        named = choice.dropped or everything
        kept = [agreed(task) for task in turn.waiting if task.id in choice.agreed]
        corrections = [self._correct(task, turn) for task in turn.waiting]
        halves = any(swapped(task.slots, turn.utterance.text) for task in turn.waiting)
        if (turn.move.act == "refuse" or halves) and any(corrections):
            return [task for task in corrections if task]
        dropped = [
            replace(task, status="dropped", shown=None, missing=())
            for task in turn.waiting
            if task.id in named
        ]
        return [*kept, *dropped]

    def _answer(self, turn: Turn, requests: list[Request]) -> list[Task] | None:
        moved = self._given(turn, requests)
        yes = [task for task in turn.waiting if task.awaits_yes and task.id not in moved]
        moved |= {task.id: task for task in self._decide(turn, yes, requests)}
        moved |= {
            task.id: task for task in self._taken_up_again(turn, requests) if task.id not in moved
        }
        known = [*moved.values(), *turn.waiting]
        left = [request for request in requests if not self._consumed(request, known, turn)]
        # A correction that moved something is no request besides, unless one is surely heard.
        if moved and turn.move.act == "correct":
            left = [request for request in left if request.confidence >= SURELY_MORE]
        # An id or a date that answered a question is not a request of its own.
        if moved and all(
            request.label not in self._writes and request.confidence < 0.8 for request in left
        ):
            left = []
        fresh = self._proposer.fresh(turn, left) if left else []
        # Asked again for what waits already: the reply shows it again, and nothing is doubled.
        return [*moved.values(), *fresh] if moved or fresh or len(left) < len(requests) else None

    def _taken_up_again(self, turn: Turn, requests: list[Request]) -> list[Task]:
        """Tasks that were put off and are spoken of again; what they would do is shown anew."""
        again = turn.move.act == "agree"
        return [
            replace(task, status="open", agreed=task.shown if again else None)
            for task in turn.waiting
            if task.status == "on_hold" and (again or any(r.label == task.kind for r in requests))
        ]

    @staticmethod
    def _means_go_ahead(turn: Turn) -> bool:
        """`Cancel it, then` takes nothing back where a cancellation waits for a yes."""
        waits = any(task.kind.startswith("cancel") for task in turn.waiting)
        text = turn.utterance.text
        return waits and _CANCEL.search(text) is not None and not negates(text)

    def _given(self, turn: Turn, requests: list[Request]) -> dict[str, Task]:
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
                found = answered(task, turn.whole, self._filler, fields, turn.context)
                found = found or _told(task, requests)
                if found:
                    moved[task.id] = found
        return moved

    def _decide(self, turn: Turn, waiting: list[Task], requests: list[Request]) -> list[Task]:
        """A yes to all or some, a correction, or the other one."""
        if not waiting:
            return []
        choice = choose_among(waiting, turn.utterance.clauses)
        if turn.move.act == "agree" and not requests and not choice.picks(waiting):
            fixed = [self._correct(task, turn) for task in waiting]
            return [done or agreed(task) for task, done in zip(waiting, fixed, strict=True)]
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
    def _says_yes_to(task: Task, turn: Turn, requests: list[Request]) -> bool:
        """The request again, with a go-ahead: `confirm the cancellation of that order`."""
        same = [request for request in requests if request.label == task.kind]
        named = {m.value for m in turn.utterance.named("order")}
        fits = not named or task.slots.get("order") in named
        return bool(same) and fits and any(confirms(request.text) for request in same)

    def _speaks_of(self, task: Task, turn: Turn, requests: list[Request]) -> bool:
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

    def _correct(self, task: Task, turn: Turn) -> Task | None:
        return corrected(
            task, turn.whole, self._filler, self._fields.get(task.kind, ()), turn.context
        )

    def _put_right(self, turn: Turn) -> list[Task] | None:
        """Half a value of what was just settled, in a message that says no more than that."""
        last = last_settled(turn.context.tasks, self._writes)
        if (
            last is None
            or not swapped(last.slots, turn.utterance.text)
            or self._speaks_of_more(turn)
        ):
            return None
        return self._amend(turn)

    def _speaks_of_more(self, turn: Turn) -> bool:
        """`Is it done?` asks about what was done, unless a thing is named or something else is surely asked."""
        named = bool(turn.utterance.mentions)
        return named or any(one.confidence >= SURELY_MORE for one in self._news(turn))

    def _amend(self, turn: Turn) -> list[Task] | None:
        """A correction of what is settled already is a new request with the old values underneath."""
        done = last_settled(turn.context.tasks, self._writes)
        amended = self._correct(done, turn) if done else None
        if done is None or amended is None:
            return None
        return [Task(id="", kind=done.kind, slots=amended.slots, text=turn.utterance.text)]

    def _news(self, turn: Turn) -> list[Request]:
        """The requests of the message that are not about a waiting task's own yes or no."""
        kinds = {task.kind for task in turn.waiting}
        return [
            request
            for request in turn.utterance.requests
            if self._proposer.takes_up(request, turn)
            and not (negates(request.text) and request.label in kinds)
            and not self._chooses(request, turn)
            and not (
                turn.move.act in ("agree", "refuse", "drop", "undo") and request.confidence < 0.8
            )
            and not (request.label in kinds and turn.move.act == "ask_done")
            and request.label != SMALLTALK
        ]

    @staticmethod
    def _chooses(request: Request, turn: Turn) -> bool:
        """`Just the chairs, leave the room` takes one of what waits, and asks for nothing new."""
        picks = negates(request.text) or limits(request.text)
        several = len(turn.waiting) > 1
        return (
            picks
            and several
            and any(refers(request, task, at, turn.waiting) for at, task in enumerate(turn.waiting))
        )

    @staticmethod
    def _another(task: Task, requests: list[Request]) -> bool:
        """Does the message turn to something else, surely enough not to be the answer?"""
        return bool(requests) and all(
            one.label != task.kind and one.confidence > 0.85 for one in requests
        )

    @staticmethod
    def _consumed(request: Request, known: Collection[Task], turn: Turn) -> bool:
        """Is it the request of a task that is known: of its kind, and about no other record?"""
        named = {m.value for kind in RECORDS for m in turn.utterance.within(request, kind)}
        return any(
            task.kind == request.label and not named - set(task.slots.values()) for task in known
        )


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
