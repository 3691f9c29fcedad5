from __future__ import annotations

import io
import zipfile

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from retrieval.formats.content import Content
from retrieval.formats.word import read


def saved(document: Document) -> bytes:
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def content(document: Document, name: str = "a.docx") -> Content:
    return read(saved(document), name)


def paragraph(inside: str) -> str:
    return f"<w:p {nsdecls('w')}>{inside}</w:p>"


def test_headings_lists_and_tables_come_in_the_order_of_the_page() -> None:
    document = docx.Document()
    document.add_heading("退貨政策", 0)
    document.add_heading("期限", 2)
    document.add_paragraph("須帶備：")
    document.add_paragraph("收據", style="List Bullet")
    document.add_paragraph("信用卡", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, words in zip(table._cells, ("類別", "日數", "電器", "7"), strict=True):
        cell.text = words
    document.add_paragraph("填表", style="List Number")
    document.add_paragraph("寄回", style="List Number")
    document.add_paragraph("完。")
    assert content(document).markdown == (
        "# 退貨政策\n\n## 期限\n\n須帶備：\n\n- 收據\n- 信用卡\n\n"
        "| 類別 | 日數 |\n|---|---|\n| 電器 | 7 |\n\n1. 填表\n2. 寄回\n\n完。"
    )


def test_chinese_style_names_are_headings() -> None:
    document = docx.Document()
    for name, words in (("標題 1", "甲"), ("标题2", "乙"), ("三級標題", "丙")):
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        document.add_paragraph(words, style=name)
    assert content(document).markdown == "# 甲\n\n## 乙\n\n### 丙"


def test_a_style_made_from_a_heading_is_a_heading() -> None:
    document = docx.Document()
    own = document.styles.add_style("公司樣式", WD_STYLE_TYPE.PARAGRAPH)
    own.base_style = document.styles["Heading 2"]
    document.add_paragraph("退款", style="公司樣式")
    assert content(document).markdown == "## 退款"


def test_merged_cells_say_their_words_in_every_row() -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    for cell, words in zip(table._cells, ("地區", "運費", "香港", "$30", "", "$50"), strict=True):
        cell.text = words
    table.cell(1, 0).merge(table.cell(2, 0))
    assert content(document).markdown.splitlines()[2:] == ["| 香港 | $30 |", "| 香港 | $50 |"]


def test_a_row_across_the_whole_table_is_its_caption() -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    for cell, words in zip(
        table._cells, ("運費表", "", "地區", "運費", "香港", "$30"), strict=True
    ):
        cell.text = words
    table.cell(0, 0).merge(table.cell(0, 1))
    assert content(document).markdown.splitlines()[:2] == ["運費表", "| 地區 | 運費 |"]


def test_links_and_inserted_words_count_and_deleted_or_hidden_ones_do_not() -> None:
    document = docx.Document()
    inside = (
        "<w:r><w:t xml:space='preserve'>請到</w:t></w:r><w:hyperlink><w:r><w:t>網頁</w:t></w:r></w:hyperlink>"
        "<w:ins w:id='1' w:author='x'><w:r><w:t>辦理</w:t></w:r></w:ins>"
        "<w:del w:id='2' w:author='x'><w:r><w:delText>取消</w:delText></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>暗</w:t></w:r>"
    )
    document.element.body.insert(0, parse_xml(paragraph(inside)))
    assert content(document).markdown == "請到網頁辦理"


def test_content_controls_and_text_boxes_are_read_once() -> None:
    document = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>優惠至月底</w:t></w:r></w:p></w:txbxContent>"
    drawn = (
        "<mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'>"
        f"<mc:Choice Requires='wps'>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    )
    body = document.element.body
    body.insert(0, parse_xml(paragraph(f"<w:r><w:t>正文</w:t>{drawn}</w:r>")))
    control = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>填好</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    body.insert(1, parse_xml(control))
    assert content(document).markdown == "正文\n\n優惠至月底\n\n填好"


def test_the_table_of_contents_is_left_out() -> None:
    document = docx.Document()
    document.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("期限 ..... 3", style="toc 1")
    document.add_heading("期限", 1)
    assert content(document).markdown == "# 期限"


def test_the_title_comes_from_the_files_properties() -> None:
    document = docx.Document()
    document.core_properties.title = "退貨政策 2027"
    document.add_paragraph("a")
    assert content(document).title == "退貨政策 2027"


def with_macros(data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(made, "w") as target:
        for member in source.infolist():
            part = source.read(member)
            if member.filename == "[Content_Types].xml":
                part = part.replace(
                    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                    b"application/vnd.ms-word.document.macroEnabled.main+xml",
                )
            target.writestr(member.filename, part)
        target.writestr("word/vbaProject.bin", b"\xcc\x61macro")
    return made.getvalue()


def test_a_document_with_macros_is_read_without_them() -> None:
    document = docx.Document()
    document.add_paragraph("退貨期限十四天")
    assert read(with_macros(saved(document)), "a.docm").markdown == "退貨期限十四天"


def test_a_footnote_stands_where_it_is_referred_to() -> None:
    document = docx.Document()
    reference = "<w:r><w:t>免運費</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r>"
    document.element.body.insert(0, parse_xml(paragraph(reference)))
    notes = (
        f"<w:footnotes {nsdecls('w')}><w:footnote w:id='2'>"
        "<w:p><w:r><w:t>離島除外</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    part = Part(
        PackURI("/word/footnotes.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
        notes.encode(),
        document.part.package,
    )
    document.part.relate_to(part, f"{RT.OFFICE_DOCUMENT.rsplit('/', 1)[0]}/footnotes")
    assert content(document).markdown == "免運費 (離島除外)"
