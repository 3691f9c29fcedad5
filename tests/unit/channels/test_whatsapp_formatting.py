from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.whatsapp.formatting import numbered, pieces, shown
from domain.channels import Button


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**已取消**單嘢", "*已取消*單嘢"),
        ("__bold__ and *slanted*", "*bold* and _slanted_"),
        ("# 退款", "*退款*"),
        ("## **退款** ##", "*退款*"),
        ("* 一\n* 二\n+ 三\n- 四", "- 一\n- 二\n- 三\n- 四"),
        ("[睇呢度](https://a.hk/x_(1))", "睇呢度: https://a.hk/x_(1)"),
        ("[https://a.hk](https://a.hk)", "https://a.hk"),
        ("![](https://a.hk/i.png)", "https://a.hk/i.png"),
        ("~~舊價~~ 新價", "~舊價~ 新價"),
        ("3*4*5 = 60", "3*4*5 = 60"),
        ("snake_case__name", "snake_case__name"),
        ("`**a**` **b**", "`**a**` *b*"),
        ("```\n# no heading\n```", "```\n# no heading\n```"),
        ("a\n\n\n\nb\r\nc", "a\n\nb\nc"),
        ("a\x00b\ud800", "ab"),
        ("**a** *b* **c**", "*a* _b_ *c*"),
    ],
)
def test_markdown_becomes_what_whatsapp_shows(markdown: str, expected: str) -> None:
    assert expected == shown(markdown)


def test_a_short_text_is_one_piece() -> None:
    assert pieces("a\n\nb\nc") == ["a\n\nb\nc"]


def test_a_long_text_is_cut_between_paragraphs() -> None:
    first, second = "一" * 3000, "二" * 3000
    assert [first, second] == pieces(f"{first}\n\n{second}")


def test_a_long_paragraph_is_cut_between_lines_and_then_behind_sentences() -> None:
    lines = ["一" * 3000, "二" * 3000]
    assert lines == pieces("\n".join(lines))
    sentences = ["一" * 2999 + "。", "二" * 2999 + "。"]
    assert sentences == pieces("".join(sentences))


@settings(max_examples=60)
@given(st.text("a。 \n一", max_size=400))
def test_nothing_is_lost_or_too_long_however_a_text_is_cut(text: str) -> None:
    found = pieces(text, 20)
    assert all(0 < len(piece) <= 20 for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


def test_buttons_can_be_read_where_there_are_none() -> None:
    buttons = (Button("yes", "係"), Button("no", "唔係"))
    assert numbered("取消？", buttons) == "取消？\n\n1. 係\n2. 唔係"
    assert numbered("好", ()) == "好"
