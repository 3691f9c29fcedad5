"""Compares what happened with what a golden conversation wants, the cheapest questions first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from evals.always import leaks
from evals.deeds import effects, lookups
from evals.expectations import Agent
from evals.judging import Verdict
from evals.matching import fold, listed
from evals.player import Scene
from evals.tongues import foreign
from evals.vocabulary import SLOTS

_QUESTION = ("?", "？")
_COPIED = ("address", "title", "value", "text")  # the customer's own words, given back as they were


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it should be, in words."""

    grader: str
    text: str


def grade(wanted: Agent, scene: Scene, tongues: Sequence[str]) -> list[Problem]:
    """Everything that is wrong with one look at the desk; empty when all is well."""
    found = {
        "tools": [*_asked(wanted, scene), *_to_confirm(wanted, scene), *lookups(wanted, scene)],
        "effects": effects(wanted, scene),
        "words": _words(wanted, scene),
        "citations": _citations(wanted, scene),
        "language": _language(wanted.speaks or tongues, scene),
        "people": [*_person(wanted, scene), *_alarm(wanted, scene), *_ticket(wanted, scene)],
        "survey": _survey(wanted, scene),
        "silence": _silence(wanted, scene),
        "mood": _mood(wanted, scene),
        "always": leaks(replace(scene, replies=()) if wanted.silent == "yes" else scene),
    }
    return [Problem(grader, text) for grader, texts in found.items() for text in texts]


def unsatisfied(verdicts: Iterable[Verdict]) -> list[Problem]:
    """The statements that a judge found false; what it could not decide is nobody's fault."""
    return [
        Problem("judge", f"the reply is not as stated: “{one.statement}” ({one.reason})")
        for one in verdicts
        if one.holds is False
    ]


def _asked(wanted: Agent, scene: Scene) -> list[str]:
    if wanted.asks is None:
        return []
    asked = {SLOTS.get(slot, slot) for slot in scene.awaiting if slot != "confirmation"}
    should = {SLOTS[slot] for slot in wanted.asks}
    found = []
    if should - asked:
        found.append(f"should ask for {listed(should - asked)} and does not")
    if asked - should:
        found.append(f"asks for {listed(asked - should)}, which is not to be asked")
    if should and not _is_question(scene):
        found.append("asks for something without a question mark")
    return found


def _to_confirm(wanted: Agent, scene: Scene) -> list[str]:
    if wanted.asks_to_confirm is None:
        return []
    left, found = list(scene.waiting_for_yes), []
    for names in wanted.asks_to_confirm:
        fitting = next((one for one in left if one in names.split(" or ")), None)
        if fitting is None:
            found.append(f"should ask to confirm {names} and does not")
        else:
            left.remove(fitting)
    if left:
        found.append(f"asks to confirm {listed(left)}, which is not to be confirmed")
    if wanted.asks_to_confirm and not _is_question(scene):
        found.append("asks for a yes without a question mark")
    return found


def _is_question(scene: Scene) -> bool:
    return bool(scene.replies) and any(mark in scene.replies[-1] for mark in _QUESTION)


def _words(wanted: Agent, scene: Scene) -> list[str]:
    said = fold("\n".join(scene.replies))
    found = [
        f"does not say {' or '.join(f'“{one}”' for one in ways)}"
        for ways in wanted.says
        if not any(fold(one) in said for one in ways)
    ]
    return found + [f"says “{one}”" for one in wanted.never_says if fold(one) in said]


def _citations(wanted: Agent, scene: Scene) -> list[str]:
    if wanted.cites is None or wanted.cites == ["either"]:
        return []
    cited = [" ".join((one.document, one.title, one.section)) for one in scene.citations]
    if wanted.cites == ["no"]:
        return [f"cites {listed(cited)}"] if cited else []
    if wanted.cites == ["yes"]:
        return [] if cited else ["cites nothing"]
    missing = [one for one in wanted.cites if not any(fold(one) in fold(each) for each in cited)]
    return [f"does not cite {one}; cites {listed(cited) or 'nothing'}" for one in missing]


