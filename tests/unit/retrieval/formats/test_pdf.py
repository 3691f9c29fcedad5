from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from retrieval.formats.content import Note, Unusable
from retrieval.formats.lines import Line, paragraphs, tidy
from retrieval.formats.pdf import better_of, read

Pdf = Callable[..., bytes]
SAMPLE = Path(__file__).parent / "samples" / "members.pdf"


def test_a_printed_page_comes_out_in_paragraphs() -> None:
    content = read(SAMPLE.read_bytes(), "members.pdf")
    assert content.title == "會員積分"
    assert content.markdown.startswith(
        "# 會員積分\n\n積分由存入當日起計十二個月內有效，到期前三十日會以電郵提醒。"
    )
    assert content.markdown.endswith(
        "Members may redeem points at any counter during opening hours."
    )


def test_larger_print_is_a_heading(pdf: Pdf) -> None:
    data = pdf(
        [
            (22, "退貨政策"),
            (16, "期限"),
            (11, "貨品可於十四天內退回。"),
            (16, "方法"),
            (11, "請到門市辦理。"),
        ]
    )
    expected = "# 退貨政策\n\n## 期限\n\n貨品可於十四天內退回。\n\n## 方法\n\n請到門市辦理。"
    assert read(data, "a.pdf").markdown == expected


def test_wrapped_chinese_lines_join_without_a_space(pdf: Pdf) -> None:
    data = pdf([(11, "貨品可於收到後十四天內連同收據正本退回任何一間"), (11, "門市。")])
    assert read(data, "a.pdf").markdown == "貨品可於收到後十四天內連同收據正本退回任何一間門市。"


def test_wrapped_english_lines_join_with_a_space(pdf: Pdf) -> None:
    data = pdf([(11, "Goods may be returned within fourteen days to"), (11, "any of our shops.")])
    expected = "Goods may be returned within fourteen days to any of our shops."
    assert read(data, "a.pdf").markdown == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("We offer a money-back guaran-", "tee.", "We offer a money-back guarantee."),
        ("The deposit is non-", "refundable.", "The deposit is non-refundable."),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_goes_unless_it_belongs(
    pdf: Pdf, first: str, second: str, expected: str
) -> None:
    assert read(pdf([(11, first), (11, second)]), "a.pdf").markdown == expected


def test_a_paragraph_goes_on_over_the_page_without_its_head_and_foot(pdf: Pdf) -> None:
    pages = [
        [
            (8, "星河百貨 會員手冊"),
            (11, f"第{word}種會員每消費滿港幣十元可得一分而生日當月"),
            (8, f"第 {at} 頁，共 4 頁"),
        ]
        for at, word in enumerate("甲乙丙丁", 1)
    ]
    markdown = read(pdf(*pages), "a.pdf").markdown
    assert "手冊" not in markdown
    assert "頁" not in markdown
    assert markdown.count("會員每消費") == 4


def test_numbers_at_the_edge_of_a_page_that_do_not_count_pages_stay(pdf: Pdf) -> None:
    prices = (480, 120, 960, 300)
    pages = [[(11, f"收費：港幣 {price} 元。"), (11, f"房型 {price} 的收費。")] for price in prices]
    assert [
        price for price in prices if str(price) not in read(pdf(*pages), "a.pdf").markdown
    ] == []


def test_a_bullet_becomes_a_list() -> None:
    lines = [Line("須帶備："), Line("• 收據"), Line("• 信用卡")]
    assert list(paragraphs(lines)) == [(0, "須帶備："), (0, "- 收據"), (0, "- 信用卡")]


def test_a_scan_is_refused(pdf: Pdf) -> None:
    with pytest.raises(Unusable) as refused:
        read(pdf([], [], pictures=(0, 1)), "scan.pdf")
    assert refused.value.key == "file.scanned_pdf"


def test_a_page_of_pictures_among_others_is_named(pdf: Pdf) -> None:
    words = [(11, "貨品可於收到後十四天內連同收據正本退回任何一間門市，逾期恕不受理。")]
    content = read(pdf(words, [], words, pictures=(1,)), "a.pdf")
    assert content.notes == (Note("note.pages_without_text", {"pages": "2"}),)


def _locked(data: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, "owner", algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def test_a_password_is_refused(pdf: Pdf) -> None:
    with pytest.raises(Unusable) as refused:
        read(_locked(pdf([(11, "退貨期限是十四天。")]), "secret"), "a.pdf")
    assert refused.value.key == "file.encrypted"


def test_a_file_that_opens_without_a_password_is_read_though_it_is_encrypted(pdf: Pdf) -> None:
    data = _locked(pdf([(11, "退貨期限是十四天，由收貨當日起計。")]), "")
    assert read(data, "a.pdf").markdown == "退貨期限是十四天，由收貨當日起計。"


def test_a_manual_of_500_pages_is_read(pdf: Pdf) -> None:
    pages = [
        [
            (16, f"條文之{at}"),
            *[(11, f"規則{at}之{line}列明會員應於限期前辦妥手續並繳費。") for line in range(20)],
        ]
        for at in range(500)
    ]
    started = time.monotonic()
    markdown = read(pdf(*pages), "manual.pdf").markdown
    assert "# 條文之499\n" in markdown
    assert markdown.count("列明會員") == 10_000
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("poor", ["", "\ufffd\ue001" * 40, "/g12/g13/g14/g15" * 9])
def test_a_second_library_is_asked_when_the_first_reads_poorly(poor: str) -> None:
    pages = better_of([[Line(poor)]], SAMPLE.read_bytes())
    assert "會員積分" in [line.text for line in pages[0]]


def test_the_first_reading_stays_when_the_second_is_no_better(pdf: Pdf) -> None:
    pages = [[Line("Goods may be returned within fourteen days.", 11.0)]]
    assert better_of(pages, pdf([(11, "Goods may be returned")])) == pages


def test_characters_that_only_printing_uses_become_real_ones() -> None:
    assert tidy("⼀年內有效，⾦額不限，ﬁve") == "一年內有效，金額不限，five"


def test_the_same_radical_is_the_character_of_the_documents_own_script(pdf: Pdf) -> None:
    assert (
        read(pdf([(11, "退款会原路退回您的账⼾。")]), "a.pdf").markdown
        == "退款会原路退回您的账户。"
    )
    assert read(pdf([(11, "退款會存回閣下的帳⼾。")]), "a.pdf").markdown == "退款會存回閣下的帳戶。"


def test_rows_of_a_price_list_stay_apart() -> None:
    rows = [
        "地區 首公斤 續重每公斤 預計時間",
        "香港島及九龍 港幣 30 元 港幣 8 元 一日",
        "澳門 港幣 60 元 港幣 20 元 三至五日",
    ]
    assert [text for _, text in paragraphs([Line(row) for row in rows])] == rows


def test_what_a_browser_prints_below_a_page_is_no_text(pdf: Pdf) -> None:
    data = pdf(
        [(11, "退貨期限是十四天，由收貨當日起計。"), (8, "https://shop.example/returns 1/1")]
    )
    assert read(data, "a.pdf").markdown == "退貨期限是十四天，由收貨當日起計。"
