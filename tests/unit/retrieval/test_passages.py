from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.passages import LONGEST, Piece, cut, pieces


def test_a_section_carries_the_headings_above_it() -> None:
    text = "# 退貨\n開首。\n## 期限\n十四天。\n### 例外\n衞生用品。\n## 方法\n交回門市。"
    expected = [
        Piece("退貨", "開首。", 0),
        Piece("退貨 > 期限", "十四天。", 1),
        Piece("退貨 > 期限 > 例外", "衞生用品。", 2),
        Piece("退貨 > 方法", "交回門市。", 3),
    ]
    assert list(pieces(text)) == expected


def test_a_number_sign_inside_a_code_fence_is_no_heading() -> None:
    assert [piece.section for piece in pieces("# One\n```\n# not a heading\n```\n")] == ["One"]


def test_short_paragraphs_share_a_passage() -> None:
    assert list(cut("one\n\ntwo")) == ["one\ntwo"]


def test_a_heading_without_text_makes_no_passage() -> None:
    assert list(pieces("# Empty\n\n# Full\nwords")) == [Piece("Full", "words", 0)]


def test_a_long_chinese_paragraph_is_cut_between_sentences() -> None:
    found = list(cut("退貨期限是十四天。" * 100))
    assert {passage[-1] for passage in found} == {"。"}


def test_a_decimal_point_does_not_end_a_sentence() -> None:
    found = list(cut("It costs 3.50 a piece. " * 40))
    assert [passage for passage in found if not passage.startswith("It")] == []


@given(st.text(alphabet="貨ab .。\n#?」", max_size=2000))
def test_no_passage_is_too_long_and_no_letter_is_lost(text: str) -> None:
    found = list(cut(text))
    letters = [char for char in text if char in "貨ab"]
    assert letters == [char for char in "".join(found) if char in "貨ab"]
    assert [passage for passage in found if not 0 < len(passage) <= LONGEST] == []


def test_a_long_table_repeats_its_head_in_every_passage() -> None:
    head = "| 地區 | 運費 |\n|---|---|"
    rows = [f"| 第{number}區 | 港幣 {number} 元 |" for number in range(100)]
    found = list(cut("\n".join(["運費表：", head, *rows])))
    assert len(found) > 3
    assert [passage for passage in found if not passage.startswith(f"運費表：\n{head}\n| 第")] == []
    assert [row for passage in found for row in passage.splitlines()[3:]] == rows


def test_a_row_too_long_for_its_head_names_its_columns() -> None:
    found = list(cut(f"| 類別 | 條件 |\n|---|---|\n| 電器 | {'不設退款。' * 80} |"))
    assert found[0].startswith("類別: 電器; 條件: 不設退款。")
    assert "".join(found).count("不設退款") == 80


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_long_list_repeats_its_lead_in(gap: str) -> None:
    items = [f"- 第{number}類貨品，{'如已開封' * 5}" for number in range(30)]
    found = list(cut("開首。\n\n以下貨品不設退款：" + gap + "\n".join(items)))
    assert [each for each in found if "- 第" in each and "不設退款：\n- 第" not in each] == []
    assert [line for each in found for line in each.splitlines() if line.startswith("-")] == items


def test_a_short_list_stays_with_its_lead_in() -> None:
    filler = "字" * (LONGEST - 20) + "。"
    found = list(cut(f"{filler}\n\n須帶備：\n\n- 收據\n- 信用卡\n- 身份證明文件正本"))
    assert found == [filler, "須帶備：\n- 收據\n- 信用卡\n- 身份證明文件正本"]


def test_points_below_a_point_keep_it_above_them() -> None:
    nested = "\n".join(f"  - {'細則' * 10}{number}" for number in range(40))
    found = list(cut(f"- 一般\n- 電器：\n{nested}"))
    assert [each for each in found if "細則" in each and "- 電器：\n  - 細則" not in each] == []


@given(st.text(alphabet="貨ab .。\n-|:1 ", max_size=3000))
def test_no_passage_of_lists_and_tables_is_too_long_and_no_letter_is_lost(text: str) -> None:
    found = list(cut(text))
    assert [passage for passage in found if not 0 < len(passage) <= LONGEST] == []
    for char in "貨ab":
        assert "".join(found).count(char) >= text.count(char)


@given(st.integers(0, 30), st.integers(0, 60), st.integers(1, 60), st.booleans())
def test_no_row_or_item_is_lost_whatever_the_lengths(
    lead: int, head: int, rows: int, table: bool
) -> None:
    first = f"{'引' * lead * 10}：\n"
    names = f"| {'名' * head * 4} | b |\n|---|---|\n" if table else ""
    lines = [
        f"| 值{at}終 | {'x' * at * 9} |" if table else f"- 值{at}終{'x' * at * 9}"
        for at in range(rows)
    ]
    found = list(cut(first + names + "\n".join(lines)))
    assert [passage for passage in found if not 0 < len(passage) <= LONGEST] == []
    assert [at for at in range(rows) if f"值{at}終" not in "".join(found)] == []
