from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from evals.crash.checker import Verdict, check
from evals.crash.records import Ack, Effect, Feed, Push, Said, Send

ANNA, BEN = "user-anna", "user-ben"
OWNERS = {"HB-100001": ANNA, "HB-100002": ANNA, "HB-100003": ANNA, "HB-200001": BEN}
FAULTS = ("lost", "undone", "doubled", "unagreed", "out_of_order", "wrong_person")


@dataclass
class Campaign:
    """What the outside kept of a campaign in which everything went well, until a test spoils it."""

    pushes: list[Push] = field(default_factory=list)
    acks: list[Ack] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    def says(self, msg_id: str, user: str, order: str, at: float, agrees: bool = False) -> None:
        self.said.append(Said(msg_id, user, f"{order}?", order, agrees, at))
        self.pushes.append(Push(msg_id, at))
        self.acks.append(Ack(msg_id, at + 0.1))

    def told(self, user: str, order: str, at: float, words: str = "is on its way") -> None:
        self.sends.append(Send(user, f"Order {order} {words}.", at))

    def verdict(self) -> Verdict:
        feed = Feed(self.said, OWNERS)
        return check(self.pushes, self.acks, self.sends, self.effects, feed)

    def faults(self) -> dict[str, tuple[str, ...]]:
        found = self.verdict()
        assert found.clean == (not any(getattr(found, one) for one in FAULTS))
        return {one: getattr(found, one) for one in FAULTS if getattr(found, one)}


@pytest.fixture
def campaign() -> Campaign:
    """Anna tracks one order and returns another; Ben tracks his."""
    made = Campaign()
    made.says("a1", ANNA, "HB-100001", 1)
    made.says("b1", BEN, "HB-200001", 1.5)
    made.told(BEN, "HB-200001", 2)
    made.told(ANNA, "HB-100001", 2.5)
    made.says("a2", ANNA, "HB-100002", 3)
    made.told(ANNA, "HB-100002", 4, "goes back: yes?")
    made.says("a3", ANNA, "HB-100002", 5, agrees=True)
    made.effects.append(Effect("return.create", "HB-100002", 6))
    made.told(ANNA, "HB-100002", 7, "goes back")
    return made


def test_a_campaign_in_which_all_went_well_is_clean(campaign: Campaign) -> None:
    assert campaign.faults() == {}
    found = campaign.verdict()
    assert (found.said, found.accepted, found.sends, found.effects) == (4, 4, 4, 1)


def test_a_campaign_in_which_nothing_was_accepted_proves_nothing() -> None:
    assert not Campaign().verdict().clean


def test_an_acknowledged_message_without_an_answer_is_lost(campaign: Campaign) -> None:
    del campaign.sends[0]
    assert campaign.faults() == {"lost": ("b1",)}


def test_an_answer_from_before_the_message_is_none(campaign: Campaign) -> None:
    campaign.sends[0] = replace(campaign.sends[0], at=1.0)
    assert campaign.faults() == {"lost": ("b1",)}


def test_an_answer_to_somebody_else_is_none(campaign: Campaign) -> None:
    campaign.sends[0] = replace(campaign.sends[0], user=ANNA)
    assert campaign.faults() == {
        "lost": ("b1",),
        "wrong_person": ("HB-200001 of user-ben to user-anna",),
    }


@pytest.mark.parametrize("code", [None, 500])
def test_what_was_not_acknowledged_may_stay_unanswered(
    campaign: Campaign, code: int | None
) -> None:
    del campaign.sends[0]
    del campaign.acks[1]
    if code is not None:
        campaign.acks.append(Ack("b1", 1.6, code))
    assert campaign.faults() == {}
    assert campaign.verdict().accepted == 3


def test_a_yes_that_was_taken_and_never_done_is_undone(campaign: Campaign) -> None:
    campaign.effects.clear()
    assert campaign.faults() == {"undone": ("a3",)}


def test_a_yes_that_nobody_acknowledged_may_stay_undone(campaign: Campaign) -> None:
    campaign.effects.clear()
    del campaign.sends[-1]
    del campaign.acks[-1]
    assert campaign.faults() == {}


def test_the_same_effect_twice_is_doubled(campaign: Campaign) -> None:
    campaign.effects.append(replace(campaign.effects[0], at=9))
    assert campaign.faults() == {"doubled": ("return.create HB-100002 ×2",)}


