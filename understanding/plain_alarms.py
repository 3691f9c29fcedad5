"""Alarms that plain words raise, however unlike the examples: a code given away, a double charge, a court."""

from __future__ import annotations

import re

_CODE = (
    r"(?:驗證碼|验证码|動態密碼|动态密码|密碼|密码|個碼|短訊碼|短信码|\bcodes?\b|\botp\b|"
    r"passcode|one[- ]time|\bpin\b|password)"
)
_SAID = r"(?:俾|畀|給|给|話|讲|講|說|说|讀|读|唸|念|報|报|傳|传|send|話俾|告訴|告诉)"
_GAVE = re.compile(
    rf"(?:\bgave|\bgiven|\btold|\bread|\bshared|\bpassed|\bhanded|\breplied with)\b.{{0,40}}?{_CODE}|"
    rf"{_SAID}(?:咗|左|了|過|过|晒|埋).{{0,14}}?{_CODE}|{_CODE}.{{0,12}}?{_SAID}(?:咗|左|了|埋|晒|出去)",
    re.I,
)
_NOT_GIVEN = re.compile(
    r"\b(?:didn'?t|haven'?t|hasn'?t|never|not|should i|can i|do i|if)\b|"
    r"\byou\b.{0,12}(?:the )?code|\bto you\b|\bgave you\b|\btold you\b|"
    r"冇(?:俾|畀|話|講|讀)|未(?:俾|畀|話|講)|沒有?(?:給|告訴|說)|没有?(?:给|告诉|说)|(?:俾|畀|給|给|話|讲|講|傳|传)(?:咗|了|過|过)?(?:你|妳|您)|"
    r"如果|假如|萬一|万一|應唔應該|应不应该|該不該|该不该|優惠碼|优惠码|折扣碼|折扣码|promo|discount|voucher",
    re.I,
)
_TWICE = re.compile(
    r"(?:(?:扣|碌|刷|劃|划|charg\w*|bill\w*|debit\w*).{0,14}?|(?:收|過|过)(?:咗|左|了)?(?:我)?(?:錢|钱|款|數|数)?)"
    r"(?:兩次|两次|兩筆|两笔|兩回|两回|2次|雙重|双重|重複|重复|double|twice|two times)|"
    r"(?:重複|重复|double|duplicate)\s*(?:扣|收|刷|charg|bill|payment)",
    re.I,
)
_PAID_UNSEEN = re.compile(
    r"(?:(?:俾|畀|付|轉|转|過|过|找|匯|汇)(?:咗|左|了|過|过)(?:錢|钱|款|數|数|帳|账)?|(?:錢|钱|款).{0,8}(?:俾|付|轉|转|過|过|扣|劃|划)(?:咗|了)|"
    r"\b(?:paid|transferred|payment (?:went|was)))"
    r".{0,40}?(?:未(?:俾|畀|付|收)|(?:沒|没|冇)(?:付|收到|到|紀錄|记录)|待付款|unpaid|not paid|"
    r"pending payment|no record|no payment)",
    re.I,
)
_NEVER_CAME = re.compile(
    r"(?:顯示|显示|話|話咗|說|说|寫|写|系統|系统|狀態|状态|status|says?|said|marked|shows?|claims?|app|tracking)"
    r".{0,24}?(?:送到|送咗|送達|送达|簽收|签收|派咗|放咗|放在|放喺|已送|deliver|left (?:at|with)|signed)"
    r".{0,40}?(?:[冇未無]收|[沒没](?:有)?(?:收|拿|見|见)|收唔到|攞唔到|冇(?:攞|見)過|乜都冇|根本[冇沒没]|"
    r"never (?:got|received|came|arrived|saw)|(?:did|have|has)n'?t (?:got|get|received?|seen|come|arrived?)|"
    r"nothing (?:here|there|at|came)|not (?:here|received))",
    re.I,
)
_FURIOUS = re.compile(
    r"好嬲|嬲(?:爆|死|到)|火滾|火都|激氣|激死|氣死|气死|忍無可忍|忍无可忍|太過[分份]|太过分|好憤怒|很生氣|很生气|非常生氣|非常生气|"
    r"\b(?:furious|livid|outrageous|(?:so|very|really|extremely) (?:angry|mad|upset)|pissed|fed up)\b",
    re.I,
)
_MONEY = re.compile(
    r"錢|钱|卡|款|數|数|帳|账|\$|蚊|元|card|charg|bill|debit|pay|visa|master|fps|octopus|八達通",
    re.I,
)
_COURT = re.compile(
    r"小額錢債|小额钱债|審裁處|审裁处|消委會|消委会|消費者委員會|消费者委员会|消費者協會|消费者协会|律師信|律师信|律師|律师|法庭|法院|控告|起訴|起诉|"
    r"12315|告到|告(?:你哋|你們|你们)|small claims|tribunal|lawyer|solicitor|\bsue\b|"
    r"take you to court|legal action|consumer council|"
    r"trading standards",
    re.I,
)


def told_plainly(text: str) -> frozenset[str]:
    """What the words alone report."""
    found = set()
    if _GAVE.search(text) and not _NOT_GIVEN.search(text):
        found.add("code_given")
    if _TWICE.search(text) and _MONEY.search(text):
        found.add("payment_dispute")
    if _NEVER_CAME.search(text):
        found.add("not_received")
    if _FURIOUS.search(text):
        found.add("anger")
    if _PAID_UNSEEN.search(text):
        found.add("payment_dispute")
    return frozenset(found)


def threatens(text: str) -> bool:
    """Does it speak of a court, a lawyer or the consumers' council?"""
    return _COURT.search(text) is not None
