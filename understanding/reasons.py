"""Read why something comes back, and whether it was opened."""

from __future__ import annotations

import re
from typing import Literal

from understanding.normalise import both_scripts, fold

Reason = Literal["wrong_item", "damaged", "faulty", "changed_mind"]

# In this order: a wrong thing that is also broken is a wrong thing first.
_REASONS: tuple[tuple[Reason, str], ...] = (
    (
        "wrong_item",
        r"(?:寄|送|發|俾|畀|執|出|派|攞|收|拎)錯|錯(?:貨|款|色|碼|尺寸|型號|嘢|野|東西|件)|"
        r"貨不對|貨唔啱|唔係我(?:訂|買|叫|要|落)|"
        r"不是我(?:訂|買|要|點|下)|同(?:圖|相|網)[片上頁]?唔(?:同|一樣)|與(?:圖片|描述)不符|"
        r"唔啱(?:款|色|型號)|"
        r"wrong (?:item|product|one|colou?r|size|model|thing|order|parcel)|"
        r"not what i (?:ordered|bought|asked)|"
        r"incorrect (?:item|product|size|colou?r)|(?:sent|got|received|gave) (?:me )"
        r"?(?:the wrong|someone else)|"
        r"instead of (?:the )?\w+ (?:i|we) ordered|different from (?:the )?(?:photo|picture|"
        r"description)",
    ),
    (
        "damaged",
        r"爛(?:咗|左|晒|了|嘅|的|埋|開)?|打爛|撞爛|整爛|裂(?:咗|左|了|開|痕|縫)?|崩(?:咗|左|"
        r"角|口|了)|碎(?:咗|左|了|晒)?|凹(?:咗|左|了|陷)|"
        r"刮花|花咗|花晒|破(?:咗|左|損|了|洞)|損壞|損毀|斷(?:咗|左|了)|甩(?:咗|左|色|線)|壓扁|"
        r"變形|漏(?:晒|咗)?(?:出|液)|穿(?:咗|左|窿|了)|"
        r"damaged?|broken|crack(?:ed)?|scratch(?:ed|es)?|dent(?:ed|s)?|smashed|shattered|torn|"
        r"chipped|crushed|ripped|leaked all",
    ),
    (
        "faulty",
        r"壞(?:咗|左|了|嘅|的|晒|掉)?|開唔(?:到|著|着)|著唔到|着唔到|唔(?:work|轉|著|着|郁|"
        r"出聲|識郁|通電|熱|凍|夠力|運作)|用唔到|用不了|無法使用|"
        r"開不了|不(?:轉|亮|響|通電|工作|加熱|製冷|出水)|冇(?:反應|聲|電|畫面)|沒(?:反應|聲音|"
        r"電)|充唔到|充不(?:進|了)|失靈|故障|死機|跳掣|"
        r"漏水|漏電|質量(?:問題|差)|有問題|異味|怪聲|faulty|defective|defect|(?:not|isn'?t|"
        r"doesn'?t|does not|stopped|won'?t|"
        r"never|not been) (?:turn(?:ing)? on|work(?:ing)?|charg(?:e|ing)|start|power|"
        r"heat(?:ing)? up|connect|spin)|"
        r"dead on arrival|malfunction|leak(?:s|ing|y)?|no power|no sound|keeps? (?:cutting|"
        r"turning) (?:out|off)|quality issue",
    ),
    (
        "changed_mind",
        r"唔(?:想要|要(?:喇|啦|了|嘞)?|鍾意|中意|啱用|啱身|合用|適合|需要|襯)|不(?:想要|要了|"
        r"喜歡|合適|適合|需要|合身)|改變主意|轉咗?軚|後悔|"
        r"買(?:錯|多)(?:咗|左|了)?|落錯單|揀錯|重複(?:買|下單|落單)|太(?:大|細|小|長|短|貴|重|"
        r"緊|鬆)|尺寸(?:唔啱|不合)|"
        r"don'?t (?:want|need|like)|do not (?:want|need|like)|no longer (?:want|need)|"
        r"changed? my mind|too (?:big|small|large|"
        r"tight|loose|heavy|long|short)|(?:doesn'?t|didn'?t|does not|not) (?:fit|suit|match)|"
        r"regret|bought (?:the wrong|too many|it twice|by mistake)|"
        r"ordered (?:the wrong|too many|twice|by mistake|by accident)|accidentally (?:bought|"
        r"ordered)|found (?:it )?cheaper|not (?:what i|as) expected",
    ),
)
_COMPILED = [(reason, re.compile(both_scripts(words), re.ASCII)) for reason, words in _REASONS]
_SEALED = re.compile(
    both_scripts(
        r"(?:未|冇|無|唔曾|從未|都未|沒有?|還沒|还没|仲未|沒)(?:有)?(?:開|拆|打開|用|著|着|戴|"
        r"試|动|動|碰)(?:封|過|開|箱|包裝|包|盒|用|身)?|未開封|未拆|"
        r"原封(?:不動|未動)?|全新|封(?:條|膜|套)(?:仲|還|都|完好)|膠膜仲喺|"
        r"unopened|un-opened|sealed|unused|un-used|never (?:been )?(?:opened|used|worn|tried)|"
        r"(?:not|wasn'?t|isn'?t|never) (?:been |yet )?(?:opened|used|worn)|"
        r"(?:haven'?t|havent|have not|didn'?t|did not|hasn'?t) (?:even |yet )?(?:been )"
        r"?(?:open(?:ed)?|use[d]?|touch(?:ed)?|worn|tried|wear)|brand new|still in (?:the |"
        r"its )?(?:box|wrap|packag)"
    ),
    re.ASCII,
)
_OPENED = re.compile(
    both_scripts(
        r"(?:開|拆|打開|用|著|着|戴|試)(?:咗|左|過|了|開咗)|(?:拆|開)(?:咗|左|了)?(?:封|箱|"
        r"包裝)|已(?:經)?(?:開|拆|用|打開|試)|"
        r"(?:i|we|been|was|already|have|has|had|is|it'?s) (?:have |already |just |only )"
        r"*(?:opened|used|worn|tried|unsealed|unwrapped)|"
        r"^(?:opened|used)\b|\bused it\b|\bopened it\b|tried it|after (?:opening|using)"
    ),
    re.ASCII,
)


