"""A value that nobody said and no system returned is dropped."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.demo_shop import read_world
from domain.conversation import Task
from domain.reading import CustomerRecords, ReadingContext
from domain.settings import Settings
from understanding.grounding import grounded
from understanding.identifiers import CompanyWords
from understanding.normalise import clean
from understanding.utterance import Utterance

NOW = datetime(2026, 3, 12, 10, 0, tzinfo=ZoneInfo("Asia/Hong_Kong"))
WORDS = CompanyWords.of_world(read_world(Settings().world))


def read(
    text: str, slots: dict[str, object], context: ReadingContext | None = None
) -> dict[str, str]:
    cleaned = clean(text)
    utterance = Utterance(cleaned, (), tuple(WORDS.find(cleaned)))
    return grounded(slots, utterance, context or ReadingContext(now=NOW))


@pytest.mark.parametrize(
    ("text", "slots", "kept"),
    [
        ("取消 ＨＢ－２０３１１５ 唔該", {"order": "HB-203115"}, {"order": "HB-203115"}),
        ("取消 HB 203115", {"order": "hb203115"}, {"order": "HB-203115"}),
        ("取消張單", {"order": "HB-203115"}, {}),
        ("cancel HB-203115", {"order": "HB-203098"}, {}),
        ("cancel HB-203115", {"order": None, "reason": "damaged"}, {}),
        ("我要三件", {"qty": "3"}, {"qty": "3"}),
        ("我要三件", {"qty": 30}, {}),
        ("我要三件", {"qty": ["3"]}, {}),
        ("我要三件", {"qty": True}, {}),
        ("聽日入住一晚", {"checkin": "2026-03-13"}, {"checkin": "2026-03-13"}),
        ("聽日入住一晚", {"checkin": "2026-03-14"}, {}),
        ("3月25号住两晚", {"checkin": "2026-03-25", "nights": "2"}, {"checkin": "2026-03-25", "nights": "2"}),
        ("發票抬頭改做 ABC  Limited", {"title": "ABC Limited"}, {"title": "ABC Limited"}),
        ("发票抬头改成 海风有限公司", {"title": "海風有限公司"}, {"title": "海風有限公司"}),
        ("發票抬頭改返做公司名", {"title": "ABC Limited"}, {}),
        ("send it to me", {"email": "me@attacker.example"}, {}),
        ("退 HK$1,200 俾我", {"amount": "1200"}, {"amount": "1200"}),
        ("退錢俾我", {"amount": "99999"}, {}),
        ("code 係 482913", {"otp": "482913"}, {}),
    ],
)  # fmt: skip
def test_only_what_was_said_is_kept(
    text: str, slots: dict[str, object], kept: dict[str, str]
) -> None:
    assert read(text, slots) == kept


def test_what_was_spoken_of_last_may_be_meant() -> None:
    context = ReadingContext(now=NOW, focus={"order": "HB-203115"})
    assert read("取消佢", {"order": "HB-203115"}, context) == {"order": "HB-203115"}


def test_what_an_open_task_is_about_may_be_meant() -> None:
    task = Task(id="t", kind="edit_invoice", slots={"invoice": "INV-88021"})
    context = ReadingContext(now=NOW, tasks=(task,))
    assert read("改返做另一個名", {"invoice": "INV-88021"}, context) == {"invoice": "INV-88021"}


def test_an_order_is_no_thing_to_buy() -> None:
    order = read_world(Settings().world).orders[0]
    context = ReadingContext(now=NOW, records=CustomerRecords(orders=(order,)))
    said: dict[str, object] = {
        "order": order.id,
        "sku": order.id,
        "from_sku": order.id,
        "invoice": order.id,
    }
    assert read(f"{order.id} 想換貨", said, context) == {"order": order.id}
