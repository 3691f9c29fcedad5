"""What a message gives away before it is understood: what it reports, its mood, whether it attacks."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from domain.reading import Screening
from understanding.acts import agrees
from understanding.clauses import split
from understanding.cues import report_weight
from understanding.hearing import HEARD
from understanding.models import ALARMS, NONE, REPORT, Models
from understanding.normalise import clean
from understanding.plain_alarms import threatens, told_plainly
from understanding.talk import asks_who_it_is

SURE = 0.55
SURE_IN_REQUEST = 0.85
PLAINLY = 0.6
# Words that make a report into something supposed, told of others, or denied.
_SUPPOSED = re.compile(
    r"如果|假如|萬一|万一|要是|倘若|假設|假设|若果|一旦|\bif\b|\bwhat if\b|\bsuppose|\bin case\b|\bwould you\b|hypothetical",
    re.I,
)
_OTHERS = re.compile(
    r"隔籬|隔壁|另一間|另一间|另一家|第二間|其他(?:公司|店|舖)|別家|别家|別的店|别的店|朋友(?:話|說|说|喺)|新聞|新闻|報紙|报纸|聽講|听说|聽說|"
    r"another (?:shop|store|company)|other (?:shop|store|company|brand)|competitor|the news|newspaper|next door|a friend",
    re.I,
)
_DENIED = re.compile(
    r"冇事|無事|没事|沒事|冇問題|冇爛|冇壞|冇遲|(?:件|啲)嘢(?:都)?冇|只係(?:想)?問|只是(?:想)?(?:問|问)|隨便問|随便问|想問下啫|純粹問|"
    r"nothing(?:'s| is)? wrong|just (?:asking|curious|wondering)|only (?:asking|wondered|wondering)|no problem with|arrived fine|not complaining",
    re.I,
)
_WANTS_ONE = re.compile(
    r"轉|转|搵|找|叫|聯絡|联络|聯繫|联系|覆我|回我|contact|call me|駁|接|我要|想要|想同|想跟|speak|talk(?!ing)|transfer|connect|put me|\bwant\b|\bneed\b|get me",
    re.I,
)
_ABOUT_HOURS = 0.8
_CALM = 0.45  # what is left of anger that only the mood shows
_HALVED = 0.5
_HEARD = 0.6  # the anger of one in whom it is just heard
_HAPPY = 0.5
_PLAINER = 0.5
_PLAINER_IN_REQUEST = 0.4
_PLAINER_IN_DOUBT = 0.4
_AGAINST = -0.6
_PLAINLY = 0.35  # how plainly an alarm is heard that no example of a report is like
_FAINTLY = 0.1
_NOTHING = 0.7  # from here on a message is like those that report nothing
_TONE = 0.15  # below it the mood shows no anger at all
_SETTLED = frozenset({"wrong_item", "fault", "refund_late"})  # by a tool: no alarm is made of them
SURE_THREAT = 0.3  # with a court or a lawyer named, a complaint needs no more
_DAMPED = 0.25
_NEAR = 0.2
# These speak of data, codes and people, and attack nobody.
_HONEST = frozenset({"privacy", "code_given", "suspicious", "person"})
_BARE = re.compile(r"[A-Za-z#]*[-\w]*\d[-\w]*")  # identifiers: nothing is reported by naming one
_PLAIN_KINDS = frozenset(
    {"person", "privacy", "suspicious", "code_given"}
)  # asked for, not reported
_LONGEST = 6  # clauses looked at one by one
_SAYING = 2  # characters besides an identifier that a report needs
_SHORTEST = 4  # characters below which a clause reports nothing by itself
_HINTED = 0.06  # what the whole message must give a label for one clause of it to count
# Many harmless requests in one message look like nothing that was learnt, so an attack has to show in some clause of
# it; and a clause that is one by itself stays one between ordinary requests.
_HARMLESS = 0.01
_OPENLY = 0.85


class EmbeddedScreener:
    """Implements `Screener` without a language model."""

    def __init__(self, models: Models) -> None:
        self._models = models

    def screen(self, text: str) -> Screening:
        """Signals, mood and attack of one message."""
        return self.screen_all([text])[0]

    def screen_all(self, texts: list[str]) -> list[Screening]:
        return [self._one(clean(text)) for text in texts]

    def _one(self, text: str) -> Screening:
        if (
            len(re.sub(r"[\W_]", "", _BARE.sub("", text, count=1) if _BARE.match(text) else text))
            < _SAYING
        ):
            return Screening()
        if agrees(text):
            return Screening()  # a yes reports nothing
        pieces = [text]
        clauses = [clause.text for clause in split(text) if len(clause.text) >= _SHORTEST]
        if len(clauses) > 1:
            pieces += clauses[:_LONGEST]
        matrix = self._models.features(pieces)
        mood = dict(
            zip(self._models.mood.labels, self._models.mood.scores(matrix[:1])[0], strict=True)
        )
        heard = self._heard(matrix, happy=mood["positive"] >= _HAPPY)
        if _supposed(text) and not threatens(text):
            heard["alarm"] -= _PLAINER_IN_DOUBT
        heard["tone"] = float(mood["angry"])
        signals = self._signals(text, matrix, heard)
        anger = _as_share(heard["anger"]) if "anger" in signals else _CALM * float(mood["angry"])
        doubt = _DAMPED if signals & _HONEST else 1.0
        return Screening(
            signals=signals,
            anger=anger,
            negative=float(min(1.0, max(anger, mood["angry"] * _HALVED) + mood["negative"])),
            injection=self._attack(matrix) * doubt,
        )

    def _heard(self, matrix: Any, *, happy: bool) -> dict[str, float]:
        """How plainly an alarm, anger and the wish for a person are heard; above 0 they are."""
        scores = self._models.hearing.scores(matrix)
        best = scores[0]
        if len(scores) > 1:
            # A clause lacks what surrounds it: it has to be plainer, and the whole must not speak against it.
            clauses = scores[1:].max(axis=0) - _PLAINER
            best = np.where(scores[0] > _AGAINST, np.maximum(best, clauses), best)
        heard = dict(zip(HEARD, best.tolist(), strict=True))
        heard["alarm"] -= _PLAINER_IN_REQUEST if self._asks(matrix[:1]) else 0.0
        heard["anger"] -= _PLAINER_IN_REQUEST if happy else 0.0
        return heard

    def _attack(self, matrix: Any) -> float:
        """An attack by the whole message that some clause hints at, or by one clause that the whole hints at."""
        place = self._models.injection.labels.index("attack")
        whole, *clauses = self._models.injection.scores(matrix)[:, place].tolist()
        if not clauses:
            return float(whole)
        worst = max(clauses)
        if worst < _HARMLESS:
            return 0.0
        return float(max(whole, worst) if worst >= _OPENLY and whole >= _HARMLESS else whole)

    def _signals(self, text: str, matrix: Any, heard: dict[str, float]) -> frozenset[str]:
        """What is reported: what it is by the examples of each report, and whether it is one by what is heard."""
        found = self._reported(text, matrix)
        plain = told_plainly(text)
        # Rage alone sounds like an incident, and so does a defect that a tool settles.
        needed = _PLAINLY if heard["anger"] <= 0 and not found & _SETTLED else 2 * _PLAINLY
        if heard["alarm"] > needed and not found & ALARMS:
            found |= {self._likeliest(text, matrix)}
        elif heard["alarm"] < _AGAINST:
            found -= ALARMS - plain
        # Two readings of anger: where they disagree, the plainer one is believed.
        in_tone = "anger" in found and heard["tone"] >= _TONE
        calm = _FAINTLY if self._reports(matrix[:1]) else _PLAINLY
        if heard["anger"] > (_AGAINST if in_tone else calm):
            found |= {"anger"}
        elif "anger" not in plain:
            found -= {"anger"}
        found = found | {"person"} if heard["person"] > 0 else found - {"person"}
        if "person" in found and self._asks_for_hours(text, matrix[:1]):
            found -= {"person"}
        if asks_who_it_is(text) and not _WANTS_ONE.search(text):
            found -= {"person", "anger"}
        return found

    def _reports(self, row: Any) -> bool:
        """May the message report something at all, by what it is like?"""
        none = self._models.signals.labels.index(NONE)
        return float(self._models.signals.scores(row)[0, none]) < _NOTHING

    def _likeliest(self, text: str, matrix: Any) -> str:
        """Which alarm it is, where it is one."""
        scores = self._models.signals.scores(matrix).max(axis=0)
        weighed = {
            label: float(score) * report_weight(label, text)
            for label, score in zip(self._models.signals.labels, scores, strict=True)
            if label in ALARMS
        }
        return max(weighed, key=weighed.__getitem__)

    def _reported(self, text: str, matrix: Any) -> frozenset[str]:
        scores = self._models.signals.scores(matrix)
        labels = self._models.signals.labels
        best = scores[0]
        if len(scores) > 1:
            # A clause lacks what surrounds it: it has to be surer, and the whole must not speak against it.
            clauses = 0.8 * scores[1:].max(axis=0)
            best = np.where(scores[0] >= _HINTED, np.maximum(best, clauses), best)
        asks = self._asks(matrix[:1])
        supposed = _supposed(text)
        found = set()
        for label, score in zip(labels, best, strict=True):
            weight = report_weight(label, text)
            threat = label == "complaint" and threatens(text)
            weight *= _DAMPED if supposed and not threat and label not in _PLAIN_KINDS else 1.0
            needed = SURE_IN_REQUEST if asks and label not in _PLAIN_KINDS else SURE
            needed = SURE_THREAT if threat else needed
            if label != NONE and score * weight >= needed:
                found.add(label)
        if "suspicious" in found and best[labels.index("code_given")] >= _NEAR:
            found.add("code_given")  # told it already or not: the graver reading is the safer one
        if not supposed:
            found |= told_plainly(text)
        return frozenset(found)

    def _asks_for_hours(self, text: str, row: Any) -> bool:
        """When people answer is a question; it asks for nobody."""
        scores = self._models.topics.scores(row)[0]
        at_hours = scores[self._models.topics.labels.index("human_hours")]
        return bool(at_hours >= _ABOUT_HOURS) and not _WANTS_ONE.search(text)

    def _asks(self, row: Any) -> bool:
        """Is the message plainly a request or a question? Then a report in it has to be surer."""
        scores = self._models.tasks.scores(row)[0]
        best = int(scores.argmax())
        return float(scores[best]) >= PLAINLY and self._models.tasks.labels[best] != REPORT


def _supposed(text: str) -> bool:
    """Is it supposed, told of others, or denied?"""
    return any(words.search(text) for words in (_SUPPOSED, _OTHERS, _DENIED))


def _as_share(margin: float) -> float:
    """How angry, from how plainly it is heard."""
    return float(min(1.0, _HEARD + max(0.0, margin) * (1 - _HEARD)))
