"""The inbox says what needs a person first, whose it is, and how soon."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.unit.desk.conftest import EVIL
from tests.unit.desk.office.conftest import FINANCE, KNOWLEDGE, SERVICE, Seat, Sits
from tests.unit.desk.office.world import NOON, OfficeRoom, handover, waits


def rows(page: str) -> list[str]:
    """The tickets of the list, in its order."""
    return re.findall(r'<li id="t-ticket-(\w+)"', page)


async def test_what_waits_stands_first_and_an_alarm_above_all(ho: Seat) -> None:
    page = await ho.see("inbox", show="all")
    assert rows(page)[:2] == ["kettle", "parcel"]
    assert set(rows(page)[2:]) == {"invoice", "hans"}
    assert "Red alert" in page
    assert "answer due in 12 min" in page
    assert "answer 8 min late" in page
    assert "4 in all" in page


async def test_without_a_choice_the_first_view_is_what_waits(ho: Seat) -> None:
    page = await ho.see("inbox")
    assert rows(page) == ["kettle", "parcel"]
    assert re.search(r'aria-current="page">Waiting for a person <span class="count">2<', page)


async def test_each_view_counts_what_it_lists(ho: Seat) -> None:
    for view, found in {"open": 3, "pending": 1, "solved": 0, "mine": 0}.items():
        page = await ho.see("inbox", show=view)
        assert len(rows(page)) == found
        assert re.search(rf'aria-current="page">[^<]+<span class="count">{found}<', page)


async def test_filters_and_search_narrow(ho: Seat) -> None:
    assert rows(await ho.see("inbox", show="all", channel="dingtalk")) == ["invoice"]
    assert rows(await ho.see("inbox", show="all", language="zh-Hans")) == ["hans"]
    assert rows(await ho.see("inbox", show="all", priority="urgent")) == ["kettle"]
    assert rows(await ho.see("inbox", show="all", q="t00002")) == ["parcel"]
    assert rows(await ho.see("inbox", show="all", q="COMPANY name")) == ["invoice"]
    assert rows(await ho.see("inbox", show="all", q="C-317")) == ["parcel"]
    nothing = await ho.see("inbox", show="all", q="nothing like it")
    assert "Nothing fits the filters." in nothing
    assert "Clear filters" in nothing


async def test_moods_are_words_and_not_only_signs(ho: Seat) -> None:
    page = await ho.see("inbox", show="waiting")
    assert re.search(r'aria-hidden="true">😠</span> Angry', page)
    assert re.search(r'aria-hidden="true">😟</span> Upset', page)


async def test_unread_ends_with_looking_and_begins_with_the_next_message(
    room: OfficeRoom, ho: Seat
) -> None:
    assert "Unread" in await ho.see("inbox", q="T00001")
    await ho.talk("kettle")
    assert "Unread" not in await ho.see("inbox", q="T00001")
    room.clock.moment += timedelta(minutes=1)
    await room.turn("kettle", "喂？", None)
    assert "Unread" in await ho.see("inbox", q="T00001")


async def test_acknowledging_in_the_list_stays_in_the_list(ho: Seat, cheng: Seat) -> None:
    back = "/desk/inbox?show=waiting"
    done = await ho.do("acknowledge", back=back)
    assert done.headers["location"].startswith(f"{back}&done=acknowledged")
    second = await cheng.do("acknowledge", back=back)
    page = (await cheng.client.get(second.headers["location"])).text
    assert "蔡家俊 had acknowledged it before." in page
    assert "acknowledged" in await ho.see("inbox", q="T00001")


async def test_the_list_leads_nowhere_else(ho: Seat) -> None:
    done = await ho.do("acknowledge", back="https://elsewhere.example/desk/inbox")
    assert done.headers["location"].startswith("/desk/conversation?")


async def test_taking_over_in_the_list_opens_the_conversation(ho: Seat) -> None:
    done = await ho.do("take", talk="parcel")
    assert (done.status_code, done.headers["location"]) == (303, "/desk/conversation?id=parcel")
    assert rows(await ho.see("inbox", show="mine")) == ["parcel"]
    assert "With 蔡家俊" in await ho.see("inbox", q="T00002")


async def test_who_may_not_read_conversations_is_not_led_to_them(sits: Sits) -> None:
    finance = await sits(FINANCE)
    page = await finance.see("inbox", show="all")
    assert len(rows(page)) == 4
    assert "/desk/conversation?" not in page
    assert 'action="/desk/conversation/' not in page
    await finance.see("conversation", status=403, id="kettle")
    knowledge = await sits(KNOWLEDGE)
    await knowledge.see("inbox", status=403)


async def test_the_front_page_is_where_somebody_works(ho: Seat, sits: Sits) -> None:
    front = await ho.client.get("/desk")
    assert front.headers["location"] == "/desk/inbox"
    knowledge = await (await sits(KNOWLEDGE)).client.get("/desk")
    assert knowledge.headers["location"] == "/desk/knowledge"


async def test_what_customers_write_is_never_run(room: OfficeRoom, ho: Seat) -> None:
    await room.opens("evil", "C-118")
    await room.turn("evil", EVIL, EVIL, ticket=waits(subject=EVIL), handover=handover(brief=EVIL))
    for page in (await ho.see("inbox", show="all"), await ho.talk("evil")):
        assert EVIL not in page
        assert "&lt;img src=x onerror=" in page


async def test_forty_tickets_make_a_page(room: OfficeRoom, ho: Seat) -> None:
    for number in range(40):
        await room.opens(f"more{number}", "C-317")
        await room.turn(f"more{number}", "你好", at=NOON + timedelta(hours=1, seconds=number))
    first = await ho.see("inbox", show="all")
    assert len(rows(first)) == 40
    assert rows(first)[:3] == ["kettle", "parcel", "more39"]
    second = await ho.see("inbox", show="all", page="2")
    assert len(rows(second)) == 4
    assert not set(rows(first)) & set(rows(second))
    assert len(rows(await ho.see("inbox", show="all", page="3"))) == 0


async def test_everybody_says_when_they_are_away(room: OfficeRoom, sits: Sits) -> None:
    fung = await sits(SERVICE)
    assert "I am away" in await fung.see("me")
    await fung.press("me/away", away="yes")
    assert "You are away." in await fung.see("me")
    assert (await room.store.loads())[SERVICE].away
    await fung.press("me/away", away="no")
    assert not (await room.store.loads())[SERVICE].away


async def test_the_pages_stand_in_every_language(ho: Seat) -> None:
    for language, word in {"zh-Hant": "收件匣", "zh-Hans": "收件箱", "en": "Inbox"}.items():
        await ho.client.get("/desk/language", params={"to": language})
        assert f"<h1>{word}</h1>" in await ho.see("inbox", show="all")
        assert "T00001" in await ho.talk("kettle")
