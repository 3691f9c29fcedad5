"""Compares a reworded text with the true sentences it was made from: nothing may be added, lost or turned around.

The check is strict on purpose. A good wording that is rejected costs only its wording, because the true
sentence is said instead; a wrong amount or a promise that nobody made cannot be taken back.
"""

from __future__ import annotations

from collections import Counter

from support.fact_words import CONSENT, HARMLESS, HARMLESS_SIGNS, MAY_COME, QUESTION
from support.found_facts import (
    Fact,
    bound,
    clauses,
    find,
    labelled,
    labels,
    negations,
    remaining,
    words,
)
from support.numerals import plain


def unsupported(draft: str, facts: str) -> list[str]:
    """What the draft says and the facts do not: figures, days, ids, addresses, promises, states."""
    known = {fact.name for fact in find(facts)}
    said = [fact for fact in find(draft) if fact.name not in known]
    return list(dict.fromkeys(fact.name for fact in said if not _may_come(fact)))


def missing(draft: str, facts: str) -> list[str]:
    """What the facts say and the draft leaves out: figures, days, ids, addresses, conditions, limits."""
    said = {fact.name for fact in find(draft)}
    needed = [fact.name for fact in find(facts) if fact.needed]
    return list(dict.fromkeys(name for name in needed if name not in said))


def turned(draft: str, facts: str) -> list[str]:
    """What stands in the draft but in another place: figures that changed order or what they are about."""
    moved = [
        f"order of {kind}"
        for kind, values in _orders(draft).items()
        if not _in_order(values, _orders(facts).get(kind, []))
    ]
    said, true = labelled(draft), labelled(facts)
    mislabelled = [
        f"{name} as {', '.join(sorted(labels - true[name]))}"
        for name, labels in said.items()
        if name in true and not labels <= true[name]
    ]
    return moved + mislabelled + _exchanged(draft, facts)


def bared(draft: str, facts: str) -> list[str]:
    """Conditions and hedges that stand beside something in the facts and no longer in the draft."""
    said = {fact.name for fact in find(draft)}
    lost: list[str] = []
    for _, clause in clauses(plain(facts)):
        there = find(clause)
        limits = [fact.name for fact in there if fact.kind == "limit"]
        if any(fact.name in said for fact in there if fact.kind != "limit"):
            lost += [name for name in limits if name not in said]
    return list(dict.fromkeys(lost))


def strays(draft: str, facts: str) -> list[str]:
    """Words that the facts do not use and that are not among the small words which say nothing by themselves.

    No list of promises is complete, so what is not known to be harmless counts as said.
    """
    left = remaining(draft, labels(facts))
    true = plain(facts)
    latin = {word for word in words(left) if word.isascii()} - HARMLESS
    own = {word for word in words(true) if word.isascii()}
    han = {char for char in left if "\u3400" <= char <= "\u9fff"} - HARMLESS_SIGNS
    return sorted(latin - own) + sorted(han - set(true))


def negation_lost(draft: str, facts: str) -> bool:
    """Does the draft say no more or less often than the facts do?"""
    return negations(draft) != negations(facts)


def negation_added(draft: str, facts: str) -> bool:
    """Does a beginning of a draft already say no more often than all the facts do?"""
    return negations(draft) > negations(facts)


def asks_more(draft: str, facts: str) -> bool:
    """Does the draft ask, or ask for consent or details, where the facts do not?"""
    said, true = plain(draft), plain(facts)
    if len(QUESTION.findall(said)) > len(QUESTION.findall(true)):
        return True
    asked = Counter(found.lower() for found in CONSENT.findall(said))
    return bool(asked - Counter(found.lower() for found in CONSENT.findall(true)))


def asks_less(draft: str, facts: str) -> bool:
    """Did the draft drop the question that the facts end with?"""
    return bool(QUESTION.search(plain(facts))) and not QUESTION.search(plain(draft))


def hard(text: str) -> Counter[str]:
    """Figures, ids, days and addresses, which are the same in every language."""
    kinds = {
        "amount",
        "date",
        "time",
        "code",
        "number",
        "duration",
        "percent",
        "url",
        "email",
        "day",
    }
    return Counter(fact.name for fact in find(text) if fact.kind in kinds)


def promises(text: str) -> set[str]:
    """The promises of a text, by names that are the same in every language."""
    return {fact.value for fact in find(text) if fact.kind == "commitment"}


def _exchanged(draft: str, facts: str) -> list[str]:
    """Names whose figures are another's now: 沙田 10:00 where 旺角 was open at 10:00."""
    true = bound(facts)
    found = []
    for figures, said in bound(draft):
        for word in sorted(said):
            if word in HARMLESS or set(word) <= HARMLESS_SIGNS:
                continue
            homes = [there for there, beside in true if word in beside]
            if len(homes) == 1 and len(true) > 1 and not figures & homes[0]:
                found.append(f"figures beside {word}")
    return found


def _may_come(fact: Fact) -> bool:
    return fact.kind == "limit" and fact.value in MAY_COME


def _orders(text: str) -> dict[str, list[str]]:
    orders: dict[str, list[str]] = {}
    for fact in find(text):
        values = orders.setdefault(fact.kind, []) if fact.ordered else []
        if fact.value not in values:
            values.append(fact.value)
    return orders


def _in_order(said: list[str], true: list[str]) -> bool:
    """Is what is said a part of what is true, in its order?"""
    rest = iter([value for value in true if value in said])
    return all(value == next(rest, None) for value in said if value in true)
