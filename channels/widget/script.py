"""The files that browsers load: one script to name on a page, and the modules that it brings."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from fastapi import Response

_ASSETS = Path(__file__).parent.parent / "assets" / "widget"
_LOADER = "nightdesk.js"
_PLACE = '"__DESK__"'
_MEDIA = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
_PAGES = ("example.html", "example.css")  # the demo page, as strict as a careful company's
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_FRESH = {"Cache-Control": "no-cache"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'"
)


class Script:
    """The widget's files, read once. `demo` shows the example page, too."""

    def __init__(self, site: str, names: tuple[str, str], *, demo: bool = False) -> None:
        files = {
            one.name: one.read_text("utf-8") for one in _ASSETS.iterdir() if one.suffix in _MEDIA
        }
        loader = files.pop(_LOADER)
        self._pages = {name: files.pop(name) for name in _PAGES}
        self._files = files
        digest = hashlib.sha256("\0".join(f"{n}\0{files[n]}" for n in sorted(files)).encode())
        self.version = digest.hexdigest()[:16]
        desk = {"site": site, "zh": names[0], "en": names[1], "version": self.version}
        self._loader = loader.replace(_PLACE, json.dumps(desk))
        self._mark = f'"{hashlib.sha256(self._loader.encode()).hexdigest()[:16]}"'
        self.pages = _PAGES if demo else ()

    def loader(self, known: str) -> Response:
        """`nightdesk.js`; small, and asked for anew on every page, so that all modules are of one version."""
        headers = {"Cache-Control": "public, max-age=300", "ETag": self._mark}
        if known == self._mark:
            return Response(status_code=304, headers=headers)
        return Response(self._loader, media_type=_MEDIA[".js"], headers=headers)

    def file(self, version: str, name: str) -> Response:
        """A module or the style; of a version that is gone, today's."""
        if name not in self._files:
            return Response(status_code=404)
        headers = _FOREVER if version == self.version else _FRESH
        return Response(self._files[name], media_type=_MEDIA[Path(name).suffix], headers=headers)

    def page(self, name: str) -> Response:
        """The example page."""
        headers = {**_FRESH, "Content-Security-Policy": _POLICY}
        return Response(self._pages[name], media_type=_MEDIA[Path(name).suffix], headers=headers)
