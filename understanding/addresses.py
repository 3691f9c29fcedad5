"""Take the new delivery address out of a message, whole, and nothing that is not part of it."""

from __future__ import annotations

import re

from understanding.address_words import EVIDENCE, LEAD, NEGATED, REQUEST, STRIP, TAIL, TRIGGER
from understanding.normalise import both_scripts, fold

_PART = re.compile(r"[,，、\n]", re.ASCII)
# "to my sister: House 7, ..." and 新址：... say whose it is first.
_NAMED = re.compile(r"[^,，:：\d\n]{1,24}[:：]\s*")
_SYMBOLS = re.compile("[\\s\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]+$")
_START = re.compile(r"(?<!no)(?<!rm)(?<!rd)(?<!st)\.\s+|[,，。!！?？;；:：\n]\s*", re.ASCII)
_ABOUT_ADDRESS = re.compile(both_scripts(r"地址|送|寄|搬|address|deliver|moved"), re.ASCII)
LONGEST = 200
_MOST = 12


def address(text: str) -> str | None:
    """The new address, as it was written; None when the message gives none."""
    seen = fold(text)
    best: str | None = None
    for match in list(TRIGGER.finditer(seen))[-_MOST:]:
        if NEGATED.search(seen[: match.start()]):
            continue
        found = _read(text, seen, match.end())
        if found and _is_address(found, led=True):
            best = found
    return best or _unled(text, seen)


def _read(text: str, seen: str, start: int) -> str | None:
    """Read on from a place: part by part, for as long as the parts belong to an address."""
    lead = LEAD.match(seen, start)
    start = lead.end() if lead else start
    named = _NAMED.match(seen, start)
    if named and not _evidence(named[0]):
        start = named.end()
    end, at = start, start
    while at < len(text) and at - start < LONGEST:
        comma = _PART.search(seen, at)
        stop = comma.start() if comma else len(text)
        tail = TAIL.search(seen, at)
        cut = min(stop, tail.start() if tail else stop)
        part = seen[at:cut]
        if part.strip() and not _belongs(part, text[at:cut], first=at == start):
            break
        end = cut if part.strip() else end
        if cut < stop or not comma:
            break
        at = comma.end()
    found = _SYMBOLS.sub("", text[start:end]).strip(STRIP)
    return found or None


def _belongs(part: str, raw: str, *, first: bool) -> bool:
    evidence = _evidence(part)
    if evidence and not (REQUEST.search(part) and len(evidence) < 2):
        return True
    if first or REQUEST.search(part):
        return bool(evidence)
    words = raw.split()
    short = len(words) <= 4 and len(part.strip()) <= 30
    named = all(
        word[:1].isupper() or word[:1].isdigit() or not word[:1].isascii() for word in words
    )
    return short and named and not (len(part.strip()) > 8 and not part.isascii())


def _evidence(text: str) -> set[str]:
    folded = fold(text)
    return {kind for kind, pattern in EVIDENCE.items() if pattern.search(folded)}


def _is_address(text: str, *, led: bool) -> bool:
    """A district alone is no address: something must say where in it."""
    evidence = _evidence(text)
    where, exact = (
        evidence & {"road", "building", "place"},
        evidence & {"number", "unit", "building"},
    )
    if len(evidence) >= 3:
        return True
    return bool(where and exact) and (
        len(evidence) >= 2 if led else "road" in evidence or "unit" in evidence
    )


def _unled(text: str, seen: str) -> str | None:
    """An address that is simply there, as in an answer to the question for it."""
    led = bool(_ABOUT_ADDRESS.search(seen))
    breaks = list(_START.finditer(seen))[:_MOST]
    # What follows a colon is more likely the address than what precedes it.
    led_in = [match.end() for match in breaks if match[0].strip() in (":", "：")]
    for start in [*led_in, 0, *[match.end() for match in breaks]]:
        found = _read(text, seen, start)
        opening = _PART.split(fold(found))[0] if found else ""
        if found and _is_address(found, led=led) and not REQUEST.search(opening):
            return found
    return None
