"""The few lines that say a document's title, language, audience, dates, owner and product."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import yaml

from retrieval.formats.content import Unusable

LANGUAGES = ("zh-Hant", "zh-Hans", "en", "yue")
PUBLIC, STAFF = "public", "staff"
# What the lines may be called; people who keep documents need not know English.
_NAMES = {
    "title": ("title", "標題", "标题"),
    "language": ("language", "語言", "语言"),
    "audience": ("audience", "對象", "对象"),
    "valid_from": ("valid_from", "valid from", "生效日", "生效日期"),
    "valid_until": ("valid_until", "valid until", "有效至", "有效期至"),
    "owner": ("owner", "負責人", "负责人"),
    "product": ("product", "產品", "产品"),
    "twin": ("twin", "同一份", "同一文件"),
    "draft": ("draft", "草稿"),
}
_KEYS = {name: key for key, names in _NAMES.items() for name in names}
_AUDIENCES = {
    "everyone": PUBLIC,
    "everybody": PUBLIC,
    "all": PUBLIC,
    "customers": PUBLIC,
    "internal": STAFF,
    "employees": STAFF,
    "colleagues": STAFF,
    "客人": PUBLIC,
    "公開": PUBLIC,
    "公开": PUBLIC,
    "同事": STAFF,
    "員工": STAFF,
    "员工": STAFF,
}
_NO = frozenset({"no", "false", "0", "n", "否", "不是", "唔係"})
_LONGEST = 10_000  # characters
_NESTED = (dict, list, set, tuple)
_AUDIENCE = re.compile(r"[a-z][a-z0-9_-]{1,30}")


@dataclass(frozen=True)
class About:
    """What the lines say; whatever they leave out is empty."""

    title: str = ""
    language: str = ""
    audience: str = PUBLIC
    valid_from: date | None = None
    valid_until: date | None = None
    owner: str = ""
    product: str = ""
    twin: str = ""


def split_front_matter(text: str) -> tuple[About, str]:
    """The lines between two `---` at the top, and the text below them.

    Raises:
        Unusable: a line cannot be understood.
    """
    lines = text.lstrip("\n").splitlines()
    if not lines or lines[0].strip() != "---":
        return About(), text
    for end, line in enumerate(lines[1:], 1):
        if line.strip() == "---":
            return read_about("\n".join(lines[1:end])), "\n".join(lines[end + 1 :])
    raise Unusable("front.no_end")


def read_about(text: str) -> About:
    """Lines of `name: value`.

    Raises:
        Unusable: a line cannot be understood; names it.
    """
    if len(text) > _LONGEST:
        raise Unusable("front.line", line="2")
    try:
        found = yaml.safe_load(text) or {}
    except yaml.YAMLError as fault:
        line = getattr(getattr(fault, "problem_mark", None), "line", 0) + 2
        raise Unusable("front.line", line=str(line)) from fault
    except ValueError as fault:  # a date such as 2027-02-31
        raise Unusable("front.date", name="valid_until", value=str(fault)) from fault
    except RecursionError as fault:
        raise Unusable("front.line", line="2") from fault
    # Lists within lists may be short here and endless when they are written out.
    if not isinstance(found, dict) or any(isinstance(each, _NESTED) for each in found.values()):
        raise Unusable("front.line", line="2")
    return _checked(found)


def _checked(found: Mapping[object, object]) -> About:
    values: dict[str, object] = {}
    for name, value in found.items():
        key = _KEYS.get(str(name).strip().lower())
        if key is None:
            raise Unusable("front.unknown", name=str(name), known=", ".join(_NAMES))
        values[key] = value
    if str(values.get("draft") or "no").strip().lower() not in _NO:
        raise Unusable("draft")
    about = About(
        **{key: _line(values.get(key)) for key in ("title", "owner", "product", "twin")},
        language=_language(values.get("language")),
        audience=_audience(values.get("audience")),
        valid_from=_day("valid_from", values.get("valid_from")),
        valid_until=_day("valid_until", values.get("valid_until")),
    )
    if about.valid_from and about.valid_until and about.valid_until < about.valid_from:
        raise Unusable("front.order")
    return about


def _line(value: object) -> str:
    """One line without what no screen shows; Postgres takes no NUL."""
    text = "" if value is None else str(value)
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _language(value: object) -> str:
    if value is None:
        return ""
    if value not in LANGUAGES:
        raise Unusable("front.language", value=str(value), known=", ".join(LANGUAGES))
    return str(value)


def _audience(value: object) -> str:
    if value is None:
        return PUBLIC
    word = str(value).strip().lower()
    word = _AUDIENCES.get(word, word)
    # A misspelt `public` would hide a document for ever, a misspelt `staff` would publish it.
    near = difflib.get_close_matches(word, (PUBLIC, STAFF), n=1, cutoff=0.7)
    if not _AUDIENCE.fullmatch(word) or (near and near[0] != word):
        raise Unusable("front.audience", value=str(value))
    return word


def _day(name: str, value: object) -> date | None:
    if value is None or type(value) is date:
        return value
    raise Unusable("front.date", name=name, value=str(value))
