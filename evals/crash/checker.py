"""Was anything lost, done twice, told out of order or told to somebody else? From what the outside kept, only.

The simulator's journal says what was pushed, acknowledged and sent; the company's journal says what was really
changed; the feeder's file says who said what. The desk's own database is never read.

`python -m evals.crash.checker` prints one table, and exits 1 when anything but a duplicate send went wrong.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from evals.crash.records import (
    ACCEPTED,
    Ack,
    Effect,
    Feed,
    Push,
    Said,
    Send,
    read_effects,
    read_feed,
)
from evals.crash.simulated import read_outside

SHOWN = 5  # examples of a fault in the table
LATE_NOTE = 0.25  # seconds by which the simulator may note a push later than its acknowledgement


@dataclass(frozen=True)
class Verdict:
    """What was found. Duplicate sends are reported; everything else that is no plain count must be empty."""

    said: int
    accepted: int
    sends: int
    effects: int
    lost: tuple[str, ...]
    undone: tuple[str, ...]
    doubled: tuple[str, ...]
    unagreed: tuple[str, ...]
    out_of_order: tuple[str, ...]
    wrong_person: tuple[str, ...]
    duplicate_sends: int

    @property
    def clean(self) -> bool:
        """Nothing went wrong; a campaign in which nothing was accepted proves nothing."""
        faults = (self.lost, self.undone, self.doubled, self.unagreed)
        wrong = any((*faults, self.out_of_order, self.wrong_person))
        return self.accepted > 0 and not wrong


def check(
    pushes: Sequence[Push],
    acks: Sequence[Ack],
    sends: Sequence[Send],
    effects: Sequence[Effect],
    feed: Feed,
) -> Verdict:
    """Compare what was asked with what came of it."""
    accepted = _accepted(pushes, acks, feed)
    told = _told(sends)
    return Verdict(
        said=len(feed.said),
        accepted=len(accepted),
        sends=len(sends),
        effects=len(effects),
        lost=tuple(one.said.msg_id for one in accepted if one.answer(told) is None),
        undone=tuple(_undone(accepted, effects)),
        doubled=tuple(_doubled(effects)),
        unagreed=tuple(_unagreed(effects, feed)),
        out_of_order=tuple(_out_of_order(accepted, told)),
        wrong_person=tuple(_wrong_person(sends, feed)),
        duplicate_sends=_duplicate_sends(sends, feed),
    )


@dataclass(frozen=True)
class _Accepted:
    """An acknowledged message. It reached the desk between its first push and the one that was acknowledged."""

    said: Said
    first: float
    last: float

    def before(self, other: _Accepted) -> bool:
        """Did it surely reach the desk first? A redelivered message may have been kept at any of its pushes."""
        return self.last < other.first

    def answer(self, told: Mapping[tuple[str, str], Sequence[float]]) -> float | None:
        """When its customer was first told something about its order."""
        times = told.get((self.said.user, self.said.order), ())
        return next((at for at in times if at >= self.first), None)


def _accepted(pushes: Sequence[Push], acks: Sequence[Ack], feed: Feed) -> list[_Accepted]:
    """Acknowledged messages in the order in which they were pushed first."""
    acked: dict[str, float] = {}
    for ack in acks:
        if ack.code == ACCEPTED:
            acked[ack.msg_id] = min(ack.at, acked.get(ack.msg_id, ack.at))
    pushed: dict[str, list[float]] = defaultdict(list)
    for push in sorted(pushes, key=lambda one: one.at):
        if push.at <= acked.get(push.msg_id, 0.0) + LATE_NOTE:
            pushed[push.msg_id].append(push.at)
    found = []
    for said in feed.said:
        if said.msg_id in acked:
            times = pushed[said.msg_id] or [said.at]
            found.append(_Accepted(said, times[0], times[-1]))
    return sorted(found, key=lambda one: one.first)


def _told(sends: Sequence[Send]) -> dict[tuple[str, str], list[float]]:
    """When each customer was told something about each order."""
    told: dict[tuple[str, str], list[float]] = defaultdict(list)
    for send in sorted(sends, key=lambda one: one.at):
        for order in send.orders():
            told[send.user, order].append(send.at)
    return told


def _undone(accepted: Sequence[_Accepted], effects: Sequence[Effect]) -> Iterator[str]:
    """Messages that said yes to what was never done."""
    done = {effect.order for effect in effects}
    for one in accepted:
        if one.said.agrees and one.said.order not in done:
            yield one.said.msg_id


def _doubled(effects: Sequence[Effect]) -> Iterator[str]:
    times = Counter((effect.kind, effect.order) for effect in effects if effect.order)
    for (kind, order), count in times.items():
        if count > 1:
            yield f"{kind} {order} ×{count}"


def _unagreed(effects: Sequence[Effect], feed: Feed) -> Iterator[str]:
    """Changes that nobody had said yes to when they were made."""
    agreed: dict[str, float] = {}
    for one in feed.said:
        if one.agrees:
            agreed[one.order] = min(one.at, agreed.get(one.order, one.at))
    for effect in effects:
        if effect.at < agreed.get(effect.order, float("inf")):
            yield f"{effect.kind} {effect.order}"


def _out_of_order(
    accepted: Sequence[_Accepted], told: Mapping[tuple[str, str], Sequence[float]]
) -> Iterator[str]:
    """Messages that were answered before an earlier one of their conversation; one answer for both is fine."""
    for mine in _by_user(accepted).values():
        answered = [(one, at) for one in mine if (at := one.answer(told)) is not None]
        for place, (one, at) in enumerate(answered):
            if any(then > at and other.before(one) for other, then in answered[:place]):
                yield one.said.msg_id


def _by_user(accepted: Sequence[_Accepted]) -> dict[str, list[_Accepted]]:
    mine: dict[str, list[_Accepted]] = defaultdict(list)
    for one in accepted:
        mine[one.said.user].append(one)
    return mine


def _wrong_person(sends: Sequence[Send], feed: Feed) -> Iterator[str]:
    """Orders that were named to another customer. What staff are told is no customer's."""
    customers = set(feed.owners.values())
    for send in sends:
        for order in send.orders():
            owner = feed.owners.get(order)
            if owner is not None and send.user in customers and send.user != owner:
                yield f"{order} of {owner} to {send.user}"


