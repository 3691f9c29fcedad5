"""Asks the documents, and says what they answer in the customer's language and script."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import structlog

from agent.state import AgentContext, TaskStep
from domain.casework import Citation
from domain.errors import ModelError, UpstreamError
from domain.language import to_script
from domain.tooling import Done
from retrieval.search import Hit, audiences

log = structlog.get_logger()

_UNSURE = {"knowledge.answer": "knowledge.perhaps", "knowledge.translated": "knowledge.perhaps"}
SURE = 0.9  # from here on a document answers what was taken for something else


@dataclass(frozen=True)
class Consulted:
    """What the documents answer, and where it stands: of two that disagree, staff see both.

    What is not `sure` is told as the nearest thing there is, with the offer to ask a person.
    """

    done: Done
    citations: tuple[Citation, ...]
    passage: str
    sure: bool


async def consult(state: TaskStep, context: AgentContext, least: float = 0.0) -> Consulted | None:
    """What the documents say about a question; nothing where they are not sure enough, or not `least` sure."""
    readers, language = audiences(state.customer), state.conversation.language
    try:
        hits = await asyncio.to_thread(
            context.librarian.search, state.task.text, language, readers=readers
        )
    except (UpstreamError, ModelError) as fault:
        # Orders, refunds and rules do not wait for an index or an embedder that is down.
        log.warning("documents_unavailable", cause=str(fault), turn_id=state.task.touched)
        return None
    if not context.librarian.confident(hits) or hits[0].score < least:
        return None
    best, sure = hits[0], context.librarian.sure(hits)
    done = await _told(best, state, context)
    return Consulted(
        done=done if sure else replace(done, reply=_UNSURE.get(done.reply, done.reply)),
        citations=(best.citation, *best.disagrees),
        passage=f"{best.passage.section}\n{best.passage.text}",
        sure=sure,
    )


async def _told(hit: Hit, state: TaskStep, context: AgentContext) -> Done:
    """The passage in the customer's language and script, or as it stands and with a word about that."""
    language, written = state.conversation.language, hit.passage.language
    values = {"passage": hit.answer, "title": hit.citation.title, "section": hit.citation.section}
    if (written == "en") != (language == "en"):
        translated = context.translator and await context.translator.translate(
            hit.answer,
            language,
            "customer",
            tenant=state.conversation.tenant,
            turn=state.task.touched,
        )
        if translated:
            return Done("knowledge.translated", values | {"passage": translated})
        return Done("knowledge.other_language", values)
    if written != "en" and (written == "zh-Hans") != (language == "zh-Hans"):
        values = {name: to_script(text, language) for name, text in values.items()}
    return Done("knowledge.newest" if hit.disagrees else "knowledge.answer", values)
