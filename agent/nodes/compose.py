"""Everything that happened in a turn becomes one reply: outcomes, one question, one confirmation."""

from __future__ import annotations

from dataclasses import replace

import structlog
from langgraph.runtime import Runtime

from agent.aside import when
from agent.awaiting import awaiting
from agent.outcomes import unpacked
from agent.state import AgentContext, ConversationState, Update
from domain.conversation import INJECTION, OUT_OF_SCOPE, SMALLTALK, Task
from domain.language import Language, to_script
from domain.policies import Policies
from domain.tooling import Declined, Done, NeedsConfirmation, NeedsInput
from support.replies import Replies

log = structlog.get_logger()
OTP = "otp"


async def compose(state: ConversationState, runtime: Runtime[AgentContext]) -> Update:
    """Write the reply in the customer's language."""
    speaker = _Speaker(state, runtime.context.replies, runtime.context.policies)
    lines = speaker.lines()
    text = "\n".join(line for line in lines if line) or speaker.say("talk.unclear")
    asked = awaiting(state.tasks)
    log.debug("composed", turn_id=state.message.id)
    return {"outcome": replace(state.outcome, reply=text, awaiting=asked)}


class _Speaker:
    """One reply in the making."""

    def __init__(self, state: ConversationState, replies: Replies, policies: Policies) -> None:
        self._state = state
        self._replies = replies
        self._policies = policies
        self._language: Language = state.conversation.language

    def say(self, key: str, **values: object) -> str:
        return self._replies.say(key, self._language, **values)

    def lines(self) -> list[str]:
        if self._state.message.author == "bystander":
            return [self.say("talk.bystander")]
        if self._state.screening.blocked:
            return [self.say("talk.injection")]
        return [
            *self._sympathy(),
            *self._news(),
            *self._talk(),
            *self._question(),
            *self._confirmation(),
            *self._person(),
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

    def _news(self) -> list[str]:
        lines = []
        for task in self._touched():
            outcome = unpacked(task.outcome) if task.outcome else None
            if task.status == "dropped":
                lines.append(self.say("task.dropped"))
            elif task.status == "on_hold":
                lines.append(self.say("task.on_hold"))
            elif task.status == "failed":
                lines.append(self.say("declined.failed"))
            elif isinstance(outcome, Done | Declined) and task.status != "handed_over":
                lines.append(self._sentence(outcome))
        return list(dict.fromkeys(lines))

    def _sentence(self, outcome: Done | Declined) -> str:
        values = {key: self._localised(value) for key, value in outcome.values.items()}
        return self.say(outcome.reply, **values)

    def _localised(self, value: object) -> object:
        if isinstance(value, list | tuple):
            return [self._localised(one) for one in value]
        return to_script(value, self._language) if isinstance(value, str) else value

    def _talk(self) -> list[str]:
        keys = {
            SMALLTALK: "talk.greeting",
            OUT_OF_SCOPE: "talk.out_of_scope",
            INJECTION: "talk.injection",
        }
        touched = [task for task in self._touched() if task.kind in keys]
        return [self.say(str(task.slots.get("reply", keys[task.kind]))) for task in touched[:1]]

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