def test_an_effect_that_nobody_said_yes_to_is_unagreed(campaign: Campaign) -> None:
    campaign.effects.append(Effect("order.cancel", "HB-100001", 9))
    assert campaign.faults() == {"unagreed": ("order.cancel HB-100001",)}


def test_an_effect_before_the_yes_is_unagreed(campaign: Campaign) -> None:
    campaign.effects[0] = replace(campaign.effects[0], at=4.5)
    assert campaign.faults() == {"unagreed": ("return.create HB-100002",)}


def test_an_effect_about_no_order_is_unagreed(campaign: Campaign) -> None:
    campaign.effects.append(Effect("booking.create", "", 9))
    assert campaign.faults() == {"unagreed": ("booking.create ",)}


def test_answers_the_wrong_way_round_are_out_of_order(campaign: Campaign) -> None:
    campaign.says("a4", ANNA, "HB-100003", 1.2)
    campaign.told(ANNA, "HB-100003", 2.2)
    assert campaign.faults() == {"out_of_order": ("a4",)}


def test_a_burst_may_be_answered_in_one_message(campaign: Campaign) -> None:
    campaign.says("a4", ANNA, "HB-100003", 1.2)
    campaign.sends[1] = Send(ANNA, "HB-100003 is packed.\nHB-100001 has left.", 2.5)
    assert campaign.faults() == {}


def test_a_redelivered_message_may_have_been_kept_at_any_of_its_pushes(
    campaign: Campaign,
) -> None:
    campaign.says("a4", ANNA, "HB-100003", 1.2)
    campaign.told(ANNA, "HB-100003", 2.2)
    campaign.acks[0] = Ack("a1", 2.1)
    campaign.pushes.append(Push("a1", 2.0))
    assert campaign.faults() == {}


def test_a_message_that_came_twice_on_purpose_keeps_its_place(campaign: Campaign) -> None:
    campaign.pushes.append(Push("a1", 1.6))
    campaign.acks.append(Ack("a1", 1.7))
    campaign.says("a4", ANNA, "HB-100003", 1.2)
    campaign.told(ANNA, "HB-100003", 2.2)
    assert campaign.faults() == {"out_of_order": ("a4",)}


def test_a_push_may_be_noted_just_after_its_acknowledgement(campaign: Campaign) -> None:
    campaign.pushes[0] = Push("a1", 1.15)
    assert campaign.acks[0].at < campaign.pushes[0].at
    campaign.says("a4", ANNA, "HB-100003", 1.2)
    campaign.told(ANNA, "HB-100003", 2.2)
    assert campaign.faults() == {"out_of_order": ("a4",)}


def test_other_conversations_may_overtake(campaign: Campaign) -> None:
    assert campaign.sends[0].user == BEN
    assert campaign.verdict().out_of_order == ()


def test_an_order_that_is_named_to_another_customer_is_told_to_the_wrong_person(
    campaign: Campaign,
) -> None:
    campaign.told(BEN, "HB-100001", 8)
    assert campaign.faults() == {"wrong_person": ("HB-100001 of user-anna to user-ben",)}


def test_staff_may_be_told_of_any_order(campaign: Campaign) -> None:
    campaign.told("duty-manager", "HB-100001", 8)
    assert campaign.faults() == {}


def test_an_answer_twice_is_counted_and_forgiven(campaign: Campaign) -> None:
    campaign.sends.append(replace(campaign.sends[1], at=8))
    campaign.sends.append(replace(campaign.sends[0], at=8))
    assert campaign.faults() == {}
    assert campaign.verdict().duplicate_sends == 2


def test_the_same_words_to_two_questions_are_no_duplicate(campaign: Campaign) -> None:
    campaign.says("a4", ANNA, "HB-100001", 8)
    campaign.told(ANNA, "HB-100001", 9)
    assert campaign.faults() == {}
    assert campaign.verdict().duplicate_sends == 0


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("訂單HB-100001去咗邊，HB-100002呢？HB-100001", ["HB-100001", "HB-100002"]),
        ("HB\\-100001 and H\u200bB-100002", ["HB-100001", "HB-100002"]),
        ("HB-1000012 XHB-100001 SF100001", []),
    ],
)
def test_orders_are_found_however_a_channel_writes_them(text: str, orders: list[str]) -> None:
    assert Send(ANNA, text, 0).orders() == orders
