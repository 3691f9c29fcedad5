"""From a request to its reply: the mode that is chosen decides what is said, and how it is delivered."""

from __future__ import annotations

import httpx
from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import JsonValue, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect

from domain.errors import InvalidModelOutput, ModelUnavailable
from simulators.model.answer import Answer, Usage, whole
from simulators.model.asked import Asked, Body
from simulators.model.embedding import Embedding, EmbeddingBody
from simulators.model.hostile import ANSWERS
from simulators.model.journal import Journal, Recording
from simulators.model.pace import Pace, streamed
from simulators.model.recordings import Recordings, Refused, answer_of, forward
from simulators.model.script import scripted
from simulators.model.spec import ModelSpec
from simulators.model.turn import Turn
from simulators.model.wire import BREAKS, error

_RAW = TypeAdapter(dict[str, JsonValue])
_GONE = 499  # what gateways log when the caller did not wait for the answer


class Talk:
    """The conversations of one simulated model."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec, self.mode = spec, spec.mode
        self.journal = Journal(spec.journal, spec.count)
        self._pace = Pace(
            spec.first_token_seconds,
            spec.seconds_per_token,
            spec.longest_seconds,
            spec.retry_after_seconds,
        )
        self._recordings = Recordings(spec.recordings) if spec.recordings else None
        self._http: httpx.AsyncClient | None = None
        self._number = 0
        self.choose(spec.mode)

    def choose(self, mode: str) -> None:
        """Behave like this from now on.

        Raises:
            ConfigurationError: there is nothing that could be replayed.
        """
        if mode == "replay" and self._recordings is not None:
            self._recordings.load()
        self.mode = mode

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()

    async def answer(self, request: Request, key: str) -> Response:
        """The reply to one request."""
        mode = self.mode
        try:
            asked = await self._read(request, key)
        except ValidationError as wrong:
            return _unusable(wrong)
        except ClientDisconnect:
            return Response(status_code=_GONE)
        if asked.body.model not in self.spec.models:
            return self._failed(asked, mode, _no_model(asked.body.model))
        try:
            return await self._answer(asked, mode, request)
        except ClientDisconnect:
            return self._failed(asked, mode, Response(status_code=_GONE))

    async def embed(self, request: Request, key: str) -> Response:
        """The reply to one request for vectors."""
        mode = self.mode
        try:
            body = EmbeddingBody.model_validate_json(await request.body())
        except ValidationError as wrong:
            return _unusable(wrong)
        except ClientDisconnect:
            return Response(status_code=_GONE)
        number, self._number = self._number, self._number + 1
        wanted = Embedding.of(body, number, key)
        if body.model not in self.spec.models:
            return self._failed(wanted.asked, mode, _no_model(body.model))
        try:
            return await self._embedded(wanted, mode, request)
        except ClientDisconnect:
            return self._failed(wanted.asked, mode, Response(status_code=_GONE))

    async def _embedded(self, wanted: Embedding, mode: str, request: Request) -> Response:
        broken = wanted.refused(self.spec.texts_at_once)
        if broken is None and mode in BREAKS:
            broken = await BREAKS[mode](wanted.asked, Answer(), self._pace, request)
        if broken is not None:
            return self._failed(wanted.asked, mode, broken)
        usage = self.journal.usage(wanted.asked)
        self.journal.write(wanted.asked, mode, usage)
        await self._pace.think(request)
        return wanted.answer(mode, usage)

    async def _read(self, request: Request, key: str) -> Asked:
        raw = _RAW.validate_json(await request.body())
        body = Body.model_validate(raw)
        number, self._number = self._number, self._number + 1
        return Asked(body, raw, number, key, self.spec.customer, self.spec.id_shapes)

    async def _answer(self, asked: Asked, mode: str, request: Request) -> Response:
        recording: Recording = None
        if mode == "record":
            said = await self._recorded(asked)
        elif mode == "replay":
            said, recording = self._replayed(asked)
        else:
            said = scripted(self.spec, asked)
        if isinstance(said, Response):
            return self._failed(asked, mode, said, recording)
        if mode in BREAKS:
            broken = await BREAKS[mode](asked, said, self._pace, request)
            if broken is not None:
                return self._failed(asked, mode, broken)
        if mode in ANSWERS:
            said = ANSWERS[mode](asked, said)
        usage = said.usage or self.journal.usage(asked, said.written)
        self.journal.write(asked, mode, usage, calls=len(said.calls), recording=recording)
        return await self._deliver(asked, said, usage, request)

    async def _deliver(
        self, asked: Asked, said: Answer, usage: Usage, request: Request
    ) -> Response:
        model = asked.body.model
        if not asked.streams:
            await self._pace.think(request, usage.completion)
            return JSONResponse(whole(said, model, usage))
        await self._pace.think(request)
        told = usage if asked.wants_usage else None
        events = streamed(said, model, told, self._pace, self.spec.count)
        return StreamingResponse(events, media_type="text/event-stream")

    async def _recorded(self, asked: Asked) -> Answer | Response:
        """The real endpoint's answer, which is also written down."""
        upstream, mask, file = self.spec.upstream, self.spec.mask, self._recordings
        assert upstream is not None
        assert mask is not None
        assert file is not None
        self._http = self._http or httpx.AsyncClient()
        try:
            reply = await forward(upstream, asked.raw, self._http)
            answer = answer_of(reply)
        except Refused as refused:
            return JSONResponse(refused.body, refused.status)
        except (InvalidModelOutput, ModelUnavailable) as wrong:
            return error(502, str(wrong), "server_error", "upstream")
        file.keep(asked.raw, reply, mask)
        return answer

    def _replayed(self, asked: Asked) -> tuple[Answer | Response, Recording]:
        """The answer that was recorded for this turn, and whether the prompt is still the one it answers."""
        assert self._recordings is not None
        turn, file = Turn.of(asked.raw), self._recordings.file.name
        found = self._recordings.find(turn)
        if found is None:
            missing = (
                f"No reply is recorded in {file} for the turn {turn.digest}. Record it, and say the same again: "
                f"nightdesk simulate model --mode record --recordings {file} --upstream <base URL>, with the "
                "endpoint's key in NIGHTDESK_RECORD_KEY."
            )
            # Not 404, which tells a client that the model or the address is wrong.
            return error(422, missing, code="not_recorded"), "missing"
        return found.answer, "current" if found.prompt == turn.prompt else "older"

    def _failed(
        self, asked: Asked, mode: str, response: Response, recording: Recording = None
    ) -> Response:
        """Written down as well: a request that fails is paid for in time, and often in tokens."""
        usage = self.journal.usage(asked)
        self.journal.write(asked, mode, usage, status=response.status_code, recording=recording)
        return response


def _unusable(wrong: ValidationError) -> Response:
    found = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors())
    return error(400, f"The request cannot be used: {found}")


def _no_model(name: str) -> Response:
    return error(
        404,
        f"The model `{name}` does not exist or you do not have access to it.",
        code="model_not_found",
    )
