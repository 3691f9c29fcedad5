"""Half a value is put right, and nothing else of it changes."""

import pytest

from understanding.swaps import swapped

ENGLISH = "Unit 7A, 55 Hoi Yuen Road, Kwun Tong"
CHINESE = "荃灣青山公路398號6樓C室"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("it's 7C, not 7A", "Unit 7C, 55 Hoi Yuen Road, Kwun Tong"),
        ("Not 7A but 7C", "Unit 7C, 55 Hoi Yuen Road, Kwun Tong"),
        ("oops, unit 7C", "Unit 7C, 55 Hoi Yuen Road, Kwun Tong"),
        ("hang on, 7C", "Unit 7C, 55 Hoi Yuen Road, Kwun Tong"),
        ("7A should be 7C", "Unit 7C, 55 Hoi Yuen Road, Kwun Tong"),
    ],
)
def test_one_part_of_an_english_address_is_put_right(said: str, wanted: str) -> None:
    assert {"address": wanted} == swapped({"address": ENGLISH}, said)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("唔係6樓，係16樓", "荃灣青山公路398號16樓C室"),
        ("係D室唔係C室", "荃灣青山公路398號6樓D室"),
        ("C室寫錯咗，應該係D室", "荃灣青山公路398號6樓D室"),
        ("應該係8樓先啱", "荃灣青山公路398號8樓C室"),
    ],
)
def test_one_part_of_a_chinese_address_is_put_right(said: str, wanted: str) -> None:
    assert {"address": wanted} == swapped({"address": CHINESE}, said)


def test_the_last_digits_of_a_number_are_put_right() -> None:
    assert swapped({"order": "HB-202974"}, "最後兩位係47唔係74") == {"order": "HB-202947"}


def test_a_part_of_a_company_name_is_put_right() -> None:
    assert swapped({"title": "海銘貿易有限公司"}, "係海明唔係海銘") == {"title": "海明貿易有限公司"}


@pytest.mark.parametrize(
    "said", ["唔係呀，取消啦", "好", "no, that's not right", "not today please", "17A not 9B"]
)
def test_what_names_no_part_of_the_value_changes_nothing(said: str) -> None:
    assert swapped({"address": ENGLISH}, said) == {}
