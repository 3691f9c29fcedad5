from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.unit.support.companies import NIGHT, NOON, asked, said


@pytest.mark.parametrize(
    ("text", "now", "reply"),
    [
        ("真人幾點返工", NOON, "topic.human_hours.now"),
        ("真人幾點返工", NIGHT, "topic.human_hours.later"),
        ("星期日有冇人", NOON, "topic.human_hours.day_closed"),
        ("星期日有冇人", NIGHT, "topic.human_hours.day_closed_later"),
        ("禮拜六有冇人", NOON, "topic.human_hours.day_open"),
        ("Do humans answer on Sundays?", NOON, "topic.human_hours.day_closed"),
        ("anyone there on 1 Oct?", NOON, "topic.human_hours.day_closed"),
        ("10月1日有冇人", NOON, "topic.human_hours.day_closed"),
        ("聖誕有冇真人", NOON, "topic.human_hours.day_closed"),
        ("10月2日有冇人", NOON, "topic.human_hours.day_open"),
        ("公眾假期有冇人當值", NOON, "topic.human_hours.day_closed"),
        ("is anyone there tomorrow", NOON, "topic.human_hours.day_open"),
        ("tomorrow?", NIGHT, "topic.human_hours.day_closed_later"),
        ("今晚仲有冇人", NIGHT, "topic.human_hours.later"),
        ("週末有人嗎", NOON, "topic.human_hours.now"),
    ],
)
def test_the_day_that_is_asked_about_is_answered_truthfully(
    text: str, now: datetime, reply: str
) -> None:
    answer = asked("books", "human_hours", text, now=now)
    assert answer is not None
    assert answer.reply == reply


def test_outside_hours_it_is_said_when_people_are_next_there() -> None:
    answer = asked("books", "human_hours", "而家有冇人", now=NIGHT)
    assert answer is not None
    assert answer.values["next"].isoformat() == "2026-03-16T09:30:00+08:00"


def test_sundays_are_refused_with_the_days_that_are_staffed() -> None:
    assert said("books", "human_hours", "Do humans answer on Sundays?") == (
        "Sundays: no, nobody is on duty. Our people are here Mon–Fri 09:30–18:30, Sat 10:00–14:00;"
        " closed on Sundays and public holidays. This chat itself answers 24 hours a day."
    )
    assert said("books", "human_hours", "星期日有冇人", language="yue") == (
        "星期日冇真人同事當值。真人客服時間：星期一至五 09:30–18:30，星期六 10:00–14:00；"
        "星期日及公眾假期休息。自動客服 24 小時服務。"
    )


def test_a_feast_of_a_year_without_listed_holidays_is_not_decided() -> None:
    answer = asked("books", "human_hours", "元旦有冇人")
    assert answer is not None
    assert answer.reply == "topic.human_hours.now"


def test_hours_that_are_only_a_text_are_quoted() -> None:
    assert said("inn", "human_hours") == 'The hours of our people are given as: "by appointment".'
    assert said("inn", "bot_hours") == 'This chat service runs: "07:00-23:00".'


def test_compensation_is_never_promised_beyond_the_rule() -> None:
    assert "can't promise" in said("books", "compensation_policy")
    assert '"HK$50 voucher for each late day"' in said("inn", "compensation_policy")


def test_how_to_reach_a_person_names_the_next_opening() -> None:
    answer = asked("books", "handover_policy", now=NIGHT)
    assert answer is not None
    assert (answer.reply, answer.values["next"].date()) == (
        "topic.handover_policy.later",
        date(2026, 3, 16),
    )
