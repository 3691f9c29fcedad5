"""The office of one company in a running process: its people, its rules and what they do, joined."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from agent.approving import Approvals
from agent.suggesting import Suggestions
from agent.turns import Turns
from domain.mailbox import Durable
from domain.office import StaffLanguage
from domain.ports import Clock, Company
from house import House
from retrieval.sentences import Sentences
from retrieval.unanswered import Wanted
from storage.approvals import SqlApprovals
from storage.casework import SqlCasebook
from storage.conversations import SqlConversations
from storage.desk_lists import SqlDesk
from storage.kpis import SqlKpis
from storage.mood_groups import SqlMoods
from storage.surveys import SqlSurveys
from support.calendar import StaffCalendar
from support.duty import DutyRoster
from support.kpi_rules import KpiRules
from support.kpis import Kpis
from support.office import Office
from support.outbox import Outbox
from support.replies import Replies
from support.staff import Staff
from support.surveys import Surveys
from support.takeover import TakeoverRules
from support.takeovers import OfficeWords, Takeovers
from support.warnings import Warnings
from support.writing.translation import Translator

APPROVES = "refunds:approve"


@dataclass(frozen=True)
class OfficeRoom:
    """Everything that people and the assistant share, for one company; the desk's pages are served from it."""

    staff: Staff
    words: OfficeWords
    store: SqlDesk
    takeovers: Takeovers
    surveys: Surveys
    office: Office
    approvals: Approvals
    suggest: Callable[[str], Awaitable[list[str]]]
    conversations: SqlConversations
    casebook: SqlCasebook
    systems: Company
    translator: Translator | None
    calendar: StaffCalendar
    replies: Replies
    clock: Clock

    def now(self) -> datetime:
        """The company's time."""
        return self.clock.now()


def open_office(
    house: House, turns: Turns, *, durable: Durable, outbox: Outbox, reached: Collection[str]
) -> OfficeRoom:
    """The office behind a company's turns; from now on they bring to it what needs people.

    Raises:
        ConfigurationError: a rule or the file of the staff is wrong; names it.
    """
    settings, context = house.settings, turns.context
    demo, rules_folder = settings.playbook / "demo", settings.playbook / "rules"
    staff = Staff.read(demo / "staff.yaml")
    people = {one.id: one.reach for one in staff.everybody if one.reach is not None}
    rules = TakeoverRules.read(rules_folder / "takeover.yaml")
    words = OfficeWords(
        Sentences.read(settings.playbook / "reports").say, staff_language(settings.staff_language)
    )
    store, clock, calendar = SqlDesk(house.database), context.clock, context.calendar
    takeovers = Takeovers(
        store=store,
        rules=rules,
        calendar=calendar,
        staff=staff,
        duty=DutyRoster.read(demo / "duty.yaml", reached, people),
        durable=durable,
        outbox=outbox,
        clock=clock,
        words=words,
        approvers=[
            role for role in house.permissions.roles if house.permissions.may(role, APPROVES)
        ],
    )
    surveys = Surveys(
        rules=context.surveys,
        store=SqlSurveys(house.database),
        office=store,
        outbox=outbox,
        replies=house.replies,
        clock=clock,
    )
    office = Office(
        store=store,
        takeovers=takeovers,
        tickets=context.tickets,
        surveys=surveys,
        staff=staff,
        rules=rules,
        calendar=calendar,
        outbox=outbox,
        replies=house.replies,
        words=words,
        clock=clock,
        hush=turns.hush,
    )
    approvals = Approvals(
        store=SqlApprovals(house.database),
        office=store,
        runner=context.runner,
        customer=turns.customer,
        replies=house.replies,
        outbox=outbox,
        clock=clock,
        words=words,
    )
    turns.office = takeovers
    return OfficeRoom(
        staff=staff,
        words=words,
        store=store,
        takeovers=takeovers,
        surveys=surveys,
        office=office,
        approvals=approvals,
        suggest=Suggestions(turns, house.store, store).of,
        conversations=house.store,
        casebook=house.casebook,
        systems=turns.systems,
        # Without a model a translator has nothing to translate with; the desk then offers none.
        translator=context.translator if house.model is not None else None,
        calendar=calendar,
        replies=house.replies,
        clock=clock,
    )


@dataclass(frozen=True)
class Figures:
    """What the dashboard shows of one company."""

    kpis: Kpis
    warnings: Warnings
    clock: Clock
    asked: Callable[[], Awaitable[list[Wanted]]]
    counted: SqlKpis

    def now(self) -> datetime:
        """The company's time."""
        return self.clock.now()

    async def count(self) -> None:
        """Count what has changed, so that the next look at the dashboard is quick."""
        await self.counted.catch_up(self.now())

    async def wanted(self) -> list[Wanted]:
        """What customers asked and nothing answered."""
        return await self.asked()


def open_figures(
    house: House, room: OfficeRoom, tenant: str, wanted: Callable[[], Awaitable[list[Wanted]]]
) -> Figures:
    """The figures of the company behind an office; `wanted` are the questions that nothing answered.

    Raises:
        ConfigurationError: a rule is wrong; names it.
    """
    path = house.settings.playbook / "rules" / "kpis.yaml"
    rules = KpiRules.read(path, room.surveys.rules.low_score)
    warnings = Warnings(SqlMoods(house.database, tenant), rules.warnings)
    counted = SqlKpis(house.database, tenant)
    return Figures(Kpis(counted, rules), warnings, room.clock, wanted, counted)


def staff_language(language: str) -> StaffLanguage:
    """The language that staff are written in; Cantonese is read as it is written."""
    chosen: StaffLanguage = "en" if language == "en" else "zh-Hant"
    return "zh-Hans" if language == "zh-Hans" else chosen
