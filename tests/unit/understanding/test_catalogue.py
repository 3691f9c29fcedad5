"""Products and rooms of an invented shop and inn, however loosely they are named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.catalogue import Catalogue
from understanding.glossary import read_glossary
from understanding.spoken import view

GLOSSARY = read_glossary(Path(__file__).parents[3] / "playbook" / "glossary")
PRODUCTS = {
    "A-KET17": ("電熱水壺 1.7公升", "Electric Kettle 1.7L"),
    "A-FAN12": ("座檯風扇 12吋", "Desk Fan 12-inch"),
    "A-FAN16": ("座地風扇 16吋", "Standing Fan 16-inch"),
    "C-HP1": ("月光無線耳機", "Moonlight Wireless Headphones"),
    "C-HP2": ("海浪降噪耳機", "Wave Noise Cancelling Headphones"),
    "L-CASE20": ("登機行李箱 20吋", "Cabin Suitcase 20-inch"),
    "L-CASE24": ("行李箱 24吋", "Suitcase 24-inch"),
    "T-BR": ("電動牙刷", "Electric Toothbrush"),
    "T-HEAD": ("電動牙刷替換刷頭", "Toothbrush Replacement Heads"),
    "W-34": ("碳鋼炒鑊 34cm", "Carbon Steel Wok 34cm"),
    "W-28": ("易潔平底鑊 28厘米", "Non-stick Frying Pan 28cm"),
    "CH-1": ("人體工學辦公椅", "Ergonomic Office Chair"),
    "MAT": ("瑜伽墊 6mm", "Yoga Mat 6mm"),
    "CAT": ("招財貓擺設", "Lucky Cat Ornament"),
    "TS-B": ("純棉T恤 黑色", "Cotton T-shirt Black"),
    "TS-W": ("純棉T恤 白色", "Cotton T-shirt White"),
    "FLT": ("濾水壺濾芯", "Water Filter Cartridge"),
}
ROOMS = {
    "TWIN": ("標準雙床房", "Standard Twin Room"),
    "KING": ("豪華大床房", "Deluxe King Room"),
    "SEA-S": ("海景套房", "Sea View Suite"),
    "FAM": ("家庭四人房", "Family Room"),
}
SHOP = Catalogue(PRODUCTS, GLOSSARY.products)
INN = Catalogue(ROOMS, GLOSSARY.rooms)
Keys = list[tuple[str, ...]]

THINGS: list[tuple[str, Keys]] = [
    ("個水煲漏水", [("A-KET17",)]),
    ("我想退個kettle", [("A-KET17",)]),
    ("热水壶坏了", [("A-KET17",)]),
    ("部風扇唔轉", [("A-FAN12", "A-FAN16")]),
    ("個fan大啲嗰款", [("A-FAN16",)]),
    ("12吋風扇", [("A-FAN12",)]),
    ("the 16 inch fan", [("A-FAN16",)]),
    ("standing fan pls", [("A-FAN16",)]),
    ("24吋喼有冇貨", [("L-CASE24",)]),
    ("luggage 24", [("L-CASE24",)]),
    ("我個喼爛咗，細啲嗰個", [("L-CASE20",)]),
    ("headphones", [("C-HP1", "C-HP2")]),
    ("月光耳機", [("C-HP1",)]),
    ("降噪嗰副耳機", [("C-HP2",)]),
    ("do you have noise cancelling headphones", [("C-HP2",)]),
    ("牙刷頭幾錢", [("T-HEAD",)]),
    ("toothbrush heads", [("T-HEAD",)]),
    ("電動牙刷", [("T-BR",)]),
    ("想換隻鑊", [("W-34",)]),
    ("wok 34", [("W-34",)]),
    ("the pan", [("W-28",)]),
    ("平底鑊", [("W-28",)]),
    ("張凳", [("CH-1",)]),
    ("office chair", [("CH-1",)]),
    ("椅子壞咗", [("CH-1",)]),
    ("yoga mat", [("MAT",)]),
    ("招財貓", [("CAT",)]),
    ("lucky cat", [("CAT",)]),
    ("in this case i want", []),
    ("黑色T恤", [("TS-B",)]),
    ("white tee", [("TS-W",)]),
    ("兩件白色t恤同一個水煲", [("TS-W",), ("A-KET17",)]),
    ("濾芯", [("FLT",)]),
    ("有咩功能", []),
    ("係咪", []),
    ("my phone number", []),
    ("fan同kettle都壞", [("A-FAN12", "A-FAN16"), ("A-KET17",)]),
    ("个行李箱轮子断了", [("L-CASE20", "L-CASE24")]),
    ("膠袋", []),
    ("a big fan of you", []),
    ("摩打聲好大嗰部風扇", [("A-FAN12", "A-FAN16")]),
    ("個電熱水壺", [("A-KET17",)]),
    ("想買3個行李箱 20寸", [("L-CASE20",)]),
    ("耳筒", [("C-HP1", "C-HP2")]),
    ("有冇雪櫃", []),
    ("氣炸鍋", []),
]
BEDROOMS: list[tuple[str, Keys]] = [
    ("雙床房", [("TWIN",)]),
    ("twin room for 2 nights", [("TWIN",)]),
    ("大床", [("KING",)]),
    ("king", [("KING",)]),
    ("海景套房", [("SEA-S",)]),
    ("想住海景", [("SEA-S",)]),
    ("家庭房", [("FAM",)]),
    ("family emergency", []),
    ("我要豪華嗰間房", [("KING",)]),
    ("standard room", [("TWIN",)]),
    ("suite please", [("SEA-S",)]),
    ("deluxe king", [("KING",)]),
    ("two beds", [("TWIN",)]),
    ("book a king room", [("KING",)]),
    ("標準房", [("TWIN",)]),
    ("single room", []),
]


@pytest.mark.parametrize(("text", "expected"), THINGS)
def test_a_product_is_known_by_what_people_call_it(text: str, expected: Keys) -> None:
    assert expected == [one.keys for one in SHOP.find(view(text).text)]


@pytest.mark.parametrize(("text", "expected"), BEDROOMS)
def test_a_room_is_known_by_what_people_call_it(text: str, expected: Keys) -> None:
    assert expected == [one.keys for one in INN.find(view(text).text)]


@given(st.sampled_from(sorted(PRODUCTS)), st.sampled_from([0, 1]))
def test_a_full_name_names_its_product(key: str, language: int) -> None:
    assert [((key,), 1.0)] == [
        (one.keys, one.score)
        for one in SHOP.find(view(f"我想買 {PRODUCTS[key][language]} 呀").text)
    ]


@given(st.text(max_size=200))
def test_no_text_is_too_much(text: str) -> None:
    for one in SHOP.find(view(text).text):
        assert 0 <= one.start < one.end <= len(view(text).text)
        assert 0 < one.score <= 1
        assert set(one.keys) <= set(PRODUCTS)
