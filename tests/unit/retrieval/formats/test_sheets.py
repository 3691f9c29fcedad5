from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from retrieval.formats.content import Content, Entry, Note
from retrieval.formats.faq import split_phrasings
from retrieval.formats.sheets import read
from retrieval.formats.workbooks import shown

MARCH = datetime(2027, 3, 1)  # noqa: DTZ001 - a sheet knows no time zones


def saved(book: Workbook) -> bytes:
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def book_of(*rows: tuple[object, ...], name: str = "運費") -> Workbook:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = name
    for row in rows:
        sheet.append(row)
    return book


def replaced(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(made, "w") as target:
        for each in source.namelist():
            part = source.read(each)
            target.writestr(each, part.replace(old, new) if each == name else part)
    return made.getvalue()


def content(*rows: tuple[object, ...]) -> Content:
    return read(saved(book_of(*rows)), "a.xlsx")


@pytest.mark.parametrize(
    "header",
    [
        ("問題", "答案", "其他問法", "語言"),
        ("问题", "回答", "其他问法", "语言"),
        ("問", "答", "其他問法", "語言"),
        ("Question", "Answer", "Other phrasings", "Language"),
        ("Q", "A", "similar", "Lang"),
        ("問題 Question *", "答案 (Answer)", "其他問法／Phrasings", "語言:"),
    ],
)
def test_an_faq_sheet_becomes_entries(header: tuple[str, ...]) -> None:
    found = content(header, ("點樣退貨？", "十四天內到門市。", "想退貨\n可唔可以退", "粵語"))
    expected = Entry("點樣退貨？", "十四天內到門市。", ("想退貨", "可唔可以退"), "yue")
    assert found == Content(entries=(expected,))


def test_the_header_may_stand_below_a_title_and_the_columns_in_any_order() -> None:
    found = content(("常見問題彙編 2027",), (), ("編號", "答案", "問題"), (1, "會。", "會送貨嗎？"))
    assert found.entries == (Entry("會送貨嗎？", "會。"),)


def test_two_languages_side_by_side_become_two_entries() -> None:
    found = content(
        ("問題（繁體）", "答案（繁體）", "Question (English)", "Answer (English)", "其他問法"),
        ("會送貨嗎？", "會。", "Do you deliver?", "Yes.", "送唔送貨"),
    )
    assert found.entries == (
        Entry("會送貨嗎？", "會。", ("送唔送貨",), "zh-Hant"),
        Entry("Do you deliver?", "Yes.", (), "en"),
    )


def test_a_row_without_an_answer_is_named() -> None:
    found = content(("問題", "答案"), ("甲？", "乙。"), ("丙？", None), (None, "丁。"))
    assert found.entries == (Entry("甲？", "乙。"),)
    assert found.notes == (Note("note.rows_without_answer", {"sheet": "運費", "rows": "3, 4"}),)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("想退貨\n點退", ["想退貨", "點退"]),
        ("想退貨；點退;退得唔得", ["想退貨", "點退", "退得唔得"]),
        ("想退貨｜點退|想退貨", ["想退貨", "點退"]),
        ("退貨、換貨得唔得", ["退貨、換貨得唔得"]),
        ("點樣退貨好呢、可唔可以退貨", ["點樣退貨好呢", "可唔可以退貨"]),
        ("1. 想退貨\n2. 點退", ["想退貨", "點退"]),
        ("", []),
    ],
)
def test_phrasings_are_split_where_they_end(cell: str, expected: list[str]) -> None:
    assert list(split_phrasings(cell)) == expected


def test_every_row_of_another_table_stands_alone() -> None:
    found = content(("地區", "首公斤", "生效"), ("香港", 30.0, MARCH), (), ("澳門", 45.5, None))
    assert (
        found.markdown
        == "## 運費\n\n- 地區: 香港; 首公斤: 30; 生效: 2027-03-01\n- 地區: 澳門; 首公斤: 45.5"
    )


def test_merged_cells_say_their_words_in_every_row() -> None:
    book = book_of(
        ("2027 年運費", None, None),
        ("地區", "重量", "運費"),
        ("香港", "1 kg", 30),
        (None, "2 kg", 38),
    )
    book.worksheets[0].merge_cells("A1:C1")
    book.worksheets[0].merge_cells("A3:A4")
    assert read(saved(book), "a.xlsx").markdown == (
        "## 運費\n\n2027 年運費\n\n- 地區: 香港; 重量: 1 kg; 運費: 30\n- 地區: 香港; 重量: 2 kg; 運費: 38"
    )


