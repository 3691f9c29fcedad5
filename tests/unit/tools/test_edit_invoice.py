from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.company import Invoice
from domain.tooling import Declined, Done, NeedsInput
from tests.unit.tools.world import TODAY, Counter, a_world, reply, values
from tools.edit_invoice import edit_invoice


def an_invoice(invoice_id: str = "N-1", **fields: Any) -> Invoice:
    given = {
        "order": "K/1",
        "customer": "mei",
        "title": "Old Title",
        "issued": date(2026, 5, 10),
        **fields,
    }
    return Invoice(id=invoice_id, amount_hkd=Decimal(500), **given)


def counter_with(*invoices: Invoice, **policies: Any) -> Counter:
    return Counter(a_world(invoices=invoices or [an_invoice()], policies=policies))


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"title": "New Ltd"}, "edit_invoice.confirm_title"),
        ({"tax_id": "T-55"}, "edit_invoice.confirm_tax_id"),
        ({"field": "title", "value": "New Ltd"}, "edit_invoice.confirm_title"),
        ({"field": "title", "title": "New Ltd"}, "edit_invoice.confirm_title"),
        ({"title": "New Ltd", "tax_id": "T-55"}, "edit_invoice.confirm_both"),
        ({"title": "New Ltd", "field": "tax_id", "value": "T-55"}, "edit_invoice.confirm_both"),
        ({"title": "OLD TITLE"}, "edit_invoice.confirm_title"),
    ],
)
async def test_what_the_rules_allow_is_proposed(slots: dict[str, str], expected: str) -> None:
    assert reply(await counter_with().ask(edit_invoice, **slots)) == expected


async def test_title_and_tax_number_are_changed_together_and_once() -> None:
    counter = counter_with()
    proposal = await counter.ask(edit_invoice, title="New Ltd", tax_id="T-55")
    await counter.carry_out(proposal)
    await counter.carry_out(proposal)
    assert [(one["field"], one["value"]) for one in counter.shop.effects()] == [
        ("title", "New Ltd"),
        ("tax_id", "T-55"),
    ]
    answer = await counter.ask(edit_invoice, title="New Ltd", tax_id="T-55")
    assert isinstance(answer, Done)
    assert answer.reply == "edit_invoice.already"


async def test_only_what_is_new_is_changed() -> None:
    answer = await counter_with().ask(edit_invoice, title="Old Title", tax_id="T-55")
    assert reply(answer) == "edit_invoice.confirm_tax_id"


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({}, ("field", "value")),
        ({"value": "New Ltd"}, ("field",)),
        ({"field": "title"}, ("value",)),
        ({"title": "New Ltd", "field": "tax_id"}, ("value",)),
    ],
)
async def test_what_is_missing_is_asked_for(
    slots: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert await counter_with().ask(edit_invoice, **slots) == NeedsInput(expected)


@pytest.mark.parametrize("slots", [{"amount": "300"}, {"field": "amount"}])
async def test_amounts_belong_to_finance(slots: dict[str, str]) -> None:
    answer = await counter_with().ask(edit_invoice, **slots)
    assert isinstance(answer, Declined)
    assert (answer.reply, answer.hands_over) == ("edit_invoice.amount", "beyond_limit")


@pytest.mark.parametrize("slots", [{"email": "a@b.example"}, {"field": "colour", "value": "red"}])
async def test_a_field_that_the_rules_do_not_list_is_declined(slots: dict[str, str]) -> None:
    answer = await counter_with().ask(edit_invoice, **slots)
    assert reply(answer) == "edit_invoice.field_title_and_tax_id"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["title"], "edit_invoice.field_only_title"),
        (["tax_id"], "edit_invoice.field_only_tax_id"),
        ([], "edit_invoice.field"),
    ],
)
async def test_the_refusal_names_what_can_be_changed(fields: list[str], expected: str) -> None:
    counter = counter_with(invoice_rule={"fields": fields})
    assert reply(await counter.ask(edit_invoice, email="a@b.example")) == expected


async def test_a_field_that_the_rules_list_may_be_changed() -> None:
    rule = {"fields": ["title", "email", "colour"]}
    counter = counter_with(invoice_rule=rule)
    answer = await counter.ask(edit_invoice, email="a@b.example")
    assert reply(answer) == "edit_invoice.confirm_email"
    several = await counter.ask(edit_invoice, email="a@b.example", title="New Ltd")
    assert reply(several) == "edit_invoice.confirm_several"
    await counter.carry_out(several)
    assert counter.kinds == ["invoice.update", "invoice.update"]


@pytest.mark.parametrize(
    ("days", "expected"), [(20, "edit_invoice.confirm_title"), (21, "edit_invoice.window")]
)
async def test_the_window_ends_on_its_last_day(days: int, expected: str) -> None:
    counter = counter_with(an_invoice(issued=TODAY - timedelta(days=days)))
    assert reply(await counter.ask(edit_invoice, title="New Ltd")) == expected


async def test_nothing_is_asked_for_when_the_window_is_closed() -> None:
    answer = await counter_with(an_invoice(issued=date(2026, 1, 1))).ask(edit_invoice)
    assert isinstance(answer, Declined)
    assert (answer.values["days"], answer.values["issued"]) == (20, date(2026, 1, 1))
    assert answer.hands_over == "beyond_limit"


async def test_without_a_rule_there_is_no_window() -> None:
    counter = counter_with(an_invoice(issued=date(2020, 1, 1)), invoice_rule={"fields": ["title"]})
    assert reply(await counter.ask(edit_invoice, title="New")) == "edit_invoice.confirm_title"


async def test_the_invoice_is_found_by_number_by_order_or_asked_for() -> None:
    counter = counter_with(an_invoice("N-1"), an_invoice("N-2", order="K/2", issued=TODAY))
    assert values(await counter.ask(edit_invoice, invoice="n-1", title="X"))["invoice"] == "N-1"
    assert values(await counter.ask(edit_invoice, order="k/2", title="X"))["invoice"] == "N-2"
    expected = NeedsInput(("invoice",), ("N-2", "N-1"))
    assert await counter.ask(edit_invoice, title="X") == expected
    both = NeedsInput(("invoice", "value"), ("N-2", "N-1"))
    assert await counter.ask(edit_invoice, field="title") == both
    counter.asked = frozenset({"invoice"})
    assert values(await counter.ask(edit_invoice, title="X"))["invoice"] == "N-2"


async def test_an_invoice_of_somebody_else_is_not_found() -> None:
    counter = counter_with(an_invoice("N-7", customer="tom", order="K/7"))
    answer = await counter.ask(edit_invoice, invoice="N-7", title="X")
    assert answer == Declined("invoice.not_found", {"invoice": "N-7"})
    answer = await counter.ask(edit_invoice, order="K/7", title="X")
    assert answer == Declined("invoice.not_found_for_order", {"order": "K/7"})
    assert await counter.ask(edit_invoice, title="X") == Declined("invoice.none")
