from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.casework import Citation
from domain.knowledge import AskedQuestion, FoundedAnswer
from storage.answers import SqlAnswers
from storage.conversations import SqlConversations
from storage.database import Database
from tests.unit.storage.conftest import NOW, TALK, said, turn

ONE = Citation("faq/returns.md", "退貨", "期限", "3", "十四天。", 0.91, "faq/returns.md#1a")
OTHER = Citation("old.pdf", "舊退貨", "期限", "1", "七天。", 0.91, "old.pdf#2b")


def words(text: str) -> int:
    return len(text)


def asked(message_id: str, text: str, *, answered: bool = False) -> AskedQuestion:
    return AskedQuestion(message_id, "talk", NOW, "yue", text, answered)


async def answer(
    store: SqlConversations, message_id: str, *cited: Citation, **left: AskedQuestion
) -> None:
    await store.accept(said(message_id, "幾多日內可以退貨"), 5)
    done = turn(message_id, citations=cited, questions=tuple(left.values()))
    await store.finish(done, words)


async def test_an_answer_keeps_what_it_was_founded_on(
    store: SqlConversations, database: Database
) -> None:
    await answer(store, "m1", ONE, OTHER)
    expected = FoundedAnswer("re-m1", "talk", NOW, (ONE, OTHER))
    book = SqlAnswers(database, TALK.tenant)
    assert await book.why("re-m1") == expected
    assert await book.why("m1") == expected
    assert await book.why("m2") is None


async def test_another_company_cannot_ask_why(store: SqlConversations, database: Database) -> None:
    await answer(store, "m1", ONE, q=asked("m1", "有冇得泊車"))
    book = SqlAnswers(database, "peak")
    assert (await book.why("m1"), await book.why("re-m1")) == (None, None)
    assert (await book.latest(), await book.used(NOW)) == ([], {})
    assert await book.unanswered(NOW) == []


async def test_an_answer_from_the_rules_has_no_version(
    store: SqlConversations, database: Database
) -> None:
    await answer(store, "m1", Citation("rules", "Harbourside", "退貨", "", "退貨", 1.0))
    found = await SqlAnswers(database, TALK.tenant).why("m1")
    assert found is not None
    assert (found.citations[0].document, found.citations[0].version) == ("rules", "0")


async def test_the_latest_answers_come_first(store: SqlConversations, database: Database) -> None:
    for number in range(4):
        await answer(store, f"m{number}", ONE, OTHER)
    book = SqlAnswers(database, TALK.tenant)
    assert [one.message_id for one in await book.latest(3)] == ["re-m3", "re-m2", "re-m1"]
    assert (await book.latest(1))[0].citations == (ONE, OTHER)


async def test_how_often_a_passage_was_used_since(
    store: SqlConversations, database: Database
) -> None:
    await answer(store, "m1", ONE, OTHER)
    await answer(store, "m2", ONE)
    book = SqlAnswers(database, TALK.tenant)
    assert await book.used(NOW) == {ONE.passage_id: 2, OTHER.passage_id: 1}
    assert await book.used(NOW + timedelta(seconds=1)) == {}


async def test_questions_that_nothing_answered_are_named_in_order(
    store: SqlConversations, database: Database
) -> None:
    first, second = asked("m1", "有冇得泊車"), asked("m1", "可唔可以帶狗")
    known = asked("m1", "幾多日內可以退貨", answered=True)
    await answer(store, "m1", ONE, a=first, b=known, c=second)
    book = SqlAnswers(database, TALK.tenant)
    assert await book.unanswered(NOW) == [first, second]
    assert await book.unanswered(NOW + timedelta(seconds=1)) == []


async def test_a_question_of_any_characters_is_kept(
    store: SqlConversations, database: Database
) -> None:
    await answer(store, "m1", q=asked("m1", "泊車\x00 \ud83d 𨋢"))
    (kept,) = await SqlAnswers(database, TALK.tenant).unanswered(NOW)
    assert kept.text.startswith("泊車")
    assert kept.text.endswith("𨋢")


async def test_what_was_cited_without_a_reply_is_not_kept(
    store: SqlConversations, database: Database
) -> None:
    await store.accept(said("m1", "退貨"), 2)
    await store.finish(replace(turn("m1"), reply=None, citations=(ONE,)), words)
    assert await SqlAnswers(database, TALK.tenant).latest() == []
