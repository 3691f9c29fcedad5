from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from simulators.dingtalk import server
from simulators.dingtalk.faults import FaultKind
from tests.unit.simulators.dingtalk_world import playing, say, socket

PAGE = Path(server.__file__).parent / "page"
FILES = {path.name: path.read_text("utf-8") for path in sorted(PAGE.iterdir())}
SCRIPTS = {name: text for name, text in FILES.items() if name.endswith(".js")}
KINDS = {"js": "text/javascript", "css": "text/css", "html": "text/html"}


def words(language: str) -> set[str]:
    """The names of what the page says in one language."""
    table = re.search(rf"const {language} = {{(.*?)\n}};", FILES["words.js"], re.DOTALL)
    assert table is not None
    return set(re.findall(r"^  (\w+):", table[1], re.MULTILINE))


@pytest.mark.parametrize("file", FILES)
async def test_every_file_of_the_page_is_served_as_what_it_is(file: str) -> None:
    async with playing() as http:
        answer = await http.get(f"/page/{file}")
        assert (answer.status_code, answer.text) == (200, FILES[file])
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind == KINDS[file.rpartition(".")[2]]


async def test_the_page_is_where_one_looks_and_nothing_else_is_a_file_of_it() -> None:
    async with playing() as http:
        assert (await http.get("/")).text == FILES["index.html"]
        for other in ("..%2Fstate.py", "state.py"):
            assert (await http.get(f"/page/{other}")).status_code == 404


def test_everything_said_is_said_in_both_languages() -> None:
    assert words("EN") == words("ZH")
    used = re.findall(r'data-(?:word|label)="(\w+)"', FILES["index.html"])
    used += [
        name for text in SCRIPTS.values() for name in re.findall(r"(?<!/)\bwords\.(\w+)", text)
    ]
    assert set(used) <= words("EN")


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_script_makes_markup_of_a_text(script: str) -> None:
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|write\(.<", SCRIPTS[script]) == []


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_loaded_from_elsewhere(file: str) -> None:
    assert re.findall(r"""(?:src|href|import|url)\W{1,3}(?:https?:)?//""", FILES[file]) == []


async def test_every_fault_of_the_panel_is_one_that_the_simulator_has() -> None:
    kinds = re.findall(r'next\("(\w+)"', FILES["faults.js"])
    assert kinds
    assert set(kinds) <= set(get_args(FaultKind))
    async with playing() as http:
        for path in re.findall(r'at\("([\w-]+)"\)', FILES["faults.js"]):
            assert (await http.post(f"/simulator/{path}", json={})).is_success


async def test_the_list_on_the_left_has_people_and_groups() -> None:
    async with playing() as http:
        chats = (await http.get("/simulator/chats")).json()
        assert [one["title"] for one in chats] == ["Ann", "Bob", "Eve", "Group"]
        assert [one["group"] for one in chats] == [False, False, False, True]
        assert (await http.get("/simulator/chats/none")).status_code == 404


async def test_an_open_page_hears_of_what_happens() -> None:
    async with playing() as http, socket(http), http.stream("GET", "/simulator/events") as told:
        lines = told.aiter_lines()
        assert await anext(lines) == ": hello"
        msg_id = await say(http)
        async for line in lines:
            if line.startswith("data: "):
                entry = json.loads(line.removeprefix("data: "))
                assert (entry["kind"], entry["msgId"]) == ("push", msg_id)
                break


async def test_health_tells_how_many_desks_are_connected() -> None:
    async with playing() as http:
        assert (await http.get("/health")).json() == {"sockets": 0}
        async with socket(http), socket(http):
            assert (await http.get("/health")).json() == {"sockets": 2}
            await http.post("/simulator/half-open")
            assert (await http.get("/health")).json() == {"sockets": 0}
