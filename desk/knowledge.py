"""The desk's pages on what the assistant knows: overview, search, open questions, history, why it answered so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, get_args
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from desk import catalogue, writing
from desk.changes import WRITE, serve_changes
from desk.company import KnowledgeDesk, Searching
from desk.guard import Refused, requires
from desk.news import news
from desk.rendering import Pages
from domain.language import Language, detect
from retrieval.findings import SECTIONS
from retrieval.following import Progress
from retrieval.formats.content import LARGEST_FILE
from retrieval.formats.reading import KNOWN_SUFFIXES
from retrieval.report import summary
from retrieval.search import ANYBODY, COLLEAGUES, Hit

HOME = "/desk/knowledge"
READ = "knowledge:read"
LANGUAGES: tuple[Language, ...] = get_args(Language)
_FIRST = 5  # findings of a kind on the overview; the rest has a page
_USED_SINCE = timedelta(days=90)
_LONGEST_QUESTION = 4000
Now = Callable[[], datetime]
Text = Annotated[str, Query(max_length=_LONGEST_QUESTION)]


def serve_knowledge(routes: APIRouter, desk: KnowledgeDesk, pages: Pages, *, now: Now) -> None:
    """The routes of the pages on the documents; `now` is the company's time."""
    _serve_overview(routes, desk, pages)
    _serve_document(routes, desk, pages, now)
    _serve_file(routes, desk, pages)
    _serve_search(routes, desk, pages)
    _serve_records(routes, desk, pages)
    _serve_news(routes, desk, pages)
    serve_changes(routes, desk, pages)


def _serve_overview(routes: APIRouter, desk: KnowledgeDesk, pages: Pages) -> None:
    @routes.get(HOME)
    @requires(READ)
    async def overview(request: Request, q: Text = "", page: int = 1) -> Response:
        documents = desk.librarian.documents
        findings = replace(desk.findings, documents=list(documents.values()))
        table = catalogue.rows(documents, findings)
        paths = {row.path for row in table}
        sections = [(name, findings.sections.get(name, ())) for name in SECTIONS]
        return pages.page(
            request,
            "overview.html",
            tab="overview",
            summary=summary(findings, desk.sentences, pages.language(request)),
            progress=desk.follower.progress,
            sections=[(name, found) for name, found in sections if found],
            first=_FIRST,
            known=paths.__contains__,
            q=q,
            sheet=catalogue.sheet(catalogue.looked_for(table, q), page),
            folders=catalogue.folders(table),
            kinds=",".join(KNOWN_SUFFIXES),
            largest=LARGEST_FILE,
        )

    @routes.get(f"{HOME}/findings")
    @requires(READ)
    async def section(request: Request, of: Text, page: int = 1) -> Response:
        if of not in SECTIONS:
            raise Refused("desk.fault.address", 404)
        documents, findings = desk.librarian.documents, desk.findings
        paths = {row.path for row in catalogue.rows(documents, findings)}
        sheet = catalogue.sheet(findings.sections.get(of, ()), page)
        known = paths.__contains__
        return pages.page(
            request, "section.html", tab="overview", name=of, sheet=sheet, known=known
        )


def _serve_document(routes: APIRouter, desk: KnowledgeDesk, pages: Pages, now: Now) -> None:
    folder = desk.keeper.folder

    @routes.get(f"{HOME}/document")
    @requires(READ)
    async def document(request: Request, path: Text) -> Response:
        shown = desk.librarian.documents.get(path)
        table = catalogue.rows(desk.librarian.documents, desk.findings)
        row = next((each for each in table if each.path == path), None)
        there = await asyncio.to_thread(writing.lies_in, folder, path)
        if row is None and not there:
            raise Refused("desk.fault.no_document", 404, what=path[:200])
        everything = [one for found in desk.findings.sections.values() for one in found]
        return pages.page(
            request,
            "document.html",
            tab="overview",
            path=path,
            row=row,
            there=there,
            document=shown,
            used=await desk.answers.used(now() - _USED_SINCE),
            found=[one for one in everything if one.path == path and one.key != "unused.passage"],
            known={each.path for each in table}.__contains__,
            editable=writing.editable(path),
        )


