"""The obvious list of words by which others raise alarms: the rival that the product is measured against."""

from __future__ import annotations

import re

from evals.alarms.labelled import Meaning

_WORDS: dict[Meaning, str] = {
    "alarm": (
        "投訴|投诉|申訴|申诉|客訴|延誤|延误|遲|迟|退款|破損|破损|損壞|损坏|爛|烂|壞|坏|碎|裂|賠償|赔偿|賠|赔|漏|煙|烟|燒|烧|爆|受傷|受伤|"
        "扣多|多扣|重複扣|重复扣|未收到|沒收到|没收到|冇收到|律師|律师|消委會|消费者委员会|消費者委員會|12315|驗證碼|验证码|"
        "complain|delay|late|overdue|refund|damage|broken|smash|crack|compensat|injur|smoke|burn|fire|leak|shock|"
        "charged twice|double charge|not received|never arrived|lawyer|solicitor|consumer council"
    ),
    "anger": (
        "嬲|激氣|火滾|生氣|生气|憤怒|愤怒|氣死|气死|垃圾|廢|废|離譜|离谱|過分|过分|騙子|骗子|白痴|混蛋|痴線|黐線|有冇搞錯|忍夠|受夠|受够|"
        "angry|furious|ridiculous|useless|rubbish|terrible|stupid|idiot|disgrace|unacceptable|worst|scam|wtf|shame"
    ),
    "person": (
        "真人|人工|客服|專員|专员|經理|经理|主管|職員|职员|同事|"
        r"\bhuman|\bagent\b|real person|\bperson\b|manager|supervisor|operator|representative|\bstaff\b|colleague"
    ),
}
_FOR: dict[Meaning, re.Pattern[str]] = {
    meaning: re.compile(words, re.IGNORECASE) for meaning, words in _WORDS.items()
}


def heard_by_words(text: str) -> frozenset[Meaning]:
    """Everything of which a word stands in the text, whatever it is said of."""
    return frozenset(meaning for meaning, words in _FOR.items() if words.search(text))
