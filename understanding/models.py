"""The offline reader's classifiers: learnt from the playbook's examples, and again when those change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from scipy.sparse import csr_matrix, vstack

from domain.ports import Embedder
from understanding.classifier import Classifier, Features
from understanding.examples import (
    QUESTION,
    Example,
    digest,
    read_frames,
    read_keys,
    read_labels,
)
from understanding.hearing import HEARD, Hearing, Lesson
from understanding.lexicon import Lexicon

log = structlog.get_logger()

REPORT = "report"  # a message that reports something and asks for no action that a tool could take
NONE = "none"
_VERSION = "8"  # of the recipe; another one makes kept classifiers stale
# Reports that mostly do come with a request of their own are left to the task labels.
_ASKING_REPORTS = frozenset({NONE, "wrong_item", "fault", "refund_late", "compensation"})


@dataclass(frozen=True)
class Models:
    """Everything learnt, and the features it was learnt on."""

    features: Features
    tasks: Classifier
    topics: Classifier
    acts: Classifier
    signals: Classifier
    mood: Classifier
    injection: Classifier
    hearing: Hearing


def task_examples(folder: Path) -> list[Example]:
    """What teaches which task a clause is: every task, general questions as one, mere reports as one."""
    found = read_labels(folder / "tasks")
    found += _thinned(
        [Example(e.text, QUESTION, e.language) for e in read_labels(folder / "topics")], 3
    )
    reports = [e for e in read_labels(folder / "signals") if e.label not in _ASKING_REPORTS]
    return found + _thinned([Example(e.text, REPORT, e.language) for e in reports], 3)


def signal_examples(folder: Path) -> list[Example]:
    """What teaches reports: reports, their near misses, and plain talk, which reports nothing."""
    return read_labels(folder / "signals") + _plain(folder, NONE, without="find_refund")


def act_examples(folder: Path) -> list[Example]:
    """What teaches acts; a request is none of them."""
    requests = [Example(e.text, NONE, e.language) for e in read_labels(folder / "tasks")]
    return read_keys(folder / "acts.yaml") + _thinned(requests, 4)


def mood_examples(folder: Path) -> list[Example]:
    """What teaches mood; plain talk is neutral, however much it speaks of refunds."""
    return read_keys(folder / "mood.yaml") + _plain(folder, "neutral")


def attack_examples(folder: Path) -> list[Example]:
    """Attacks by users and in documents are one label; plain talk and plain reports are harmless."""
    found = [
        Example(e.text, "benign" if e.label == "benign" else "attack", e.language)
        for e in read_keys(folder / "injection.yaml")
    ]
    reports = read_labels(folder / "signals")
    near = [e for e in reports if e.label in ("privacy", "code_given", "suspicious")]
    others = _thinned([e for e in reports if e not in near], 4)
    return (
        found
        + _plain(folder, "benign")
        + [Example(e.text, "benign", e.language) for e in near + others]
    )


# Reports that are alarms; those that a tool may settle, and grievances, are left open.
ALARMS = frozenset(
    {"safety", "delay", "damage", "compensation", "complaint", "not_received", "missing_item"}
    | {"payment_dispute", "code_given"}
)
_OPEN = frozenset({"wrong_item", "fault", "refund_late", "grievance"})
# Requests that often come with the incident that causes them.
_WITH_CAUSE = frozenset(
    {"chase_delivery", "find_refund", "refund_order", "return_order", "exchange_item"}
)
_OFTEN_ANGRY = frozenset({"complaint", "compensation", "person", "grievance"})


def lessons(folder: Path) -> list[Lesson]:
    """What teaches alarms, anger and wishes for a person: they, their opposites, and plain talk."""
    found = [_lesson_of_report(e) for e in read_labels(folder / "signals")]
    found += [_lesson_of_mood(e) for e in read_keys(folder / "mood.yaml")]
    for task in _thinned(read_labels(folder / "tasks"), 2):
        found.append(
            Lesson(task.text, (None if task.label in _WITH_CAUSE else False, False, False))
        )
    for plain in (read_labels(folder / "topics"), read_keys(folder / "acts.yaml")):
        found += [Lesson(e.text, (False, False, False)) for e in _thinned(plain, 4)]
    found += [Lesson(text, (False, False, False)) for text in read_frames(folder / "frames.yaml")]
    return found + _told(read_labels(folder / "heard"))


def _lesson_of_report(example: Example) -> Lesson:
    label = example.label
    return Lesson(
        example.text,
        (
            None if label in _OPEN else label in ALARMS,
            None if label in _OFTEN_ANGRY else label == "anger",
            None if label == "anger" else label == "person",
        ),
    )


def _lesson_of_mood(example: Example) -> Lesson:
    """Of an angry or sad example it is not known whether it reports; a neutral one may ask for a person."""
    happy = example.label == "positive"
    calm = False if happy else None
    return Lesson(example.text, (calm, example.label == "angry", calm))


def _told(examples: list[Example]) -> list[Lesson]:
    """Those whose label names all that is heard; the same place in each language's list is one group."""
    found, places = [], dict[tuple[str, str], int]()
    for one in examples:
        place = places[one.label, one.language] = places.get((one.label, one.language), -1) + 1
        alarm, anger, person = (name in one.label.split("_") for name in HEARD)
        found.append(Lesson(one.text, (alarm, anger, person), f"{one.label} {place}"))
    return found


