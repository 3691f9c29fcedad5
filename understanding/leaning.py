"""What plain words and named records say about what a piece asks for, beside what was learnt from examples."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from understanding.cues import request_weight
from understanding.examples import QUESTION

Row = npt.NDArray[np.float64]
_AGAINST = 0.1  # what is left of a request that the plain words speak against
# Where the named record is of the one kind, a request for the other kind means this one.
_SAME_OF = {
    "booking": {"cancel_order": "cancel_booking"},
    "order": {"cancel_booking": "cancel_order"},
}
_MONEY_BACK = re.compile(
    r"退款|退費|退费|退(?:返|番|回|还|還)?(?:晒|曬|咗)?(?:啲|我|點|点|些)?(?:錢|钱|款)|(?:錢|钱)(?:退|還|还)|"
    r"refund|money back|reimburse|teoi cin",
    re.I,
)
_GOODS_BACK = re.compile(
    r"退(?:換)?貨|退(?:换)?货|退件|退倉|寄返|寄回|寄還|寄还|送返|送回|交返|收返|收走|取回|退貨|"
    r"\breturn|(?:send|ship)\w* .{0,12}back|go(?:es)? back",
    re.I,
)
_STILL_BACK = re.compile(
    r"(?:仲|還|还)(?:可以|能|得|可唔可以|能不能)?.{0,3}退(?:唔退|不退|得|到|嗎|吗|$)|"
    r"退唔退[得到]|can (?:i|it|we) still (?:return|be returned|go back)",
    re.I,
)
_CHANGE = re.compile(
    r"退|換|换|取消|改|refund|return|exchange|swap|cancel|change|send .{0,10}back", re.I
)
_WOULD_IT = re.compile(
    r"得唔得|得嗎|得吗|得未|可唔可以|可不可以|可以嗎|可以吗|行嗎|行吗|行不|好唔好|好嗎|好吗|能不能|能否|"
    r"唔(?:退|換|改)(?:得|到)|(?:退|換|换|改)(?:得|到)(?:嗎|吗|咩|未)|(?:嚟|來|来)(?:得|唔|不|的)?(?:得)?(?:切|及)|趕得|赶得|"
    r"\b(?:can|could|may) (?:i|you|we|it)\b|\bstill (?:time|possible|return|refund|exchange|go|able)|too late",
    re.I,
)
_GENERALLY = re.compile(
    r"一般(?!都唔|般)|通常|平時|平时|普遍|政策|規定|规定|in general|generally|usually|normally|"
    r"typical|on average|policy",
    re.I,
)
_MINE = re.compile(r"我(?:張|张|嗰|個|个|的|嘅|那|這|这|件|筆|笔|單|单)|\bmy\b|\bmine\b", re.I)
# A price or a stock is told from the catalogue, however general the question.
_NEVER_GENERAL = frozenset({"quote_price", "check_stock", "show_tutorial", "check_balance"})
_AMENITY = re.compile(
    r"早餐|寵物|宠物|[隻只條条](?:小)?[狗貓猫犬]|泳池|健身|wi-?fi|停車|停车|泊車|行李|吸煙|吸烟|食煙|抽煙|抽烟|熨斗|風筒|吹风|吹風|"
    r"浴缸|接送|接機|接机|嬰兒床|婴儿床|加床|洗衣|冷氣|空调|毛巾|牙刷牙膏|電梯|电梯|"
    r"breakfast|\bpets?\b|\bdogs?\b|\bcats?\b|pool|\bgym\b|parking|luggage|smok\w+|\biron\b|"
    r"hair ?dryer|bathtub|shuttle|"
    r"\bcots?\b|laundry|towels?|\bkettle in|\blift\b",
    re.I,
)
_BOOKING = re.compile(
    r"訂|订|預約|预约|空房|幾錢|几钱|多少钱|多少錢|房價|房价|\d\s*[月號号日晚]|book|reserv|"
    r"availab|vacan|how much|price|rate\b|nights?",
    re.I,
)
_CHEAPER = re.compile(
    r"平[啲D些]|便宜|折|優惠|优惠|減價|幾錢|几钱|多少[錢钱]|總數|总共|報價|报价|cheaper|discount|"
    r"how much|price|quote|deal",
    re.I,
)
_SEVERAL = re.compile(
    r"\d{1,5}\s?[個个件隻只支枝張张部盒箱套把樽瓶盞盏包對对條条台]|[二兩两三四五六七八九十廿百千]+[個个件隻只支枝張张部盒箱套把樽瓶盞盏包對对條条台]|"
    r"\b\d{2,5} [a-z]|\b(?:dozen|hundred|\d+ ?pcs|pieces)\b",
    re.I,
)
_TOWARDS = 10.0  # how much likelier a price is meant where so many of a product are priced
_STAYS = frozenset({"find_rooms", "book_room", "change_booking"})


def leaned(row: Row, labels: Sequence[str], text: str, named: Collection[str]) -> Row:
    """The probabilities of a piece after its plain words; `named` are the kinds of thing it names."""
    moved = _to_the_named_kind(row, labels, named)
    weights = np.array(
        [_weight(label, text, named) * request_weight(label, text) for label in labels]
    )
    weighed = moved * weights
    return np.asarray(weighed / weighed.sum())


def _to_the_named_kind(row: Row, labels: Sequence[str], named: Collection[str]) -> Row:
    moved = row.copy()
    for meant, instead in _meant(named):
        if meant in labels and instead in labels:
            moved[labels.index(instead)] += moved[labels.index(meant)]
            moved[labels.index(meant)] = 0.0
    return moved


def _meant(named: Collection[str]) -> Iterator[tuple[str, str]]:
    """Only where one kind alone is named can it be said which is meant."""
    kinds: list[Mapping[str, str]] = [_SAME_OF[kind] for kind in _SAME_OF if kind in named]
    if len(kinds) == 1:
        yield from kinds[0].items()


def _weight(label: str, text: str, named: Collection[str]) -> float:
    if label == "return_order" and _MONEY_BACK.search(text) and not _GOODS_BACK.search(text):
        return _AGAINST
    if label == "find_refund" and named and _STILL_BACK.search(text):
        return _AGAINST
    if label == "refund_order" and _GOODS_BACK.search(text) and not _MONEY_BACK.search(text):
        return _AGAINST
    if label == "quote_price":
        priced = "sku" in named and _CHEAPER.search(text) and _SEVERAL.search(text)
        return _TOWARDS if priced else 1.0
    if label == QUESTION:
        asks_for_it = "order" in named or "booking" in named
        return _AGAINST if asks_for_it and _CHANGE.search(text) and _WOULD_IT.search(text) else 1.0
    if label in _STAYS and _AMENITY.search(text) and not _BOOKING.search(text):
        return _AGAINST
    general = not set(named) - {"sku"} and _GENERALLY.search(text) and not _MINE.search(text)
    is_request = "_" in label and label not in _NEVER_GENERAL
    return _AGAINST if general and is_request else 1.0
