"""Looks whether the desk is set up rightly, and says for everything that is not which setting mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from agent.toolbox import find_tools
from connectors.model_openai.model import OpenAIModel
from connectors.providers import endpoints, experts
from domain.errors import ConfigurationError, InvalidModelOutput, ModelRefused, ModelUnavailable
from domain.model_usage import Endpoint
from domain.models import ROLES, Function, Line, Prompt, Role
from domain.settings import Settings
from house import expert_kinds

SECONDS = 20.0  # a local model may have to be loaded first
_TOOL = Function(
    name="note_colour",
    description="Note the colour that was named.",
    schema={
        "type": "object",
        "properties": {"colour": {"type": ["string", "null"]}},
        "required": [],
    },
)
_WITH_TOOL = Prompt(
    role="understand",
    system="Call the function note_colour with the colour that the user names. Write nothing else.",
    lines=(Line("user", "The colour is blue."),),
    functions=(_TOOL,),
    source="doctor",
    max_tokens=60,
)
_WITHOUT = Prompt(
    role="compose",
    system="Answer with the one word OK.",
    lines=(Line("user", "Ready?"),),
    source="doctor",
    max_tokens=60,
)


@dataclass(frozen=True)
class Finding:
    """What was found about one thing; `remedy` is empty where there is nothing to mend."""

    state: Literal["good", "note", "wrong"]
    what: str
    remedy: str = ""


class _Job(NamedTuple):
    """What an endpoint is asked for: a job, or as an expert a kind of task."""

    endpoint: Endpoint
    what: str
    tools: bool


async def check_models(settings: Settings) -> list[Finding]:
    """Ask every endpoint that the settings name for one tiny answer with one function."""
    found: list[Finding] = []
    jobs: dict[tuple[str, str], list[_Job]] = {}
    for role in ROLES:
        try:
            for job in _jobs(settings, role):
                jobs.setdefault((job.endpoint.provider, job.endpoint.model), []).append(job)
        except ConfigurationError as error:
            # What is wrong with one setting is wrong for all four jobs, and is said once.
            finding = Finding("wrong", "The language model cannot be set up", str(error))
            found += [] if finding in found else [finding]
    if not jobs and not found:
        return [Finding("note", "No language model is set: the desk runs on the embedded path")]
    for same in jobs.values():
        found += await _check(same, settings)
    if not any(one.state == "good" for one in found):
        found.append(
            Finding("note", "No language model answers: the desk runs on the embedded path")
        )
    return found


def _jobs(settings: Settings, role: Role) -> Iterator[_Job]:
    """Whom a job asks, usually and about the tasks that have an expert."""
    tools = role == "understand"
    yield from (_Job(one, role, tools=tools) for one in endpoints(settings, role))
    for kind, found in experts(settings, role, expert_kinds(settings)).items():
        yield from (_Job(one, kind, tools=tools and kind in find_tools()) for one in found)


async def _check(jobs: list[_Job], settings: Settings) -> list[Finding]:
    endpoint, wants = jobs[0].endpoint, dict.fromkeys(job.what for job in jobs)
    name = f"{endpoint.provider} ({endpoint.model}, for {', '.join(wants)})"
    found: list[Finding] = []
    if endpoint.price is None:
        prices = (
            f"{endpoint.setting('PRICE_IN')}, {endpoint.setting('PRICE_OUT')} and CURRENCY"
            " give `nightdesk costs` the prices of your bill"
        )
        state: Literal["note", "wrong"] = "note" if settings.daily_cost is None else "wrong"
        found.append(Finding(state, f"{name}: the price is unknown", prices))
    try:
        model = OpenAIModel(endpoint, seconds=SECONDS)
    except ConfigurationError as error:
        return [*found, Finding("wrong", f"{name} cannot be asked", str(error))]
    try:
        return [*found, await _asked(model, endpoint, name, tools=any(job.tools for job in jobs))]
    finally:
        await model.close()


async def _asked(model: OpenAIModel, endpoint: Endpoint, name: str, *, tools: bool) -> Finding:
    no_tools = Finding(
        "wrong",
        f"{name} answers, but does not call functions, which reading requests needs",
        f"Set {endpoint.setting('MODEL')} to a model that does (vLLM wants --enable-auto-tool-choice and"
        " --tool-call-parser, llama-server --jinja), or leave NIGHTDESK_READER=embedded",
    )
    try:
        answer = await model.complete(_WITH_TOOL if tools else _WITHOUT)
    except ModelRefused as error:
        # A model that takes the same request without functions lacks nothing but functions.
        refused = Finding("wrong", f"{name} refuses", str(error))
        return no_tools if tools and await _answers(model) else refused
    except InvalidModelOutput as error:
        remedy = f"Check that {endpoint.setting('BASE_URL')} ends where the API begins, with /v1"
        return Finding("wrong", f"{name}: {error}", remedy)
    except ModelUnavailable as error:
        remedy = f"Check {endpoint.setting('BASE_URL')}, the network, and that the server is up"
        return Finding("wrong", f"{name}: {error}", remedy)
    if tools and not any(call.name == _TOOL.name for call in answer.calls):
        return no_tools
    return Finding("good", f"{name} answers in {answer.seconds:.1f} s")


async def _answers(model: OpenAIModel) -> bool:
    try:
        await model.complete(_WITHOUT)
    except (ModelRefused, ModelUnavailable, InvalidModelOutput):
        return False
    return True
