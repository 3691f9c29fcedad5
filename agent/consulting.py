"""Asks the documents, and says what they answer in the customer's language and script."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

import structlog

from agent.state import AgentContext, TaskStep
from domain.casework import Citation
from domain.errors import ModelError, UpstreamError
from domain.language import to_script
from domain.tooling import Done
from retrieval.search import Hit, audiences

log = structlog.get_logger()

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_SENTENCE = 5  # words

SURE = 0.9  # from here on a document answers what was taken for something else


class DocumentsDown(Exception):
    """The documents could not be asked; that they say nothing is another matter."""


@dataclass(frozen=True)
class Found:
    """What answers. What is not `sure` is told as the nearest thing there is, with the offer to ask a person."""

    hit: Hit
    sure: bool

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Where it stands; of two passages that disagree, staff see both."""
        return (self.hit.citation, *self.hit.disagrees)

    @property
    def passage(self) -> str:
        return f"{self.hit.passage.section}\n{self.hit.passage.text}"


async def look_up(state: TaskStep, context: AgentContext, least: float = 0.0) -> Found | None:
    """What the documents say about a question; nothing where they are not sure enough, or not `least` sure.

    Raises:
        DocumentsDown: the index or the embedder does not answer.
    """
    readers, language = audiences(state.customer), state.conversation.language
    try:
        hits = await asyncio.to_thread(
            context.librarian.search, state.task.text, language, readers=readers
        )
    except (UpstreamError, ModelError) as fault:
        log.warning("documents_unavailable", cause=str(fault), turn_id=state.task.touched)
        raise DocumentsDown from fault
    if not context.librarian.confident(hits) or hits[0].score < least:
        return None
    return Found(hits[0], context.librarian.sure(hits))


async def look_aside(state: TaskStep, context: AgentContext) -> Found | None:
    """What the documents surely say about what was taken for something else; nothing while they are down."""
    try:
        return await look_up(state, context, least=SURE)
    except DocumentsDown:
        return None


def _in_both(text: str) -> bool:
    """Whether a passage says itself in Chinese and in English, as leaflets do."""
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    return latin >= _SENTENCE and 0.2 < han / max(han + latin, 1) < 0.85


async def tell(found: Found, state: TaskStep, context: AgentContext) -> Done:
    """The passage in the customer's language and script, or as it stands and with a word about that."""
    hit, language = found.hit, state.conversation.language
    written, said = hit.passage.language, "knowledge.answer" if found.sure else "knowledge.perhaps"
    values = {"passage": hit.answer, "title": hit.citation.title, "section": hit.citation.section}
    if (written == "en") != (language == "en") and not _in_both(hit.answer):
        translated = context.translator and await context.translator.translate(
            hit.answer,
            language,
            "customer",
            tenant=state.conversation.tenant,
            turn=state.task.touched,
        )
        if translated:
            said = "knowledge.translated" if found.sure else said
            return Done(said, values | {"passage": translated})
        return Done("knowledge.other_language", values)
    if language != "en" and (written == "zh-Hans") != (language == "zh-Hans"):
        values = {name: to_script(text, language) for name, text in values.items()}
    return Done("knowledge.newest" if hit.disagrees else said, values)
