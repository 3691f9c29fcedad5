"""The settings of the channel, and its parts put together."""

from __future__ import annotations

import asyncio
import logging

import pytest

from channels.dingtalk.channel import open_channel, read_section
from domain.channels import Channel
from domain.errors import ConfigurationError
from tests.unit.channels.dingtalk.world import Desk, services

LEAST = {"client_id": "dingtestappkey", "client_secret": "test-app-secret"}


def test_two_settings_are_enough() -> None:
    section = read_section(LEAST)
    assert (section.robot, section.mode, section.session) == (
        "dingtestappkey",
        "stream",
        "per_sender",
    )
    assert not section.trust().external
    assert section.app().api == "https://api.dingtalk.com"


def test_settings_are_read_from_words() -> None:
    section = read_section(
        {
            **LEAST,
            "robot_code": "robot",
            "external": "true",
            "allowed_corps": " dinga , dingb,",
            "card_calls_per_second": "20",
            "monthly_calls": "500",
        }
    )
    assert section.bot().code == "robot"
    assert section.trust().external
    assert section.trust().corps == {"dinga", "dingb"}
    assert (section.card_calls_per_second, section.monthly_calls) == (20, 500)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_id", ""),
        ("client_id", None),
        ("client_secret", ""),
        ("client_secret", None),
        ("mode", "carrier-pigeon"),
        ("session", "per_planet"),
        ("external", "perhaps"),
        ("card_calls_per_second", "1000"),
        ("monthly_calls", "many"),
        ("agent_id", "AG-1"),
        ("api", "api.dingtalk.com"),
        ("legacy_api", "https://user:pass@oapi.dingtalk.com"),
        ("clientid", "x"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy_and_without_its_value(
    name: str, value: str | None
) -> None:
    section = {**LEAST, name: value}
    given = {key: word for key, word in section.items() if word is not None}
    with pytest.raises(ConfigurationError) as caught:
        read_section(given)
    told = str(caught.value)
    assert f"NIGHTDESK_CHANNELS__DINGTALK__{name.upper()}" in told
    assert "set it to" in told or "there are" in told
    assert "test-app-secret" not in told
    assert "pass@" not in told


async def test_in_stream_mode_nothing_is_served_and_cards_want_a_template() -> None:
    plain: Channel = open_channel(LEAST, services())
    cards = open_channel({**LEAST, "card_template": "nightdesk-answer.schema"}, services())
    assert plain.web(Desk().accept) is None
    assert (plain.capabilities.streams, cards.capabilities.streams) == (False, True)
    assert (plain.name, plain.capabilities.pushes) == ("dingtalk", True)
    await plain.close()
    await cards.close()


async def test_in_http_mode_a_door_is_served_and_nothing_is_listened_to() -> None:
    section = {**LEAST, "mode": "http", "card_template": "nightdesk-answer.schema"}
    channel = open_channel(section, services())
    assert channel.web(Desk().accept) is not None
    assert not channel.capabilities.streams
    async with asyncio.timeout(5):
        await channel.listen(Desk().accept)
    await channel.close()


async def test_libraries_that_log_whole_addresses_are_told_to_be_quiet() -> None:
    await open_channel(LEAST, services()).close()
    for library in ("httpx", "httpcore", "websockets"):
        assert not logging.getLogger(library).isEnabledFor(logging.INFO)
