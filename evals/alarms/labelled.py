"""The labelled messages and conversations by which alarms, anger and wishes for a person are measured.

What is labelled is what a message means, whatever words it uses:

* `alarm`: something happened to this customer that a red alert or a person has to answer: damage, delay, danger,
  a loss to be made good, a complaint that is made, a charge in dispute, goods that never came or lack something,
  a code given away;
* `anger`: rage, insults or bitter mockery at the company;
* `person`: the wish to deal with a human being.

A message with none of them is a negative, and most negatives are hard: denied, quoted, asked in general, supposed,
settled long ago, said of other shops, praise and jokes in alarm words. What a tool settles by itself (a wrong
colour, a device that stays off, a refund to be chased) is left out: either answer to it would be right.

Both files hold the same number of each kind in each language. They were drawn at random over the place of a
message in its language's list, so that a message and its like in another language stand in the same half. `train`
may be learnt from; of `held` only totals are ever printed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

FOLDER = Path(__file__).parent
Meaning = Literal["alarm", "anger", "person"]
Half = Literal["train", "held"]
Tongue = Literal["yue", "zh-Hant", "zh-Hans", "en", "mix"]
MEANINGS: tuple[Meaning, ...] = ("alarm", "anger", "person")
TONGUES: tuple[Tongue, ...] = ("yue", "zh-Hant", "zh-Hans", "en", "mix")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Turn(_Strict):
    """One message of a customer, and what it means."""

    text: str = Field(min_length=1)
    means: frozenset[Meaning] = frozenset()


class Utterance(Turn):
    """A message that stands alone. `kind` says which incident it is, or why it is none."""

    language: Tongue
    kind: str


class Talk(_Strict):
    """What one customer writes in a conversation, turn by turn."""

    language: Tongue
    kind: str
    turns: tuple[Turn, ...] = Field(min_length=2, max_length=5)

    @property
    def means(self) -> frozenset[Meaning]:
        """Everything that has to be raised by the end of it."""
        return frozenset(meaning for turn in self.turns for meaning in turn.means)


class Labelled(_Strict):
    """One half of the set."""

    utterances: tuple[Utterance, ...]
    conversations: tuple[Talk, ...]

    @property
    def texts(self) -> list[str]:
        """Every message of this half."""
        alone = [one.text for one in self.utterances]
        return alone + [turn.text for talk in self.conversations for turn in talk.turns]


def read_half(half: Half) -> Labelled:
    """One half of the set, as it is committed."""
    document = yaml.safe_load((FOLDER / f"{half}.yaml").read_text(encoding="utf-8"))
    return Labelled.model_validate(document)
