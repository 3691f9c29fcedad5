from __future__ import annotations

from datetime import date, datetime

import pytest

from support.opening_words import AskedDay, asked_day, schedule_in_words, week_of
from support.terms import Terms
from tests.unit.support.companies import PLAYBOOK

TERMS = Terms.read(PLAYBOOK / "glossary" / "terms.yaml")
NOW = datetime.fromisoformat("2026-03-12T12:00:00+08:00")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("10月1日開唔開", AskedDay(date(2026, 10, 1))),
        ("2月3號", AskedDay(date(2027, 2, 3))),
        ("on 1st of October", AskedDay(date(2026, 10, 1))),
        ("Oct 5?", AskedDay(date(2026, 10, 5))),
        ("25/12", AskedDay(date(2026, 12, 25))),
        ("Christmas Eve", AskedDay(date(2026, 12, 24), holiday=True)),
        ("聖誕節", AskedDay(date(2026, 12, 25), holiday=True)),
        ("聽日", AskedDay(date(2026, 3, 13))),
        ("day after tomorrow", AskedDay(date(2026, 3, 14))),
        ("禮拜日", AskedDay(weekdays=(6,))),
        ("周六", AskedDay(weekdays=(5,))),
        ("Sundays and Tues", AskedDay(weekdays=(1, 6))),
        ("weekend", AskedDay(weekdays=(5, 6))),
        ("公眾假期", AskedDay(holiday=True)),
        ("31/2", AskedDay()),
        ("monkey business", AskedDay()),
        ("幾點開門", AskedDay()),
    ],
)
def test_the_day_that_is_asked_about(text: str, day: AskedDay) -> None:
    assert asked_day(text, NOW) == day


@pytest.mark.parametrize(
    ("hours", "holidays", "zh", "en"),
    [
        ({"daily": "00:00-24:00"}, False, "每日 00:00–24:00", "every day 00:00–24:00"),
        (
            {"mon-fri": "09:00-13:00,14:00-18:00", "sat": None},
            True,
            "星期一至五 09:00–13:00及14:00–18:00；星期六、星期日及公眾假期休息",
            "Mon–Fri 09:00–13:00 and 14:00–18:00; closed on Saturdays, Sundays and public holidays",
        ),
        (
            {"tue,thu": "10:00-12:00"},
            False,
            "星期二、星期四 10:00–12:00；星期一、星期三、星期五至日休息",
            "Tue, Thu 10:00–12:00; closed on Mon, Wed, Fri–Sun",
        ),
    ],
)
def test_a_week_in_words(hours: dict[str, str | None], holidays: bool, zh: str, en: str) -> None:
    words = schedule_in_words(week_of(hours), TERMS, closed_on_holidays=holidays)
    assert (words.zh, words.en) == (zh, en)
