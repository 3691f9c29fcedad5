"""The words that golden conversations use for tools, records of the shop and questions."""

from __future__ import annotations

from agent.toolbox import find_tools

# Tools that change something, and the entry that the shop's own log must show for it.
EFFECTS = {
    "cancel_order": "order.cancel",
    "change_address": "order.update_address",
    "remove_item": "order.remove_item",
    "return_order": "return.create",
    "exchange_item": "exchange.create",
    "chase_delivery": "logistics.expedite",
    "refund_order": "refund.create",
    "request_approval": "approval.request",
    "edit_invoice": "invoice.update",
    "reissue_invoice": "invoice.reissue",
    "book_room": "booking.create",
    "change_booking": "booking.update",
    "cancel_booking": "booking.cancel",
}
EFFECT_FIELDS = {
    "order.cancel": {"order"},
    "order.update_address": {"order", "address"},
    "order.remove_item": {"order", "sku"},
    "return.create": {"order"},
    "exchange.create": {"order", "from_sku", "to_sku"},
    "logistics.expedite": {"order"},
    "refund.create": {"order", "amount_hkd"},
    "approval.request": {"about", "order", "amount_hkd"},
    "invoice.update": {"invoice", "field", "value", "title", "tax_id", "email"},
    "invoice.reissue": {"invoice"},
    "booking.create": {"booking", "room", "checkin", "nights"},
    "booking.update": {"booking", "room", "checkin", "nights"},
    "booking.cancel": {"booking"},
}
# Tools that only look something up leave no entry; they are known by the task they moved.
READS = frozenset(name for name, one in find_tools().items() if one.policy.effect == "read")
# What a customer may be asked for. A product is asked for under several names.
SLOTS = {
    "order": "order",
    "item": "item",
    "sku": "item",
    "from_sku": "item",
    "to_sku": "to_sku",
    "qty": "qty",
    "address": "address",
    "invoice": "invoice",
    "field": "field",
    "value": "value",
    "title": "value",
    "tax_id": "value",
    "booking": "booking",
    "room": "room",
    "checkin": "checkin",
    "nights": "nights",
    "guests": "guests",
    "account": "account",
    "topic": "topic",
    "otp": "otp",
}
TOOLS = frozenset({*EFFECTS, *READS} - {"request_approval"})
REASONS = frozenset(
    {"safety", "red_alert", "complaint", "vip_complaint", "anger", "explicit_request"}
    | {"auth_failed", "security", "delivery_dispute", "payment_dispute", "privacy_request"}
    | {"policy_limit", "unsupported", "low_confidence", "low_score"}
)


def effect_of(word: str) -> str:
    """The entry of the shop's log that a tool or an entry's own name stands for."""
    return EFFECTS.get(word, word)
