"""Tells knowledge managers in plain words what is known, left out and worth a look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from retrieval.documents import Document, Rejected

_SOON = timedelta(days=30)


def write_report(
    folder: Path, documents: Sequence[Document], rejected: Sequence[Rejected], day: date
) -> None:
    """Write `REPORT.md` into the knowledge folder, unless it would say the same as before."""
    path, text = folder / "REPORT.md", report(documents, rejected, day)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def report(documents: Sequence[Document], rejected: Sequence[Rejected], day: date) -> str:
    """The report as Markdown."""
    answering = [each for each in documents if each.valid_on(day)]
    passages = sum(len(each.passages) for each in answering)
    lines = [
        "# What the assistant knows",
        "",
        "This page is written by the assistant after every change; edits here are lost.",
        "",
        f"{len(answering)} documents answer questions, with {passages} passages. "
        f"{len(rejected)} files were left out.",
        "",
        *_section("Left out, and why", [f"`{each.path}`: {each.reason}." for each in rejected]),
        *_section("To look at", list(_concerns(documents, day))),
        "## Documents",
        "",
        "| document | language | for | passages | answers until | owner |",
        "|---|---|---|---:|---|---|",
        *(_row(each) for each in answering),
    ]
    return "\n".join(lines) + "\n"


def _section(title: str, points: list[str]) -> list[str]:
    return [f"## {title}", "", *(f"- {point}" for point in points or ["Nothing."]), ""]


def _row(document: Document) -> str:
    until = document.valid_until.isoformat() if document.valid_until else "further notice"
    title = document.title.replace("|", "/")
    return (
        f"| {title} (`{document.path}`) | {document.language} | {document.audience} "
        f"| {len(document.passages)} | {until} | {document.owner or 'nobody'} |"
    )


def _concerns(documents: Sequence[Document], day: date) -> Iterator[str]:
    for each in documents:
        if each.valid_until and each.valid_until < day:
            yield f"`{each.path}` ended on {each.valid_until} and no longer answers."
        elif each.valid_until and each.valid_until - day <= _SOON:
            yield f"`{each.path}` ends on {each.valid_until}."
        if not each.owner:
            yield f"`{each.path}` has no owner."
    yield from _twin_concerns(documents)
    yield from _same_words(documents)


def _twin_concerns(documents: Sequence[Document]) -> Iterator[str]:
    groups: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        groups[document.twin].append(document)
    for name, group in groups.items():
        languages = {each.language for each in group}
        if "en" not in languages:
            yield f"*{name}* has no English twin."
        if languages == {"en"}:
            yield f"*{name}* has no Chinese twin."
        if len({len({p.place for p in each.passages}) for each in group}) > 1:
            yield f"*{name}*: its languages have different numbers of sections."
        if len({each.audience for each in group}) > 1:
            yield f"*{name}*: some languages are public and some are for staff."


def _same_words(documents: Sequence[Document]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for document in documents:
        for passage in document.passages:
            first = seen.setdefault(passage.text, document.path)
            if first != document.path:
                yield f"`{document.path}` repeats a passage of `{first}` word for word."
