"""How much one visitor, and one address, may ask of us."""

from __future__ import annotations

import math
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

from aiolimiter import AsyncLimiter

from domain.errors import InputError

_REMEMBERED = 20_000  # buckets; the one that was used longest ago goes first
_MINUTE = 60.0


class TooMany(InputError):
    """Somebody is too quick; `after` is how many seconds to wait."""

    code = "too_many"

    def __init__(self, message: str, after: int) -> None:
        super().__init__(message)
        self.after = after


class Limit:
    """A leaky bucket for each key: so many at once, and so many a minute."""

    def __init__(self, what: str, per_minute: int) -> None:
        self._what = what
        self._per_minute = per_minute
        self._buckets: OrderedDict[str, AsyncLimiter] = OrderedDict()

    async def take(self, key: str) -> None:
        """Count one.

        Raises:
            TooMany: the bucket of this key is full.
        """
        bucket = self._buckets.setdefault(key, AsyncLimiter(self._per_minute, _MINUTE))
        self._buckets.move_to_end(key)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        if not bucket.has_capacity():
            after = math.ceil(_MINUTE / self._per_minute)
            raise TooMany(
                f"too many {self._what}: at most {self._per_minute} a minute; wait {after} s", after
            )
        await bucket.acquire()


def neighbourhood(host: str) -> str:
    """What counts as one address: of IPv6 the network, for one customer has all of it."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return address.exploded[:19]
