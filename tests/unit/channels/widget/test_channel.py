"""The settings of the widget, and what it does as a channel."""

from __future__ import annotations

from pathlib import Path

import pytest

from channels.widget.channel import Section, open_channel, read_section
from domain.channels import Address, Outgoing, Receipt
from domain.errors import ConfigurationError, Undeliverable
from tests.unit.channels.widget.world import PAGE, SECRET, SECTION, HandClock, Office, outgoing

GUIDE = Path(__file__).parents[4] / "docs" / "guides" / "widget.md"


def test_the_origins_are_a_list_with_commas() -> None:
    assert read_section(SECTION).allowed == (PAGE, "https://m.shop.example")


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        ({"secret": "short"}, "NIGHTDESK_CHANNELS__WIDGET__SECRET is wrong"),
        ({"site": "a shop"}, "NIGHTDESK_CHANNELS__WIDGET__SITE is wrong"),
        ({"origins": ""}, "ORIGINS is wrong .*no origin is named"),
        ({"origins": "shop.example"}, "ORIGINS is wrong .*https://shop.example"),
        ({"origins": "https://shop.example/chat"}, "ORIGINS is wrong"),
        ({"origins": "https://*.example"}, "ORIGINS is wrong"),
        ({"origins": "*"}, "ORIGINS is \\*, which lets every page in"),
        ({"origins": f"{PAGE},*"}, "ORIGINS is \\*, which lets every page in"),
        ({"messages_per_minute": "0"}, "MESSAGES_PER_MINUTE is wrong"),
        ({"colour": "red"}, "COLOUR is no setting of this channel; there are DEMO, "),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(wrong: dict[str, str], remedy: str) -> None:
    with pytest.raises(ConfigurationError, match=remedy):
        read_section({**SECTION, **wrong})


@pytest.mark.parametrize("missing", sorted(SECTION))
def test_a_missing_setting_is_named(missing: str) -> None:
    rest = {name: value for name, value in SECTION.items() if name != missing}
    with pytest.raises(ConfigurationError, match=f"{missing.upper()} is missing: set it to"):
        read_section(rest)


def test_a_refusal_does_not_tell_the_secret() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_section({**SECTION, "site": "", "secret": SECRET[:20]})
    assert SECRET[:20] not in str(caught.value)


def test_every_page_is_let_in_where_it_is_a_demonstration() -> None:
    assert read_section({**SECTION, "origins": "*", "demo": "true"}).allowed == ("*",)


async def test_a_reply_is_in_the_transcript_and_needs_no_platform() -> None:
    office = Office()
    channel = open_channel(SECTION, office.services(HandClock()))
    address = Address("widget", "shop", "v-1", "v-1")
    said = office.say(address.conversation_id, "assistant", "好")
    assert await channel.send(outgoing(address, said)) == Receipt((said.id,), "widget")
    await channel.listen(office.accept)
    await channel.close()


async def test_staff_are_not_reached_over_a_page() -> None:
    channel = open_channel(SECTION, Office().services(HandClock()))
    alert = Outgoing("o-1", "c-1", Address("widget", "shop", "", "staff"), "!", kind="push")
    with pytest.raises(Undeliverable, match="no staff"):
        await channel.send(alert)


@pytest.mark.parametrize("setting", sorted(Section.model_fields))
def test_every_setting_is_in_the_guide(setting: str) -> None:
    field = Section.model_fields[setting]
    usual = (
        "required" if field.is_required() else f"`{field.default}`" if field.default != "" else ""
    )
    row = f"| `{setting.upper()}` | {usual} | {field.description} |"
    assert row in GUIDE.read_text("utf-8").splitlines()
