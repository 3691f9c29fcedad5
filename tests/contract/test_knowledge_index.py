"""One spec for every place that vectors can be kept in: memory, a folder, a Chroma server."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest

from domain.errors import ConfigurationError, UpstreamUnavailable
from domain.ports import EmbedMode, Vectors
from retrieval.index import Change, Index

Place = Path | str | None
TEXTS = {"a": "退貨期限", "b": "breakfast"}


class Axes:
    """Every text has an axis of its own."""

    name = "axes"
    dimensions = 4

    def embed(self, texts: Sequence[str], mode: EmbedMode) -> Vectors:
        assert mode in ("query", "passage")
        rows = [[text == known for known in (*TEXTS.values(), "other", "more")] for text in texts]
        return np.array(rows, dtype=np.float32)


class OtherAxes(Axes):
    """The same under another name: its vectors do not compare."""

    name = "other-axes"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with _running(tmp_path_factory.mktemp("chroma")) as (_, address):
        yield address


@contextmanager
def _running(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A Chroma server, and where it listens."""
    program = shutil.which("chroma", path=str(Path(sys.executable).parent))
    assert program is not None, "chroma comes with chromadb"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 30
        while not _up(address) and time.monotonic() < until:
            time.sleep(0.1)
        yield running, address
        running.terminate()


def _up(address: str) -> bool:
    try:
        Index(Axes(), "up", address)
    except UpstreamUnavailable:
        return False
    return True


@pytest.fixture(params=["memory", "folder", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "server":
        address: str = request.getfixturevalue("server")
        return address
    return tmp_path if request.param == "folder" else None


def test_it_holds_what_it_is_given_and_finds_the_nearest(place: Place) -> None:
    index = Index(Axes(), f"shop {place}", place)
    assert index.sync(TEXTS) == Change(added=2, removed=0, kept=0)
    assert index.held() == {"a", "b"}
    (row,) = index.nearest(Axes().embed(["breakfast"], "query"), 2)
    assert row[0].id == "b"
    assert row[0].similarity == pytest.approx(1.0, abs=1e-4)
    index.remove({"b"})
    assert index.held() == {"a"}
    index.close()


def test_tenants_do_not_see_each_other(place: Place) -> None:
    first = Index(Axes(), "海傍", place)
    first.sync(TEXTS)
    first.close()
    second = Index(Axes(), "山頂", place)
    assert second.held() == set()
    second.close()


def test_each_embedder_has_vectors_of_its_own_until_the_earlier_are_thrown_away(
    place: Place,
) -> None:
    if place is None:
        pytest.skip("what is in memory is thrown away with its index")
    first = Index(Axes(), "two", place)
    first.sync(TEXTS)
    first.close()
    second = Index(OtherAxes(), "two", place)
    assert second.held() == set()
    second.drop_others()
    second.close()
    again = Index(Axes(), "two", place)
    assert again.held() == set()
    again.close()


def test_a_folder_has_one_owner_who_may_let_go_of_it_in_another_thread(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as thread:
        owner = thread.submit(Index, Axes(), "shop", tmp_path).result()
    with pytest.raises(ConfigurationError, match="NIGHTDESK_WORKER"):
        Index(Axes(), "shop", tmp_path)
    owner.close()
    Index(Axes(), "shop", tmp_path).close()


def test_a_server_has_many_users(server: str) -> None:
    writer, reader = Index(Axes(), "shared", server), Index(Axes(), "shared", server)
    writer.sync(TEXTS)
    assert reader.held() == {"a", "b"}


@pytest.mark.parametrize("address", ["127.0.0.1:8800", "ftp://127.0.0.1", "http://"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match="NIGHTDESK_CHROMA_URL"):
        Index(Axes(), "shop", address)


def test_a_server_that_is_not_there_is_named(unused_port: int) -> None:
    with pytest.raises(UpstreamUnavailable, match="chroma run"):
        Index(Axes(), "shop", f"http://127.0.0.1:{unused_port}")


def test_a_server_that_dies_is_a_fault_that_may_pass(tmp_path: Path) -> None:
    with _running(tmp_path) as (process, address):
        index = Index(Axes(), "shop", address)
        index.sync(TEXTS)
        process.kill()
        process.wait()
        with pytest.raises(UpstreamUnavailable):
            index.nearest(Axes().embed(["breakfast"], "query"), 2)
        with pytest.raises(UpstreamUnavailable):
            index.held()


@pytest.mark.parametrize("body", ["<html>Bad Gateway</html>", '{"error": "ServiceUnavailable"}'])
def test_a_proxy_s_own_answer_is_a_fault_that_may_pass(
    server: str, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Index(Axes(), "behind a proxy", server)
    session: httpx.Client = getattr(index, "_client")._server._session  # noqa: B009
    proxy = httpx.MockTransport(lambda _: httpx.Response(503, text=body))
    monkeypatch.setattr(session, "_transport", proxy)
    with pytest.raises(UpstreamUnavailable):
        index.nearest(Axes().embed(["breakfast"], "query"), 2)


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
