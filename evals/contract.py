"""Our words put into the words of the evaluation contract."""

from __future__ import annotations

from typing import Any

from domain.conversation import (
    ASK,
    ASK_PERSON,
    COMPLAIN,
    INJECTION,
    OUT_OF_SCOPE,
    PRIVACY,
    SMALLTALK,
    Task,
)
from domain.language import detect

TYPES = {
    "find_order": "order_status",
    "track_parcel": "logistics_track",
    "chase_delivery": "expedite",
    "refund_order": "refund_request",
    "find_refund": "refund_status",
    "return_order": "return_request",
    "exchange_item": "exchange_request",
    "remove_item": "change_order",
    "cancel_order": "cancel_order",
    "change_address": "change_address",
    "edit_invoice": "invoice_edit",
    "reissue_invoice": "invoice_reissue",
    "check_stock": "stock_enquiry",
    "quote_price": "price_quote",
    "find_rooms": "hotel_booking",
    "book_room": "hotel_booking",
    "change_booking": "booking_change",
    "cancel_booking": "booking_cancel",
    "check_balance": "account_balance",
    "show_tutorial": "tutorial",
    ASK: "faq",
    COMPLAIN: "complaint",
    ASK_PERSON: "human_request",
    PRIVACY: "human_request",
    SMALLTALK: "smalltalk",
    OUT_OF_SCOPE: "out_of_scope",
    INJECTION: "injection",
}
LANGUAGES = {"yue": "yue", "zh-Hant": "cmn-Hant", "zh-Hans": "cmn-Hans", "en": "en"}
_KEPT = frozenset(
    {"order", "from_sku", "to_sku", "address", "invoice", "field", "value", "sku", "qty", "room"}
    | {"checkin", "nights", "guests", "booking", "account", "topic"}
)
_NUMBERS = frozenset({"qty", "nights", "guests"})


def task(ours: Task) -> dict[str, Any]:
    """A task in the contract's words."""
    slots: dict[str, Any] = {
        key: _number(key, value) for key, value in ours.slots.items() if key in _KEPT
    }
    for field in ("title", "tax_id", "amount"):
        if ours.kind == "edit_invoice" and field in ours.slots:
            slots |= {"field": field, "value": ours.slots[field]}
    if ours.kind == "remove_item" and "sku" in slots:
        slots["remove_sku"] = slots.pop("sku")
    if ours.kind == PRIVACY:
        slots["topic"] = "privacy"
    return {"type": TYPES.get(ours.kind, ours.kind), "slots": slots}


def language(text: str) -> str:
    """The language of a text; Cantonese with English words in it is `mix`."""
    found = detect(text)
    if found.mixed and found.language == "yue":
        return "mix"
    return LANGUAGES[found.language]


def _number(slot: str, value: str) -> str | int:
    return int(value) if slot in _NUMBERS and value.isdigit() else value
