"""The words that say what kind of thing an identifier stands for, and those that do not."""

from __future__ import annotations

import re

from understanding.normalise import both_scripts

CONTEXT = {
    kind: re.compile(both_scripts(pattern), re.ASCII)
    for kind, pattern in {
        "tracking": (
            r"追蹤|快遞單號?|運單號?|物流單號?|順豐單號?|tracking|waybill|consignment|"
            r"parcel (?:no|number)"
        ),
        "invoice": r"發票|單據|收據|\binvoice|\breceipt|\binv\b|\bbill\b",
        "booking": (
            r"訂房|預訂|預約|房間|\bbooking|reservation|\bbook\b|確認號|confirmation (?:no|number|"
            r"#)"
        ),
        "account": r"帳戶|賬戶|帳號|賬號|戶口|錢包|\bwallet|\baccount|\ba/c\b|會員|儲值",
        "sku": (
            r"貨號|貨品編號|產品編號|商品編號|型號|\bsku\b|(?:item|product|model|part) (?:code|no|"
            r"number)|\bmodel\b"
        ),
        "order": (
            r"訂單|單號|單嘢|單野|張單|嗰單|呢單|該單|\border|\bpo\b|柯打|落單|購買編號|"
            r"單(?=[\s#:：]?$)"
        ),
    }.items()
}
ENDING = re.compile(
    both_scripts(
        r"(?:尾數?|最後|後[面尾]|末尾|結尾|收尾|ending(?: in| with)?|ends? (?:in|with)|"
        r"last (?:\d |few )?digits?(?: (?:is|are))?)"
        r"\s*(?:[2-6四三五兩]?(?:個|位)?(?:字|數字|數|碼)?)\s*(?:係|是|為|is|:|：)"
        r"?\s*#?(?P<n>\d{2,8})(?!\d)"
        r"|(?<![\da-z])(?P<m>\d{2,8})\s*(?:尾|結尾|收尾|at the end)"
    ),
    re.ASCII,
)
NOT_ENDING = re.compile(both_scripts(r"卡|電話|手機|phone|card|mobile|account no|戶口"), re.ASCII)
# "dash" in a number read aloud.
DASH = re.compile(
    both_scripts(r"(?<![a-z])(?:dash|hyphen|minus)(?![a-z])|橫線|橫槓|一橫|橫|槓|杠|減號|-"),
    re.ASCII,
)
SEPARATORS = frozenset(" -_./#:,，、·–—")

PREFIX_KIND = {
    "inv": "invoice", "iv": "invoice", "rcp": "invoice", "bk": "booking", "bkg": "booking",
    "res": "booking", "rsv": "booking", "ord": "order", "so": "order", "po": "order",
    "acc": "account", "ac": "account", "wal": "account", "sku": "sku", "sf": "tracking",
}  # fmt: skip
# Letters before digits that begin no identifier.
_NO_PREFIX_TEXT = """
hk hkd us usd rmb cny mop tel fax no nos rm room flat unit block blk tower floor shop
lot usb pm am mtr type iso vat br brn tin iphone ipad galaxy ps mp pcs pc x size eu uk
cm mm kg ml gb tb mb w v mah ver at in on by to of for and or is was are the order
orders my qty from since until around about only code codes otp pin year top up add pay
paid price total ending digits digit last number num id tvb covid mon tue wed thu fri
sat sun jan feb mar apr may jun jul aug sep sept oct nov dec with have need want get buy
be it its a i than over under per plus minus like case item items invoice booking
account wallet receipt phone call line g k l m p r s t dec flt ste apt level lv phase
zip postcode amount deposit reload balance send send reset pls try say says said hi hey
ok yes not but tracking model sku ref reference just then this that one
"""
NO_PREFIX = frozenset(_NO_PREFIX_TEXT.split())
EXACT_WORDS = frozenset(["fan", "pan", "pot", "set", "box", "new", "car", "bag", "cup", "pen"])
