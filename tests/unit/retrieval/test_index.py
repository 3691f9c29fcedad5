from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from domain.ports import Embedder, EmbedMode, Vectors
from retrieval.index import Change, Index, slug


class Recording:
    """An embedder that remembers which passages it was given."""

    def __init__(self, inner: Embedder, name: str) -> None:
        self.name, self.dimensions = name, inner.dimensions
        self.passages: list[str] = []
        self._inner = inner

    def embed(self, texts: Sequence[str], mode: EmbedMode) -> Vectors:
        self.passages += texts if mode == "passage" else []
        return self._inner.embed(texts, mode)


def test_unchanged_texts_are_not_embedded_again(embedder: Embedder) -> None:
    recording = Recording(embedder, "recording")
    index = Index(recording, "shop")
    index.sync({"a": "退貨", "b": "退款"})
    change = index.sync({"b": "退款", "c": "早餐"})
    assert change == Change(added=1, removed=1, kept=1)
    assert recording.passages == ["退貨", "退款", "早餐"]


def test_the_nearest_text_comes_first(embedder: Embedder) -> None:
    index = Index(embedder, "shop")
    index.sync({"a": "退貨期限", "b": "早餐時間"})
    (row,) = index.nearest(embedder.embed(["早餐時間"], "query"), 5)
    assert [each.id for each in row] == ["b", "a"]
    assert row[0].similarity == pytest.approx(1.0, abs=1e-4)


def test_a_removed_text_is_found_no_more(embedder: Embedder) -> None:
    index = Index(embedder, "shop")
    index.sync({"a": "退貨期限"})
    index.sync({})
    assert index.nearest(embedder.embed(["退貨期限"], "query"), 5) == [[]]


def test_two_indexes_in_memory_do_not_see_each_other(embedder: Embedder) -> None:
    first, second = Index(embedder, "shop"), Index(embedder, "shop")
    first.sync({"a": "退貨期限"})
    assert second.nearest(embedder.embed(["退貨期限"], "query"), 5) == [[]]


def test_what_is_in_a_folder_is_still_there_next_time(tmp_path: Path, embedder: Embedder) -> None:
    Index(embedder, "海傍生活", tmp_path).sync({"a": "退貨"})
    assert Index(embedder, "海傍生活", tmp_path).sync({"a": "退貨"}) == Change(0, 0, 1)


def test_tenants_in_one_folder_are_apart(tmp_path: Path, embedder: Embedder) -> None:
    Index(embedder, "海傍", tmp_path).sync({"a": "退貨"})
    assert Index(embedder, "山頂", tmp_path).sync({"a": "退貨"}) == Change(1, 0, 0)


def test_another_embedder_starts_anew(tmp_path: Path, embedder: Embedder) -> None:
    Index(embedder, "shop", tmp_path).sync({"a": "退貨"})
    other = Recording(embedder, "other")
    assert Index(other, "shop", tmp_path).sync({"a": "退貨"}) == Change(1, 0, 0)


@pytest.mark.parametrize("name", ["海傍生活", "Harbourside Living", "", "a" * 500, "../x"])
def test_a_slug_is_a_name_that_the_store_takes(name: str) -> None:
    made = slug(name)
    assert made.isascii()
    assert 3 <= len(made) <= 63
    assert made == slug(name)
