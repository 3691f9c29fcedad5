from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from support.terms import Terms, Words, listed
from tests.unit.support.companies import PLAYBOOK

TERMS = Terms.read(PLAYBOOK / "glossary" / "terms.yaml")


@pytest.mark.parametrize("spelt", ["T8", "t8 or above", "Typhoon_8", "八號"])
def test_a_term_is_known_however_the_rules_spell_it(spelt: str) -> None:
    assert TERMS.name("signals", spelt) == Words("八號或以上風球", "typhoon signal 8 or above")


def test_an_unknown_term_is_said_as_it_is_spelt() -> None:
    assert TERMS.name("signals", "sandstorm") == Words("sandstorm", "sandstorm")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("can I pay cash on delivery", ["cash_on_delivery"]),
        ("現金定貨到付款", ["cash", "cash_on_delivery"]),
        ("支付宝还是微信", ["alipay", "wechat_pay"]),
        ("my visage and the scod", []),
    ],
)
def test_terms_are_found_in_the_order_of_the_question_and_as_whole_words(
    text: str, keys: list[str]
) -> None:
    assert TERMS.asked("payment", text) == keys


def test_numbers_take_their_noun_and_lists_their_last_and() -> None:
    assert TERMS.counted("years", 1).en == "1 year"
    assert TERMS.counted("working_days", "2–4").en == "2–4 working days"
    words = [Words.verbatim(one) for one in "ABC"]
    assert TERMS.both(words) == Words("A、B及C", "A, B and C")
    assert listed(words).en == "A, B, C"


def test_a_table_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "terms.yaml"
    path.write_text("statuses: {pending: {zh: 待處理}}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"terms\.yaml"):
        Terms.read(path)
