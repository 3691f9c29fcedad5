"""Some of several waiting tasks is agreed to, some taken back, some left for later."""

import pytest

from domain.conversation import Task
from understanding.pending import choose_among
from understanding.utterance import Request

WAITING = (
    Task(id="cancel", kind="cancel_order", slots={"order": "A1"}),
    Task(id="refund", kind="refund_order", slots={"order": "A2"}),
)


@pytest.mark.parametrize(
    ("clauses", "agreed", "dropped", "held"),
    [
        (["退款嗰項照做", "取消嗰項諗下先"], {"refund"}, set(), {"cancel"}),
        (["退款得", "取消嗰個唔好"], {"refund"}, {"cancel"}, set()),
        (["only the refund"], {"refund"}, {"cancel"}, set()),
        (["yes"], {"cancel", "refund"}, set(), set()),
        (["cancel A1", "the refund can wait"], {"cancel"}, set(), {"refund"}),
        (["hold the cancellation", "yes to the refund"], {"refund"}, set(), {"cancel"}),
    ],
)
def test_each_clause_speaks_of_its_own_task(
    clauses: list[str], agreed: set[str], dropped: set[str], held: set[str]
) -> None:
    said = [Request(text, 0, len(text), "remark", 0.9, True) for text in clauses]
    choice = choose_among(WAITING, said)

    assert [agreed, dropped, held] == [set(choice.agreed), set(choice.dropped), set(choice.held)]
    assert choice.picks(WAITING) is (len(agreed) < len(WAITING))


def test_with_one_task_left_the_first_is_that_one() -> None:
    said = [Request(text, 0, 3, "remark", 0.9, True) for text in ("第一個確認", "第二個唔要")]

    assert choose_among(WAITING[:1], said).agreed == {"cancel"}
