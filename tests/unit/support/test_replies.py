from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from domain.language import Language
from support.calendar import HONG_KONG
from support.replies import LANGUAGES, Replies, spoken

PLAYBOOK = Path(__file__).parents[3] / "playbook"


def replies(sentence: str = "{item} {price}") -> Replies:
    return Replies({"one": dict.fromkeys(LANGUAGES, sentence)})


@pytest.mark.parametrize(
    ("value", "language", "words"),
    [
        (Decimal("1450"), "en", "HK$1,450"),
        (Decimal("12.50"), "yue", "HK$12.50"),
        (Decimal("0"), "zh-Hans", "HK$0"),
        (date(2026, 10, 1), "yue", "10月1日（星期四）"),
        (date(2026, 10, 1), "en", "Thu 1 Oct"),
        (datetime(2026, 10, 1, 9, 5, tzinfo=HONG_KONG), "zh-Hans", "10月1日（星期四） 09:05"),
        (datetime(2026, 10, 4, 18, 0, tzinfo=HONG_KONG), "en", "Sun 4 Oct 18:00"),
        (time(15, 0), "zh-Hant", "15:00"),
        (["A", Decimal("5")], "zh-Hant", "A、HK$5"),
        (("A", "B"), "en", "A, B"),
        (3, "yue", "3"),
    ],
)
def test_a_value_is_said_as_a_person_would_write_it(
    value: object, language: Language, words: str
) -> None:
    assert spoken(value, language) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [("yue", "水壺 HK$398"), ("zh-Hant", "水壺 HK$398"), ("en", "kettle HK$398")],
)
def test_a_name_in_two_languages_is_said_in_the_customers(language: Language, words: str) -> None:
    said = replies().say("one", language, item_zh="水壺", item_en="kettle", price=Decimal("398"))
    assert said == words


def test_a_value_with_braces_is_not_filled_again() -> None:
    assert replies().say("one", "en", item="{price}", price=Decimal("1")) == "{price} HK$1"


def test_a_missing_value_is_a_fault() -> None:
    with pytest.raises(KeyError, match="price"):
        replies().say("one", "en", item="kettle")


def test_a_key_that_is_not_written_is_not_there() -> None:
    assert "one" in replies()
    assert "two" not in replies()


def written(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_a_sentence_that_lacks_a_language_is_refused_by_name(tmp_path: Path) -> None:
    written(tmp_path, "a.yaml", "a.b: {yue: 好, zh-Hant: 好, en: ok}")
    with pytest.raises(ConfigurationError, match=r"a\.yaml: a\.b has no sentence in zh-Hans"):
        Replies.read(tmp_path)


def test_sentences_with_different_figures_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "a.yaml", "a.b: {yue: '{x}', zh-Hant: '{x}', zh-Hans: '{x}', en: '{y}'}")
    with pytest.raises(ConfigurationError, match="different fields"):
        Replies.read(tmp_path)


def test_a_key_may_stand_in_one_file_only(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        written(tmp_path, name, "a.b: {yue: 好, zh-Hant: 好, zh-Hans: 好, en: ok}")
    with pytest.raises(ConfigurationError, match=r"b\.yaml: a\.b stands in another file"):
        Replies.read(tmp_path)


def test_an_empty_file_has_no_sentences(tmp_path: Path) -> None:
    written(tmp_path, "a.yaml", "# nothing yet\n")
    assert Replies.read(tmp_path).keys() == []


def test_the_playbook_can_be_read() -> None:
    assert "talk.greeting" in Replies.read(PLAYBOOK / "replies")
