"""The words that give a language away, with how much each one proves."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.script import simplify


@dataclass(frozen=True)
class Mark:
    """A pattern over Simplified lower-case text, and the weight of one hit."""

    weight: float
    pattern: re.Pattern[str]


def _mark(weight: float, pattern: str) -> Mark:
    # Patterns are written as people in Hong Kong write; both scripts then match.
    return Mark(weight, re.compile(simplify(pattern)))


CANTONESE = (
    _mark(3, "[嘅咗佢喺唔冇嗰啲㗎喎嚟畀咩嘢噉咁哋嘞囉啩攞搵揾睇瞓諗嘥嗌攰掟嗮啱嗱啫噃嬲冧吖俾]"),
    _mark(3, "點解|點樣|幾錢|邊(?=[個度張款隻位種日部條]|間(?!距))|而家|依家|宜家|e家|[m5]該|即係"),
    _mark(3, "聽(?=日|晚|朝)|[尋琴噚](?=日|晚)|屋企|舖頭|鋪頭|得閒|定係|淨係|係咪|係但|是但|同埋"),
    _mark(
        3, "返(?=工|嚟|去|學|屋)|收工|放工|幾耐|好耐|傾偈|鍾意|搞掂|無啦啦|唔|執(?=返|單|貨)|早晨"
    ),
    _mark(
        3,
        "(?<=[\\d百千萬])蚊|(?<![這那到])呢(?=[個件張單隻款度間排位邊支部條套批兩幾])|乜(?=嘢"
        "|野|都|事)",
    ),
    _mark(3, "[o0](?:既|野|個|的)|(?:呢|有|平|快|早|多|大|細|好|新|遲|買)d(?![a-z0-9])"),
    _mark(2, "(?<![a-z0-9])d(?=[\u4e00-\u9fff])|仲(?!裁)|靚|[a-z](?:咗|左|下|緊|返|埋|晒|先)"),
    _mark(2, "(?<![關聯體沒干聯])係(?![統列數帶])|(?<=[退俾攞改執寄換打覆補加還減交送整做出])返"),
    _mark(2, "(?<=[落收買付訂等寄退取做交出改整去到食過])左|幾時|幾多|過咗|(?<![回答])覆(?=我|返)"),
    _mark(2, "(?<=[等送做搞整查搵理派用催開出換緊去買玩諗])緊|(?<!太|衣)晒(?!太|衣|被|乾)"),
    _mark(2, "(?<![一早晚有差快慢多少地缺優\\d幾整])點(?=[退換用做整計算查買寄取改付落搞去樣還])"),
    _mark(
        2, "落單|執返|柯打|埋單|過數|入數|找數|追單|催貨|單嘢|單野|行貨|水貨|細碼|出糧|出粮|轉頭"
    ),
    _mark(1.5, "多謝|對唔住|張單|有無|無得|無貨|大碼|中碼|未(?=[呀啊？?。!！]|$)|先(?=[啦喇呀]|$)"),
    _mark(
        1, "[查睇問試講跟幫]下|喇|講|今日|禮拜|平(?=得|過)|蝦|遲到|成日|收據|門市|聯絡|話我|轉數快"
    ),
    _mark(0.5, "呀|啦|送貨|單號|比(?:我|返)|[一兩三四五六七八九十幾\\d]日(?!圓|元)|返(?!回|程|航)"),
    # A measure word that opens a clause, with no number before it, is Cantonese grammar.
    _mark(
        2,
        "(?:^|[,，。!！?？ ])(?:件|隻(?![改要退換是想有能會需寄做買用訂查看收取])|"
        "張(?!先生|小姐|太|生)|部(?!分|門|份)|單(?=嘢|野|貨)|枝"
        "|間(?=房|舖|鋪|店))"
        "(?=[\u4e00-\u9fff])",
    ),
    _mark(
        2, "[你我佢]地(?![址區方點])|少少|枱|(?<=[退俾執改寄補])番|阿[媽爸爺嫲婆公女仔]|老[豆竇]"
    ),
    _mark(2, "(?<=[壞爛錯冇唔死寫落出整])左|(?:件|有|買|d|個)野|傾"),
)

MANDARIN = (
    _mark(
        2, "[這您哪們沒啥咱甭]|什麼|甚麼|怎|(?<!其|吉)[他她它](?!命)|咋(?=樣|辦|回|弄|這|還|不|么)"
    ),
    _mark(
        1.5, "[嗎吗呗]|(?<!交|發|供|派|付)給(?!付)|東西|[明昨]天|今天|多少|謝謝|告訴|對不起|很|那"
    ),
    _mark(
        1.2, "(?<!目)的(?!士|確)|(?<!為|除)了(?!解|結|然)|(?<!但|於|可|只|總|若|正)是(?!日|但|否)"
    ),
    _mark(
        1.2, "(?<!差)不(?!過|如|停|便|同|錯|好意思|適|足|滿|良|合|論|斷|銹|少)|(?<!酒)吧|說(?!明書)"
    ),
    _mark(
        1.2,
        "(?<!還)把(?!握)|還(?!款|原|錢|書|返)|看|找(?!數|續|換)|現在|時候|(?<!可|功|性|智"
        "|只)能(?!量|源)",
    ),
    _mark(1.2, "漂亮|便宜|親(?=[，,、 ]|$)|喜歡|一下|哦|(?<!單)拿|吃|咧|貌似|估計"),
    _mark(
        1,
        "(?<!現|存|實)在(?!線|場|職|庫)|跟(?!進|單)|聯繫|有點|剛|何時|能否|是否|無法|發貨|讓|希望",
    ),
    _mark(
        1,
        "[一兩三四五六七八九十幾\\d]天|早上好|晚上好|下午好|想要|被|為何|如何|已經|以後|之前|的話",
    ),
    _mark(
        0.7, "快遞|物流|和(?!平|諧)|與|目前|裏|並|知道|手機|商品|但是|因為|收貨|快點|下單|短信|賬號"
    ),
)

# Distinctive first; the others are also English words or too short to prove anything alone.
_ROMANISED_SURE = """
    nei ngo lei5 nei5 ngo5 goi mgoi mhgoi mgoi1 keoi kui koei soeng seung teoi mou jau yau dou3
    dim dimgai gaai gaii gei geido geisi bin bindo bindou bingo binggo zo zou jor loi lok
    lokdaan daan mhai mhou mho yiga yigaa jiga gaa lah ngodei neidei leidei keoidei dei sik faai
    tung jiu yiu zek cin seng dak gaan gam2 gam3 ting tingyat kamyat gamyat jat
    yat sau sauhfo saufo fo fuk wui meh mut mutye matje je ye hou2 hou zau jyu jyun hoji ho2
    goyi yiji dorje doje jeh zeh joi zoi zoigin joigin sansan baai cing mang maan faan
    gwai peng jung lou lo4 zi zidou mzi mji m4 m4goi nidi ni nee ngaam ngam cou jou josan
    jousan
"""
ROMANISED_SURE = frozenset(_ROMANISED_SURE.split())
_ROMANISED_ALSO = """
    sin sing fan mat chin tong ching gong mai
    m g ho do di la ga ge hai lei man so lo le wa ah a bei gam see leng mo si o jo san yan yun
    hei me ma go ta hok sap baat luk ng sei saam yi gau mei sung taai tai kei mh dai cho tak dan
    oi tim wan hui heoi cheng sai faat piu fei ban da din wah
"""
ROMANISED_ALSO = frozenset(_ROMANISED_ALSO.split())
