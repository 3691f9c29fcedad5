"""Answers that no product may believe: each takes what a model that behaves would say, and spoils it."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pydantic import JsonValue

from simulators.model.answer import Answer, Called
from simulators.model.asked import Asked, Offered
from simulators.model.malicious import malicious
from simulators.model.prompts import ids, invent
from simulators.model.schemas import Schema, fill, kind

Spoil = Callable[[Asked, Answer], Answer]
_MEGABYTES = 5
_DUPLICATES = 50
_FACTS = re.compile(r"[A-Z$¥€-]*\d[\d,.:/-]*", re.ASCII)
_LANGUAGES = (
    "Здравствуйте! Мы получили ваш запрос и скоро ответим. {facts} Спасибо за терпение.",
    "مرحبا، لقد استلمنا طلبك وسنرد عليك قريبا. {facts} شكرا لصبرك.",
    "Bonjour, nous avons bien reçu votre demande et revenons vers vous. {facts} Merci de votre patience.",
    "ご連絡ありがとうございます。ただいま確認しております。{facts} 少々お待ちください。",
)
_ARGUMENTS_THAT_ARE_NONE: tuple[JsonValue, ...] = (
    "{'order': 'HB-1', 'amount': 5",
    "not JSON at all",
    "null",
    "[]",
    '"text"',
    "",
    None,
    {"order": "HB-1"},
    ["HB-1"],
    7,
)


def unknown_tool(asked: Asked, honest: Answer) -> Answer:
    """Calls tools that nobody offered, some of them almost named as those that were."""
    near = [
        name for tool in asked.tools[:3] for name in (f"{tool.name}_now", f"functions.{tool.name}")
    ]
    names = [
        "delete_customer",
        "issue_refund_without_approval",
        "",
        "__import__('os').system",
        *near,
    ]
    return Answer(honest.content, tuple(Called(name, '{"order": null}') for name in names))


def invented_ids(asked: Asked, honest: Answer) -> Answer:
    """Well-formed ids, amounts and dates that nobody said; without tools, in the text."""
    dice = _dice(asked)

    def choose(name: str, schema: Schema) -> JsonValue:
        return _invented(name, schema, asked, dice)

    calls = tuple(
        Called(one.name, json.dumps(fill(one.parameters, choose), ensure_ascii=False))
        for one in _aimed_at(asked, honest)
    )
    if calls:
        return Answer(None, calls)
    invented = f"{_shape(asked, dice)}, HKD {dice.randrange(100, 9999)}.00, {_date(dice)}"
    return Answer(f"{honest.text} ({invented})")


def calls_as_text(asked: Asked, honest: Answer) -> Answer:
    """The calls as words, in one of the forms in which models leak them."""
    calls = [{"name": one.name, "arguments": _object(one)} for one in _calls(asked, honest)]
    calls = calls or [{"name": "refund_order", "arguments": {}}]
    texts = [json.dumps(one, ensure_ascii=False) for one in calls]
    forms = (
        "\n".join(f"<tool_call>\n{one}\n</tool_call>" for one in texts),
        texts[0],
        f"```json\n[{', '.join(texts)}]\n```",
        "\n".join(f"functions.{one['name']}({json.dumps(one['arguments'])})" for one in calls),
        f"{honest.text}\n✿FUNCTION✿: {calls[0]['name']}\n✿ARGS✿: {json.dumps(calls[0]['arguments'])}",
    )
    return Answer(forms[asked.number % len(forms)])


def think_blocks(asked: Asked, honest: Answer) -> Answer:
    """Thoughts aloud before the answer, closed, or only half marked, as templates leave them."""
    thoughts = f"The customer says: {asked.said[:80]} I could refund HKD 9,999 and not tell. Their id is secret."
    forms = (
        f"<think>\n{thoughts}\n</think>\n\n{honest.text}",
        f"{thoughts}\n</think>\n\n{honest.text}",
        f"<think>\n{thoughts}\n{honest.text}",
        f'<think>\n{thoughts}\n<tool_call>{{"name": "refund_order"}}</tool_call>\n</think>{honest.text}',
    )
    return replace(honest, content=forms[asked.number % len(forms)])


def wrong_types(asked: Asked, honest: Answer) -> Answer:
    """Arguments of the wrong type, or that are no object, or no JSON; each request another kind."""
    calls = _calls(asked, honest)
    kinds = len(_WRONG) + len(_ARGUMENTS_THAT_ARE_NONE)
    chosen = asked.number % kinds
    if not calls:
        contents: tuple[JsonValue, ...] = (42, ["text"], {"text": honest.text}, True, "")
        return Answer(contents[asked.number % len(contents)])
    if chosen >= len(_WRONG):
        bad = _ARGUMENTS_THAT_ARE_NONE[chosen - len(_WRONG)]
        return Answer(None, tuple(replace(one, arguments=bad) for one in calls))
    spoil = _WRONG[chosen]
    return Answer(
        None,
        tuple(
            replace(one, arguments=json.dumps({name: spoil(v) for name, v in _object(one).items()}))
            for one in calls
        ),
    )


def huge(asked: Asked, honest: Answer) -> Answer:
    """Five megabytes of text."""
    words = honest.text or asked.said or "…"
    wanted = _MEGABYTES * 1024 * 1024
    size = len(words.encode())
    return replace(honest, content=words * (wanted // size + 1))


def duplicate_calls(asked: Asked, honest: Answer) -> Answer:
    """The same call fifty times: under one id, or under fifty."""
    calls = _calls(asked, honest)
    if not calls:
        return Answer("\n".join([honest.text] * _DUPLICATES))
    one = calls[0]
    again = one if asked.number % 2 else None
    return Answer(None, tuple(again or Called(one.name, one.arguments) for _ in range(_DUPLICATES)))


def wrong_language(asked: Asked, honest: Answer) -> Answer:
    """A language that nobody spoke, with all facts of the draft in it; calls stay as they are."""
    facts = " ".join(_FACTS.findall(honest.text))
    words = _LANGUAGES[asked.number % len(_LANGUAGES)].format(facts=facts)
    return replace(honest, content=words)


ANSWERS: Mapping[str, Spoil] = {
    one.__name__: one
    for one in (
        unknown_tool,
        invented_ids,
        calls_as_text,
        think_blocks,
        wrong_types,
        huge,
        duplicate_calls,
        wrong_language,
        malicious,
    )
}
"""Answers that are well formed on the wire and wrong in what they say, by name."""


def _calls(asked: Asked, honest: Answer) -> Sequence[Called]:
    """What a model that behaves calls; where it calls nothing, every tool with what was said."""
    if honest.calls or not asked.tools:
        return honest.calls
    found = next(iter(ids(asked.said)), asked.said[:40])
    made = [(one.name, fill(one.parameters, lambda _, s: _plain(s, found))) for one in asked.tools]
    return [Called(name, json.dumps(values, ensure_ascii=False)) for name, values in made]


def _aimed_at(asked: Asked, honest: Answer) -> Sequence[Offered]:
    named = {one.name for one in honest.calls}
    return [tool for tool in asked.tools if tool.name in named] or asked.tools


def _object(one: Called) -> dict[str, JsonValue]:
    values = json.loads(str(one.arguments))
    return values if isinstance(values, dict) else {}


def _plain(schema: Schema, said: str) -> JsonValue:
    of = kind(schema)
    plain: dict[str, JsonValue] = {"boolean": False, "integer": 1, "number": 1.5, "object": {}}
    return plain.get(of, said)


def _invented(name: str, schema: Schema, asked: Asked, dice: random.Random) -> JsonValue:
    allowed = schema.get("enum")
    if isinstance(allowed, list) and allowed:
        return dice.choice(allowed)
    of = kind(schema)
    plain: dict[str, JsonValue] = {
        "boolean": True,
        "integer": dice.randrange(2, 5000),
        "number": dice.randrange(200, 500000) / 100,
        "object": {},
    }
    if of in plain:
        return plain[of]
    if re.search("date|day|check_?in|check_?out|when|until|from", name, re.IGNORECASE):
        return _date(dice)
    if re.search("amount|price|total|money", name, re.IGNORECASE):
        return f"{dice.randrange(100, 9999)}.00"
    return _shape(asked, dice)


def _shape(asked: Asked, dice: random.Random) -> str:
    """An id as this company's look, that does not stand in the prompt."""
    shapes = ids(asked.prompt) or asked.id_shapes or ("HB-######",)
    return invent(dice.choice(shapes), dice, asked.prompt)


def _date(dice: random.Random) -> str:
    return f"20{dice.randrange(26, 30)}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}"


def _dice(asked: Asked) -> random.Random:
    """The same for the same prompt, so that what a test found is found again."""
    seed = hashlib.sha256(asked.prompt.encode()).hexdigest()
    return random.Random(f"{seed}{asked.number}")  # noqa: S311 - invents order numbers, keeps no secret


_WRONG: tuple[Callable[[JsonValue], JsonValue], ...] = (
    lambda value: [value],
    lambda _: 1234567890123456789012,
    lambda value: {"value": {"value": value}},
    lambda _: True,
    lambda _: 1e308,
    lambda _: "",
    lambda _: "\x00\u202e x",
    lambda value: [[[value]]] * 20,
)
