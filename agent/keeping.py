"""What a turn leaves behind: the record that is kept in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from agent.awaiting import asks_code, codes
from agent.memory import pin
from agent.routes import TALK
from agent.state import AgentContext, ConversationState
from domain.casework import Ticket
from domain.conversation import ASK, Message, Pin, Task
from domain.knowledge import AskedQuestion
from domain.office import Mood, Survey, TicketEvent
from domain.records import AuditEntry, Notice, TurnRecord
from security.masking import mask
from support.cases import CaseDesk, Concern
from support.tickets import Seen

# Slots that the audit log names; addresses, codes and free text stay out of it.
_IN_AUDIT = frozenset(
    {
        "order",
        "invoice",
        "booking",
        "account",
        "sku",
        "from_sku",
        "to_sku",
        "qty",
        "room",
        "checkin",
        "nights",
        "topic",
    }
)


def record(state: ConversationState, context: AgentContext, now: datetime) -> TurnRecord:
    """The conversation as it stands now, the reply, the tasks that moved, the case, the audit entries."""
    conversation = replace(
        state.conversation,
        standing=replace(
            state.conversation.standing,
            pins=_pins(state, now),
            code_asked=state.conversation.standing.code_asked or asks_code(state.tasks),
        ),
    )
    outcome = state.outcome
    reply = Message(
        id=uuid4().hex,
        conversation_id=conversation.id,
        author="assistant",
        sent_at=now,
        text=outcome.reply,
        language=conversation.language,
    )
    moved = tuple(task for task in state.tasks if task.touched == state.message.id)
    ticket, events = _ticket(state, context, moved, now)
    if ticket is not None and outcome.survey is not None:
        events.append(_scored(ticket, outcome.survey, now))
    case = outcome.case
    return TurnRecord(
        conversation=conversation,
        answered=state.message.id,
        received=state.message,
        reply=reply if outcome.reply else None,
        tasks=moved,
        audit=_audit(state, moved, now),
        ticket=ticket,
        handover=replace(case.handover, ticket_id=ticket.id) if case and ticket else None,
        notices=_notices(state, context.desk, moved, now),
        citations=state.citations,
        questions=_questions(state, moved, now),
        at=now,
        mood=_mood(state, moved, now),
        survey=outcome.survey,
        events=events,
    )


def _concern(state: ConversationState, tasks: Sequence[Task], now: datetime) -> Concern:
    return Concern(
        state.conversation,
        state.customer,
        state.verdict.triggers,
        state.message.text,
        tasks,
        now,
        tuple(codes(state.tasks, state.message.text)),
    )


def _ticket(
    state: ConversationState, context: AgentContext, moved: Sequence[Task], now: datetime
) -> tuple[Ticket | None, list[TicketEvent]]:
    """The ticket that this turn is on; what a bystander says is on nobody's."""
    if state.message.author == "bystander":
        return None, []
    case = state.outcome.case
    return context.tickets.after(
        Seen(
            concern=_concern(state, state.tasks, now),
            heard_at=state.message.sent_at,
            moved=[task for task in moved if task.kind not in TALK],
            handover=case.handover if case else None,
            category=case.category if case else "",
        )
    )


def _scored(ticket: Ticket, survey: Survey, now: datetime) -> TicketEvent:
    """The customer's score, in the history of the ticket that it is about."""
    return TicketEvent(
        survey.ticket_id,
        ticket.conversation_id,
        now,
        "survey_answered",
        f"customer {ticket.customer_id}",
        {"score": survey.score},
        survey.comment,
    )


def _mood(state: ConversationState, moved: Sequence[Task], now: datetime) -> Mood | None:
    """How the customer sounded, and what about."""
    if state.message.author == "bystander" or state.screening.blocked:
        return None
    kinds = [task.kind for task in moved if task.kind not in TALK]
    products = [task.slots["sku"] for task in moved if task.slots.get("sku")]
    return Mood(
        message_id=state.message.id,
        conversation_id=state.conversation.id,
        customer_id=state.customer.id,
        at=now,
        anger=round(state.screening.anger, 3),
        negative=round(state.screening.negative, 3),
        topic=kinds[0] if kinds else "",
        product=products[0] if products else "",
    )


def _questions(
    state: ConversationState, moved: Sequence[Task], now: datetime
) -> list[AskedQuestion]:
    """What was asked of the documents; what they did not answer is what a knowledge manager wants to know."""
    known = [*state.customer.private(), *codes(state.tasks, state.message.text)]
    return [
        AskedQuestion(
            message_id=state.message.id,
            conversation_id=state.conversation.id,
            at=now,
            language=state.conversation.language,
            text=mask(task.text, known=known),
            answered=task.status == "done",
        )
        for task in moved
        if task.kind == ASK and task.text and (task.status == "done" or _unknown(task))
    ]


def _unknown(task: Task) -> bool:
    """Whether the documents said nothing; that they could not be asked is another matter."""
    return task.status == "declined" and (task.outcome or {}).get("reply") == "knowledge.unknown"


def _notices(
    state: ConversationState, desk: CaseDesk, moved: Sequence[Task], now: datetime
) -> list[Notice]:
    notices = list(state.outcome.case.notices) if state.outcome.case else []
    if state.verdict.red_alert and not state.conversation.holder:  # a colleague is there already
        notices.insert(0, desk.alert(_concern(state, moved, now)))
    return notices


def _audit(state: ConversationState, moved: tuple[Task, ...], now: datetime) -> list[AuditEntry]:
    who = f"customer {state.customer.id}"
    known = [*state.customer.private(), *codes(state.tasks, state.message.text)]
    said = mask(state.message.text[:400], known=known)
    entries = [AuditEntry(now, state.conversation.id, who, "said", said, "accepted")]
    for task in moved:
        slots = {key: value for key, value in task.slots.items() if key in _IN_AUDIT}
        resource = mask(
            " ".join(f"{key}={value}" for key, value in slots.items()),
            known=state.customer.private(),
        )
        entries.append(
            AuditEntry(now, state.conversation.id, who, task.kind, resource, task.status)
        )
    return entries


def _pins(state: ConversationState, now: datetime) -> tuple[Pin, ...]:
    """Ids that were spoken of, and what was done or promised: known for as long as the conversation lasts."""
    new = []
    for task in state.tasks:
        if task.touched != state.message.id:
            continue
        new += [
            Pin(slot, task.slots[slot], now)
            for slot in ("order", "invoice", "booking", "account")
            if slot in task.slots
        ]
        if task.status in ("done", "awaiting_approval"):
            new.append(Pin("done", f"{task.kind} {task.id}", now))
    if state.outcome.case:
        new.append(Pin("promise", f"a person, by {state.outcome.case.handover.answers_by}", now))
    return pin(state.conversation.standing.pins, *new)
