# ruff: noqa: E501 - tables of wordings read better unbroken
"""The words that promise, state or limit something, in four languages under one name each.

Text is compared in Simplified characters and half width (`support/numerals.py`), so one spelling stands for both
scripts. A name that is too wide costs a wording; one that is too narrow would cost the company money.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from domain.script import simplify


def _table(words: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(simplify(pattern), re.IGNORECASE) for name, pattern in words.items()}


# What a company may be held to.
COMMITMENTS = _table(
    {
        "refund": r"退款|退钱|退返|退番|退还|退回|退费|原路退|\brefund|money back|\breimburs|\brepa(?:y|id)",
        "return": r"退货|退换|\breturn(?!ing customer)",
        "compensate": r"赔|补偿|补返|补回|compensat|make (?:it|this) up|making (?:it|this) up|goodwill",
        "guarantee": r"保证|担保|包保|包你|包冇|包无|guarant|promis|承诺|应承|答应|\bpledge|\bvow\b|my word"
        r"|you have our",
        "certain": r"一定|必定|肯定|绝对|百分之?百|百分百|放心|实会|实得|稳阵|definitely|certainly|for sure|absolutely|rest assured|\bassur"
        r"|without (?:a )?(?:doubt|fail)|no doubt|\b100\s*%|surely|\bcertain\b",
        "assent": r"冇问题|没问题|无问题|当然|梗系|得㗎|可以㗎|no problem|no worries|of course|\bsure\b|yes,|happy to do|好的,没"
        r"|consider it done",
        "free": r"免费|免运|包邮|免邮|唔收(?:你)?(?:钱|费)|不收(?:您|你)?(?:钱|费)|唔使(?:俾|畀|比)钱|不用(?:付|给)钱"
        r"|free[- ]of[- ]charge|\bfor free\b|complimentary|no charge|at no (?:extra )?(?:cost|charge)|on the house|\bon us\b"
        r"|free (?:delivery|shipping|return|replacement|repair|gift|upgrade|item|night|breakfast|of)|without charge"
        r"|cost you nothing|our treat",
        "gift": r"赠|送你|送返|送多|送埋|附送|送您|礼物|礼品|礼券|\bgift|\bbonus|throw in|\bextra\b|额外",
        "discount": r"折扣|\d\s*折|打折|优惠|减价|特价|半价|便宜啲给|平啲|平D|现金券|礼券|优惠券|优惠码|回赠|discount|coupon"
        r"|voucher|% off|percent off|half[- ]price|\brebate|\bpromo|\bcashback|store credit|\bcredit (?:you|your)|\bdeal\b"
        r"|special price|\bcheaper|knock off|price match",
        "waive": r"豁免|免除|免收|免手续费|免咗|唔使俾|唔使畀|不用付|无需付|\bwaiv|exempt|fee[- ]free|forgo|write off",
        "points": r"积分|里数|赏分|reward|loyalty points|\bpoints\b",
        "cancel": r"取消|作废|\bcancel|\bvoid(?:ed)?\b|撤销|撤回",
        "approve": r"批准|批咗|批出|获批|审批|通过咗|已通过|审核通过|\bapprov|\baccepted|\bgranted|green light|got the ok",
        "exchange": r"换货|换返|换过|换新|更换|换一|replac|\bexchang|\bswap|brand[- ]new one|new unit",
        "resend": r"补寄|补发|重新寄|重发|再寄|寄多|寄过|\bre-?send|\bre-?ship|another one",
        "upgrade": r"升级|升等|升房|\bupgrad",
        "extend": r"延长|延期|宽限|展期|\bexten(?:d|sion)|grace period|late check-?out",
        "hurry": r"优先|加急|插队|特快|priorit|\bexpedit|\brush|fast[- ]track|express",
        "at once": r"即刻|立刻|立即|马上|实时|当堂|immediate|right away|right now|at once|instant|straight away|\basap\b",
        "soon": r"尽快|好快就|很快就|快速|\bsoon|shortly|quickly|in no time|before long",
        "will": r"我会|我哋会|我们会|我地会|公司会|会帮|会为|会替|将会|会安排|同你搞掂|\bwe will\b|\bwe'll\b|\bi will\b|\bi'll\b"
        r"|\bwe are going to|\bi'm going to|\bi am going to|\bwill be\b|\bwe shall\b|\blet me\b|\byou'll\b|\byou will\b",
        "did": r"搞掂|办好|办妥|处理好|处理咗|已处理|已经处理|已为|已帮|帮你.{0,6}咗|已经.{0,4}帮|安排好|安排咗|已安排|改好|已改|改咗"
        r"|已更新|更新咗|done|completed|processed|sorted|taken care|i've|we've|i have (?!no)|we have (?:now|just|already|made|issued|applied)"
        r"|has been (?!delivered|shipped)|have been",
        "colleague": r"同事|专员|经理|主管|客服|真人|人工|colleague|\bmanager|supervisor|\bagent\b|specialist|real person"
        r"|\bhuman|\bteam\b|technician|师傅",
        "contact": r"致电|打电话|打(?:俾|畀|给)你|来电|联络|联系|回电|覆你|回复你|回复您|通知你|通知您|call you|contact|get back to you"
        r"|\bphone you|\bemail you|\bmessage you|\bnotify|let you know|keep you (?:posted|updated)|follow up|跟进|跟住",
        "chase": r"催|\bchas(?:e|ing)|\bescalat|投诉|complain",
        "liable": r"负责|承担|责任|我哋嘅错|我们的错|我哋错|liab|our fault|our mistake|our responsibility|\bresponsib|we are to blame"
        r"|negligen|疏忽|admit",
        "pay": r"付款|俾钱|畀钱|给钱|转账|过数|过户|入数|转数快|支付|信用卡|银行户口|银行账户|\bpay(?!ment methods)|\btransfer|\bdeposit (?:to|into)"
        r"|\bbank\b|credit card|\bfps\b|payme|alipay|wechat pay|\bbitcoin|crypto",
        "secret": r"密码|验证码|身份证|护照|\botp\b|password|passcode|verification code|one-time code|\bcvv\b|\bpin\b|\bhkid\b"
        r"|card number|卡号|安全码|security code|\blog ?in\b|登入|登录",
        "link": r"扫码|二维码|点击|撳(?:呢|条)|下载|安装|\bclick|\bqr code|download|install|whatsapp|telegram",
        "legal": r"法律|律师|起诉|诉讼|合约|合同|\blegal|\blawyer|\bcontract|\bsue\b|court|条款|terms",
        "safe": r"安全|无害|冇事|没事|可以继续用|\bsafe\b|harmless|nothing to worry|medical|医",
        "warranty": r"保养|保修|保用|维修|warrant|\brepair",
        "anyone": r"随时|任何|无限|所有|全部|全数|全额|全单|\bany ?time|\bany(?:thing|where)?\b|unlimited|\ball\b|\bfull\b|\bevery|in full"
        r"|整单",
        "sorry": r"对唔住|唔好意思|抱歉|对不起|不好意思|道歉|见谅|\bsorry|apolog|\bregret|forgive",
        "authority": r"管理员|系统指示|system prompt|instruction|override|\badmin\b|developer|debug|ignore (?:the|all|previous)"
        r"|language model|\bas an ai|\bi am an ai|openai|chatgpt|qwen|千问|语言模型|人工智能",
    }
)  # fmt: skip

# What is so, or not so. A draft may say it in other words, but not say another thing.
STATUSES = _table(
    {
        "delivered": r"送到咗|已送达|已经送到|已经送达|送达咗|已签收|签收咗|收咗货|送到㗎喇|(?<!not )\bdelivered|\bhas arrived|\bwas received",
        "shipped": r"寄咗|寄出|发货|已发出|出咗货|喺路上|在路上|在途|运送中|派送|送紧|派件|\bshipped|\bdispatch|on its way|on the way"
        r"|in transit|out for delivery|\bsent\b|hasn't left|has left",
        "cancelled": r"已取消|取消咗|已经取消|\bcancell?ed",
        "paid": r"已付|付咗|已经付|收到款|收咗钱|\bpaid\b|payment received",
        "refunded": r"已退|退咗|已经退|\brefunded",
        "in stock": r"有货|现货|货存|有存货|in stock|available|\bstock",
        "preparing": r"备货|准备紧|准备中|处理紧|处理中|正在处理|\bprocessing|being prepared|\bpacking|preparing",
        "late": r"延误|迟咗|遅|延迟|耽搁|逾期|\bdelay|\blate\b|overdue|behind schedule",
        "lost": r"寄失|唔见|丢失|遗失|\blost\b|missing",
        "open": r"营业|开门|开铺|\bopen(?:s|ing)?\b|开放",
        "closed": r"休息|关门|收工|下班|休业|\bclosed?\b|结业|off duty",
        "free rooms": r"有房|空房|仲有.{0,4}间|rooms? (?:are )?(?:available|free|left)|\bfree\b",
        "booked": r"订好|订咗|已订|已预订|预订成功|\bbooked|\breserved|booking is confirmed|已确认",
        "damaged": r"损坏|烂咗|坏咗|破损|\bdamaged|\bbroken|faulty|defect",
        "expired": r"过期|失效|过咗期|\bexpired",
        "valid": r"有效|valid",
    }
)  # fmt: skip

# What makes a statement smaller: it may not go away, and hedges and bounds may not come either.
LIMITS = _table(
    {
        "only": r"只(?!不过|要)|仅|净系|只限|限于|\bonly\b|得返|不过现货得|\bsolely|limited to",
        "must": r"必须|一定要|须|(?<!唔使)需要(?!帮|我|的话)|\bmust\b|\brequir|\bhave to\b|\bneeds? to\b",
        "unless": r"除非|除咗|除了|不包括|不适用|唔包|\bunless|\bexcept|exclud",
        "if": r"如果|若果|如有|若(?!干)|假如|要系|的话|\bif\b|provided that|as long as",
        "estimate": r"预计|估计|预期|大约|大概|约(?!会)|左右|应该|可能|或者会|\babout (?=[\d$H])|approx|estimat|\bexpect|\bshould\b|\bmay\b(?! \d)|\bmight\b"
        r"|roughly|around (?=[\d$H])|\bdue\b|原定|likely",
        "most": r"最多|上限|不超过|唔超过|以下|\bat most|up to|maximum|no more than|\bunder\b",
        "least": r"至少|最少|起码|以上|满|\bat least|minimum|\bover\b|more than|超过",
        "within": r"(?<![a-z])内|以内|之内|\bwithin|\binside of|(?<=日)内",
        "before": r"之前|以前|最迟|前(?=完成|送|到|退)|\bbefore|no later than|\bby (?=\d|mon|tue|wed|thu|fri|sat|sun)|有效到|有效至|\buntil\b",
        "after": r"之后|以后|\bafter\b|\bonce\b|后(?=先|才|再)",
        "from": r"起计|起算|\bfrom (?=\d|hk|\$|mon|tue|wed|thu|fri|sat|sun)|\bstarting\b",
        "each": r"每|\beach\b|\bper\b|\ba night\b|a piece",
    }
)  # fmt: skip
MAY_COME = frozenset({"if", "only", "must"})  # a narrower statement promises nothing more

# What an amount or a day stands for, so that two of them cannot change places.
LABELS = _table(
    {
        "total": r"总数|总共|合计|总额|共计|一共|\btotal|come[s]? to|altogether",
        "each": r"每件|每晚|单价|每个|\beach\b|per (?:night|item|piece)|a night|a piece",
        "deposit": r"按金|订金|定金|\bdeposit",
        "fee": r"手续费|运费|邮费|行政费|\bfee\b|shipping cost|delivery charge|postage|附加费",
        "refund": r"退款|退返|退还|退回|\brefund",
        "difference": r"差额|差价|补价|\bdifference",
        "balance": r"结余|余额|\bbalance",
        "check-in": r"入住|\bcheck-?in",
        "check-out": r"退房|\bcheck-?out|离店",
        "arrives": r"送到|送达|到货|(?<=日)到|派送|\barriv|\bdeliver",
        "shipped": r"寄出|寄咗|发货|\bshipp|\bdispatch|\bleft\b",
        "ordered": r"落单|下单|订购|\bordered|\bplaced",
        "valid": r"有效|\bvalid|\bexpir|到期",
        "restock": r"补货|返货|\brestock|back in",
    }
)  # fmt: skip

# Words that look like a no and are none; questions of the kind 要唔要 count as questions.
NEUTRAL = re.compile(
    r"唔该晒?|唔好意思|不好意思|唔使客气|不用客气|不必客气|不客气|唔紧要|不要紧|没关系|冇关系|不过|不如|不断|不妨|不单|不仅|不只|不便之处"
    r"|未来|无论|不论|唔理|非常|差唔多|差不多|对唔住|对不住|对不起|冇问题|没问题|无问题|没错|冇错|无线|不锈钢|无糖|不同款|不时"
    r"|([\u4e00-\u9fff])[唔不未没]\1|有冇|有没有|是否|can't wait|no problem|not only|no worries|why not|\bNo\.\s?(?=\d)",
    re.IGNORECASE,
)
NEGATION = re.compile(
    r"[唔不未没冇无勿莫]|(?<![特分个级性类区])别(?!的|人|针|墅|名|处)|非(?!常)|拒绝|禁止|失败|缺货|售罄|断货|卖晒|沽清|停售"
    r"|\b(?:not|no|never|none|neither|nor|nothing|nobody|cannot|without|unable|unavailable|unfortunately|fail(?:ed|s)?|refuse[ds]?"
    r"|declined?|impossible|out of stock|sold out|aint|dont|cant|wont|isnt)\b|n't\b",
    re.IGNORECASE,
)
QUESTION = re.compile(r"\?+|吗(?=[。.!\s]|$)|[要使]唔[要使]|好唔好|可唔可以|能不能|要不要|是否")
CONSENT = re.compile(
    r"确认|确定|同意|授权|回[复覆]\s*[「“\"']|\bconfirm|\bproceed|go ahead|\bagree|reply\s+[\"']?(?:yes|ok)|say yes|shall i"
    r"|would you like|do you want|may i\b|could you|can you|请(?:您|你)?(?:提供|输入|填|回|选|话)|麻烦(?:你|您)?(?:提供|输入|填|俾|畀|给)"
    r"|please (?:provide|enter|send|give|share|reply|tell)|话(?:返)?我知你嘅|告诉我您的|tell me your|授权|按[「“\"']?(?:是|系)",
    re.IGNORECASE,
)

# Words that say nothing by themselves; every other word of a draft must stand in the facts.
HARMLESS = frozenset(
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "you",
        "your",
        "yours",
        "we",
        "our",
        "i",
        "my",
        "me",
        "us",
        "and",
        "or",
        "to",
        "of",
        "in",
        "on",
        "at",
        "for",
        "with",
        "as",
        "by",
        "here",
        "there",
        "now",
        "then",
        "just",
        "also",
        "too",
        "please",
        "hi",
        "hello",
        "dear",
        "good",
        "new",
        "thank",
        "thanks",
        "do",
        "does",
        "did",
        "ha",
        "have",
        "had",
        "has",
        "having",
        "what",
        "which",
        "who",
        "how",
        "when",
        "where",
        "while",
        "whereas",
        "both",
        "respectively",
        "meanwhile",
        "kindly",
        "note",
        "number",
        "currently",
        "current",
        "moment",
        "so",
        "yet",
        "still",
        "ye",
        "yes",
        "it'",
        "they",
        "their",
        "them",
        "come",
        "came",
        "coming",
        "regarding",
        "let",
        "quick",
        "look",
        "see",
        "ready",
        "already",
        "together",
        "well",
        "great",
        "happy",
        "glad",
        "day",
        "ti",
        "wa",
        "thi",
        "i'm",
        "you're",
    ]
)
HARMLESS_SIGNS = frozenset(
    simplify(
        "嘅咗啦喇㗎呀啊喎囉呢哦噢吖嘞嗰啲緊喺係同埋就都亦也的了是在和與及跟把被得地着這那個你您佢我哋們咁啫吧"
        "已經目前現在暫時而家請為由於之其此號碼編單張間款件好消息喜留意睇看嚟來先再又住定還至另外訂買話知曉仲上呀哈囉嗨到"
        "想要比較起身下手一邊樣項麼什時候幾多點所有關方面"
    )
)
