"""The process that is killed: it follows a knowledge folder for ever and tells what it would answer from.

It tells it twice: as it comes up, before it has looked at the folder, and once it is in step with the folder.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from connectors.embeddings_embedded import EmbeddedEmbedder
from evals.bench_knowledge.stack import TENANT, Stack, opened
from retrieval.cached import CachedEmbedder
from retrieval.documents import Document
from retrieval.index import Index

MARK = re.compile(r"Edition (\d+), part (\d+) of (\d+)\.")
_SAME = 0.999  # cosine of a vector with itself, once it was written and read
_TWINS = 50  # neighbours among which a passage must find itself
_PAUSE = 0.05


async def follow(place: Path) -> None:
    """Come up, get in step, and stay in step until the process is killed."""
    embedder = EmbeddedEmbedder()
    async with opened(place, embedder) as stack:
        await stack.follower.follow(only_ready=True)
        tell("opened", stack, embedder)
        await stack.keeper.sync()
        await stack.follower.follow()
        tell("settled", stack, embedder)
        while True:
            await stack.keeper.sync()
            await stack.follower.follow()
            await asyncio.sleep(_PAUSE)


def tell(what: str, stack: Stack, embedder: EmbeddedEmbedder) -> None:
    """Write one line: the edition of every visible document, and what is wrong with any."""
    documents = stack.librarian.documents
    editions = {path: sorted(_editions(each)) for path, each in documents.items()}
    faults = [fault for each in documents.values() for fault in faults_of(each)]
    faults += list(_unfound(stack, embedder))
    line = json.dumps({"what": what, "editions": editions, "faults": faults})
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def faults_of(document: Document) -> Iterator[str]:
    """What shows that a document is not wholly one version: it names its edition and parts itself."""
    marks = [MARK.search(each.text) for each in document.passages]
    if not marks or None in marks:
        yield f"{document.path} has a passage that nobody wrote"
        return
    found = {tuple(int(number) for number in mark.groups()) for mark in marks if mark}
    if len({edition for edition, _, _ in found}) != 1:
        yield f"{document.path} mixes two editions"
    elif {part for _, part, _ in found} != set(range(1, max(of for *_, of in found) + 1)):
        yield f"{document.path} lacks a part"


def _editions(document: Document) -> set[int]:
    marks = (MARK.search(each.text) for each in document.passages)
    return {int(mark[1]) for mark in marks if mark}


def _unfound(stack: Stack, embedder: EmbeddedEmbedder) -> Iterator[str]:
    """Visible passages that Chroma does not hold, or does not find by their own vector.

    This looks at the same folder of Chroma with a second pair of eyes, in the one process that may.
    """
    passages = [each for one in stack.librarian.documents.values() for each in one.passages]
    stack.librarian.close()  # lets go of the lock only
    index = Index(embedder, TENANT, stack.index)
    held = index.held()
    vectors = CachedEmbedder(embedder, stack.cache).embed(
        [p.searchable for p in passages], "passage"
    )
    for passage, row in zip(passages, index.nearest(vectors, _TWINS), strict=True):
        near = {each.id for each in row if each.similarity > _SAME}
        if passage.id not in held or passage.id not in near:
            yield f"{passage.id} is not found in Chroma"
    index.close()


if __name__ == "__main__":
    asyncio.run(follow(Path(sys.argv[1])))
