"""The words that name a field of an invoice, and those that go before and after its new value."""

from __future__ import annotations

import re

from understanding.normalise import both_scripts

TITLE_WORD = (
    r"(?:發票|收據|公司)?抬頭(?:名稱?)?|買方(?:名稱?|公司)?|(?:公司|客戶|單位|客人|付款人|"
    r"買家|收票|開票|公司嘅|發票嘅|發票上嘅)(?:全)?名(?:稱|字)?|"
    r"發票名(?:稱|字)?|(?<![抬改])名稱|個名|名字|title|invoice name|company(?:'s)? name|"
    r"company(?= (?:on|in) (?:my|the|this) invoice)|buyer(?:'s)?(?: name)?|customer name|"
    r"(?<!user)(?<!my )(?<!file )\bname|bill(?:ed)?[ -]to|issued? (?:it )?to|ma[dk]e (?:it |"
    r"this |the invoice )?out to|addressed to|in the name of|payable to"
)
TAX_WORD = (
    r"(?:公司)?商業登記(?:證)?(?:號碼?|編號|no\.?)?|登記證號碼?|納稅人(?:識別號|編號)|(?:公司)"
    r"?稅(?:務)?(?:號|編號|務編號)碼?|"
    r"統一編號|統編|統一社會信用代碼|信用代碼|(?<![a-z])br[nc]?(?![a-z])(?:\s?(?:no\.?|number|"
    r"num|號碼?|號|#))?|"
    r"(?<![a-z])(?:business registration|tax|vat|gst)(?![a-z])(?: (?:id|registration|reg|"
    r"identification))?(?: ?(?:no\.?|number|num|id|code))?|\btin(?= ?(?:no|number|#|is\b|:|\d)"
    r")|\buen\b"
)
LINK = (
    r"(?:\s|[:：=]|->|→|都|就|要|請|幫我|可唔可以|可不可以|可否|可以|能不能|唔該|麻煩|應該|應|"
    r"想|而家|需要?|[的嘅](?!士)|(?:打|寫|印)"
    r"?錯[咗了左][,，]?|唔啱[,，]?|不對[,，]?|(?:is|was) wrong,?|"
    r"\b(?:on|of|for) (?:the|my|this|that|our)? ?(?:invoice|receipt|order)"
    r"(?: #?[a-z-]*\d[\w-]*)?\b|\b(?:for|of|on) #?[a-z-]*\d[\w-]*|"
    r"(?:改|更改|變更|更正|修改|轉|換|寫|填|開|加|補|印|出|打)(?:返|番|回)?(?:成|做|為|到|去|"
    r"係|上|過|咗)?|[做成為係是叫]|"
    r"\b(?:field|also|now|instead|should|needs?|has|must|will|to|be|been|read|say|changed?|it|"
    r"into|as|is|says|no\b\.?|number)\b)*"
)
CHANGE = r"(?:改|更改|變更|更正|修改|轉|換|寫|填|開|出)(?:返|番|回)?(?:成|做|為|去|俾|畀|給|with)"
FROM = (
    r"(?:由|從|從原來的?|from)\s*(?P<old>[^,，。;；\n]{1,60}?)\s*(?:改|轉|換|變|更改|to\b)"
    r"(?:返|番|回)?(?:成|做|為|去|到)?\s*"
)
QUOTE = re.compile(r"\s*[「『“\"‘'《]([^」』”\"’'》]{1,120})[」』”\"’'》]")
TITLE = re.compile(both_scripts(rf"(?:{TITLE_WORD})(?:{LINK})(?P<from>{FROM})?"), re.ASCII)
TITLE_BEFORE = re.compile(
    both_scripts(
        rf"(?:\bput|\bwrite|\bprint) (?P<v2>(?!it |this |the |my )[^,;\n]{{2,60}}?) on (?:the|"
        rf"my|this|that) "
        rf"(?:invoice|receipt)|(?:用|以|寫|put)\s*(?P<v>[^,，。;；\n用]{{2,60}}?)\s*(?:做|為|"
        rf"作為|as)\s*(?:the |"
        rf"my |our )?(?:{TITLE_WORD})"
    ),
    re.ASCII,
)
BARE_CHANGE = re.compile(
    both_scripts(
        rf"(?:發票|收據|單據|張單|張票|invoice|receipt)[^,，。;；\n]{{0,20}}?{CHANGE}\s*[:：]?\s*"
        rf"(?P<from>{FROM})?|(?:{CHANGE}|\bchanged? (?:it )?to\b)\s*[:：]?\s*"
    ),
    re.ASCII,
)
BARE_UNDER = re.compile(
    r"(?:invoice|receipt|\b(?:re-?)?issue(?:d)?)[^,.;\n]{0,24}? (?:to|under|as|into|for|in) |\bunder ",
    re.ASCII,
)
TAX = re.compile(
    both_scripts(
        rf"(?:{TAX_WORD})(?:{LINK})[#:：]?\s*(?P<v>(?=[a-z-]*\d)[a-z0-9](?:[a-z0-9-]| (?=\d))"
        rf"{{4,24}})"
    ),
    re.ASCII,
)
TAX_NAMED = re.compile(both_scripts(TAX_WORD), re.ASCII)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
SPOKEN_EMAIL = re.compile(r"([\w.+-]+) at ([\w-]+(?: dot [\w-]+)+)\b", re.IGNORECASE | re.ASCII)
EMAIL_NAMED = re.compile(both_scripts(r"電郵|電子郵件|電子郵箱|郵箱|e-?mail"), re.ASCII)
AMOUNT_NAMED = re.compile(both_scripts(r"金額|銀碼|總額|價錢|\bamount|\btotal|\bprice"), re.ASCII)
CHANGING = re.compile(
    both_scripts(
        r"改|換|轉|錯|更正|修正|變更|唔啱|不對|加返|加上|change|wrong|update|edit|correct|"
        r"amend|mistake|add|different|another"
    ),
    re.ASCII,
)
# Where the value stops although the sentence goes on.
END = re.compile(
    both_scripts(
        r"[，。;；\n!！?？]|,(?!\s*(?:ltd|limited|inc|llc|co\b|corp|l\.?p\.?))|\.(?=\s|$)"
        r"(?<!ltd\.)(?<!co\.)(?<!inc\.)(?<!no\.)(?<!eng\.)(?<!intl\.)(?<!mfg\.)(?<!dr\.)"
        r"(?<!mr\.)(?<!ms\.)(?<!mrs\.)|"
        r"\s*(?:唔該|麻煩|多謝|謝謝|拜託|得唔得|得嗎|可唔可以|可以(?:嗎|嘛)|好嗎|好唔好|順便|"
        r"順手|同埋|仲有|還有|另外|而唔係|而不是|唔係|不是|唔好|"
        r"(?:再|之後)?(?:重新|再|重)(?:開|發|寄)|就得|就可以|就好|就行|先啦|先得|然後|"
        r"再(?:幫我|send|寄)|用來報銷|報銷用|報數用)|"
        rf"\s+(?:please|pls|plz|thanks?|thx|ty|instead|asap|would you|could you|can you|"
        rf"if possible|not\b|rather than|right away|for me|as well|too\b)|"
        rf"\s*(?:和|同|及|與|跟|、|\band\b|\bwith\b|\bplus\b|&)\s*(?:the |my |our |also |add |"
        rf"put |change |個|埋|嘅|把|將|加|改|請)*(?:{TAX_WORD}|電郵|郵箱|email|e-mail|"
        rf"{TITLE_WORD}|"
        r"send|resend|email|tell|cancel|refund|check|can|could|please|i |also|寄|發|發送|send)|"
        rf"\s+(?:{TAX_WORD})|\s+(?:on|for) (?:the|my|this|that|order|invoice)\b|"
        rf"\s*[(（](?={TAX_WORD})"
    ),
    re.ASCII,
)
POLITE = re.compile(
    both_scripts(
        r"[\s,，.。!！?？~:：\"'“”「」『』]+$|(?:呀|啊|啦|喇|吖|㗎|嘅|架|嗎|吗|吧|呢|喎|嘞|囉|"
        r"喔|哦|晒|謝|thx|ok|先)+$"
    ),
    re.ASCII,
)
NO_TITLE = re.compile(
    both_scripts(
        r"^(?:\d{1,2}[號日/月]|.*@|[$\d.,\s]+$|(?:聽日|今日|新|舊|其他|另一個?|第二個?|正確|"
        r"個人|公司|我公司|我哋公司|我們公司|公司名|公司抬頭|抬頭|電子版?|紙本|"
        r"pdf|另一|的|嘅|一下|下|過|咗|得|唔|可|行|好|嗎|未|發票|張|買方|名|個|返|番|錯|wrong|"
        r"incorrect|my company|our company|the company|company|another|"
        r"(?:the |my |our )?(?:wrong|right|correct|old|new|proper|full) (?:name|company|title|"
        r"person)|something|it|a|the|me|my|order|invoice|this|that|be|is|different|changed?|"
        r"correct(?:ed)?|new|kettle)\s*$)|.*(?:號|樓|(?<!工作)(?<![畫教琴舞茶])室)\s*\d*$|^(?:wrong|incorrect|changed|"
        r"on the|isn|was)\b"
    ),
    re.ASCII,
)


