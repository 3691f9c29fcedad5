"""Plain words raise an alarm by themselves, and only where they report what happened."""

import pytest

from understanding.plain_alarms import threatens, told_plainly


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("I read the code out to a man on the phone", {"code_given"}),
        ("我將個驗證碼話咗俾個陌生人知", {"code_given"}),
        ("验证码我已经告诉了那个人", {"code_given"}),
        ("my visa was debited twice", {"payment_dispute"}),
        ("張卡重複扣款", {"payment_dispute"}),
        ("系統顯示送咗，但我根本冇收過", {"not_received"}),
        ("the app says delivered but I never got it", {"not_received"}),
        ("真係忍無可忍", {"anger"}),
        ("轉咗數成日，個網頁仲寫住未付款", {"payment_dispute"}),
        ("I paid yesterday and it still says unpaid", {"payment_dispute"}),
    ],
)
def test_what_happened_is_reported(said: str, wanted: set[str]) -> None:
    assert wanted == told_plainly(said)


@pytest.mark.parametrize(
    "said",
    [
        "should I read him the code?",
        "I never gave anyone my password",
        "我冇俾過個碼人",
        "I gave you the code already",
        "用折扣碼平咗幾多",
        "我過去兩次都係碌卡",
        "送多一次貨",
    ],
)
def test_what_did_not_happen_is_not(said: str) -> None:
    assert not told_plainly(said)


def test_a_court_or_a_council_is_a_threat() -> None:
    assert threatens("再唔處理我就去消委會")
    assert threatens("my solicitor will be in touch")
    assert not threatens("我講過告訴你哋")
