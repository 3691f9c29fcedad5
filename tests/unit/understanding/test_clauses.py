"""A message is cut where one request ends, and never inside an address."""

from understanding.clauses import split


def test_an_address_stays_whole() -> None:
    text = "send it to Unit 7A, 55 Hoi Yuen Road, Kwun Tong, and also cancel the other one"

    assert [one.text for one in split(text)] == [
        "send it to Unit 7A, 55 Hoi Yuen Road, Kwun Tong",
        "cancel the other one",
    ]


def test_a_dash_between_words_cuts_and_one_in_a_number_does_not() -> None:
    pieces = [one.text for one in split("two things - where is HB-1 and 3 - 5 days")]

    assert pieces[0] == "two things"
    assert any("3 - 5 days" in piece for piece in pieces)
