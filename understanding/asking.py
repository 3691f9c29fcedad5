"""What a model is asked about a message: the same instructions each time, few tools, few examples, what is open.

The prompt does not grow with the conversation or with the number of tools: the likeliest tools only, the open
tasks, and what was spoken of last. Personal data is masked on the way in; code finds those values itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel
from sklearn.feature_extraction.text import HashingVectorizer

from domain.conversation import OUT_OF_SCOPE, SMALLTALK, Task
from domain.models import Function, Line, Prompt
from domain.reading import ReadingContext
from security.masking import mask
from understanding.examples import QUESTION, Example
from understanding.lexicon import Lexicon

TOOLS = 8  # the likeliest ones; more would make every prompt longer and the choice harder
EXAMPLES = 6
RECORDS = 6
OPEN = 5
QUOTE = "quote"
_QUOTE = {"type": "string", "description": "The customer's own words of this one request, copied."}
_MARK = re.compile(
    r"<(/?)message>", re.IGNORECASE
)  # a customer may not close, or open, what they wrote in
_HIDDEN = frozenset({"otp", "text"})  # read by code alone
_TALK = (
    (QUESTION, "A general question about rules, delivery, shops, opening hours or how-to."),
    (SMALLTALK, "A greeting, thanks, goodbye or a remark that asks for nothing."),
    (OUT_OF_SCOPE, "Something that a customer service of this company has nothing to do with."),
)


@dataclass(frozen=True)
class Asked:
    """One tool as the model is shown it."""

    name: str
    description: str
    request: type[BaseModel]

    def function(self) -> Function:
        """Its slots as nullable strings: a slot that must be filled gets filled, with something made up."""
        slots = {
            name: {"type": ["string", "null"], "description": field.description or name}
            for name, field in self.request.model_fields.items()
            if name not in _HIDDEN
        }
        return Function(self.name, self.description, _schema(slots))


def _schema(slots: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {QUOTE: _QUOTE, **slots}, "required": [QUOTE]}


class Asking:
    """Builds the prompt of the reader.

    Args:
        instructions: the text of the prompt file, and `source`, its name and version.
        tools: every tool; which of them are shown depends on the message.
        examples: utterances with a gap where an identifier would stand.
    """

    def __init__(
        self,
        instructions: str,
        source: str,
        tools: Sequence[Asked],
        examples: Sequence[Example],
        lexicon: Lexicon,
    ) -> None:
        self._instructions = instructions
        self._source = source
        self._tools = frozenset(one.name for one in tools)
        self._functions = {one.name: one.function() for one in tools}
        self._functions |= {name: Function(name, about, _schema({})) for name, about in _TALK}
        self._examples = list(examples)
        self._lexicon = lexicon
        self._grams = HashingVectorizer(
            analyzer="char", ngram_range=(1, 3), n_features=2**16, alternate_sign=False, norm="l2"
        )
        self._rows = self._grams.transform([lexicon.plain(one.text) for one in self._examples])

    def prompt(
        self, text: str, context: ReadingContext, likely: Sequence[str], *, tenant: str, turn: str
    ) -> Prompt:
        """The prompt for one message; `likely` are labels, the likeliest first."""
        shown = self._shown(context, likely)
        return Prompt(
            role="understand",
            system=self._instructions,
            lines=(Line("user", self._about(text, context, shown)),),
            functions=tuple(self._functions[name] for name in shown),
            source=self._source,
            tenant=tenant,
            turn=turn,
            max_tokens=400,
            about=tuple(name for name in likely if name in self._tools)[:1],
        )

    def _shown(self, context: ReadingContext, likely: Sequence[str]) -> list[str]:
        """Names of the functions, in a fixed order, so that the same ones make the same prompt."""
        talk = [name for name, _ in _TALK]
        open_kinds = [task.kind for task in _waiting(context)]
        tools = [name for name in (*open_kinds, *likely) if name in self._functions]
        chosen = list(dict.fromkeys(name for name in tools if name not in talk))[:TOOLS]
        return [*sorted(chosen), *talk]

    def _about(self, text: str, context: ReadingContext, shown: Sequence[str]) -> str:
        parts = [
            f"Now: {context.now:%Y-%m-%d %A}",
            _records(context),
            *(_open(task) for task in _waiting(context)),
            *self._similar(text, shown),
            "<message>",
            _MARK.sub(r"(\1message)", mask(text)),
            "</message>",
        ]
        return "\n".join(part for part in parts if part)

    def _similar(self, text: str, shown: Sequence[str]) -> list[str]:
        """The most similar examples of what is shown, one of a label at first."""
        row = self._grams.transform([self._lexicon.plain(text)])
        likeness = np.asarray((self._rows @ row.T).todense()).ravel()
        best: list[Example] = []
        for at in np.argsort(-likeness, kind="stable")[: 20 * EXAMPLES]:
            one = self._examples[at]
            if one.label in shown and sum(b.label == one.label for b in best) < 2:
                best.append(one)
            if len(best) == EXAMPLES:
                break
        return [
            "Similar messages:",
            *(f"- {json.dumps(b.text, ensure_ascii=False)} → {b.label}" for b in best),
        ]


def _records(context: ReadingContext) -> str:
    """The customer's own ids, the ones spoken of last first."""
    records = context.records
    groups = (records.orders, records.invoices, records.bookings, records.accounts)
    ids = [*context.focus.values(), *(one.id for group in groups for one in group)]
    return "The customer's records: " + (", ".join(list(dict.fromkeys(ids))[:RECORDS]) or "none")


def _waiting(context: ReadingContext) -> list[Task]:
    """What the customer was asked about last."""
    waiting = ("awaiting_customer", "on_hold")
    return [task for task in context.tasks if task.status in waiting][-OPEN:]


def _open(task: Task) -> str:
    slots = mask(", ".join(f"{name}={value}" for name, value in task.slots.items()))
    waits = f"asked for {', '.join(task.missing)}" if task.missing else "waits for a yes"
    return f"Open: {task.kind} ({slots}), {waits}"
