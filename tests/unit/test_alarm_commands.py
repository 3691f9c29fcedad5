from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alarm_commands import teach
from domain.errors import ConfigurationError
from domain.office import Label
from storage.database import Database
from storage.office import SqlOffice
from understanding.examples import read_labels

NOW = datetime(2026, 3, 12, 2, 30, tzinfo=UTC)


def label(message: str, text: str, said: str = "none") -> Label:
    return Label(message, "talk", said, "ST-02", NOW, "yue", text)


def test_what_was_no_alarm_becomes_an_example_once(tmp_path: Path) -> None:
    path = tmp_path / "from_the_desk.yaml"
    first = [label("m1", "上次件貨爛咗，你哋換咗，好滿意"), label("m2", "講笑咋，冇投訴")]
    assert teach(path, first) == 2
    assert teach(path, [*first, label("m3", "朋友間舖先遲到")]) == 1
    found = read_labels(tmp_path)
    assert [one.text for one in found] == [
        "上次件貨爛咗，你哋換咗，好滿意",
        "講笑咋，冇投訴",
        "朋友間舖先遲到",
    ]
    assert {one.label for one in found} == {"from_the_desk"}


def test_with_nothing_new_nothing_is_written(tmp_path: Path) -> None:
    assert teach(tmp_path / "from_the_desk.yaml", []) == 0
    assert not (tmp_path / "from_the_desk.yaml").exists()


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "from_the_desk.yaml"
    path.write_text("label: alarm\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="label: from_the_desk"):
        teach(path, [label("m1", "冇事")])


async def test_the_last_word_on_a_message_counts(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    office = SqlOffice(database)
    await office.label(label("m1", "冇事"))
    await office.label(label("m2", "真係有事", "alarm"))
    await office.label(label("m1", "冇事呀"))
    kept = await office.labels()
    await database.close()
    assert [one.text for one in kept] == ["冇事呀"]