def _plain(folder: Path, label: str, without: str = "") -> list[Example]:
    """Some of the ordinary requests, questions and short answers, all under one label."""
    requests = [e for e in read_labels(folder / "tasks") if e.label != without]
    found = _thinned(requests, 5) + _thinned(read_labels(folder / "topics"), 6)
    found += [e for e in read_keys(folder / "acts.yaml") if e.label != NONE]
    return [Example(e.text, label, e.language) for e in found]


def sources(folder: Path) -> dict[str, Callable[[], list[Example]]]:
    """The name of each classifier and what teaches it."""
    return {
        "tasks": lambda: task_examples(folder),
        "topics": lambda: read_labels(folder / "topics"),
        "acts": lambda: act_examples(folder),
        "signals": lambda: signal_examples(folder),
        "mood": lambda: mood_examples(folder),
        "injection": lambda: attack_examples(folder),
    }


def learn(playbook: Path, cache: Path, embedder: Embedder) -> Models:
    """The classifiers, from `cache` if the examples, the glossary and the embedder are those it was made of.

    Raises:
        ConfigurationError: an example file is wrong.
    """
    folder, glossary = playbook / "examples", playbook / "glossary" / "hong_kong.yaml"
    features = Features(embedder, Lexicon.read(glossary))
    stamp = f"{digest(folder, glossary)}-{embedder.name}-{_VERSION}"
    once = _Once(features)
    made = {
        name: _one(name, examples, once, cache / f"{name}-{stamp}.npz")
        for name, examples in sources(folder).items()
    }
    kept = cache / f"hearing-{stamp}.npz"
    return Models(features, **made, hearing=_hearing(folder, once, kept))


class _Once:
    """The features of examples; most teach several classifiers, and to embed one takes its time."""

    def __init__(self, features: Features) -> None:
        self._features = features
        self._rows: dict[str, csr_matrix] = {}

    def __call__(self, texts: Sequence[str]) -> csr_matrix:
        new = [text for text in dict.fromkeys(texts) if text not in self._rows]
        if new:
            matrix = self._features(new)
            self._rows |= {text: matrix[place] for place, text in enumerate(new)}
        return csr_matrix(vstack([self._rows[text] for text in texts], format="csr"))


def _hearing(folder: Path, features: _Once, path: Path) -> Hearing:
    if path.exists():
        return Hearing.load(path)
    found = lessons(folder)
    log.info("learning", classifier="hearing", examples=len(found))
    made = Hearing.fit(features([one.text for one in found]), found)
    made.save(path)
    return made


def _one(
    name: str, examples: Callable[[], Sequence[Example]], features: _Once, path: Path
) -> Classifier:
    if path.exists():
        return Classifier.load(path)
    found = examples()
    log.info("learning", classifier=name, examples=len(found))
    made = Classifier.fit(features([e.text for e in found]), [e.label for e in found])
    made.save(path)
    return made


def _thinned(examples: list[Example], every: int) -> list[Example]:
    return examples[::every]
