from __future__ import annotations

import pytest

from domain.language import Language
from tests.unit.support.companies import asked, said


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("打風張單 BK-1 仲送唔送", "shops_resumes"),
        ("十號波送唔送", "shops_resumes"),
        ("黑雨開唔開舖", "shops_resumes"),
        ("落紅雨會唔會照送", "not_listed"),
        ("signal 3 still delivering?", "not_listed"),
        ("改掛三號之後幾耐先恢復", "shops_resumes"),
    ],
)
def test_the_signal_that_was_named_decides(text: str, reply: str) -> None:
    answer = asked("books", "weather", text)
    assert answer is not None
    assert answer.reply == f"topic.weather.{reply}"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("yue", "八號或以上風球、黑色暴雨警告生效期間會暫停派送"),
        ("zh-Hans", "八号或以上风球、黑色暴雨警告生效期间会暂停派送"),
        ("en", "suspended and the shops are closed under: typhoon signal 8 or above, the black"),
    ],
)
def test_bad_weather_suspends_deliveries_in_every_language(language: Language, words: str) -> None:
    assert words in said("books", "weather", language=language)


def test_a_signal_that_is_not_in_our_tables_is_said_as_the_rules_spell_it() -> None:
    assert "sandstorm" in said("inn", "weather", language="yue")


def test_safety_advice_is_ours_where_the_rule_says_it_and_else_quoted() -> None:
    assert "keep it for inspection" in said("books", "safety_policy")
    assert '"call the front desk at once"' in said("inn", "safety_policy")


def test_codes_are_explained_with_the_attempts_that_are_allowed() -> None:
    assert "You have 4 attempts" in said("books", "authentication")
    assert "查詢賬戶餘額" in said("books", "authentication", language="yue")
