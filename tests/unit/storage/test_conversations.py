from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from domain.conversation import Pin, Standing, Task
from domain.errors import ConfigurationError
from storage.conversations import RECENT_MESSAGES, RECENT_TASKS, SqlConversations
from storage.database import Database
from tests.unit.storage.conftest import NOW, TALK, on_disk, said, turn


async def test_what_was_opened_is_what_a_turn_starts_from(database: Database) -> None:
    pins = (Pin("order", "HB-203115", NOW),)
    standing = Standing("high", focus={"order": "HB-203115"}, signals=("delay",), pins=pins)
    conversation = replace(TALK, language="en", group=True, verified=True, standing=standing)
    store = SqlConversations(database)
    await store.open(conversation)
    history = await store.history("talk")
    assert history is not None
    assert history.conversation == conversation


async def test_an_unknown_conversation_has_no_history(store: SqlConversations) -> None:
    assert await store.history("other") is None


async def test_the_same_external_id_returns_the_message_that_was_kept(
    store: SqlConversations,
) -> None:
    first = await store.accept(said("m1", "退貨", "ding-1"), 4)
    again = await store.accept(said("m2", "退貨", "ding-1"), 4)
    assert again == first
    history = await store.history("talk")
    assert history is not None
    assert history.messages == (first,)


async def test_the_same_external_id_in_another_conversation_is_another_message(
    store: SqlConversations,
) -> None:
    await store.open(replace(TALK, id="other"))
    await store.accept(said("m1", "退貨", "1"), 4)
    other = replace(said("m2", "退貨", "1"), conversation_id="other")
    assert await store.accept(other, 4) == other


async def test_messages_without_an_external_id_are_all_kept(store: SqlConversations) -> None:
    await store.accept(said("m1", "係"), 1)
    await store.accept(said("m2", "係"), 1)
    history = await store.history("talk")
    assert history is not None
    assert [one.id for one in history.messages] == ["m1", "m2"]


async def test_a_finished_turn_is_kept_whole(store: SqlConversations) -> None:
    await store.accept(said("m1", "取消 HB-203115"), 5)
    task = Task("m1-0", "cancel_order", {"order": "HB-203115"}, missing=("a",), asked=("b",))
    task = replace(task, outcome={"is": "input", "slots": ["a"], "options": []}, position=3)
    record = turn("m1", tasks=[task])
    await store.finish(replace(record, conversation=replace(TALK, language="en")), len)
    history = await store.history("talk")
    assert history is not None
    assert history.conversation.language == "en"
    assert history.tasks == (task,)
    assert await store.answer_to("m1") == record.reply


async def test_a_message_that_was_not_answered_has_no_answer(store: SqlConversations) -> None:
    await store.accept(said("m1", "喂"), 1)
    assert await store.answer_to("m1") is None


async def test_a_turn_that_cannot_be_kept_whole_leaves_nothing(store: SqlConversations) -> None:
    await store.accept(said("m1", "喂"), 1)
    await store.accept(said("re-m1", "撞咗編號"), 1)  # the id that the reply would have
    record = turn("m1", tasks=[Task("m1-0", "find_order")])
    with pytest.raises(IntegrityError):
        await store.finish(replace(record, conversation=replace(TALK, language="en")), len)
    history = await store.history("talk")
    assert history is not None
    assert (history.tasks, history.conversation.language) == ((), "yue")
    assert await store.answer_to("m1") is None


async def test_a_long_conversation_is_read_from_its_latest_part(store: SqlConversations) -> None:
    for number in range(RECENT_MESSAGES + 5):
        await store.accept(said(f"m{number}", str(number)), 1)
    history = await store.history("talk")
    assert history is not None
    assert len(history.messages) == RECENT_MESSAGES
    assert history.messages[-1].text == str(RECENT_MESSAGES + 4)


async def test_a_task_that_waits_is_never_crowded_out(store: SqlConversations) -> None:
    await store.accept(said("m1", "喂"), 1)
    waiting = Task("old", "cancel_order", status="awaiting_customer", position=0)
    done = [Task(f"t{n}", "find_order", status="done", position=n + 1) for n in range(RECENT_TASKS)]
    await store.finish(turn("m1", tasks=[waiting, *done]), len)
    history = await store.history("talk")
    assert history is not None
    assert len(history.tasks) == RECENT_TASKS
    assert history.tasks[0] == waiting


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_customers_wrote_cannot_be_read_in_the_file(
    store: SqlConversations, tmp_path: Path
) -> None:
    await store.accept(said("m1", "My address is Flat 6A Caine Terrace"), 9)
    task = Task("m1-0", "change_address", {"address": "Flat 6A Caine Terrace"})
    await store.finish(turn("m1", "Flat 6A Caine Terrace, yes", tasks=[task]), len)
    written = on_disk(tmp_path)
    assert b"cancel_order" not in written
    assert b"change_address" in written
    assert b"Caine" not in written


@pytest.mark.usefixtures("database")
async def test_the_key_is_for_its_owner_only(tmp_path: Path) -> None:
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_another_key_is_told_apart_from_a_fault(
    store: SqlConversations, database: Database, tmp_path: Path
) -> None:
    await store.accept(said("m1", "喂"), 1)
    await database.close()
    (tmp_path / "key").unlink()
    other = await Database.open(tmp_path)
    with pytest.raises(ConfigurationError, match="key"):
        await SqlConversations(other).history("talk")
    await other.close()


async def test_a_key_that_is_no_key_is_refused_at_start_up(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("not a key")
    with pytest.raises(ConfigurationError, match="cannot be used"):
        await Database.open(tmp_path)


async def test_a_forgotten_conversation_leaves_no_words(store: SqlConversations) -> None:
    await store.accept(said("m1", "喂"), 1)
    await store.finish(turn("m1", tasks=[Task("m1-0", "find_order")]), len)
    await store.forget("talk")
    assert await store.history("talk") is None
    assert await store.answer_to("m1") is None
