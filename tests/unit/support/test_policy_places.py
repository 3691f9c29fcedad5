from __future__ import annotations

import pytest

from tests.unit.support.companies import asked, said


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("幾點開門", "topic.store_hours.all"),
        ("赤柱嗰間幾點收", "topic.store_hours.one"),
        ("how late is the mk store open", "topic.store_hours.one"),
        ("旺角店星期日开门吗", "topic.store_hours.one_day"),
        ("公眾假期照開?", "topic.store_hours.all_day"),
        ("沙田嗰間幾點開", "topic.store_hours.elsewhere"),
        ("How late are you open on Friday nights", "topic.store_hours.all"),
    ],
)
def test_the_shop_and_the_day_that_were_named_choose_the_answer(text: str, reply: str) -> None:
    answer = asked("books", "store_hours", text)
    assert answer is not None
    assert answer.reply == reply


def test_a_shop_is_named_in_the_customers_language() -> None:
    assert "旺角店嘅營業時間係 12:00–22:30" in said(
        "books", "store_hours", "旺角嗰間幾點收", language="yue"
    )
    assert "Mong Kok store is open 12:00–22:30" in said("books", "store_hours", "MK branch?")


def test_store_hours_by_day_become_a_schedule() -> None:
    assert said("inn", "store_hours") == (
        "Our shop hours: Mon–Fri 08:00–20:00; closed on Saturdays and Sundays."
    )


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("where are your shops", "stores"),
        ("貨倉自取?", "stores_storage"),
        ("沙田有冇", "elsewhere"),
    ],
)
def test_shops_are_listed_and_a_district_without_one_is_refused(text: str, reply: str) -> None:
    answer = asked("books", "warehouse_or_stores", text)
    assert answer is not None
    assert answer.reply == f"topic.warehouse_or_stores.{reply}"
