"""`nightdesk init`: lays down the folder that a new company starts from, out of a starter pack for its trade."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from rich.console import Console

from domain.errors import ConfigurationError, InputError
from domain.settings import ROOT
from retrieval.sentences import STAFF_LANGUAGES, StaffLanguage

PACKS = ROOT / "packs"
PARTS = ("knowledge", "playbook", "golden")
_LEFT_OUT = shutil.ignore_patterns("REPORT.md", ".*")

console = Console()


class Pack(BaseModel):
    """What a pack says of itself."""

    model_config = ConfigDict(extra="forbid")

    name: dict[StaffLanguage, str]
    description: dict[StaffLanguage, str]

    @field_validator("name", "description")
    @classmethod
    def _whole(cls, said: dict[StaffLanguage, str]) -> dict[StaffLanguage, str]:
        if missing := set(STAFF_LANGUAGES) - said.keys():
            raise ValueError(f"not in {', '.join(sorted(missing))}")
        return said


def init(
    folder: Annotated[
        Path | None, typer.Argument(help="The new folder, named after the company.")
    ] = None,
    pack: Annotated[str | None, typer.Option(help="The trade: a name that --list shows.")] = None,
    shown: Annotated[bool, typer.Option("--list", help="Show the starter packs.")] = False,
) -> None:
    """Make the folder of a company of your own: its documents, its sentences and its test conversations."""
    if shown:
        _show(read_packs())
        return
    if folder is None or pack is None:
        raise InputError(
            "name a pack and a folder: `nightdesk init --pack retail my-company`;"
            " `nightdesk init --list` shows the packs"
        )
    lay_down(pack, folder)
    for line in (
        f"1. Work with this company: export NIGHTDESK_HOME={folder.absolute()}",
        "2. Talk to it: nightdesk chat, or nightdesk serve; does it do well? nightdesk evals",
        f"3. Make it yours: {folder.name}/knowledge/README.md, then {folder.name}/playbook/demo/world.yaml",
        f"4. Put your people into {folder.name}/playbook/demo/staff.yaml (those in it are invented),"
        " the duty manager's id into world.yaml too; then: nightdesk staff password ID",
    ):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def read_packs(packs: Path = PACKS) -> dict[str, Pack]:
    """Every starter pack by its name.

    Raises:
        ConfigurationError: what a pack says of itself is wrong; names the file.
    """
    found = {}
    for path in sorted(packs.glob("*/pack.yaml")):
        try:
            found[path.parent.name] = Pack.model_validate(
                yaml.safe_load(path.read_text(encoding="utf-8"))
            )
        except (ValidationError, yaml.YAMLError) as error:
            raise ConfigurationError(f"{path.parent.name}/pack.yaml: {error}") from error
    return found


def lay_down(pack: str, folder: Path, packs: Path = PACKS) -> None:
    """Make the folder whole, or not at all.

    Raises:
        InputError: there is no such pack, or the folder holds something already.
    """
    known = read_packs(packs)
    if pack not in known:
        raise InputError(f"there is no pack {pack!r}; there are {', '.join(known)}")
    _check_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.absolute().with_name(f".{folder.absolute().name}.making")
    shutil.rmtree(beside, ignore_errors=True)  # left by one that was interrupted
    try:
        _make(packs / pack, beside)
        beside.replace(folder)
    except OSError as fault:
        raise InputError(f"{folder} cannot be made: {fault.strerror or fault}") from fault
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _check_free(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise InputError(f"{folder} exists and is no folder; choose another name")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(
            f"{folder} is not empty, and nothing in it is touched; choose another name"
        )


def _make(pack: Path, into: Path) -> None:
    shutil.copytree(ROOT / "playbook", into / "playbook", ignore=_LEFT_OUT)
    for part in PARTS:
        (into / part).mkdir(parents=True, exist_ok=True)
        if (pack / part).is_dir():
            shutil.copytree(pack / part, into / part, ignore=_LEFT_OUT, dirs_exist_ok=True)
    shutil.copyfile(ROOT / "knowledge" / "README.md", into / "knowledge" / "README.md")
    _name_people(into / "playbook" / "demo")


def _name_people(demo: Path) -> None:
    """Who works at the pack's own company, in the place of the people of ours."""
    world = yaml.safe_load((demo / "world.yaml").read_text(encoding="utf-8"))
    rules = yaml.safe_load((demo.parent / "rules" / "escalation.yaml").read_text(encoding="utf-8"))
    teams = sorted({line["team"] for line in rules})
    people = [
        {"id": one["id"], "name": one["name"], "role": one["role"], "teams": teams}
        for one in world.get("staff") or ()
    ]
    head = (
        "# Who works here; the operator's guide explains the fields. Put your own people in, then set\n"
        "# their passwords with `nightdesk staff password ID`.\n"
        "# How somebody is reached: reach: {channel: dingtalk, user: …}\n"
    )
    listed = yaml.safe_dump(people, allow_unicode=True, sort_keys=False)
    (demo / "staff.yaml").write_text(head + listed, encoding="utf-8")


def _show(packs: dict[str, Pack]) -> None:
    for name, pack in packs.items():
        console.print(name, style="bold", highlight=False)
        for one in STAFF_LANGUAGES:
            line = f"  {pack.name[one]} · {pack.description[one]}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)
