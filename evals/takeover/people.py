"""The customers and colleagues of the takeover campaign: alarms, bursts, presses, two who take over at once."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import httpx

from domain.office import staff_talk
from evals.takeover.diary import Diary, Held, Journal, Sent
from evals.takeover.target import thread_of

ALARMS = (
    "部氣炸鍋啱啱冒煙，插蘇都燒黑咗，好驚",
    "电饭煲刚才冒火花，我的手被烫伤了",
    "The air fryer just caught fire and my hand is burnt",
)
WISHES = ("我要搵真人客服", "請幫我轉真人客服", "I want to talk to a real person, please")
QUESTIONS = (
    "你哋幾點開門？", "訂單幾耐先會到？", "可以點樣退貨？", "你好", "喂？有冇人？", "Where is my order?",
)  # fmt: skip
STAFF = {
    "ST-01": "cheng.meishan",
    "ST-02": "choi.kachun",
    "ST-07": "fung.lokyi",
    "ST-09": "daniel.ko",
}
SAID = "我係當值同事，正喺度跟進"  # what colleagues reply
AGAIN_SECONDS = 0.15  # until what a dead desk did not take is tried again
LOOK_SECONDS = 0.1
PATIENCE = 60.0


class People:
    """Everybody outside the desk. Whatever happens to it, every wait ends."""

    def __init__(
        self, client: httpx.AsyncClient, journal: Journal, diary: Diary, seed: int
    ) -> None:
        self._client = client
        self._journal = journal
        self._diary = diary
        self._rng = random.Random(seed)  # noqa: S311 - a campaign must be repeatable, not secret
        self._number = 0

    async def play(self, number: int, rounds: int) -> None:
        """One conversation: it is taken over first, then raised again, and sometimes never taken any more."""
        for again in range(rounds):
            taken = not again or self._rng.random() < 0.5
            await self._round(f"campaign.{number}", taken=taken)

    async def _round(self, user: str, *, taken: bool) -> None:
        talk, began = thread_of(user).conversation_id, time.time()
        await self.write(user, self._rng.choice(ALARMS if self._rng.random() < 0.8 else WISHES))
        alert = await self._shown(lambda one: _alerts(one, talk) and one.at >= began)
        if alert is None:
            self._diary.in_vain.append(f"a push about {talk}")
            return
        if self._rng.random() < 0.3:
            await asyncio.sleep(self._rng.uniform(0, 3))
            await self._press(alert, "ack")
        await asyncio.sleep(
            self._rng.choice((0.0, self._rng.uniform(0, 3), self._rng.uniform(3, 12)))
        )
        if taken:
            await self._take_over(user, alert)
            await self._settle(user)
        else:
            await asyncio.sleep(11)

    async def _take_over(self, user: str, alert: Sent) -> None:
        """Two take over while the customer writes on; whoever has it speaks and hands it back."""
        talk = thread_of(user).conversation_id
        writing = [
            asyncio.create_task(self.write(user, self._rng.choice(QUESTIONS)))
            for _ in range(self._rng.choice((0, 1, 3, 8)))
        ]
        await asyncio.sleep(self._rng.uniform(0, 1.5))
        one, other = self._rng.sample(sorted(STAFF), 2)
        if self._rng.random() < 0.3:
            writing.append(asyncio.create_task(self._press(alert, "take")))
        found = await asyncio.gather(self._take(talk, one), self._take(talk, other))
        (holder,) = {by for by, _ in found}
        since = max(at for _, at in found) or (await self._take(talk, holder))[1]
        for _ in range(self._rng.choice((1, 2))):
            await self.write(user, self._rng.choice(QUESTIONS))
            await self._reply(talk, holder)
            await asyncio.sleep(self._rng.uniform(0, 1.2))
        await asyncio.gather(*writing)
        until = time.time()
        await self._ask("/give-back", {"conversation": talk, "by": holder})
        self._diary.held.append(Held(talk, holder, since, until))

    async def _take(self, talk: str, staff_id: str) -> tuple[str, float]:
        """Who has the conversation now, and if it is this colleague, since when the assistant has to be silent."""
        taken = await self._ask("/take", {"conversation": talk, "by": staff_id})
        return taken["by"], time.time() if taken["by"] == staff_id else 0.0

    async def _reply(self, talk: str, holder: str) -> None:
        """Say something once: a colleague whose desk dies looks first whether it was said."""
        self._number += 1
        text = f"{SAID}（{self._number}）"
        body = {"conversation": talk, "by": holder, "text": text}
        try:
            said = (await self._client.post("/reply", json=body)).raise_for_status().json()
        except httpx.HTTPError:
            self._diary.unsure.add(text)
            return
        if said["id"]:
            self._diary.said.add(text)

    async def _settle(self, user: str) -> None:
        """The customer asks once more, and the assistant answers."""
        began = time.time()
        talk = thread_of(user).conversation_id
        await self.write(user, QUESTIONS[0])
        answer = await self._shown(
            lambda one: (
                one.at >= began
                and one.conversation == talk
                and one.kind == "reply"
                and SAID not in one.text  # a colleague's may come once more when the desk died
            )
        )
        if answer is None:
            self._diary.in_vain.append(f"an answer in {talk}")

    async def write(self, user: str, text: str) -> None:
        """Write until the desk says that it has it; the number tells the messages apart afterwards."""
        self._number += 1
        mark = f"[{self._number}]"
        body = {"id": uuid4().hex, "user": user, "text": f"{text} {mark}"}
        await self._ask("/arrivals", body)
        self._diary.heard.setdefault(thread_of(user).conversation_id, []).append(mark)

    async def _press(self, alert: Sent, verb: str) -> None:
        """Press a button of what was pushed; in a group anybody of the staff may."""
        value = next(one for one in alert.buttons if one.startswith(verb))
        users = sorted(STAFF.values())
        user = alert.to if alert.to in users else self._rng.choice(users)
        body = {"id": uuid4().hex, "user": user, "pressed": value, "under": alert.id}
        await self._ask("/arrivals", body)

    async def _ask(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        """Ask until somebody answers: the desk may be dead."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = await self._client.post(path, json=body)
                found: dict[str, Any] = answer.raise_for_status().json()
            except httpx.HTTPError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return found

    async def _shown(self, fits: Callable[[Sent], bool]) -> Sent | None:
        """The first message that fits, as soon as the platform has it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = self._first(self._journal.everything(), fits)
            if found is not None:
                return found
            await asyncio.sleep(LOOK_SECONDS)
        return None

    @staticmethod
    def _first(sent: Sequence[Sent], fits: Callable[[Sent], bool]) -> Sent | None:
        return next((one for one in sent if fits(one)), None)


def _alerts(one: Sent, talk: str) -> bool:
    """Is this a push of the conversation with buttons?"""
    return one.kind == "push" and one.conversation == staff_talk(talk) and bool(one.buttons)
