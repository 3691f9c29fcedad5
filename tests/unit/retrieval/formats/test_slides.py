from __future__ import annotations

import io

import pptx
from pptx.util import Inches

from retrieval.formats.content import Content, Note
from retrieval.formats.slides import read


def content(show: pptx.presentation.Presentation) -> Content:
    made = io.BytesIO()
    show.save(made)
    return read(made.getvalue(), "a.pptx")


def test_a_slide_is_a_heading_with_points_a_table_and_notes() -> None:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = "退貨政策"
    slide.placeholders[1].text = "十四天內\n須帶收據"
    table = slide.shapes.add_table(2, 2, 0, Inches(6), Inches(4), Inches(1)).table
    for at, words in enumerate(("類別", "日數", "電器", "7")):
        table.cell(at // 2, at % 2).text = words
    slide.notes_slide.notes_text_frame.text = "電器例外。"
    assert content(show).markdown == (
        "## 退貨政策\n\n- 十四天內\n- 須帶收據\n\n| 類別 | 日數 |\n|---|---|\n| 電器 | 7 |\n\n電器例外。"
    )


def test_an_untitled_slide_is_headed_by_its_first_words() -> None:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    for at, words in enumerate(("營業時間", "每日十時至十時。")):
        slide.shapes.add_textbox(0, Inches(at), Inches(4), Inches(1)).text_frame.text = words
    assert content(show).markdown == "## 營業時間\n\n每日十時至十時。"


def test_a_hidden_slide_is_left_out_and_named() -> None:
    show = pptx.Presentation()
    for words in ("公開", "內部"):
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = words
    show.slides[1].element.set("show", "0")
    found = content(show)
    assert found.markdown == "## 公開"
    assert found.notes == (Note("note.hidden_slides", {"slides": "2"}),)
