from __future__ import annotations

import pytest

from domain.tooling import Declined, NeedsInput
from tests.unit.tools.world import Counter, a_world, reply, values
from tools.show_tutorial import show_tutorial

BUILD, FOLD = "https://v.example/build", "https://v.example/fold"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("點樣砌架單車", BUILD),
        ("怎么组装", BUILD),
        ("how do I put together this thing", BUILD),
        ("點樣收埋佢", FOLD),
        ("怎么折叠", FOLD),
        ("Folding video pls", FOLD),
    ],
)
async def test_the_words_choose_the_topic(text: str, link: str) -> None:
    answer = await Counter(a_world()).ask(show_tutorial, sku="BIKE-1", text=text)
    assert values(answer)["link"] == link


async def test_a_topic_that_was_read_chooses_too() -> None:
    answer = await Counter(a_world()).ask(show_tutorial, sku="BIKE-1", topic="assembly")
    assert values(answer)["link"] == BUILD


async def test_all_are_given_when_the_words_fit_none() -> None:
    answer = await Counter(a_world()).ask(show_tutorial, sku="BIKE-1", text="唔識呀")
    assert reply(answer) == "show_tutorial.several"
    assert values(answer)["links"] == [BUILD, FOLD]


async def test_the_only_one_is_meant() -> None:
    answer = await Counter(a_world()).ask(show_tutorial, sku="helm-1", text="唔識呀")
    assert values(answer)["link"] == "https://v.example/fit"


async def test_without_any_it_says_so_and_asks_nobody() -> None:
    answer = await Counter(a_world()).ask(show_tutorial, sku="BELL-1")
    assert isinstance(answer, Declined)
    assert (answer.reply, answer.hands_over) == ("show_tutorial.none", None)


async def test_the_product_is_asked_for_or_said_to_be_unknown() -> None:
    counter = Counter(a_world())
    assert await counter.ask(show_tutorial) == NeedsInput(("item",))
    answer = await counter.ask(show_tutorial, sku="NO-SUCH")
    assert answer == Declined("product.not_found", {"sku": "NO-SUCH"})
