"""How a company sounds, and which of its sentences a model may put in other words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from domain.errors import ConfigurationError
from domain.language import Language
from support.fact_words import CONSENT
from support.numerals import plain
from support.replies import LANGUAGES

# Whatever a voice says: sentences about money that moves, identity, consent, apology, people and safety stay.
NEVER = frozenset(
    {
        "account", "ask", "button", "cancel_booking", "cancel_order", "check_balance", "confirm",
        "declined", "find_refund", "handover", "invoice", "refund_order", "said", "slot", "sympathy", "task",
        "undo", "topic.authentication", "topic.compensation_policy", "topic.complaint_policy", "topic.fraud",
        "topic.handover_policy", "topic.privacy_policy", "topic.refund_limit", "topic.safety_policy",
        "talk.bystander", "talk.injection", "talk.no_code_needed", "talk.failed", "talk.to_people",
        "talk.stale_button", "talk.bot", "knowledge.unknown",
    }
)  # fmt: skip
_APOLOGY = re.compile("对唔住|对不起|抱歉|不好意思|唔好意思|\\bsorry\\b|apolog|道歉", re.IGNORECASE)


@dataclass(frozen=True)
class Voice:
    """A brand's way of speaking, by language, and the sentences that may be reworded in it."""

    name: str
    manner: dict[Language, str]
    may_reword: tuple[str, ...]
    least_sentences: int = 1
    """Fewer free sentences than these are said as written, and cost no call."""

    @classmethod
    def read(cls, path: Path) -> Voice:
        """Read a file of `playbook/voices`.

        Raises:
            ConfigurationError: names what lacks, or the sentence that may never be reworded.
        """
        block = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        try:
            voice = cls(
                name=str(block["name"]),
                manner=dict(block["manner"]),
                may_reword=tuple(map(str, block["may_reword"])),
                least_sentences=int(block.get("least_sentences", 1)),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(
                f"{path.name}: a voice needs name, manner and may_reword"
            ) from error
        if lacking := [language for language in LANGUAGES if not voice.manner.get(language)]:
            raise ConfigurationError(f"{path.name}: no manner for {', '.join(lacking)}")
        if fixed := [key for key in voice.may_reword if _never(key)]:
            raise ConfigurationError(f"{path.name}: {', '.join(fixed)} may never be reworded")
        return voice

    def frees(self, key: str, text: str) -> bool:
        """May this sentence be reworded? An apology, a request or a consent in it keeps it as it is."""
        if _never(key) or not any(_within(key, one) for one in self.may_reword):
            return False
        said = plain(text)
        return not _APOLOGY.search(said) and not CONSENT.search(said)


def _never(key: str) -> bool:
    return any(_within(key, one) for one in NEVER)


def _within(key: str, family: str) -> bool:
    return key == family or key.startswith(f"{family}.")
