"""Words without which a request or a report is hardly meant: what is learnt also fires on odd words."""

from __future__ import annotations

import re

_UNSURE = 0.1  # what is left of a request for which no word speaks
_DOUBTED = 0.3  # the same, of a report
_REQUESTS = {
    "cancel_order": (
        r"取消|cancel|唔要|不要|不需要|唔買|不買|不买|唔使|不用|退(?!休)|撤|停|唔想|不想|唔訂|不訂|不订|終止|终止|註銷|注销|作廢|作废|"
        r"[當当就][我係作]?.{0,2}(?:冇|沒|没)|剔走|刪|删|收返|咪|[別别]|算(?:啦|了|數)|撳錯|落錯|揀錯|落重|關了|关了|後悔|后悔|改變主意|反悔|重複|重复|"
        r"don'?t|do not|no longer|not going|stop|call .{0,20}off|scrap|void|withdraw|abort|"
        r"back out|drop|never ?mind|scratch|kill|"
        r"changed my mind|undo|duplicate|twice|mistake|accident|delete|\bbin\b|pull|ditch|"
        r"pretend|\bcut\b|take me off|won'?t|"
        r"hui siu|ceoi siu|keoi siu|m jiu|m maai"
    ),
    "cancel_booking": (
        r"取消|cancel|唔要|不要|不需要|唔住|不住|唔去|不去|唔嚟|不來|不来|退|撤|唔訂|唔得閒|去唔到|來不了|来不了|算(?:啦|了|數)|刪|删|作廢|放棄|放弃|"
        r"唔使|不用|[別别]|cut|don'?t|no longer|stop|call .{0,20}off|scrap|void|withdraw|drop|"
        r"won'?t|can'?t|not (?:coming|going)|release|"
        r"free up|skip|give up|mistake|get rid|let .{0,20}go|delete|duplicate|ceoi siu|m lei|m sai"
    ),
    "refund_order": r"退|錢|钱|款|賠|赔|[還还返]|蚊|\$|refund|money|back|cash|credit|reimburse|reverse|"
    r"dollar|teoi|cin|return",
    "return_order": (
        r"退|[還还寄返攞]|收走|取回|搬走|拎走|送回|return|back|take .{0,15}away|collect|pick|"
        r"refund|rma|teoi|gaau faan"
    ),
    "chase_delivery": (
        r"催|快|急|早|今[天日]|務必|务必|即刻|立即|插隊|插队|前 ?deliver|today|[趕赶]|推|施壓|"
        r"施压|盯|提前|提早|提速|加急|加速|優先|优先|跟進|跟进|緊急|遲|迟|慢|等|拖|聯絡|联系|"
        r"打(?:個|个)?電話|打(?:個|个)?电话|前[送到]|"
        r"chas|expedit|hurry|push|speed|asap|rush|quick|fast|urgent|follow|soon|nudge|priorit|"
        r"poke|bump|late|move|get on to|bring|lean|"
        r"make it happen|before|by (?:then|mon|tue|wed|thu|fri|sat|sun|tomorrow)|deliver it|jau gap|gap|faai|ceoi"
    ),
    "exchange_item": (
        r"[換换轉转改調调補补更]|升級|升级|exchange|swap|chang|replac|switch|upgrade|trade|instead|another|different|bigger|smaller|"
        r"new (?:one|pair)|rather|duplicate|move up|take .{0,8}back|正確|正确|寄錯|寄错|wun"
    ),
}
_REPORTS = {
    "suspicious": (
        r"碼|码|code|otp|\bpin\b|連結|链接|網址|网址|網站|网站|link|url|短訊|短信|簡訊|簡讯|sms|text|電話|电话|打[嚟來来俾畀電电]|call|phone|rang|"
        r"郵|邮|mail|呃|騙|骗|假|冒|扮|自稱|自称|[真]的?[嗎吗㗎]|靠[譜谱]|scam|fraud|phish|fake|pretend|claim|real|whatsapp|wechat|微信|qq|"
        r"telegram|facebook|付款|轉[賬錢]|转[账钱]|匯款|汇款|銀行|银行|bank|卡|qr|下載|下载|app|"
        r"安裝|安装|install|share screen|密碼|密码|password|"
        r"可疑|suspicious|中獎|中奖|抽獎|prize|gift|voucher|帳號|账号|帳戶|account|login|登入|登录|官方|official|some(?:one|body)|有人|加他|加佢|\bline\b|"
        r"says? (?:he|she)|係咪你哋|是不是你們|是不是你们|that you|sin zing|maa|hai mai"
    ),
    "delay": (
        r"[遲迟慢等催拖延誤误耐久趕赶]|未|[還还]沒|还没|都[沒没]|[沒没]收|仲冇|冇(?:影|動靜|消息|人)|動靜|动静|唔見|搵唔|丢|不动|過[咗了]|过了|超過|超过|"
        r"幾時|几时|何時|什麼時候|什么时候|應承|答應|話好|說好|说好|星期|禮拜|礼拜|[周週]|late|delay|overdue|wait|still|\bnot\b|n'?t\b|never|yet|"
        r"week|month|stuck|no sign|nothing|nobody|missing|behind|\bdue\b|slow|promised|"
        r"pushed back|\bwhen\b|\bwhere\b|supposed|should have|"
        r"第.{1,3}[日天]|[好幾几成].{0,2}[日天]|逾期|超[時时]|一直|改[咗了].{0,3}[又次]|晚[了咗]|冇嚟|[沒没冇]\s?(?:更新|update)|而家|現在|现在|"
        r"\d+ days|it'?s been|今日 ?\d|zung|ci\b"
    ),
    "privacy": (
        r"資料|资料|個資|私隱|隐私|隱私|個人|个人|紀錄|记录|記錄|刪|删|剷|抹|清除|註銷|注销|銷毀|销毁|忘記|忘记|數據|数据|"
        r"訂閱|订阅|退[訂订]|推廣|推广|推[銷销]|促[銷销]|[營营行][銷销]|直銷|廣告|广告|短訊|短信|簡訊|[電邮郵][邮郵件]|名[單单]|同意|授[權权]|"
        r"身份[證证]|第三方|[評评][論论]|[買买]家秀|姓名|我個名|全名|[號号][碼码]|手機號|手机号|電話|电话|"
        r"data|privacy|personal|delet|eras|remov|record|history|information|details|pdpo|gdpr|copy|forget|"
        r"wipe|purge|unsubscribe|opt.?(?:in|out)|marketing|newsletter|promo|consent|hkid|third part|review|"
        r"number|texts?\b|email|name|gong gou|zi liu"
    ),
}
_FOR_REQUESTS = {kind: re.compile(words, re.I) for kind, words in _REQUESTS.items()}
_FOR_REPORTS = {kind: re.compile(words, re.I) for kind, words in _REPORTS.items()}


def request_weight(kind: str, text: str) -> float:
    """1, or less where no word of the text speaks for such a request."""
    words = _FOR_REQUESTS.get(kind)
    return _UNSURE if words is not None and not words.search(text) else 1.0


def report_weight(kind: str, text: str) -> float:
    """The same for a report."""
    words = _FOR_REPORTS.get(kind)
    return _DOUBTED if words is not None and not words.search(text) else 1.0
