"""The files that browsers load."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest

from channels.widget.script import Script

ASSETS = Path(__file__).parents[4] / "channels" / "assets" / "widget"
CODE = sorted(path.name for path in ASSETS.glob("*.js"))
NAMES = ("海傍 <生活>", 'Harbour "&" Sons')


def body(response: object) -> str:
    return bytes(getattr(response, "body", b"")).decode()


def test_the_loader_knows_its_desk() -> None:
    script = Script("shop", NAMES)
    text = body(script.loader(""))
    desk = json.loads(re.findall(r"const DESK = (\{.*?\});", text)[0])
    assert desk == {"site": "shop", "zh": NAMES[0], "en": NAMES[1], "version": script.version}
    assert "__DESK__" not in text


def test_a_loader_that_did_not_change_is_not_sent_again() -> None:
    script = Script("shop", NAMES)
    mark = script.loader("").headers["etag"]
    assert (script.loader(mark).status_code, script.loader('"old"').status_code) == (304, 200)


@pytest.mark.parametrize("name", [*(one for one in CODE if one != "nightdesk.js"), "widget.css"])
def test_every_module_is_served_for_ever_under_its_version(name: str) -> None:
    script = Script("shop", NAMES)
    assert "immutable" in script.file(script.version, name).headers["cache-control"]
    assert script.file("0" * 16, name).headers["cache-control"] == "no-cache"
    assert body(script.file(script.version, name)) == (ASSETS / name).read_text("utf-8")


@pytest.mark.parametrize("name", ["nightdesk.js", "example.html", "..", "../../web.py", "none.js"])
def test_no_other_file_is_served(name: str) -> None:
    script = Script("shop", NAMES)
    assert script.file(script.version, name).status_code == 404


@pytest.mark.parametrize("name", CODE)
def test_nothing_that_anybody_wrote_can_become_markup(name: str) -> None:
    code = (ASSETS / name).read_text("utf-8")
    banned = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "cookie =")
    assert [word for word in banned if word in code] == []


@pytest.mark.parametrize("name", CODE)
def test_modules_bring_nothing_from_elsewhere(name: str) -> None:
    code = (ASSETS / name).read_text("utf-8")
    wanted = re.findall(r'from "(.*?)"', code)
    assert [one for one in wanted if one.removeprefix("./") not in CODE] == []


def test_the_widget_says_everything_in_every_language() -> None:
    words = (ASSETS / "words.js").read_text("utf-8")
    tables = re.findall(r'^  "?([\w-]+)"?: \{\n(.*?)^  \},', words, re.MULTILINE | re.DOTALL)
    keys = {language: re.findall(r"^    (\w+):", table, re.MULTILINE) for language, table in tables}
    assert sorted(keys) == ["en", "zh-Hans", "zh-Hant"]
    assert keys["en"] == keys["zh-Hans"] == keys["zh-Hant"]


def test_the_example_page_is_shown_in_a_demonstration_only() -> None:
    assert Script("shop", NAMES).pages == ()
    demo = Script("shop", NAMES, demo=True)
    assert demo.pages == ("example.html", "example.css")
    page = demo.page("example.html")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert httpx.Headers(page.raw_headers)["content-type"] == "text/html; charset=utf-8"
