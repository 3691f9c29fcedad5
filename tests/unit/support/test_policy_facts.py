from __future__ import annotations

from decimal import Decimal

import pytest

from support.policy_facts import amount, hygiene, quantity, shipping, span, warranty, web_address


@pytest.mark.parametrize(
    ("text", "fee", "free_from", "time"),
    [
        ("HK$35, free from HK$300", 35, 300, None),
        ("HK$40 per order; free delivery for orders over HK$1,200", 40, 1200, None),
        ("$30 flat rate", 30, None, None),
        ("free", 0, None, None),
        ("HK$120; 3-5 working days", 120, None, "3–5"),
        ("運費 HK$50，滿 HK$500 免運費", 50, 500, None),
        ("HK$20 plus HK$5 per kg", None, None, None),
        ("HK$35 on weekdays", None, None, None),
        ("not offered", None, None, None),
    ],
)
def test_a_fee_is_read_only_when_the_rule_says_no_more_than_that(
    text: str, fee: int | None, free_from: int | None, time: str | None
) -> None:
    found = shipping(text)
    expected = (
        None if fee is None else Decimal(fee),
        None if free_from is None else Decimal(free_from),
        time,
    )
    assert (found.fee, found.free_from, found.time) == expected


@pytest.mark.parametrize(
    ("text", "count", "unit", "not_accident"),
    [
        ("12 months; accidental damage is not covered", 12, "months", True),
        ("2-year limited warranty", 2, "years", False),
        ("1 year, excludes accidental damage", 1, "years", True),
        ("保修 6 个月", None, None, None),
        ("12 months from the date of purchase", None, None, None),
    ],
)
def test_a_warranty_is_read_only_when_the_rule_says_no_more_than_that(
    text: str, count: int | None, unit: str | None, not_accident: bool | None
) -> None:
    found = warranty(text)
    read = (found.count, found.unit, found.not_accident) if found else (None, None, None)
    assert read == (count, unit, not_accident)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("only if faulty or unopened", "unopened_or_faulty"),
        ("unopened only", "unopened"),
        ("not returnable once opened", "unopened"),
        ("non-returnable unless defective", "faulty"),
        ("may not be returned", "never"),
        ("only if unopened, within 5 days", None),
        ("ask a colleague", None),
    ],
)
def test_the_condition_of_hygiene_items_is_of_a_known_kind_or_none(
    text: str, kind: str | None
) -> None:
    assert hygiene(text) == kind


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("買 30 件有冇折", 30),
        ("買夠一百件會平幾多", 100),
        ("二十五個呢", 25),
        ("if we order 60 kettles", 60),
        ("over $500", None),
        ("batch price?", None),
    ],
)
def test_a_number_of_pieces_is_read_in_figures_and_in_chinese(
    text: str, pieces: int | None
) -> None:
    assert quantity(text) == pieces


@pytest.mark.parametrize(
    ("text", "money"), [("買 $350", 350), ("二百蚊", None), ("1,200 蚊", 1200), ("HK$80", 80)]
)
def test_an_amount_is_read_with_its_currency(text: str, money: int | None) -> None:
    assert amount(text) == (None if money is None else Decimal(money))


def test_a_span_and_an_address_are_taken_as_they_are() -> None:
    assert span("3 to 7") == "3–7"
    assert web_address("our only site is shop.books.example; no links") == "shop.books.example"
    assert web_address("we never ask for codes; do not open it") is None
