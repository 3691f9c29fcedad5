"""The one way to a tool: validate, permit, propose, confirm, once, audit."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog
from pydantic import ValidationError

from agent.outcomes import packed, unpacked
from domain.company import Customer
from domain.conversation import Conversation, Task
from domain.errors import InputError, NotPermitted, UpstreamError, UpstreamTimeout
from domain.policies import Policies
from domain.ports import AccountSystem, Clock
from domain.records import Ledger
from domain.tooling import (
    Caller,
    Declined,
    Done,
    Failed,
    NeedsConfirmation,
    NeedsInput,
    Outcome,
    Proposal,
    Tool,
    ToolAnswer,
)
from security.permissions import Permissions

log = structlog.get_logger()
TRIES = 2  # a tool that failed in a way that may pass is tried once more in the same turn
OTP = "otp"


@dataclass(frozen=True)
class Ran:
    """A task after its step, and the audit line of what was decided."""

    task: Task
    outcome: Outcome
    decision: str


class Runner:
    """Runs tools for customers. Whether one may run, needs a yes, and runs exactly once, is decided here."""

    def __init__(
        self,
        *,
        tools: Mapping[str, Tool],
        supplied: Mapping[str, Mapping[str, object]],
        permissions: Permissions,
        ledger: Ledger,
        accounts: AccountSystem,
        policies: Policies,
        clock: Clock,
    ) -> None:
        self._tools = tools
        self._supplied = supplied
        self._permissions = permissions
        self._ledger = ledger
        self._accounts = accounts
        self._policies = policies
        self._clock = clock

    def knows(self, kind: str) -> bool:
        return kind in self._tools

    def only_reads(self, kind: str) -> bool:
        """Is it a look-up that anybody may have, without a code?"""
        return self._tools[kind].policy.effect == "read" and not self.needs_code(kind)

    def needs_code(self, kind: str) -> bool:
        """Is a one-time code needed before this tool tells anything?"""
        return kind in self._tools and self._tools[kind].policy.assurance == "verified"

    async def step_up(
        self, task: Task, customer: Customer, conversation: Conversation
    ) -> tuple[Task, Conversation]:
        """Check the one-time code in a task's slots. The code itself is not kept."""
        code = task.slots.get(OTP)
        if code is None or not self.needs_code(task.kind) or self.locked(conversation):
            return task, conversation
        task = replace(task, slots={key: value for key, value in task.slots.items() if key != OTP})
        if await self._accounts.check_code(customer.id, code):
            return task, replace(conversation, verified=True)
        wrong = conversation.standing.wrong_codes + 1
        standing = replace(conversation.standing, wrong_codes=wrong)
        return replace(task, asked=(*task.asked, OTP)), replace(conversation, standing=standing)

    def locked(self, conversation: Conversation) -> bool:
        """Were all attempts at the one-time code used up?"""
        wrong = conversation.standing.wrong_codes
        return not conversation.verified and wrong >= self._policies.authentication.attempts

    async def run(self, task: Task, customer: Customer, conversation: Conversation) -> Ran:
        """One step of one task. Never raises for what a customer, a tool or a system did."""
        tool = self._tools[task.kind]
        outcome = await self._outcome(tool, task, customer, conversation)
        decision = type(outcome).__name__.lower()
        log.info(
            "tool_finished", tool=tool.name, decision=decision, conversation_id=conversation.id
        )
        return Ran(_after(task, outcome), outcome, decision)

    async def _outcome(
        self, tool: Tool, task: Task, customer: Customer, conversation: Conversation
    ) -> Outcome:
        if not self._permissions.may("customer", tool.policy.scope):
            return Declined("declined.not_permitted", {}, hands_over="unsupported")
        if self.needs_code(tool.name) and self.locked(conversation):
            return Declined("account.locked", {}, hands_over="wrong_codes")
        try:
            request = tool.request.model_validate(task.slots)
        except ValidationError as error:
            return NeedsInput(tuple(str(problem["loc"][0]) for problem in error.errors()))
        key = self._key(tool, task, conversation)
        recorded = await self._ledger.recorded(key) if tool.policy.effect != "read" else None
        if recorded is not None:
            return unpacked(recorded)
        caller = Caller(customer, self._clock.now(), conversation.verified, frozenset(task.asked))
        try:
            answer = await self._call(tool, request, caller)
            return await self._settle(tool, task, conversation, answer, key)
        except UpstreamError as error:
            return Failed(error.code, error.retryable)
        except InputError:
            return Declined("declined.changed_meanwhile")

    def check_approval(self, task: Task, role: str) -> None:
        """Let a colleague decide who may.

        Raises:
            NotPermitted: this role may not approve this.
        """
        scope = self._tools[task.kind].policy.approval
        if scope is None or not self._permissions.may(role, scope):
            raise NotPermitted(f"a {role} may not approve {task.kind}")

    async def approve(
        self, task: Task, customer: Customer, conversation: Conversation, role: str
    ) -> Outcome:
        """Do what waits for an approval, for a colleague of this role; once, however often it is approved.

        Everything is checked again: what has become impossible meanwhile is declined.

        Raises:
            NotPermitted: the role may not approve this.
        """
        self.check_approval(task, role)
        tool = self._tools[task.kind]
        key = self._key(tool, task, conversation, "approved")
        recorded = await self._ledger.recorded(key)
        if recorded is not None:
            return unpacked(recorded)
        asked = frozenset(task.asked)
        caller = Caller(customer, self._clock.now(), conversation.verified, asked, approved=True)
        try:
            request = tool.request.model_validate(task.slots)
            answer = await self._call(tool, request, caller)
            if not isinstance(answer, Proposal):
                return answer
            return await self._act(tool, conversation, answer, key)
        except UpstreamError as error:
            return Failed(error.code, error.retryable)
        except InputError:
            return Declined("declined.changed_meanwhile")

    async def _call(self, tool: Tool, request: Any, caller: Caller) -> ToolAnswer:
        wanted = dict(self._supplied[tool.name])
        if tool.caller is not None:
            wanted[tool.caller] = caller
        for attempt in range(TRIES):
            try:
                async with asyncio.timeout(tool.policy.timeout_seconds):
                    return await tool.function(request, **wanted)
            except TimeoutError as error:
                raise UpstreamTimeout(
                    f"{tool.name} took over {tool.policy.timeout_seconds} s"
                ) from error
            except UpstreamError:
                if attempt + 1 == TRIES:
                    raise
        raise AssertionError("unreachable: the last try returns or raises")

    async def _settle(
        self, tool: Tool, task: Task, conversation: Conversation, answer: ToolAnswer, key: str
    ) -> Outcome:
        if not isinstance(answer, Proposal):
            return answer
        shown = answer.fingerprint()
        needs_yes = tool.policy.confirm == "always" or task.ask_first
        if needs_yes and task.agreed != shown:
            return NeedsConfirmation(answer.summary, answer.values, shown)
        return await self._act(tool, conversation, answer, key)

    async def _act(
        self, tool: Tool, conversation: Conversation, answer: Proposal, key: str
    ) -> Outcome:
        await self._ledger.begin(key, conversation.id, tool.name, self._clock.now())
        log.debug("act_begun", tool=tool.name)
        try:
            async with asyncio.timeout(tool.policy.timeout_seconds):
                result = await answer.act(key)
        except TimeoutError as error:
            raise UpstreamTimeout(
                f"{tool.name} took over {tool.policy.timeout_seconds} s"
            ) from error
        log.debug("act_done", tool=tool.name)
        values = {**answer.values, **(result or {})}
        done = Done(answer.done, values, answer.awaits_approval, answer.hands_over)
        await self._ledger.complete(key, packed(done))
        log.debug("act_recorded", tool=tool.name)
        return done

    def _key(self, tool: Tool, task: Task, conversation: Conversation, *more: str) -> str:
        """From tenant, conversation, proposal and tool: not from arguments, which a reader might reword."""
        parts = (conversation.tenant, conversation.id, task.id, tool.name, *more)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _after(task: Task, outcome: Outcome) -> Task:
    kept = replace(task, outcome=packed(outcome))
    match outcome:
        case Done(awaits_approval=waits):
            return replace(
                kept, status="awaiting_approval" if waits else "done", missing=(), shown=None
            )
        case Declined():
            return replace(kept, status="declined", missing=(), shown=None)
        case NeedsInput(slots=slots):
            return replace(kept, status="awaiting_customer", missing=slots, shown=None, agreed=None)
        case NeedsConfirmation(shown=shown):
            return replace(kept, status="awaiting_customer", missing=(), shown=shown, agreed=None)
        case _:
            return replace(kept, status="failed", missing=(), shown=None)
