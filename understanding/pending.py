"""A message read against tasks that wait: answers, a yes to some of them, corrections, second thoughts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.conversation import Task
from domain.reading import ReadingContext
from understanding.acts import agrees, hesitates, limits, negates
from understanding.filling import Filler, Words
from understanding.swaps import swapped
from understanding.utterance import Request

_RECORD_SLOTS = ("order", "invoice", "booking", "account")
# The noun a customer points at a waiting task with.
_NOUNS = {
    "invoice": re.compile(r"發票|发票|單據|单据|收據|收据|invoice|receipt", re.I),
    "booking": re.compile(r"房|預訂|预订|酒店|旅舍|booking|room|stay|suite|hotel", re.I),
    "address": re.compile(r"地址|address", re.I),
    "return": re.compile(r"退|return|refund", re.I),
    "exchange": re.compile(r"換|换|exchange|swap", re.I),
    "chase": re.compile(r"催|chase|expedite", re.I),
    "cancel": re.compile(r"取消|cancel", re.I),
    "order": re.compile(r"單|单|order", re.I),
}
_GO_AHEAD = re.compile(
    r"確認|确认|確定|确定|confirm|go ahead|\byes\b|做啦|照做|(?:取消|退|改)啦", re.I
)
_OF_A_STAY = frozenset({"change_booking", "find_rooms"})
_SHOULD_BE = re.compile(
    r"(?:應該係|應該是|应该是|應為|应为|正確(?:係|是)|正确是|其實係|其实是|should (?:be|read|say)|meant)"
    r"[:：]?\s*[「『\"“]?(.+?)[」』\"”]?[。.!！]?$",
    re.I,
)
# What is asked for again when a correction was heard but not understood.
_VALUES = {"change_address": ("address",), "edit_invoice": ("title", "tax_id", "value", "email")}
_ORDINALS = (
    re.compile(r"第一|頭一|头一|\bfirst\b|(?<!\d)1(?:號|号|st|\.|\))|前者", re.I),
    re.compile(r"第二|\bsecond\b|(?<!\d)2(?:號|号|nd|\.|\))|後者|后者", re.I),
    re.compile(r"第三|\bthird\b|(?<!\d)3(?:號|号|rd|\.|\))", re.I),
    re.compile(r"第四|\bfourth\b|(?<!\d)4(?:號|号|th|\.|\))", re.I),
)


@dataclass(frozen=True)
class Choice:
    """Which waiting tasks a message agrees to, which it takes back, and which it leaves for later."""

    agreed: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()

    def picks(self, waiting: Sequence[Task]) -> bool:
        """Is some of several meant, and not simply all of it?"""
        some = self.agreed and self.agreed != {task.id for task in waiting}
        return len(waiting) > 1 and bool(self.dropped or self.held or some)


def choose_among(waiting: Sequence[Task], requests: Sequence[Request]) -> Choice:
    """Clause by clause: `the invoice only, keep the order` agrees to one task and drops another."""
    agreed: set[str] = set()
    dropped: set[str] = set()
    held: set[str] = set()
    only = rest = False
    for request in requests:
        meant = [task for at, task in enumerate(waiting) if refers(request, task, at, waiting)]
        if agrees(request.text):
            rest = True
        elif meant and hesitates(request.text):
            held |= {task.id for task in meant}
        elif meant and negates(request.text):
            dropped |= {task.id for task in meant}
        elif meant and (limits(request.text) or confirms(request.text) or len(waiting) > 1):
            agreed |= {task.id for task in meant}
            only = only or limits(request.text)
    dropped -= held
    agreed -= dropped | held
    others = {task.id for task in waiting} - agreed - dropped - held
    if only:
        dropped |= others
    elif rest:
        agreed |= others
    return Choice(frozenset(agreed), frozenset(dropped), frozenset(held))


def refers(request: Request, task: Task, at: int, waiting: Sequence[Task]) -> bool:
    """Does a clause speak of this waiting task: by an id, by its place, by what is asked, or by its noun?"""
    ids = [task.slots[slot] for slot in _RECORD_SLOTS if slot in task.slots]
    flat = re.sub(r"[\s-]", "", request.text).lower()
    if any(re.sub(r"[\s-]", "", one).lower() in flat for one in ids):
        return True
    if at < len(_ORDINALS) and len(waiting) > 1 and _ORDINALS[at].search(request.text):
        return True
    if any(pattern.search(request.text) for pattern in _ORDINALS):
        # Of two that were asked for one may be settled already; the first word is about the first.
        return len(waiting) == 1 and _ORDINALS[0].search(request.text) is not None
    named = [noun for noun, pattern in _NOUNS.items() if pattern.search(request.text)]
    specific = [noun for noun in named if noun != "order"] or named
    by_noun = any(_fits(noun, task.kind) for noun in specific)
    others = [one for one in waiting if one.id != task.id]
    if named and any(_fits(noun, one.kind) for noun in specific for one in others):
        return by_noun
    return by_noun or request.label == task.kind


def _fits(noun: str, kind: str) -> bool:
    if noun == "return":
        return kind in ("return_order", "refund_order")
    if noun == "order":
        return kind.endswith("_order") or kind in (
            "change_address",
            "remove_item",
            "chase_delivery",
        )
    return noun in kind


def confirms(text: str) -> bool:
    """Does a request for what waits already say go ahead with it?"""
    return _GO_AHEAD.search(text) is not None


def about_waiting(
    requests: Sequence[Request], waiting: Sequence[Task], *, named: bool
) -> list[Request]:
    """Requests as they are meant beside a stay that is being booked: changing it is no other booking."""
    booking = any(task.kind == "book_room" for task in waiting)
    if not booking or named:
        return list(requests)
    return [replace(one, label="book_room") if one.label in _OF_A_STAY else one for one in requests]


def answered(
    task: Task, words: Words, filler: Filler, fields: Sequence[str], context: ReadingContext
) -> Task | None:
    """The task with the values that this message gives for what was asked, or None when it gives none."""
    given: dict[str, str] = {}
    unfocused = replace(context, focus={})
    for slot in task.missing:
        given |= filler.answer(slot, words, unfocused)
    if task.missing == ("order",) and not given and "sku" in fields:
        given = filler.answer("sku", words, unfocused)  # the one with the lamps
    given = {slot: value for slot, value in given.items() if slot in fields or slot in task.missing}
    if not given:
        return None
    asked = tuple(dict.fromkeys((*task.asked, *task.missing)))
    return replace(task.with_slots(**given), status="open", asked=asked)


def corrected(
    task: Task, words: Words, filler: Filler, fields: Sequence[str], context: ReadingContext
) -> Task | None:
    """The task with other values that this message names; None when it names none, or the same ones."""
    put_right = swapped(task.slots, words.text)
    if put_right:
        return replace(task.with_slots(**put_right), status="open")
    given = filler.fill(fields, words, replace(context, focus={}))
    given = {slot: value for slot, value in given.items() if slot not in ("text", "reason")}
    said = _SHOULD_BE.search(words.text)
    if not given and task.kind == "edit_invoice" and said:
        given = {slot: said[1].strip() for slot in ("title", "tax_id") if slot in task.slots}
    if all(task.slots.get(slot) == value for slot, value in given.items()):
        return None
    if "order" in given and given["order"] != task.slots.get("order"):
        task = replace(
            task,
            slots={
                key: value for key, value in task.slots.items() if key not in ("sku", "from_sku")
            },
        )
    return replace(task.with_slots(**given), status="open")


def other_record(task: Task, context: ReadingContext) -> Task:
    """Not this: the only other order in the same state, or the value is asked for again."""
    mine = {one.id: one.status for one in context.records.orders}
    said = task.slots.get("order")
    others = [one for one, status in mine.items() if one != said and status == mine.get(said or "")]
    wrong = _VALUES.get(task.kind, ("order",))
    slots = {key: value for key, value in task.slots.items() if key not in wrong}
    if wrong == ("order",) and len(others) == 1:
        slots["order"] = others[0]
    return replace(task, slots=slots, status="open", shown=None, agreed=None, missing=(), asked=())
