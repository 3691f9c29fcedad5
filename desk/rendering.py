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

from desk.guard import TOKEN_FIELD, Refused
from domain.office import Colleague
from retrieval.findings import Finding
from retrieval.report import tell
from retrieval.sentences import STAFF_LANGUAGES, Sentences, StaffLanguage
from security.permissions import Permissions
from support.calendar import HONG_KONG

COOKIE = "nightdesk_language"
NAMES: dict[StaffLanguage, str] = {"zh-Hant": "繁體中文", "zh-Hans": "简体中文", "en": "English"}
TAGS = {"yue": "yue-Hant-HK", "zh-Hant": "zh-Hant-HK", "zh-Hans": "zh-Hans", "en": "en"}
_EMPHASIS = re.compile(r"^\*([^*]+)\*")
_LONGEST_SHOWN = 200


class Pages:
    """Everything that is shown is escaped: names, questions and documents come from strangers."""

    def __init__(
        self, sentences: Sentences, language: StaffLanguage, permissions: Permissions
    ) -> None:
        self._sentences, self._language, self._permissions = sentences, language, permissions
        self.rooms: set[str] = set()  # the tabs of the rooms that are served
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
        """The language that was chosen on this browser, or else the one that the colleague reads."""
        chosen = request.cookies.get(COOKIE, "")
        if chosen in STAFF_LANGUAGES:
            return chosen
        colleague: Colleague | None = request.state.colleague
        return self._language if colleague is None else colleague.reads

    def say(self, request: Request, key: str, **values: object) -> str:
        return self._sentences.say(key, self.language(request), **values)

    def role(self, request: Request, role: str) -> str:
        """What a role is called; a company may have roles of its own."""
        try:
            return self.say(request, f"login.role.{role}")
        except KeyError:
            return role

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        token: str | None = None,
        **values: object,
    ) -> Response:
        """A page of `pages/`; `token` is for forms of somebody who is not logged in yet."""
        language, session = self.language(request), request.state.session
        colleague: Colleague | None = request.state.colleague
        if token is None:
            token = "" if session is None else session.csrf

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
            rooms=self.rooms,
            notice=self._notice(request),
            colleague=colleague,
            role=lambda name: self.role(request, name),
            may=lambda scope: (
                colleague is not None and self._permissions.may(colleague.role, scope)
            ),
            token=Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN_FIELD, token),
            token_value=token,
            **values,
        )
        return HTMLResponse(text, status)

    def refusal(self, request: Request, refused: Refused) -> Response:
        """Why something was not done: a sentence for a script, a page for a person."""
        said = self.say(request, refused.key, **refused.values)
        if "application/json" in request.headers.get("accept", ""):
            body = {"said": " ".join(filter(None, (said, refused.detail)))}
            return JSONResponse(body, refused.status)
        closed = (
            request.state.colleague is None
        )  # what is behind the door is not linked to from outside
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


DONE = (
    *("uploaded", "renamed", "deleted", "saved", "drafted", "rolled_back"),
    *("acknowledged", "was_acknowledged", "taken", "replied", "noted", "returned", "assigned"),
    *("solved", "solved_asked", "status", "priority", "team", "false_alarm", "away", "there"),
    *("approved", "refused"),
)


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
