"""Decides whether a model's draft may be shown instead of the true sentences, and says why not."""

from __future__ import annotations

from domain.language import Language
from support.facts import (
    asks_less,
    asks_more,
    bared,
    missing,
    negation_added,
    negation_lost,
    strays,
    turned,
    unsupported,
)
from support.writing.form import keeps_to, misshapen, too_long


def objections(draft: str, template: str, language: Language, system: str = "") -> list[str]:
    """Every reason against a whole draft, as short names; empty when it may be shown."""
    if too_long(draft, template):
        return ["length"]
    reasons = begun(draft, template, language, system)
    if missing(draft, template):
        reasons.append("missing")
    if negation_lost(draft, template) and "negation" not in reasons:
        reasons.append("negation")
    if asks_less(draft, template):
        reasons.append("question")
    return reasons


def begun(draft: str, template: str, language: Language, system: str = "") -> list[str]:
    """Reasons against the beginning of a draft, which more sentences could not mend."""
    if too_long(draft, template):
        return ["length"]  # and no time is spent on the rest
    reasons = misshapen(draft, template, language, system)
    checks = {
        "unsupported": bool(unsupported(draft, template)),
        "condition": bool(bared(draft, template)),
        "turned": bool(turned(draft, template)),
        "negation": negation_added(draft, template),
        "question": asks_more(draft, template),
        "astray": bool(strays(draft, template)) or not keeps_to(draft, template),
    }
    return reasons + [reason for reason, wrong in checks.items() if wrong]
