"""Writes a page in the language that whoever looks at it has chosen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from desk.guard import TOKEN_FIELD, Guard, Refused
from retrieval.findings import Finding
from retrieval.report import tell
from retrieval.sentences import STAFF_LANGUAGES, Sentences, StaffLanguage
from support.calendar import HONG_KONG

COOKIE = "nightdesk_language"
NAMES: dict[StaffLanguage, str] = {"zh-Hant": "繁體中文", "zh-Hans": "简体中文", "en": "English"}
TAGS = {"yue": "yue-Hant-HK", "zh-Hant": "zh-Hant-HK", "zh-Hans": "zh-Hans", "en": "en"}
_EMPHASIS = re.compile(r"^\*([^*]+)\*")
_LONGEST_SHOWN = 200


class Pages:
    """Everything that is shown is escaped: names, questions and documents come from strangers."""

    def __init__(self, sentences: Sentences, language: StaffLanguage, guard: Guard) -> None:
        self._sentences, self._language, self._guard = sentences, language, guard
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["hong_kong"] = _hong_kong
        self._environment.globals |= {"document_at": document_at, "tags": TAGS, "names": NAMES}

    def language(self, request: Request) -> StaffLanguage:
        """The language that was chosen on this browser, or else the one that staff read."""
        chosen = request.cookies.get(COOKIE, "")
        return chosen if chosen in STAFF_LANGUAGES else self._language

    def say(self, request: Request, key: str, **values: object) -> str:
        return self._sentences.say(key, self.language(request), **values)

    def page(
        self, request: Request, template: str, *, status: int = 200, **values: object
    ) -> Response:
        """A page of `pages/`."""
        language = self.language(request)

        def say(key: str, **filled: object) -> str:
            return self._sentences.say(key, language, **filled)

        def told(finding: Finding, known: Callable[[str], bool]) -> Markup:
            return marked(tell(finding, self._sentences, language), known)

        text = self._environment.get_template(template).render(
            say=say,
            told=told,
            language=language,
            languages=STAFF_LANGUAGES,
            here=_here(request),
            notice=self._notice(request),
            token=Markup('<input type="hidden" name="{}" value="{}">').format(
                TOKEN_FIELD, self._guard.token
            ),
            token_value=self._guard.token,
            **values,
        )
        return HTMLResponse(text, status)

    def refusal(self, request: Request, refused: Refused) -> Response:
        """Why something was not done: a sentence for a script, a page for a person."""
        said = self.say(request, refused.key, **refused.values)
        if "application/json" in request.headers.get("accept", ""):
            body = {"said": " ".join(filter(None, (said, refused.detail)))}
            return JSONResponse(body, refused.status)
        closed = refused.status == 403  # what is behind the door is not linked to from outside
        shown = {"said": said, "detail": refused.detail}
        return self.page(
            request, "refused.html", status=refused.status, closed=closed, tab="", **shown
        )

    def _notice(self, request: Request) -> str:
        """What was just done, as the address of the page says it."""
        done, what = request.query_params.get("done", ""), request.query_params.get("what", "")
        if done not in DONE:
            return ""
        return self.say(request, f"desk.done.{done}", what=what[:_LONGEST_SHOWN])


DONE = ("uploaded", "renamed", "deleted", "saved", "drafted", "rolled_back")


def document_at(path: str, page: str = "document") -> str:
    """The address of a page about one document."""
    return f"/desk/knowledge/{page}?{urlencode({'path': path})}"


def marked(text: str, known: Callable[[str], bool]) -> Markup:
    """A sentence of the report: names in backticks become links where they are documents."""
    told = Markup("")
    for number, part in enumerate(text.split("`")):
        if number % 2 == 0:
            emphasised = _EMPHASIS.match(part)
            if emphasised:
                told += Markup("<em>{}</em>").format(emphasised[1])
                part = part[emphasised.end() :]
            told += escape(part)
        elif known(part):
            link = Markup('<a href="{}"><bdi>{}</bdi></a>')
            told += link.format(document_at(part), part)
        else:
            told += Markup("<code>{}</code>").format(part)
    return told


def _here(request: Request) -> str:
    """Where to come back to when the language is changed; what was said about a change is left out."""
    kept = [(name, value) for name, value in request.query_params.multi_items()]
    query = urlencode([pair for pair in kept if pair[0] not in ("done", "what")])
    return request.url.path + (f"?{query}" if query else "")


def _hong_kong(moment: datetime) -> str:
    return moment.astimezone(HONG_KONG).strftime("%Y-%m-%d %H:%M")
