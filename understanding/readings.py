"""Small pieces of a reading: whose records it speaks of, and how tasks are made, agreed to and told apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from domain.conversation import SMALLTALK, Task
from domain.reading import CustomerRecords, ReadingContext
from understanding.utterance import Utterance

RECORDS = ("order", "invoice", "booking", "account")


def unlikely(context: ReadingContext) -> frozenset[str]:
    """Requests about records of which the customer has none."""
    records = context.records
    if records == CustomerRecords():
        return frozenset()  # nothing is known of the customer, so nothing is unlikely
    return frozenset() if records.bookings else frozenset({"change_booking", "cancel_booking"})


def own(context: ReadingContext) -> frozenset[str]:
    """Every id that is the customer's own."""
    records = context.records
    return frozenset(
        one.id
        for group in (records.orders, records.invoices, records.bookings, records.accounts)
        for one in group
    )


def focus(utterance: Utterance, tasks: Sequence[Task], mine: Collection[str]) -> dict[str, str]:
    """The customer's own records that were spoken of last."""
    named: dict[str, str] = {m.kind: m.value for m in utterance.mentions if m.kind in RECORDS}
    for task in tasks:
        named |= {kind: task.slots[kind] for kind in RECORDS if kind in task.slots}
    return {str(kind): value for kind, value in named.items() if value in mine}


def talk(reply: str) -> Task:
    """Small talk, answered with this sentence."""
    return Task(id="", kind=SMALLTALK, slots={"reply": reply})


def agreed(task: Task) -> Task:
    """The task with a yes to what was shown."""
    return replace(task, status="open", agreed=task.shown)


def distinct(tasks: list[Task]) -> list[Task]:
    """The same request said twice is one."""
    seen: dict[tuple[str, ...], Task] = {}
    for task in tasks:
        key = (
            task.kind,
            *(f"{slot}={task.slots.get(slot)}" for slot in (*RECORDS, "sku", "topic", "checkin")),
        )
        seen.setdefault(key, task)
    return list(seen.values())


def last_done(tasks: Sequence[Task], writes: Collection[str]) -> Task | None:
    """The latest change that was really made."""
    done = [task for task in tasks if task.status == "done" and task.kind in writes]
    return done[-1] if done else None


def last_settled(tasks: Sequence[Task], writes: Collection[str]) -> Task | None:
    """The latest change that was made or refused."""
    settled = [one for one in tasks if one.status in ("done", "declined") and one.kind in writes]
    return settled[-1] if settled else None
