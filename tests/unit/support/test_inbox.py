"""Who may press a button: the person it was for, or, of a message to a group, anybody in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from domain.channels import Address, Arrival, Button, Click, Outgoing, Receipt, Sender
from domain.errors import InputError
from domain.mailbox import Kept, Taken, Unsent
from support.inbox import Inbox
from tests.unit.support.undone import NothingDone

NOW = datetime(2026, 3, 12, 14, 3, tzinfo=UTC)
ACK = (Button("ack:1", "收到"),)
PERSON = Address("dingtalk", "", "", "mei")
GROUP = Address("dingtalk", "", "cidDuty==", group=True)
REPLY = Address("dingtalk", "bot", "cid-1", "ann")


@dataclass
class Shelf:
    """Keeps what it is given."""

    kept: list[Arrival] = field(default_factory=list)

    async def keep(self, arrival: Arrival, conversation_id: str) -> Kept | None:
        self.kept.append(arrival)
        number = len(self.kept)
        return Kept(f"k-{number}", number, conversation_id, NOW, arrival)

    async def take(self, conversation_id: str) -> Taken | None:
        raise AssertionError(conversation_id)

    async def extend(self, taken: Taken) -> Taken:
        return taken

    async def done(self, taken: Taken) -> None:
        raise AssertionError(taken)

    async def waiting(self) -> list[Kept]:
        return []


class Sent:
    """What was sent before: by its id, the address."""

    def __init__(self, addresses: dict[str, Address]) -> None:
        self._addresses = addresses

    async def find(self, message_id: str) -> Outgoing | None:
        address = self._addresses.get(message_id)
        if address is None:
            return None
        return Outgoing(message_id, "c", address, "急", buttons=ACK, kind="push")

    async def claim(self, message: Outgoing) -> bool:
        return bool(message.id)

    async def put(self, messages: Sequence[Outgoing]) -> None: ...
    async def sent(self, message_id: str, receipt: Receipt, at: datetime) -> None: ...
    async def tried(self, message_id: str, why: str) -> None: ...
    async def gave_up(self, message_id: str, why: str) -> None: ...
    async def unsent(self, _conversation_id: str) -> list[Unsent]:
        return []

    async def conversations(self) -> list[str]:
        return []


def pressed(user: str, message_id: str = "p-1", channel: str = "dingtalk") -> Arrival:
    address = Address(channel, "bot", "")
    return Arrival("x-1", address, Sender(user), NOW, click=Click("ack:1", message_id))


def inbox(address: Address) -> tuple[Inbox, Shelf]:
    shelf = Shelf()
    return Inbox(shelf, Sent({"p-1": address}), NothingDone()), shelf


@pytest.mark.parametrize("address", [PERSON, REPLY])
async def test_what_was_for_one_person_only_they_may_press(address: Address) -> None:
    door, shelf = inbox(address)
    with pytest.raises(InputError, match="not for"):
        await door.accept(pressed("somebody-else"))
    assert shelf.kept == []
    assert await door.accept(pressed(address.user))
    (kept,) = shelf.kept
    assert (kept.address, kept.sender.id) == (address, address.user)


@pytest.mark.parametrize("user", ["mei", "siuming"])
async def test_what_was_for_a_group_anybody_in_it_may_press(user: str) -> None:
    door, shelf = inbox(GROUP)
    assert await door.accept(pressed(user))
    assert (shelf.kept[0].address, shelf.kept[0].sender.id) == (GROUP, user)


async def test_nobody_presses_a_button_on_a_channel_where_it_never_stood() -> None:
    door, shelf = inbox(GROUP)
    with pytest.raises(InputError, match="not for"):
        await door.accept(pressed("mei", channel="widget"))
    assert shelf.kept == []


async def test_a_button_that_this_desk_never_showed_is_refused() -> None:
    door, _ = inbox(GROUP)
    with pytest.raises(InputError, match="never sent"):
        await door.accept(pressed("mei", "p-2"))
