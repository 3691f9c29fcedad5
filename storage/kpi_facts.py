"""What a ticket counts for, in ones and noughts: the questions that the figures are sums of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Float,
    Integer,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)

from domain.kpis import AGAIN_WITHIN, COUNTED, NIGHT_WITHIN, SMALL_TALK
from domain.office import ASSISTANT
from storage.office_tables import tickets

NARROWING = ("channel", "language", "team")
KEY = ("tenant", *NARROWING)
DUES = ("due_again", "due_respond", "due_resolve")
# What is filled in when a day is counted: whose tickets, the day, when it began and was over, and what time it is.
OF, ON = bindparam("of", type_=String), bindparam("on", type_=Integer)
START, END = bindparam("start", type_=Float), bindparam("end", type_=Float)
NOW = bindparam("now", type_=Float)
_AGAIN = AGAIN_WITHIN.total_seconds()
_UNSETTLED, _LEFT, _REOPENED, _AGAIN_ASKED = -1, 10, 11, 12  # else the stars that were given

_Flag = ColumnElement[bool]


def of_the_day() -> tuple[_Flag, ...]:
    """Which tickets were opened on the day."""
    mine = tickets.c
    return (mine.tenant == OF, mine.opened >= START, mine.opened < END)


def facts() -> CTE:
    """Every ticket of a day as ones and noughts."""
    seen = (
        select(tickets, _state().label("state"))
        .where(*of_the_day())
        .cte("seen")
        .prefix_with("MATERIALIZED")  # or the state would be worked out for each of its uses
    )
    one = seen.c
    flags = _told(one) | _outcomes(one) | _promises(one)
    numbers: dict[str, ColumnElement[Any]] = {
        name: case((flag, 1), else_=0) for name, flag in flags.items()
    }
    numbers |= {
        "tickets": literal(1),
        "messages": one.messages,
        "rated": one.moods,
        "negative": one.negative,
        **_dues(one),
    }
    named = [numbers[name].label(name) for name in (*COUNTED, *DUES)]
    return select(*(one[name] for name in KEY), *named).cte("facts")


def _state() -> ColumnElement[int]:
    """What became of a ticket at the first contact, once it can be said."""
    mine, later = tickets.c, tickets.alias("later")
    over = func.coalesce(mine.solved, mine.closed, mine.updated)
    ended = and_(
        mine.category != SMALL_TALK, or_(mine.solved.is_not(None), mine.abandoned.is_(True))
    )
    came_again = exists().where(
        later.c.tenant == mine.tenant,
        later.c.customer_id == mine.customer_id,
        later.c.category == mine.category,
        later.c.opened > mine.opened,
        later.c.opened <= over + _AGAIN,
    )
    return case(
        (~and_(ended, over + _AGAIN <= NOW), _UNSETTLED),
        (mine.solved.is_(None), _LEFT),
        (mine.reopened > 0, _REOPENED),
        (came_again, _AGAIN_ASKED),
        else_=func.coalesce(mine.csat, 0),
    )


def _told(one: Any) -> dict[str, _Flag]:
    """What a ticket says of itself."""
    waited_for_nobody = or_(one.first_person.is_(None), one.first_person > one.first_reply)
    at_once = one.first_reply - one.opened <= NIGHT_WITHIN.total_seconds()
    night = one.staffed.is_(False)
    scored = {f"scored_{stars}": one.csat == stars for stars in range(1, 6)}
    return scored | {
        "answered": one.first_reply.is_not(None),
        "night": night,
        "night_taken": and_(night, at_once, waited_for_nobody),
        "asked": one.surveyed.is_not(None),
        "raised": one.raised.is_not(None),
        "red_alerts": one.red_alert.is_(True),
        "false_alarms": one.false_alarm.is_(True),
        "moody": one.moods > 0,
        "angry": and_(one.moods > 0, one.anger >= one.moods * 0.5),
    }


def _outcomes(one: Any) -> dict[str, _Flag]:
    """What became of a ticket."""
    asked = one.category != SMALL_TALK
    alone = and_(
        one.raised.is_(None),
        one.accepted.is_(None),
        one.staff_replies == 0,
        one.solved_by.in_(("", ASSISTANT)),
    )
    kept = {f"kept_{stars}": one.state == stars for stars in range(6)}
    return kept | {
        "ended": and_(asked, or_(one.solved.is_not(None), one.abandoned.is_(True))),
        "contained": and_(asked, one.solved.is_not(None), alone),
        "settled": one.state != _UNSETTLED,
        "left": one.state == _LEFT,
        "reopened": one.state == _REOPENED,
        "again": one.state == _AGAIN_ASKED,
    }


def _promises(one: Any) -> dict[str, _Flag]:
    """Promises whose time has come, and those that were kept; while a clock stands, its time does not come."""
    answered = func.coalesce(one.first_person, one.solved)
    runs = and_(one.abandoned.is_(False), one.paused.is_(None), one.resolve_by <= NOW)
    return {
        "respond_due": and_(
            one.respond_by.is_not(None), or_(answered.is_not(None), one.respond_by <= NOW)
        ),
        "respond_kept": answered <= one.respond_by,
        "resolve_due": and_(one.resolve_by.is_not(None), or_(one.solved.is_not(None), runs)),
        "resolve_kept": one.solved <= one.resolve_by,
    }


def _dues(one: Any) -> dict[str, ColumnElement[Any]]:
    """From when a ticket counts otherwise though nothing happens to it."""
    settles = func.coalesce(one.solved, one.closed, one.updated) + _AGAIN
    over = or_(one.solved.is_not(None), one.abandoned.is_(True))
    unanswered = and_(one.first_person.is_(None), one.solved.is_(None), one.respond_by > NOW)
    unsolved = and_(
        one.solved.is_(None),
        one.abandoned.is_(False),
        one.paused.is_(None),
        one.resolve_by > NOW,
    )
    return {
        "due_again": case((and_(over, settles > NOW), settles)),
        "due_respond": case((unanswered, one.respond_by)),
        "due_resolve": case((unsolved, one.resolve_by)),
    }
