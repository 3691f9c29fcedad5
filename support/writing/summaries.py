"""Sums up a conversation for memory and for the person who takes over; ids, promises and facts stay pinned."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import structlog
from prometheus_client import Counter

from domain.errors import ModelError
from domain.language import Language
from domain.models import Model
from security.masking import mask
from support.facts import asks_more, bared, promises, turned, unsupported
from support.writing.form import misshapen
from support.writing.wording import Wording

log = structlog.get_logger()
_REJECTED = Counter("nightdesk_summary_rejected", "Summaries that were not used", ["reason"])
_LONGEST = 900
_LINE = 160
_LONGEST_LINE, _MARGIN = 1_000, 200
_LAST = 6
_CUSTOMER = re.compile(
    r"客人|客戶|客户|顧客|顾客|用戶|用户|\bcustomer|\bclient|\bguest", re.IGNORECASE
)
_SENTENCES = re.compile(r"(?<=[。！？!?\n])|(?<=\.)\s")


@dataclass(frozen=True)
class Said:
    """One line of a conversation."""

    who: Literal["customer", "assistant"]
    text: str


class Summariser:
    """A model that shortens; without one, or when its text does not hold, the words themselves are quoted."""

    def __init__(self, model: Model | None, wording: Wording) -> None:
        self._model = model
        self._wording = wording

    async def sum_up(
        self,
        entries: Sequence[Said],
        pins: Sequence[str],
        language: Language,
        *,
        known: tuple[str, ...] = (),
        tenant: str = "",
        turn: str = "",
    ) -> str:
        """What happened, with the pinned facts above it as they were pinned.

        `known` are the customer's own values on file; they are masked before anything is read or shown.
        """
        hidden = [Said(one.who, _hidden(one.text, known)) for one in entries if one.text.strip()]
        text = await self._worded(hidden, language, tenant, turn) if hidden else None
        # The model never sees the pins, so it cannot change them.
        return "\n".join([*(f"- {pin}" for pin in pins), text or extract(hidden)]).strip()

    async def _worded(
        self, entries: Sequence[Said], language: Language, tenant: str, turn: str
    ) -> str | None:
        if self._model is None:
            return None
        lines = "\n".join(f"{one.who}: {one.text}" for one in entries)
        prompt = self._wording.prompt(
            tenant=tenant, turn=turn, max_tokens=500, language=language, entries=lines
        )
        try:
            answer = await self._model.complete(prompt)
        except ModelError as error:
            _REJECTED.labels(error.code).inc()
            return None
        text = answer.text.strip()
        reasons = _objections(text, entries, language, self._wording.system)
        for reason in reasons:
            _REJECTED.labels(reason).inc()
        if reasons or answer.calls:
            log.info("summary_rejected", reasons=reasons, turn_id=turn)
            return None
        return text


def _hidden(text: str, known: tuple[str, ...]) -> str:
    """The beginning of a line, masked before it is cut, so that half a number is not taken for none."""
    return mask(text[: _LONGEST_LINE + _MARGIN], known=known)[:_LONGEST_LINE]


def extract(entries: Sequence[Said]) -> str:
    """The first words of the customer and the latest of both, as they were said."""
    first = next((one for one in entries if one.who == "customer"), None)
    latest = list(entries[-_LAST:])
    chosen = latest if first is None or first in latest else [first, *latest]
    return "\n".join(f"{one.who}: {_cut(one.text)}" for one in chosen)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LINE else f"{line[: _LINE - 1]}…"


def _objections(text: str, entries: Sequence[Said], language: Language, system: str) -> list[str]:
    if len(text) > _LONGEST:
        return ["length"]
    source = "\n".join(one.text for one in entries)
    ours = "\n".join(one.text for one in entries if one.who == "assistant")
    attributed = "".join(one for one in _SENTENCES.split(text) if not _CUSTOMER.search(one))
    checks = {
        "unsupported": bool(unsupported(text, f"{source}\ncustomer 客人")),
        # What a customer claims was promised is a claim, and has to be told as one.
        "claim": bool(promises(attributed) - promises(ours)),
        "condition": bool(bared(text, ours)),
        "turned": bool(turned(text, source)),
        "question": asks_more(text, source),
    }
    form = misshapen(text, source, language, system)
    return form + [reason for reason, wrong in checks.items() if wrong]
