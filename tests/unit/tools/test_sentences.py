from __future__ import annotations

import re
from importlib import import_module
from inspect import iscoroutinefunction, signature
from pathlib import Path

import pytest
import yaml

from domain.tooling import ToolPolicy
from tests.unit.tools.world import PLAYBOOK, REPLIES, placeholders

TOOLS = PLAYBOOK.parent / "tools"
DOMAIN = PLAYBOOK.parent / "domain"
LANGUAGES = ["en", "yue", "zh-Hans", "zh-Hant"]
NAMES = sorted(path.stem for path in TOOLS.glob("*.py") if path.stem != "__init__")
HOMES = {*NAMES, "order", "invoice", "booking", "account", "product", "hotel"}
TOPICS = ["orders", "delivery", "returns", "refunds", "invoices", "catalogue", "hotel", "accounts"]
TOPICS.append("tutorials")

KEY = re.compile(r'"([a-z_]+)\.([a-z_]+)"')
SIMPLIFIED_ONLY = re.compile("[们这说时间为还没请问发货单订过给会开门价钱数题]")


def keys_in(path: Path) -> set[str]:
    found = KEY.findall(path.read_text(encoding="utf-8"))
    return {f"{home}.{name}" for home, name in found if home in HOMES}


def written_keys() -> dict[str, dict[str, str]]:
    written: dict[str, dict[str, str]] = {}
    for topic in TOPICS:
        text = (PLAYBOOK / "replies" / f"{topic}.yaml").read_text(encoding="utf-8")
        written.update(yaml.safe_load(text))
    return written


WRITTEN = written_keys()
_NOT_SENTENCES = {"order.cancel", "order.remove_item", "order.update_address"}
USED = set().union(*(keys_in(path) for path in (*TOOLS.glob("*.py"), *DOMAIN.glob("*.py"))))
USED -= _NOT_SENTENCES


def test_every_key_that_a_tool_uses_is_written() -> None:
    assert sorted(USED - set(REPLIES)) == []


def test_every_sentence_of_the_tools_is_used() -> None:
    assert sorted(set(WRITTEN) - USED) == []


@pytest.mark.parametrize("key", sorted(WRITTEN))
def test_a_sentence_is_written_in_four_languages_with_the_same_figures(key: str) -> None:
    sentences = WRITTEN[key]
    assert sorted(sentences) == LANGUAGES
    named = {language: placeholders(text) for language, text in sentences.items()}
    assert named == dict.fromkeys(sentences, named["en"])


@pytest.mark.parametrize("key", sorted(WRITTEN))
def test_each_script_keeps_to_itself(key: str) -> None:
    sentences = WRITTEN[key]
    assert SIMPLIFIED_ONLY.findall(sentences["yue"] + sentences["zh-Hant"]) == []
    assert re.findall("[嘅咗佢喺唔冇嗰啲]", sentences["zh-Hant"] + sentences["zh-Hans"]) == []


@pytest.mark.parametrize("key", sorted(key for key in WRITTEN if ".confirm" in key))
def test_a_summary_is_one_line_without_a_full_stop(key: str) -> None:
    for text in WRITTEN[key].values():
        assert "\n" not in text
        assert not text.endswith(("。", "."))


@pytest.mark.parametrize("name", NAMES)
def test_a_file_holds_the_tool_of_its_name_and_every_slot_is_described(name: str) -> None:
    module = import_module(f"tools.{name}")
    function = getattr(module, name)
    assert iscoroutinefunction(function)
    assert isinstance(function.__tool_policy__, ToolPolicy)
    request = getattr(module, "".join(part.title() for part in name.split("_")))
    assert next(iter(signature(function).parameters)) == "request"
    for slot in request.model_fields.values():
        assert slot.description
        assert slot.default is None


def test_every_scope_of_a_tool_is_granted_to_customers() -> None:
    roles = yaml.safe_load((PLAYBOOK / "roles.yaml").read_text(encoding="utf-8"))
    modules = [(name, import_module(f"tools.{name}")) for name in NAMES]
    scopes = {getattr(module, name).__tool_policy__.scope for name, module in modules}
    assert sorted(scopes - set(roles["customer"])) == []
