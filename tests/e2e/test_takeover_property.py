"""Random evenings: whatever comes in whatever order, nobody is spoken over and every stage comes once, on time."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connectors.clocks import FixedClock, SystemClock
from connectors.demo_shop import DemoShop, read_world
from domain.casework import Handover
from domain.channels import Address, Arrival, Click, Outgoing, Receipt, Sender
from domain.errors import InputError, UpstreamTimeout, UpstreamUnavailable
from domain.office import Colleague, Taken, TicketEvent, staff_talk
from domain.settings import Settings
from house import House
from office_room import OfficeRoom
from storage.inbox import SqlInbox
from storage.outbox import SqlOutbox
from support.office import NotYours
from tests.e2e.mailroom import WINGYAN, Desk, Post

USERS = (WINGYAN, "lin.chiajung", "walk.guest")  # one of them is a VIP, one is nobody we know
STAFF = ("ST-01", "ST-02", "ST-07", "ST-09")
STAGES = ("supervisor_alerted", "transferred", "nobody_left")
ALARMS = (
    "部氣炸鍋啱啱冒煙，插蘇都燒黑咗，好驚",
    "电饭煲刚才冒火花，我的手被烫伤了",
    "我要搵真人客服",
)
QUESTIONS = ("你哋幾點開門？", "喂？有冇人？", "你好", "HB-203098 去到邊？", "Where is my order?")
FOLLOWS = "我跟進緊，等我一陣。"  # what colleagues say
STEPS = 36
BURST = 30


def talk_of(user: str) -> str:
    return Address("dingtalk", "bot", f"cid-{user}", user).conversation_id


TALKS = {talk_of(user): user for user in USERS}


@dataclass
class Line(Post):
    """A platform that takes its time, sometimes refuses, and sometimes has a message and says that it has not."""

    rng: random.Random = field(default_factory=random.Random)
    log: list[tuple[str, str, str]] = field(default_factory=list)
    moody: bool = True

    async def send(self, message: Outgoing) -> Receipt:
        await asyncio.sleep(self.rng.choice((0.0, 0.0, 0.05, 0.2)))
        mood = self.rng.random() if self.moody else 1.0
        if mood < 0.06:
            raise UpstreamUnavailable("busy")
        self.log.append((message.kind, message.conversation_id, message.id))
        receipt = await super().send(message)
        await asyncio.sleep(self.rng.choice((0.0, 0.0, 0.05, 0.2)))
        if mood < 0.1 and message.kind == "reply" and FOLLOWS not in message.text:
            raise UpstreamTimeout("it has it, and nobody hears of it")
        return receipt


@dataclass
class Walk:
    """An evening of which nobody knows the order."""

    desk: Desk
    line: Line
    rng: random.Random
    number: int = 0
    heard: dict[str, list[str]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)  # what colleagues said, by its id
    seen: dict[str, Handover] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)

    @property
    def room(self) -> OfficeRoom:
        return self.desk.running.room

    def someone(self) -> Colleague:
        found = self.room.staff.find(self.rng.choice(STAFF))
        assert found is not None
        return found

    def a_talk(self) -> str:
        return self.rng.choice(list(self.heard) or list(TALKS))

    def listen(self) -> None:
        """Note when a colleague may rely on silence, and when no more."""
        office, log = self.room.office, self.line.log
        take, give_back, reply = office.take, office.give_back, office.reply

        async def taking(conversation_id: str, me: Colleague, *, about: str = "") -> Taken:
            taken = await take(conversation_id, me, about=about)
            if taken.changed:
                log.append(("silent", conversation_id, me.id))
            return taken

        async def giving(conversation_id: str, me: Colleague) -> None:
            mark = ("free", conversation_id, me.id)
            log.append(mark)
            try:
                await give_back(conversation_id, me)
            except InputError:
                log.remove(mark)
                raise

        async def replying(conversation_id: str, me: Colleague, text: str):  # type: ignore[no-untyped-def]
            message = await reply(conversation_id, me, text)
            self.said[message.id] = text
            return message

        office.take = taking  # type: ignore[method-assign]  # the same deeds, and a note of when
        office.give_back = giving  # type: ignore[method-assign]
        office.reply = replying  # type: ignore[assignment,method-assign]

    async def write(self, texts: tuple[str, ...], user: str | None = None) -> None:
        who = user or self.rng.choice(USERS)
        self.number += 1
        mark = f"[{self.number}]"
        await self.desk.arrive(f"{self.rng.choice(texts)} {mark}", f"walk-{self.number}", who)
        self.heard.setdefault(talk_of(who), []).append(mark)

    async def alarm(self) -> None:
        await self.write(ALARMS)

    async def ask(self) -> None:
        await self.write(QUESTIONS)

    async def burst(self) -> None:
        who = self.rng.choice(USERS)
        await asyncio.gather(*(self.write(QUESTIONS, who) for _ in range(BURST)))

    async def take(self) -> None:
        with suppress(InputError):  # nobody has answered in it yet, so there is no ticket
            await self.room.office.take(self.a_talk(), self.someone())

    async def take_and_write(self) -> None:
        await asyncio.gather(self.ask(), self.take(), self.ask())

    async def two_at_once(self) -> None:
        talk = self.a_talk()
        if await self.room.store.current(talk) is None:
            return
        both = [self.someone(), self.someone()]
        taken = await asyncio.gather(*(self.room.office.take(talk, one) for one in both))
        assert len({one.by for one in taken}) == 1
        assert sum(one.changed for one in taken) <= 1

    async def press(self) -> None:
        pushes = [one for one in self.line.out if one.kind == "push" and one.buttons]
        if not pushes:
            return
        push = self.rng.choice(pushes[-8:])
        users = [one.reach.user for one in self.room.staff.everybody if one.reach]
        user = push.address.user or self.rng.choice(users)
        self.number += 1
        await self.desk.running.inbox.accept(
            Arrival(
                f"press-{self.number}",
                Address("dingtalk", "bot", ""),
                Sender(user),
                self.desk.clock.now(),
                click=Click(self.rng.choice(push.buttons).value, push.id),
            )
        )

    async def reply(self) -> None:
        talk = self.a_talk()
        held = await self.room.store.owned(talk)
        me = self.room.staff.find(held.holder) or self.someone()
        if await self.room.store.current(talk) is None:
            return
        self.number += 1
        try:
            await self.room.office.reply(talk, me, f"{FOLLOWS}[{self.number}]")
        except NotYours:
            assert held.holder != me.id or (await self.room.store.owned(talk)).holder != me.id

    async def give_back(self) -> None:
        talk = self.a_talk()
        held = await self.room.store.owned(talk)
        me = self.room.staff.find(held.holder) if self.rng.random() < 0.8 else self.someone()
        if me is None or await self.room.store.current(talk) is None:
            return
        with suppress(InputError):
            if self.rng.random() < 0.25:
                await self.room.office.solve(talk, me)
            else:
                await self.room.office.give_back(talk, me)

    async def clock(self) -> None:
        """On to a deadline, to just before it, or by any time."""
        clock, waiting = self.desk.clock, await self.room.store.waiting()
        deadlines = [one.deadline for one in waiting if one.deadline is not None]
        jump = timedelta(seconds=self.rng.choice((1, 20, 61, 200, 700, 40_000)))
        then = clock.moment + jump
        if deadlines and self.rng.random() < 0.7:
            then = self.rng.choice(deadlines) - timedelta(seconds=self.rng.choice((0, 0, 1)))
        clock.moment = max(clock.moment, then)

    async def advance(self) -> None:
        waiting = [one.id for one in await self.room.store.waiting()]
        times = self.rng.choice((1, 2, 5))
        await asyncio.gather(*(self.room.takeovers.advance(one) for one in waiting * times))

    async def recover(self) -> None:
        await asyncio.gather(
            *(self.room.takeovers.recover() for _ in range(self.rng.choice((1, 2))))
        )

    async def sweep(self) -> None:
        await self.room.surveys.sweep()

    async def race(self) -> None:
        """A timer and a colleague at the same moment."""
        await self.clock()
        deeds: list[Callable[[], Awaitable[None]]] = [
            self.recover,
            self.press,
            self.take,
            self.advance,
        ]
        await asyncio.gather(*(deed() for deed in self.rng.sample(deeds, 3)))

    async def pause(self) -> None:
        await asyncio.sleep(self.rng.uniform(0.05, 0.4))

    async def restart(self) -> None:
        await self.desk.stop()
        await self.desk.start()
        self.listen()

    async def step(self) -> None:
        weights: dict[Callable[[], Awaitable[None]], int] = {
            self.alarm: 4, self.ask: 4, self.take: 3, self.take_and_write: 2, self.two_at_once: 2,
            self.press: 5, self.reply: 3, self.give_back: 3, self.clock: 4, self.advance: 3,
            self.recover: 3, self.sweep: 1, self.race: 3, self.pause: 5,
        }  # fmt: skip
        (deed,) = self.rng.choices(list(weights), list(weights.values()))
        self.trace.append(getattr(deed, "__name__", ""))
        await deed()
        await self.check()

    async def check(self) -> None:
        """What holds after every step."""
        free: dict[str, bool] = {}
        for kind, talk, what in self.line.log:
            if kind in ("silent", "free"):
                free[talk] = kind == "free"
            elif kind == "reply" and what not in self.said:
                assert free.get(talk, True), f"the assistant spoke over a colleague: {self.trace}"
        now = self.desk.clock.moment
        for talk in TALKS:
            case = await self.room.store.newest(talk)
            if case is None:
                continue
            before = self.seen.get(case.id)
            self.seen[case.id] = case
            if before is not None and _moved_on(before, case):
                assert before.deadline is not None
                assert before.deadline <= now, f"{before} became {case} early: {self.trace}"

    async def settle(self) -> None:
        """Until everything is answered and sent."""
        self.line.moody = False
        database = self.desk.running.database
        inbox, outbox = SqlInbox(database, SystemClock()), SqlOutbox(database)
        for _ in range(600):
            if not await inbox.waiting() and not await outbox.conversations():
                break
            await asyncio.sleep(0.1)
        else:
            pytest.fail(f"it does not come to rest: {self.trace}")
        await self.check()


def _moved_on(before: Handover, now: Handover) -> bool:
    """Did a timer bring it on? To acknowledge and to take over is no timer's doing, and may come at any time."""
    if not now.waiting or now.acknowledged_at != before.acknowledged_at:
        return False
    return (now.stage, now.turned_to) != (before.stage, before.turned_to)


