"""Tells a passage that speaks to the assistant from one that speaks to customers."""

from __future__ import annotations

import re

from domain.script import simplify

# What such sentences are about: the assistant itself, what it was told, and what only it could do for everybody.
_ADDRESSED = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instruction|rule|prompt|polic|previous|above|guideline)"
    r"|\b(?:system prompt|system message|you are now|as an ai|dear (?:ai|assistant|bot))\b"
    r"|\b(?:ai|assistant|bot|chatbot)s? (?:must|should|shall|will)\b"
    r"|\b(?:approve|refund|pay|give) (?:all|every|any)(?: |one|body)"
    r"|\b(?:reveal|print|send|email|forward|leak)\b.{0,40}"
    r"\b(?:prompt|password|customer data|all customers|api key|secret)"
    r"|(?:忽略|无视|忘记|忘掉|不理|唔理|唔好理|绕过|跳过).{0,16}(?:指令|指示|规则|规矩|规定|提示|设定|限制|上面|以上|之前)"
    r"|系统(?:提示|指令|消息|讯息)|你(?:现在|而家|依家)?(?:是|系)(?:一个|个)?(?:ai|机器人|智能助理|没有限制)"
    r"|(?:助理|机器人|ai|bot)(?:必须|必需|要|应该|应当|一定要|请|须)"
    r"|(?:所有|任何|全部|每个|每位)(?:人|客人|客户|顾客|用户|订单).{0,10}(?:退款|退钱|赔偿|批准|免费)"
    r"|(?:退款|退钱|赔钱|转账|过数)(?:给|俾|畀)(?:所有|全部|任何|每个)",
    re.IGNORECASE | re.DOTALL,
)


def addresses_the_assistant(text: str) -> bool:
    """Whether the words could be meant for whoever answers, rather than for whoever asks."""
    return bool(_ADDRESSED.search(simplify(text)))
