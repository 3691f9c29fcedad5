"""The desk's cookies: who is logged in, and that a form to log in came from our own page.

Over https a cookie is `__Host-`, so that no other host of the domain can set it; browsers then insist on the path
`/`. Over http, which is served to this machine only, they refuse such names.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Literal

from fastapi import Request, Response

_MARK = re.compile(r"[\w-]{43}", re.ASCII)  # what `new_mark` makes
SESSION_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class Cookie:
    """A cookie that no script of a page can read."""

    secure_name: str
    name: str
    same_site: Literal["lax", "strict"]
    seconds: int

    def read(self, request: Request) -> str:
        """What the browser brought; empty if it was none of ours."""
        found = request.cookies.get(self._named(request), "")
        return found if _MARK.fullmatch(found) else ""

    def write(self, request: Request, response: Response, value: str) -> None:
        response.set_cookie(
            self._named(request),
            value,
            max_age=self.seconds,
            path=_path(request),
            secure=_secure(request),
            httponly=True,
            samesite=self.same_site,
        )

    def clear(self, request: Request, response: Response) -> None:
        response.delete_cookie(
            self._named(request),
            path=_path(request),
            secure=_secure(request),
            httponly=True,
            samesite=self.same_site,
        )

    def _named(self, request: Request) -> str:
        return self.secure_name if _secure(request) else self.name


# Lax: a link in a push of DingTalk opens the page it names, without logging in again.
SESSION = Cookie("__Host-nightdesk", "nightdesk_session", "lax", SESSION_SECONDS)
FORM = Cookie("__Host-nightdesk_form", "nightdesk_form", "strict", 24 * 3600)


def new_mark() -> str:
    """256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _path(request: Request) -> str:
    return "/" if _secure(request) else "/desk"
