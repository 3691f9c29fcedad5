"""A conversation as colleagues read it: what was said, by whom, and what happened in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from desk.telling import ANGRY, Teller
from domain.casework import Citation
from domain.conversation import Message
from domain.language import Language, to_script
from domain.office import ASSISTANT, Mood, TicketEvent
from domain.records import Notice
from retrieval.sentences import StaffLanguage

# Reasons for which a person is needed though nothing bad has happened.
_NO_ALARM = (
    *("explicit_request", "low_confidence", "unsupported", "policy_limit"),
    *("auth_failed", "privacy_request", "low_score"),
)
_ORDER = {"opened": 0, "reopened": 0}  # before the message that did it
_TOLD_ELSEWHERE = ("replied", "note", "withheld")  # they are shown as what was said
Shape = Literal["message", "note", "event"]


@dataclass(frozen=True)
class Entry:
    """One thing in the order of time. `original` is what a colleague wrote before it was translated."""

    key: str
    shape: Shape
    at: datetime
    author: str
    name: str
    text: str
    language: str = ""
    original: str = ""
    state: str = ""
    alarmed: bool = False
    cleared: bool = False
    mood: tuple[str, str] | None = None
    translate: Literal["", "script", "words"] = ""
    sources: Sequence[Citation] = ()


@dataclass(frozen=True)
class Talk:
    """Everything that is known of a conversation's course."""

    messages: Sequence[Message]
    events: Sequence[TicketEvent]
    moods: Sequence[Mood]
    notices: Sequence[Notice] = ()
    cited: Mapping[str, Sequence[Citation]] = field(default_factory=dict)
    undelivered: Mapping[str, str] = field(default_factory=dict)

    def heard(self, moment: datetime) -> datetime:
        """When the customer spoke last before a moment; the moment, if they had not."""
        before = [one.sent_at for one in self.messages if one.author == "customer"]
        return max((one for one in before if one <= moment), default=moment)

    def alarming(self) -> set[str]:
        """The messages that raised an alarm, or sound angry: the last the customer said before each alarm."""
        moments = [
            one.at
            for one in self.events
            if one.kind == "flagged"
            and (one.detail.get("red_alert") or one.detail.get("reason") not in _NO_ALARM)
        ]
        moments += [one.sent_at for one in self.notices if one.kind == "alert"]
        said = [one for one in self.messages if one.author == "customer"]
        found = {one.message_id for one in self.moods if one.anger >= ANGRY}
        for moment in moments:
            before = [one for one in said if one.sent_at <= moment]
            found |= {before[-1].id} if before else set()
        return found


def entries(talk: Talk, teller: Teller, customer: str, *, translates: bool) -> list[Entry]:
    """The transcript in the order of time; `translates`: there is somebody who can."""
    found = _entries(talk, teller, customer, translates)
    return sorted(found, key=lambda one: (one.at, _ORDER.get(one.author, 1), one.shape == "event"))


def _entries(talk: Talk, teller: Teller, customer: str, translates: bool) -> Iterable[Entry]:
    alarming = talk.alarming()
    cleared = {one.detail.get("message") for one in talk.events if one.kind == "false_alarm"}
    replies = {one.detail.get("message"): one for one in talk.events if one.kind == "replied"}
    moods = {one.message_id: one.anger for one in talk.moods}
    reads = teller.pages.language(teller.request)
    names = {"customer": customer, "bystander": teller.say("inbox.bystander")}
    for said in talk.messages:
        reply = replies.get(said.id)
        yield Entry(
            key=said.id,
            shape="message",
            at=said.sent_at,
            author=said.author,
            name=names.get(said.author) or teller.who(reply.actor if reply else ASSISTANT),
            text=said.text,
            language=said.language,
            original=reply.text if reply else "",
            state=talk.undelivered.get(said.id, ""),
            alarmed=said.id in alarming,
            cleared=said.id in cleared,
            mood=teller.mood(moods.get(said.id, 0.0)),
            translate=way(said.language, reads, translates=translates),
            sources=talk.cited.get(said.id, ()),
        )
    for number, event in enumerate(talk.events):
        began = event.kind in _ORDER  # a turn opens its ticket at its end; the message did so
        placed = replace(event, at=talk.heard(event.at)) if began else event
        yield from _happened(placed, f"e{number}", teller)


def _happened(event: TicketEvent, key: str, teller: Teller) -> Iterable[Entry]:
    who = teller.who(event.actor)
    if event.kind == "note":
        yield Entry(key, "note", event.at, "note", who, event.text)
    elif event.kind == "withheld":
        yield Entry(key, "message", event.at, "withheld", who, event.text)
    elif event.kind not in _TOLD_ELSEWHERE:
        yield Entry(key, "event", event.at, event.kind, who, told(event, teller))


def told(event: TicketEvent, teller: Teller) -> str:
    """An event of a ticket's history in one sentence."""
    detail, to = event.detail, event.detail.get("to", "")
    if event.kind in ("status", "priority", "team"):
        to = teller.field(f"inbox.{event.kind}", str(to))
    else:
        people = to if isinstance(to, list) else [to]
        to = "、".join(teller.who(str(one)) for one in people if one)
    reason = str(detail.get("reason", ""))
    return teller.say(
        f"inbox.event.{event.kind}",
        who=teller.who(event.actor),
        to=to or "–",
        reason=teller.field("reason", reason) if reason else "–",
        score=detail.get("score", "–"),
    )


def way(language: str, reads: StaffLanguage, *, translates: bool) -> Literal["", "script", "words"]:
    """How a message is brought into the language of whoever reads it: not at all, by its script, or translated."""
    if language == reads or (language == "yue" and reads == "zh-Hant"):
        return ""
    if "en" in (language, reads):
        return "words" if translates else ""
    return "script"


def in_script(text: str, reads: StaffLanguage) -> str:
    """The same Chinese words in the other script."""
    target: Language = reads
    return to_script(text, target)
