"""Plays the goldens that rest on changed documents in a process of its own, so that customers wait for nothing."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import RootModel, ValidationError

from domain.settings import ROOT, Settings
from retrieval.findings import Finding

_PATIENCE = 300.0  # seconds
_MOST = (
    200  # documents that are named; when more changed, every golden that cites documents is played
)
_PLACES = ("home", "data", "cache", "playbook", "knowledge", "world")


class Failures(RootModel[list[Finding]]):
    """What the process says on its last line."""


class GoldenCheck:
    """Asked again while it plays (its task is cancelled first), it takes up what it had not finished, too."""

    def __init__(self, settings: Settings, seconds: float = _PATIENCE) -> None:
        self._settings = settings
        self._seconds = seconds
        self._unfinished: frozenset[str] = frozenset()

    async def __call__(self, changed: frozenset[str]) -> Sequence[Finding]:
        """The goldens that go wrong now, or one finding that says why that is not known."""
        self._unfinished = asked = self._unfinished | changed
        # What a process leaves that is killed goes with this folder.
        with TemporaryDirectory(prefix="nightdesk-") as folder:
            try:
                found = await asyncio.wait_for(self._ask(asked, folder), self._seconds)
            except TimeoutError:
                found = _unknown(f"{self._seconds:g} s")
            except OSError as fault:
                found = _unknown(fault.strerror or str(fault))
        self._unfinished -= asked
        return found

    async def _ask(self, changed: frozenset[str], folder: str) -> list[Finding]:
        named = sorted(changed) if len(changed) <= _MOST else []
        process = await asyncio.create_subprocess_exec(
            *_politely(),
            *("env", f"TMPDIR={folder}", *_variables(self._settings)),
            *(sys.executable, "-m", "cli", "knowledge", "check", "--json", "--", *named),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
        )
        try:
            said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        lines = said.decode("utf-8", "replace").strip().splitlines() or [""]
        try:
            return Failures.model_validate_json(lines[-1]).root
        except ValidationError:
            return _unknown(" ".join(lines)[-200:] or f"exit {process.returncode}")


def _politely() -> tuple[str, ...]:
    """The words that make a command give way to others, where the system knows them."""
    return ("nice", "-n", "10") if shutil.which("nice") else ()


def _variables(settings: Settings) -> Iterator[str]:
    """The places of this desk: a setting of its command line, too, holds for the process that it starts."""
    for name in _PLACES:
        place: Path = getattr(settings, name)
        yield f"NIGHTDESK_{name.upper()}={place.absolute()}"


def _unknown(cause: str) -> list[Finding]:
    return [Finding("golden.unknown", {"cause": cause})]
