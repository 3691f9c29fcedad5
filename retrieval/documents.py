"""Reads the documents of the knowledge folder and cuts them into short passages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

import yaml

from domain.script import script_balance
from retrieval.passages import Piece, pieces

Audience = Literal["public", "staff"]
DocumentLanguage = Literal["zh-Hant", "zh-Hans", "en", "yue"]

LANGUAGES: tuple[DocumentLanguage, ...] = ("zh-Hant", "zh-Hans", "en", "yue")
SUFFIXES = (".md", ".txt")
OUR_OWN = ("README.md", "REPORT.md")
KEYS = frozenset({"title", "language", "audience", "valid_until", "owner", "twin"})


@dataclass(frozen=True)
class Passage:
    """A piece of a document that can answer alone.

    `version` is a fingerprint of the content, `place` the number of the section in its document.
    """

    id: str
    document: str
    title: str
    section: str
    language: DocumentLanguage
    text: str
    version: str
    place: int = 0

    @property
    def searchable(self) -> str:
        """What is embedded and searched: the words around a passage tell what it is about."""
        return "\n".join(part for part in (self.title, self.section, self.text) if part)


@dataclass(frozen=True)
class Document:
    """One file of knowledge. Documents with the same `twin` say the same in other languages."""

    id: str
    path: str
    title: str
    language: DocumentLanguage
    audience: Audience
    owner: str
    twin: str
    valid_until: date | None = None
    passages: tuple[Passage, ...] = field(default=(), repr=False)

    def valid_on(self, day: date) -> bool:
        """Whether the document still answers on that day."""
        return self.valid_until is None or day <= self.valid_until


@dataclass(frozen=True)
class Rejected:
    """A file that is not used, and why, in words its author understands."""

    path: str
    reason: str


class Unusable(ValueError):
    """Says why one file cannot be used."""


def read_folder(root: Path) -> tuple[list[Document], list[Rejected]]:
    """Read every document under the folder, and name the files that had to be left out."""
    documents: list[Document] = []
    rejected: list[Rejected] = []
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        try:
            documents.append(read_document(path.read_bytes(), name))
        except Unusable as fault:
            rejected.append(Rejected(name, str(fault)))
        except OSError as fault:
            rejected.append(Rejected(name, f"cannot be opened: {fault.strerror}"))
    return documents, rejected


def read_document(data: bytes, name: str) -> Document:
    """Read one file; `name` is its path below the knowledge folder."""
    if not name.lower().endswith(SUFFIXES):
        raise Unusable(f"this kind of file is not read; save it as {' or '.join(SUFFIXES)}")
    about, body = _front_matter(_decode(data))
    stem = name.rsplit(".", 1)[0]
    found = list(pieces(body))
    if not found:
        raise Unusable("is empty: there is no text to answer with")
    title = str(about.get("title") or found[0].section or stem.rsplit("/", 1)[-1])
    document = Document(
        id=stem,
        path=name,
        title=title,
        language=_language(about, body),
        audience=_audience(about),
        owner=str(about.get("owner") or ""),
        twin=str(about.get("twin") or stem),
        valid_until=_valid_until(about),
    )
    return replace(document, passages=tuple(_passages(document, found)))


def _files(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if path.is_file() and not hidden and not (path.parent == root and path.name in OUR_OWN):
            yield path


def _passages(document: Document, found: list[Piece]) -> Iterator[Passage]:
    seen: set[str] = set()
    for piece in found:
        content = "\x1f".join((document.title, piece.section, document.language, piece.text))
        version = hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:16]
        if version not in seen:  # the same words twice in one document are one passage
            seen.add(version)
            yield Passage(
                id=f"{document.id}#{version}",
                document=document.id,
                title=document.title,
                section=piece.section,
                language=document.language,
                text=piece.text,
                version=version,
                place=piece.place,
            )


def _decode(data: bytes) -> str:
    if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unusable("is not a text file")
    wide = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ()
    for encoding in (*wide, "utf-8-sig", "big5hkscs", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unusable("cannot be read as text; save it as UTF-8")


def _front_matter(text: str) -> tuple[Mapping[str, object], str]:
    lines = text.lstrip("\n").splitlines()
    if not lines or lines[0].strip() != "---":
        return {}, text
    try:
        end = next(at for at, line in enumerate(lines[1:], 1) if line.strip() == "---")
        about = yaml.safe_load("\n".join(lines[1:end])) or {}
    except StopIteration:
        raise Unusable("the lines at the top have no closing `---`") from None
    except yaml.YAMLError as fault:
        where = getattr(getattr(fault, "problem_mark", None), "line", 0) + 2
        raise Unusable(f"line {where} at the top must be written `name: value`") from fault
    if not isinstance(about, dict):
        raise Unusable("the lines at the top must be written `name: value`")
    unknown = sorted(str(key) for key in about if key not in KEYS)
    if unknown:
        raise Unusable(f"`{unknown[0]}` at the top is unknown; use {', '.join(sorted(KEYS))}")
    return about, "\n".join(lines[end + 1 :])


def _language(about: Mapping[str, object], body: str) -> DocumentLanguage:
    value = about.get("language")
    if value is None:
        return guess_language(body)
    if value not in LANGUAGES:
        raise Unusable(f"language `{value}` is unknown; use {', '.join(LANGUAGES)}")
    return value


def _audience(about: Mapping[str, object]) -> Audience:
    value = about.get("audience", "public")
    if value not in ("public", "staff"):
        raise Unusable(f"audience `{value}` is unknown; use public or staff")
    return value


def _valid_until(about: Mapping[str, object]) -> date | None:
    value = about.get("valid_until")
    if value is None or type(value) is date:
        return value
    raise Unusable(f"valid_until `{value}` is not a date; write it as 2027-12-31")


def guess_language(text: str) -> DocumentLanguage:
    """Guess the language of a document that does not say it."""
    han = sum("\u3400" <= char <= "\u9fff" for char in text)
    if han * 4 < sum(char.isalpha() for char in text):
        return "en"
    return "zh-Hans" if script_balance(text) < 0 else "zh-Hant"
