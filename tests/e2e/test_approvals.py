"""A refund above the limit: asked for, decided by a colleague, done once, and told to the customer."""

from __future__ import annotations

import asyncio

import pytest

from domain.channels import Address, Arrival, Click, Outgoing, Sender
from domain.errors import InputError, NotPermitted, UpstreamUnavailable
from office_room import OfficeRoom
from tests.e2e.mailroom import Desk
from tests.e2e.test_office import colleague, desk, room

__all__ = ["desk", "room"]  # fixtures
USER = "lin.chiajung"
TALK = Address("dingtalk", "bot", f"cid-{USER}", USER).conversation_id
ASKED = "HB-202880 整張訂單我想申請退款"


@pytest.fixture
async def waiting(desk: Desk, room: OfficeRoom) -> str:
    """The id of the task that waits for a colleague."""
    await desk.arrive(ASKED, "m1", USER)
    await desk.post.replies(1)
    await desk.arrive("好的，請送出申請", "m2", USER)
    await desk.post.replies(2)
    (found,) = await room.approvals.waiting()
    assert (found.order, str(found.amount)) == ("HB-202880", "1096")
    return found.task_id


def done(desk: Desk) -> list[str]:
    return [str(one["kind"]) for one in desk.shop.effects()]


async def test_who_may_approve_is_pushed_with_buttons(desk: Desk, waiting: str) -> None:
    told = await desk.post.until(lambda one: one.address.user == "lo.wailun")
    assert [one.value for one in told.buttons] == [f"approve:{waiting}", f"refuse:{waiting}"]
    assert "HK$1096" in told.text


async def test_an_approval_does_it_once_and_the_customer_is_told(
    desk: Desk, room: OfficeRoom, waiting: str
) -> None:
    finance, boss = colleague(room, "ST-04"), colleague(room, "ST-02")
    decided = await asyncio.gather(
        *(room.approvals.decide(waiting, one, yes=True) for one in (finance, boss))
    )
    assert sorted(decided) == [False, True]
    assert done(desk) == ["approval.request", "refund.create"]
    told = (await desk.post.replies(3))[2]
    assert "1,096" in told
    assert await room.approvals.waiting() == []
    history = [one.kind for one in await room.store.history(TALK)]
    assert history.count("approved") == 1


async def test_a_refusal_moves_no_money(desk: Desk, room: OfficeRoom, waiting: str) -> None:
    assert await room.approvals.decide(waiting, colleague(room, "ST-04"), yes=False)
    assert "未能批准" in (await desk.post.replies(3))[2]
    assert not await room.approvals.decide(waiting, colleague(room, "ST-02"), yes=True)
    assert done(desk) == ["approval.request"]


async def test_who_may_not_approve_changes_nothing(
    desk: Desk, room: OfficeRoom, waiting: str
) -> None:
    for yes in (True, False):
        with pytest.raises(NotPermitted):
            await room.approvals.decide(waiting, colleague(room, "ST-07"), yes=yes)
    assert done(desk) == ["approval.request"]
    assert len(await room.approvals.waiting()) == 1


async def test_what_does_not_exist_cannot_be_approved(room: OfficeRoom) -> None:
    with pytest.raises(InputError):
        await room.approvals.decide("nothing", colleague(room, "ST-04"), yes=True)


async def test_while_the_systems_are_down_it_goes_on_waiting(
    desk: Desk, room: OfficeRoom, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object, **__: object) -> None:
        raise UpstreamUnavailable("down")

    with monkeypatch.context() as broken:
        broken.setattr(desk.shop, "create_refund", down)
        with pytest.raises(UpstreamUnavailable):
            await room.approvals.decide(waiting, colleague(room, "ST-04"), yes=True)
    assert len(await room.approvals.waiting()) == 1
    assert await room.approvals.decide(waiting, colleague(room, "ST-04"), yes=True)
    assert done(desk) == ["approval.request", "refund.create"]


async def test_a_button_in_the_chat_decides(desk: Desk, room: OfficeRoom, waiting: str) -> None:
    push: Outgoing = await desk.post.until(lambda one: one.address.user == "lo.wailun")
    arrival = Arrival(
        "press-1",
        Address("dingtalk", "bot", ""),
        Sender("lo.wailun"),
        desk.clock.now(),
        click=Click(f"approve:{waiting}", push.id),
    )
    await desk.running.inbox.accept(arrival)
    assert "1,096" in (await desk.post.replies(3))[2]
    assert done(desk) == ["approval.request", "refund.create"]
    assert room.staff.everybody
