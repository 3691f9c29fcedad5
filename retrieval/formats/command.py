"""Reads a risky file in a process of its own, so that one that hangs or swallows memory harms nothing."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from pathlib import Path

from retrieval.formats.content import LARGEST_FILE, Content, Entry, Note, Unusable
from retrieval.formats.reading import KNOWN_SUFFIXES, read_content, too_large

_HARMLESS = (".md", ".markdown", ".txt", ".csv", ".tsv")
RISKY: tuple[str, ...] = tuple(each for each in KNOWN_SUFFIXES if each not in _HARMLESS)
_ROOT = Path(__file__).resolve().parents[2]
_GIBIBYTE = 1024**3
_ENVIRONMENT = {
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
}  # no secrets within a hostile file's reach


async def read_apart(
    path: Path, name: str, seconds: float = 120, memory: int = 2 * _GIBIBYTE
) -> Content:
    """Read a file in a new process that gets so many seconds and so many bytes of memory.

    `path` must be absolute: the new process starts elsewhere.

    Raises:
        Unusable: whatever is wrong with the file, and when the reading took too long or crashed.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "retrieval.formats.command", str(path), name, str(memory)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
        env=_ENVIRONMENT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        raise Unusable("file.slow", seconds=f"{seconds:g}") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return from_json(said.decode("utf-8", "replace"))


def to_json(outcome: Content | Unusable) -> str:
    """What a reading came to, as one line."""
    if isinstance(outcome, Unusable):
        return json.dumps({"unusable": outcome.key, "values": outcome.values})
    return json.dumps(
        {
            "markdown": outcome.markdown,
            "title": outcome.title,
            "entries": [
                [each.question, each.answer, list(each.phrasings), each.language]
                for each in outcome.entries
            ],
            "notes": [[each.key, each.values] for each in outcome.notes],
        }
    )


def from_json(text: str) -> Content:
    """The content that `to_json` wrote.

    Raises:
        Unusable: the refusal that was written, or that the process ended without a word.
    """
    try:
        told = json.loads(text)
    except ValueError:
        raise Unusable("file.broken") from None
    if "unusable" in told:
        raise Unusable(told["unusable"], **told["values"])
    return Content(
        told["markdown"],
        told["title"],
        tuple(Entry(asked, said, tuple(also), lang) for asked, said, also, lang in told["entries"]),
        tuple(Note(key, values) for key, values in told["notes"]),
    )


def run(path: Path, name: str, memory: int) -> str:
    """Read a file within these limits; this is what the new process does."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # a reader has nothing to write
    size = path.stat().st_size
    try:
        if size > LARGEST_FILE:  # known without taking it into memory
            raise too_large(size)
        return to_json(read_content(path.read_bytes(), name))
    except Unusable as refusal:
        return to_json(refusal)


if __name__ == "__main__":
    sys.stdout.write(run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
