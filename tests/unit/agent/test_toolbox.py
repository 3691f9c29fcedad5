from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tools
from agent.toolbox import find_tools, supply
from domain.conversation import Task
from domain.errors import ConfigurationError
from domain.policies import Policies
from domain.ports import OrderSystem
from domain.tooling import Done
from tests.unit.agent.conftest import Bench

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "guides" / "developer.md"


def example() -> str:
    """The tool that the developer's guide shows."""
    found = re.search(r"```python\n(\"\"\".*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert found is not None, "the guide shows a whole tool file"
    return found[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A second tools folder, beside the real one."""
    monkeypatch.setattr(tools, "__path__", [*tools.__path__, str(tmp_path)])
    yield tmp_path
    for name in [path.stem for path in tmp_path.glob("*.py")]:
        sys.modules.pop(f"tools.{name}", None)


def test_every_file_in_tools_is_a_tool() -> None:
    files = {path.stem for path in (ROOT / "tools").glob("*.py")} - {"__init__"}
    assert set(find_tools()) == files


async def test_the_tool_of_the_guide_is_found_supplied_and_answers(
    folder: Path, bench: Bench
) -> None:
    (folder / "find_last_delivery.py").write_text(example(), "utf-8")
    bench.tools = find_tools()
    ran = await bench.run(Task("m1-0", "find_last_delivery"))
    assert isinstance(ran.outcome, Done)
    assert ran.outcome.reply == "find_last_delivery.told"
    assert ran.outcome.values["order"] == "HB-202871"


async def test_a_tool_receives_the_systems_that_it_names(bench: Bench) -> None:
    policies = Policies.model_validate(bench.world.policies)
    supplied = supply(bench.tools, bench.systems(policies))
    assert supplied["chase_delivery"] == {"orders": bench.shop, "policies": policies}


def test_a_missing_system_is_refused_with_the_name_of_the_tool_and_of_the_system() -> None:
    found = {"track_parcel": find_tools()["track_parcel"]}
    with pytest.raises(ConfigurationError, match=r"`track_parcel` asks for `orders`"):
        supply(found, {Policies: object()})
    assert supply(found, {OrderSystem: "shop"}) == {"track_parcel": {"orders": "shop"}}


@pytest.mark.parametrize(
    ("text", "lack"),
    [
        ('"""Nothing."""\n', "has no function `broken`"),
        ('"""Unmarked."""\nasync def broken(request: object) -> None: ...\n', "marked with @tool"),
        (
            '"""Takes nothing."""\n'
            "from domain.tooling import ToolPolicy, tool\n"
            '@tool(ToolPolicy(scope="x:read"))\n'
            "async def broken() -> None: ...\n",
            "takes no `request`",
        ),
    ],
)
def test_a_file_that_is_no_tool_is_refused_with_what_it_lacks(
    folder: Path, text: str, lack: str
) -> None:
    (folder / "broken.py").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=lack):
        find_tools()
