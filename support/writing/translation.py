"""Translates between a customer and the staff; where a translation is doubtful, the original is shown."""

from __future__ import annotations

from typing import Literal

import structlog
from prometheus_client import Counter

from domain.errors import ModelError
from domain.language import Language
from domain.models import Model
from security.masking import mask
from support.facts import hard, promises
from support.found_facts import find, negations
from support.writing.form import misshapen
from support.writing.wording import Wording

log = structlog.get_logger()
_REJECTED = Counter("nightdesk_translation_rejected", "Translations not shown", ["reason"])
# Promises with words that are plain in every language; the others shift in any honest translation.
HELD = frozenset(
    {
        "refund", "compensate", "guarantee", "free", "discount", "waive", "cancel", "approve",
        "exchange", "resend", "upgrade", "extend", "secret", "points",
    }
)  # fmt: skip
_WIDER = 6  # a Chinese character takes up to so many English letters


class Translator:
    """A model that translates; figures, ids, days and promises must be the same on both sides."""

    def __init__(self, model: Model | None, wording: Wording) -> None:
        self._model = model
        self._wording = wording

    async def translate(
        self,
        text: str,
        to: Language,
        reader: Literal["customer", "staff"],
        *,
        known: tuple[str, ...] = (),
        tenant: str = "",
        turn: str = "",
    ) -> str | None:
        """The text in another language, or None: then show the original.

        Staff see placeholders where personal data stood. To a customer nothing is sent with holes in it.
        """
        hidden = mask(text, known=known)
        if self._model is None or not text.strip() or (reader == "customer" and hidden != text):
            return None
        prompt = self._wording.prompt(
            tenant=tenant, turn=turn, max_tokens=200 + 3 * len(text), language=to, text=hidden
        )
        try:
            answer = await self._model.complete(prompt)
        except ModelError as error:
            _REJECTED.labels(error.code).inc()
            return None
        reasons = differences(answer.text.strip(), hidden, to, self._wording.system)
        for reason in reasons:
            _REJECTED.labels(reason).inc()
        if reasons or answer.calls:
            log.info("translation_rejected", reasons=reasons, turn_id=turn)
            return None
        return answer.text.strip()


def differences(translation: str, original: str, to: Language, system: str = "") -> list[str]:
    """Why a translation may not be shown; empty when it says the same."""
    if len(translation) > _WIDER * len(original) + 80:
        return ["length"]
    form = misshapen(translation, original, to, system)
    reasons = [reason for reason in form if reason not in ("length", "language")]
    checks = {
        "language": "language" in misshapen(translation, _names(original, to), to),
        "figures": set(hard(translation)) != set(hard(original)),
        "weekday": not _weekdays(translation) <= _weekdays(original),
        "promises": _held(translation) != _held(original),
        "negation": bool(negations(translation)) != bool(negations(original)),
    }
    return reasons + [reason for reason, wrong in checks.items() if wrong]


def _names(original: str, to: Language) -> str:
    """What of the original may stand in the translation: Latin names and ids, never its Chinese."""
    return original if to != "en" else "".join(char for char in original if char.isascii())


def _held(text: str) -> set[str]:
    return {one for one in promises(text) if one.removeprefix("not ") in HELD}


def _weekdays(text: str) -> set[str]:
    return {fact.value for fact in find(text) if fact.kind == "weekday"}
