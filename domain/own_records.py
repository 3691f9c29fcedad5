"""Which of the caller's own records a request is about, or the answer that says there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from domain.choosing import choose
from domain.company import Booking, Invoice, Order, Product
from domain.tooling import Declined, NeedsInput

_FINISHED = frozenset({"delivered", "cancelled", "refunded", "returned", "exchanged"})


def same(left: str | None, right: str | None) -> bool:
    """Whether two written values are the same but for case and outer spaces."""
    return (left or "").strip().casefold() == (right or "").strip().casefold()


def is_open(order: Order) -> bool:
    """Whether the order is still to be delivered."""
    return order.status not in _FINISHED


def holds(order: Order, sku: str) -> bool:
    """Whether the order has this product."""
    return any(same(line.sku, sku) for line in order.items)


def newest_first(orders: Iterable[Order]) -> list[Order]:
    """The latest order first, so that the likeliest is chosen and named first."""
    return sorted(orders, key=lambda one: (one.placed or date.min, one.id), reverse=True)


def own_order(
    mine: Sequence[Order],
    wanted: str | None,
    *,
    sku: str | None,
    eligible: Callable[[Order], bool],
    asked: bool,
    oldest: bool = False,
) -> Order | NeedsInput | Declined:
    """The order meant. A product that is in none of them leads to a question, then to a no."""
    ordered = newest_first(mine)
    if asked and oldest:
        # They were asked and did not say: propose the one that has waited longest; a confirmation shows it.
        ordered = ordered[::-1]
    found = choose(
        ordered,
        wanted,
        slot="order",
        eligible=eligible,
        fits=lambda one: sku is None or holds(one, sku),
        asked=asked,
    )
    if found is not None:
        return found
    if wanted is not None:
        return Declined("order.not_found", {"order": wanted})
    if not mine:
        return Declined("order.none")
    if asked:
        return Declined("order.no_such_item")
    fitting = [one.id for one in ordered if eligible(one)]
    return NeedsInput(("order",), tuple(fitting or [one.id for one in ordered]))


def own_invoice(
    mine: Sequence[Invoice], wanted: str | None, order: str | None, *, asked: bool
) -> Invoice | NeedsInput | Declined:
    """The invoice meant, by its own number, by its order, or because there is but one."""
    latest = sorted(mine, key=lambda one: (one.issued, one.id), reverse=True)
    found = choose(
        latest,
        wanted,
        slot="invoice",
        eligible=lambda _: True,
        fits=lambda one: order is None or same(one.order, order),
        asked=asked,
    )
    if found is not None:
        return found
    if wanted is not None:
        return Declined("invoice.not_found", {"invoice": wanted})
    if order is not None:
        return Declined("invoice.not_found_for_order", {"order": order})
    return Declined("invoice.none")


def own_booking(
    mine: Sequence[Booking], wanted: str | None, *, today: date, asked: bool
) -> Booking | NeedsInput | Declined:
    """The stay meant: the named one, or the only one that is still to come."""
    found = choose(
        sorted(mine, key=lambda one: (one.checkin, one.id)),
        wanted,
        slot="booking",
        eligible=lambda one: one.checkin >= today,
        asked=asked,
    )
    if found is not None:
        return found
    if wanted is not None:
        return Declined("booking.not_found", {"booking": wanted})
    return Declined("booking.none")


def find_product(products: Iterable[Product], sku: str | None) -> Product | None:
    """The product with this sku."""
    return next((one for one in products if same(one.sku, sku)), None)


def goods_of(order: Order, products: Iterable[Product], sku: str | None = None) -> list[Product]:
    """The products of an order, or only the one named."""
    wanted = [line.sku for line in order.items if sku is None or same(line.sku, sku)]
    return [one for one in products if one.sku in wanted]


def lines_price(order: Order, product: Product) -> Decimal:
    """What the lines with this product cost at its price; never more than the order."""
    pieces = sum(line.qty for line in order.items if same(line.sku, product.sku))
    return min(product.price_hkd * pieces, order.amount_hkd)


def item_names(order: Order, products: Iterable[Product], sku: str | None = None) -> dict[str, str]:
    """What the order is of, in Chinese and in English, for the sentences."""
    by_sku = {one.sku: one for one in products}
    chinese, english = [], []
    for line in order.items:
        if sku is not None and not same(line.sku, sku):
            continue
        product = by_sku.get(line.sku)
        times = f" ×{line.qty}" if line.qty > 1 else ""
        chinese.append((product.name_zh if product else line.sku) + times)
        english.append((product.name_en if product else line.sku) + times)
    return {"item_zh": "、".join(chinese), "item_en": ", ".join(english)}


def names(product: Product) -> dict[str, str]:
    """A product's two names, for the sentences."""
    return {"item_zh": product.name_zh, "item_en": product.name_en}
