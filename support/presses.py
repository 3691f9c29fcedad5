"""What colleagues press under what they were pushed: acknowledge, take over, approve, refuse."""

from __future__ import annotations

from typing import Protocol
from uuid import uuid4

import structlog

from domain.channels import Outgoing
from domain.errors import InputError, NightdeskError, NotPermitted
from domain.mailbox import Kept, OutboxStore, Taken
from domain.office import Approval, Colleague, staff_talk
from domain.office_ports import OfficeStore
from support.inbox import Inbox
from support.office import Office
from support.outbox import Outbox
from support.staff import Staff
from support.takeovers import ACK, APPROVE, REFUSE, TAKE, OfficeWords

log = structlog.get_logger()
MAY_ACT = "conversations:write"


class Deciding(Protocol):
    """Who carries out what was approved."""

    async def waiting(self) -> list[Approval]: ...
    async def decide(self, task_id: str, me: Colleague, *, yes: bool) -> bool: ...


class Allowing(Protocol):
    """Who may do what."""

    def may(self, role: str, scope: str) -> bool: ...


class Presses:
    """Does what a button says, for the colleague who pressed it; who may not, or comes too late, is told so."""

    def __init__(
        self,
        *,
        office: Office,
        store: OfficeStore,
        approvals: Deciding,
        staff: Staff,
        permissions: Allowing,
        inbox: Inbox,
        sent: OutboxStore,
        outbox: Outbox,
        words: OfficeWords,
    ) -> None:
        self._office = office
        self._store = store
        self._approvals = approvals
        self._staff = staff
        self._permissions = permissions
        self._inbox = inbox
        self._sent = sent
        self._outbox = outbox
        self._words = words

    async def done(self, taken: Taken) -> None:
        """Do everything that was pressed; doing it again after a crash changes nothing."""
        for kept in taken.kept:
            await self._one(kept)
        await self._inbox.done(taken)

    async def _one(self, kept: Kept) -> None:
        click = kept.arrival.click
        if click is None:
            return
        channel, user = kept.arrival.address.channel, kept.arrival.sender.id
        me = self._staff.reached(channel, user)
        verb, _, about = click.value.partition(":")
        try:
            told = "push.gone" if me is None else await self._do(verb, about, me)
        except NotPermitted:
            told = "push.not_allowed"
        except InputError as error:
            log.info("press_refused", verb=verb, cause=str(error))
            told = "push.too_late"
        if told:
            await self._tell(kept, told, me)

    async def _do(self, verb: str, about: str, me: Colleague) -> str:
        """Do it; returns what has to be told to whoever pressed, if anything."""
        if verb in (APPROVE, REFUSE):
            decided = await self._approvals.decide(about, me, yes=verb == APPROVE)
            return "" if decided else "push.too_late"
        if verb not in (ACK, TAKE):
            return "push.too_late"
        if not self._permissions.may(me.role, MAY_ACT):
            raise NotPermitted(f"a {me.role} may not")
        handover = await self._store.handover(about)
        if handover is None or (verb == TAKE and handover.stage == "returned"):
            return "push.too_late"
        if verb == ACK:
            await self._office.acknowledge(about, me)
            return ""
        taken = await self._office.take(handover.conversation_id, me, about=about)
        if not taken.by:  # it was returned in this moment
            return "push.too_late"
        return "" if taken.by == me.id else "push.not_yours"

    async def _tell(self, kept: Kept, key: str, me: Colleague | None) -> None:
        conversation_id = kept.conversation_id.removeprefix(staff_talk(""))
        ticket = await self._store.current(conversation_id)
        held = await self._store.owned(conversation_id)
        language = me.reads if me else self._words.language
        text = self._words.say(
            key,
            language,
            number=ticket.number if ticket else "",
            name=self._staff.name(held.holder),
        )
        answer = Outgoing(
            id=uuid4().hex,
            conversation_id=kept.conversation_id,
            address=kept.arrival.address,
            text=text,
            kind="push",
        )
        try:
            await self._sent.put([answer])
            await self._outbox.later(kept.conversation_id, 0.0)
        except NightdeskError as error:  # it was done; only the answer is lost
            log.warning("press_not_answered", code=error.code)
