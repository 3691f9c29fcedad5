"""Finds postal addresses, by chaining streets, buildings, floors and flats that stand together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.script import simplify
from security.folding import Finding
from security.places import CHINESE_PLACE, ENGLISH_PLACE

_COUNT = "(?:\\d{1,5}|[零〇一二三四五六七八九十百廿卅]{1,5})"
_NUMBER = f"(?:第 ?)?{_COUNT}[a-z]?(?: ?[\\-~至/&] ?{_COUNT}[a-z]?)?"
_UNIT_WORD = "室|號?舖|號?鋪|房|單位|單元"
_NEXT = "(?![a-z0-9樓座層號期棟個件位隻蚊元塊只分年月])"
# Words that never stand inside a street or building name, only before it.
_STOP = (
    "我你佢他她您送寄住喺係在是到去嚟來的嘅俾畀給請咗了把幫搬改址想要問話叫為做往於從呢嗰個啲間這那及與"
    "也都冇無可話查買訂貨嗎呀吧啦未唔不沒過"
)
_NAME = (
    f"(?:(?!屋企|公司|單號|知道|(?<=屋)企|(?<=公)司|(?<=冇)有|(?<=收)件|{_COUNT} ?(?:樓|座|室"
    f"|號|期|層|舖|鋪|棟|房|單位|單元|幢))"
    f"(?![{_STOP}])[\u3400-\u9fff])"
)
_ROAD = "大道|公路|道|街|路|里|徑|巷|坊|圍|胡同"
_HOUSE = (
    "大廈|大樓|中心|廣場|花園|豪園|豪庭|邨|村|苑|閣|軒|居|城|臺|台|灣畔|半島|山莊|別墅|公寓"
    "|小區|社區"
    "|酒店|樓|府|園|灣|匯|坊|商場|寫字樓"
)
_WORD = (
    "(?:(?!(?:on|in|at|to|for|from|by|of|is|the|my|our|your|me|please|pls|deliver|send|ship"
    "|live|with|and"
    "|or|address|a|an|i|am|need|have|want|new|old|change|no|home|office|staying|it|this|that"
    "|pairs|pcs"
    "|boxes|items|hard|flat|room|rm|unit|shop|block|tower|floor|hi"
    "|hello)(?![a-z]))[a-z][a-z'.]{1,15})"
)
_WORDS = f"{_WORD}(?: (?:{_WORD}|on)){{0,3}} "
_ROAD_EN = (
    "(?:street|str|st\\.?|road|rd\\.?|avenue|ave\\.?|lane|terrace|crescent|boulevard|highway|praya"
    "|circuit)(?: (?:east|west|north|south|central))?(?![a-z])"
)
_WEAK_ROAD_EN = "(?:drive|path|close|square|rise|way|row|court)(?![a-z])"
_HOUSE_EN = (
    "(?:building|bldg\\.?|centre|center|mansions?|court|tower|house|estate|gardens?|plaza|villas?"
    "|heights|city|mall|place|square|bay|shing|factory|village)(?![a-z])"
)
_TOKEN = re.compile(
    simplify(
        f"(?P<strong>{_NUMBER} ?(?:{_UNIT_WORD}|字?樓|層|座|棟|幢|塔)(?:(?<=[樓座層元])[ ]?"
        f"(?:[a-z]\\d{{0,3}}|\\d{{1,4}}[a-z]?)(?: ?(?:{_UNIT_WORD})|{_NEXT}))?"
        f"|[a-z]{{1,2}}\\d{{0,3}} ?(?:座|室|舖|鋪|單位|棟|房|塔|區)"
        f"|(?<=[樓閣廈苑軒座])\\d{{3,4}}(?![0-9年月日元蚊個件])|[前後中東西南北]座"
        f"|地下(?! ?鐵)(?: ?[a-z]?\\d{{0,3}}[a-z]?號?(?:舖|鋪))?|地舖|閣樓|郵政信箱 ?\\d{{1,6}}號?)"
        f"|(?P<weak>{_NUMBER} ?(?:號(?![風色線車碼球館櫃閘窗機檯枱位碟])|期|弄|組|f(?![a-z0-9])))"
        "|(?P<unit>(?<![a-z])(?:flat|room|rm|unit|shop|suite|block|blk|tower|house|phase|stall"
        "|workshop|apt)s?"
        "\\.? ?(?:no\\.? ?)?(?:\\d{1,4}[a-z]?"
        "|[a-z]\\d{0,4})(?: ?[\\-&] ?[a-z0-9]{1,4})?(?![a-z0-9]))"
        "|(?P<level>(?<![a-z0-9])(?:\\d{1,3}|g|m|ug|lg|b\\d?)/f(?![a-z])|(?<!\\d)\\d{1,3}(?:st"
        "|nd|rd|th) (?:floor|fl)(?![a-z])"
        "|(?<![a-z])(?:(?:upper |lower )?ground floor|floor \\d{1,3}|level \\d{1,2})(?![a-z0-9]))"
        f"|(?P<numbered>(?<![a-z0-9])(?:no\\.? ?)?\\d{{1,4}}[a-z]?(?: ?[\\-&/] ?\\d{{1,4}}[a-z]?)?"
        f",? ?(?:{_WORDS}{_ROAD_EN}|queensway))"
        f"|(?P<road>{_NAME}{{1,9}}(?:{_ROAD})(?:[東西南北中](?!心)段?|[一二三四五]段)?)"
        f"|(?P<house>{_NAME}{{1,9}}(?:{_HOUSE})(?![道街路徑巷]))"
        f"|(?P<road_en>(?<![a-z]){_WORDS}{_ROAD_EN})"
        f"|(?P<house_en>(?<![a-z0-9])(?:\\d{{1,4}} )?{_WORDS}(?:{_HOUSE_EN}|{_WEAK_ROAD_EN}))"
        f"|(?P<place>{CHINESE_PLACE}|{ENGLISH_PLACE})"
        f"|(?P<area>{_NAME}{{2,4}}(?:省|市|區|縣|鎮|鄉))"
    )
)
_PLACE = re.compile(CHINESE_PLACE)
_PO_BOX = re.compile(r"(?<![a-z])p\.? ?o\.? ?box (?:no\.? ?)?\d{1,7}")
_GAP = re.compile(r"[\s,、.\-()/]{0,3}")
_BRIDGE = re.compile(
    simplify(f"[\\s,、]{{0,2}}(?:{_NAME}{{1,8}}|(?:{_WORD}[ ,]{{1,2}}){{1,3}})[\\s,、]{{0,2}}")
)
_LATIN_BRIDGE = re.compile(f"[ ,]{{1,2}}(?:{_WORD}[ ,]{{1,2}}){{1,4}}")
_NOT_A_STREET = re.compile(
    simplify(
        "(?:[味渠頻通管難人地報跑軌賽街霸一講]道|知道|想道"
        "|[網線電道馬走上半一問迷順思出後鐵塞退行回]路|^公路"
        "|[逛行出上過落]街|[公這哪那]里|(?:客服|服務|維修|購物|個人|會員|配送|物流|轉運|分揀"
        "|數據|呼叫|體驗|售後)中心"
        "|酒樓|茶樓|上樓|落樓|下樓|貨到|市場|網站|售樓)$"
    )
)
_OUR_SHOP = re.compile(
    simplify(" ?(?:嘅|的|間|那間|嗰間)?(?:分店|門市|門店|專門店|旗艦店|店|舖頭|陳列室)")
)
_SAID_TO_BE_ADDRESS = re.compile(
    simplify(
        "(?:地址|住址|住喺|住在|送到|送去|送嚟|寄到|寄去|寄往|收件|address|deliver to|send to"
        "|live (?:at|in))"
    )
)


@dataclass(frozen=True)
class _Part:
    start: int
    end: int
    kind: str


def find_addresses(text: str) -> Iterator[Finding]:
    """Yield whole addresses, with district, floor and flat, in a folded text."""
    for match in _PO_BOX.finditer(text):
        yield Finding(*match.span(), "ADDRESS")
    for chain in _chains(text, list(_parts(text))):
        chain = _without_loose_ends(chain)
        if chain and _is_address(text, chain):
            yield Finding(chain[0].start, chain[-1].end, "ADDRESS")


def _parts(text: str) -> Iterator[_Part]:
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind in {"road", "house"} and _NOT_A_STREET.search(match[0].rstrip("东西南北中")):
            continue
        start = match.start()
        if kind in {"road", "house", "area"}:
            # Whatever stands before a district is the sentence, not the address.
            district = _PLACE.search(text, start + 1, match.end())
            start = district.start() if district and not _PLACE.match(text, start) else start
        yield _Part(start, match.end(), kind)


def _chains(text: str, parts: list[_Part]) -> Iterator[list[_Part]]:
    chain: list[_Part] = []
    for part in parts:
        if chain and not _joined(text, chain[-1], part):
            yield chain
            chain = []
        chain.append(part)
    if chain:
        yield chain


def _joined(text: str, left: _Part, right: _Part) -> bool:
    if _GAP.fullmatch(text, left.end, right.start):
        return True
    if right.kind == "place":
        return left.kind in {"unit", "level", "place"} and bool(
            _LATIN_BRIDGE.fullmatch(text, left.end, right.start)
        )
    # A building name we cannot recognise may stand between a street number and a floor.
    exact = {"strong", "weak", "unit", "level", "numbered"}
    if left.kind not in exact or right.kind not in {*exact, "road_en", "house_en"} - {"weak"}:
        return False
    return bool(_BRIDGE.fullmatch(text, left.end, right.start))


def _without_loose_ends(chain: list[_Part]) -> list[_Part]:
    """Drop a bare number in front and names of areas that nothing follows."""
    while chain and chain[0].kind == "weak":
        chain = chain[1:]
    while chain and chain[-1].kind == "area":
        chain = chain[:-1]
    return chain


def _is_address(text: str, chain: list[_Part]) -> bool:
    kinds = [part.kind for part in chain]
    if _OUR_SHOP.match(text, chain[-1].end) or "numbered" in kinds:
        return "numbered" in kinds
    named = any(kind in {"road", "house"} for kind in kinds)
    exact = sum(kind in {"strong", "weak"} for kind in kinds)
    if named and exact:
        return True
    inside = sum(kind in {"strong", "unit", "level"} for kind in kinds)
    around = sum(kind in {"road_en", "house_en", "place", "road", "house"} for kind in kinds)
    if inside >= 2 or (inside and around and kinds != ["place", "strong"]):
        return around > 0 or _announced(text, chain[0].start) or "level" in kinds
    return False


def _announced(text: str, start: int) -> bool:
    return bool(_SAID_TO_BE_ADDRESS.search(text, max(0, start - 15), start))
