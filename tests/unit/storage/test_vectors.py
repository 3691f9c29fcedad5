from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from domain.errors import ConfigurationError
from domain.ports import VectorCache, Vectors
from storage.vectors import FILE, SqlVectors

ROOT = Path(__file__).parents[3]
WRITER = """
import sys
from pathlib import Path
import numpy as np
from storage.vectors import SqlVectors
cache = SqlVectors(Path(sys.argv[1]))
for start in range(0, 600, 20):
    row = lambda n: np.full(8, n, dtype=np.float32)
    cache.put("e", {f"{sys.argv[2]}-{n}": row(n) for n in range(start, start + 20)})
    cache.put("e", {f"both-{n}": row(n) for n in range(start, start + 20)})
cache.close()
"""


def row(number: float, length: int = 8) -> Vectors:
    return np.full(length, number, dtype=np.float32)


def test_what_is_kept_is_found_by_embedder_and_key(tmp_path: Path) -> None:
    cache: VectorCache = SqlVectors(tmp_path)
    cache.put("one", {"a": row(0.1), "b": row(2)})
    cache.put("two", {"a": row(3, 4)})
    found = cache.get("one", ["b", "a", "c", "a"])
    assert sorted(found) == ["a", "b"]
    assert np.array_equal(found["a"], row(0.1))
    assert found["a"].dtype == np.float32
    assert np.array_equal(cache.get("two", ["a"])["a"], row(3, 4))
    assert cache.get("three", ["a"]) == {}
    assert cache.get("one", []) == {}


def test_it_is_still_there_after_a_restart(tmp_path: Path) -> None:
    first = SqlVectors(tmp_path)
    first.put("e", {"a": row(1)})
    first.close()
    assert np.array_equal(SqlVectors(tmp_path).get("e", ["a"])["a"], row(1))


def test_a_key_that_is_there_keeps_its_vector(tmp_path: Path) -> None:
    cache = SqlVectors(tmp_path)
    cache.put("e", {"a": row(1)})
    cache.put("e", {"a": row(2), "b": row(3)})
    found = cache.get("e", ["a", "b"])
    assert [float(found[key][0]) for key in ("a", "b")] == [1.0, 3.0]


def test_more_keys_than_one_question_takes(tmp_path: Path) -> None:
    cache = SqlVectors(tmp_path)
    rows = {f"k{number}": row(number) for number in range(2_345)}
    cache.put("e", rows)
    found = cache.get("e", list(rows))
    assert all(np.array_equal(found[key], one) for key, one in rows.items())


def test_threads_share_it(tmp_path: Path) -> None:
    cache = SqlVectors(tmp_path)

    def work(worker: int) -> int:
        for number in range(40):
            cache.put("e", {f"{worker}-{number}": row(number), f"all-{number}": row(number)})
        return len(cache.get("e", [f"{worker}-{number}" for number in range(40)]))

    with capture_logs() as logs, ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, range(6))) == [40] * 6
    assert logs == []


def test_processes_share_the_file(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), name],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for name in ("one", "two")
    ]
    for writer in writers:
        out, _ = writer.communicate(timeout=120)
        assert (writer.returncode, out) == (0, b"")
    keys = [f"{name}-{number}" for name in ("one", "two", "both") for number in range(600)]
    assert len(SqlVectors(tmp_path).get("e", keys)) == len(keys)


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\x00" * 300])
def test_a_corrupt_file_is_set_aside_and_a_new_one_begun(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with capture_logs() as logs:
        cache = SqlVectors(tmp_path)
        cache.put("e", {"a": row(1)})
    assert [(one["event"], one["log_level"]) for one in logs] == [
        ("vector_cache_set_aside", "warning")
    ]
    assert len(cache.get("e", ["a"])) == 1
    (aside,) = [path for path in tmp_path.iterdir() if "corrupt" in path.name]
    assert aside.read_bytes() == content


def test_a_file_that_becomes_corrupt_while_it_is_used_is_replaced_once(tmp_path: Path) -> None:
    cache = SqlVectors(tmp_path)
    cache.put("e", {f"k{number}": row(number, 512) for number in range(400)})
    cache.close()
    damaged = bytearray((tmp_path / FILE).read_bytes())
    damaged[4096:] = b"\xa5" * (len(damaged) - 4096)
    (tmp_path / FILE).write_bytes(damaged)

    def work(number: int) -> None:
        cache.get("e", [f"k{number}"])
        cache.put("e", {f"new{number}": row(number)})

    with capture_logs() as logs, ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(40)))
    assert [one["event"] for one in logs].count("vector_cache_set_aside") == 1
    cache.put("e", {"after": row(1)})
    assert len(cache.get("e", ["after", "k1"])) == 1


def test_another_process_that_has_replaced_the_file_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database" * 100)
    slow = SqlVectors(tmp_path)  # has set it aside
    slow.close()
    (tmp_path / FILE).write_bytes(b"this is no database" * 100)
    quick = SqlVectors(tmp_path)  # does so again, with a new file in the place
    quick.put("e", {"a": row(1)})
    assert len(slow.get("e", ["a"])) == 1
    assert len([path for path in tmp_path.iterdir() if "corrupt" in path.name]) == 2


def test_a_file_that_was_deleted_is_made_again(tmp_path: Path) -> None:
    cache = SqlVectors(tmp_path)
    cache.close()
    for path in tmp_path.iterdir():
        path.unlink()
    cache.put("e", {"a": row(1)})
    assert len(cache.get("e", ["a"])) == 1


def test_a_damaged_row_is_missing(tmp_path: Path) -> None:
    cache = SqlVectors(tmp_path)
    cache.put("e", {"a": row(1), "b": row(1), "c": row(1)})
    with sqlite3.connect(tmp_path / FILE) as file:
        file.execute("UPDATE vectors SET vector = x'0102' WHERE key = 'a'")
        file.execute("UPDATE vectors SET vector = x'0000c07f' WHERE key = 'b'")
    file.close()
    assert list(cache.get("e", ["a", "b", "c"])) == ["c"]


def test_a_file_that_cannot_be_written_fails_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.vectors._BUSY_SECONDS", 0.1)
    cache = SqlVectors(tmp_path)
    cache.put("e", {"a": row(1)})
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with capture_logs() as logs:
        cache.put("e", {"b": row(1)})
        assert list(cache.get("e", ["a", "b"])) == ["a"]
    other.close()
    assert [(one["event"], one["cause"]) for one in logs] == [
        ("vector_cache_failed", "database is locked")
    ]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigurationError, match="NIGHTDESK_CACHE"):
        SqlVectors(tmp_path / "file" / "cache")
