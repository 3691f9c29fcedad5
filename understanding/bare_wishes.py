"""A wish in two words, such as `want to cancel`: too short to be learnt from, plain enough to be read."""

from __future__ import annotations

import re

from domain.reading import CustomerRecords
from understanding.acts import forbids
from understanding.normalise import both_scripts, fold
from understanding.utterance import Utterance

_LEAD = (
    r"(?:我|我哋|我們|想|諗住|諗緊|要|想要|打算|幫我|請|唔該|麻煩|可唔可以|可以|可不可以|能不能|而家|依家|都係|即係|其實|"
    r"hi|hello|i|we|want(?:ed)?|wanna|need|like|would|'d|wish|to|please|pls|can|could|you|me|just|a|my|the|"
    r"ngo|soeng|[\s,，.。!！?？~、'’])*"
)
_TAIL = (
    r"(?:佢|咗|呀|啊|啦|喇|吖|㗎|嘅|下|吓|一下|先|了|吧|返|番|張單|個單|單|訂單|嘢|東西|件貨|something|it|this|one|an?|the|my|order|"
    r"please|pls|plz|thanks?|唔該|麻煩|得唔得|可以嗎|[\s,，.。!！?？~])*"
)
_WISHES = {
    "cancel_order": r"取消|cancel|唔要(?=張單|個單)",
    "refund_order": r"退款|退錢|refund|money back",
    "return_order": r"退貨|return|send back",
    "exchange_item": r"換貨|exchange|swap",
    "change_address": r"改地址|change (?:the |my )?(?:delivery )?address",
}
_PATTERNS = {
    kind: re.compile(rf"^{both_scripts(_LEAD)}(?:{both_scripts(verb)}){both_scripts(_TAIL)}$")
    for kind, verb in _WISHES.items()
}


def wished(utterance: Utterance, records: CustomerRecords) -> str | None:
    """The kind of task that a line of the message is nothing but the wish for."""
    for line in utterance.text.splitlines():
        seen = fold(line).strip()
        kind = next((name for name, pattern in _PATTERNS.items() if pattern.match(seen)), None)
        if kind and not forbids(line):
            only_stays = kind == "cancel_order" and records.bookings and not records.orders
            return "cancel_booking" if only_stays else kind
    return None
