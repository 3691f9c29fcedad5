"""Writes the report on the documents in plain words, in the three languages that staff read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from retrieval.documents import Document
from retrieval.findings import SECTIONS, Finding, Findings
from retrieval.sentences import STAFF_LANGUAGES, Sentences, StaffLanguage

_MOST = 30  # findings of one kind that are named; the desk's page has them all
_NAMES: dict[StaffLanguage, str] = {"zh-Hant": "繁體中文", "zh-Hans": "简体中文", "en": "English"}
_COLUMNS = ("document", "language", "audience", "passages", "until", "owner")


def write_report(folder: Path, findings: Findings, sentences: Sentences) -> None:
    """Write `REPORT.md` into the knowledge folder, unless it would say the same as before."""
    path, text = folder / "REPORT.md", report(findings, sentences)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        beside = path.with_name(".REPORT.md.tmp")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)


def report(findings: Findings, sentences: Sentences) -> str:
    """The report as Markdown."""
    lines: list[str] = []
    for language in STAFF_LANGUAGES:
        lines += _part(findings, sentences, language)
    titles = " · ".join(sentences.say("documents", each) for each in ("zh-Hant", "en"))
    heads = [_both(sentences, f"column.{name}") for name in _COLUMNS]
    lines += [
        f"## {titles}",
        "",
        f"| {' | '.join(heads)} |",
        "|---|---|---|---:|---|---|",
        *(_row(each) for each in findings.answering),
    ]
    return "\n".join(lines) + "\n"


def tell(finding: Finding, sentences: Sentences, language: StaffLanguage) -> str:
    """A finding as a sentence."""
    values = dict(finding.values)
    if finding.inner is not None:
        reason = sentences.say(finding.inner.key, language, **finding.inner.values)
        values["reason"] = reason.rstrip("。.")
    return sentences.say(finding.key, language, **values)


def summary(findings: Findings, sentences: Sentences, language: StaffLanguage) -> str:
    """How many documents and passages answer, and how many files do not."""
    answering = findings.answering
    passages = sum(len(each.passages) for each in answering)
    return sentences.say(
        "summary",
        language,
        documents=len(answering),
        passages=passages,
        refused=findings.refused,
    )


def _part(findings: Findings, sentences: Sentences, language: StaffLanguage) -> Iterator[str]:
    """One language: a clean page is short, for only what was found has a heading."""
    yield from (f"# {sentences.say('title', language)} · {_NAMES[language]}", "")
    yield from (sentences.say("intro", language), "")
    yield from (summary(findings, sentences, language), "")
    for name in SECTIONS:
        found = findings.sections.get(name, ())
        if not found:
            continue
        yield from (f"## {sentences.say(f'section.{name}', language)}", "")
        yield from (f"- {tell(each, sentences, language)}" for each in found[:_MOST])
        if len(found) > _MOST:
            yield f"- {sentences.say('more', language, count=len(found) - _MOST)}"
        yield ""


def _both(sentences: Sentences, key: str) -> str:
    chinese, english = sentences.say(key, "zh-Hant"), sentences.say(key, "en")
    simplified = sentences.say(key, "zh-Hans")
    return " ".join(dict.fromkeys((chinese, simplified, english)))


def _row(document: Document) -> str:
    until = document.valid_until.isoformat() if document.valid_until else "–"
    title, owner = (
        " ".join(text.replace("|", "/").split()) for text in (document.title, document.owner)
    )
    return (
        f"| {title} (`{document.path}`) | {document.language} | {document.audience} "
        f"| {len(document.passages)} | {until} | {owner or '–'} |"
    )
