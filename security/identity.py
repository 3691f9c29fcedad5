"""Who is writing: anonymous, or a customer of the company because its own systems or its signature say so."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import yaml

from domain.channels import Arrival
from domain.errors import ConfigurationError

GUEST = "guest:"
SIGNED = (
    "widget",
    "verified",
)  # the channel and the mark of a sender whom the company's backend signed for


class AddressBook:
    """Which customer an address belongs to. A name that somebody chose for themselves proves nothing."""

    def __init__(self, customers: Mapping[str, Mapping[str, str]]) -> None:
        self._customers = customers

    @classmethod
    def read(cls, path: Path) -> AddressBook:
        """Read a file of channels, each a table of the platform's user ids and our customer ids.

        Raises:
            ConfigurationError: names the file and what is wrong with it.
        """
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, yaml.YAMLError) as error:
            raise ConfigurationError(f"{path.name} cannot be read: {error}") from error
        if not isinstance(content, dict) or not all(isinstance(t, dict) for t in content.values()):
            raise ConfigurationError(f"{path.name} must hold a table of user ids for each channel")
        return cls(
            {
                channel: {str(user): str(customer) for user, customer in table.items()}
                for channel, table in content.items()
            }
        )

    def customer(self, arrival: Arrival) -> str:
        """The customer's id; of somebody unknown, an id of their own that opens no records."""
        sender = arrival.sender
        if (arrival.address.channel, sender.organisation) == SIGNED:
            return sender.id
        known = self._customers.get(arrival.address.channel, {}).get(sender.id)
        if known is not None:
            return known
        who = f"{arrival.address.channel}\x1f{arrival.address.account}\x1f{sender.id}"
        return GUEST + hashlib.sha256(who.encode()).hexdigest()[:24]
