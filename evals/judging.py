"""Asks a language model whether a reply is what a golden conversation states; asked last of all graders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import BaseModel, BeforeValidator, ValidationError

from agent.prompts.loader import load
from domain.errors import ConfigurationError, InvalidModelOutput, ModelError
from domain.models import Completion, Function, Model, Prompt
from security.masking import mask
from support.writing.wording import Wording

VERDICTS = "verdicts"
CANNOT_TELL = "cannot tell"
_HOLDS = {"true": True, "false": False, CANNOT_TELL: None}
_LONGEST_REPLY = 4000  # characters; the other graders refuse a longer one
_LONGEST_MESSAGE = 1500
_LONGEST_REASON = 160

FUNCTION = Function(
    VERDICTS,
    "Give the verdict on every statement.",
    {
        "type": "object",
        "properties": {
            VERDICTS: {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "number": {"type": "integer", "description": "Number of the statement."},
                        "reason": {"type": "string", "description": "One short sentence."},
                        "verdict": {"type": "string", "enum": list(_HOLDS)},
                    },
                    "required": ["number", "reason", "verdict"],
                },
            }
        },
        "required": [VERDICTS],
    },
)


@dataclass(frozen=True)
class Verdict:
    """What the judge says of one statement; `holds` is None where it cannot tell, or said nothing usable."""

    statement: str
    holds: bool | None
    reason: str = ""


class _Entry(BaseModel):
    """One verdict as a model writes it; some write a truth value where a word is asked for."""

    number: int
    verdict: Annotated[
        Literal["true", "false", "cannot tell"],
        BeforeValidator(lambda value: str(value).strip().lower()),
    ]
    reason: str | None = None


class Judge:
    """A model that decides on statements about replies, with one call a reply."""

    def __init__(self, model: Model, wording: Wording) -> None:
        self._model = model
        self._wording = wording

    @classmethod
    def open(cls, model: Model | None) -> Judge:
        """The judge with its prompt.

        Raises:
            ConfigurationError: no model is set, or the prompt file is wrong.
        """
        if model is None:
            raise ConfigurationError(
                "the judge needs a language model: set NIGHTDESK_MODEL, or NIGHTDESK_MODELS__JUDGE__USE beside it"
                " for a model of its own, then try it with `nightdesk doctor`"
            )
        return cls(model, load("judge"))

    async def verdicts(
        self,
        statements: Sequence[str],
        *,
        said: str,
        reply: str,
        known: Iterable[str] = (),
        tenant: str = "",
    ) -> list[Verdict]:
        """One verdict for each statement. A judge that fails leaves them undecided: it never fails a reply.

        `known` are the customer's own values on file; they are masked before the model sees anything.
        """
        prompt = self._prompt(statements, said, reply, tuple(known), tenant)
        try:
            found = _entries(await self._model.complete(prompt))
        except ModelError as error:
            return [Verdict(one, None, error.code) for one in statements]
        return [_verdict(one, number, found) for number, one in enumerate(statements, 1)]

    def _prompt(
        self,
        statements: Sequence[str],
        said: str,
        reply: str,
        known: tuple[str, ...],
        tenant: str,
    ) -> Prompt:
        prompt = self._wording.prompt(
            tenant=tenant,
            turn=f"judge-{uuid4().hex}",  # not the turn that is judged, whose calls have a limit
            max_tokens=200 + 100 * len(statements),
            said=mask(said[:_LONGEST_MESSAGE], known=known),
            reply=mask(reply[:_LONGEST_REPLY], known=known),
            statements="\n".join(f"{n}. {one}" for n, one in enumerate(statements, 1)),
        )
        return replace(prompt, functions=(FUNCTION,))


def _entries(completion: Completion) -> list[_Entry]:
    """What the model wrote and can be read.

    Raises:
        InvalidModelOutput: it did not call the function.
    """
    calls = [one for one in completion.calls if one.name == VERDICTS]
    if not calls:
        raise InvalidModelOutput("the judge gave no verdicts")
    return [entry for call in calls for entry in _readable(call.arguments.get(VERDICTS))]


def _readable(written: object) -> Iterator[_Entry]:
    for one in written if isinstance(written, list) else ():
        try:
            yield _Entry.model_validate(one)
        except ValidationError:
            continue


def _verdict(statement: str, number: int, found: Sequence[_Entry]) -> Verdict:
    """The verdict on one statement; two that differ are none."""
    own = [one for one in found if one.number == number]
    if len({one.verdict for one in own}) != 1:
        return Verdict(statement, None, "contradicts itself" if own else "no verdict")
    reason = " ".join((own[0].reason or "").split())[:_LONGEST_REASON]
    return Verdict(statement, _HOLDS[own[0].verdict], reason)
