from __future__ import annotations

import pytest

from tests.unit.support.companies import BOOKS, NOON, asked, company, said


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("運費幾多", "topic.shipping_fee.several"),
        ("送香港幾錢", "topic.shipping_fee.free_from"),
        ("香港買 $350 使唔使運費", "topic.shipping_fee.reached"),
        ("香港買咗 250 蚊使唔使運費", "topic.shipping_fee.short"),
        ("送澳門幾錢", "topic.shipping_fee.flat"),
        ("送去離島會唔會貴啲", "topic.shipping_fee.not_listed"),
    ],
)
def test_the_region_and_the_amount_choose_the_fee(text: str, reply: str) -> None:
    answer = asked("books", "shipping_fee", text)
    assert answer is not None
    assert answer.reply == reply


def test_a_fee_that_cannot_be_read_is_quoted_and_one_beside_a_time_is_read() -> None:
    assert said("inn", "shipping_fee", "Hong Kong?") == (
        'For Hong Kong, our delivery rule says: "by quotation only".'
    )
    assert said("inn", "shipping_fee", "長洲幾錢", language="yue") == "離島運費係 HK$120。"


def test_delivery_times_come_from_the_delivery_rule_or_not_at_all() -> None:
    assert asked("books", "delivery_time", "幾多日到") is None
    assert said("inn", "delivery_time", "how long does it take?") == (
        "Delivery (the outlying islands) normally takes 3–5 working days."
    )
    other = company({**BOOKS, "delivery_rule": {"working_days": "2-4"}})
    answer = other.answer("delivery_time", "幾多日到", NOON)
    assert answer is not None
    assert answer.values["time_zh"] == "2–4 個工作天"


@pytest.mark.parametrize(
    ("who", "text", "reply"),
    [
        ("books", "點俾錢", "list"),
        ("books", "收唔收 Alipay?", "yes"),
        ("books", "支付宝行不行", "yes"),
        ("books", "收唔收八達通", "no"),
        ("books", "do you take credit cards", "yes"),
        ("books", "Amex ok?", "no"),
        ("books", "FPS or Octopus?", "some"),
        ("books", "我冇信用卡㗎,點俾錢好", "list"),
        ("inn", "收唔收現金", "yes"),
        ("inn", "cash on delivery?", "no"),
        ("inn", "do you take Visa", "list"),
    ],
)
def test_a_way_of_paying_is_accepted_or_plainly_refused(who: str, text: str, reply: str) -> None:
    answer = asked(who, "payment_methods", text)
    assert answer is not None
    assert answer.reply == f"topic.payment_methods.{reply}"


def test_a_refused_way_of_paying_comes_with_those_that_are_taken() -> None:
    assert said("books", "payment_methods", "收唔收八達通", language="yue") == (
        "唔好意思，呢度唔可以用八達通。可以用：Visa、轉數快、支付寶。"
    )


def test_a_warranty_is_said_in_figures_or_quoted_whole() -> None:
    assert said("books", "warranty", language="yue") == (
        "保養期係 2 年；不過意外或者人為整壞（例如跌爛）就唔包。"
    )
    assert said("inn", "warranty") == (
        'Our warranty rule says: "12 months on lamps, 24 months on beds".'
    )


def test_too_few_pieces_have_no_discount_and_the_steps_are_named() -> None:
    assert said("books", "bulk_discount", "3 pieces?") == (
        "There is no discount for 3 pieces. The steps are:"
        " 4% off 10–49 pieces, 10% off 50 pieces or more."
    )


def test_a_stay_is_changed_free_of_charge_until_so_many_hours_before() -> None:
    assert said("inn", "hotel_change_policy", language="yue").startswith(
        "書館旅舍：入住時間（入住當日 14:00）嘅 36 小時之前，可以免費改期或者取消"
    )


def test_check_in_is_told_and_what_no_rule_says_is_not() -> None:
    assert said("inn", "hotel_checkin", "幾點 check in").endswith("check-in is from 14:00.")
    assert asked("inn", "hotel_checkin", "最遲幾點退房") is None
    assert asked("inn", "hotel_checkin", "要唔要按金") is None
    assert asked("books", "hotel_checkin", "幾點 check in") is None
