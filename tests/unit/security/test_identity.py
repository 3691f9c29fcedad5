from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.channels import Address, Arrival, Sender
from domain.errors import ConfigurationError
from security.identity import GUEST, AddressBook

BOOK = AddressBook({"dingtalk": {"chan.wingyan": "C-118"}})
ARRIVAL = Arrival(
    "m1",
    Address("dingtalk", "bot", "cid", "chan.wingyan"),
    Sender("chan.wingyan", "陳詠欣"),
    datetime(2026, 3, 12, tzinfo=UTC),
)


def test_a_known_address_is_its_customer() -> None:
    assert BOOK.customer(ARRIVAL) == "C-118"


def test_a_name_proves_nothing() -> None:
    stranger = replace(ARRIVAL, sender=Sender("somebody", "陳詠欣"))
    assert BOOK.customer(stranger).startswith(GUEST)


def test_the_same_id_on_another_channel_is_somebody_else() -> None:
    elsewhere = replace(ARRIVAL, address=replace(ARRIVAL.address, channel="widget"))
    assert BOOK.customer(elsewhere).startswith(GUEST)


def test_whom_the_company_signed_for_is_their_customer() -> None:
    here = replace(ARRIVAL.address, channel="widget")
    signed = replace(ARRIVAL, address=here, sender=Sender("C-204", "", "verified"))
    assert BOOK.customer(signed) == "C-204"


def test_only_the_widget_can_say_that_the_company_signed() -> None:
    claimed = replace(ARRIVAL, sender=Sender("C-204", "", "verified"))
    assert BOOK.customer(claimed).startswith(GUEST)


def test_strangers_whose_ids_differ_at_the_end_are_two_people() -> None:
    ids = [BOOK.customer(replace(ARRIVAL, sender=Sender("x" * 70 + end))) for end in "12"]
    assert ids[0] != ids[1]


def test_a_file_that_is_no_book_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "addresses.yaml"
    path.write_text("dingtalk: [a]", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"addresses\.yaml"):
        AddressBook.read(path)
