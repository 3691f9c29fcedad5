"""Fixed sentences by key and language, filled with typed values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from domain.errors import ConfigurationError
from domain.language import Language

LANGUAGES: tuple[Language, ...] = ("yue", "zh-Hant", "zh-Hans", "en")
_WEEKDAYS = {"yue": "一二三四五六日", "zh-Hant": "一二三四五六日", "zh-Hans": "一二三四五六日"}
_EN_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FIELD = re.compile(r"\{(\w+)\}")


class Replies:
    """The playbook's sentences. Every key stands in four languages with the same fields in each."""

    def __init__(self, sentences: Mapping[str, Mapping[Language, str]]) -> None:
        self._sentences = sentences

    @classmethod
    def read(cls, folder: Path) -> Replies:
        """Read `playbook/replies`.

        Raises:
            ConfigurationError: names the key that lacks a language or differs in its fields.
        """
        sentences: dict[str, Mapping[Language, str]] = {}
        for path in sorted(folder.glob("*.yaml")):
            for key, block in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
                _check(f"{path.name}: {key}", block)
                if key in sentences:
                    raise ConfigurationError(
                        f"{path.name}: {key} stands in another file too; keep one"
                    )
                sentences[key] = block
        return cls(sentences)

    def __contains__(self, key: str) -> bool:
        return key in self._sentences

    def keys(self) -> list[str]:
        return list(self._sentences)

    def say(self, key: str, language: Language, **values: Any) -> str:
        """The sentence, filled. A value that a sentence needs and was not given is a `KeyError`."""
        sentence = self._sentences[key][language]
        named = _names(values, language)
        return _FIELD.sub(lambda match: spoken(named[match[1]], language), sentence)


def spoken(value: Any, language: Language) -> str:
    """A value as a person would write it: HK$1,450 · 9月13日（星期六） · Sat 13 Sep · a、b."""
    match value:
        case datetime():
            return f"{_day(value.date(), language)} {value:%H:%M}"
        case date():
            return _day(value, language)
        case time():
            return f"{value:%H:%M}"
        case Decimal():
            return f"HK${value:,.2f}".removesuffix(".00")
        case list() | tuple():
            return (", " if language == "en" else "、").join(spoken(one, language) for one in value)
        case _:
            return str(value)


def _day(value: date, language: Language) -> str:
    if language == "en":
        return f"{_EN_DAYS[value.weekday()]} {value.day} {_EN_MONTHS[value.month - 1]}"
    return f"{value.month}月{value.day}日（星期{_WEEKDAYS[language][value.weekday()]}）"


def _names(values: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """`item_zh` and `item_en` become `item`, in the customer's language."""
    wanted, other = ("_en", "_zh") if language == "en" else ("_zh", "_en")
    named = {key: value for key, value in values.items() if not key.endswith(other)}
    return {key.removesuffix(wanted): value for key, value in named.items()}


def _check(where: str, block: Any) -> None:
    missing = [
        language for language in LANGUAGES if not (isinstance(block, dict) and block.get(language))
    ]
    if missing:
        raise ConfigurationError(f"{where} has no sentence in {', '.join(missing)}")
    fields = {language: set(_FIELD.findall(block[language])) for language in LANGUAGES}
    if len({frozenset(one) for one in fields.values()}) > 1:
        raise ConfigurationError(f"{where} has different fields in different languages: {fields}")
