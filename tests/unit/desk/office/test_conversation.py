"""The page of a conversation shows what was said, what was not sent, what happened, and who it is about."""

from __future__ import annotations

import re
from datetime import timedelta

from domain.casework import Citation
from domain.company import Customer
from domain.errors import UpstreamUnavailable
from tests.unit.desk.office.conftest import FINANCE, SERVICE, Seat, Sits
from tests.unit.desk.office.world import OfficeRoom, translator


def order(page: str, *words: str) -> list[str]:
    """The words in the order in which they stand in the transcript."""
    start = page.index('id="transcript"')
    return sorted(words, key=lambda one: page.index(one, start))


async def test_messages_and_events_stand_in_the_order_of_time(room: OfficeRoom, ho: Seat) -> None:
    room.clock.moment += timedelta(minutes=2)
    await ho.do("take")
    room.clock.moment += timedelta(minutes=1)
    await ho.do("reply", text="我係蔡家俊，我跟進緊。")
    page = await ho.talk()
    told = (
        "Ticket opened",
        "我買咗個水壺",
        "有咩幫到你",
        "個水壺一插電就著火呀",
        "A person is needed: Incident",
        "蔡家俊 took over",
        "我係蔡家俊，我跟進緊。",
    )
    assert order(page, *told) == list(told)


async def test_times_are_those_of_hong_kong(ho: Seat) -> None:
    page = await ho.talk()
    assert ">12:01</time>" in page
    assert "(12:13)" in page


async def test_what_the_assistant_wrote_too_late_is_shown_as_not_sent(
    room: OfficeRoom, ho: Seat
) -> None:
    history = await room.conversations.history("parcel")
    assert history is not None
    await ho.do("take", talk="parcel")
    # A turn that began before somebody took over ends only now.
    await room.turn("parcel", "仲喺度嗎", "我係助理，仲喺度。", began=history.conversation)
    page = await ho.talk("parcel")
    shown = re.search(r'class="said withheld">.*?</li>', page, re.DOTALL)
    assert shown
    assert "Not sent" in shown[0]
    assert "我係助理，仲喺度。" in shown[0]


async def test_the_case_and_the_customer_stand_beside_it(ho: Seat) -> None:
    page = await ho.talk()
    side = page[page.index('id="side"') :]
    for words in (
        "陳詠欣",
        "HB-203115",
        "being prepared",
        "Urgent",
        "answer due in 12 min",
        "none recorded yet",
        "The customer said",
        "[PHONE]",
        "Return</strong> · handed over",
        "order: HB-203115",
        "T00004",
    ):
        assert words in side, words
    assert "482913" not in page  # a one-time code is nobody's to read
    assert "orders:read" in side


async def test_the_access_log_is_for_those_who_may(sits: Sits) -> None:
    page = await (await sits(SERVICE)).talk()
    assert "Access log" not in page


async def test_sources_lead_to_the_documents(room: OfficeRoom, ho: Seat) -> None:
    page = await ho.talk("invoice")
    assert 'href="/desk/knowledge/document?path=faq%2Fpayment%2Finvoices.md">Invoices</a>' in page
    assert "Company name" in page
    cited = await room.store.cited("invoice")
    assert [one.passage_id for found in cited.values() for one in found] == ["p1"]
    assert isinstance(next(iter(cited.values()))[0], Citation)


async def test_only_what_may_be_an_alarm_can_be_said_to_be_none(room: OfficeRoom, ho: Seat) -> None:
    button = r'no-alarm.*?name="message" value="(\w+)"'
    assert re.findall(button, await ho.talk(), re.DOTALL)[0] == "k2"
    assert "no-alarm" not in await ho.talk("parcel")  # the wish for a person is no alarm
    done = await ho.do("no-alarm", message="k2")
    assert done.headers["location"].endswith("done=false_alarm")
    page = await ho.talk()
    assert "marked as no alarm" in page
    assert "no-alarm" not in page
    assert "Red alert" not in await ho.see("inbox", show="all")
    async with room.database.transaction() as connection:
        kept = (await connection.exec_driver_sql("select text, label, by from labels")).one()
    assert kept == ("個水壺一插電就著火呀！我隻手燶咗，你哋搞咩呀？！電話 [PHONE]", "none", "ST-02")


async def test_nobody_says_so_of_what_we_wrote(ho: Seat) -> None:
    assert (await ho.do("no-alarm", message="re-k2")).status_code == 404
    assert (await ho.do("no-alarm", message="nothing")).status_code == 404


async def test_the_other_script_needs_nobody_to_translate(ho: Seat) -> None:
    await ho.client.get("/desk/language", params={"to": "zh-Hant"})
    page = await ho.talk("hans")
    message = re.search(r'name="message" value="(\w+)"', page)
    assert message
    shown = (await ho.do("translate", talk="hans", message=message[1])).text
    assert "請問營業時間是幾點？" in shown
    assert "请问营业时间是几点？" in shown  # the original stays
    assert "翻譯" not in await ho.talk("invoice")  # without a translator nothing is promised


async def test_a_translation_stands_below_and_the_original_stays(
    room: OfficeRoom, ho: Seat
) -> None:
    room.translator = translator("Hello, I bought the kettle")
    shown = (await ho.do("translate", message="k1")).text
    assert re.search(r"Translation</summary>\s*<p[^>]*>Hello, I bought the kettle<", shown)
    assert "我買咗個水壺" in shown


async def test_a_doubtful_translation_is_not_shown(room: OfficeRoom, ho: Seat) -> None:
    room.translator = translator("The customer was promised HK$900")
    shown = (await ho.do("translate", message="k1")).text
    assert "HK$900" not in shown
    assert "could not be translated reliably" in shown


async def test_a_translated_reply_is_looked_at_before_it_is_sent(
    room: OfficeRoom, ho: Seat
) -> None:
    room.translator = translator("We are looking into it.")
    await ho.do("take", talk="invoice")
    looked = await ho.do("preview", talk="invoice", text="我們正在查。")
    assert looked.status_code == 200
    assert ">We are looking into it.</textarea>" in looked.text
    assert 'name="written" value="我們正在查。"' in looked.text
    assert len(await room.store.transcript("invoice")) == 2  # nothing was sent
    sent = {"text": "We are looking into it.", "written": "我們正在查。"}
    await ho.do("reply", talk="invoice", **sent)
    page = await ho.talk("invoice")
    assert "We are looking into it." in page
    assert re.search(r"written before it was translated</summary><p[^>]*>我們正在查。", page)


async def test_a_reply_that_cannot_be_translated_stays_in_the_box(
    room: OfficeRoom, ho: Seat
) -> None:
    room.translator = translator("I promise a refund of HK$500.")
    await ho.do("take", talk="invoice")
    looked = await ho.do("preview", talk="invoice", text="我們正在查。")
    assert ">我們正在查。</textarea>" in looked.text
    assert "nothing was sent" in looked.text


class Down:
    """Systems that do not answer."""

    async def customer(self, customer_id: str) -> Customer | None:
        raise UpstreamUnavailable(f"no answer about {customer_id}")


async def test_the_page_opens_though_the_companys_systems_are_down(
    room: OfficeRoom, ho: Seat
) -> None:
    room.systems = Down()  # type: ignore[assignment]  # what it lacks is not asked for after the fault
    page = await ho.talk()
    assert "systems do not answer now" in page
    assert "個水壺一插電就著火呀" in page
    assert (await ho.do("no-alarm", message="k2")).status_code == 303


async def test_who_may_only_read_lists_sees_no_conversation(sits: Sits) -> None:
    await (await sits(FINANCE)).see("conversation", status=403, id="kettle")
