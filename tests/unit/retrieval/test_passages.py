from __future__ import annotations

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
