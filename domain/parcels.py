"""What may honestly be said about an order's way to the customer."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from domain.company import Order

Progress = Literal["overdue", "late", "noted", "noted_no_eta", "due", "no_eta"]


def progress(order: Order, today: date) -> Progress:
    """Late or not, with a courier's note or not, with an expected day or not."""
    if order.eta is not None and order.eta < today:
        return "overdue" if order.note else "late"
    if order.note:
        return "noted" if order.eta else "noted_no_eta"
    return "due" if order.eta else "no_eta"


def parcel_values(order: Order) -> dict[str, Any]:
    """The facts of a parcel, as far as the record has them. `parcel` is its courier and number."""
    known = {
        "order": order.id,
        "status": order.status,
        "parcel": " ".join(part for part in (order.courier, order.tracking) if part) or "–",
        "courier": order.courier,
        "tracking": order.tracking,
        "eta": order.eta,
        "placed": order.placed,
        "shipped": order.shipped,
        "delivered": order.delivered,
        "note": order.note,
    }
    return {name: value for name, value in known.items() if value is not None}
