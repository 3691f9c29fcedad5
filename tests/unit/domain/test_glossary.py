from __future__ import annotations

import pytest

from domain.glossary import Glossary

GLOSSARY = Glossary.model_validate(
    {
        "topics": {"clean": ["cleaning", "清潔"], "start": ["turn on", "開機"]},
        "places": [{"zh": "旺角", "en": "Mong Kok", "words": ["mk"]}],
    }
)


@pytest.mark.parametrize(
    ("said", "keys", "expected"),
    [
        ("點清潔", ("first-start", "cleaning"), "cleaning"),
        ("how to turn on", ("first-start", "cleaning"), "first-start"),
        ("modern art", ("art_start", "cleaning"), None),
        ("the cleaning of it", ("clean",), "clean"),
        ("anything", (), None),
    ],
)
def test_words_name_a_topic(said: str, keys: tuple[str, ...], expected: str | None) -> None:
    assert GLOSSARY.topic(said, keys) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [("MK", "旺角店"), ("旺角", "旺角店"), ("mong kok shop", "旺角店"), ("沙田", None)],
)
def test_words_name_a_place(said: str, expected: str | None) -> None:
    assert GLOSSARY.place(said, ["旺角店", "Depot"]) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("旺角店", ("旺角店", "Mong Kok store")),
        ("mong_kok", ("旺角", "Mong Kok")),
        ("Depot", ("Depot", "Depot")),
    ],
)
def test_a_place_has_two_names(key: str, expected: tuple[str, str]) -> None:
    assert GLOSSARY.place_names(key) == expected
