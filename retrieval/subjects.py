"""Says what a sentence is about, in tokens that are the same in every way of saying it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from retrieval.quantities import flat

# Different words for one thing, in both kinds of Chinese and in English. The order counts: an
# earlier line takes its words away from a later one. Chinese is simplified, as `flat` leaves it.
_CONCEPTS: Mapping[str, str] = {
    "checkout": "遲?退房|离开当日|check(?:ing)?[- ]?out|departure",
    "checkin": "入住|check(?:ing)?[- ]?in|arrival",
    "refund": "退款|退钱|退还款项|入到?数|过数|refund\\w*|money back|get my money",
    "return": "无理由退货|退换货?|退货|退回|退到|退得|可退|不退|退|return\\w*|send back",
    "exchange": "换货|换到|更换|exchang\\w+",
    "freedelivery": "免运费?|免费送货|deliver\\w* (?:is |are )?free|free delivery|deliver free",
    "deliverfee": "运费|送货收费|送货费|邮费|delivery (?:cost|fee|charge)s?|shipping (?:cost|fee)s?",
    "received": "收到(?:你的|您的)?(?:货品|商品|货物?|貨|产品)|收货|签收|receipt of goods",
    "deliver": "送货|送达|送到|配送|派送|寄出|寄到|上门|deliver\\w*|ship(?:ping|ped|s)?\\b",
    "install": "安装|install\\w*",
    "warranty": "保养期?|保修期?|质保|warrant\\w+|guarantee\\w*",
    "deposit": "按金|押金|订金|定金|deposits?",
    "discount": "折扣|优惠|减价|discount\\w*|\\boff\\b",
    "monthly": "月费|每月|每个月|a month|per month|monthly",
    "minimum": "最低消费|起订量|最少订|最低|最少|minimum|at least",
    "open": "营业时间|开门|开放|开始服务|开始接听|开店|几点开|open\\w*|starts?\\b|served",
    "close": "关门|打烊|收工|clos\\w+",
    "deadline": "截止日期|截止|为止|最后一天|最后日期|前提交|deadline|last day|ends?\\b|until|book by",
    "effective": "生效日?|生效|开始实施|applies|apply|takes? effect|effective",
    "cancel": "取消|cancel\\w*",
    "change": "更改|修改|改期|改|chang\\w+|amend\\w*",
    "apply": "报名|申请|applications?|enrol\\w*",
    "renew": "续保|续约|renew\\w*",
    "invoice": "发票|invoices?",
    "title": "抬头|company name",
    "order": "落单|下单|订单|张单|订购|一张单|purchas\\w+|orders?\\b|ordering",
    "voucher": "礼券|现金券|礼品卡|vouchers?",
    "wrap": "包装费|礼物包装|包礼物|包装|包裹|wrapp?\\w*",
    "phone": "热线|电话|致电|打电话|call us|hotline|phone\\w*",
    "breakfast": "早餐|breakfast",
    "pet": "宠物|狗|猫|pets?\\b|dogs?\\b|cats?\\b",
    "parking": "泊车|停车|车位|parking|park\\b",
    "kettle": "电热水壶|水壶|热水壶|kettles?",
    "filter": "滤芯|滤水器|filters?",
    "weight": "重量|最重|上限|净重|重|weigh\\w*",
    "capacity": "容量|capacity",
    "price": "价钱|价格|售价|房价|票价|卖|price\\w*|costs?\\b",
    "shop": "门市|门店|分店|店铺|shops?\\b|stores?\\b",
    "pay": "付款|支付|俾钱|缴付|缴交|结账|pay\\w*",
    "contract": "合约期?|合同|contract\\w*|policy",
    "points": "积分|points?\\b",
    "move": "搬上楼|上楼|搬运",
    "hours": "几点|时间|hours",
}
_STOP_EN = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "with",
        "and",
        "or",
        "is",
        "are",
        "be",
        "was",
        "were",
        "it",
        "its",
        "this",
        "that",
        "these",
        "you",
        "your",
        "we",
        "our",
        "i",
        "my",
        "can",
        "may",
        "will",
        "must",
        "not",
        "no",
        "yes",
        "do",
        "does",
        "if",
        "up",
        "any",
        "all",
        "each",
        "per",
        "get",
        "have",
        "has",
        "how",
        "long",
        "what",
        "when",
        "after",
        "within",
        "before",
        "cannot",
        "bring",
        "get",
        "reach",
        "give",
        "receive",
        "as",
        "than",
        "more",
        "please",
        "there",
        "which",
        "one",
        "only",
        "take",
        "takes",
        "apply",
        "so",
        "off",
        "over",
    ]
)
_STOP_ZH = frozenset(
    "的了之后可以嘅喺咗啲都系是为于在内由起计请须要会有就先等到前每及和与或个我们你您客人一般时多久几耐幾何怎样点"
    "得俾返记留张单份将把被享获从至收费本产品该其中需即能够目前不未无唔冇没免都只须日天年月号期如常见问题须知提供另使钱付支持出示凭去拣自做求完设"
)
# What many sentences say whatever they are about: it makes no two of them alike and none different.
_FILLER = re.compile(
    "办理|搞掂|携带|范围|手续|安排|享有|购买日?期?|客户|客人|顾客|住客|用户(?!名)|现时|目前|有关|所有|任何|一般|通常|大概|大约|左右|"
    "直接|立即|即时|马上|另外|此外|详情|欢迎|递交|提交|提出|要求|进行|完成|终止|注意|留意|嘅话|方可|最迟|最多|以内|之内|"
    "以上|以下|起计|计算|算起|接受|支持|允许|调整|以后|之前|以前|额外|附加|已经|仍然|照样|同样|一样|多数|大多|考虑|包括|包含"
)
_FILLER_EN = frozenset(
    [
        "about",
        "around",
        "most",
        "usually",
        "normally",
        "done",
        "make",
        "made",
        "want",
        "need",
        "needed",
        "also",
        "still",
        "only",
        "free",
        "charge",
        "charged",
        "item",
        "accept",
        "allow",
        "allowed",
        "included",
        "include",
        "open",
        "closed",
        "customer",
        "customers",
        "guest",
        "people",
        "person",
        "please",
        "current",
        "happen",
        "ready",
        "work",
        "use",
        "used",
        "let",
        "once",
        "during",
        "into",
        "out",
        "them",
        "him",
        "her",
        "their",
        "who",
        "whose",
        "just",
        "even",
        "extra",
        "daily",
    ]
)
# Words of their own in two sentences tell them apart, but not these: they are ways to say it.
_WAYS_TO_SAY = frozenset(
    f"<{name}>"
    for name in [
        "order",
        "hours",
        "pay",
        "deadline",
        "price",
        "effective",
        "weight",
        "monthly",
        "minimum",
        "open",
        "close",
        "phone",
        "apply",
    ]
)
_CONCEPT = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _CONCEPTS.items()))
_TOKEN = re.compile(r"<[a-z]+>|[a-z][a-z0-9]*|[\u3400-\u9fff]")


def tokens(text: str) -> frozenset[str]:
    """What a text is about: one token for all the words of one thing, and what else is no filler."""
    named = _FILLER.sub(" ", _CONCEPT.sub(lambda match: f" <{match.lastgroup}> ", flat(text)))
    return frozenset(
        _stem(token)
        for token in _TOKEN.findall(named)
        if token not in _STOP_EN and token not in _FILLER_EN and token not in _STOP_ZH
    )


def particular(found: frozenset[str]) -> frozenset[str]:
    """The tokens that can tell one subject from another."""
    return found - _WAYS_TO_SAY


def _stem(word: str) -> str:
    for ending in ("ies", "es", "s", "ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and word[0] != "<":
            return word[: -len(ending)]
    return word
