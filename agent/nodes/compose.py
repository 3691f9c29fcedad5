"""Everything that happened in a turn becomes one reply: outcomes, one question, one confirmation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog
from langgraph.runtime import Runtime

from agent.aside import when
from agent.awaiting import awaiting
from agent.outcomes import unpacked
from agent.routes import TALK
from agent.state import AgentContext, ConversationState, Update
from domain.conversation import INJECTION, OUT_OF_SCOPE, SMALLTALK, Task
from domain.language import Language, to_script
from domain.policies import Policies
from domain.tooling import Declined, Done, NeedsConfirmation, NeedsInput
from support.replies import Replies
from support.writing.writer import Draft, Writer

log = structlog.get_logger()
OTP = "otp"


@dataclass(frozen=True)
class _Line:
    """A sentence of the reply. One with a `key` is news or small talk, and a writer may put it in other words."""

    text: str
    key: str = ""


async def compose(state: ConversationState, runtime: Runtime[AgentContext]) -> Update:
    """Write the reply in the customer's language."""
    speaker = _Speaker(state, runtime.context.replies, runtime.context.policies)
    lines = [line for line in speaker.lines() if line.text]
    said = await _worded(lines, state, runtime)
    text = "\n".join(said) or speaker.say("talk.unclear")
    asked = awaiting(state.tasks)
    log.debug("composed", turn_id=state.message.id)
    spoken = [replace(task, status="done") for task in state.tasks if task.kind in TALK]
    return {
        "tasks": tuple(spoken),
        "outcome": replace(state.outcome, reply=text, awaiting=asked),
    }


async def _worded(
    lines: list[_Line], state: ConversationState, runtime: Runtime[AgentContext]
) -> list[str]:
    """The sentences in their order, those that a writer may reword in one piece where the first of them stood.

    Where a person is brought in, or something weighs on the customer, everything is said as written.
    """
    said, writer = [line.text for line in lines], runtime.context.writer
    if writer is None or state.outcome.case is not None or state.verdict.triggers:
        return said
    known = (*state.customer.private(), state.customer.name)
    free = [
        at for at, line in enumerate(lines) if line.key and writer.frees(line.key, line.text, known)
    ]
    if not free or not writer.worth(len(free)):
        return said
    first = free[0]
    draft = Draft(
        lines=tuple(said[at] for at in free),
        said=state.message.text,
        language=state.conversation.language,
        tenant=state.conversation.tenant,
        turn=state.message.id,
        known=known,
        about=tuple(dict.fromkeys(lines[at].key.partition(".")[0] for at in free)),
    )
    if runtime.context.live:
        said[first] = await _told(draft, said[:first], writer, runtime.stream_writer)
    else:
        said[first] = await writer.write(draft)
    return [text for at, text in enumerate(said) if at not in free[1:]]


async def _told(
    draft: Draft, before: list[str], writer: Writer, tell: Callable[[dict[str, str]], None]
) -> str:
    """The wording, told sentence by sentence while it is written; what stands before it is told first."""
    if before:
        tell({"words": "".join(f"{line}\n" for line in before)})
    worded = ""
    async for piece in writer.pieces(draft):
        tell({"words": piece})
        worded += piece
    return worded


