from __future__ import annotations

import time
from datetime import date

import pytest

from retrieval.formats.content import Unusable
from retrieval.front_matter import About, read_about, split_front_matter


def refusal(text: str) -> Unusable:
    with pytest.raises(Unusable) as refused:
        read_about(text)
    return refused.value


def test_every_line_may_be_written_in_english_or_in_either_script() -> None:
    expected = About(
        title="退貨",
        language="zh-Hant",
        audience="staff",
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        owner="陳經理",
        product="水煲",
        twin="r",
    )
    english = "title: 退貨\nlanguage: zh-Hant\naudience: staff\nvalid from: 2026-01-01\nValid Until: 2026-12-31\n"
    traditional = "標題: 退貨\n語言: zh-Hant\n對象: 同事\n生效日: 2026-01-01\n有效至: 2026-12-31\n"
    simplified = (
        "标题: 退貨\n语言: zh-Hant\n对象: 员工\n生效日期: 2026-01-01\n有效期至: 2026-12-31\n"
    )
    rest = (
        "owner: 陳經理\nproduct: 水煲\ntwin: r",
        "負責人: 陳經理\n產品: 水煲\n同一份: r",
        "负责人: 陳經理\n产品: 水煲\n同一文件: r",
    )
    found = [
        read_about(f"{text}{more}")
        for text, more in zip((english, traditional, simplified), rest, strict=True)
    ]
    assert found == [expected] * 3


def test_without_lines_everybody_may_hear_it() -> None:
    assert split_front_matter("# 退貨\n十四天。") == (About(audience="public"), "# 退貨\n十四天。")
    assert split_front_matter("---\n---\n十四天。") == (About(), "十四天。")


def test_a_rule_further_down_is_no_front_matter() -> None:
    text = "# 退貨\n\n---\naudience: staff\n---\n"
    assert split_front_matter(text) == (About(), text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("everyone", "public"),
        ("客人", "public"),
        ("PUBLIC", "public"),
        ("internal", "staff"),
        ("同事", "staff"),
        ("Gold", "gold"),
        ("platinum", "platinum"),
    ],
)
def test_an_audience_is_a_word(written: str, meant: str) -> None:
    assert read_about(f"audience: {written}").audience == meant


@pytest.mark.parametrize(
    "written", ["publik", "stafff", "pubic", "star", "gold members", "金卡", "a"]
)
def test_an_audience_that_may_be_misspelt_is_refused(written: str) -> None:
    if written == "star":  # not near enough to either: it is a tier
        assert read_about(f"audience: {written}").audience == "star"
        return
    assert refusal(f"audience: {written}").key == "front.audience"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("title: [", "front.line"),
        ("- a", "front.line"),
        ("just words", "front.line"),
        ("colour: red", "front.unknown"),
        ("language: English", "front.language"),
        ("valid_until: 31/12/2026", "front.date"),
        ("valid_until: 2026-02-31", "front.date"),
        ("valid_until: 2026-12-31 10:00:00", "front.date"),
        ("valid_from: 2026-12-31\nvalid_until: 2026-01-01", "front.order"),
        ("title: {a: b}", "front.line"),
        ("title: &a x\nowner: [*a, *a]", "front.line"),
        ("title: !!python/object/apply:os.system ['true']", "front.line"),
    ],
)
def test_a_line_that_cannot_be_understood_is_named(text: str, key: str) -> None:
    assert refusal(text).key == key


def test_a_line_of_lists_within_lists_is_refused_at_once() -> None:
    began = time.monotonic()
    bomb = "\n".join(
        ["title: &a0 [x]", *(f"owner: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    )
    assert refusal(bomb).key == "front.line"
    assert refusal("title: " + "[" * 5_000).key == "front.line"
    assert refusal("title: x\n" * 100_000).key == "front.line"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("word", "held"), [("true", True), ("是", True), ("否", False), ("no", False), ("", False)]
)
def test_a_draft_is_held_back(word: str, held: bool) -> None:
    if held:
        assert refusal(f"草稿: {word}").key == "draft"
    else:
        assert read_about(f"title: x\ndraft: {word}").title == "x"


def test_what_no_screen_shows_is_left_out() -> None:
    assert read_about('title: "退\\0貨\\n\\e[31m 期"').title == "退 貨 [31m 期"


def test_lines_without_an_end_are_refused() -> None:
    with pytest.raises(Unusable, match=r"front\.no_end"):
        split_front_matter("---\ntitle: x\n")
