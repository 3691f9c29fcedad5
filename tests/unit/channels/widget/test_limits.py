"""How much one visitor and one address may ask."""

from __future__ import annotations

import pytest

from channels.widget.limits import Limit, TooMany, neighbourhood


async def test_a_bucket_holds_so_many_and_then_says_how_long_to_wait() -> None:
    limit = Limit("messages", 3)
    for _ in range(3):
        await limit.take("v-1")
    with pytest.raises(TooMany, match="too many messages: at most 3 a minute; wait 20 s") as caught:
        await limit.take("v-1")
    assert caught.value.after == 20


async def test_one_who_is_too_quick_does_not_slow_another() -> None:
    limit = Limit("messages", 1)
    await limit.take("v-1")
    await limit.take("v-2")
    with pytest.raises(TooMany):
        await limit.take("v-1")


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_network_of_ipv6_counts_as_one_address(host: str, counted: str) -> None:
    assert neighbourhood(host) == counted
