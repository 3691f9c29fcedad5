"""Change the title or the tax number on an invoice."""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import Field

from domain.company import Invoice
from domain.eligibility import hong_kong_day
from domain.own_records import own_invoice
from domain.policies import Policies
from domain.ports import InvoiceSystem
from domain.slots import Text, ToolRequest
from domain.tooling import (
    Caller,
    Declined,
    Done,
    NeedsInput,
    Proposal,
    ToolAnswer,
    ToolPolicy,
    Values,
    tool,
)

_FIELDS = ("title", "tax_id", "email", "amount")
_SENTENCES = {
    ("title",): ("edit_invoice.confirm_title", "edit_invoice.done_title"),
    ("tax_id",): ("edit_invoice.confirm_tax_id", "edit_invoice.done_tax_id"),
    ("email",): ("edit_invoice.confirm_email", "edit_invoice.done_email"),
    ("title", "tax_id"): ("edit_invoice.confirm_both", "edit_invoice.done_both"),
}
_WHAT_ELSE = {
    ("title",): "edit_invoice.field_only_title",
    ("tax_id",): "edit_invoice.field_only_tax_id",
    ("title", "tax_id"): "edit_invoice.field_title_and_tax_id",
}
_SEVERAL = ("edit_invoice.confirm_several", "edit_invoice.done_several")


class EditInvoice(ToolRequest):
    """Which invoice, and what should stand on it."""

    invoice: Text = Field(default=None, description="Invoice number, as the customer wrote it")
    order: Text = Field(default=None, description="Order that the invoice is for")
    title: Text = Field(default=None, description="New invoice title: a company or a person")
    tax_id: Text = Field(default=None, description="New tax or business registration number")
    email: Text = Field(default=None, description="New e-mail address on the invoice")
    amount: Text = Field(default=None, description="Another amount that the customer asks for")
    field: Text = Field(default=None, description="title, tax_id, email or amount")
    value: Text = Field(default=None, description="The new value of that field")


@tool(ToolPolicy(scope="invoices:write", effect="write"))
async def edit_invoice(
    request: EditInvoice, *, invoices: InvoiceSystem, policies: Policies, caller: Caller
) -> ToolAnswer:
    """Change what the company's rules allow, inside its window; amounts belong to finance."""
    customer = caller.customer.id
    changes = _changes(request)
    found = own_invoice(
        await invoices.invoices(customer),
        request.invoice,
        request.order,
        asked="invoice" in caller.asked,
    )
    missing = _missing(changes)
    if isinstance(found, NeedsInput):
        return NeedsInput((*found.slots, *missing), found.options)
    if isinstance(found, Declined):
        return found
    no = _refused(found, changes, policies, hong_kong_day(caller.now))
    if no is not None:
        return no
    if missing:
        return NeedsInput(missing)
    new = {name: str(value) for name, value in changes.items()}
    values = {"invoice": found.id, "order": found.order, **new}
    new = {name: value for name, value in new.items() if getattr(found, name) != value}
    if not new:
        return Done("edit_invoice.already", values)

    async def act(key: str) -> Values:
        for name, value in new.items():
            await invoices.update_invoice(customer, found.id, name, value, key=f"{key}:{name}")
        return {}

    summary, done = _SENTENCES.get(tuple(new), _SEVERAL)
    return Proposal(summary, done, {**values, "changes": list(new.values())}, act)


def _changes(request: EditInvoice) -> dict[str, str | None]:
    """The fields named with their new values, None where the value was not said."""
    said = {name: getattr(request, name) for name in _FIELDS if getattr(request, name)}
    if request.field is not None and request.field not in said:
        said[request.field] = request.value
    elif request.field is None and not said and request.value is not None:
        said[""] = request.value
    return said


def _missing(changes: dict[str, str | None]) -> tuple[str, ...]:
    if not changes:
        return ("field", "value")
    if "" in changes:
        return ("field",)
    return ("value",) if None in changes.values() else ()


def _refused(
    invoice: Invoice, changes: dict[str, str | None], policies: Policies, today: date
) -> Declined | None:
    values = {"invoice": invoice.id, "order": invoice.order, "amount": invoice.amount_hkd}
    if "amount" in changes:
        return Declined("edit_invoice.amount", values, hands_over="beyond_limit")
    allowed = [name for name in _FIELDS if name in policies.invoice_rule.fields]
    if any(name and name not in allowed for name in changes):
        return Declined(_WHAT_ELSE.get(tuple(allowed), "edit_invoice.field"), values)
    days = policies.invoice_rule.edit_days_after_issue
    if days is None or today <= invoice.issued + timedelta(days=days):
        return None
    last_day = invoice.issued + timedelta(days=days)
    figures = {"days": days, "issued": invoice.issued, "last_day": last_day}
    return Declined("edit_invoice.window", {**values, **figures}, hands_over="beyond_limit")
