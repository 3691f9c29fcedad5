"""The language of a message is recognised as its writer would name it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.language import Language, detect, requested, to_script

_MESSAGES: dict[str, list[str]] = yaml.safe_load(
    Path(__file__).with_name("data_language.yaml").read_text("utf-8")
)
_LANGUAGES: tuple[Language, ...] = ("yue", "zh-Hant", "zh-Hans", "en")
_ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=80)


def _class_of(text: str) -> str:
    found = detect(text)
    return "mix" if found.mixed and found.language != "en" else found.language


def test_each_kind_of_message_is_recognised() -> None:
    mistakes = {
        kind: [(text, _class_of(text)) for text in texts if _class_of(text) != kind]
        for kind, texts in _MESSAGES.items()
    }
    total = sum(len(texts) for texts in _MESSAGES.values())
    shares = {kind: 1 - len(mistakes[kind]) / len(_MESSAGES[kind]) for kind in _MESSAGES}

    assert total >= 200
    assert 1 - sum(map(len, mistakes.values())) / total >= 0.96, mistakes
    assert min(shares.values()) >= 0.92, mistakes


def test_only_in_simplified_is_no_counter_of_cantonese() -> None:
    assert detect("只改电邮，地址先不动", "zh-Hans").language == "zh-Hans"
    assert detect("我冇收到喎，点解嘅", "zh-Hans").language == "yue"


def test_an_english_sentence_around_a_chinese_address_is_english() -> None:
    text = "Could you send it to 觀塘偉業街 108 號 9 樓 instead"

    assert detect(text, "zh-Hant").language == "en"
    assert detect("send 去 office 個地址 please", "yue").language == "yue"


@pytest.mark.parametrize("text", ["HB-203115", "123456", "😀", "?", "20331150 ", "。。。"])
@pytest.mark.parametrize("prior", _LANGUAGES)
def test_a_message_without_evidence_keeps_the_language_of_the_conversation(
    text: str, prior: Language
) -> None:
    found = detect(text, prior)

    assert (found.language, found.confidence < 0.5) == (prior, True)


@pytest.mark.parametrize(
    ("text", "prior", "expected"),
    [
        ("ok", "yue", "yue"),
        ("ok", None, "en"),
        ("hi", None, "en"),
        ("?", None, "yue"),
        ("refund", "zh-Hans", "zh-Hans"),
        ("取消訂單", "yue", "yue"),
        ("取消訂單", None, "zh-Hant"),
        ("取消訂單", "zh-Hans", "zh-Hant"),
        ("取消订单", None, "zh-Hans"),
        ("取消订单", "yue", "yue"),
        ("退款", "zh-Hans", "zh-Hans"),
        ("where is my parcel", "yue", "en"),
        ("我的快递呢", "yue", "zh-Hans"),
        ("我張單呢", "zh-Hans", "yue"),
    ],
)
def test_the_conversation_so_far_decides_only_what_the_message_leaves_open(
    text: str, prior: Language | None, expected: Language
) -> None:
    assert detect(text, prior).language == expected


@pytest.mark.parametrize(
    "text",
    [
        "iPhone 15 有冇貨",
        "張單HB-203115去咗邊",
        "我想要L碼",
        "電郵係 tom@gmail.com 呀",
        "https://shop.hk/p/1 呢款仲有冇",
        "用FPS過數得唔得",
        "500ml嗰枝幾錢",
        "Sony WH-1000XM5 幾時有貨",
        "hi 我想問下幾點開門",
    ],
)
def test_names_codes_sizes_and_addresses_do_not_make_a_message_mixed(text: str) -> None:
    assert detect(text).mixed is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in English please", "en"),
        ("English", "en"),
        ("can you speak english?", "en"),
        ("可以講英文嗎", "en"),
        ("請用中文", "zh-Hant"),
        ("请用中文", "zh-Hans"),
        ("用返中文啦唔該", "yue"),
        ("用廣東話答我", "yue"),
        ("cantonese pls", "yue"),
        ("可以说普通话吗", "zh-Hans"),
        ("可以講普通話嗎", "zh-Hant"),
        ("轉返做簡體", "zh-Hans"),
        ("switch to traditional chinese", "zh-Hant"),
        ("有冇英文說明書", None),
        ("張發票改做英文名", None),
        ("唔好用英文", None),
        ("你哋有冇英文班", None),
        ("我想退貨", None),
        ("where is my order", None),
    ],
)
def test_only_a_short_request_changes_the_language(text: str, expected: Language | None) -> None:
    assert requested(text) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("这里什么时候发货", "zh-Hant", "這裏什麼時候發貨"),
        ("我张单几时到", "yue", "我張單幾時到"),
        ("新界十八鄉里的系統", "yue", "新界十八鄉里的系統"),
        ("請問訂單", "zh-Hans", "请问订单"),
        ("嗰個", "zh-Hans", "嗰个"),
        ("订单 HB-203115", "en", "订单 HB-203115"),
    ],
)
def test_a_reply_is_written_in_the_script_of_its_language(
    text: str, language: Language, expected: str
) -> None:
    assert to_script(text, language) == expected


@settings(max_examples=150, deadline=None)
@given(text=_ANYTHING, prior=st.sampled_from((None, *_LANGUAGES)))
def test_any_text_has_a_language(text: str, prior: Language | None) -> None:
    found = detect(text, prior)

    assert found.language in _LANGUAGES
    assert 0 <= found.confidence <= 1
    assert requested(text) in (None, *_LANGUAGES)


@settings(max_examples=100, deadline=None)
@given(text=_ANYTHING)
def test_writing_in_a_script_twice_changes_nothing_more(text: str) -> None:
    once = to_script(text, "zh-Hans")

    assert to_script(once, "zh-Hans") == once
