from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from retrieval.wordings import Wordings

TABLE = Wordings({"幾耐": "多久", "幾": "多少", "refund": "退款", "㗎": ""})


def test_the_longest_wording_wins() -> None:
    assert TABLE.rewrite("要幾耐㗎") == "要多久"


def test_an_english_word_inside_chinese_is_rewritten_and_part_of_a_word_is_not() -> None:
    assert TABLE.rewrite("Refund要幾耐 refunds") == "退款要多久 refunds"


def test_english_is_left_alone() -> None:
    assert TABLE.rewrite("How long is a Refund?") == "How long is a Refund?"


def test_an_empty_table_changes_only_the_script() -> None:
    assert Wordings({}).rewrite("幾耐") == "几耐"


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "wordings.yaml"
    path.write_text("- a\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"wordings\.yaml"):
        Wordings.read(path)
