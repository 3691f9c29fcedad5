"""Half a value corrected: `9D, not 9B` changes that part of an address or of a number and leaves the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping

# A piece of a value: a flat, a floor, some digits, or a few Chinese characters of a name.
_PIECE = (
    r"[A-Za-z0-9][A-Za-z0-9/&.'-]{0,20}(?:樓|楼|室|號|号|座|期|層|层)?|"
    r"[\u4e00-\u9fff]{1,6}?(?:樓|楼|室|號|号|座|街|道|路)?"
)
_NOUN = r"(?:(?:flat|unit|room|rm|tower|block|floor|no\.?|number)\s*)?"
_NOT = r"(?:唔係|唔是|不是|不係|而不是|而唔係|並非|并非|not|isn'?t|instead of|rather than)"
_IS = r"(?:應該係|應該是|应该是|應為|应为|其實係|其实是|而係|而是|係|是|it'?s|is|but|should be|make it|use)"
_PAUSE = r"[\s,，、;；:：.。—–-]*"
_ENDS = r"(?=$|[\s,，。.!！呀啊喎㗎嘅的先至才])"
_NEW_FIRST = re.compile(
    rf"(?:(?:應該|应该|其實|其实)?[係是])?(?P<new>{_PIECE}){_PAUSE}(?:and )?"
    rf"{_NOT}\s*(?:the )?{_NOUN}(?P<old>{_PIECE}){_ENDS}",
    re.I,
)
_OLD_FIRST = re.compile(
    rf"{_NOT}\s*(?:the )?{_NOUN}(?P<old>{_PIECE}){_PAUSE}{_IS}\s*(?:the )?{_NOUN}(?P<new>{_PIECE}){_ENDS}",
    re.I,
)
_TURNED = re.compile(
    rf"(?P<old>{_PIECE})\s*(?:寫錯|写错|打錯|打错|改做|改成|改為|改为|改返做|換成|换成|"
    rf"should (?:be|read)|to)\s*(?:咗|了)?"
    rf"{_PAUSE}{_IS}?\s*{_NOUN}(?P<new>{_PIECE}){_ENDS}",
    re.I,
)
_PLACED = re.compile(
    r"(?P<noun>flat|unit|room|rm|tower|block)\s*(?P<new>[A-Za-z0-9]{1,5})(?![A-Za-z0-9])|"
    r"(?P<new_zh>[A-Za-z0-9]{1,4})(?P<noun_zh>室|樓|楼|座|期|層|层|號|号)",
    re.I,
)
_FLAT = re.compile(r"(?<![A-Za-z0-9-])(?:\d{1,3}[A-Za-z]|[A-Za-z]\d{1,3})(?![A-Za-z0-9-])")
_SHORT = 24  # in so few words a bare 9D can only mean the flat
_LONGEST = 60  # a longer message says the whole thing
SLOTS = ("address", "order", "invoice", "booking", "title", "tax_id", "email")


def swapped(slots: Mapping[str, str], text: str) -> dict[str, str]:
    """The values of a request with the part that was wrong put right; empty when nothing is put right."""
    for pattern in (_NEW_FIRST, _OLD_FIRST, _TURNED):
        for match in pattern.finditer(text):
            found = _put(slots, match["old"], match["new"])
            if found:
                return found
    address = slots.get("address", "")
    if not address or len(text) > _LONGEST:
        return {}
    return _placed(address, text) or (_flat(address, text) if len(text) <= _SHORT else {})


def _put(slots: Mapping[str, str], old: str, new: str) -> dict[str, str]:
    """The first slot in which the wrong piece stands once."""
    for name in SLOTS:
        value = slots.get(name, "")
        places = [match for match in _where(old, value, whole=name == "address")]
        if len(places) == 1 and old.lower() != new.lower():
            at = places[0]
            return {name: value[: at.start()] + _cased(new, at[0]) + value[at.end() :]}
    return {}


def _where(old: str, value: str, *, whole: bool) -> list[re.Match[str]]:
    """In an address 9B is no part of 19B; of a number the last digits may be said alone."""
    around = (r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])") if whole and old.isascii() else ("", "")
    found = list(re.finditer(f"{around[0]}{re.escape(old)}{around[1]}", value, re.I))
    return found[-1:] if not whole and old.isdigit() else found


def _cased(new: str, old: str) -> str:
    return new.upper() if old.isupper() and new.isascii() else new


def _placed(address: str, text: str) -> dict[str, str]:
    """`Sorry, flat 9D`: the same kind of place as one in the address, and nothing else of an address."""
    places = list(_PLACED.finditer(text))
    if len(places) != 1:
        return {}
    place = places[0]
    english = place["noun"] is not None
    noun, new = (place["noun"], place["new"]) if english else (place["noun_zh"], place["new_zh"])
    pattern = (
        rf"({noun}\s*)([A-Za-z0-9]{{1,5}})(?![A-Za-z0-9])"
        if english
        else rf"()([A-Za-z0-9]{{1,4}})(?={noun})"
    )
    stands = list(re.finditer(pattern, address, re.I))
    if len(stands) != 1 or stands[0][2].lower() == new.lower():
        return {}
    at = stands[0]
    return {"address": address[: at.start(2)] + _cased(new, at[2]) + address[at.end(2) :]}


def _flat(address: str, text: str) -> dict[str, str]:
    """`Oh wait, 9D`, where the address has one such flat."""
    said, stands = list(_FLAT.finditer(text)), list(_FLAT.finditer(address))
    if len(said) != 1 or len(stands) != 1 or said[0][0].lower() == stands[0][0].lower():
        return {}
    at = stands[0]
    return {"address": address[: at.start()] + _cased(said[0][0], at[0]) + address[at.end() :]}
