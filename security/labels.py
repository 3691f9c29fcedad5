"""The words beside a number that say what the number is."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from domain.script import simplify

# Longer and more special words stand first: "promo code" must not be read as "code".
_WORDS: dict[str, tuple[str, str]] = {
    "tail": ("尾號|尾四|最後四|後四位|後4位|末四位|最尾", "last (?:4|four)|ending(?: in| with)?"
    "|ends? (?:in|with)"),
    "plain": (
        "優惠碼|折扣碼|推廣碼|郵政編碼|郵編|區號|錯誤碼|二維碼|安全帶",
        "(?:promo|coupon|discount|gift|voucher|qr|error|area|country|post|postal|zip|dress"
        "|referral|status)"
        " ?codes?|source code|postcode",
    ),
    "order": (
        "單號|訂單|運單|快遞單|送貨單|帳單|賬單|張單|呢單|這單|單子|保養卡|積分卡|單嘢|單野"
        "|批次|柯打|追蹤"
        "|發票|型號|貨號"
        "|條碼|條形碼|序號|"
        "序列號|會員編號|會員號|客戶編號|工單|個案|報價|合約|合同|批號|機身號|案件|流水號"
        "|交易編號|參考編號|取件碼|"
        "學號|車牌|員工編號|貨品編號|產品編號|商品編號|單(?=[ :#]{0,3}[a-z0-9])|快遞(?= ?\\d)"
        "|編號(?=[ :]{0,2}\\d)",
        "(?:order|product|item|part|model|invoice|tracking|reference|ref|case|ticket|job|serial"
        "|sku|member"
        "|membership|customer|staff|booking|reservation|parcel|shipment|quotation|quote"
        "|contract|batch|po|awb"
        "|waybill|asin|barcode|isbn|imei|inv|case|transaction|txn|model)s?"
        "(?: ?(?:id|codes?))?",
    ),
    "cvv": ("安全碼|背面三位|後面三個字|卡背三位|卡背後三個字|背後三位", "cvv2?|cvc2?|cvn"
    "|security code"),
    "hkid": (
        "身份證|身分證|身份證明|證件號碼?",
        "hk ?id(?: card)?|hkic|id card|identity(?: card| no| number)?|id (?:no|number)",
    ),
    "passport": (
        "護照|旅行證件|旅遊證件|回鄉證|通行證|返鄉證",
        "passports?|travel documents?|bno|home return permit",
    ),
    "code": (
        "驗證碼|校驗碼|動態碼|認證碼|確認碼|密碼|一次性碼|個碼|短訊碼|短信碼|登入碼|登錄碼",
        "otp|one[- ]time (?:code|password|passcode|pin)|verification(?: code)?|(?:sms "
        "|login )?codes?"
        "|passcode|password|pin|2fa",
    ),
    "phone": (
        "電話|手機|手提|致電|打(?= ?\\d)|打俾|打畀|打去|打返|打來|打給|撥打|固話|座機|熱線|傳真"
        "|聯絡|聯繫|聯係"
        "|微信|短訊|號碼係我|來電|whatsapp埋",
        "phone|tel|telephone|mobile|mob|cell|call(?: me)?|contact(?: me)?|whats ?app|wtsapp|wts"
        "|text me|ring|fax|sms"
        "|wechat|signal|reach me|hp no",
    ),
    "wallet": ("轉數快|支付寶|八達通", "fps(?: id)?|payme|alipay|octopus"),
    "account": (
        "中銀|恒生|匯豐|滙豐|渣打|工行|建行|招行|農行|帳戶|賬戶|帳號|賬號|戶口|銀行|存摺|收款"
        "|轉帳去|轉賬去|匯款到|過數去|入數去",
        "(?:bank )?accounts?|a/c|acct?|iban|bank|hsbc|swift",
    ),
    "card": ("信用卡|扣賬卡|提款卡|銀行卡|儲蓄卡|借記卡|銀聯|卡號|卡|咭", "cards?|visa"
    "|master ?card|amex|union ?pay"),
    "money": ("件數|數量|積分|里數|港幣|人民幣|價錢|價格|金額|總數|總額|合共", "hk\\$|hkd|rmb"
    "|usd|price|total"
    "|amount|\\$|¥|€|£"),
    "product": (
        "產品|商品|貨品|呢款|這款|嗰款|有貨|現貨|尺碼|顏色|款式|規格|配件|零件|牌子",
        "products?|stock|size|colou?r|brand|spec",
    ),
}  # fmt: skip


def _pattern(name: str, words: tuple[str, str]) -> str:
    chinese, english = words
    latin = f"(?<![a-z])(?:{english})(?![a-z])" if name != "money" else english
    return f"(?P<{name}>{simplify(chinese)}|{latin})"


_LABEL = re.compile("|".join(_pattern(name, words) for name, words in _WORDS.items()))
_HARD_STOP = re.compile("[。!?;\n\ue000]")
_SOFT_STOP = re.compile("[,、]")
_OWN_NUMBER = re.compile(r"[ :#.]{0,3}(?:no\.? ?)?[a-z]{0,4}[\- ]?\d{3}")
_FILLER = re.compile(
    simplify(
        "(?:[ :=#()'\"「」-]|係|是|为|為|號碼|號|碼|编号|編號|的|嘅|就|應該|呢個|我|no\\.?"
        "|number|num|nr"
        "|is|was|are|my|id|查詢|查)*"
    )
)
# "orders 30211456 and 30211457": the word announces both.
_LISTED = re.compile(rf"{_FILLER.pattern}[a-z0-9\-]{{4,16}} ?(?:同|和|and|及|&|/) ?")


@dataclass(frozen=True)
class Label:
    """The nearest telling word: what it announces, and whether nothing stands between."""

    name: str
    gap: int
    immediate: bool


class Labels:
    """All telling words of one folded text."""

    def __init__(self, text: str) -> None:
        found = [(m.start(), m.end(), str(m.lastgroup)) for m in _LABEL.finditer(text)]
        self._text = text
        self._found = found
        self._ends = [end for _, end, _ in found]
        self._starts = [start for start, _, _ in found]

    def beside(self, start: int, end: int, *, ignore: frozenset[str] = frozenset()) -> Label | None:
        """Return the label that governs the text from `start` to `end`."""
        before = self._before(start, ignore)
        after = self._after(end, ignore)
        if before and after and after.immediate and not before.immediate and before.gap > 6:
            return after
        if before and not before.name.startswith("far "):
            return before
        if after:
            return after
        return before and Label(before.name.removeprefix("far "), before.gap, False)

    def ends_at(self, position: int) -> bool:
        """Say whether a telling word ends exactly here."""
        index = bisect_left(self._ends, position)
        return index < len(self._ends) and self._ends[index] == position

    def _before(self, start: int, ignore: frozenset[str]) -> Label | None:
        index = bisect_left(self._ends, start + 1) - 1
        while index >= 0 and start - self._ends[index] <= 24:
            name, gap = self._found[index][2], self._text[self._ends[index] : start]
            index -= 1
            if name in ignore:
                continue
            if _HARD_STOP.search(gap):
                return None
            # An order word announces one number only.
            if name == "order" and _LISTED.fullmatch(gap):
                return Label(name, len(gap), True)
            if name in {"order", "money", "product"} and re.search(r"\d{3}", gap):
                continue
            far = bool(_SOFT_STOP.search(gap))
            return Label(f"far {name}" if far else name, len(gap), bool(_FILLER.fullmatch(gap)))
        return None

    def _after(self, end: int, ignore: frozenset[str]) -> Label | None:
        index = bisect_left(self._starts, end)
        while index < len(self._starts) and self._starts[index] - end <= 10:
            name, gap = self._found[index][2], self._text[end : self._starts[index]]
            index += 1
            if name in ignore:
                continue
            # "9876 5432 order HB-1": the word announces what follows it.
            if name == "order" and _OWN_NUMBER.match(self._text, self._ends[index - 1]):
                continue
            comma = name != "code" and _SOFT_STOP.search(gap)
            if comma or _HARD_STOP.search(gap) or re.search(r"\d{3}", gap):
                return None
            return Label(name, len(gap), bool(_FILLER.fullmatch(gap)))
        return None
