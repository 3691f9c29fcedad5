from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from domain.company import Invoice
from domain.tooling import Declined, NeedsInput
from tests.unit.tools.world import Counter, a_world, reply, values
from tools.reissue_invoice import reissue_invoice


def an_invoice(invoice_id: str = "N-1", **fields: Any) -> Invoice:
    given = {"order": "K/1", "customer": "mei", "email": "books@firm.example", **fields}
    return Invoice(id=invoice_id, amount_hkd=Decimal(500), issued=date(2026, 5, 10), **given)


async def test_it_goes_once_to_the_address_on_file_which_is_shown_masked() -> None:
    counter = Counter(a_world(invoices=[an_invoice()]))
    proposal = await counter.ask(reissue_invoice)
    assert values(proposal)["email_masked"] == "b***@firm.example"
    await counter.carry_out(proposal)
    await counter.carry_out(proposal)
    assert counter.shop.effects() == [
        {"kind": "invoice.reissue", "customer": "mei", "invoice": "N-1"}
    ]


async def test_the_customers_own_address_serves_when_the_invoice_has_none() -> None:
    answer = await Counter(a_world(invoices=[an_invoice(email=None)])).ask(reissue_invoice)
    assert values(answer)["email_masked"] == "m***@post.example"


async def test_another_address_gets_nothing() -> None:
    counter = Counter(a_world(invoices=[an_invoice()]))
    answer = await counter.ask(reissue_invoice, email="thief@else.example")
    assert isinstance(answer, Declined)
    assert answer.reply == "reissue_invoice.other_email"
    same = await counter.ask(reissue_invoice, email="Books@Firm.example")
    assert reply(same) == "reissue_invoice.confirm"


async def test_without_an_address_a_person_helps() -> None:
    invoice = an_invoice(email=None, customer="tom")
    answer = await Counter(a_world(invoices=[invoice]), customer="tom").ask(reissue_invoice)
    assert isinstance(answer, Declined)
    assert (answer.reply, answer.hands_over) == ("reissue_invoice.no_email", "beyond_limit")


async def test_which_of_several_is_asked_and_those_of_others_are_not_found() -> None:
    invoices = [an_invoice("N-1"), an_invoice("N-2"), an_invoice("N-7", customer="tom")]
    counter = Counter(a_world(invoices=invoices))
    assert await counter.ask(reissue_invoice) == NeedsInput(("invoice",), ("N-2", "N-1"))
    answer = await counter.ask(reissue_invoice, invoice="N-7")
    assert answer == Declined("invoice.not_found", {"invoice": "N-7"})
