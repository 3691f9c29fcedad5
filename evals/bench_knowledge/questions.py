"""The questions that the search is measured with, and where in our documents each is answered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from domain.language import Language
from retrieval.documents import Document, Passage
from retrieval.front_matter import PUBLIC
from retrieval.reading import read_folder

ROOT = Path(__file__).parents[2]
STYLES = ("yue", "mix", "zh-Hant", "zh-Hans", "en")
SPEAKS: dict[str, Language] = {
    "yue": "yue",
    "mix": "yue",
    "zh-Hant": "zh-Hant",
    "zh-Hans": "zh-Hans",
    "en": "en",
}
FILE = ROOT / "evals" / "knowledge_questions.yaml"
OLDER = ROOT / "tests" / "unit" / "retrieval" / "data_questions.yaml"

Section = tuple[str, int]  # a file without language and suffix, and the number of a heading in it


@dataclass(frozen=True)
class Question:
    """What a customer types, and the sections that answer it; none if nothing does."""

    text: str
    style: str
    kind: str
    split: str
    right: frozenset[Section]

    @property
    def language(self) -> Language:
        return SPEAKS[self.style]


def questions(split: str | None = None, file: Path = FILE) -> list[Question]:
    """The questions of one split, or all of them."""
    found = [_question(each) for each in yaml.safe_load(file.read_text(encoding="utf-8"))]
    return [each for each in found if split in (None, each.split)]


def older_questions(file: Path = OLDER) -> list[Question]:
    """The first question set, which knows documents but no sections; settings are chosen with it, too."""
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [
        Question(text, style, kind, "tuning", frozenset({(name, 0)} if name else ()))
        for kind, group in (
            ("question", data["answered"]),
            ("unanswerable", {"": data["unanswered"]}),
        )
        for name, styles in group.items()
        for style, texts in styles.items()
        for text in texts
    ]


def public_documents(folder: Path = ROOT / "knowledge") -> list[Document]:
    """What every customer may read."""
    return [each for each in read_folder(folder)[0] if each.audience == PUBLIC]


def sections(documents: list[Document]) -> dict[str, Section]:
    """The section of every passage, by the passage's id."""
    return {each.id: (_name(one), each.place) for one in documents for each in one.passages}


def _name(document: Document) -> str:
    """The name that a document shares with its twins: `faq/delivery.en.md` → `faq/delivery`."""
    return document.path.rsplit(".", 2)[0]


def passages(documents: list[Document]) -> list[Passage]:
    """Every passage of them."""
    return [each for one in documents for each in one.passages]


def _question(data: dict[str, Any]) -> Question:
    places = [data, *data.get("also", ())] if data["document"] else []
    right = frozenset((str(each["document"]), int(each["section"])) for each in places)
    return Question(str(data["text"]), data["style"], data["kind"], data["split"], right)
