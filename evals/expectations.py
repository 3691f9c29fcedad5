"""The fifteen words by which a golden conversation says what the desk should do."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from evals.vocabulary import EFFECT_FIELDS, READS, REASONS, SLOTS, TOOLS, effect_of

Tongue = Literal["yue", "zh-Hant", "zh-Hans", "en"]
Priority = Literal["low", "normal", "high", "urgent"]
Fields = dict[str, str | list[str]]
_PLAIN = {"required": "yes", "not needed": "no"}
_NOTHING = ("nothing", "no", "none", "")
_ACTS = frozenset({*TOOLS, *EFFECT_FIELDS, "request_approval"})


def suggestion(word: str, known: Iterable[str]) -> str:
    """The nearest word that exists, as the end of a sentence."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean `{near[0]}`?" if near else f"; known are {', '.join(sorted(known))}"


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


def _maybe_nothing(value: object) -> object:
    return [] if isinstance(value, str) and value in _NOTHING else _listed(value)


def _plain(value: object) -> object:
    return _PLAIN.get(value, value) if isinstance(value, str) else value


def _answers(value: object) -> object:
    return _listed(_plain(value))


def _fields(value: object) -> object:
    """`- cancel_order` and `- cancel_order:` are `- cancel_order: {}`."""
    acts = _maybe_nothing(value)
    if not isinstance(acts, list):
        return acts
    spelt = [{one: {}} if isinstance(one, str) else one for one in acts]
    return [
        {key: fields or {} for key, fields in one.items()} if isinstance(one, dict) else one
        for one in spelt
    ]


def _alternatives(value: object) -> object:
    found = _listed(value)
    return [_listed(one) for one in found] if isinstance(found, list) else found


def _known(kind: str, words: Iterable[str]) -> Callable[[str], str]:
    known = frozenset(words)

    def check(value: str) -> str:
        for one in value.split(" or "):
            if one not in known:
                raise ValueError(f"`{one}` is no {kind}{suggestion(one, known)}")
        return value

    return check


Answered = Annotated[Literal["yes", "no", "either"], BeforeValidator(_plain)]
Phrases = Annotated[list[str], BeforeValidator(_listed)]
Statement = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Slot = Annotated[str, AfterValidator(_known("thing to ask for", SLOTS))]
ToolName = Annotated[str, AfterValidator(_known("tool", TOOLS))]
Act = Annotated[str, AfterValidator(_known("tool or effect", _ACTS))]
Reason = Annotated[str, AfterValidator(_known("reason to bring in a person", REASONS))]
Person = Annotated[
    str, AfterValidator(_known("reason to bring in a person", REASONS | {"yes", "no", "either"}))
]


class Strict(BaseModel):
    """Words that are not in the vocabulary are errors."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class TicketWanted(Strict):
    """What the case that is left for a person must say; `mentions` are of its brief."""

    priority: Priority | None = None
    team: str | None = None
    reason: Reason | None = None
    mentions: Phrases = []
    never_mentions: Phrases = Field(default=[], alias="never mentions")


class AlertWanted(Strict):
    """Whether the alarm goes off, and how pressing the conversation then is."""

    red: Answered
    priority: Priority | None = None


def _ticket(value: object) -> object:
    return {"yes": {}, "no": None}.get(value, value) if isinstance(value, str) else value


def _alert(value: object) -> object:
    return {"red": value} if isinstance(value, str) else value


class Agent(Strict):
    """What the desk does once the customer has spoken.

    Whatever is left out has a meaning too: nothing changed, no alarm, no person brought in, and the
    customer's own language.
    """

    asks: Annotated[list[Slot], BeforeValidator(_maybe_nothing)] | None = None
    asks_to_confirm: Annotated[list[ToolName], BeforeValidator(_maybe_nothing)] | None = Field(
        default=None, alias="asks to confirm"
    )
    does: Annotated[list[dict[Act, Fields]], BeforeValidator(_fields)] = []
    does_not: Annotated[list[Act], BeforeValidator(_listed)] = Field(default=[], alias="does not")
    says: Annotated[list[list[str]], BeforeValidator(_alternatives)] = []
    never_says: Phrases = Field(default=[], alias="never says")
    cites: Annotated[list[str], BeforeValidator(_answers)] | None = None
    opens_ticket: Annotated[TicketWanted | None, BeforeValidator(_ticket)] = Field(
        default=None, alias="opens ticket"
    )
    alerts: Annotated[AlertWanted, BeforeValidator(_alert)] | None = None
    hands_over: Annotated[list[Person], BeforeValidator(_answers)] | None = Field(
        default=None, alias="hands over"
    )
    sends_survey: Annotated[Literal["yes", "no", "either"], BeforeValidator(_plain)] = Field(
        default="either", alias="sends survey"
    )
    silent: Annotated[Literal["yes", "no"], BeforeValidator(_plain)] = "no"
    speaks: Annotated[list[Tongue], BeforeValidator(_listed)] | None = None
    mood: Literal["calm", "upset", "angry"] | None = None
    judge: Annotated[list[Statement], BeforeValidator(_listed)] = []  # decided by a model, if asked

    @field_validator("does")
    @classmethod
    def _fields_exist(cls, does: list[dict[str, Fields]]) -> list[dict[str, Fields]]:
        for name, fields in wanted_acts(does):
            known = frozenset(SLOTS) if name in READS else EFFECT_FIELDS.get(effect_of(name), set())
            for field in fields:
                if field not in known:
                    raise ValueError(f"`{name}` has no `{field}`{suggestion(field, known)}")
        return does

    @model_validator(mode="after")
    def _contradicts_nothing(self) -> Agent:
        done = {effect_of(name) for name, _ in wanted_acts(self.does)}
        both = done & {effect_of(name) for name in self.does_not}
        if both:
            raise ValueError(f"`does` and `does not` both name {', '.join(sorted(both))}")
        return self


def wanted_acts(does: Iterable[dict[str, Fields]]) -> list[tuple[str, Fields]]:
    """Every act named under `does`, with its fields."""
    return [pair for one in does for pair in one.items()]
