"""Brings the folder back to an earlier state: the folder stays the truth, and nothing that was kept is lost."""

from __future__ import annotations

import asyncio

from domain.errors import InputError
from domain.knowledge import KnowledgeStore
from retrieval.folder import ABOUT, KnowledgeFolder, digest_of, look_through


async def restore(store: KnowledgeStore, folder: KnowledgeFolder, edition: int) -> list[str]:
    """Lay the files of an edition down again, and take out what was not there then; the changed files are named.

    Raises:
        InputError: there is no such edition, or a file that would be overwritten holds what was never kept.
    """
    if not 0 < edition <= await store.edition():
        raise InputError(f"there is no state {edition}; `nightdesk knowledge history` lists them")
    wanted = await store.numbers(edition)
    present = await asyncio.to_thread(look_through, folder.root)
    # What was never kept could not be brought back: drafts and refused files stay where they are.
    kept = (await store.numbers()).keys()
    laid: list[tuple[str, bytes, bytes]] = []
    for path, number in wanted.items():
        data, about = await store.original(path, number)
        same = path in present and await asyncio.to_thread(_same, folder, path, data, about)
        laid += [] if same else [(path, data, about)]
    gone = sorted((present.keys() & kept) - wanted.keys())
    seen = await store.seen()
    lost = [
        path for path in (*(one[0] for one in laid), *gone) if path in seen and seen[path].fault
    ]
    if lost:
        raise InputError(
            f"{', '.join(lost)}: what stands there now cannot be read, so it was never kept and would be lost;"
            " mend it or move it out of the folder first"
        )
    for path, data, about in laid:
        await asyncio.to_thread(_lay_down, folder, path, data, about)
    for path in gone:
        await asyncio.to_thread(folder.delete, path)
    return [*(one[0] for one in laid), *gone]


def _same(folder: KnowledgeFolder, path: str, data: bytes, about: bytes) -> bool:
    beside = folder.root / (path + ABOUT)
    now = beside.read_bytes() if beside.exists() else b""
    return digest_of(folder.read(path), now) == digest_of(data, about)


def _lay_down(folder: KnowledgeFolder, path: str, data: bytes, about: bytes) -> None:
    if about:  # first, for it says whom the file is for
        folder.put(path + ABOUT, about)
    folder.put(path, data)
    if not about:
        (folder.root / (path + ABOUT)).unlink(missing_ok=True)