class _Speaker:
    """One reply in the making."""

    def __init__(self, state: ConversationState, replies: Replies, policies: Policies) -> None:
        self._state = state
        self._replies = replies
        self._policies = policies
        self._language: Language = state.conversation.language

    def say(self, key: str, **values: object) -> str:
        return self._replies.say(key, self._language, **values)

    def lines(self) -> list[_Line]:
        if self._state.message.author == "bystander":
            return [_Line(self.say("talk.bystander"))]
        if self._state.screening.blocked:
            return [_Line(self.say("talk.injection"))]
        asked = [*self._question(), *self._confirmation(), *self._person()]
        return [
            *map(_Line, self._sympathy()),
            *self._news(),
            *self._talk(),
            *map(_Line, asked),
        ]

    def _touched(self) -> list[Task]:
        """Tasks of this turn: made, moved or answered in it."""
        return [task for task in self._state.tasks if task.touched == self._state.message.id]

    def _sympathy(self) -> list[str]:
        triggers = self._state.verdict.triggers
        if not self._state.screening.signals & {"wrong_item", "fault"}:
            triggers = tuple(
                name for name in triggers if name != "defect"
            )  # money that is late is no defect
        found = [f"sympathy.{name}" for name in triggers if f"sympathy.{name}" in self._replies]
        return [self.say(key) for key in found[:2]]

    def _news(self) -> list[_Line]:
        lines = []
        for task in self._touched():
            outcome = unpacked(task.outcome) if task.outcome else None
            if task.status == "dropped":
                lines.append(_Line(self.say("task.dropped")))
            elif task.status == "on_hold":
                lines.append(_Line(self.say("task.on_hold")))
            elif task.status == "failed":
                lines.append(_Line(self.say("declined.failed")))
            elif isinstance(outcome, Done | Declined) and task.status != "handed_over":
                lines.append(self._told(outcome))
        return list({line.text: line for line in lines}.values())

    def _told(self, outcome: Done | Declined) -> _Line:
        """What came of a task. A refusal, and whatever people look at, is said as written."""
        plain = isinstance(outcome, Done) and not (outcome.awaits_approval or outcome.hands_over)
        return _Line(self._sentence(outcome), outcome.reply if plain else "")

    def _sentence(self, outcome: Done | Declined) -> str:
        values = {key: self._localised(value) for key, value in outcome.values.items()}
        return self.say(outcome.reply, **values)

    def _localised(self, value: object) -> object:
        if isinstance(value, list | tuple):
            return [self._localised(one) for one in value]
        return to_script(value, self._language) if isinstance(value, str) else value

    def _talk(self) -> list[_Line]:
        keys = {
            SMALLTALK: "talk.greeting",
            OUT_OF_SCOPE: "talk.out_of_scope",
            INJECTION: "talk.injection",
        }
        touched = [task for task in self._touched() if task.kind in keys]
        said = [str(task.slots.get("reply", keys[task.kind])) for task in touched[:1]]
        return [_Line(self.say(key), key) for key in said]

    def _question(self) -> list[str]:
        """One question for everything that is missing."""
        missing: list[str] = []
        options: list[str] = []
        for task in self._state.tasks:
            outcome = unpacked(task.outcome) if task.outcome else None
            if task.status == "awaiting_customer" and isinstance(outcome, NeedsInput):
                missing += [slot for slot in task.missing if slot not in missing]
                options += [one for one in outcome.options if one not in options]
        if not missing:
            return []
        if missing == [OTP]:
            wrong = self._state.conversation.standing.wrong_codes
            return [self.say("ask.otp_again" if wrong else "ask.otp")]
        names = [self.say(f"slot.{slot}") for slot in missing]
        if options:
            return [self.say("ask.slots_from", slots=names, options=options)]
        return [self.say("ask.slots", slots=names)]

    def _confirmation(self) -> list[str]:
        """One confirmation for everything that waits for a yes."""
        pending = [
            unpacked(task.outcome)
            for task in self._state.tasks
            if task.awaits_yes and task.outcome is not None
        ]
        points = [
            self.say(
                one.reply, **{key: self._localised(value) for key, value in one.values.items()}
            )
            for one in pending
            if isinstance(one, NeedsConfirmation)
        ]
        if not points:
            return []
        if len(points) == 1:
            return [self.say("confirm.one", point=points[0])]
        listed = "\n".join(f"{number}. {point}" for number, point in enumerate(points, 1))
        return [self.say("confirm.many", points=listed)]

    def _person(self) -> list[str]:
        """When a person will answer; or, where one could help, the offer of one."""
        case = self._state.outcome.case
        if case is None:
            return []
        days = self._policies.privacy_rule.answer_within_days
        lines = (
            [self.say("handover.privacy", days=days)]
            if "privacy" in self._state.verdict.triggers and days
            else []
        )
        return [*lines, when(case.handover, self.say)]
