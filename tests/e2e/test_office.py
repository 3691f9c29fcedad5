"""From an alarm to a person and back: stages, the fence, replies, surveys and approvals, through the channel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, read_world
from domain.casework import Handover
from domain.channels import Address, Arrival, Click, Outgoing, Receipt, Sender
from domain.office import Colleague
from domain.settings import Settings
from house import House
from office_room import OfficeRoom
from support.office import NotYours
from tests.e2e.mailroom import WINGYAN, Desk, Post

TALK = Address("dingtalk", "bot", f"cid-{WINGYAN}", WINGYAN).conversation_id
SMOKE = "部氣炸鍋啱啱冒煙，插蘇都燒黑咗，好驚"
STATUS = "HB-203098 去到邊？"


@pytest.fixture
async def desk(house: House, tmp_path: Path) -> AsyncIterator[Desk]:
    settings = Settings(data=tmp_path, channels={}, burst_seconds=0.1)
    world = read_world(settings.world)
    clock = FixedClock(world.default_now)
    opened = Desk(house, settings, DemoShop(world, clock), Post(), clock)
    await opened.start()
    yield opened
    await opened.stop()


@pytest.fixture
def room(desk: Desk) -> OfficeRoom:
    return desk.running.room


def colleague(room: OfficeRoom, staff_id: str) -> Colleague:
    found = room.staff.find(staff_id)
    assert found is not None
    return found


async def handover(room: OfficeRoom) -> Handover:
    found = await room.store.newest(TALK)
    assert found is not None
    return found


async def pushed(desk: Desk, count: int) -> list[Outgoing]:
    async with asyncio.timeout(20):
        while len(told := [one for one in desk.post.out if one.kind == "push"]) < count:
            desk.post.came.clear()
            await desk.post.came.wait()
    return told


async def press(desk: Desk, push: Outgoing, verb: str, user: str) -> None:
    value = next(one.value for one in push.buttons if one.value.startswith(verb))
    arrival = Arrival(
        f"{verb}-{user}-{push.id}",
        Address("dingtalk", "bot", ""),
        Sender(user),
        desk.clock.now(),
        click=Click(value, push.id),
    )
    await desk.running.inbox.accept(arrival)


async def test_an_alarm_is_pushed_with_buttons_and_waits_for_a_supervisor(
    desk: Desk, room: OfficeRoom
) -> None:
    await desk.arrive(SMOKE, "m1")
    told = await pushed(desk, 2)
    assert {button.value.partition(":")[0] for button in told[0].buttons} == {"ack", "take"}
    case = await handover(room)
    assert (case.stage, case.red_alert, case.team) == ("flagged", True, "quality")
    ticket = await room.store.current(TALK)
    assert ticket is not None
    assert (ticket.status, ticket.priority, ticket.stage) == ("new", "urgent", "flagged")


async def test_the_stages_come_on_time_and_once(desk: Desk, room: OfficeRoom) -> None:
    await desk.arrive(SMOKE, "m1")
    await desk.post.replies(1)
    first = await handover(room)
    assert first.deadline is not None
    desk.clock.moment = first.deadline - timedelta(seconds=1)
    assert await room.takeovers.advance(first.id) == "flagged"  # never early
    desk.clock.moment = first.deadline
    await asyncio.gather(*(room.takeovers.advance(first.id) for _ in range(5)))
    reminded = await handover(room)
    assert reminded.stage == "supervisor_alerted"
    assert reminded.deadline is not None
    desk.clock.moment = reminded.deadline
    await room.takeovers.recover()
    given = await handover(room)
    assert (given.stage, given.turned_to) == ("transferred", "ST-01")  # of quality, and on duty
    assert given.deadline is not None
    desk.clock.moment = given.deadline
    await room.takeovers.recover()
    assert (await handover(room)).tried == ("ST-01", "ST-02")
    history = [one.kind for one in await room.store.history(TALK)]
    assert history.count("supervisor_alerted") == 1
    assert history.count("transferred") == 2


async def test_when_nobody_is_left_the_supervisors_are_told_once(
    desk: Desk, room: OfficeRoom
) -> None:
    await desk.arrive(SMOKE, "m1")
    await desk.post.replies(1)
    for _ in range(12):
        case = await handover(room)
        if case.deadline is not None:
            desk.clock.moment = case.deadline
        await room.takeovers.recover()
    assert (await handover(room)).deadline is None
    history = [one.kind for one in await room.store.history(TALK)]
    assert history.count("nobody_left") == 1


async def test_acknowledging_by_button_gives_more_time(desk: Desk, room: OfficeRoom) -> None:
    await desk.arrive(SMOKE, "m1")
    alert = next(one for one in await pushed(desk, 2) if one.address.user == "cheng.meishan")
    before = await handover(room)
    await press(desk, alert, "ack", "cheng.meishan")
    changed = await desk.post.until(lambda one: one.replaces == alert.id)
    assert "鄭美珊" in changed.text
    after = await handover(room)
    assert (after.acknowledged_by, after.stage) == ("ST-01", "supervisor_alerted")
    assert before.deadline is not None
    assert after.deadline is not None
    assert after.deadline > before.deadline


async def test_a_stranger_to_the_staff_can_press_nothing(desk: Desk, room: OfficeRoom) -> None:
    await desk.arrive(SMOKE, "m1")
    group = next(one for one in await pushed(desk, 2) if one.address.group)
    await press(desk, group, "take", "somebody.else")
    await desk.post.until(lambda one: "staff.yaml" in one.text)
    assert (await room.store.owned(TALK)).holder == ""


async def test_after_taking_over_the_assistant_is_silent_until_it_is_handed_back(
    desk: Desk, room: OfficeRoom
) -> None:
    await desk.arrive(SMOKE, "m1")
    await desk.post.replies(1)
    me = colleague(room, "ST-02")
    assert (await room.office.take(TALK, me)).changed
    await desk.arrive("喂？有冇人？", "m2")
    await desk.arrive(STATUS, "m3")
    await asyncio.sleep(1.0)
    assert len([one for one in desk.post.out if one.kind == "reply"]) == 1
    await room.office.reply(TALK, me, "我係蔡家俊，你而家安全嗎？")
    told = await desk.post.replies(2)
    assert told[1] == "蔡家俊：\n我係蔡家俊，你而家安全嗎？"
    await room.office.give_back(TALK, me)
    assert (await handover(room)).stage == "returned"
    await desk.arrive(STATUS, "m4")
    assert "HB-203098" in (await desk.post.replies(3))[2]
    history = await desk.talk(TALK)
    assert "我係蔡家俊，你而家安全嗎？" in [one.text for one in history.messages]


async def test_a_reply_under_way_is_kept_back_when_somebody_takes_over(
    desk: Desk, room: OfficeRoom
) -> None:
    """The turn has begun, and ends after the conversation was taken over."""
    await desk.arrive("你好", "m0")
    await desk.post.replies(1)
    turns = desk.running.work.turns
    thought, go = asyncio.Event(), asyncio.Event()
    keep = turns.keep

    async def slowly(*given: Any) -> Any:
        thought.set()
        await go.wait()
        return await keep(*given)

    # A turn that is caught just before its end.
    turns.keep = slowly  # type: ignore[method-assign,assignment]
    await desk.arrive(STATUS, "m1")
    await thought.wait()
    assert (await room.office.take(TALK, colleague(room, "ST-07"))).changed
    go.set()
    for _ in range(200):
        if "withheld" in [one.kind for one in await room.store.history(TALK)]:
            break
        await asyncio.sleep(0.05)
    assert len([one for one in desk.post.out if one.kind == "reply"]) == 1
    (unsaid,) = [one for one in await room.store.history(TALK) if one.kind == "withheld"]
    assert "HB-203098" in unsaid.text


async def test_taking_over_waits_for_what_is_just_being_sent(desk: Desk, room: OfficeRoom) -> None:
    sending, go = asyncio.Event(), asyncio.Event()
    send = desk.post.send

    async def slowly(message: Outgoing) -> Receipt:
        if message.kind == "reply":
            sending.set()
            await go.wait()
        return await send(message)

    desk.post.send = slowly  # type: ignore[method-assign]  # a platform that takes its time
    await desk.arrive(STATUS, "m1")
    await sending.wait()
    taking = asyncio.create_task(room.office.take(TALK, colleague(room, "ST-07")))
    await asyncio.sleep(0.5)
    assert not taking.done()
    go.set()
    assert (await taking).changed
    assert len([one for one in desk.post.out if one.kind == "reply"]) == 1


async def test_of_two_who_take_over_at_once_one_has_it(desk: Desk, room: OfficeRoom) -> None:
    await desk.arrive(SMOKE, "m1")
    await desk.post.replies(1)
    both = [colleague(room, "ST-01"), colleague(room, "ST-02")]
    taken = await asyncio.gather(*(room.office.take(TALK, one) for one in both))
    assert sorted(one.changed for one in taken) == [False, True]
    assert len({one.by for one in taken}) == 1
    loser = next(one for one in both if one.id != taken[0].by)
    with pytest.raises(NotYours):
        await room.office.reply(TALK, loser, "我嚟啦")


async def test_a_quiet_ticket_is_solved_asked_about_and_a_low_score_followed_up(
    desk: Desk, room: OfficeRoom
) -> None:
    await desk.arrive(STATUS, "m1")
    await desk.post.replies(1)
    desk.clock.moment += timedelta(minutes=31)
    assert await room.surveys.sweep() == 1
    assert await room.surveys.sweep() == 0
    asked = await desk.post.until(lambda one: any("csat:" in each.value for each in one.buttons))
    assert [one.label[0] for one in asked.buttons] == ["1", "2", "3", "4", "5"]
    await desk.arrive("", "c1", click=Click(asked.buttons[1].value, asked.id))
    assert "同事" in (await desk.post.replies(3))[2]
    ticket = await room.store.current(TALK)
    assert ticket is not None
    assert (ticket.status, ticket.stage) == ("new", "flagged")
    assert (await handover(room)).reason == "low_score"


async def test_a_score_that_is_written_counts_and_takes_nothing_up_again(
    desk: Desk, room: OfficeRoom
) -> None:
    await desk.arrive(STATUS, "m1")
    await desk.post.replies(1)
    desk.clock.moment += timedelta(minutes=31)
    await room.surveys.sweep()
    await desk.post.replies(2)
    await desk.arrive("5 好快手", "m2")
    assert (await desk.post.replies(3))[2] == "多謝你嘅評分！"
    ticket = await room.store.current(TALK)
    assert ticket is not None
    assert ticket.status == "solved"
    history = await desk.talk(TALK)
    assert history.survey is not None
    assert (history.survey.score, history.survey.comment) == (5, "好快手")


async def test_one_reminder_and_no_more(desk: Desk, room: OfficeRoom) -> None:
    await desk.arrive(STATUS, "m1")
    await desk.post.replies(1)
    for _ in range(4):
        desk.clock.moment += timedelta(hours=21)
        await room.surveys.sweep()
    told = await desk.post.replies(3)
    await asyncio.sleep(0.5)
    assert len([one for one in desk.post.out if one.kind == "reply"]) == 3
    assert "想再問一句" in told[2]


async def test_a_number_that_answers_another_question_is_no_score(desk: Desk) -> None:
    await desk.arrive(STATUS, "m1")
    await desk.post.replies(1)
    await desk.arrive("3", "m2")
    await desk.post.replies(2)
    history = await desk.talk(TALK)
    assert history.survey is None
