"""Markdown as DingTalk shows it: harmless, spaced, cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.dingtalk.markdown import harmless, numbered, pieces, plain, spaced, title
from domain.channels import Button

YES_OR_NO = (Button("yes", "係"), Button("no", "唔係 [x](https://evil.test)"))


@pytest.mark.parametrize(
    "hostile",
    [
        "[優惠](https://evil.test)",
        "![](https://evil.test/pixel.png)",
        "![x][y]\n\n[y]: https://evil.test/pixel.png",
        "<a atId=boss>boss</a>",
        "<img src=https://evil.test>",
        "<https://evil.test>",
        "@all 快啲睇",
        "(@manager4321)",
    ],
)
def test_a_customers_markup_is_shown_and_does_nothing(hostile: str) -> None:
    shown = harmless(hostile)
    for live in ("](", "][", "]:", "![", "<a", "<i", "<h", "@all", "@manager"):
        assert live not in shown
    assert shown.replace("\u200b", "") == hostile


@pytest.mark.parametrize(
    "kept", ["寫去 help@nightdesk.test", "**粗體**", "- 一\n- 二", "1 < 2", "金額：HK$1,450 @ 2"]
)
def test_what_is_ours_stays_as_it_is(kept: str) -> None:
    assert harmless(kept) == kept


def test_what_no_encoder_takes_is_left_out() -> None:
    assert harmless("a\ud800b\x00c").encode() == b"abc"


def test_single_line_breaks_are_doubled_outside_lists_tables_and_code() -> None:
    text = "你好\n已發貨：\n- 一\n  續\n- 二\n多謝\n\n| a |\n|---|\n| b |\n```\nx\ny\n```\n完"
    assert spaced(text) == (
        "你好\n\n已發貨：\n\n- 一\n  續\n- 二\n\n多謝\n\n| a |\n|---|\n| b |\n\n```\nx\ny\n```\n\n完"
    )


def test_a_short_text_is_one_piece() -> None:
    assert pieces("你好") == ["你好"]


def test_long_texts_are_cut_between_paragraphs() -> None:
    paragraphs = [f"{number}" + "字" * 99 for number in range(10)]
    found = pieces("\n\n".join(paragraphs), 350)
    assert [piece.split("\n\n") for piece in found] == [
        paragraphs[0:3],
        paragraphs[3:6],
        paragraphs[6:9],
        paragraphs[9:],
    ]


def test_a_long_paragraph_is_cut_behind_a_sentence() -> None:
    assert pieces("一二三四五六七八九。十一十二十三", 12) == [
        "一二三四五六七八九。",
        "十一十二十三",
    ]


def test_code_is_kept_together_or_closed_and_opened_again() -> None:
    code = "```python\n" + "\n\n".join(f"line {number}" for number in range(20)) + "\n```"
    whole = pieces(f"前\n\n{code}\n\n後", len(code))
    assert code in whole
    cut = pieces(f"前\n\n{code}", 80)
    assert len(cut) > 2
    assert all(piece.count("```") in {0, 2} for piece in cut)
    assert all(len(piece) <= 80 for piece in cut)
    assert all(f"line {number}\n" in "".join(f"{piece}\n" for piece in cut) for number in range(20))


def test_a_fence_line_that_is_longer_than_a_piece_is_cut_too() -> None:
    found = pieces("```" + "a" * 500, 100)
    assert "".join(found).count("a") == 500
    assert all(len(piece) <= 100 for piece in found)


@given(st.text(alphabet="ab 。\n`~-|@[(", max_size=600), st.integers(20, 80))
def test_no_piece_is_too_long_and_no_word_is_lost(text: str, longest: int) -> None:
    found = pieces(text, longest)
    assert all(len(piece) <= longest for piece in found)
    assert "".join(found).count("a") == text.count("a")
    assert "".join(found).count("b") == text.count("b")


def test_a_title_is_the_beginning_and_never_empty() -> None:
    assert (
        title("\n## **你好**，張單已經發貨，聽日會送到你屋企樓下嘅大堂", "yue")
        == "你好，張單已經發貨，聽日會送到你屋企樓下"
    )
    assert title("- 一", "en") == "一"
    assert title("***", "en") == "Reply"
    assert title("", "zh-Hans") == "回复"


def test_plain_text_has_no_marks() -> None:
    assert plain("# 題\n**粗**\n```py\nx\n```") == "題\n粗\n\nx\n"


def test_buttons_without_cards_are_a_numbered_list() -> None:
    shown = numbered("確定？", YES_OR_NO)
    assert shown.startswith("確定？\n\n1. 係\n2. 唔係")
    assert "](" not in shown
    assert numbered("好", ()) == "好"