_COLOURS = (
    r"(?:黑|白|紅|藍|綠|黃|灰|啡|棕|紫|橙|粉紅?|金|銀|米|杏)(?=色|嘅|的|款)|黑色|大碼|中碼|細碼|小碼|大號|中號|小號|"
    r"\b(?:black|white|red|blue|green|yellow|gr[ae]y|brown|purple|orange|pink|gold|silver|beige|navy|small|medium|large)\b"
)
_CAME_AS_ANOTHER = re.compile(
    both_scripts(
        rf"(?:訂|買|落單|要|叫|揀|選|拍|order(?:ed)?|bought|chose|wanted|asked for)[^。!?\n]{{0,14}}?"
        rf"(?P<wanted>{_COLOURS})[^。!?\n]{{0,20}}?"
        rf"(?:(?:寄|送|派|發|嚟|來|收到|到手|裡面|入面|got|received|sent|came|arrived|turned up|box)"
        rf"[^。!?\n]{{0,12}}?(?P<came>{_COLOURS})|"
        rf"(?P<other>{_COLOURS})[^。!?\n]{{0,8}}?(?:came|arrived|turned up))"
    ),
    re.ASCII,
)
_ANOTHER_KIND = re.compile(
    both_scripts(
        r"(?:打開|開箱|開出|拆開|收到|寄|送|嚟|來|發|開)[^。!?\n]{0,12}?(?:別款|別的款|另一款|另一個(?:款|型號)|第二款|第二個(?:款|型號)|"
        r"唔同款|不同款|其他款|別的型號)|(?:another|different) (?:model|version|"
        r"product) (?:altogether|inside|came|than)|"
        r"(?:is|was|got|received|sent me) (?:a |an )?(?:another|different) (?:model|product|item|colou?r|size)"
    ),
    re.ASCII,
)


def _another_came(seen: str) -> bool:
    """One colour or size was ordered and another came, or another kind altogether."""
    told = _CAME_AS_ANOTHER.search(seen)
    came = told and (told["came"] or told["other"])
    return bool(told and told["wanted"] != came) or bool(_ANOTHER_KIND.search(seen))


def reason(text: str) -> Reason | None:
    """Why the customer wants to return or exchange something, where they say so."""
    seen = fold(text)
    if _another_came(seen):
        return "wrong_item"
    return next((name for name, pattern in _COMPILED if pattern.search(seen)), None)


def opened(text: str) -> bool | None:
    """Whether it was opened or used: False when still sealed, None when nothing is said."""
    seen = fold(text)
    sealed = _SEALED.search(seen)
    # What was never opened must not be read as opened: its words contain the others.
    rest = _SEALED.sub(" ", seen)
    if _OPENED.search(rest):
        return True
    return False if sealed else None
