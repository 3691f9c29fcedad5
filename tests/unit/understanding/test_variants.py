"""Another colour or size of the same product is found by the words for it."""

import pytest

from connectors.demo_shop import read_world
from domain.settings import Settings
from understanding.glossary import read_glossary
from understanding.variants import Variants

SETTINGS = Settings()
VARIANTS = Variants(
    read_world(SETTINGS.world).products, read_glossary(SETTINGS.playbook / "glossary").products
)


@pytest.mark.parametrize(
    ("sku", "said", "wanted"),
    [
        ("BRU-02W", "粉紅嗰隻", "BRU-02P"),
        ("BRU-02W", "a pink one please", "BRU-02P"),
        ("KET-17", "黑色", "KET-18"),
        ("BTL-50N", "珊瑚色", "BTL-50C"),
        ("BTL-50C", "深色 navy", "BTL-50N"),
        ("PAN-24", "大一個碼", "PAN-28"),
        ("PAN-28", "24cm 嗰隻", "PAN-24"),
    ],
)
def test_the_variant_that_the_words_name_is_meant(sku: str, said: str, wanted: str) -> None:
    assert wanted == VARIANTS.meant(sku, said)


@pytest.mark.parametrize(
    ("sku", "said"),
    [("LMP-09", "黑色"), ("KET-17", "換過隻"), ("KET-17", "bigger"), ("NO-1", "黑")],
)
def test_what_comes_in_no_such_variant_is_not_guessed(sku: str, said: str) -> None:
    assert VARIANTS.meant(sku, said) is None
