"""What a knowledge manager should know about the documents: each finding is a sentence and what fills it in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.knowledge import SeenFile
from retrieval.contradictions import Contradiction
from retrieval.documents import Document, Passage
from retrieval.formats.content import Note
from retrieval.front_matter import PUBLIC, STAFF
from retrieval.unanswered import Wanted

_SOON = timedelta(days=30)
SECTIONS = (
    "refused",
    "contradictions",
    "goldens",
    "unanswered",
    "dates",
    "suspicious",
    "repeats",
    "care",
    "unused",
)


@dataclass(frozen=True)
class Finding:
    """A sentence of the report; `inner` is one of its own that fills in `{reason}`, `path` is the document."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    inner: Note | None = None
    path: str = ""


@dataclass(frozen=True)
class Findings:
    """Everything that the report says, on one day."""

    day: date
    documents: Sequence[Document] = ()
    refused: int = 0
    sections: Mapping[str, Sequence[Finding]] = field(default_factory=dict)

    @property
    def answering(self) -> list[Document]:
        return [each for each in self.documents if each.valid_on(self.day)]


def refusals(seen: Collection[SeenFile], documents: Mapping[str, Document]) -> Iterator[Finding]:
    """The files that cannot be used; an earlier version may go on answering."""
    for one in seen:
        if not one.fault:
            continue
        reason, values = Note(one.fault, dict(one.values)), {"path": one.path}
        if one.path in documents:
            number = str(documents[one.path].number)
            yield Finding("refused.earlier", values | {"number": number}, reason, one.path)
        else:
            yield Finding("refused.never", values, reason, one.path)


def disagreements(found: Sequence[Contradiction]) -> Iterator[Finding]:
    """The passages that cannot both be right."""
    for each in found:
        kind = "yes_no" if each.kind == "yes_no" else "number"
        values = {
            "one": each.one.document,
            "one_section": each.one.section or each.one.title,
            "one_word": each.words[0],
            "other": each.other.document,
            "other_section": each.other.section or each.other.title,
            "other_word": each.words[1],
        }
        yield Finding(f"contradiction.{kind}", values, path=each.one.document)


def dates(documents: Sequence[Document], day: date) -> Iterator[Finding]:
    """What ended, ends soon, or has not begun."""
    for each in documents:
        values = {"path": each.path}
        if each.valid_until and each.valid_until < day:
            key = "date.ended"
        elif each.valid_until and each.valid_until - day <= _SOON:
            key = "date.ends"
        elif each.valid_from and each.valid_from > day:
            values["day"] = each.valid_from.isoformat()
            yield Finding("date.begins", values, path=each.path)
            continue
        else:
            continue
        yield Finding(key, values | {"day": each.valid_until.isoformat()}, path=each.path)


def cares(documents: Sequence[Document]) -> Iterator[Finding]:
    """What is not wrong, but worth a look."""
    for each in documents:
        if not each.owner:
            yield Finding("care.owner", {"path": each.path}, path=each.path)
        if each.audience not in (PUBLIC, STAFF):
            values = {"path": each.path, "tier": each.audience}
            yield Finding("care.tier", values, path=each.path)
        for note in each.notes:
            yield Finding("care.note", {"path": each.path}, note, each.path)
    groups: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        groups[document.twin].append(document)
    for name, group in groups.items():
        # A document that stands alone under its own name was never meant to have twins.
        if not (len(group) == 1 and group[0].twin == group[0].path):
            yield from (Finding(key, {"name": name}) for key in _twin_cares(group))


def _twin_cares(group: Sequence[Document]) -> Iterator[str]:
    languages = {passage.language for each in group for passage in each.passages}
    if "en" not in languages:
        yield "care.no_english"
    if languages == {"en"}:
        yield "care.no_chinese"
    if len({len({passage.place for passage in each.passages}) for each in group}) > 1:
        yield "care.sections"
    if len({each.audience for each in group}) > 1:
        yield "care.audience"


def repeats(pairs: Sequence[tuple[Passage, Passage]]) -> Iterator[Finding]:
    """Passages of two documents that say the same."""
    for one, other in pairs:
        values = {"one": one.document, "other": other.document, "words": _short(one.text)}
        yield Finding("repeat.words", values, path=one.document)


def wanted(groups: Sequence[Wanted]) -> Iterator[Finding]:
    """What customers ask and nothing answers, with up to two other ways in which they put it."""
    for each in groups:
        others = "".join(f" · {_short(text)}" for text in each.others[:2])
        values = {"count": str(each.count), "example": _short(each.example), "others": others}
        yield Finding("unanswered.cluster", values)


def suspicions(passages: Sequence[Passage]) -> Iterator[Finding]:
    """Passages that read like orders to the assistant."""
    for each in passages:
        section = each.section or each.title
        values = {"path": each.document, "section": section, "words": _short(each.text)}
        yield Finding("suspicious.passage", values, path=each.document)


def unused(documents: Sequence[Document], used: Collection[str]) -> Iterator[Finding]:
    """Sections that no answer was ever founded on. Before the first answer there is nothing to say."""
    if not used:
        return
    for document in documents:
        sections: dict[str, bool] = {}
        for passage in document.passages:
            name = passage.section or passage.title
            sections[name] = sections.get(name, False) or passage.id in used
        for name, was_used in sections.items():
            if not was_used:
                values = {"path": document.path, "section": name}
                yield Finding("unused.passage", values, path=document.path)


def _short(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