def _language(tongues: Sequence[str], scene: Scene) -> list[str]:
    copied = [task.slots[key] for task in scene.tasks for key in _COPIED if key in task.slots]
    names = [*_names(scene), *copied]
    problems = [foreign(reply, tongues, names) for reply in scene.replies]
    return list(dict.fromkeys(one for one in problems if one))


def _names(scene: Scene) -> Iterable[str]:
    """What stands as it is recorded in every language: people, addresses, couriers."""
    world = scene.world
    yield from world.company.every()
    for customer in world.customers:
        yield from (one for one in (customer.name, customer.address, customer.company) if one)
    for order in world.orders:
        yield from (one for one in (order.address, order.courier) if one)
    yield from (one.title for one in world.invoices if one.title)


def _person(wanted: Agent, scene: Scene) -> list[str]:
    handover, asked_for = scene.handover, wanted.hands_over or ["no"]
    if asked_for == ["either"]:
        return []
    if asked_for == ["no"]:
        if handover is not None and not scene.handed_over_before:
            return [f"brings in a person ({handover.reason}) although nothing calls for one"]
        return []
    if handover is None:
        return ["should bring in a person and does not"]
    if asked_for != ["yes"] and handover.reason not in asked_for:
        return [f"brings in a person for {handover.reason}, not for {listed(asked_for)}"]
    return []


def _alarm(wanted: Agent, scene: Scene) -> list[str]:
    red = wanted.alerts.red if wanted.alerts else "no"
    told = any(one.kind == "alert" for one in scene.notices)
    found = []
    if red == "yes" and not (scene.red_alert and told):
        found.append("should raise the red alert, and tell somebody, and does not")
    if red == "no" and scene.red_alert and not scene.red_alert_before:
        found.append("raises a red alert although nothing calls for one")
    priority = wanted.alerts.priority if wanted.alerts else None
    if priority and scene.priority != priority:
        found.append(f"the conversation is {scene.priority}, not {priority}")
    return found


def _ticket(wanted: Agent, scene: Scene) -> list[str]:
    case = wanted.opens_ticket
    if case is None:
        return []
    needed = [one for one in scene.tickets if one.stage is not None]
    if (
        not needed
    ):  # every conversation is on a ticket; this is about one that a person has to work on
        return ["should open a ticket for a person and does not"]
    ticket, reason = needed[-1], scene.handover.reason if scene.handover else ""
    pairs = (
        ("priority", case.priority, ticket.priority),
        ("team", case.team, ticket.team),
        ("reason", case.reason, reason),
    )
    found = [
        f"the ticket's {name} is {actual}, not {should}"
        for name, should, actual in pairs
        if should is not None and should != actual
    ]
    brief = fold(ticket.summary)
    found += [f"the brief lacks “{one}”" for one in case.mentions if fold(one) not in brief]
    seen = fold("\n".join(scene.observed))
    return found + [
        f"“{one}” stands in the brief or the log"
        for one in case.never_mentions
        if fold(one) in seen
    ]


def _survey(wanted: Agent, scene: Scene) -> list[str]:
    asked = wanted.sends_survey == "yes"
    if wanted.sends_survey == "either" or asked == scene.surveyed:
        return []
    return ["should ask how it was and does not"] if asked else ["asks how it was too early"]


def _silence(wanted: Agent, scene: Scene) -> list[str]:
    """While a colleague speaks, the assistant says nothing at all."""
    said = [one for one in scene.replies if one]
    if wanted.silent == "yes":
        return [f"says “{one}” although a colleague has the conversation" for one in said]
    return []


def _mood(wanted: Agent, scene: Scene) -> list[str]:
    if wanted.mood is None:
        return []
    angry, upset = scene.anger >= 0.5, scene.negative >= 0.5
    seen = "angry" if angry else "upset" if upset else "calm"
    return [] if seen == wanted.mood else [f"takes the customer for {seen}, not {wanted.mood}"]
