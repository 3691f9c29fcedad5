"""A folder for a new company is made whole, or not at all, and nothing that exists is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from cli import main
from domain.errors import ConfigurationError, InputError
from domain.settings import ROOT
from new_company import lay_down, read_packs
from support.staff import Staff

LINE = {"zh-Hant": "花店", "zh-Hans": "花店", "en": "Flowers"}


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    pack = tmp_path / "packs" / "flowers"
    for part in ("knowledge/faq", "playbook/demo", "golden"):
        (pack / part).mkdir(parents=True)
    about = {"name": LINE, "description": LINE}
    (pack / "pack.yaml").write_text(yaml.safe_dump(about, allow_unicode=True), "utf-8")
    (pack / "knowledge/faq/vases.en.md").write_text("# Vases\n")
    (pack / "knowledge/REPORT.md").write_text("of another company\n")
    (pack / "playbook/demo/world.yaml").write_text("world_id: flowers\n")
    (pack / "golden/asks_for_a_vase.yaml").write_text("title: vase\n")
    return tmp_path / "packs"


def files(folder: Path) -> set[str]:
    found = (one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
    return {one for one in found if not one.startswith("playbook/")}


def test_a_company_has_the_packs_documents_and_goldens(packs: Path, tmp_path: Path) -> None:
    ours = tmp_path / "deep" / "ours"
    lay_down("flowers", ours, packs)
    assert files(ours) == {
        "knowledge/README.md",
        "knowledge/faq/vases.en.md",
        "golden/asks_for_a_vase.yaml",
    }
    assert [one.name for one in ours.parent.iterdir()] == ["ours"]


def test_its_playbook_is_whole_with_the_packs_files_over_it(packs: Path, tmp_path: Path) -> None:
    lay_down("flowers", tmp_path / "ours", packs)
    made, usual = tmp_path / "ours" / "playbook", ROOT / "playbook"
    assert (made / "demo/world.yaml").read_text() == "world_id: flowers\n"
    assert (made / "roles.yaml").read_bytes() == (usual / "roles.yaml").read_bytes()
    assert {one.name for one in usual.iterdir()} == {one.name for one in made.iterdir()}


def test_an_empty_folder_is_filled(packs: Path, tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    lay_down("flowers", tmp_path / "ours", packs)
    assert (tmp_path / "ours/knowledge/README.md").exists()


def test_a_folder_that_holds_something_is_left_alone(packs: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="is not empty"):
        lay_down("flowers", ours, packs)
    assert files(ours) == {"letter.txt"}


def test_a_file_is_not_written_over(packs: Path, tmp_path: Path) -> None:
    (tmp_path / "ours").write_text("dear")
    with pytest.raises(InputError, match="is no folder"):
        lay_down("flowers", tmp_path / "ours", packs)
    assert (tmp_path / "ours").read_text() == "dear"


def test_a_folder_that_cannot_be_finished_does_not_stay(packs: Path, tmp_path: Path) -> None:
    (packs / "flowers/golden/lost.yaml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="cannot be made"):
        lay_down("flowers", tmp_path / "ours", packs)
    assert [one.name for one in tmp_path.iterdir()] == ["packs"]


def test_a_pack_that_does_not_exist_is_named_with_those_that_do(
    packs: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"no pack '\.\./flowers'; there are flowers"):
        lay_down("../flowers", tmp_path / "ours", packs)


def test_a_pack_must_say_what_it_is_in_the_three_languages(packs: Path) -> None:
    assert read_packs(packs)["flowers"].name == LINE
    (packs / "flowers/pack.yaml").write_text(
        "name: {en: F, zh-Hant: 花}\ndescription: {}\n", "utf-8"
    )
    with pytest.raises(ConfigurationError, match="not in zh-Hans"):
        read_packs(packs)


def test_the_command_shows_the_packs() -> None:
    said = CliRunner().invoke(main, ["init", "--list"])
    assert said.exit_code == 0
    assert all(name in said.output for name in read_packs())


def test_the_command_says_what_to_do_next_in_four_lines(tmp_path: Path) -> None:
    pack = next(iter(read_packs()))
    said = CliRunner().invoke(main, ["init", "--pack", pack, str(tmp_path / "ours")])
    assert (said.exit_code, len(said.output.splitlines())) == (0, 4)
    assert f"NIGHTDESK_HOME={tmp_path / 'ours'}" in said.output
    assert "your people into ours/playbook/demo/staff.yaml" in said.output
    assert "nightdesk staff password ID" in said.output


def test_the_people_that_the_command_speaks_of_are_there_to_be_replaced(tmp_path: Path) -> None:
    lay_down(next(iter(read_packs())), tmp_path / "ours")
    people = Staff.read(tmp_path / "ours/playbook/demo/staff.yaml").everybody
    world = yaml.safe_load((tmp_path / "ours/playbook/demo/world.yaml").read_text("utf-8"))
    assert [one.name for one in people] == [one["name"] for one in world["staff"]]
    assert all(one.teams for one in people)


def test_the_command_asks_for_a_pack(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["init", str(tmp_path / "ours")])
    assert isinstance(said.exception, InputError)