TITLE_NAMED = re.compile(both_scripts(TITLE_WORD), re.ASCII)

OWN_NAME = re.compile(
    both_scripts(
        r"(?:我個名|我[嘅的]名|my name)[:： ]+(?=.)|(?:我哋?|我們|本|個)?[嘅的]?(?:公司|老闆|"
        r"學校)[嘅的]?(?:全?名稱?|名字)[:： ]*(?=.)"
    ),
    re.ASCII,
)

SHOULD_BE = re.compile(
    both_scripts(r"應該?(?:係|是|為|寫|叫)|正確[嘅的]?(?:係|是)|should (?:be|read|say)(?: to)?"),
    re.ASCII,
)

COMPANY = re.compile(
    both_scripts(
        r"公司|有限|企業|集團|工作室|學校|中學|小學|幼稚園|學會|協會|基金|教會|醫院|診所|商會|"
        r"商店|餐廳|酒家|行$|店$|會$|廠$|社$|"
        r"ltd|limited|inc\b|llc|company|\bco\b|corp|group|studio|school|clinic|association|"
        r"foundation|holdings|trading"
    ),
    re.ASCII,
)
# An order number or a time of day is nobody's name.
NO_NAME = re.compile(r"[\W_]*[a-z]{0,6}[-# ]?\d[\w-]*$", re.ASCII)
