"""Small talk, and the notes that channels leave where a picture or a recording was."""

from __future__ import annotations

import re

_ATTACHMENT = re.compile(
    r"[\[【(（<]\s*(?:圖片|图片|相片|照片|相|圖|图|語音|语音|錄音|录音|voice(?: ?(?:note|message))?|audio|video|影片|視頻|视频|短片|"
    r"檔案|文件|file|photo|image|picture|pic|sticker|貼圖|贴图|表情|attachment|附件|location|位置)[^\]】)）>]{0,40}[\]】)）>]",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"多謝|謝謝|谢谢|thank|thx|唔該晒|唔該曬|感謝|感谢|麻煩晒|cheers|m goi saai", re.IGNORECASE
)
_BYE = re.compile(r"拜拜|再見|再见|\bbye\b|good ?night|早抖|晚安|88$|下次再", re.IGNORECASE)
_BOT = re.compile(
    r"機械人|机器人|機器人|\bbot\b|\brobot\b|\bai\b|真人(?:嚟|来|來)?(?:㗎|嗎|吗)|係咪人|是不是人|are you (?:human|real|a person)",
    re.IGNORECASE,
)


def attachment(text: str) -> tuple[bool, str]:
    """Whether the message carries something we cannot read, and the words beside it."""
    left = _ATTACHMENT.sub(" ", text)
    return left != text, left.strip()


def asks_who_it_is(text: str) -> bool:
    """Do they ask whether they speak to a machine?"""
    return _BOT.search(text) is not None


def small_reply(text: str) -> str:
    """The sentence that answers small talk."""
    if _BOT.search(text):
        return "talk.bot"
    if _THANKS.search(text):
        return "talk.thanks"
    return "talk.bye" if _BYE.search(text) else "talk.greeting"
