"""Identifiers in every spelling, of an invented company and of one nobody knows."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.company import Product, Room
from understanding.glossary import read_glossary
from understanding.identifiers import CompanyWords

GLOSSARY = read_glossary(Path(__file__).parents[3] / "playbook" / "glossary")
STOCK = {"旺角店": 1, "Kwun Tong warehouse": 2, "online": 3}
PRODUCTS = [
    Product(
        sku="A-KET17",
        name_zh="電熱水壺 1.7公升",
        name_en="Electric Kettle 1.7L",
        price_hkd=Decimal(199),
        stock=STOCK,
    ),
    Product(sku="MUG-BLUE", name_zh="馬克杯 藍", name_en="Mug Blue", price_hkd=Decimal(59)),
]
ROOMS = [
    Room(type="TWN", name_zh="標準雙床房", name_en="Standard Twin", rate_hkd=Decimal(700)),
    Room(type="KNG", name_zh="豪華大床房", name_en="Deluxe King", rate_hkd=Decimal(900)),
]
IDS = {
    "order": ["QM-70012", "QM-70099", "QM-71012", "88031245"],
    "invoice": ["INV-2025-0031", "INV-70012"],
    "booking": ["RS401"],
    "account": ["W/5503"],
    "tracking": ["SF1029384756"],
}
WORDS = CompanyWords(IDS, PRODUCTS, ROOMS, GLOSSARY)
STRANGER = CompanyWords(glossary=GLOSSARY)
MINE = {"QM-70012", "QM-70099"}
Found = list[tuple[str, str, bool]]

KNOWN_COMPANY: list[tuple[str, Found]] = [
    ("QM-70012幾時到", [("order", "QM-70012", True)]),
    ("qm70012", [("order", "QM-70012", True)]),
    ("QM 七零零零九九", [("order", "QM-700099", False)]),
    ("QM七零零一二", [("order", "QM-70012", True)]),
    ("qm 70 012", [("order", "QM-70012", True)]),
    ("ＱＭ－７００１２", [("order", "QM-70012", True)]),
    ("單號70012", [("order", "QM-70012", True)]),
    ("#70012", [("order", "QM-70012", True)]),
    ("我張單70012", [("order", "QM-70012", True)]),
    ("the one ending 012", [("order", "QM-70012", True)]),
    ("尾數 012 嗰張", [("order", "QM-70012", True)]),
    ("信用卡尾數 012", []),
    ("70012", [("order", "QM-70012", True)]),
    ("88031245", [("order", "88031245", True)]),
    ("88031246 係咩", [("order", "88031246", False)]),
    ("我電話 9123 4567", []),
    ("call me 88031245", [("order", "88031245", True)]),
    ("QM-79999", [("order", "QM-79999", False)]),
    ("qm 79999 where", [("order", "QM-79999", False)]),
    ("QM dash 70012", [("order", "QM-70012", True)]),
    ("QM 橫線 七零零一二", [("order", "QM-70012", True)]),
    ("G L 7 double 0 1 2", [("order", "QM-70012", True)]),
    ("QM-7OO12", [("order", "QM-70012", True)]),
    ("INV20250031", [("invoice", "INV-2025-0031", True)]),
    ("發票 70012", [("invoice", "INV-70012", True)]),
    ("INV-9999-0001", [("invoice", "INV-9999-0001", False)]),
    ("rs 401", [("booking", "RS401", True)]),
    ("RS402", [("booking", "RS402", False)]),
    ("w5503", [("account", "W/5503", True)]),
    ("帳戶5503", [("account", "W/5503", True)]),
    ("SF1029384756", [("tracking", "SF1029384756", True)]),
    ("快遞單 SF9988776655", [("tracking", "SF9988776655", False)]),
    ("A-KET17", [("sku", "A-KET17", True)]),
    ("aket17", [("sku", "A-KET17", True)]),
    ("A-KET20", [("sku", "A-KET20", False)]),
    ("a-ket20 有冇", [("sku", "A-KET20", False)]),
    ("MUG-BLUE", [("sku", "MUG-BLUE", True)]),
    ("mug blue", []),
    ("ZX-123456", [("unknown_id", "ZX-123456", False)]),
    ("驗證碼 70012", []),
    ("12月15日", []),
    ("$70012", []),
    ("70012蚊", []),
    ("身份證 A123456(7)", []),
    ("A123456(3)", []),
    ("https://x.com/QM-70012", []),
    ("kelly70012@x.com", []),
    ("flat 1203 tower 3", []),
    ("4111 1111 1111 1111", []),
    ("order 12345", [("order", "12345", False)]),
    ("張單 99999", [("order", "99999", False)]),
    ("HKD 1200", []),
    ("Dec 2025", []),
    ("旺角有冇kettle", []),
    ("觀塘倉", []),
    ("網店", []),
    ("雙床房兩晚", []),
    ("TWN", []),
    ("改送去觀塘巧明街100號16樓", []),
    ("QM-70012同QM-70099", [("order", "QM-70012", True), ("order", "QM-70099", True)]),
    ("iPhone 15", []),
    ("2025-12-15", []),
    ("500 pcs", []),
    ("退70099嗰張單", [("order", "QM-70099", True)]),
    (
        "order 70012 and invoice 70012",
        [("order", "QM-70012", True), ("invoice", "INV-70012", True)],
    ),
    ("你好", []),
    ("QM-70012A", [("order", "QM-70012A", False)]),
    ("XQM-70012", [("unknown_id", "XQM-70012", False)]),
    ("試 907070", []),
    ("7 0 0 1 2", [("order", "QM-70012", True)]),
    ("QM，七零零，一二", [("order", "QM-70012", True)]),
    ("我要改70099個地址", [("order", "QM-70099", True)]),
    ("QM七零零九九嗰單", [("order", "QM-70099", True)]),
    ("我個訂單號碼係 qm - 70012", [("order", "QM-70012", True)]),
    (
        "訂單QM70012同埋invoice INV-2025-0031",
        [("order", "QM-70012", True), ("invoice", "INV-2025-0031", True)],
    ),
    ("order number is G L seven zero zero one two", [("order", "QM-70012", True)]),
    ("the RS401 reservation", [("booking", "RS401", True)]),
    ("尾四位0099嗰張", [("order", "QM-70099", True)]),
    ("last three digits are 099", [("order", "QM-70099", True)]),
    ("我部電話壞咗 91234567", []),
    ("no. 70012", [("order", "QM-70012", True)]),
    ("查下QM 700 12", [("order", "QM-70012", True)]),
]
NO_COMPANY: list[tuple[str, Found]] = [
    ("AB-12345", [("order", "AB-12345", False)]),
    ("#58120", [("order", "58120", False)]),
    ("ab12345 幾時到", [("order", "AB12345", False)]),
    ("發票 F-30018", [("invoice", "F-30018", False)]),
    ("訂房 BK40017", [("booking", "BK40017", False)]),
    ("reservation RES-811", [("booking", "RES-811", False)]),
    ("帳戶 AC-1190", [("account", "AC-1190", False)]),
    ("A-KET20", [("sku", "A-KET20", False)]),
    ("A-KET20", [("sku", "A-KET20", False)]),
    ("order 10088", [("order", "10088", False)]),
    ("單號10088", [("order", "10088", False)]),
    ("invoice no. 20931", [("invoice", "20931", False)]),
    ("9123 4567", []),
    ("KD 203115", [("order", "KD203115", False)]),
    ("kd 二零三一一五", [("order", "KD203115", False)]),
    ("iPhone 15 pro", []),
    ("USB 3000", []),
    ("call 23456789", []),
    ("covid 19", []),
    ("my order SO2210-7", [("order", "SO2210-7", False)]),
]


@pytest.mark.parametrize(("text", "expected"), KNOWN_COMPANY)
def test_identifiers_of_a_company_are_found(text: str, expected: Found) -> None:
    assert expected == [(one.kind, one.value, one.known) for one in WORDS.ids(text, MINE)]


@pytest.mark.parametrize(("text", "expected"), NO_COMPANY)
def test_identifiers_are_found_by_their_shape(text: str, expected: Found) -> None:
    assert expected == [(one.kind, one.value, one.known) for one in STRANGER.ids(text)]


def test_an_ending_that_fits_two_is_left_open() -> None:
    found = WORDS.ids("the order ending 012")
    assert [(one.value, tuple(o for o in one.options if o.startswith("QM"))) for one in found] == [
        ("", ("QM-70012", "QM-71012"))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("旺角有冇kettle", {("store", "旺角店"), ("sku", "A-KET17")}),
        ("观塘仓还有水壶吗", {("store", "Kwun Tong warehouse"), ("sku", "A-KET17")}),
        ("網店有冇藍色杯", {("store", "online"), ("sku", "MUG-BLUE")}),
        ("想訂雙床房", {("room", "TWN")}),
        ("book a king room", {("room", "KNG")}),
        ("聽日我得閒", set()),
    ],
)
def test_things_rooms_and_stores_are_found(text: str, expected: set[tuple[str, str]]) -> None:
    assert expected == {(one.kind, one.value) for one in WORDS.find(text)}


@given(st.text(max_size=200))
def test_every_mention_stands_in_the_text(text: str) -> None:
    for one in [*WORDS.find(text, MINE), *STRANGER.find(text)]:
        assert 0 <= one.start < one.end <= len(text)
        assert one.value or len(one.options) > 1


@given(
    st.sampled_from(sorted({one for each in IDS.values() for one in each})),
    st.text("，。 嗎呀", max_size=4),
)
def test_a_known_identifier_is_found_in_any_company(identifier: str, around: str) -> None:
    for way in (identifier, identifier.lower(), identifier.replace("-", " ")):
        assert identifier in [one.value for one in WORDS.ids(f"{around}{way}{around}")]
