"""What the desk changes in the folder: put in, rename, delete, edit, draft, and bring an earlier state back."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from desk import writing
from desk.company import KnowledgeDesk
from desk.guard import Refused, requires
from desk.rendering import Pages
from domain.errors import InputError
from retrieval.folder import KnowledgeFolder
from retrieval.formats.content import LARGEST_FILE

WRITE = "knowledge:write"
_HOME = "/desk/knowledge"
_FILE_SECONDS = 600


def serve_changes(routes: APIRouter, desk: KnowledgeDesk, pages: Pages) -> None:
    """The routes that change something; the guard has looked at every request before they see it."""
    _serve_files(routes, desk, pages)
    _serve_texts(routes, desk)

    @routes.post(f"{_HOME}/rollback")
    @requires(WRITE)
    async def rollback(request: Request) -> Response:
        given = _field(request, "number")
        if not given.isdecimal():
            raise Refused("desk.fault.no_state", 404, number=given[:20])
        await desk.roll_back(int(given))
        return _then("history", "rolled_back", given)


def _serve_files(routes: APIRouter, desk: KnowledgeDesk, pages: Pages) -> None:
    folder = desk.keeper.folder

    @routes.post(f"{_HOME}/upload")
    @requires(WRITE)
    async def upload(
        request: Request,
        name: Annotated[str, Query(max_length=400)],
        into: Annotated[str, Query(max_length=400)] = "",
    ) -> Response:
        """One file a request, as it is: nothing of it is interpreted here."""
        path = "/".join(filter(None, (into.strip().strip("/"), name)))
        data = await _file(request, path)
        try:
            put = await asyncio.to_thread(folder.put, path, data)
        except InputError as fault:
            raise Refused("desk.fault.name", what=path[:200]) from fault
        desk.wake("desk")
        said = pages.say(request, "desk.done.uploaded", what=put)
        return JSONResponse({"said": said, "path": put})

    @routes.post(f"{_HOME}/rename")
    @requires(WRITE)
    async def rename(request: Request) -> Response:
        old, new = _field(request, "path"), _field(request, "to").strip().strip("/")
        put = await asyncio.to_thread(_rename, folder, old, new)
        desk.wake("desk")
        return _then("", "renamed", put)

    @routes.post(f"{_HOME}/delete")
    @requires(WRITE)
    async def delete(request: Request) -> Response:
        path = _field(request, "path")
        try:
            await asyncio.to_thread(folder.delete, path)
        except InputError as fault:
            raise Refused("desk.fault.no_document", 404, what=path[:200]) from fault
        desk.wake("desk")
        return _then("", "deleted", path)


def _serve_texts(routes: APIRouter, desk: KnowledgeDesk) -> None:
    folder = desk.keeper.folder

    @routes.post(f"{_HOME}/edit")
    @requires(WRITE)
    async def save(request: Request) -> Response:
        path, text, stamp = (_field(request, name) for name in ("path", "text", "stamp"))
        await asyncio.to_thread(writing.save_text, folder, writing.Text(path, text, stamp))
        desk.wake("desk")
        return _then("document", "saved", path, path=path)

    @routes.post(f"{_HOME}/drafts")
    @requires(WRITE)
    async def draft(request: Request) -> Response:
        question = _field(request, "question")
        path = await asyncio.to_thread(writing.start_draft, folder, question)
        desk.wake("desk")
        return _then("edit", "drafted", path, path=path)


def _rename(folder: KnowledgeFolder, old: str, new: str) -> str:
    if not writing.lies_in(folder, old):
        raise Refused("desk.fault.no_document", 404, what=old[:200])
    ending = PurePosixPath(old).suffix
    if ending.lower() != PurePosixPath(new).suffix.lower():
        raise Refused("desk.fault.ending", ending=ending)
    if writing.lies_in(folder, new):
        raise Refused("desk.fault.taken", what=new[:200])
    try:
        return folder.rename(old, new)
    except InputError as fault:
        raise Refused("desk.fault.name", what=new[:200]) from fault


async def _file(request: Request, name: str) -> bytes:
    """The file that a request carries; reading stops at the limit."""
    too_large = Refused("desk.fault.large", 413, what=name[:200], limit=str(LARGEST_FILE // 2**20))
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > LARGEST_FILE:
        raise too_large
    raw = bytearray()
    try:
        async with asyncio.timeout(_FILE_SECONDS):
            async for chunk in request.stream():
                raw += chunk
                if len(raw) > LARGEST_FILE:
                    raise too_large
    except TimeoutError:
        raise Refused("desk.fault.slow", 408) from None
    return bytes(raw)


def _field(request: Request, name: str) -> str:
    """A field of the form that the guard has read."""
    form: dict[str, str] = request.state.form
    return form.get(name, "")


def _then(page: str, done: str, what: str, **values: str) -> Response:
    """Show a page that says what was done; going back in the browser does not do it again."""
    query = urlencode(values | {"done": done, "what": what[:200]})
    return RedirectResponse(f"{_HOME}/{page}?{query}" if page else f"{_HOME}?{query}", 303)
