"""What is written about the house, and what it is built of, agrees with the house."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PACKAGES = sorted(
    path.parent.name for path in ROOT.glob("*/__init__.py") if "tests" not in path.parts
)
EXTRAS = {"haystack": "haystack-ai"}  # modules of extras that may not be installed here
ADR_PARTS = ("## Context", "## Decision", "## What we gave up")


def product() -> list[Path]:
    """Every Python file but the tests."""
    return sorted(
        [*ROOT.glob("*.py"), *(p for one in PACKAGES for p in (ROOT / one).rglob("*.py"))]
    )


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_import_from_outside_is_a_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = [one for group in project["optional-dependencies"].values() for one in group]
    declared = {canonicalize_name(Requirement(one).name) for one in project["dependencies"]}
    declared |= {canonicalize_name(Requirement(one).name) for one in optional}
    homes = packages_distributions()
    foreign = (
        f"{name(path)}: {module}"
        for path in product()
        for module in imported(path)
        if not {canonicalize_name(one) for one in homes.get(module, [EXTRAS.get(module, module)])}
        & declared
    )
    assert sorted(set(foreign)) == []


def imported(path: Path) -> Iterator[str]:
    """The top names of what a file imports that is neither ours nor Python's."""
    ours = {*PACKAGES, *(path.stem for path in ROOT.glob("*.py"))}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules = [one.name for one in node.names]
        else:
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for module in modules:
            top = module.split(".")[0]
            if top not in sys.stdlib_module_names and top not in ours:
                yield top


def test_domain_knows_little_of_the_world() -> None:
    allowed = {"pydantic", "pydantic_settings", "numpy", "opencc"}  # docs/adr/0011
    found = {module for path in (ROOT / "domain").rglob("*.py") for module in imported(path)}
    assert found <= allowed


def test_every_dependency_is_pinned_to_a_version_that_was_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in pins if re.fullmatch(r"[\w.-]+==[\w.!+-]+", line) is None] == []
    pinned = {canonicalize_name(line.split("==")[0]) for line in pins}
    assert {canonicalize_name(Requirement(one).name) for one in needed} - pinned == set()


def test_every_decision_has_its_number_and_says_what_it_cost() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [page.name[:4] for page in pages]
    assert numbers == [f"{number:04d}" for number in range(1, len(pages) + 1)]
    lacking = (
        f"{page.name}: {part}"
        for page in pages
        for part in ADR_PARTS
        if part not in page.read_text("utf-8")
    )
    assert list(lacking) == []


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = (
        f"{name(page)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    )
    assert list(broken) == []
