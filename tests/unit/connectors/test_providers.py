from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.providers import endpoints, experts, read_sections
from domain.errors import ConfigurationError
from domain.model_usage import Price
from domain.models import ROLES
from domain.settings import Settings


def set_to(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(f"NIGHTDESK_{name}", value)
    return Settings()


@pytest.mark.parametrize("provider", sorted(read_sections()))
def test_every_ready_made_section_serves_every_job(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = set_to(monkeypatch, MODEL=provider)
    for role in ROLES:
        (found,) = endpoints(settings, role)
        assert found.provider == provider
        assert found.base_url.startswith("http")
        assert found.model


def test_without_a_setting_there_is_no_model() -> None:
    assert [endpoints(Settings(), role) for role in ROLES] == [[], [], [], []]


def test_one_setting_and_a_key_move_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = set_to(monkeypatch, MODEL="dashscope", PROVIDERS__DASHSCOPE__KEY="sk-1")
    (found,) = endpoints(settings, "understand")
    assert found.base_url == "https://dashscope.aliyuncs.com/compatible-mode/v1"
    assert found.key is not None
    assert found.key.get_secret_value() == "sk-1"
    assert found.extra_body == {"enable_thinking": False}
    assert found.price is None
    assert "sk-1" not in repr(settings) + repr(found)


def test_several_providers_keep_their_order_and_a_job_may_have_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = set_to(
        monkeypatch, MODEL="dashscope, ollama", MODELS__JUDGE__USE="ollama:qwen2.5:14b,openai"
    )
    understand = [(one.provider, one.model) for one in endpoints(settings, "understand")]
    assert understand == [("dashscope", "qwen-plus"), ("ollama", "qwen2.5:7b")]
    judge = [(one.provider, one.model) for one in endpoints(settings, "judge")]
    assert judge == [("ollama", "qwen2.5:14b"), ("openai", "gpt-4.1-mini")]


def test_a_name_with_a_hyphen_can_be_set_in_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = set_to(monkeypatch, MODEL="dashscope_intl", PROVIDERS__DASHSCOPE_INTL__KEY="k")
    (found,) = endpoints(settings, "compose")
    assert (found.provider, found.key is None) == ("dashscope-intl", False)
    assert found.setting("KEY") == "NIGHTDESK_PROVIDERS__DASHSCOPE_INTL__KEY"


def test_what_an_operator_sets_goes_over_the_ready_made(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = set_to(
        monkeypatch,
        MODEL="dashscope",
        PROVIDERS__DASHSCOPE__BASE_URL="https://gateway.example/v1",
        PROVIDERS__DASHSCOPE__MODEL="qwen-max",
        PROVIDERS__DASHSCOPE__EXTRA_BODY='{"top_k": 1}',
        PROVIDERS__DASHSCOPE__PRICE_IN="1",
        PROVIDERS__DASHSCOPE__PRICE_OUT="2",
        PROVIDERS__DASHSCOPE__CURRENCY="USD",
    )
    (found,) = endpoints(settings, "summarise")
    assert (found.base_url, found.model) == ("https://gateway.example/v1", "qwen-max")
    assert found.extra_body == {"top_k": 1}
    assert found.price == Price(Decimal("7.85"), Decimal("15.70"))


def test_a_provider_of_ones_own_needs_an_address_and_a_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = set_to(monkeypatch, MODEL="ours", PROVIDERS__OURS__BASE_URL="http://10.0.0.2/v1")
    with pytest.raises(ConfigurationError, match="NIGHTDESK_PROVIDERS__OURS__MODEL"):
        endpoints(settings, "understand")
    settings = set_to(monkeypatch, PROVIDERS__OURS__MODEL="qwen3")
    (found,) = endpoints(settings, "understand")
    assert (found.model, found.key_needed) == ("qwen3", False)


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ({"MODEL": "dashscop"}, "NIGHTDESK_MODEL names 'dashscop'"),
        ({"MODELS__JUDGE__USE": "x:y"}, "NIGHTDESK_MODELS__JUDGE__USE names 'x'"),
        ({"MODEL": "openai", "PROVIDERS__OPENAI__PRICE_IN": "1"}, "PROVIDERS__OPENAI__PRICE_IN"),
    ],
)
def test_a_wrong_setting_is_named(
    variables: dict[str, str], names: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match=names):
        endpoints(set_to(monkeypatch, **variables), "judge")


@pytest.mark.parametrize(
    "variables",
    [
        {"MODELS__DREAM__USE": "ollama"},
        {"MODELS__JUDGE__MODEL": "ollama"},
        {"PROVIDERS__OPENAI__URL": "http://x"},
        {"PROVIDERS__OPENAI__CURRENCY": "CNY"},
        {"PROVIDERS__OPENAI__EXTRA_BODY": "{"},
        {"READER": "magic"},
        {"CALLS_PER_TURN": "0"},
    ],
)
def test_a_setting_that_does_not_exist_stops_the_start(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValidationError):
        set_to(monkeypatch, **variables)


KINDS = ("book_room", "find_rooms", "refund_order", "topic")


def test_a_kind_of_task_may_have_models_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = set_to(
        monkeypatch,
        MODEL="dashscope",
        EXPERTS__BOOK_ROOM="hotelmodel:qwen-hotel,ollama",
        EXPERTS__TOPIC=" ",
        PROVIDERS__HOTELMODEL__BASE_URL="http://10.0.0.3/v1",
    )
    for role in ("understand", "compose"):
        found = experts(settings, role, KINDS)
        assert list(found) == ["book_room"]
        models = [(one.provider, one.model) for one in found["book_room"]]
        assert models == [("hotelmodel", "qwen-hotel"), ("ollama", "qwen2.5:7b")]
    assert experts(settings, "judge", KINDS) == {}


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        (
            {"EXPERTS__BOOK_ROOMS": "ollama"},
            "NIGHTDESK_EXPERTS__BOOK_ROOMS names 'book_rooms'.*nearest are book_room, find_rooms.*remove",
        ),
        (
            {"EXPERTS__XYZ": "ollama"},
            "EXPERTS__XYZ.*there are book_room, find_rooms, refund_order, topic",
        ),
        ({"EXPERTS__TOPIC": "qwenn"}, "NIGHTDESK_EXPERTS__TOPIC names 'qwenn', which is no prov"),
        ({"EXPERTS__TOPIC": "ollama", "MODEL": ""}, "EXPERTS__TOPIC has no usual model behind it"),
    ],
)
def test_a_wrong_expert_is_named_with_the_remedy(
    variables: dict[str, str], names: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = set_to(monkeypatch, **{"MODEL": "ollama", **variables})
    with pytest.raises(ConfigurationError, match=names):
        experts(settings, "compose", KINDS)


def test_a_broken_file_of_sections_is_named(tmp_path: Path) -> None:
    path = tmp_path / "providers.yaml"
    path.write_text("dashscope: {base_url: x, speed: 9}")
    with pytest.raises(ConfigurationError, match=r"providers\.yaml"):
        read_sections(path)
