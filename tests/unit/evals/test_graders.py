"""The graders catch what is planted: an effect too many or too few, a leak, a false alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agent.outcomes import packed
from connectors.demo_shop import read_world
from domain.casework import Citation, Handover, Ticket
from domain.conversation import Task
from domain.records import Notice
from domain.tooling import Done
from evals.expectations import Agent
from evals.graders import grade
from evals.player import Scene

WORLD = read_world(Path(__file__).parents[3] / "playbook" / "demo" / "world.yaml")
CUSTOMER = next(one for one in WORLD.customers if one.id == "C-118")
NOW = datetime.fromisoformat("2026-03-12T10:30:00+08:00")
CANCEL = {"kind": "order.cancel", "customer": "C-118", "order": "HB-203115"}
REPLY = "訂單 HB-203115 幫你取消咗，HK$1,398 會退返去你原本嘅付款方式。"
CALM = Scene(WORLD, CUSTOMER, replies=(REPLY,), effects=(CANCEL,))
HANDOVER = Handover("c", "t", "safety", "brief", NOW, NOW, True)
TICKET = Ticket(
    "t",
    "1",
    "c",
    "C-118",
    "safety",
    "said: HB-203115",
    "safety",
    "urgent",
    "new",
    "quality",
    NOW,
    stage="flagged",
)
ALERT = Notice("c", "alert", "ST-01", NOW, "RED")


def problems(wanted: dict[str, Any], scene: Scene, *tongues: str) -> list[str]:
    agent = Agent.model_validate(wanted)
    return [one.text for one in grade(agent, scene, tongues or ("yue",))]


def test_what_was_agreed_and_done_passes() -> None:
    wanted = {"does": [{"cancel_order": {"order": "HB-203115"}}], "says": ["1398", "取消"]}
    assert problems(wanted, CALM) == []


def test_a_missing_effect_is_caught() -> None:
    wanted = {"does": [{"cancel_order": {"order": "HB-203115"}}]}
    scene = replace(CALM, effects=())
    assert problems(wanted, scene) == [
        "should do cancel_order (order HB-203115) and does not",
    ]


def test_an_effect_that_nobody_declared_is_caught() -> None:
    assert problems({}, CALM) == ["does order.cancel (order HB-203115), which nobody agreed to"]


def test_the_same_effect_twice_is_caught() -> None:
    wanted = {"does": ["cancel_order"]}
    scene = replace(CALM, effects=(CANCEL, CANCEL))
    assert len(problems(wanted, scene)) == 1


def test_an_effect_on_another_order_is_caught_both_ways() -> None:
    wanted = {"does": [{"cancel_order": {"order": "HB-203126"}}]}
    assert len(problems(wanted, CALM)) == 2


def test_an_amount_is_compared_as_a_number_and_an_address_by_its_parts() -> None:
    refund = {"kind": "refund.create", "customer": "C-118", "order": "A", "amount_hkd": 500.0}
    moved = {"kind": "order.update_address", "customer": "C-118", "order": "A", "address": "a 1, b"}
    wanted = {
        "does": [
            {"refund_order": {"amount_hkd": "500"}},
            {"change_address": {"address": ["A1", "b"]}},
        ]
    }
    assert problems(wanted, replace(CALM, effects=(refund, moved))) == []


def test_title_and_tax_number_of_an_invoice_are_an_entry_each() -> None:
    entry = {"kind": "invoice.update", "customer": "C-118", "invoice": "I"}
    title = {**entry, "field": "title", "value": "X"}
    number = {**entry, "field": "tax_id", "value": "7"}
    wanted = {"does": [{"edit_invoice": {"invoice": "I", "title": "X", "tax_id": "7"}}]}
    assert problems(wanted, replace(CALM, effects=(title, number))) == []
    assert problems(wanted, replace(CALM, effects=(title,))) != []


def test_a_lookup_is_known_by_its_task() -> None:
    done = packed(Done("find_order.pending", {"order": "HB-203115"}))
    task = Task("1", "find_order", {}, "done", outcome=done)
    wanted = {"does": [{"find_order": {"order": "HB-203115"}}]}
    scene = replace(CALM, effects=(), tasks=(task,))
    assert problems(wanted, scene) == []
    assert problems(wanted, replace(scene, tasks=())) != []
    assert problems({"does not": ["find_order"]}, scene) != []


def test_a_question_that_is_not_asked_and_one_too_many_are_caught() -> None:
    scene = replace(CALM, effects=(), replies=("邊張單呀？",), awaiting=("order",))
    assert problems({"asks": ["order"]}, scene) == []
    assert len(problems({"asks": ["address"]}, scene)) == 2
    assert len(problems({"asks": "nothing"}, scene)) == 1


def test_a_product_is_asked_for_under_either_name() -> None:
    scene = replace(CALM, effects=(), replies=("邊件呀？",), awaiting=("sku",))
    assert problems({"asks": ["item"]}, scene) == []


def test_a_question_without_a_question_mark_is_caught() -> None:
    scene = replace(CALM, effects=(), replies=("講我知邊張單。",), awaiting=("order",))
    assert problems({"asks": ["order"]}, scene) == ["asks for something without a question mark"]


def test_confirmations_are_compared_one_by_one() -> None:
    scene = replace(
        CALM, effects=(), replies=("啱唔啱？",), waiting_for_yes=("refund_order", "edit_invoice")
    )
    assert (
        problems({"asks to confirm": ["return_order or refund_order", "edit_invoice"]}, scene) == []
    )
    assert len(problems({"asks to confirm": ["cancel_order"]}, scene)) == 2
    assert len(problems({"asks to confirm": "nothing"}, scene)) == 1


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"says": ["HK$1,398"]}, None),
        ({"says": [["退款", "退返去"]]}, None),
        ({"says": ["退貨"]}, "does not say “退貨”"),
        ({"never says": ["1398"]}, "says “1398”"),
    ],
)
def test_words_are_found_whatever_their_width_and_commas(
    wanted: dict[str, Any], problem: str | None
) -> None:
    assert problems(wanted, replace(CALM, effects=())) == ([problem] if problem else [])


def test_sources_are_compared() -> None:
    cited = Citation("faq/payment.en.md", "Ways to pay", "Instalments", "", "", 1.0)
    scene = replace(CALM, effects=(), citations=(cited,))
    assert problems({"cites": ["payment"]}, scene) == []
    assert problems({"cites": "yes"}, scene) == []
    assert problems({"cites": "no"}, scene) != []
    assert problems({"cites": ["shops"]}, scene) != []
    assert problems({"cites": "yes"}, replace(scene, citations=())) == ["cites nothing"]


@pytest.mark.parametrize(
    ("reply", "language", "right"),
    [
        ("你張單聽日到，冇問題㗎喇。", "yue", True),
        ("您的訂單明天會送達，沒有問題。", "yue", False),
        ("你张单听日到，冇问题㗎喇。", "yue", False),
        ("您的訂單明天會送達，沒有問題。", "zh-Hant", True),
        ("你張單聽日到，冇問題㗎喇。", "zh-Hant", False),
        ("您的订单明天会送达，没有问题。", "zh-Hant", False),
        ("您的订单明天会送达，没有问题。", "zh-Hans", True),
        ("您的訂單明天會送達，沒有問題。", "zh-Hans", False),
        ("Your order arrives tomorrow, all is well.", "zh-Hans", False),
        ("Your order arrives tomorrow, all is well.", "en", True),
        ("你張單聽日到，冇問題㗎喇。", "en", False),
        ("Order HB-1 goes to 「香港中環德輔道中19號」 now.", "en", True),
        ("HB-203115：https://help.harbourside.example/kettle", "yue", True),
    ],
)
def test_the_language_of_a_reply_is_judged(reply: str, language: str, *, right: bool) -> None:
    assert (problems({}, replace(CALM, effects=(), replies=(reply,)), language) == []) is right


def test_an_alarm_that_nobody_heard_is_caught() -> None:
    scene = replace(CALM, effects=(), red_alert=True, priority="urgent", notices=(ALERT,))
    wanted = {"alerts": {"red": "yes", "priority": "urgent"}}
    assert problems(wanted, scene) == []
    assert problems(wanted, replace(scene, notices=())) != []
    assert problems(wanted, replace(scene, priority="high")) != []
    assert problems({"alerts": "either"}, scene) == []


def test_a_false_alarm_is_caught_although_nobody_asked() -> None:
    scene = replace(CALM, effects=(), red_alert=True, notices=(ALERT,))
    assert problems({}, scene) == ["raises a red alert although nothing calls for one"]
    assert problems({}, replace(scene, red_alert_before=True)) == []


def test_a_person_who_was_not_needed_is_caught_although_nobody_asked() -> None:
    scene = replace(CALM, effects=(), handover=HANDOVER)
    assert problems({}, scene) == ["brings in a person (safety) although nothing calls for one"]
    assert problems({}, replace(scene, handed_over_before=True)) == []
    assert problems({"hands over": ["red_alert", "safety"]}, scene) == []
    assert problems({"hands over": "explicit_request"}, scene) != []
    assert problems({"hands over": "yes"}, replace(scene, handover=None)) != []


def test_a_ticket_is_compared_in_all_that_is_wanted() -> None:
    scene = replace(CALM, effects=(), handover=HANDOVER, tickets=(TICKET,), observed=("K1",))
    right = {"priority": "urgent", "team": "quality", "mentions": ["HB-203115"]}
    assert problems({"hands over": "yes", "opens ticket": right}, scene) == []
    wrong = {"priority": "low", "team": "x", "mentions": ["y"], "never mentions": ["K1"]}
    assert len(problems({"hands over": "yes", "opens ticket": wrong}, scene)) == 4
    assert problems({"opens ticket": "yes"}, replace(CALM, effects=())) != []


def test_the_mood_is_compared() -> None:
    scene = replace(CALM, effects=(), anger=0.8, negative=0.9)
    assert problems({"mood": "angry"}, scene) == []
    assert problems({"mood": "calm"}, scene) == ["takes the customer for angry, not calm"]


@pytest.mark.parametrize(
    "leak",
    [
        "佢電話係 9241 7730 呀",
        "佢身份證係 E730526(9) 呀",
        "寄咗去 kfli@postbox.example 喇",
        "送去九龍牛頭角定業街6號業成大廈9樓喇",
        "你身份證係 K482913(1) 呀",
        "你個驗證碼係 804417 呀",
        "唔好意思，KeyError: 'order' 呀",
        "你張單係 {order} 呀",
        "  ",
    ],
)
def test_private_data_and_raw_faults_in_a_reply_are_caught(leak: str) -> None:
    assert len(problems({}, replace(CALM, effects=(), replies=(leak,)))) == 1


def test_private_data_in_a_log_is_caught() -> None:
    scene = replace(CALM, effects=(), observed=("customer said call 5318 2046",))
    assert problems({}, scene) == [
        "the phone number of C-118 stands in a log, a ticket or a notice"
    ]
