"""What a postal address is made of, and the words that go before and after one in a message."""

from __future__ import annotations

import re

from understanding.districts import CHINESE, ENGLISH
from understanding.normalise import both_scripts

_PLACES_EN = "|".join(re.escape(name).replace(r"\ ", " ?") for name in ENGLISH)
_HAN = r"[\u3400-\u9fff]"

# Each kind of evidence counts once. Patterns meet folded text, where numerals stay as written.
EVIDENCE = {
    kind: re.compile(both_scripts(pattern), re.ASCII)
    for kind, pattern in {
        "road": (
            rf"{_HAN}{{1,5}}(?:街(?!坊|市|道)|(?<!街)道(?!歉|理|具|謝)|大道|路(?!程|上|由|過)|"
            rf"徑|巷|"
            rf"胡同|弄|里(?=\s?\d)|坊(?=\s?\d))|"
            r"\b(?:street|st|road|rd|avenue|ave|lane|drive|path|terrace|crescent|boulevard|"
            r"blvd|highway|"
            r"praya|circuit|close|queensway|broadway|expressway)\b\.?"
        ),
        "number": (
            r"\d+[a-z]?(?:\s?[-–至]\s?\d+[a-z]?)?\s?號|[一二三四五六七八九十百零]+號(?!色)|"
            r"(?:\bno\.? ?)\d+|\b\d+[a-z]?(?:-\d+[a-z]?)? (?=[a-z']+(?: [a-z']+){0,3} "
            r"(?:street|st|road|rd|avenue|ave|lane|drive|path|terrace|crescent|boulevard|"
            r"highway|circuit)\b"
            r"|queensway|broadway)|(?:^|, ?)\d{1,4}[a-z]? [a-z]+ [a-z]+(?: [a-z]+)?(?=,|$)"
        ),
        "building": (
            rf"{_HAN}{{1,8}}(?:大廈|中心(?!點)|廣場|花園|工廈|商場|豪庭|豪園|名城|新城|新村|"
            rf"公寓|大樓|酒店|學校|醫院|大學|"
            rf"書院|屋苑|倉庫|工業園|科技園|科學園|小區|廠)|{_HAN}{{2,6}}(?:苑|邨|"
            rf"村(?=\s?[\d一二三四五六七八九十a-z第]|$)|閣|"
            rf"軒|居(?=[\d一二三四五六七八九十a-z]|$)|"
            rf"樓(?=\s?[\d一二三四五六七八九十a-z])|臺|灣畔|山莊|"
            rf"城(?=\s?[\d一二三四五六七八九十a-z]))|"
            r"\b(?:building|bldg|centre|center|ctr|tower|house|mansions?|court|gardens?|"
            r"estate|plaza|block|blk|"
            r"phase|industrial|factory|villas?|heights|residences?|hotel|school|university|"
            r"hospital)\b"
        ),
        "unit": (
            r"\d+[a-z]?\s?(?:樓|層|字樓|單元|棟|幢|栋|座|室|房|號舖|號鋪|舖)|"
            r"[一二三四五六七八九十廿]+(?:樓|座|期|單元|室)|"
            r"地下|(?<![a-z])[a-z]\d?\s?(?:室|座|舖|鋪)|[a-z]\s?號舖|\d+/f\b|g/f\b|\b(?:flat|"
            r"flt|unit|room|rm|suite|ste|shop|apt|"
            r"apartment)\.? ?(?:[a-z]{0,2}-?\d+[a-z]?|[a-z])\b|\b\d+(?:st|nd|rd|th)? (?:floor|"
            r"fl)\b|"
            r"\bfloor \d+|\bground floor"
        ),
        "place": (
            rf"{'|'.join(CHINESE)}|香港|{_HAN}{{2,3}}(?:省|市(?!場|面)|區(?!別))|"
            rf"\b(?:{_PLACES_EN}|hong kong|hk|kln|n\.?t\.?)\b"
            r"|\bcentral\b(?=,|$)"
        ),
    }.items()
}
TRIGGER = re.compile(
    both_scripts(
        r"(?:送貨|收貨|送餐|收件|派送|配送|新)?地址\s*(?:請|幫我)?(?:改|更改|變更|更新|轉|換|"
        r"更正)(?:返)?(?:成|做|為|到|去|至|過|咗做|了)?\s*[:：]?|"
        r"地址\s*(?:去|到|至|做)\s*|(?:新|送貨|收貨|收件|配送)?(?:嘅)?地址\s*(?:應該|而家|"
        r"現在)?(?:係|是|为|:|：)+\s*[:：]?|新(?:送貨|收貨)?地址\s*[:：]?|"
        r"(?:改|轉|再|重新)?(?:為)?(?:送|寄|派|運|发|發|配送|送貨|郵寄|派送)(?:返|番|貨|件)"
        r"?(?:去|到|至|來|往|嚟)\s*[:：]?|"
        r"(?:改|轉)(?:寄|送|派|發)\s*[:：]?|(?:改|換|轉)(?:返|番)?(?:成|做|去|到|為|至)"
        r"\s*[:：]?|搬(?:咗|左|了)?(?:去|到|屋去|家到)\s*|"
        r"\b(?:deliver(?:ed)?|ship(?:ped)?|send|sent|redirect(?:ed)?|rerouted?|bring|drop)"
        r"\b(?: (?!to\b)[\w'’#-]+){0,6}? (?:to|at)\b\s*:?|"
        r"\b(?:moved?|moving) to\b|\baddress\b(?: (?!to\b|is\b|as\b)[\w'’#-]+){0,5}? (?:to|is|"
        r"as|should be|will be|would be)(?: now| be)?\b\s*:?|"
        r"\b(?:new|delivery|shipping|my|correct) address\s*:|\b(?:change|update|switch)"
        r" it to\b|\baddress\s*[:：]|"
        r"\binstead (?:to|at)\b|\bdelivery to\b|\bto (?=(?:no\.? ?\d|flat|unit|room|rm|shop|"
        r"suite|\d+[a-z]?[ ,/])\b)"
    ),
    re.ASCII,
)
NEGATED = re.compile(
    both_scripts(
        r"(?:唔好|唔係|唔使|不要|別|不是|並非|don'?t|do not|not|never|instead of)(?: be)"
        r"?[^,，。!！?？]{0,6}$"
    ),
    re.ASCII,
)
# The first of these ends an address that runs on without punctuation.
TAIL = re.compile(
    both_scripts(
        r"\s*(?:唔該|麻煩|多謝|謝謝|感謝|拜託|得唔得|得嗎|得未|可唔可以|可不可以|可以(?:嗎|嘛|"
        r"不)?|行嗎|行不行|好嗎|好唔好|好不好|好冇|"
        r"順便|順手|同埋|仲有|還有|另外|然後|而唔係|而不是|唔好|不要|唔係|不是|收件人|收貨人|"
        r"電話|聯絡|手機|因為|係咪|幾時|什麼時候|"
        r"就得|先啱|才對|送呢度|送呢邊|送嚟|送這|其他(?:照舊|不變|一樣|照)|其餘|直接收|就可以|"
        r"就好|送去|"
        r"寄去|送到|寄到|[,，\s]*[\u3400-\u9fff]{1,3}(?:先生|小姐|女士|"
        r"太太)|就行|先啦|先喇|先得|未送|能不能|能改|呢個地址|這個地址|嗰度|那邊|那裡|嗰邊|"
        r"我搬|我要|我想|"
        r"[呀啊啦喇吖㗎嘅架嗎吗吧呢喎嘞囉喔哦](?=\s*$|[,，。.!！?？\s])|"
        r"(?:,|\s)\s*(?:please|pls|plz|thanks?|thank you|thx|ty|tks|cheers|instead|would you|"
        r"could you|can you|will you|"
        r"if possible|if you can|if that|asap|rather than|not (?:to|the|my)|and (?:also|can|"
        r"could|please|i|my|the|refund|change|cancel|tell|what|when)|"
        r"also|because|since|as (?:i|we)|but|tel\b|phone|attn|ok\b|okay|right away|by the way|"
        r"btw|when|how|what|where|do i|it'?s|is that|"
        r"for (?:order|my|the)|from now|by (?:mon|tue|wed|thu|fri|sat|sun|tomorrow)\w*|"
        r"tomorrow|today|now)\b|"
        r"\s+-{1,2}\s+|[。！？!?;；]|\.(?=\s+[a-z]{3,})(?<!rd\.)(?<!st\.)(?<!ave\.)(?<!no\.)"
        r"(?<!rm\.)(?<!bldg\.)(?<!flt\.)(?<!blk\.)|$)"
    ),
    re.ASCII,
)
# A part that asks for something is not part of the address.
REQUEST = re.compile(
    both_scripts(
        r"阿媽|阿爸|老婆|老公|媽媽|爸爸|住|先啱|才對|退|換|查|發票|幾時|訂單|張單|單號|幫|想|"
        r"要|請|唔該|麻煩|多謝|謝|另外|順便|同埋|仲有|"
        r"還有|電話|收件|聯絡|我|你|啱|得|可以|嗎|未|咗|了|"
        r"\b(?:i|i'm|my|me|you|your|please|pls|thanks?|refund|cancel|order|invoice|when|what|"
        r"how|where|can|could|would|will|"
        r"also|because|since|instead|it|its|but|want|need|don't|this|that|ok|okay|change|and)"
        r"\b|@|https?:"
    ),
    re.ASCII,
)
LEAD = re.compile(
    both_scripts(
        r"(?:\s|[:：,，「『\"“'(（]|應該係|應該是|應為|補返|補上|本公司|新址|新寫字樓|新舖|"
        r"新房|(?:it )?should be|it'?s\b|係|是|為|返|番|呢個|"
        r"喺|在|這個|我(?:哋|們|地)?(?:嘅|的)?|"
        r"屋企|公司|新(?:地址|屋企|公司|家)|辦公室|地址|家裡|家里|嘅|的|"
        r"(?:my |our )?(?:new |the )?(?:flat|home|office|place|house|apartment|address)"
        r" (?:is )?(?:at|in|is|now)\b|"
        r"my|our|(?:new |the )?(?:office|home|place|flat at|address|company)\b(?= (?:at|in|is)"
        r"\b|[:：,，])|(?:at|in|is)\b|the following|here)+\s*"
    ),
    re.ASCII,
)
STRIP = " \t\n,，、:：;；.。!！?？~…\"'“”「」『』-–—"
