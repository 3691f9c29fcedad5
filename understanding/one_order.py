"""Several ways to undo one order in one message are one wish: money back for it, or its cancellation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domain.company import Order
from domain.conversation import Task
from domain.reading import CustomerRecords
from understanding.filling import Words

_UNDOING = ("cancel_order", "refund_order", "return_order")
_ARRIVED = frozenset({"delivered"})
_COMES_BACK = re.compile(
    r"(?:退|攞|拎|拿|收)(?:得)?(?:返|番|回)?(?:到|得)?(?:我)?(?:幾多|几多|多少)|(?:幾多|几多|多少)(?:錢|钱)?(?:可以|會|会)?退|"
    r"how much (?:money )?(?:would|will|can|could|do|should|'d|'ll) (?:i|we|you) (?:get|be|refund|receive)|"
    r"how much (?:is|would be) (?:the refund|refunded)|what (?:would|will|'d) (?:i|we) get back|"
    r"refund (?:到|返)?幾多",
    re.I,
)
_LATE = re.compile(r"幾多(?:日|天|個)|几多(?:日|天)|多少(?:天|日|個|个)|幾耐|多久|how long", re.I)


def asks_what_comes_back(text: str) -> bool:
    """Does it ask how much money would come back?"""
    return _COMES_BACK.search(text) is not None and _LATE.search(text) is None


_CALLED_OFF = re.compile(r"取消|cancel|撤|call .{0,20}off", re.I)
_WHOLE = re.compile(
    r"成張|成单|成單|整[張张個个筆笔]|整單|整单|全部|全單|晒|whole|entire|everything|\ball\b", re.I
)
_SEVERAL = 2
_SENT_BACK = re.compile(r"退", re.I)


def undone_as(kind: str, words: Words, records: CustomerRecords) -> str:
    """`退` for what has come is a return, and a product of several is taken out, not the order cancelled."""
    named = words.values("order")
    order = next((one for one in records.orders if named and one.id == named[0]), None)
    if kind != "cancel_order" or order is None:
        return kind
    arrived = order.status in _ARRIVED
    if arrived and not _CALLED_OFF.search(words.text) and _SENT_BACK.search(words.text):
        return "return_order"
    return "remove_item" if not arrived and _names_a_part(words, order) else kind


def _names_a_part(words: Words, order: Order) -> bool:
    """Is a product called off in the clause that calls off, and has the order others beside it?"""
    held = {line.sku for line in order.items}
    if len(held) < _SEVERAL or _WHOLE.search(words.text):
        return False
    clauses = [one for one in words.utterance.clauses if _CALLED_OFF.search(one.text)]
    meant = [m for m in words.here("sku") if any(c.start <= m.start < c.end for c in clauses)]
    return (
        bool(meant) and all({m.value, *m.options} & held for m in meant) and len(meant) < len(held)
    )


def once_per_order(tasks: Sequence[Task], records: CustomerRecords) -> list[Task]:
    """Keep one of cancelling, refunding and returning the same thing: the one its order allows."""
    status = {one.id: one.status for one in records.orders}
    kept: list[Task] = []
    for task in tasks:
        rival = next((one for one in kept if _rivals(one, task)), None)
        if rival is None:
            kept.append(task)
            continue
        arrived = status.get(task.slots.get("order", ""), "") in _ARRIVED
        if _rank(task.kind, arrived=arrived) > _rank(rival.kind, arrived=arrived):
            kept[kept.index(rival)] = task
    return kept


def _rivals(one: Task, other: Task) -> bool:
    same = one.slots.get("order") == other.slots.get("order")
    part = one.slots.get("sku"), other.slots.get("sku")
    return (
        one.kind != other.kind
        and one.kind in _UNDOING
        and other.kind in _UNDOING
        and same
        and (None in part or part[0] == part[1])
    )


def _rank(kind: str, *, arrived: bool) -> int:
    """What has come can no longer be cancelled; what has not is best cancelled."""
    order = (
        ("cancel_order", "return_order", "refund_order")
        if arrived
        else ("return_order", "refund_order", "cancel_order")
    )
    return order.index(kind)
