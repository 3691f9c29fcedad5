"""A model that behaves: it says and calls what its script plans for what the customer said."""

from __future__ import annotations

import json

from simulators.model.answer import Answer, Called
from simulators.model.asked import Asked
from simulators.model.spec import Entry, ModelSpec


def scripted(spec: ModelSpec, asked: Asked) -> Answer:
    """The first entry that fits; without tools its text, or the draft as it stands."""
    entry = next((one for one in spec.script if one.fits(asked.said)), None)
    if not asked.tools:
        return Answer(_words(spec, asked, entry))
    # No model can call what it was not offered; a script is written for all tools of a company.
    offered = {tool.name for tool in asked.tools}
    planned = [one for one in entry.calls if one.name in offered] if entry else []
    read = asked.results
    together = spec.calls_at_once and asked.body.parallel_tool_calls is not False
    first = planned if read == 0 else []
    now = first if together else planned[read : read + 1]
    calls = tuple(
        Called(one.name, json.dumps(dict(one.arguments), ensure_ascii=False)) for one in now
    )
    return Answer(None, calls) if calls else Answer(_words(spec, asked, entry))


def _words(spec: ModelSpec, asked: Asked, entry: Entry | None) -> str:
    if entry is not None and entry.text:
        return entry.text
    return spec.otherwise if asked.draft is None else asked.draft
