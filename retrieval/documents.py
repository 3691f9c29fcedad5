"""A document and the short passages it answers with, whatever kind of file it came from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, cast
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from domain.script import script_balance
from retrieval.formats.content import Content, Note, Unusable
from retrieval.front_matter import LANGUAGES, About, split_front_matter
from retrieval.passages import cut, pieces

DocumentLanguage = Literal["zh-Hant", "zh-Hans", "en", "yue"]


@dataclass(frozen=True)
class Passage:
    """A piece of a document that can answer alone.

    `version` is a fingerprint of the content, `place` the number of the section in its document. `hints` are words
    that lead here and are never shown: other ways to ask, the product.
    """

    id: str
    document: str
    title: str
    section: str
    language: DocumentLanguage
    text: str
    version: str
    place: int = 0
    hints: str = ""

    @property
    def searchable(self) -> str:
        """What is embedded and searched: the words around a passage tell what it is about."""
        return "\n".join(part for part in (self.title, self.section, self.hints, self.text) if part)


@dataclass(frozen=True)
class Document:
    """One file of knowledge. Documents with the same `twin` say the same in other languages.

    `audience` is public, staff, or a tier of customers. `number` counts its versions; 0 is one that is not kept.
    `newest` is the day from which it holds: the one its author names, or else the day it was put in; `kept_at` is
    the very moment, which decides between two of one day.
    """

    id: str
    path: str
    title: str
    language: DocumentLanguage
    audience: str
    owner: str
    twin: str
    valid_from: date | None = None
    valid_until: date | None = None
    number: int = 0
    newest: date | None = None
    kept_at: str = ""
    notes: tuple[Note, ...] = ()
    passages: tuple[Passage, ...] = field(default=(), repr=False)

    def valid_on(self, day: date) -> bool:
        """Whether the document answers on that day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)


_JSON = TypeAdapter(Document)
_HONG_KONG = ZoneInfo("Asia/Hong_Kong")
# What programs put for a title when nobody gave one: the name of the file it was printed from.
_FILE_NAME = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|pdf|html?|txt|md|indd|ai)$|^Microsoft |^untitled", re.I
)


def make_document(content: Content, name: str, about: About | None = None) -> Document:
    """The document of a file.

    `name` is its path below the knowledge folder, `about` what stands in a file beside it.

    Raises:
        Unusable: there is nothing in it to answer with, or the lines at its top are wrong.
    """
    written, body = split_front_matter(content.markdown)
    about = about or written
    stem, language = _named(name)
    sections = [(piece.section, piece.text, piece.place, "") for piece in pieces(body)]
    first = next((head for head, *_ in sections if head), "").split(" > ")[0]
    sections += _entries(content, 1 + max((place for _, _, place, _ in sections), default=-1))
    if not sections:
        raise Unusable("file.empty")
    named = "" if _FILE_NAME.search(content.title) else content.title
    title = about.title or named or first or stem.rsplit("/", 1)[-1]
    sections = [(_below(title, head), body, place, hints) for head, body, place, hints in sections]
    text = "\n".join(text for _, text, _, _ in sections)
    document = Document(
        id=name,
        path=name,
        title=title,
        language=cast(DocumentLanguage, about.language or language or guess_language(text)),
        audience=about.audience,
        owner=about.owner,
        twin=about.twin or (stem if language else name),
        valid_from=about.valid_from,
        valid_until=about.valid_until,
        newest=about.valid_from,
        notes=content.notes,
    )
    spoken = {entry.question: entry.language for entry in content.entries}
    found = _passages(document, sections, about.product, spoken)
    return replace(document, passages=tuple(found))


def day_of(at: datetime) -> date:
    """The day in Hong Kong, where documents begin and end at midnight."""
    return at.astimezone(_HONG_KONG).date()


def _below(title: str, section: str) -> str:
    """The headings below the title, which is said with them anyway."""
    return section.removeprefix(f"{title} > ")


def to_json(document: Document) -> str:
    """The document as it is kept."""
    return _JSON.dump_json(document).decode()


def from_json(text: str) -> Document:
    """A document that was kept."""
    return _JSON.validate_json(text)


def _named(name: str) -> tuple[str, str]:
    """The name without its language and its kind: `faq/delivery.en.md` → `faq/delivery`, `en`."""
    stem = name.rsplit(".", 1)[0]
    head, _, tail = stem.rpartition(".")
    return (head, tail) if head and tail in LANGUAGES else (stem, "")


_Section = tuple[str, str, int, str]  # heading, text, place, hints


def _entries(content: Content, place: int) -> Iterator[_Section]:
    for number, entry in enumerate(content.entries, place):
        for text in cut(entry.answer):
            yield entry.question, text, number, "\n".join(entry.phrasings)


def _passages(
    document: Document, sections: list[_Section], product: str, spoken: dict[str, str]
) -> Iterator[Passage]:
    seen: set[str] = set()
    for section, text, place, phrasings in sections:
        own = spoken.get(section)
        language = own or (guess_language(f"{section}{text}") if own == "" else document.language)
        hints = "\n".join(part for part in (product, phrasings) if part)
        content = "\x1f".join((document.title, section, language, hints, text))
        version = hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:16]
        if version not in seen:  # the same words twice in one document are one passage
            seen.add(version)
            yield Passage(
                id=f"{document.id}#{version}",
                document=document.id,
                title=document.title,
                section=section,
                language=cast(DocumentLanguage, language),
                text=text,
                version=version,
                place=place,
                hints=hints,
            )


def guess_language(text: str) -> DocumentLanguage:
    """Guess the language of a document that does not say it."""
    han = sum("\u3400" <= char <= "\u9fff" for char in text)
    if han * 4 < sum(char.isalpha() for char in text):
        return "en"
    return "zh-Hans" if script_balance(text) < 0 else "zh-Hant"
