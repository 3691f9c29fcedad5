"""The offline reader: a message, read against the open tasks, becomes a list of tasks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from domain.conversation import Task
from domain.reading import Reading, ReadingContext
from understanding.certainty import certainty
from understanding.identifiers import CompanyWords
from understanding.models import Models
from understanding.normalise import clean
from understanding.readings import own, talk, unlikely
from understanding.settling import Settler
from understanding.talk import attachment
from understanding.utterance import Utterance, take_apart


@dataclass(frozen=True)
class Read:
    """A reading, and the message taken apart that it came from; none when nothing was said in words.

    `unread` is what the reading says about a part of the message that is no text.
    """

    reading: Reading
    utterance: Utterance | None = None
    unread: tuple[Task, ...] = ()


class EmbeddedReader:
    """Implements `Reader` without a language model."""

    def __init__(self, models: Models, words: CompanyWords, settler: Settler) -> None:
        self._models = models
        self._words = words
        self._settler = settler

    async def read(self, text: str, context: ReadingContext) -> Reading:
        """The tasks of a message: new ones, and waiting ones that it moved."""
        return (await self.examine(text, context)).reading

    async def examine(self, text: str, context: ReadingContext) -> Read:
        """The same, with how the message was taken apart and how sure the reading is."""
        return await asyncio.to_thread(self._examine, text, context)

    def _examine(self, text: str, context: ReadingContext) -> Read:
        note, plain = attachment(clean(text))
        unread = (talk("talk.cannot_read"),) if note else ()
        if not plain:
            return Read(Reading(unread))
        utterance = take_apart(plain, self._models, self._words, own(context), unlikely(context))
        reading = self._settler.settle(utterance, context)
        sure = certainty(utterance, reading, context)
        tasks = (*unread, *reading.tasks)
        return Read(replace(reading, tasks=tasks, confidence=sure), utterance, unread)