def _serve_file(routes: APIRouter, desk: KnowledgeDesk, pages: Pages) -> None:
    folder = desk.keeper.folder

    @routes.get(f"{HOME}/download")
    @requires(READ)
    async def download(path: Text) -> Response:
        data = await asyncio.to_thread(writing.read, folder, path)
        name = quote(path.rsplit("/", 1)[-1], safe="")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(data, media_type="application/octet-stream", headers=headers)

    @routes.get(f"{HOME}/edit")
    @requires(WRITE)
    async def edit(request: Request, path: Text) -> Response:
        text = await asyncio.to_thread(writing.open_text, folder, path)
        return pages.page(request, "edit.html", tab="overview", edited=text)

    @routes.get(f"{HOME}/delete")
    @requires(WRITE)
    async def delete(request: Request, path: Text) -> Response:
        await asyncio.to_thread(writing.read, folder, path)
        shown = desk.librarian.documents.get(path)
        return pages.page(request, "delete.html", tab="overview", path=path, document=shown)


def _serve_search(routes: APIRouter, desk: KnowledgeDesk, pages: Pages) -> None:
    @routes.get(f"{HOME}/search")
    @requires(READ)
    async def search(
        request: Request, q: Text = "", language: Text = "", who: Text = "customer"
    ) -> Response:
        question, librarian = q.strip(), desk.librarian
        asked = language if language in LANGUAGES else detect(question).language
        readers = COLLEAGUES if who == "staff" else ANYBODY
        hits = []
        if question:
            # The very call with which the assistant answers, so that this page never promises anything else.
            hits = await asyncio.to_thread(librarian.search, question, asked, readers=readers)
        return pages.page(
            request,
            "search.html",
            tab="search",
            q=question,
            chosen=language if language in LANGUAGES else "",
            asked=asked,
            who="staff" if who == "staff" else "customer",
            customer_languages=LANGUAGES,
            hits=hits,
            verdict=_verdict(librarian, hits),
        )


def _verdict(librarian: Searching, hits: Sequence[Hit]) -> str:
    """What the assistant would do with what was found."""
    if not librarian.confident(hits):
        return "unsure"
    return "sure" if librarian.sure(hits) else "nearest"


def _serve_records(routes: APIRouter, desk: KnowledgeDesk, pages: Pages) -> None:
    @routes.get(f"{HOME}/questions")
    @requires(READ)
    async def questions(request: Request, page: int = 1) -> Response:
        sheet = catalogue.sheet(await desk.inspector.wanted(), page)
        return pages.page(request, "questions.html", tab="questions", sheet=sheet)

    @routes.get(f"{HOME}/history")
    @requires(READ)
    async def history(request: Request) -> Response:
        documents, editions = desk.librarian.documents, await desk.editions()
        known = documents.__contains__
        return pages.page(request, "history.html", tab="history", editions=editions, known=known)

    @routes.get(f"{HOME}/rollback")
    @requires(WRITE)
    async def rollback(request: Request, number: int) -> Response:
        edition = next((each for each in await desk.editions() if each.number == number), None)
        if edition is None:
            raise Refused("desk.fault.no_state", 404, number=str(number))
        return pages.page(request, "rollback.html", tab="history", edition=edition)

    @routes.get(f"{HOME}/why")
    @requires(READ)
    async def why(request: Request, message: Text = "") -> Response:
        wanted = message.strip()
        if wanted:
            found = await desk.answers.why(wanted)
            answers = [] if found is None else [found]
        else:
            answers = await desk.answers.latest()
        documents = desk.librarian.documents
        return pages.page(
            request, "why.html", tab="why", message=wanted, answers=answers, documents=documents
        )


def _serve_news(routes: APIRouter, desk: KnowledgeDesk, pages: Pages) -> None:
    @routes.get(f"{HOME}/news")
    @requires(READ)
    async def live(request: Request) -> Response:
        def say(progress: Progress) -> str:
            values = {"done": progress.done, "total": progress.total}
            return pages.say(request, "desk.progress", **values)

        unbuffered = {"X-Accel-Buffering": "no"}
        told = news(desk, say)
        return StreamingResponse(told, media_type="text/event-stream", headers=unbuffered)
