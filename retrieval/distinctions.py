"""Finds the words that set one subject apart from another: its colour, its place, its kind of customer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from retrieval.quantities import flat

# Words of which one excludes the other. The first word of a list is the name of what it stands for.
_CLASSES: Mapping[str, str] = {
    "colour": "黑色|black/白色|white/红色|red/蓝色|blue/绿色|green/银色|silver/灰色|grey/粉红|pink",
    "size": "大号|大码|大型|large|big/中码|medium/小号|细码|小型|small",
    "tier": "白金|platinum/(?<!白)金卡|gold/银卡|silver/普通会员|basic/钻石|diamond/plus",
    "day": "星期一至五|平日|周一至周五|weekdays?|monday to friday/星期六日|周末|星期六至日|weekends?/"
    "公众假期|假日|public holidays?/星期六(?!日)|周六|saturdays?/星期日|周日|sundays?/星期一(?!至)|mondays?",
    "place": "铜锣湾|causeway bay/荃湾|tsuen wan/旺角|mong kok/中环|central/沙田|sha tin/尖沙咀|tsim sha tsui/"
    "观塘|kwun tong/九龙|kowloon/新界|new territories/离岛|outlying islands?/偏远|remote/"
    "香港|hong kong/澳门|macau|macao/内地|大陆|mainland/台湾|台北|taiwan|taipei/日本|japan/欧洲|europe/"
    "海外|overseas/美国|usa/韩国|korea/泰国|thailand/英国|uk/新加坡|singapore",
    "speed": "普通(?!会员)|标准|standard/速递|特快|express/次日|next[- ]day/即日|same[- ]day",
    "plan": "家庭|family/个人|personal/畅游/基本|basic/商务|business class",
    "room": "单人|single/双人|double/海景|sea[- ]view/套房|suite",
    "person": "成人|adults?/儿童|小童|child(?:ren)?|kids?/长者|seniors?|elderly/学生|students?/婴儿|bab(?:y|ies)",
    "customer": "会员|members?/员工|staff/企业|商业|trade|business customers?/新客|new customers?",
    "state": "(?<!未)(?<!没有)已?开封|(?<!un)(?<!un-)opened/未开封|未拆封|unopened/瑕疵|损坏|faulty|defective",
    "channel": "网上|网店|online/门店|门市|in[- ]store/电话订|by phone",
    "means": "信用卡|credit card/支票|cheques?/现金|cash/转账|transfer/支付宝|alipay/微信|wechat/八达通|octopus",
    "occasion": "圣诞|christmas/春节|农历新年|new year/生日|birthday/中秋/复活节|easter/国庆",
    "stay": "退房|check(?:ing)?[- ]?out/入住|check(?:ing)?[- ]?in",
    "extent": "全数|全额|in full/一半|半数|half the",
    "deed": "退款|refund\\w*/换货|exchange\\w*",
    "late": "迟|逾期|late/提早|提前|early",
    "material": "铸铁|cast[- ]iron/碳钢|carbon[- ]steel/不锈钢|stainless/玻璃|glass",
}
_CODE = re.compile(r"\b[a-z]{1,4}-?\d{1,4}[a-z]?\b")
_PLACED = re.compile(r"([\u3400-\u9fff]{2})(?=店|站|分行|酒店)")


def _member(words: str) -> re.Pattern[str]:
    parts = words.split("|")
    return re.compile(
        "|".join(rf"\b(?:{p})\b" if p[0].isascii() and p[0].isalpha() else p for p in parts)
    )


_EITHER_WAY = ("channel", "deed", "stay", "placed")  # named by one of two, they narrow nothing
Distinctions = Mapping[str, frozenset[str]]
_DISTINCT = {name: [_member(words) for words in line.split("/")] for name, line in _CLASSES.items()}


def distinctions(text: str) -> dict[str, frozenset[str]]:
    """The words of a text that set its subject apart: its colour, place, day, kind of customer."""
    plain = flat(text)
    found: dict[str, frozenset[str]] = {}
    for name, members in _DISTINCT.items():
        here = frozenset(str(at) for at, member in enumerate(members) if member.search(plain))
        if here:
            found[name] = here
    for name, pattern in (("code", _CODE), ("placed", _PLACED)):
        codes = frozenset(pattern.findall(plain))
        if codes:
            found[name] = codes
    return found


def nearest(levels: Iterable[str]) -> dict[str, frozenset[str]]:
    """The distinctions that hold for a clause: its own, or else those of the words around it."""
    found: dict[str, frozenset[str]] = {}
    for level in levels:
        for name, members in distinctions(level).items():
            found.setdefault(name, members)
    return found


def set_apart(one: Distinctions, other: Distinctions) -> bool:
    """Whether a distinguishing word says that two clauses are about different things."""
    return any(not one[name] & other[name] for name in one.keys() & other.keys())


def adds_condition(one: Distinctions, around_other: Distinctions) -> bool:
    """Whether a clause narrows its subject in a way that the other passage nowhere mentions."""
    return any(
        not members & around_other.get(name, frozenset())
        for name, members in one.items()
        if name not in _EITHER_WAY
    )
