"""Words the free sentences of a reply in the brand's voice; what a checker does not pass is said as written.

Two ways to have it. `write` returns the whole text, checked as a whole before anything is shown, because a wrong
amount cannot be taken back. `pieces` hands out sentences while the model still writes: a sentence leaves only
when everything said up to it is supported and nothing in it was stripped of its condition. What a sentence says
can be judged at once, what it leaves out only at the end; so sentences that say no or ask something wait for the
whole, and true sentences whose facts were not said by the end follow as they are written in the playbook.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass

import structlog
from prometheus_client import Counter

from domain.errors import InvalidModelOutput, ModelError
from domain.language import Language
from domain.models import Model, Prompt
from security.masking import mask
from support.facts import asks_less, missing, negation_lost
from support.writing.checking import begun, objections
from support.writing.form import keeps_to, too_long
from support.writing.voice import Voice
from support.writing.wording import Wording

log = structlog.get_logger()
_REJECTED = Counter("nightdesk_draft_rejected", "Drafts of a model that were not shown", ["reason"])
_SENTENCE = re.compile(r".*?(?:[。！？!?]+[」』”\"'）)]*(?=.)|\.(?=\s)|\n)", re.DOTALL)
_LONGEST_WORDS = 600  # of the customer's message; more does not change the tone


@dataclass(frozen=True)
class Draft:
    """What is to be worded: the true sentences, and the words they answer. `known` is on file and masked.

    `about` are the kinds of task that the sentences tell of: what stands before the first dot of their keys.
    """

    lines: tuple[str, ...]
    said: str
    language: Language
    tenant: str = ""
    turn: str = ""
    known: tuple[str, ...] = ()
    about: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Writer:
    """A model that words what is true. Without a model every sentence is said as written."""

    def __init__(self, model: Model | None, wording: Wording, voice: Voice) -> None:
        self._model = model
        self._wording = wording
        self._voice = voice

    def frees(self, key: str, text: str, known: Iterable[str] = ()) -> bool:
        """May this sentence be given to the model? Never with personal data in it."""
        free = self._model is not None and self._voice.frees(key, text)
        return free and mask(text, known=known) == text

    def worth(self, sentences: int) -> bool:
        """Are so many sentences worth a call?"""
        return sentences >= self._voice.least_sentences

    async def write(self, draft: Draft) -> str:
        """The sentences in the brand's voice, or as written when the model's text does not hold."""
        if self._model is None or not draft.lines:
            return draft.text
        try:
            answer = await self._model.complete(self._prompt(draft))
        except ModelError as error:
            return _as_written(draft, [error.code])
        text = answer.text.strip()
        reasons = objections(text, draft.text, draft.language, self._wording.system)
        if answer.calls:
            reasons.append("call")
        return _as_written(draft, reasons) if reasons else text

    async def pieces(self, draft: Draft) -> AsyncGenerator[str, None]:
        """Checked sentences as they are completed; together they say all that `draft.lines` say."""
        shown = gap = ""
        if self._model is not None and draft.lines:
            async with aclosing(self._sentences(self._model, draft)) as sentences:
                async for sentence in sentences:
                    piece = (gap + sentence).rstrip()
                    gap = (gap + sentence)[len(piece) :]  # told with what follows, if anything does
                    shown += piece
                    yield piece
        for line in draft.lines:
            if not _covered(line, shown):
                piece = f"\n{line}" if shown else line
                shown += piece
                yield piece

    async def _sentences(self, model: Model, draft: Draft) -> AsyncGenerator[str, None]:
        """Sentences that may be shown, until one may not."""
        # What a "no" or a question belongs to shows only in the whole.
        whole = negation_lost("", draft.text) or asks_less("", draft.text)
        shown, rest = "", ""
        try:
            async with aclosing(_texts(model, self._prompt(draft))) as texts:
                async for text in texts:
                    rest = rest + text if shown else (rest + text).lstrip()
                    while not whole and (found := _SENTENCE.match(rest)):
                        if _rejected(draft, self._faults(shown + found[0], draft)):
                            return
                        shown, rest = shown + found[0], rest[found.end() :]
                        yield found[0]
                    if too_long(shown + rest, draft.text) and _rejected(draft, ["length"]):
                        return
        except ModelError as error:
            _rejected(draft, [error.code])
            return
        check = objections if whole else begun
        faults = check((shown + rest).strip(), draft.text, draft.language, self._wording.system)
        if rest.strip() and not _rejected(draft, faults):
            yield rest.rstrip()

    def _faults(self, text: str, draft: Draft) -> list[str]:
        if not text.strip():
            return []
        return begun(text.strip(), draft.text, draft.language, self._wording.system)

    def _prompt(self, draft: Draft) -> Prompt:
        return self._wording.prompt(
            tenant=draft.tenant,
            turn=draft.turn,
            max_tokens=200 + 2 * len(draft.text),
            about=draft.about,
            language=draft.language,
            voice=self._voice.manner[draft.language],
            said=mask(draft.said[:_LONGEST_WORDS], known=draft.known),
            draft=draft.text,
        )


async def _texts(model: Model, prompt: Prompt) -> AsyncGenerator[str, None]:
    """The text of a stream. A call is no wording; the model's end of the line is closed with ours."""
    stream = model.stream(prompt)
    try:
        async for piece in stream:
            if isinstance(piece, str):
                yield piece
            elif piece.calls:
                raise InvalidModelOutput("a function was called where a wording was asked for")
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


def _as_written(draft: Draft, reasons: list[str]) -> str:
    _rejected(draft, reasons)
    return draft.text


def _rejected(draft: Draft, reasons: Iterable[str]) -> bool:
    """Count the reasons; whether there were any."""
    found = list(dict.fromkeys(reasons))
    for reason in found:
        _REJECTED.labels(reason).inc()
    if found:
        log.info("draft_rejected", reasons=found, turn_id=draft.turn)
    return bool(found)


def _covered(line: str, shown: str) -> bool:
    """Was this sentence said already, in whatever words?"""
    return bool(shown) and not missing(shown, line) and keeps_to(shown, line)
