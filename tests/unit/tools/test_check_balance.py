from __future__ import annotations

from decimal import Decimal

import pytest

from domain.company import Account
from domain.tooling import Declined, Done, NeedsInput
from tests.unit.tools.world import Counter, a_world
from tools.check_balance import check_balance


def an_account(account_id: str = "W-1", customer: str = "mei") -> Account:
    return Account(
        id=account_id, customer=customer, balance_hkd=Decimal("88.5"), otp_fixture="555000"
    )


def counter_with(*accounts: Account, verified: bool = True) -> Counter:
    counter = Counter(a_world(accounts=accounts))
    counter.verified = verified
    return counter


async def test_no_figure_is_spoken_before_the_code() -> None:
    counter = counter_with(an_account(), verified=False)
    assert await counter.ask(check_balance) == NeedsInput(("otp",))
    assert await counter.ask(check_balance, account="W-1", otp="555000") == NeedsInput(("otp",))


async def test_the_code_is_needed_even_when_the_rules_forget_it() -> None:
    counter = Counter(a_world(accounts=[an_account()], policies={"authentication": {}}))
    assert await counter.ask(check_balance) == NeedsInput(("otp",))


async def test_a_verified_customer_hears_the_balance() -> None:
    expected = Done("check_balance.done", {"account": "W-1", "balance": Decimal("88.5")})
    assert await counter_with(an_account()).ask(check_balance) == expected
    assert await counter_with(an_account()).ask(check_balance, account="w-1") == expected


@pytest.mark.parametrize("verified", [True, False])
async def test_an_account_of_somebody_else_is_not_found(verified: bool) -> None:
    counter = counter_with(an_account(), an_account("W-7", "tom"), verified=verified)
    answer = await counter.ask(check_balance, account="W-7")
    assert answer == Declined("account.not_found", {"account": "W-7"})


async def test_without_an_account_it_says_so() -> None:
    counter = counter_with(an_account("W-7", "tom"), verified=False)
    assert await counter.ask(check_balance) == Declined("account.none")


async def test_which_of_several_is_asked_after_the_code_only() -> None:
    accounts = (an_account("W-1"), an_account("W-2"))
    answer = await counter_with(*accounts, verified=False).ask(check_balance)
    assert answer == NeedsInput(("otp",))
    counter = counter_with(*accounts)
    assert await counter.ask(check_balance) == NeedsInput(("account",), ("W-1", "W-2"))
