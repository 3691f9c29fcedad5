"""A request that was just refused, taken up again: with the right number, or the way that the refusal offered."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from domain.conversation import Task
from understanding.acts import forbids
from understanding.proposing import Turn
from understanding.swaps import swapped
from understanding.utterance import FILLERS

_NOT_FOUND = {
    "order.not_found": "order",
    "invoice.not_found": "invoice",
    "invoice.not_found_for_order": "order",
    "booking.not_found": "booking",
}
_OTHER_EMAIL = "reissue_invoice.other_email"
# What a refusal offers to do instead, by its sentence.
_OFFERED = {"cancel_order.delivered": "return_order"}
_ON_FILE = re.compile(
    r"登記|登记|註冊|注册|原本|原來|原来|本來|預設|紀錄|留(?:低|底|下)|嗰個|那個|那个|regist|"
    r"on file|original|on record|that one|there then",
    re.I,
)
_FREE = re.compile(r"[\w]", re.I)
_FEW = 16  # characters beside the number that still make it a mere answer
_SURELY = 0.85


def retried(turn: Turn, fields: Mapping[str, Collection[str]]) -> list[Task] | None:
    """The refused requests anew; None where the message turns to something else."""
    refused = _just_refused(turn.context.tasks)
    found = [task for one in refused if (task := _again(one, turn, fields))]
    return found or None


def _just_refused(tasks: Sequence[Task]) -> list[Task]:
    """The tasks of the turn before this one that were refused."""
    last = max(tasks, key=lambda one: one.position, default=None)
    if last is None:
        return []
    return [one for one in tasks if one.status == "declined" and one.touched == last.touched]


def _again(refused: Task, turn: Turn, fields: Mapping[str, Collection[str]]) -> Task | None:
    reply = str((refused.outcome or {}).get("reply", ""))
    text = turn.utterance.text
    anew = Task(id="", kind=refused.kind, slots=dict(refused.slots), text=text)
    slot = _NOT_FOUND.get(reply)
    if slot:
        value = _other_number(refused, slot, turn)
        return replace(anew, slots={**anew.slots, slot: value}) if value else None
    if forbids(text):
        return None
    if reply == _OTHER_EMAIL and "@" not in text and (_says_yes(turn) or _ON_FILE.search(text)):
        return replace(anew, slots={k: v for k, v in anew.slots.items() if k != "email"})
    kind = _OFFERED.get(reply)
    if kind and _says_yes(turn):
        kept = {k: v for k, v in anew.slots.items() if k in fields.get(kind, ())}
        return replace(anew, kind=kind, slots=kept)
    return None


def _says_yes(turn: Turn) -> bool:
    return turn.move.act == "agree" and not _asks_for_other_things(turn, "")


def _other_number(refused: Task, slot: str, turn: Turn) -> str | None:
    """The number that this message gives instead, unless it asks for something else with it."""
    was = refused.slots.get(slot)
    repaired = swapped({slot: was}, turn.utterance.text).get(slot) if was else None
    said = [m for m in turn.utterance.mentions if m.kind in (slot, "unknown_id", "tracking")]
    values = [m.value for m in said if m.value and m.value != was]
    if repaired:
        return repaired
    if len(values) != 1:
        return None
    number = next(m for m in said if m.value == values[0])
    beside = turn.utterance.text[: number.start] + turn.utterance.text[number.end :]
    few = len(_FREE.findall(beside)) <= _FEW
    return values[0] if few or not _asks_for_other_things(turn, refused.kind) else None


def _asks_for_other_things(turn: Turn, kind: str) -> bool:
    return any(
        one.label not in FILLERS and one.label != kind and one.confidence >= _SURELY
        for one in turn.utterance.requests
    )