def test_several_sheets_have_a_heading_each_and_hidden_ones_are_named() -> None:
    book = book_of(("地區", "運費"), ("香港", 30))
    book.create_sheet("門市").append(("沙田", "10:00–22:00"))
    secret = book.create_sheet("成本")
    secret.append(("機密", 1))
    secret.sheet_state = "hidden"
    found = read(saved(book), "a.xlsx")
    assert found.markdown == "## 運費\n\n- 地區: 香港; 運費: 30\n\n## 門市\n\n- 沙田; 10:00–22:00"
    assert found.notes == (Note("note.hidden_sheets", {"sheets": "成本"}),)


def test_a_sheet_that_nobody_named_takes_the_files_name() -> None:
    data = saved(book_of(("地區", "運費"), ("香港", 30), name="Sheet1"))
    assert read(data, "shop/送貨收費.xlsx").markdown.startswith("## 送貨收費\n")


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (2.0, "General", "2"),
        (0.1 + 0.2, "General", "0.3"),
        (12345678901234, "General", "12345678901234"),
        (1280, "#,##0", "1,280"),
        (1280.5, '"HK$"#,##0.00', "HK$1,280.50"),
        (98, "[$HK$-C04]#,##0", "HK$98"),
        (0.15, "0%", "15%"),
        (0.085, "0.0%", "8.5%"),
        (14, '0"日"', "14日"),
        (42, "00000", "00042"),
        (3.5, "0.##", "3.5"),
        (-5, "0_);(0)", "-5"),
        (True, "General", "TRUE"),
        ("#N/A", "General", ""),
        (MARCH, "yyyy-mm-dd", "2027-03-01"),
        (MARCH.replace(hour=14, minute=30), "yyyy-mm-dd hh:mm", "2027-03-01 14:30"),
        (date(2027, 3, 1), "yyyy-mm-dd", "2027-03-01"),
        (time(9, 30), "hh:mm", "09:30"),
        (None, "General", ""),
    ],
)
def test_a_cell_is_written_as_people_write_it(value: object, form: str, expected: str) -> None:
    assert shown(value, form) == expected


def test_a_sheet_that_claims_the_last_cell_of_all_is_read_quickly() -> None:
    book = book_of(("地區", "運費"), ("香港", 30))
    book.worksheets[0].cell(1_048_576, 16_384, "末")
    assert read(saved(book), "a.xlsx").markdown.endswith("末")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('問題,答案\n會送貨嗎？,"會，三天。"\n', "a.csv"),
        ("問題;答案\n會送貨嗎？;會，三天。\n", "a.csv"),
        ("問題\t答案\n會送貨嗎？\t會，三天。\n", "a.tsv"),
        ("問題\t答案\n會送貨嗎？\t會，三天。\n", "a.csv"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "big5hkscs", "gb18030", "utf-16"])
def test_separated_values_of_any_office_are_read(text: str, name: str, encoding: str) -> None:
    assert read(text.encode(encoding), name).entries == (Entry("會送貨嗎？", "會，三天。"),)


def test_separated_values_stay_as_they_are_written() -> None:
    found = read("編號,運費\n007,30.00\n".encode(), "運費.csv")
    assert found.markdown == "## 運費\n\n- 編號: 007; 運費: 30.00"


def test_formulas_count_by_their_value_and_those_without_one_are_named() -> None:
    data = saved(book_of(("地區", "運費", "雙程"), ("香港", 30, "=B2*2")))
    found = read(data, "a.xlsx")
    assert found.markdown == "## 運費\n\n- 地區: 香港; 運費: 30"
    assert found.notes == (Note("note.formulas_without_value", {"sheets": "運費"}),)
    opened = replaced(data, "xl/worksheets/sheet1.xml", b"<v></v>", b"<v>60</v>")
    opened = replaced(opened, "xl/worksheets/sheet1.xml", b"<v />", b"<v>60</v>")
    assert read(opened, "a.xlsx").markdown == "## 運費\n\n- 地區: 香港; 運費: 30; 雙程: 60"
    assert read(opened, "a.xlsx").notes == ()
