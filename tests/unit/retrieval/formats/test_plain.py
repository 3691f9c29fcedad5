from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.formats.content import Unusable
from retrieval.formats.plain import decode, read

TRADITIONAL = (
    "退貨期限是十四天，由收貨當日起計。",
    "營業時間：星期一至五上午九時至下午六時",
    "問題,答案\n點樣退款？,退款會喺七個工作天內過數。",
    "請於網上填寫表格",
    "我哋會喺三日內覆你",
    "價錢牌",
    "發票抬頭可於三十日內更改一次。",
)
SIMPLIFIED = (
    "退货期限是十四天，从收货当天起算。",
    "营业时间：星期一至五上午九点至下午六点",
    "问题,答案\n怎么退款？,退款会在七个工作日内到账。",
    "请在网上填写表格",
    "我们会在三天内回复您",
    "价格表",
    "发票抬头可以在三十天内更改一次。",
)


@pytest.mark.parametrize("text", [*TRADITIONAL, *SIMPLIFIED, "Café – don’t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_with_and_without_its_mark(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("text", TRADITIONAL)
def test_big5_is_told_from_gb18030(text: str) -> None:
    assert decode(text.encode("big5hkscs")) == text


@pytest.mark.parametrize("text", [*SIMPLIFIED, "Price 价钱 HK$480，运费 30 元"])
def test_gb18030_is_told_from_big5(text: str) -> None:
    assert decode(text.encode("gb18030")) == text


@pytest.mark.parametrize("text", TRADITIONAL)
def test_traditional_words_saved_as_gb18030_are_read(text: str) -> None:
    assert decode((text + SIMPLIFIED[0]).encode("gb18030")) == text + SIMPLIFIED[0]


def test_curly_quotes_of_western_windows_are_read() -> None:
    text = "You don’t need a receipt – just the card."
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"\xff\xfe\x00", b"\x81\x20\xff\xff\x9f"])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(Unusable) as refused:
        decode(data)
    assert refused.value.key == "file.encoding"


def test_markdown_stays_as_it_is() -> None:
    text = "---\ntitle: 退貨\n---\n# 期限\n\n- 十四天\n"
    assert read(text.encode(), "a.md").markdown == text


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = decode(data)
    except Unusable as refusal:
        found = refusal.key
    assert found == "file.encoding" or len(found) <= len(data)
