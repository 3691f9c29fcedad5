"""Asks one endpoint, and lets nothing of the vendor's out but an answer or one of our own errors."""

from __future__ import annotations

import asyncio
import time
import warnings
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Any

import httpx
import structlog
from prometheus_client import Counter
from pydantic import SecretStr

from connectors.model_openai.answers import DROPPED, MOST_CHARACTERS, Found, is_call, written_calls
from connectors.model_openai.bounded import bound
from connectors.model_openai.faults import check, translated
from domain.errors import InvalidModelOutput, ModelUnavailable
from domain.model_usage import Endpoint
from domain.models import Completion, Prompt

log = structlog.get_logger()
CUT_OFF = ("length", "content_filter")
_DROPPED = Counter(
    "nightdesk_model_malformed_calls_total",
    "Function calls of a model whose arguments are no JSON object",
    ["provider"],
)
# What malformed bodies raise inside the client, besides its own errors (ValidationError and JSONDecodeError are
# ValueErrors; a body nested too deep is a RecursionError).
_MALFORMED = (LookupError, TypeError, AttributeError, ValueError, RecursionError)


class OpenAIModel:
    """Implements `Model`. `seconds` is the most that any call may take.

    Raises:
        ConfigurationError: the address is none, or the key is missing.
    """

    def __init__(self, endpoint: Endpoint, *, seconds: float = 60.0) -> None:
        check(endpoint)
        # Imported here because they take most of a second, which a desk without a model need not wait.
        import openai
        from langsmith import tracing_context

        # The client warns of fields of a wrong type by printing them, whatever words stand in them.
        warnings.filterwarnings("ignore", "Pydantic serializer warnings", UserWarning)
        self._endpoint = endpoint
        self._seconds = seconds
        self._web = httpx.AsyncClient(
            timeout=httpx.Timeout(seconds, connect=min(3.0, seconds)),
            event_hooks={"response": [bound]},
        )
        self._chat = _chat(endpoint, self._web, seconds)
        # Tracing would send prompts to a third party as soon as somebody sets its variable.
        self._untraced = partial(tracing_context, enabled=False)
        self._faults = (openai.OpenAIError, httpx.HTTPError, TimeoutError, *_MALFORMED)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._web.aclose()

    async def complete(self, prompt: Prompt) -> Completion:
        """One answer, in one piece."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                with self._untraced():
                    message = await self._chat.ainvoke(_lines(prompt), **self._wanted(prompt))
            found = Found()
            found.take(message)
            return self._whole(found, begun, prompt)
        except self._faults as error:
            fault = translated(error, self._endpoint, self._seconds)
        raise fault  # outside of the handler, so that the vendor's error and its words are not its context

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        """Pieces of the answer as they come, without what the model thinks; the whole of it last.

        A thought of which only the end is marked is known too late: only the whole leaves it out.
        """
        begun = time.monotonic()
        found = Found()
        async with aclosing(self._heard(prompt, found)) as pieces:
            async for piece in pieces:
                if piece:
                    yield piece
        if not found.finish:
            raise ModelUnavailable(f"{self._endpoint.provider} broke its answer off")
        yield self._whole(found, begun, prompt)

    async def _heard(self, prompt: Prompt, found: Found) -> AsyncGenerator[str]:
        """Pieces of text; everything that came is in `found` at the end."""
        deadline = asyncio.get_running_loop().time() + self._seconds
        try:
            async with aclosing(
                self._chat.astream(_lines(prompt), **self._wanted(prompt))
            ) as chunks:
                while True:
                    # Open only while we wait: not while the consumer works, who would be cut off instead of us.
                    with self._untraced():
                        async with asyncio.timeout_at(deadline):
                            chunk = await anext(chunks, None)
                    if chunk is None:
                        break
                    yield found.add(chunk)
            yield found.close()
            return
        except self._faults as error:
            fault = translated(error, self._endpoint, self._seconds)
        raise fault

    def _wanted(self, prompt: Prompt) -> dict[str, Any]:
        """What changes from call to call."""
        wanted: dict[str, Any] = {}
        body = dict(self._endpoint.extra_body)
        if self._endpoint.length_field == "max_tokens":
            body["max_tokens"] = prompt.max_tokens  # the client itself would send the newer name
        else:
            wanted["max_tokens"] = prompt.max_tokens
        if body:
            wanted["extra_body"] = body
        if prompt.functions:
            wanted["tools"] = [
                {
                    "type": "function",
                    "function": {
                        "name": one.name,
                        "description": one.description,
                        "parameters": dict(one.schema),
                    },
                }
                for one in prompt.functions
            ]
        return wanted

    def _whole(self, found: Found, begun: float, prompt: Prompt) -> Completion:
        name = self._endpoint.provider
        if found.dropped:
            _DROPPED.labels(name).inc(found.dropped)
            log.warning("model_calls_dropped", provider=name, count=found.dropped)
        if found.finish in CUT_OFF:
            raise InvalidModelOutput(f"the answer of {name} was cut off ({found.finish})")
        if len(found.text) > MOST_CHARACTERS:
            raise InvalidModelOutput(f"the answer of {name} is longer than any answer")
        if not (found.text.strip() or found.calls or found.dropped):
            raise InvalidModelOutput(f"the answer of {name} is empty")
        if prompt.functions and not found.calls:
            found.calls = written_calls(found.text)
        return Completion(
            text=found.text.strip(),
            calls=tuple(found.calls),
            usage=found.usage,
            provider=name,
            model=self._endpoint.model,
            seconds=time.monotonic() - begun,
        )


def _lines(prompt: Prompt) -> list[tuple[str, str]]:
    """The stable part first, so that a provider can keep it."""
    return [("system", prompt.system), *((one.speaker, one.text) for one in prompt.lines)]


def _chat(endpoint: Endpoint, web: httpx.AsyncClient, seconds: float) -> Any:
    """The one client of an endpoint."""
    from langchain_core.outputs import ChatResult
    from langchain_openai import ChatOpenAI

    class Chat(ChatOpenAI):
        """Drops a function call that is none; the client would throw the whole answer away for it."""

        def _create_chat_result(
            self, response: Any, generation_info: dict[str, Any] | None = None
        ) -> ChatResult:
            dropped = 0
            for choice in getattr(response, "choices", None) or ():
                calls = choice.message.tool_calls or []
                kept = [one for one in calls if is_call(one)]
                choice.message.tool_calls = kept or None
                dropped += len(calls) - len(kept)
            result = super()._create_chat_result(response, generation_info)
            result.generations[0].message.additional_kwargs[DROPPED] = dropped
            return result

    return Chat(
        model=endpoint.model,
        base_url=endpoint.base_url,
        # A local server wants no key, the client wants one.
        api_key=endpoint.key or SecretStr("none"),
        http_async_client=web,
        timeout=seconds,
        max_retries=0,  # whether a retry is safe, and in time, is decided by who asked
        temperature=0,
        stream_usage=True,
        stream_chunk_timeout=None,
        use_responses_api=False,
        openai_proxy="",
        cache=False,
    )
