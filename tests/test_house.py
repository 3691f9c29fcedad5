"""The laws of the house, as tests. `make lint` holds the floors; the rest stands here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from agent.toolbox import find_tools
from domain.settings import Settings
from security.permissions import Permissions
from support.replies import Replies

ROOT = Path(__file__).parent.parent
MADE = {"var", "build", "__pycache__"}  # made by running, not by people
FOLDERS = sorted(
    path.name
    for path in ROOT.iterdir()
    if path.is_dir() and not path.name.startswith(".")
    if path.name not in MADE and not path.name.endswith(".egg-info")
)
BANNED_NAMES = {"utils", "helpers", "common", "misc", "manager", "base", "core"}
LONGEST_FILE = 400
GRAPH_ON_ONE_SCREEN = 60
# The turn, the web's answer and the server: where a fault must not reach the customer as a fault.
MAY_CATCH_ALL = {"agent/work.py", "channels/web.py", "server.py"}
PEOPLES_FOLDERS = {
    "knowledge": {".md", ".txt", ".docx", ".pdf", ".xlsx", ".csv", ".pptx", ".html"},
    "playbook": {".yaml"},
}
WRITTEN = {".py", ".md", ".toml", ".yaml", ".txt", ".html", ".js", ".css", ".svg"}
MACHINE = re.compile(r"/(?:work|root)/|/(?:home|Users)/\w")

TOOLS = find_tools()


def code() -> list[Path]:
    """Every Python file, tests too."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return sorted([*found, *ROOT.glob("*.py")])


def written() -> list[Path]:
    """Every file that a person wrote."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    files = [path for path in (*found, *ROOT.glob("*")) if path.is_file()]
    return sorted(path for path in files if path.suffix in WRITTEN or path.name == "Makefile")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def offenders(found: Iterator[str]) -> list[str]:
    return sorted(set(found))


def test_no_file_is_longer_than_400_lines() -> None:
    sizes = {name(path): len(path.read_text("utf-8").splitlines()) for path in code()}
    assert {path: lines for path, lines in sizes.items() if lines > LONGEST_FILE} == {}


def test_the_graph_stands_on_one_screen() -> None:
    lines = (ROOT / "agent" / "graph.py").read_text("utf-8").splitlines()
    assert len(lines) <= GRAPH_ON_ONE_SCREEN


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    named = [*code(), *(path.parent for path in code())]
    assert offenders(name(path) for path in named if path.stem in BANNED_NAMES) == []


def test_no_module_is_private() -> None:
    hidden = (path for path in code() if path.stem.startswith("_") and path.stem != "__init__")
    assert offenders(name(path) for path in hidden) == []


@pytest.mark.parametrize("folder", sorted(PEOPLES_FOLDERS))
def test_peoples_folders_hold_what_people_write_and_no_code(folder: str) -> None:
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    wrong = (name(path) for path in files if path.suffix not in PEOPLES_FOLDERS[folder])
    assert offenders(wrong) == []


def test_golden_conversations_hold_no_code() -> None:
    files = (path for path in (ROOT / "evals" / "golden").rglob("*") if path.is_file())
    assert offenders(name(path) for path in files if path.suffix not in {".yaml", ".md"}) == []


def test_the_map_of_the_readme_is_the_tree() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    drawn = re.search(r"## The map\n.*?```text\n(.*?)```", text, re.DOTALL)
    assert drawn is not None
    assert sorted(re.findall(r"^([\w.-]+)/ ", drawn[1], re.MULTILINE)) == FOLDERS


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 120


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_is_documented(setting: str) -> None:
    guide = (ROOT / "docs" / "guides" / "operator.md").read_text("utf-8")
    assert setting_row(setting) in guide.splitlines()


def setting_row(setting: str) -> str:
    """The line of the operator's table for a setting; put it there as it stands."""
    field = Settings.model_fields[setting]
    variable = field.validation_alias or f"NIGHTDESK_{setting.upper()}"
    usual = field.default
    shown = str(usual)
    if isinstance(usual, Path):
        shown = usual.relative_to(ROOT).as_posix() + ("" if usual.suffix else "/")
    return f"| `{variable}` | `{shown}` | {field.description} |"


def test_every_reply_stands_in_every_language_with_the_same_fields() -> None:
    assert Replies.read(ROOT / "playbook" / "replies").keys() != []


def test_every_sentence_that_the_code_names_is_in_the_playbook() -> None:
    replies = {*Replies.read(ROOT / "playbook" / "replies").keys(), *staff_sentences()}
    used = (
        f"{name(path)}: {call.args[0].value}"
        for path in code()
        if path.parts[len(ROOT.parts)] in ("agent", "support", "tools")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and called(call) in ("say", "Done", "Declined")
        if call.args and isinstance(call.args[0], ast.Constant)
        if isinstance(call.args[0].value, str) and call.args[0].value not in replies
    )
    assert offenders(used) == []


def staff_sentences() -> set[str]:
    """The keys of everything that staff read."""
    files = (ROOT / "playbook" / "reports").glob("*.yaml")
    return {key for path in files for key in yaml.safe_load(path.read_text("utf-8"))}


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_every_tool_has_a_scope_that_customers_were_granted(tool: str) -> None:
    permissions = Permissions.read(ROOT / "playbook" / "roles.yaml")
    assert permissions.may("customer", TOOLS[tool].policy.scope)


@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_a_tool_only_reads_or_its_scope_says_that_it_writes(tool: str) -> None:
    policy = TOOLS[tool].policy
    assert policy.scope.endswith(":read") == (policy.effect == "read")


@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_every_tool_has_a_golden_conversation(tool: str) -> None:
    goldens = (ROOT / "evals" / "golden").rglob("*.yaml")
    mention = re.compile(rf"\b{tool}\b")
    assert any(mention.search(path.read_text("utf-8")) for path in goldens)


@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_every_tool_has_examples_for_the_offline_reader(tool: str) -> None:
    assert (ROOT / "playbook" / "examples" / "tasks" / f"{tool}.yaml").exists()


def test_a_package_opens_with_one_sentence_and_nothing_else() -> None:
    opened = (path for path in code() if path.name == "__init__.py")
    trees = ((path, ast.parse(path.read_text("utf-8"))) for path in opened)
    wrong = (
        name(path) for path, tree in trees if len(tree.body) != 1 or not ast.get_docstring(tree)
    )
    assert offenders(wrong) == []


def test_every_module_opens_with_a_sentence() -> None:
    product = (path for path in code() if "tests" not in path.parts)
    silent = (path for path in product if not ast.get_docstring(ast.parse(path.read_text("utf-8"))))
    assert offenders(name(path) for path in silent) == []


def test_a_fault_is_swallowed_in_the_allowed_places_only() -> None:
    caught = (
        name(path)
        for path in code()
        if name(path) not in MAY_CATCH_ALL
        for handler in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(handler, ast.ExceptHandler) and catches_all(handler)
    )
    assert offenders(caught) == []


def catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {one.id for one in ast.walk(handler.type) if isinstance(one, ast.Name)}
    return bool(names & {"Exception", "BaseException"})


def test_no_file_speaks_of_one_machine() -> None:
    told = (name(path) for path in written() if MACHINE.search(path.read_text("utf-8")))
    assert offenders(told) == []
