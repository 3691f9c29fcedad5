"""Whose messages are let in: our own organisation's, and others' where the operator said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.dingtalk.members import word
from domain.errors import NotPermitted

_EXTERNAL = "NIGHTDESK_CHANNELS__DINGTALK__EXTERNAL"
_CORPS = "NIGHTDESK_CHANNELS__DINGTALK__ALLOWED_CORPS"


@dataclass(frozen=True)
class Trust:
    """`external` lets in anybody who can write to the bot; `corps`, if any, are the only organisations let in."""

    external: bool = False
    corps: frozenset[str] = frozenset()

    def admit_message(self, raw: Mapping[str, Any]) -> None:
        """Let a robot message in.

        Raises:
            NotPermitted: names the setting that keeps it out.
        """
        corp = word(raw, "senderCorpId")
        if self.corps:
            self._admit(corp)
        elif not self.external and (not corp or corp != word(raw, "chatbotCorpId")):
            raise NotPermitted(f"the sender is outside the bot's organisation; see {_EXTERNAL}")

    def admit_click(self, raw: Mapping[str, Any]) -> None:
        """Let a card callback in. It names one organisation only, so there is nothing to compare it with."""
        if self.corps:
            self._admit(word(raw, "corpId"))

    def _admit(self, corp: str) -> None:
        if corp not in self.corps:
            raise NotPermitted(f"the sender's organisation is not one of {_CORPS}")
