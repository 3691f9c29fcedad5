"""What follows from what: from the things a message reports to an alert, a priority and a person."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from domain.casework import PRIORITIES, Priority, Verdict, higher
from domain.policies import EscalationLine


class _Line(EscalationLine):
    when: str = ""
    trigger: str
    fits: list[list[str]]
    team: str


@dataclass(frozen=True)
class _Rule:
    trigger: str
    red_alert: bool
    priority: Priority
    handover: bool
    reason: str | None


class Escalation:
    """The company's table, read line by line; a trigger its table does not mention follows the playbook."""

    def __init__(self, playbook: Sequence[_Line], company: Sequence[EscalationLine]) -> None:
        self._teams = {line.trigger: line.team for line in playbook}
        rules: list[_Rule] = []
        for line in company:
            for trigger in _triggers(line.when, playbook):
                rules.append(_rule(trigger, line))
        covered = {rule.trigger for rule in rules}
        rules += [_rule(line.trigger, line) for line in playbook if line.trigger not in covered]
        self._rules = tuple(rules)

    @classmethod
    def read(cls, path: Path, company: Sequence[EscalationLine]) -> Escalation:
        """The playbook's table, overruled by the company's own."""
        lines = TypeAdapter(list[_Line]).validate_python(
            yaml.safe_load(path.read_text(encoding="utf-8"))
        )
        return cls(lines, company)

    def decide(self, triggers: Collection[str]) -> Verdict:
        """The first line that fits decides; an alert or a person that a later line requires is kept."""
        fitting = [rule for rule in self._rules if rule.trigger in triggers]
        if not fitting:
            return Verdict()
        first = fitting[0]
        priority: Priority = first.priority
        for rule in fitting:
            if rule.handover or rule.red_alert:
                priority = higher(priority, rule.priority)
        persons = [rule for rule in fitting if rule.handover]
        return Verdict(
            triggers=tuple(rule.trigger for rule in fitting),
            red_alert=first.red_alert or any(rule.red_alert for rule in persons),
            priority=priority,
            handover=bool(persons),
            reason=persons[0].reason if persons else None,
        )

    def reason(self, trigger: str) -> str:
        """Why a person is brought in for this trigger, in the closed list of reasons."""
        return next(
            (rule.reason for rule in self._rules if rule.trigger == trigger and rule.reason),
            "low_confidence",
        )

    def team(self, triggers: Collection[str]) -> str:
        """Who works on it."""
        ordered = [rule.trigger for rule in self._rules if rule.trigger in triggers]
        return self._teams.get(ordered[0], "customer_care") if ordered else "customer_care"


def _triggers(when: str, playbook: Sequence[_Line]) -> list[str]:
    """Which of our triggers a company's line speaks of; one line may cover several."""
    fitting = [line.trigger for line in playbook if any(_says(when, ways) for ways in line.fits)]
    # "anger in two messages" contains "anger": the narrower reading is meant.
    return [
        trigger
        for trigger in fitting
        if not (trigger == "anger_once" and "anger_repeated" in fitting)
    ]


def _says(when: str, ways: Sequence[str]) -> bool:
    """Whole words, so that a stranger is no anger; a plural counts."""
    return all(re.search(rf"\b{re.escape(word)}s?\b", when, re.IGNORECASE) for word in ways)


def _rule(trigger: str, line: EscalationLine) -> _Rule:
    priority: Priority = next((one for one in PRIORITIES if one == line.priority), "normal")
    return _Rule(
        trigger=trigger,
        red_alert=line.red_alert == "yes",
        priority=priority,
        handover=line.handover == "required",
        reason=line.reason[0] if line.reason else None,
    )
