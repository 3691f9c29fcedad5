"""Makes the pictures of the desk for the documents anew, from a played evening: `python -m evals.screenshots`.

Start `nightdesk demo evening --port 8471` first and let the day end; Debian's Chromium takes the pictures.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from domain.settings import ROOT

WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 375, "height": 812}
CHROMIUM = "/usr/bin/chromium"
MANAGER = "ST-01"
LARGEST = 300 * 1024
_SETTLED = 1500  # milliseconds: charts are drawn, the inbox has its latest line


@dataclass(frozen=True)
class Picture:
    """One picture: the page, the window, and what is done on it before."""

    name: str
    path: str
    window: ViewportSize
    before: Callable[[Page], None] = lambda _page: None


def open_talk(page: Page) -> None:
    """Go to the first conversation of the list."""
    page.locator("a[data-open]").first.click()
    page.wait_for_load_state("load")


PICTURES = (
    Picture("desk-inbox", "/desk/inbox", WIDE),
    Picture("desk-conversation", "/desk/inbox?show=mine&q=水壺", WIDE, open_talk),
    Picture("desk-dashboard", "/desk/dashboard?days=30", WIDE),
    Picture("desk-phone", "/desk/inbox", PHONE),
)


def enter(page: Page, desk: str) -> None:
    """Log in as a colleague of the demo, who has no password."""
    page.goto(f"{desk}/desk/login")
    page.locator(f"form:has(input[value='{MANAGER}']) button").click()
    page.wait_for_load_state("load")


def take(desk: str, folder: Path, chromium: str) -> list[Path]:
    """Take every picture; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for one in PICTURES:
            page = browser.new_page(viewport=one.window)
            enter(page, desk)
            page.goto(desk + one.path)
            one.before(page)
            page.wait_for_timeout(_SETTLED)
            file = folder / f"{one.name}.png"
            page.screenshot(path=file)
            taken.append(file)
            page.close()
        browser.close()
    return taken


def main() -> None:
    """Take the pictures, and say how large they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--desk", default="http://127.0.0.1:8471", help="where the desk is served")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--chromium", default=CHROMIUM)
    given = parser.parse_args()
    for file in take(given.desk, given.into, given.chromium):
        size = file.stat().st_size
        note = "" if size < LARGEST else "  too large: it should stay below 300 KB"
        print(f"{file.name}: {size // 1024} KB{note}")  # noqa: T201 - a command tells what it did


if __name__ == "__main__":
    main()
