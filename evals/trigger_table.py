"""Prints the triggers and priority rules as one table, for `docs/reference/triggers.md`.

It is made from `playbook/rules/escalation.yaml` and `takeover.yaml`, so that the page says what the rules say.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from domain.casework import PRIORITIES, Handover
from domain.settings import ROOT
from support.takeover import TakeoverRules, When

PAGE = ROOT / "docs" / "reference" / "triggers.md"
RULES = ROOT / "playbook" / "rules"
MEANS = {
    "safety": "danger to life or limb: smoke, fire, an electric shock, an injury",
    "incident": "something went wrong: damage, a long delay, a complaint, a demand for compensation",
    "tier_grievance": "a customer with a tier is aggrieved",
    "anger_repeated": "anger in a second message, or anger together with the wish for a person",
    "anger_once": "anger in one message",
    "ask_person": "asks for a person",
    "wrong_codes": "wrong one-time codes, as many as the company allows",
    "code_given": "gave a one-time code or card data to somebody else",
    "suspicious": "asks about a doubtful call, message or link",
    "delivery_dispute": "marked as delivered and not received, or an item is missing",
    "payment_dispute": "charged twice, or a payment that was not booked",
    "privacy": "asks for their personal data, a correction or a deletion",
    "defect": "wrong or faulty item, or a refund that has not arrived",
    "beyond_limit": "beyond a limit or a period of the company's rules",
    "unsupported": "failed, or not understood several times; here a person always comes",
    "low_score": "answered the survey with a low score",
    "other": "anything else",
}
HEAD = (
    *("trigger", "what it means", "red alert", "priority", "person", "reason", "team"),
    *("reminded after", "transferred after", "next colleague after", "outside hours"),
)
STAGES = (
    *("fits", "reminded after", "transferred after", "next colleague after"),
    *("once acknowledged, transferred after", "colleagues asked"),
)
INTRODUCTION = """\
# Triggers and priority rules

What brings in a person, how pressing it is, and when which stage of the takeover follows. This page is made from
`playbook/rules/escalation.yaml` and `playbook/rules/takeover.yaml`; change those, then run
`python -m evals.trigger_table > docs/reference/triggers.md`.

A company's own table (`policies.escalation` in `world.yaml`) comes before these lines. The first line that fits
decides; an alert or a person that a later line requires is kept, and so is the higher priority.

- **red alert**: "either" is none, unless a line of the company's own table says `red_alert: 'yes'`.
- **priority**: "any" is the one that the conversation has already, normal at first.
- **person**: "allowed" brings in nobody by itself; a person comes when the customer asks for one, or with
  `unsupported`.
- **the times** are those of a customer without a tier; the second table has the rest. "Reminded after" counts from
  when the person was needed, each later time from the stage before it.
"""
STAGES_INTRODUCTION = """\
## The stages

The first line that fits decides. Outside staffed hours everything waits for the next opening, but for {outside}.
Acknowledging postpones the transfer; it never brings it nearer.
"""
OUTSIDE = {"red_alert": "red alerts", "vip": "customers with a tier"}


class Line(BaseModel):
    """A line of the escalation table, as it stands in the file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    trigger: str
    red_alert: str
    priority: str
    handover: str
    reason: list[str]
    team: str


def read_lines(path: Path) -> list[Line]:
    """The escalation table."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return TypeAdapter(list[Line]).validate_python(content)


def page(lines: Sequence[Line], rules: TakeoverRules) -> str:
    """The whole page, as Markdown."""
    told = [said for key, said in OUTSIDE.items() if key in rules.outside_hours]
    parts = (
        INTRODUCTION,
        table(HEAD, (_row(line, rules) for line in lines)),
        STAGES_INTRODUCTION.format(outside=" and ".join(told) or "nothing"),
        table(STAGES, _stages(rules)),
    )
    return "\n".join(parts)


def table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(line: Line, rules: TakeoverRules) -> list[str]:
    told = [
        f"`{line.trigger}`",
        MEANS[line.trigger],
        line.red_alert,
        line.priority,
        line.handover,
        ", ".join(line.reason) or "–",
        line.team,
    ]
    return told + (["–"] * 4 if line.handover == "none" else _times(line, rules))


def _times(line: Line, rules: TakeoverRules) -> list[str]:
    handover = _raised(line)
    pace = rules.pace(handover)
    called = rules.at_night(handover)
    return [
        *map(span, (pace.remind_after, pace.transfer_after, pace.accept_within)),
        "duty manager at once" if called else "next opening",
    ]


def _raised(line: Line) -> Handover:
    """The handover that this line alone raises."""
    return Handover(
        conversation_id="",
        ticket_id="",
        reason="",
        brief="",
        raised_at=datetime(2026, 1, 1, tzinfo=UTC),
        answers_by=None,
        on_duty=True,
        team=line.team,
        priority=next((one for one in PRIORITIES if one == line.priority), "normal"),
        red_alert=line.red_alert == "yes",
    )


def _stages(rules: TakeoverRules) -> Iterator[list[str]]:
    for pace in rules.stages:
        waits = (
            pace.remind_after,
            pace.transfer_after,
            pace.accept_within,
            pace.after_acknowledged,
        )
        yield [fits(pace.when), *map(span, waits), str(pace.colleagues)]


def fits(when: When) -> str:
    """What a line is for, in words."""
    named = when.model_dump(exclude_none=True)
    flags = {"red_alert": "red alert", "vip": "customer with a tier"}
    told = [
        (flags[key] if value else f"no {flags[key]}") if key in flags else f"{key} {value}"
        for key, value in named.items()
    ]
    return ", ".join(told) or "everything else"


def span(length: timedelta) -> str:
    """A length of time as people say it."""
    seconds = round(length.total_seconds())
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds and seconds % unit == 0:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


if __name__ == "__main__":
    rules = TakeoverRules.read(RULES / "takeover.yaml")
    sys.stdout.write(page(read_lines(RULES / "escalation.yaml"), rules))
