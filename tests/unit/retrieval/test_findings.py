from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from retrieval import findings as found
from retrieval.contradictions import Contradiction
from retrieval.documents import Document
from retrieval.findings import Finding
from retrieval.reading import read_document
from retrieval.unanswered import Wanted

DAY = date(2026, 11, 20)
OWNED = "owner: Ada\n"


def made(name: str, front: str, body: str = "# 一\n甲") -> Document:
    return read_document(f"---\n{front}---\n{body}".encode(), b"", name)


def keys(findings: Iterable[Finding]) -> list[str]:
    return [each.key for each in findings]


def test_what_ended_ends_soon_or_has_not_begun_is_named() -> None:
    documents = [
        made("old.md", "valid_until: 2026-11-19\n"),
        made("today.md", "valid_until: 2026-11-20\n"),
        made("soon.md", "valid_until: 2026-12-20\n"),
        made("later.md", "valid_until: 2026-12-21\n"),
        made("new.md", "valid_from: 2026-11-21\nvalid_until: 2028-01-01\n"),
        made("always.md", ""),
    ]
    said = [(each.key, each.path, each.values["day"]) for each in found.dates(documents, DAY)]
    assert said == [
        ("date.ended", "old.md", "2026-11-19"),
        ("date.ends", "today.md", "2026-11-20"),
        ("date.ends", "soon.md", "2026-12-20"),
        ("date.begins", "new.md", "2026-11-21"),
    ]


def test_a_document_that_nobody_owns_or_that_only_a_tier_hears_is_named() -> None:
    assert keys(found.cares([made("a.md", "")])) == ["care.owner"]
    assert keys(found.cares([made("a.md", OWNED + "audience: staff\n")])) == []
    (tier,) = found.cares([made("a.md", OWNED + "audience: gold\n")])
    assert (tier.key, tier.values["tier"]) == ("care.tier", "gold")


def test_twins_that_differ_are_named() -> None:
    zh = made("t.zh-Hant.md", OWNED + "audience: staff\n", "# 一\n甲\n# 二\n乙")
    en = made("t.en.md", OWNED, "# One\na")
    assert keys(found.cares([zh, en])) == ["care.sections", "care.audience"]
    assert keys(found.cares([zh])) == ["care.no_english"]
    assert keys(found.cares([en])) == ["care.no_chinese"]


def test_a_document_that_was_never_meant_to_have_twins_is_left_alone() -> None:
    assert keys(found.cares([made("alone.md", OWNED)])) == []


def test_two_passages_that_cannot_both_be_right_are_named_with_their_words() -> None:
    one, other = made("a.md", "", "# 退貨\n十四天。"), made("b.md", "", "# 退貨\n三十天。")
    pair = (one.passages[0], other.passages[0])
    words = ("十四天", "三十天")
    for kind, key in (("number", "number"), ("date", "number"), ("yes_no", "yes_no")):
        (said,) = found.disagreements([Contradiction(*pair, kind, words, words)])  # type: ignore[arg-type]
        assert said.key == f"contradiction.{key}"
        assert {"a.md", "b.md", *words} <= set(said.values.values())


def test_long_words_are_cut_to_one_line() -> None:
    wanted = Wanted(
        "可唔可以\n帶狗" * 40, "yue", 3, ("一", "二", "三"), datetime(2026, 1, 1, tzinfo=UTC)
    )
    (said,) = found.wanted([wanted])
    assert len(said.values["example"]) == 60
    assert "\n" not in said.values["example"]
    assert (said.values["count"], said.values["others"]) == ("3", " · 一 · 二")


def test_sections_that_no_answer_was_founded_on_are_named_once_there_are_answers() -> None:
    document = made("a.md", "", "# 一\n甲\n# 二\n乙")
    first, _ = document.passages
    assert list(found.unused([document], {})) == []
    said = list(found.unused([document], {first.id: 3}))
    assert [each.values["section"] for each in said] == ["二"]
