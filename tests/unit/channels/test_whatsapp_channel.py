from __future__ import annotations

import pytest

from channels.whatsapp.channel import open_channel, read_section
from domain.errors import ConfigurationError
from tests.unit.channels.whatsapp_world import SECTION, Desk, services


async def test_a_channel_is_opened_from_its_settings() -> None:
    channel = open_channel(SECTION, services())
    assert (channel.name, channel.capabilities.streams) == ("whatsapp", False)
    await channel.listen(Desk().accept)
    await channel.close()


def test_the_settings_have_the_usual_values() -> None:
    section = read_section(SECTION)
    assert (section.api, section.template) == ("https://graph.facebook.com/v26.0", "")


@pytest.mark.parametrize("name", sorted(SECTION))
def test_a_missing_setting_is_named(name: str) -> None:
    rest = {setting: value for setting, value in SECTION.items() if setting != name}
    with pytest.raises(ConfigurationError, match=f"WHATSAPP__{name.upper()} is missing"):
        read_section(rest)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("access_token", " "),
        ("app_secret", ""),
        ("phone_number_id", "+852 5318 2046"),
        ("api", "graph.facebook.com"),
        ("template", "Ticket Update"),
        ("template_language", "Cantonese"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_told(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"WHATSAPP__{name.upper()} is wrong") as caught:
        read_section({**SECTION, name: value})
    assert "secret-access-token" not in str(caught.value)


def test_a_setting_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(ConfigurationError, match=r"TOKEN is no setting.*ACCESS_TOKEN"):
        read_section({**SECTION, "token": "x"})
