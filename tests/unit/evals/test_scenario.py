"""Golden files are read as people read them, and say where they are wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.company import World
from domain.errors import ConfigurationError
from evals.company import Company
from evals.expectations import Agent
from evals.run import GOLDEN, read_goldens
from evals.scenario import Given, Golden, read_golden, schema

WORLD = Path(__file__).parents[3] / "playbook" / "demo" / "world.yaml"
HEAD = "title: t\nwhy: w\nlanguage: yue\nowner: o\n"
TALK = "conversation:\n  - customer: 退貨\n  - agent:\n      asks: [order]\n"


def golden(tmp_path: Path, text: str) -> Golden:
    path = tmp_path / "one.yaml"
    path.write_text(text, encoding="utf-8")
    return read_golden(path)


def problem(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        golden(tmp_path, text)
    return str(caught.value)


def test_values_mean_what_they_look_like(tmp_path: Path) -> None:
    text = (
        f"{HEAD}given: {{customer: C-118, verified: no, orders: [{{id: 0123}}]}}\n"
        "conversation:\n  - customer: 23:00\n  - agent:\n      says: no\n"
    )
    read = golden(tmp_path, text)
    said, agent = read.conversation[0].customer, read.conversation[1].agent
    assert said is not None
    assert agent is not None
    assert (read.given.verified, read.given.orders, said.text, agent.says) == (
        False,
        [{"id": "0123"}],
        "23:00",
        [["no"]],
    )


def test_an_unknown_word_is_named_with_its_line_and_the_nearest_right_one(tmp_path: Path) -> None:
    text = f"{HEAD}given: {{customer: C-118}}\n{TALK}      never say: [x]\n"
    assert (
        problem(tmp_path, text)
        == "one.yaml:10: unknown word `never say`; did you mean `never says`?"
    )


def test_a_colleague_and_a_survey_are_read(tmp_path: Path) -> None:
    text = f"{HEAD}given: {{customer: C-118}}\n{TALK}      sends survey: yes\n"
    file = tmp_path / "one.yaml"
    more = "  - colleague: {as: ST-02, takes over: yes, replies: 你好}\n  - agent: {silent: yes}\n"
    file.write_text(text + more, encoding="utf-8")
    *_, asked, deed, silent = read_golden(file).conversation
    assert asked.agent is not None
    assert asked.agent.sends_survey == "yes"
    assert deed.colleague is not None
    assert (deed.colleague.who, deed.colleague.takes_over) == ("ST-02", "yes")
    assert silent.agent is not None
    assert silent.agent.silent == "yes"


def test_an_unknown_tool_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    text = f"{HEAD}given: {{customer: C-118}}\n{TALK}      does: [refund_ordr: {{order: A}}]\n"
    assert "did you mean `refund_order`?" in problem(tmp_path, text)


def test_an_unknown_field_of_a_tool_is_named(tmp_path: Path) -> None:
    text = f"{HEAD}given: {{customer: C-118}}\n{TALK}      does: [refund_order: {{ordr: A}}]\n"
    assert "`refund_order` has no `ordr`; did you mean `order`?" in problem(tmp_path, text)


def test_a_word_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    text = f"{HEAD}given: {{customer: C-118}}\n{TALK}      asks: [sku]\n"
    assert problem(tmp_path, text) == "one.yaml:10: `asks` stands here twice"


def test_text_that_is_no_yaml_is_named_by_line(tmp_path: Path) -> None:
    assert problem(tmp_path, "title: a: b\n").startswith("one.yaml:1:")


def test_a_missing_word_is_named(tmp_path: Path) -> None:
    assert "`why` is missing" in problem(tmp_path, "title: t\n")


def test_a_conversation_must_be_looked_at_in_the_end(tmp_path: Path) -> None:
    text = f"{HEAD}given: {{customer: C-118}}\nconversation:\n  - customer: a\n  - customer: b\n"
    assert "ends with `agent`" in problem(tmp_path, text)


def test_does_and_does_not_may_not_contradict_each_other(tmp_path: Path) -> None:
    text = (
        f"{HEAD}given: {{customer: C-118}}\n{TALK}"
        "      does: [refund_order]\n      does not: [refund.create]\n"
    )
    assert "both name refund.create" in problem(tmp_path, text)


def test_time_passes_in_minutes_hours_and_days(tmp_path: Path) -> None:
    text = f"{HEAD}given: {{customer: C-118}}\nconversation:\n  - wait: 24 hours\n  - agent: {{}}\n"
    assert golden(tmp_path, text).conversation[0].wait == timedelta(days=1)


def test_a_message_may_be_repeated_within_itself(tmp_path: Path) -> None:
    text = (
        f"{HEAD}given: {{customer: C-118}}\n"
        'conversation:\n  - customer: {text: "a\\0", repeated: 3}\n  - agent: {}\n'
    )
    said = golden(tmp_path, text).conversation[0].customer
    assert said is not None
    assert said.whole == "a\0a\0a\0"


def test_the_vocabulary_has_fifteen_words() -> None:
    words = [field.alias or name for name, field in Agent.model_fields.items()]
    assert sorted(words) == [
        "alerts",
        "asks",
        "asks to confirm",
        "cites",
        "does",
        "does not",
        "hands over",
        "judge",
        "mood",
        "never says",
        "opens ticket",
        "says",
        "sends survey",
        "silent",
        "speaks",
    ]


def test_the_schema_speaks_the_same_words() -> None:
    assert "asks to confirm" in schema()["$defs"]["Agent"]["properties"]


def test_a_statement_for_the_judge_may_stand_alone_and_is_never_empty(tmp_path: Path) -> None:
    head = f"{HEAD}given: {{customer: C-118}}\n{TALK}"
    agent = golden(tmp_path, f"{head}      judge: The reply is polite.\n").conversation[1].agent
    assert agent is not None
    assert agent.judge == ["The reply is polite."]
    assert problem(tmp_path, f"{head}      judge: [' ']\n").startswith("one.yaml:10:")


def test_every_golden_file_can_be_read() -> None:
    files = read_goldens([GOLDEN])
    languages = {name: 0 for name in ("yue", "zh-Hant", "zh-Hans", "en", "mix")}
    for one in files:
        languages[one.golden.language] += 1
    assert {name for name, count in languages.items() if count < 12} == set()


def test_what_is_given_changes_the_company_of_that_conversation_only() -> None:
    company = Company(WORLD)
    given = Given.model_validate(
        {
            "customer": "C-118",
            "orders": [{"id": "HB-203115", "status": "shipped"}],
            "availability": {"2026-03-18": {"harbour_double": "0"}},
            "policies": {"return_rule": {"wrong_or_damaged_days": "60"}},
        }
    )
    changed = company.world(given)
    usual = company.world(Given(customer="C-118"))

    def status(world: World) -> str:
        return next(one.status for one in world.orders if one.id == "HB-203115")

    assert (status(changed), status(usual)) == ("shipped", "processing")
    assert changed.policies["return_rule"]["wrong_or_damaged_days"] == "60"