async def once(walk: Walk) -> None:
    """Every stage has its line in the history and its push to each recipient, once, and not before its time."""
    for talk in walk.heard:
        events = [one for one in await walk.room.store.history(talk) if one.kind in STAGES]
        keys = Counter((one.detail["handover"], one.kind, one.detail["due"]) for one in events)
        assert [key for key, count in keys.items() if count > 1] == []
        people = Counter((one.detail["handover"], one.kind, *one.detail["to"]) for one in events)
        again = [key for key, count in people.items() if count > 1 and key[1] != "nobody_left"]
        assert again == []
        for one in events:
            assert one.at >= datetime.fromisoformat(one.detail["due"])
        await pushed_once(walk, talk, events)


async def pushed_once(walk: Walk, talk: str, events: list[TicketEvent]) -> None:
    ticket_numbers = {
        one.ticket_id: (await walk.room.store.ticket(one.ticket_id)).number  # type: ignore[union-attr]
        for one in events
    }
    wanted: Counter[tuple[str, str, str]] = Counter()
    for one in events:
        for staff_id in one.detail["to"]:
            colleague = walk.room.staff.find(staff_id)
            if colleague is None or colleague.reach is None:
                continue
            said = walk.room.words.say(
                f"push.{one.kind}",
                colleague.reads,
                number=ticket_numbers[one.ticket_id],
                **dict.fromkeys(("who", "reason", "brief", "deadline"), ""),
            )
            first = said.partition("\n")[0]
            wanted[colleague.reach.user, str(one.detail["handover"]), first] += 1
    firsts = {first for _, _, first in wanted}
    came: Counter[tuple[str, str, str]] = Counter()
    for push in walk.line.out:
        first = push.text.partition("\n")[0]
        if push.conversation_id == staff_talk(talk) and push.buttons and first in firsts:
            about = push.buttons[0].value.partition(":")[2]
            came[push.address.user, about, first] += 1
    assert came == wanted


