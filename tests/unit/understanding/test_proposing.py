"""Small rules by which requests become tasks."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from domain.company import Booking, Line, Order
from domain.conversation import Task
from domain.reading import CustomerRecords, ReadingContext
from understanding.acts import Move, forbids
from understanding.bare_wishes import wished
from understanding.filling import Words
from understanding.identifiers import Mention
from understanding.one_order import asks_what_comes_back, once_per_order, undone_as
from understanding.proposing import Turn
from understanding.questions import Questions
from understanding.retrying import retried
from understanding.utterance import Request, Utterance

NOW = datetime(2026, 3, 12, 10, 0)  # noqa: DTZ001
FIELDS = {"return_order": ("order", "sku"), "reissue_invoice": ("invoice", "email")}


def order(number: str, status: str) -> Order:
    return Order(id=number, customer="C", items=[], amount_hkd=Decimal(1), status=status)


def task(kind: str, **slots: str) -> Task:
    return Task(id="", kind=kind, slots=slots)


def said(text: str, label: str = "remark", *mentions: Mention) -> Utterance:
    return Utterance(text, (Request(text, 0, len(text), label, 0.9, True),), mentions)


def refused(kind: str, reply: str, **slots: str) -> Task:
    outcome = {"is": "declined", "reply": reply, "values": {}}
    return Task(id="1", kind=kind, slots=slots, status="declined", outcome=outcome, touched="m1")


def again(last: Task, utterance: Utterance, act: str = "none") -> list[Task] | None:
    context = ReadingContext(now=NOW, tasks=(last,))
    return retried(Turn(utterance, context, Move(act, 1.0), ()), FIELDS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "kept"), [("pending", "cancel_order"), ("delivered", "refund_order")]
)
def test_an_order_is_undone_once_in_the_way_that_it_allows(status: str, kept: str) -> None:
    asked = [task("cancel_order", order="A1"), task("refund_order", order="A1")]
    mine = CustomerRecords(orders=(order("A1", status),))

    assert [kept] == [one.kind for one in once_per_order(asked, mine)]


def test_two_orders_and_two_things_stay_apart() -> None:
    asked = [
        task("cancel_order", order="A1"),
        task("refund_order", order="A2", sku="K"),
        task("return_order", order="A2", sku="L"),
    ]

    assert asked == once_per_order(asked, CustomerRecords())


@pytest.mark.parametrize(
    "text", ["如果退可以攞返幾多", "how much would I get back", "退的话能退多少", "退得返幾多錢"]
)
def test_it_is_asked_how_much_comes_back(text: str) -> None:
    assert asks_what_comes_back(text)


@pytest.mark.parametrize("text", ["退款要幾多日", "how long does a refund take", "想退款"])
def test_it_is_not(text: str) -> None:
    assert not asks_what_comes_back(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("諗住退貨", "return_order"),
        ("我想取消張單", "cancel_order"),
        ("hi I want a refund please", "refund_order"),
        ("hello\nwant to cancel", "cancel_order"),
        ("唔好取消", None),
        ("取消政策係點", None),
        ("我想取消訂閱電郵通知", None),
    ],
)
def test_a_wish_in_two_words_is_one(text: str, wanted: str | None) -> None:
    assert wanted == wished(said(text), CustomerRecords(orders=(order("A1", "pending"),)))


def test_with_stays_alone_a_stay_is_to_be_cancelled() -> None:
    stay = Booking(
        id="B1",
        customer="C",
        room="r",
        checkin=date(2026, 4, 1),
        nights=1,
        guests=1,
        amount_hkd=Decimal(1),
    )

    assert wished(said("想取消"), CustomerRecords(bookings=(stay,))) == "cancel_booking"


def test_a_reason_with_a_do_not_in_it_forbids_nothing() -> None:
    assert not forbids("refund me, the shelves don't fit")
    assert forbids("please don't cancel it")


def test_the_right_number_after_a_wrong_one_takes_the_request_up_again() -> None:
    last = refused("return_order", "order.not_found", order="A7", sku="K")
    found = again(last, said("sorry, A8", "find_order", Mention("order", "A8", 7, 9)))

    assert found == [
        Task(id="", kind="return_order", slots={"order": "A8", "sku": "K"}, text="sorry, A8")
    ]


def test_another_request_with_a_number_is_not_the_old_one() -> None:
    last = refused("return_order", "order.not_found", order="A7")
    text = "what is happening with my other order, A8"

    assert again(last, said(text, "find_order", Mention("order", "A8", 39, 41))) is None


def test_an_invoice_goes_to_the_address_on_file_once_that_is_wanted() -> None:
    last = refused("reissue_invoice", "reissue_invoice.other_email", invoice="I1", email="a@b.hk")
    found = again(last, said("咁用登記咗嗰個啦"))

    assert found is not None
    assert found[0].slots == {"invoice": "I1"}
    assert again(last, said("咁唔好寄住")) is None


def test_what_a_refusal_offered_is_done_on_a_yes() -> None:
    last = refused("cancel_order", "cancel_order.delivered", order="A1")

    assert [one.kind for one in again(last, said("好呀", "smalltalk"), "agree") or []] == [
        "return_order"
    ]
    assert again(last, said("多謝", "smalltalk")) is None


@pytest.mark.parametrize(
    ("text", "status", "wanted"),
    [
        ("A1 退咗佢", "delivered", "return_order"),
        ("cancel A1", "delivered", "cancel_order"),
        ("退咗佢 A1", "pending", "cancel_order"),
        ("取消 A1 入面個鑊", "pending", "remove_item"),
        ("成張 A1 取消，包括個鑊", "pending", "cancel_order"),
        ("A1 取消，鑊我第度買", "pending", "cancel_order"),
    ],
)
def test_a_cancellation_is_read_by_what_the_order_allows(
    text: str, status: str, wanted: str
) -> None:
    at, pan = text.index("A1"), text.find("鑊")
    mentions = [Mention("order", "A1", at, at + 2)]
    mentions += [Mention("sku", "PAN", pan, pan + 1)] if pan >= 0 else []
    cut = text.find("，") if "，" in text else len(text)
    pieces = (
        Request(text[:cut], 0, cut, "cancel_order", 0.9, True),
        Request(text[cut:], cut, len(text), "remark", 0.9, False),
    )
    utterance = Utterance(text, pieces[:1], tuple(mentions), pieces)
    mine = order("A1", status).model_copy(
        update={"items": [Line(sku="PAN", qty=1), Line(sku="LAMP", qty=1)]}
    )
    words = Words(text, utterance, 0, len(text), alone=True)

    assert wanted == undone_as("cancel_order", words, CustomerRecords(orders=(mine,)))


def test_danger_that_is_supposed_and_other_shops_are_questions() -> None:
    told = Questions(None).told_by_words  # type: ignore[arg-type]  # no topic is learnt here

    assert told("show_tutorial", "萬一部機冒煙點算") == "safety_policy"
    assert told("quote_price", "第二間舖平啲喎") == "other_question"
    assert told("quote_price", "would you match a rival's price") == "other_question"


def test_whoever_asks_whether_it_is_in_time_is_told_the_rule_too() -> None:
    questions = Questions(None)  # type: ignore[arg-type]  # no topic is learnt here
    rule = questions.in_time("return_order", "仲退唔退得")

    assert rule is not None
    assert rule.slots == {"topic": "return_policy"}
    assert questions.in_time("return_order", "想退貨") is None
    assert questions.in_time("find_order", "is it too late") is None
