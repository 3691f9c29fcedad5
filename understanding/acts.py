"""What a message does to the conversation: agree, refuse, put off, take back, correct, ask to be asked first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.reading import Act
from understanding.models import Models

SURE = 0.6
_POLITE = r"那(?:就)?|咁(?:就|樣)?|就|唔該(?:晒|你)?|麻煩(?:晒|你|您)?|麻烦(?:你|您)?|有勞|有劳|多謝(?:晒|你)?|(?:謝謝|谢谢)(?:你|您)?|thanks?(?: you)?|thx|please|plz|pls|呀|啊|啦|喇|吖|㗎|喎|囉|嘅|的|了|吧|哦|喔|🙏|👍|👌"
_YES = (
    r"係咁?|啱|冇錯|没错|沒錯|無誤|好|得|可以|冇問題|沒問題|没问题|是|對|对|行|嗯|同意|照做|照辦|照办|確認|确认|確定|确定|"
    r"ok(?:ay)?|yes|yep|yeah|yup|sure|confirm(?:ed)?|correct|right|go ahead|do it|go for it|please do|proceed|sounds good|"
    r"that'?s (?:right|fine|correct|it)|all good|perfect|great|fine|absolutely|of course|both|all|"
    r"都|晒|岩|就(?:咁|這個|这个|呢個)|這樣|这样|咁樣|👍|👌|🆗|✅|取消佢?|改佢?|退佢?|做啦?|搞掂佢?|就咁|就這樣|就这样|全部|hai|ho"
)
_NO = r"唔好|唔使|唔要|唔係|不要|不用|不是|算(?:啦|了|數)?|no|nope|nah|don'?t|cancel that|never ?mind|唔得|否|不|別|别"
_FILL = r"[\s,，。.!！、~～…]*"
_ONLY_YES = re.compile(rf"^{_FILL}(?:(?:{_YES}|{_POLITE}){_FILL})+$", re.IGNORECASE)
_HAS_YES = re.compile(rf"(?:{_YES})", re.IGNORECASE)
_ONLY_NO = re.compile(rf"^{_FILL}(?:(?:{_NO}|{_POLITE}){_FILL})+$", re.IGNORECASE)
_HAS_NO = re.compile(rf"(?:{_NO})", re.IGNORECASE)
_UNDO = re.compile(
    r"un-?cancel|\bundo\b|reinstate|恢復|恢复|還原|还原|後悔|后悔|反悔|change (?:it|that) back|restore",
    re.IGNORECASE,
)
_ASK_FIRST = re.compile(
    r"問准我|問過我|先問我|問我先|先同我(?:確認|講|confirm)|同我(?:確認|confirm)(?:咗|過)?先|讀(?:返|一次|多次).{0,6}(?:俾|畀|比)我|"
    r"(?:做|郁手|落手|處理|改|取消|退|操作|执行|執行|办理|辦理)之?前.{0,8}(?:問|确认|確認|告訴|告诉|講|通知|跟我|confirm|check|讀|读|念|覆述|复述)|"
    r"先(?:不要|别|別|唔好)(?:動|动|郁|急|處理|处理|操作).{0,10}(?:確認|确认|等我|說|说|講)|等我(?:確認|确认|點頭|点头|say yes|confirm)|"
    r"先.{0,6}(?:念|讀|读|列|覆述|复述)(?:一遍|一次|出)?.{0,6}(?:給我|给我|畀我|俾我)|"
    r"(?:ask|check with|confirm with|tell|show) me (?:first|before)|before (?:you |doing |anything |making |going |touching )|"
    r"read (?:it|that|them|everything|this)? ?back|wait for my (?:ok|go|yes)|don'?t (?:do|change|touch) anything (?:yet|until|before)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Move:
    """The act of a message and how sure we are."""

    act: Act
    confidence: float


def read_act(text: str, models: Models) -> Move:
    """The act of a cleaned message as a whole. Plain words decide, the classifier where there are none."""
    if _ONLY_YES.match(text) and _HAS_YES.search(text):
        return Move("agree", 1.0)
    if _UNDO.search(text):
        return Move("undo", 1.0)
    if _ONLY_NO.match(text) and _HAS_NO.search(text):
        return Move("refuse", 1.0)
    scores = models.acts.scores(models.features([text]))[0]
    best = int(scores.argmax())
    label: Act = models.acts.labels[best]  # type: ignore[assignment]  # the keys of acts.yaml are the acts
    confidence = float(scores[best])
    if asks_first(text):
        return Move("ask_first", 1.0)
    return Move(label, confidence) if confidence >= SURE else Move("none", 1 - confidence)


def asks_first(text: str) -> bool:
    """Does the customer want to be asked before anything is done?"""
    return _ASK_FIRST.search(text) is not None


# "They don't fit" is a reason, not a no.
_DO_NOT = (
    r"\b(?:don'?t|do not)\b(?! (?:fit|work|want|need|like|know|think|match|suit|mind|have|see|"
    r"understand|believe|care|look|get|feel)\b)"
)
_NEGATED = re.compile(
    r"唔好(?!意思)|唔使|咪住|咪(?=取|退|改|換|寄|郁)|先別|先别|別(?=取|退|改|換|寄|動|急)|别(?=取|退|改|换|寄|动|急)|"
    rf"不要(?=取消|退|改|換|换|寄|動|动|再)|不用|不必|無需|无需|{_DO_NOT}|no need|not? (?:to )?(?:cancel|return|refund|change)|"
    r"留返|留番|留低|留著|留着|保留|唔郁|唔改|唔取消|唔退|唔換|不取消|不退|不改|不換|不换|先不|先唔|暫時不|暂时不|暫時唔|不[動动]|"
    r"維持|维持|"
    r"\b(?:keep|leave|skip|forget|drop|except|without)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"就好|就得|就夠|就可以|即可|便可|先做|淨係|净係|只(?:要|需|係|是|做|改|退|取消|寄|幫)|\bonly\b|\bjust\b|得.{1,6}就",
    re.IGNORECASE,
)


def negates(text: str) -> bool:
    """Does a clause say not to do, or to leave as it is?"""
    return _NEGATED.search(text) is not None


_FORBIDS = re.compile(
    r"唔好(?!意思)|唔使|咪住|咪(?=取|退|改|換|寄|郁)|先別|先别|別(?=取|退|改|換|寄|動|急)|别(?=取|退|改|换|寄|动|急)|"
    rf"不要(?=取消|退|改|換|换|寄|動|动|再)|不用|不必|無需|无需|{_DO_NOT}|\bno need\b",
    re.IGNORECASE,
)


def forbids(text: str) -> bool:
    """Does a request say plainly not to do it? `Keep the pan, drop the brush` does not."""
    return _FORBIDS.search(text) is not None


_HESITATES = re.compile(
    r"諗(?:諗|下|吓|一諗|清楚)|想(?:想|一下|清楚)再|考慮|考虑|等等|等陣|等阵|等一下|遲[啲D些]|迟[点些]|晚[點点]|再[說说講]|睇下先|先放|唔肯定|不確定|不确定|"
    r"\b(?:hold|pause|park|postpone|not yet|wait|later|think (?:about|it)|not sure|maybe|let me think)\b",
    re.IGNORECASE,
)


def hesitates(text: str) -> bool:
    """Does a clause put something off?"""
    return _HESITATES.search(text) is not None


def limits(text: str) -> bool:
    """Does a clause say only this and nothing else?"""
    return _ONLY.search(text) is not None


def agrees(text: str) -> bool:
    """Is a clause nothing but a yes?"""
    return _ONLY_YES.match(text) is not None and _HAS_YES.search(text) is not None
