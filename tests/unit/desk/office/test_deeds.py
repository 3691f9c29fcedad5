"""What colleagues press does what it says, once, and loses nothing of what they typed."""

from __future__ import annotations

import asyncio
import re
from html import unescape

import httpx
import pytest

from tests.unit.desk.office.conftest import FINANCE, MANAGER, SERVICE, SUPERVISOR, Seat, Sits
from tests.unit.desk.office.world import OfficeRoom


def box(page: str, name: str = "text") -> str | None:
    """What stands in a box of the page; None if it is not there."""
    found = re.search(rf'<textarea id="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return None if found is None else unescape(found[1])


async def kinds(room: OfficeRoom, talk: str = "kettle") -> list[str]:
    return [one.kind for one in await room.store.history(talk)]


async def test_of_two_who_take_over_at_once_one_has_it_and_the_other_learns_who(
    room: OfficeRoom, ho: Seat, cheng: Seat
) -> None:
    answers = await asyncio.gather(ho.do("take"), cheng.do("take"))
    assert sorted(one.status_code for one in answers) == [303, 409]
    loser = next(one for one in answers if one.status_code == 409)
    holder = (await room.store.owned("kettle")).holder
    assert f"{room.staff.name(holder)} has this conversation" in loser.text
    assert (await kinds(room)).count("accepted") == 1


async def test_only_the_holder_has_a_box_to_write_in(ho: Seat, cheng: Seat) -> None:
    assert box(await ho.talk()) is None
    await ho.do("take")
    assert box(await ho.talk()) == ""
    other = await cheng.talk()
    assert box(other) is None
    assert "Only 蔡家俊 can reply" in other
    assert "data-take" not in other


async def test_a_reply_reaches_the_customer_under_its_authors_name(
    room: OfficeRoom, ho: Seat
) -> None:
    await ho.do("take")
    done = await ho.do("reply", text="我而家幫你跟進。")
    assert done.headers["location"] == "/desk/conversation?id=kettle&done=replied"
    said = (await room.store.transcript("kettle"))[-1]
    assert (said.author, said.text) == ("staff", "我而家幫你跟進。")
    page = await ho.talk()
    assert re.search(r'class="said staff">\s*<p class="by"><strong><bdi>蔡家俊', page)
    assert "On its way" in page


async def test_a_reply_of_somebody_who_does_not_hold_it_stays_in_the_box(
    room: OfficeRoom, ho: Seat, cheng: Seat
) -> None:
    text = "<b>我嚟</b>處理 & 跟進"
    early = await ho.do("reply", text=text)
    assert early.status_code == 409
    assert "The assistant has this conversation" in early.text
    assert box(early.text) == text
    await cheng.do("take")
    late = await ho.do("reply", text=text)
    assert late.status_code == 409
    assert "鄭美珊 has this conversation, so nothing was done." in late.text
    assert box(late.text) == text
    assert [one.author for one in await room.store.transcript("kettle")].count("staff") == 0


async def test_what_was_typed_before_taking_over_is_there_afterwards(ho: Seat) -> None:
    taken = await ho.do("take", text="我嚟處理")
    assert taken.status_code == 200
    assert box(taken.text) == "我嚟處理"
    assert 'action="/desk/conversation/reply"' in taken.text


async def test_a_reply_that_is_too_long_is_not_cut(ho: Seat) -> None:
    await ho.do("take")
    text = "長" * 4_001
    refused = await ho.do("reply", text=text)
    assert refused.status_code == 400
    assert "4000 characters at most" in refused.text
    assert box(refused.text) == text


async def test_a_note_is_for_colleagues_only(room: OfficeRoom, ho: Seat, cheng: Seat) -> None:
    await ho.do("note", note="客人之前已經投訴過")
    page = await cheng.talk()
    assert re.search(r'class="said note">.*?客人之前已經投訴過', page, re.DOTALL)
    assert len(await room.store.transcript("kettle")) == 4
    empty = await ho.do("note", note=" ")
    assert (empty.status_code, box(empty.text, "note")) == (400, " ")


async def test_handing_back_gives_it_to_the_assistant(room: OfficeRoom, ho: Seat) -> None:
    await ho.do("take")
    await ho.do("back")
    owned = await room.store.owned("kettle")
    assert (owned.owner, owned.holder) == ("assistant", "")
    assert "蔡家俊 handed back to the assistant" in await ho.talk()
    assert (await ho.do("back")).status_code == 409


async def test_solving_asks_the_customer_how_it_was(room: OfficeRoom, ho: Seat) -> None:
    await ho.do("take", talk="parcel")
    done = await ho.do("solve", talk="parcel")
    ticket = await room.store.current("parcel")
    assert ticket is not None
    assert (ticket.status, ticket.solved_by) == ("solved", SUPERVISOR)
    page = (await ho.client.get(done.headers["location"])).text
    assert "Marked as solved" in page
    assert "蔡家俊 set the status to Solved" in page


async def test_a_colleague_is_given_what_i_hold_and_others_may_not_take_it_away(
    room: OfficeRoom, ho: Seat, cheng: Seat
) -> None:
    await ho.do("take")
    assert (await cheng.do("assign", to=SERVICE)).status_code == 409
    await ho.do("assign", to=SERVICE)
    assert (await room.store.owned("kettle")).holder == SERVICE
    assert "蔡家俊 assigned it to 馮樂怡" in await ho.talk()


@pytest.mark.parametrize("to", [FINANCE, "nobody"])
async def test_nobody_is_assigned_who_could_not_answer(ho: Seat, to: str) -> None:
    assert (await ho.do("assign", to=to)).status_code == 404


async def test_status_and_priority_change_and_stand_in_the_history(
    room: OfficeRoom, ho: Seat
) -> None:
    await ho.do("status", to="on_hold")
    await ho.do("priority", to="low")
    ticket = await room.store.current("kettle")
    assert ticket is not None
    assert (ticket.status, ticket.priority) == ("on_hold", "low")
    page = await ho.talk()
    assert "蔡家俊 set the status to On hold" in page
    assert "蔡家俊 set the priority to Low" in page
    for deed, value in (("status", "solved"), ("status", "odd"), ("priority", "odd")):
        assert (await ho.do(deed, to=value)).status_code == 400


async def test_canned_replies_are_put_into_the_box_in_the_customers_language(
    room: OfficeRoom, ho: Seat
) -> None:
    for talk, words in {
        "kettle": "幫你查緊",
        "hans": "正在帮您查",
        "invoice": "One moment",
    }.items():
        await ho.do("take", talk=talk)
        page = await ho.do("insert", talk=talk, text="Hi.", canned="canned.checking")
        found = box(page.text)
        assert found is not None
        assert found.startswith("Hi.\n")
        assert words in found
    assert len(await room.store.transcript("hans")) == 2


async def test_suggested_replies_fill_the_box_and_send_nothing(room: OfficeRoom, ho: Seat) -> None:
    await ho.do("take")
    room.suggestions = ['He said "hi" & left']
    page = await ho.see("conversation/suggestions", id="kettle")
    assert 'value="He said &#34;hi&#34; &amp; left"' in page
    filled = await ho.do("insert", suggested=room.suggestions[0])
    assert box(filled.text) == room.suggestions[0]


async def test_a_deed_without_the_token_of_the_page_is_refused(room: OfficeRoom, ho: Seat) -> None:
    headers = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    sent = await ho.client.post(
        "/desk/conversation/take", data={"id": "kettle", "csrf": "guessed"}, headers=headers
    )
    assert sent.status_code == 403
    assert (await room.store.owned("kettle")).holder == ""


async def test_who_may_not_write_can_do_nothing(room: OfficeRoom, sits: Sits) -> None:
    finance = await sits(FINANCE)
    for deed in ("take", "reply", "note", "back", "solve", "acknowledge", "insert", "preview"):
        assert (await finance.do(deed, text="x", note="x")).status_code == 403, deed
    assert (await finance.do("no-alarm", message="k2")).status_code == 403
    assert await kinds(room) == ["opened", "flagged"]


async def test_an_unknown_conversation_is_no_fault_of_ours(ho: Seat) -> None:
    for deed in ("take", "note", "back", "translate"):
        answer = await ho.do(deed, talk="nowhere", note="x", message="m")
        assert answer.status_code in (400, 404), deed
    assert "There is no such conversation." in await ho.see(
        "conversation", status=404, id="nowhere"
    )


async def decide(seat: Seat, yes: str) -> httpx.Response:
    return await seat.press("approvals", task="task-9", yes=yes)


async def test_an_approval_is_decided_once(room: OfficeRoom, ho: Seat, cheng: Seat) -> None:
    page = await ho.see("approvals")
    assert "HK$664.00" in page
    assert "HB-203098" in page
    assert (await decide(ho, "yes")).headers["location"] == "/desk/approvals?done=approved"
    second = await decide(cheng, "no")
    assert second.status_code == 409
    assert "It was decided before" in second.text
    assert room.approvals.decided == [("task-9", SUPERVISOR, True)]
    assert "Nothing waits for an approval." in await ho.see("approvals")


async def test_approvals_are_for_those_who_may(sits: Sits) -> None:
    service = await sits(SERVICE)
    await service.see("approvals", status=403)
    assert (await decide(service, "yes")).status_code == 403


async def test_the_manager_sees_who_was_first(ho: Seat, sits: Sits) -> None:
    await ho.do("acknowledge")
    page = await (await sits(MANAGER)).talk()
    assert "acknowledged by 蔡家俊" in page
    assert "蔡家俊 acknowledged" in page
