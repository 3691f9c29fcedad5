from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from agent.turns import Answer, Incoming, Progress
from domain.errors import NotIdentified
from domain.records import TurnRecord
from storage.casework import SqlCasebook, intact
from storage.conversations import SqlConversations
from tests.e2e.conftest import Service

CANCEL = "唔該幫我取消 HB-203115"


class Killed(RuntimeError):
    """Stands for a process that died here."""


class InterruptedStore(SqlConversations):
    """Dies once, after everything was done and before it was saved."""

    died = False

    async def finish(self, turn: TurnRecord, tokens: Callable[[str], int]) -> bool:
        if not self.died:
            self.died = True
            raise Killed
        return await super().finish(turn, tokens)


async def test_a_yes_does_what_was_asked(service: Service) -> None:
    asked = await service.say(CANCEL)
    assert asked.awaiting == ("confirmation",)
    assert service.done() == []
    done = await service.say("係")
    assert done.awaiting == ()
    assert service.done() == ["order.cancel"]


async def test_two_requests_in_one_message_are_one_question_and_one_reply(service: Service) -> None:
    asked = await service.say("幫我退咗 HB-202604，仲有張發票 INV-88021 抬頭改做晴灣有限公司")
    assert asked.awaiting == ("confirmation",)
    assert ("HB-202604" in asked.message.text, "INV-88021" in asked.message.text) == (True, True)
    await service.say("好")
    assert sorted(service.done()) == ["invoice.update", "return.create"]


async def test_a_restart_keeps_what_waits_for_a_yes(service: Service) -> None:
    await service.say(CANCEL)
    await service.restart()
    done = await service.say("係")
    assert "HB-203115" in done.message.text
    assert service.done() == ["order.cancel"]


async def test_a_message_delivered_twice_is_answered_the_same_and_done_once(
    service: Service,
) -> None:
    await service.say(CANCEL, "m1")
    first = await service.say("係", "m2")
    again = await service.say("係", "m2")
    assert again.message == first.message
    assert service.done() == ["order.cancel"]


async def test_a_message_delivered_again_after_a_restart_is_answered_the_same(
    service: Service,
) -> None:
    asked = await service.say(CANCEL, "m1")
    await service.restart()
    again = await service.say(CANCEL, "m1")
    assert again.message == asked.message
    assert again.awaiting == ("confirmation",)


async def test_the_same_message_twice_at_once_is_one_turn(service: Service) -> None:
    await service.say(CANCEL)
    both = await asyncio.gather(service.say("係", "m2"), service.say("係", "m2"))
    assert both[0].message == both[1].message
    assert service.done() == ["order.cancel"]


async def test_a_crash_between_the_act_and_its_record_does_it_once(service: Service) -> None:
    asked = await service.say(CANCEL, "m1")
    assert asked.awaiting == ("confirmation",)
    service.keep_in(InterruptedStore(service.house.database))
    with pytest.raises(Killed):
        await service.say("係", "m2")
    assert service.done() == ["order.cancel"]
    await service.restart()
    done = await service.say("係", "m2")
    assert "HB-203115" in done.message.text
    assert [task.status for task in done.tasks] == ["done"]
    assert service.done() == ["order.cancel"]


async def test_a_crash_in_a_turn_that_needs_no_yes_does_it_once(service: Service) -> None:
    service.keep_in(InterruptedStore(service.house.database))
    with pytest.raises(Killed):
        await service.say("幫我催下 HB-203098", "m1")
    await service.restart()
    done = await service.say("幫我催下 HB-203098", "m1")
    assert [task.status for task in done.tasks] == ["done"]
    assert service.done() == ["logistics.expedite"]


async def test_a_turn_tells_its_steps_and_ends_with_an_answer(service: Service) -> None:
    events = [event async for event in service.turns.stream(Incoming("talk", CANCEL))]
    assert Progress("cancel_order") in events[:-1]
    assert isinstance(events[-1], Answer)


async def test_an_unknown_conversation_is_refused(service: Service) -> None:
    with pytest.raises(NotIdentified):
        await service.turns.handle(Incoming("somebody-elses", CANCEL))


async def test_an_order_of_somebody_else_does_not_exist(service: Service) -> None:
    told = await service.say("幫我取消 HB-203126")
    assert told.awaiting == ()
    assert "924" not in told.message.text
    assert service.done() == []


async def test_the_audit_log_is_unbroken_and_holds_no_telephone_number(service: Service) -> None:
    await service.say("我電話 53182046，幫我取消 HB-203115")
    await service.say("係")
    entries = await SqlCasebook(service.house.database).audit("talk")
    assert ("cancel_order", "done") in [(one.action, one.decision) for one in entries]
    assert not any("53182046" in one.resource for one in entries)
    assert await intact(service.house.database)
