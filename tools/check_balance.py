"""Tell the balance of a stored-value account, once a one-time code was right."""

from __future__ import annotations

from pydantic import Field

from domain.choosing import choose
from domain.ports import AccountSystem
from domain.slots import Text, ToolRequest
from domain.tooling import Caller, Declined, Done, NeedsInput, ToolAnswer, ToolPolicy, tool


class CheckBalance(ToolRequest):
    """Which account."""

    account: Text = Field(default=None, description="Account number, as the customer wrote it")
    otp: Text = Field(default=None, description="One-time code that the customer gave")


@tool(ToolPolicy(scope="accounts:read", assurance="verified"))
async def check_balance(
    request: CheckBalance, *, accounts: AccountSystem, caller: Caller
) -> ToolAnswer:
    """Give the balance of the customer's own account. No figure is spoken before the code."""
    mine = await accounts.accounts(caller.customer.id)
    if request.account is None and not mine:
        return Declined("account.none")
    found = choose(
        mine,
        request.account,
        slot="account",
        eligible=lambda _: True,
        asked="account" in caller.asked,
    )
    if found is None:
        return Declined("account.not_found", {"account": request.account})
    if not caller.verified:
        return NeedsInput(("otp",))
    if isinstance(found, NeedsInput):
        return found
    return Done("check_balance.done", {"account": found.id, "balance": found.balance_hkd})