async def nothing_lost(walk: Walk) -> None:
    """What customers wrote is kept, and what colleagues said arrived once."""
    transcript = SqlOutbox(walk.desk.running.database)
    for talk, marks in walk.heard.items():
        said, seq = "", 0
        while lines := await transcript.since(talk, seq):
            said += "\n".join(one.text for one in lines if one.author in ("customer", "bystander"))
            said, seq = said + "\n", lines[-1].seq
        assert [mark for mark in marks if mark not in said] == []
    arrived = Counter(what for kind, _, what in walk.line.log if kind == "reply")
    assert {one: arrived[one] for one in walk.said} == dict.fromkeys(walk.said, 1)


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_random_evening(house: House, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    settings = Settings(data=tmp_path, channels={}, burst_seconds=0.1)
    world = read_world(settings.world)
    clock = FixedClock(world.default_now)
    line = Line(rng=random.Random(seed))
    desk = Desk(house, settings, DemoShop(world, clock), line, clock)
    await desk.start()
    walk = Walk(desk, line, rng)
    walk.listen()
    try:
        await walk.alarm()
        for number in range(STEPS):
            await walk.step()
            if number == STEPS // 3:
                await walk.burst()
            if number == STEPS // 2:
                await walk.restart()
        await walk.settle()
        await once(walk)
        await nothing_lost(walk)
    finally:
        await desk.stop()
