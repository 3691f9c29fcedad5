"""Send an invoice again, to the e-mail address on file and to no other."""

from __future__ import annotations

from pydantic import Field

from domain.own_records import own_invoice, same
from domain.ports import InvoiceSystem
from domain.slots import Text, ToolRequest
from domain.tooling import (
    Caller,
    Declined,
    NeedsInput,
    Proposal,
    ToolAnswer,
    ToolPolicy,
    Values,
    tool,
)


class ReissueInvoice(ToolRequest):
    """Which invoice to send again."""

    invoice: Text = Field(default=None, description="Invoice number, as the customer wrote it")
    order: Text = Field(default=None, description="Order that the invoice is for")
    email: Text = Field(default=None, description="E-mail address that the customer named")


@tool(ToolPolicy(scope="invoices:write", effect="write", confirm="never"))
async def reissue_invoice(
    request: ReissueInvoice, *, invoices: InvoiceSystem, caller: Caller
) -> ToolAnswer:
    """Send one invoice again. An address that only stands in the message gets nothing."""
    customer = caller.customer.id
    found = own_invoice(
        await invoices.invoices(customer),
        request.invoice,
        request.order,
        asked="invoice" in caller.asked,
    )
    if isinstance(found, (NeedsInput, Declined)):
        return found
    on_file = found.email or caller.customer.email
    values = {"invoice": found.id, "order": found.order}
    if not on_file:
        return Declined("reissue_invoice.no_email", values, hands_over="beyond_limit")
    shown = {**values, "email_masked": _masked(on_file)}
    if request.email is not None and not same(request.email, on_file):
        return Declined("reissue_invoice.other_email", shown)

    async def act(key: str) -> Values:
        await invoices.reissue_invoice(customer, found.id, key=key)
        return {}

    return Proposal("reissue_invoice.confirm", "reissue_invoice.done", shown, act)


def _masked(address: str) -> str:
    name, _, host = address.partition("@")
    return f"{name[:1]}***@{host}"
