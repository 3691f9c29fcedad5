from __future__ import annotations

from datetime import date

import pytest

from domain.tooling import Declined, NeedsInput
from tests.unit.tools.world import Counter, a_world, reply, values
from tools.check_stock import check_stock


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"sku": "helm-2"}, "check_stock.available"),
        ({"sku": "HELM-2", "place": "Mong Kok"}, "check_stock.place_available"),
        ({"sku": "HELM-1", "place": "旺角店"}, "check_stock.place_none_elsewhere"),
        ({"sku": "HELM-1", "place": "旺角"}, "check_stock.place_none_elsewhere"),
        ({"sku": "HELM-1", "place": "the moon"}, "check_stock.unknown_place"),
        ({"sku": "BELL-1"}, "check_stock.none_restock"),
        ({"sku": "BELL-1", "place": "旺角"}, "check_stock.none_restock"),
        ({"sku": "BELL-2"}, "check_stock.none"),
    ],
)
async def test_stock_is_told_in_all_or_by_place(slots: dict[str, str], expected: str) -> None:
    assert reply(await Counter(a_world()).ask(check_stock, **slots)) == expected


async def test_the_figures_are_those_of_the_record() -> None:
    counter = Counter(a_world())
    everywhere = values(await counter.ask(check_stock, sku="HELM-2"))
    assert everywhere["count"] == 3
    assert everywhere["places_zh"] == ["貨倉 1", "旺角店 2"]
    assert everywhere["places_en"] == ["warehouse 1", "Mong Kok store 2"]
    here = values(await counter.ask(check_stock, sku="HELM-2", place="mk"))
    assert (here["pieces"], here["place_zh"]) == (2, "旺角店")
    gone = values(await counter.ask(check_stock, sku="BELL-1"))
    assert gone["restock"] == date(2026, 6, 1)


async def test_the_product_is_asked_for_or_said_to_be_unknown() -> None:
    counter = Counter(a_world())
    assert await counter.ask(check_stock) == NeedsInput(("item",))
    answer = await counter.ask(check_stock, sku="NO-SUCH")
    assert answer == Declined("product.not_found", {"sku": "NO-SUCH"})
