"""What an invoice should say instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.invoice_fields import invoice_change

CASES: list[tuple[str, list[tuple[str, str | None]]]] = [
    ("抬頭改做永興貿易有限公司唔該", [("title", "永興貿易有限公司")]),
    ("發票抬頭改返做永興貿易有限公司呀唔該晒", [("title", "永興貿易有限公司")]),
    ("買方名改為「大成學校」", [("title", "大成學校")]),
    ("公司名應該係ABC Trading Ltd", [("title", "ABC Trading Ltd")]),
    ("個名錯咗，應該係陳大文", [("title", "陳大文")]),
    ("title should be Wing Hing Trading Ltd please", [("title", "Wing Hing Trading Ltd")]),
    ("Please make it out to Sun & Moon Co., Ltd.", [("title", "Sun & Moon Co., Ltd")]),
    (
        "change the invoice title from ABC Ltd to XYZ Holdings Limited, thanks",
        [("title", "XYZ Holdings Limited")],
    ),
    (
        "billed to Golden Fish Ltd and the tax id is 12345678-000",
        [("title", "Golden Fish Ltd"), ("tax_id", "12345678-000")],
    ),
    ("抬頭:永興有限公司 BR 12345678", [("title", "永興有限公司"), ("tax_id", "12345678")]),
    (
        "抬头改成深圳市大成科技有限公司，税号91440300MA5ABCDE1X",
        [("title", "深圳市大成科技有限公司"), ("tax_id", "91440300MA5ABCDE1X")],
    ),
    ("商業登記號碼改做 23456789-000-12-24-5", [("tax_id", "23456789-000-12-24-5")]),
    ("BR一二三四五六七八", [("tax_id", "12345678")]),
    ("VAT no. GB123456789", [("tax_id", "GB123456789")]),
    ("發票寄去 amy@wing.com.hk 得唔得", [("email", "amy@wing.com.hk")]),
    ("我想改抬頭", [("title", None)]),
    ("抬頭錯咗", [("title", None)]),
    ("改發票", []),
    ("想改發票嘅電郵", [("email", None)]),
    ("金額錯咗，應該係$1,200", [("amount", "1200")]),
    ("invoice amount should be HK$880.50", [("amount", "880.50")]),
    ("改返做永興貿易有限公司呀唔該晒", [("title", "永興貿易有限公司")]),
    ("張發票改做 Wing Tak Ltd 吖", [("title", "Wing Tak Ltd")]),
    ("唔該開發票用「Happy Kids Playgroup」做抬頭", [("title", "Happy Kids Playgroup")]),
    ("put Blue Whale Studio as the company name", [("title", "Blue Whale Studio")]),
    (
        "can you issue the invoice under Blue Whale Studio instead?",
        [("title", "Blue Whale Studio")],
    ),
    ("the name on the invoice should be Chan Tai Man", [("title", "Chan Tai Man")]),
    ("抬頭由永興改做永隆有限公司", [("title", "永隆有限公司")]),
    ("公司全名係：香港大埔中學家長教師會，唔該", [("title", "香港大埔中學家長教師會")]),
    ("請把發票抬頭換成 王小明 ，謝謝", [("title", "王小明")]),
    ("發票改抬頭", [("title", None)]),
    (
        "change the title of INV-88021 to Kwan Lee Engineering Limited would you",
        [("title", "Kwan Lee Engineering Limited")],
    ),
    (
        "Invoice INV-2001 title: Foo Bar Ltd; tax number 1122334455",
        [("title", "Foo Bar Ltd"), ("tax_id", "1122334455")],
    ),
    ("我想退張單順便改抬頭做「新光書店」", [("title", "新光書店")]),
    ("kelly at gmail dot com", [("email", "kelly@gmail.com")]),
    ("how do i change the title", [("title", None)]),
    ("抬頭改公司名", [("title", None)]),
    ("發票改成二十號", []),
    ("改寄去觀塘巧明街100號16樓", []),
    ("發票唔見咗", []),
    ("title改做ABC Ltd同埋BR改做12345678", [("title", "ABC Ltd"), ("tax_id", "12345678")]),
    ("the invoice is made out to the wrong company", [("title", None)]),
    ("改發票名做李生記", [("title", "李生記")]),
    (
        "換個抬頭，寫返我哋公司名 Lucky Star (HK) Limited 就得",
        [("title", "Lucky Star (HK) Limited")],
    ),
    ("抬頭寫咗做永興,應該係永隆", [("title", "永隆")]),
    ("buyer should read Tai Hing Sports Association", [("title", "Tai Hing Sports Association")]),
    (
        "抬頭名改做 明愛中心，稅號 87654321，寄去 a@b.hk",
        [("title", "明愛中心"), ("tax_id", "87654321"), ("email", "a@b.hk")],
    ),
    ("invoice for HB-70012", []),
    ("change it to Dec 20", []),
    ("send me the invoice for March", []),
    ("改去Flat 12B, 3 Nathan Road, Mong Kok", []),
    ("想改發票抬頭：寶星教育中心", [("title", "寶星教育中心")]),
    ("發票公司名打錯咗,應該係 Rainbow Edu Ltd", [("title", "Rainbow Edu Ltd")]),
    (
        "please reissue the invoice in the name of Harvest Foods (HK) Ltd",
        [("title", "Harvest Foods (HK) Ltd")],
    ),
    ("我要把发票抬头改为上海明日贸易有限公司,谢谢啦", [("title", "上海明日贸易有限公司")]),
    ("抬頭可唔可以改做李嘉欣", [("title", "李嘉欣")]),
    (
        "invoice should be billed to Peak Dental Clinic, BR no. 65432198",
        [("title", "Peak Dental Clinic"), ("tax_id", "65432198")],
    ),
    ("請更正統編為 24536806", [("tax_id", "24536806")]),
    ("the company on my invoice is wrong, it should be Tin Tin Ltd", [("title", "Tin Tin Ltd")]),
    ("幫我張發票轉名，轉做 Kin Fung Eng. Co.", [("title", "Kin Fung Eng. Co")]),
    ("title寫 Happy Mart 就得啦", [("title", "Happy Mart")]),
    (
        "抬頭要改成『星光幼稚園』同埋email改寄去 admin@star.edu.hk",
        [("title", "星光幼稚園"), ("email", "admin@star.edu.hk")],
    ),
    ("billing name -> Nova Labs", [("title", "Nova Labs")]),
    ("發票抬頭唔該轉返我個名 黃小敏", [("title", "黃小敏")]),
    (
        "Could you put Mega Trading Co on the invoice instead of my name?",
        [("title", "Mega Trading Co")],
    ),
    (
        "改抬頭做綠田園有限公司，商業登記證號碼 11223344",
        [("title", "綠田園有限公司"), ("tax_id", "11223344")],
    ),
    (
        "Please change the name on BILL-60574 to Kestrel Design Limited",
        [("title", "Kestrel Design Limited")],
    ),
    ("我想改張bill個抬頭做浩然設計工作室", [("title", "浩然設計工作室")]),
    ("發票抬頭改做彌敦道100號3樓B室", [("title", None)]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_changes_are_read(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert expected == [(change.field, change.value) for change in invoice_change(text)]


@given(st.text(max_size=200))
def test_a_title_is_made_of_the_message(text: str) -> None:
    for change in invoice_change("發票抬頭改做 " + text):
        assert (
            change.field != "title"
            or change.value is None
            or change.value in text + "發票抬頭改做 "
        )


@given(st.sampled_from(["唔該", " please", "呀唔該晒", ", thanks", "，得唔得呀", "，順便退返個煲"]))
def test_politeness_is_no_name(tail: str) -> None:
    assert invoice_change("抬頭改做永興貿易有限公司" + tail)[0].value == "永興貿易有限公司"
