"""The threshold of the cascade is learnt on one half of the messages and told by the other."""

from __future__ import annotations

from evals.fit_cascade import Halves, Read, halves, learns, lowest, told, wrong_share

SURE_AND_RIGHT = Read(0.9, right=True)
UNSURE_AND_WRONG = Read(0.4, right=False)
READ = (SURE_AND_RIGHT, SURE_AND_RIGHT, SURE_AND_RIGHT, UNSURE_AND_WRONG)


def test_a_threshold_costs_what_it_lets_through() -> None:
    assert (wrong_share(READ, 0.3), wrong_share(READ, 0.5)) == ((1.0, 0.25), (0.75, 0.0))


def test_nothing_read_costs_nothing() -> None:
    assert wrong_share((), 0.5) == (0.0, 0.0)


def test_the_lowest_threshold_within_the_budget_is_learnt() -> None:
    assert (lowest(READ, 0.1), lowest(READ, 0.25)) == (0.5, 0.0)


def test_no_threshold_fits_where_the_surest_turn_is_wrong() -> None:
    assert lowest((Read(1.0, right=False),), 0.1) is None
    assert told(Halves((Read(1.0, right=False),), ()), 0.1) == [
        "no threshold keeps the learning half within 10%; ask the model always"
    ]


def test_a_message_stands_on_one_side_always() -> None:
    texts = [f"唔該查單 {number}" for number in range(200)]
    assert 80 < sum(learns(one) for one in texts) < 120
    parted = halves((text, Read(number / 200, right=True)) for number, text in enumerate(texts))
    assert len(parted.learning) == sum(learns(one) for one in texts)
    assert not {one.sure for one in parted.learning} & {one.sure for one in parted.held_out}


def test_what_was_learnt_is_told_by_turns_that_it_was_not_learnt_from() -> None:
    held_out = (SURE_AND_RIGHT, Read(0.6, right=False), UNSURE_AND_WRONG, UNSURE_AND_WRONG)
    lines = told(Halves(READ, held_out), 0.1)
    assert lines[0] == "learnt on the learning half, lowest within 10%: 0.50"
    assert lines[1:3] == [
        "  learning half: 75.0%, 0.0% wrong of 4 messages",
        "  held-out half: 50.0%, 50.0% wrong of 4 messages",
    ]
