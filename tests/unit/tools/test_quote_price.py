from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.tooling import Declined, NeedsInput
from tests.unit.tools.world import Counter, a_world, reply, values
from tools.quote_price import quote_price

NO_END: dict[str, Any] = {"quote_rule": {}}


@pytest.mark.parametrize(
    ("sku", "qty", "policies", "expected"),
    [
        ("SOAP-1", "9", {}, "quote_price.plain"),
        ("SOAP-1", "10", {}, "quote_price.discount"),
        ("SOAP-1", "40", {}, "quote_price.discount"),
        ("SOAP-1", "41", {}, "quote_price.discount_above_stock"),
        ("HELM-1", "4", {}, "quote_price.plain_above_stock"),
        ("SOAP-1", "9", NO_END, "quote_price.plain_open"),
        ("SOAP-1", "10", NO_END, "quote_price.discount_open"),
        ("SOAP-1", "41", NO_END, "quote_price.discount_open_above_stock"),
        ("HELM-1", "4", NO_END, "quote_price.plain_open_above_stock"),
        ("HELM-1", "", {}, "quote_price.single"),
        ("HELM-1", "a few", {}, "quote_price.single"),
        ("HELM-1", "0", {}, "quote_price.single"),
        ("HELM-1", "", {"bulk_discount": {}}, "quote_price.single_no_tiers"),
    ],
)
async def test_every_kind_of_quote_has_its_own_sentence(
    sku: str, qty: str, policies: dict[str, Any], expected: str
) -> None:
    counter = Counter(a_world(policies=policies))
    assert reply(await counter.ask(quote_price, sku=sku, qty=qty)) == expected


@pytest.mark.parametrize(
    ("qty", "total", "percent"),
    [
        ("9", "1080", "0"),
        ("10", "1152", "4"),
        ("29", "3340.8", "4"),
        ("30", "3240", "10"),
        ("41", "4428", "10"),
    ],
)
async def test_the_tier_of_the_number_decides_the_total(qty: str, total: str, percent: str) -> None:
    told = values(await Counter(a_world()).ask(quote_price, sku="SOAP-1", qty=qty))
    assert (told["total"], told["percent"]) == (Decimal(total), percent)
    assert told["unit_price"] == Decimal(120)


async def test_the_quote_ends_and_the_missing_pieces_are_counted() -> None:
    told = values(await Counter(a_world()).ask(quote_price, sku="SOAP-1", qty="41"))
    assert (told["valid_until"], told["stock"], told["short"]) == (date(2026, 5, 27), 40, 1)


async def test_the_tiers_are_listed_when_no_number_was_said() -> None:
    told = values(await Counter(a_world()).ask(quote_price, sku="SOAP-1"))
    assert told["tiers"] == ["10-29 −4%", "30+ −10%"]


async def test_the_product_is_asked_for_or_said_to_be_unknown() -> None:
    counter = Counter(a_world())
    assert await counter.ask(quote_price) == NeedsInput(("item", "qty"))
    assert await counter.ask(quote_price, qty="5") == NeedsInput(("item",))
    answer = await counter.ask(quote_price, sku="NO-SUCH")
    assert answer == Declined("product.not_found", {"sku": "NO-SUCH"})
