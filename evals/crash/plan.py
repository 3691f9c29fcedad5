"""What a customer of the crash campaign says: short dialogues about orders of their own, each order once."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from domain.company import Order, World

Kind = Literal["track", "cancel", "return", "burst", "twice", "invoice"]

TRACK: dict[str, tuple[str, ...]] = {
    "yue": (
        "{order} 去到邊？",
        "唔該，我張單 {order} 去到邊呀？",
        "查單 {order}",
        "唔該想查下訂單狀態，{order}",
    ),
    "zh-Hant": (
        "請問 {order} 目前的處理進度如何？",
        "幫我查一下{order}",
        "想查訂單 {order} 的狀態",
    ),
    "zh-Hans": ("{order} 发货了没有？", "帮忙看下订单，{order}", "查一下{order}"),
    "en": ("Where are we with {order}?", "order status pls, {order}", "Where is my order {order}?"),
}
CANCEL: dict[str, tuple[str, ...]] = {
    "yue": ("唔該幫我取消 {order}", "我想取消 {order}", "取消{order}，唔該晒"),
    "zh-Hant": ("我要取消訂單 {order}", "{order} 取消"),
    "zh-Hans": ("取消 {order}", "你好，{order} 我不想要了，帮我取消吧"),
    "en": ("Cancel {order} please", "wanna cancel {order} thx"),
}
RETURN: dict[str, tuple[str, ...]] = {
    "yue": ("我想退貨，{order}", "{order} 我要退款"),
    "zh-Hant": ("我要退貨，單號 {order}", "請幫我辦理退款，{order}"),
    "zh-Hans": ("{order} 我要退货", "{order} 退款"),
    "en": ("I'd like to return {order}", "I want a refund for {order}"),
}
# A second sending is no change of state that the company would refuse: only the key keeps it from happening twice.
INVOICE: dict[str, tuple[str, ...]] = {
    "yue": ("唔該重發 {order}", "{order} 張發票再寄多次俾我"),
    "zh-Hant": ("請重新寄發票 {order} 給我",),
    "zh-Hans": ("请重新发送发票 {order}",),
    "en": ("Please send invoice {order} again",),
}
YES: dict[str, tuple[str, ...]] = {
    "yue": ("確認", "係"),
    "zh-Hant": ("確認",),
    "zh-Hans": ("确认",),
    "en": ("yes", "yes please"),
}
_OPEN = ("pending", "processing")
_TWICE_YES = 0.3  # how often a yes reaches the desk twice: what it sets going must happen once
_WEIGHTS: dict[Kind, float] = {
    "track": 3,
    "cancel": 3,
    "return": 3,
    "burst": 2,
    "twice": 1,
    "invoice": 8,
}


@dataclass(frozen=True)
class Line:
    """One message: the order that an answer to it must name, and whether it says yes to something about it."""

    text: str
    order: str
    agrees: bool = False


@dataclass(frozen=True)
class Round:
    """Messages that are sent at once, each as often as `times`; then the customer waits for the answers."""

    lines: tuple[Line, ...]
    times: int = 1


@dataclass(frozen=True)
class Dialogue:
    """Rounds, one after the other; a customer who waits in vain leaves the rest out."""

    kind: Kind
    rounds: tuple[Round, ...]


def dialogues(
    world: World, customer: str, language: str, seed: int, only: str = ""
) -> Iterator[Dialogue]:
    """Dialogues about a customer's orders until every order was spoken of; the same seed, the same dialogues.

    `only` names the one kind of dialogue that is wanted, where an order allows it.
    """
    rng = random.Random(f"{seed} {customer}")  # noqa: S311 - a campaign must be repeatable
    invoices = {one.order: one.id for one in world.invoices}
    script = _Script(rng, language if language in TRACK else "yue", invoices, only)
    left = [one for one in world.orders if one.customer == customer]
    rng.shuffle(left)
    while left:
        yield script.next(left)


@dataclass(frozen=True)
class _Script:
    rng: random.Random
    language: str
    invoices: Mapping[str, str]
    only: str = ""

    def next(self, left: list[Order]) -> Dialogue:
        """A dialogue that fits the orders that are left; takes them away."""
        first = left.pop()
        fitting = [kind for kind in _WEIGHTS if self.fits(kind, first, left)]
        fitting = [kind for kind in fitting if kind == self.only] or fitting
        kind = self.rng.choices(fitting, [_WEIGHTS[one] for one in fitting])[0]
        if kind == "burst":
            lines = (self.line(TRACK, first.id), self.line(TRACK, left.pop().id))
            return Dialogue(kind, (Round(lines),))
        if kind in ("track", "twice"):
            times = 2 if kind == "twice" else 1
            return Dialogue(kind, (Round((self.line(TRACK, first.id),), times),))
        if kind == "invoice":
            return Dialogue(kind, (Round((self.line(INVOICE, self.invoices[first.id], True),)),))
        asked = self.line(CANCEL if kind == "cancel" else RETURN, first.id)
        yes = self.line(YES, first.id, agrees=True)
        times = 2 if self.rng.random() < _TWICE_YES else 1
        return Dialogue(kind, (Round((asked,)), Round((yes,), times)))

    def line(self, wordings: dict[str, tuple[str, ...]], order: str, agrees: bool = False) -> Line:
        return Line(self.rng.choice(wordings[self.language]).format(order=order), order, agrees)

    def fits(self, kind: Kind, order: Order, others: list[Order]) -> bool:
        """Can this be said of the order?"""
        match kind:
            case "cancel":
                return order.status in _OPEN
            case "return":
                return order.status == "delivered"
            case "invoice":
                return order.id in self.invoices
            case "burst":
                return bool(others)
            case _:
                return True
