"""The company's rules as numbers, hours and lists, read from its rules data; none is a constant of ours."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ConfigDict, Field, field_validator

from domain.company import Record

_SPAN = re.compile(r"^\s*(\d+)\s*(?:-\s*(\d+)|\+)?\s*$")


class Rule(Record):
    """A group of rules; what we have no field for stays readable as text."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)


class ReturnRule(Rule):
    """When goods may come back besides the general window."""

    wrong_or_damaged_days: int | None = None
    hygiene_items: str | None = None
    battery_damaged: str | None = None


class ExchangeRule(Rule):
    """When goods may be swapped."""

    window_days: int | None = None
    target_in_stock: bool = True


class RefundRule(Rule):
    """How money goes back, and in how many working days."""

    method: str | None = None
    working_days: str | None = None


class StatusRule(Rule):
    """Which order statuses still allow a change."""

    statuses: list[str] = Field(default_factory=lambda: ["pending", "processing"])


class InvoiceRule(Rule):
    """What of an invoice may change, and for how long."""

    fields: list[str] = Field(default_factory=list)
    edit_days_after_issue: int | None = None


class QuoteRule(Rule):
    """How long a quotation holds."""

    valid_days: int | None = None


class Hours(Rule):
    """Opening hours. `human_open` and `store` map days or shops to `HH:MM-HH:MM`."""

    human: str | None = None
    human_open: dict[str, str | None] = Field(default_factory=dict)
    public_holidays: list[date] = Field(default_factory=list)
    ai: str | None = None
    store: dict[str, Any] = Field(default_factory=dict)

    @field_validator("public_holidays", "human_open", "store", mode="before")
    @classmethod
    def _absent(cls, value: Any, info: Any) -> Any:
        return ([] if info.field_name == "public_holidays" else {}) if value is None else value


class HotelRule(Rule):
    """The deadline for changing a stay, and what a booking needs."""

    free_change_hours_before_checkin: int | None = None
    checkin_time: str = "15:00"
    needs: list[str] = Field(default_factory=lambda: ["room", "checkin", "nights", "guests"])


class ExpediteRule(Rule):
    """How often a delivery may be chased."""

    per_order_per_day: int | None = None


class AuthenticationRule(Rule):
    """What needs a one-time code, and how many tries there are."""

    needed_for: list[str] = Field(default_factory=list)
    attempts: int = 3


class WeatherRule(Rule):
    """Which signals stop deliveries and shops."""

    signals: list[str] = Field(default_factory=list)
    resumes_hours_after_signal_ends: int | None = None


class PrivacyRule(Rule):
    """Personal-data requests and the days in which they are answered."""

    requests: list[str] = Field(default_factory=list)
    answer_within_days: int | None = None


class EscalationLine(Record):
    """What follows from one kind of event; the first line that fits decides."""

    when: str
    red_alert: str
    priority: str
    handover: str
    reason: list[str] = Field(default_factory=list)

    @field_validator("red_alert", "handover", mode="before")
    @classmethod
    def _words(cls, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class Policies(Rule):
    """All rules of one company. A rule that the company does not have is empty, and nobody claims it."""

    return_window_days: int
    return_rule: ReturnRule = Field(default_factory=ReturnRule)
    exchange_rule: ExchangeRule = Field(default_factory=ExchangeRule)
    refund_auto_limit_hkd: dict[str, Decimal]
    refund_rule: RefundRule = Field(default_factory=RefundRule)
    cancel_rule: StatusRule = Field(default_factory=StatusRule)
    address_rule: StatusRule = Field(default_factory=StatusRule)
    invoice_rule: InvoiceRule = Field(default_factory=InvoiceRule)
    bulk_discount: dict[str, Decimal] = Field(default_factory=dict)
    quote_rule: QuoteRule = Field(default_factory=QuoteRule)
    hours: Hours = Field(default_factory=Hours)
    hotel_rule: HotelRule = Field(default_factory=HotelRule)
    expedite_rule: ExpediteRule = Field(default_factory=ExpediteRule)
    authentication: AuthenticationRule = Field(default_factory=AuthenticationRule)
    weather_rule: WeatherRule = Field(default_factory=WeatherRule)
    privacy_rule: PrivacyRule = Field(default_factory=PrivacyRule)
    safety_rule: str | None = None
    fraud_rule: str | None = None
    warranty: str | None = None
    shipping: dict[str, str] = Field(default_factory=dict)
    payment: list[str] = Field(default_factory=list)
    escalation: list[EscalationLine] = Field(default_factory=list)

    @field_validator("bulk_discount")
    @classmethod
    def _spans(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        for span in value:
            if _SPAN.match(span) is None:
                raise ValueError(
                    f"bulk_discount: {span!r} is no quantity range; write '10-49' or '50+'"
                )
        return value

    def refund_limit(self, tier: str | None) -> Decimal:
        """HKD that may be refunded without approval; a tier that is not listed has the limit of none."""
        limits = self.refund_auto_limit_hkd
        return limits.get(tier or "none", limits.get("none", Decimal(0)))

    def discount(self, quantity: int) -> Decimal:
        """Share taken off for this many pieces (0.04 is 4 %)."""
        best = Decimal(0)
        for span, share in self.bulk_discount.items():
            low, high = span_bounds(span)
            if quantity >= low and (high is None or quantity <= high):
                best = max(best, share)
        return best


def span_bounds(span: str) -> tuple[int, int | None]:
    """`10-49` is (10, 49), `50+` is (50, None), `20` is (20, 20)."""
    match = _SPAN.match(span)
    if match is None:
        raise ValueError(f"{span!r} is no quantity range; write '10-49' or '50+'")
    low = int(match[1])
    if match[2]:
        return low, int(match[2])
    return low, None if "+" in span else low
