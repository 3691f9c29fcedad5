"""What a question is about: one of the topics that the company's rules answer, or anything else."""

from __future__ import annotations

import re

from domain.conversation import ASK, Task
from understanding.examples import QUESTION
from understanding.models import Models
from understanding.normalise import both_scripts, fold

SURE_TOPIC = 0.5
_ABOUT_DELIVERY = frozenset({"find_order", "track_parcel", QUESTION, "chase_delivery"})
_WEATHER = (
    "台风",
    "风球",
    "黑色暴雨",
    "typhoon",
    "rainstorm",
    "打风",
    "挂波",
    "黑雨",
    "t8",
    "signal 8",
    "signal no. 8",
    "signal 10",
)
_PRICE_MATCH = re.compile(
    both_scripts(
        r"跟價|價保|保價|格價|(?:其他|第二|別|隔籬)(?:間|家|舖|店|處)[^,，。]{0,8}平|比別(?:人|家)便宜|"
        r"price[- ]?match|(?:match|beat)(?: the| any| other| their)*[^,.]{0,24}prices?|"
        r"cheaper (?:elsewhere|at another|somewhere|than)"
    ),
    re.ASCII,
)
_IN_TIME = re.compile(
    both_scripts(
        r"來得及|嚟得切|趕得(?:切|及)|(?:趕|嚟)唔(?:趕|嚟)得(?:切|及)|過(?:咗|了)?(?:期|限)|仲[退換]唔[退換]|"
        r"(?:仲|還)(?:可以|能|得)[^,，。]{0,4}[退換]|too late|in time|still (?:return|exchange|"
        r"send|go back|possible)|"
        r"past the (?:deadline|window)"
    ),
    re.ASCII,
)
_RULE_OF = {"return_order": "return_policy", "refund_order": "return_policy"}
_PRICED = frozenset({QUESTION, "quote_price"})
_READ_ONLY = frozenset({QUESTION, "show_tutorial", "find_order", "check_stock", "out_of_scope"})
_SUPPOSED = re.compile(
    both_scripts(
        r"如果|假如|萬一|要是|倘若|假設|若果|一旦|\bif\b|\bwhat if\b|\bsuppose|\bin case\b"
    ),
    re.ASCII,
)
_DANGER = re.compile(
    both_scripts(
        r"出煙|冒煙|起火|著火|着火|火花|漏電|觸電|電親|燶味|燒焦|過熱|發燙|爆炸|smok(?:e|ing)|"
        r"catch(?:es)? fire|on fire|sparks?|electric shock|overheat|explod|burning smell"
    ),
    re.ASCII,
)


class Questions:
    """Makes the task of a question."""

    def __init__(self, models: Models) -> None:
        self._models = models

    def question(self, text: str) -> Task:
        """The question with its topic; `other_question` where none is likelier than not."""
        topic, chance = self.topic(text)
        return self.of_topic(topic if chance >= SURE_TOPIC else "other_question", text)

    def topic(self, text: str) -> tuple[str, float]:
        """The likeliest topic of a text, and how likely it is."""
        scores = self._models.topics.scores(self._models.features([text]))[0]
        best = int(scores.argmax())
        return self._models.topics.labels[best], float(scores[best])

    @staticmethod
    def of_topic(topic: str, text: str) -> Task:
        return Task(id="", kind=ASK, slots={"topic": topic}, text=text)

    def told_by_words(self, label: str, text: str) -> str | None:
        """The topic that words of weather or danger decide, whatever order or product is named."""
        if label in _ABOUT_DELIVERY and self._speaks_of_weather(text):
            return "weather"
        seen = fold(text)
        if label in _READ_ONLY and _SUPPOSED.search(seen) and _DANGER.search(seen):
            return "safety_policy"
        if label in _PRICED and _PRICE_MATCH.search(seen):
            return "other_question"
        return None

    def in_time(self, label: str, text: str) -> Task | None:
        """Whoever asks whether it is still in time is told the rule beside the offer."""
        topic = _RULE_OF.get(label)
        asks = topic is not None and _IN_TIME.search(fold(text))
        return self.of_topic(topic, text) if topic and asks else None

    def _speaks_of_weather(self, text: str) -> bool:
        plain = self._models.features.lexicon.plain(text)
        return any(word in plain for word in _WEATHER)