def _duplicate_sends(sends: Sequence[Send], feed: Feed) -> int:
    """Identical texts to one person, beyond as many as there were messages that they could answer."""
    asked: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in feed.said:
        asked[one.user, one.order].add(one.msg_id)
    extra = 0
    texts = Counter((send.user, send.text) for send in sends)
    for (user, text), count in texts.items():
        answers: set[str] = set()
        for order in Send(user, text, 0.0).orders():
            answers |= asked.get((user, order), set())
        extra += max(0, count - max(1, len(answers)))
    return extra


def table(verdict: Verdict) -> Table:
    """The verdict for people: counts, then every fault with some examples."""
    shown = Table("what", "how many", "such as", title="Crash campaign, seen from outside")
    counts = {
        "messages said": verdict.said,
        "accepted (acknowledged)": verdict.accepted,
        "messages shown to people": verdict.sends,
        "effects at the company": verdict.effects,
        "duplicate sends (allowed)": verdict.duplicate_sends,
    }
    faults = {
        "lost: accepted, never answered": verdict.lost,
        "lost: agreed to, never done": verdict.undone,
        "doubled effects": verdict.doubled,
        "effects nobody agreed to": verdict.unagreed,
        "out of order": verdict.out_of_order,
        "told to the wrong person": verdict.wrong_person,
    }
    for name, count in counts.items():
        shown.add_row(name, str(count), "")
    for name, found in faults.items():
        shown.add_row(name, str(len(found)), "; ".join(found[:SHOWN]))
    return shown


def check_files(journal: Path, erp: Path, feed: Path) -> Verdict:
    """Check a campaign by the files it left: the simulator's, the company's and the feeder's."""
    outside = read_outside(journal)
    return check(outside.pushes, outside.acks, outside.sends, read_effects(erp), read_feed(feed))


def main(
    *,
    journal: Annotated[Path, typer.Option(help="The DingTalk simulator's journal.")],
    erp: Annotated[Path, typer.Option(help="The company's journal.")],
    feed: Annotated[Path, typer.Option(help="The feeder's file.")],
) -> None:
    """Print what a campaign did."""
    verdict = check_files(journal, erp, feed)
    Console().print(table(verdict))
    raise typer.Exit(not verdict.clean)


if __name__ == "__main__":
    typer.run(main)
