"""Numbers said aloud, and where they were said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.spoken import view

CASES = [
    ("gl seven triple zero nine nine", "gl 700099"),
    ("double four nine one", "4491"),
    ("HB 7 double 0 1 2", "hb 70012"),
    ("nine oh seven oh seven oh", "907070"),
    ("two nights", "2 nights"),
    ("one night please", "1 night please"),
    ("one hundred and fifty pcs", "150 pcs"),
    ("twenty five units", "25 units"),
    ("twentieth of December", "20th of december"),
    ("Dec twenty-second", "dec 22th"),
    ("double room", "double room"),
    ("the second one", "the second one"),
    ("three or four", "3 or 4"),
    ("the one ending 012", "the one ending 012"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_words_for_numbers_read_as_digits(text: str, expected: str) -> None:
    assert expected == view(text).text


def test_a_place_in_the_view_is_a_place_in_the_original() -> None:
    seen = view("單號係七零零一二，唔該")
    at = seen.text.index("70012")
    assert seen.original(at, at + 5) == "七零零一二"


@given(st.text(max_size=200))
def test_every_character_of_a_view_has_a_place(text: str) -> None:
    seen = view(text)
    assert len(seen.text) == len(seen.starts) == len(seen.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(seen.starts, seen.ends, strict=True))
    assert list(seen.starts) == sorted(seen.starts)
