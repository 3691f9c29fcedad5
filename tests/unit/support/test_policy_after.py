from __future__ import annotations

import pytest

from tests.unit.support.companies import asked, said


def test_hygiene_items_are_named_with_their_condition() -> None:
    assert said("books", "hygiene_items", language="zh-Hans") == (
        "卫生用品（例如眼罩）须未开封，或本身有瑕疵，才可以退；已开封且没有瑕疵就不能退。"
    )
    assert 'our rule says "sealed ones within 3 days"' in said("inn", "hygiene_items").replace(
        "says:", "says"
    )


def test_a_company_without_returns_says_so_and_does_not_speak_of_days() -> None:
    answer = asked("inn", "return_policy")
    assert answer is not None
    assert (answer.reply, answer.values) == ("topic.return_policy.none", {})


def test_states_are_translated_and_after_shipping_it_is_refused() -> None:
    assert said("books", "cancel_policy", language="zh-Hant") == (
        "訂單在以下狀態可以取消：待處理、處理中。"
        "寄出後就不能取消，只能請同事嘗試攔截，但不保證成功。"
    )
    assert "intercept" not in said("inn", "cancel_policy")
    assert asked("inn", "address_policy") is None


@pytest.mark.parametrize(
    ("who", "text", "reply"),
    [
        ("books", "最多退幾多", "limit"),
        ("books", "金卡會員最多退幾多", "tier"),
        ("books", "VIP limit?", "tiers"),
        ("inn", "最多退幾多", "always"),
    ],
)
def test_limits_of_tiers_are_told_only_when_asked(who: str, text: str, reply: str) -> None:
    answer = asked(who, "refund_limit", text)
    assert answer is not None
    assert answer.reply == f"topic.refund_limit.{reply}"


def test_a_refund_has_its_days_and_its_way() -> None:
    assert said("books", "refund_time") == (
        "Once approved, a refund normally takes 5–8 working days."
        " It goes to: your original payment method."
    )
    assert said("inn", "refund_time", language="yue") == "退款批咗之後一般要 14 個工作天。"
