"""The widget channel: its settings, and its parts put together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from channels.widget.bodies import LONGEST_TEXT, Bodies
from channels.widget.door import Desk, Limits, create_app
from channels.widget.identity import CHANNEL, Tokens
from channels.widget.limits import Limit
from channels.widget.origins import Origins
from channels.widget.script import Script
from channels.widget.streams import Pace, Streams
from domain.channels import Accept, Capabilities, Outgoing, Receipt, Services, WebApp
from domain.errors import ConfigurationError, Undeliverable

_PREFIX = "NIGHTDESK_CHANNELS__WIDGET__"
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:.]+\](:\d{1,5})?|\*")


def _origins(value: str) -> str:
    named = [one.strip().lower().rstrip("/") for one in value.split(",") if one.strip()]
    for one in named:
        if not _ORIGIN.fullmatch(one):
            raise ValueError("an origin is a scheme and a host, such as https://shop.example")
    if not named:
        raise ValueError("no origin is named")
    return ",".join(named)


class Section(BaseModel):
    """The settings of this channel; each is an environment variable NIGHTDESK_CHANNELS__WIDGET__<NAME>."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    site: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="a name for the site, of letters, digits, - and _; the same as data-site",
    )
    secret: SecretStr = Field(
        min_length=32,
        description="32 characters or more; your backend signs visitors with it",
    )
    demo: bool = Field(False, description="true to show example.html and to allow the origin *")
    origins: Annotated[str, AfterValidator(_origins)] = Field(
        description="the origins of your pages, with commas between"
    )
    name_zh: str = Field(
        "", max_length=60, description="the company's name in Chinese, for the title"
    )
    name_en: str = Field(
        "", max_length=60, description="the company's name in English, for the title"
    )
    messages_per_minute: int = Field(
        20, ge=1, le=600, description="how many messages a visitor may send in a minute"
    )
    requests_per_minute: int = Field(
        240, ge=10, le=100_000, description="how many requests one address may send in a minute"
    )

    @model_validator(mode="after")
    def _everybody_only_in_a_demo(self) -> Section:
        if "*" in self.allowed and not self.demo:
            raise ValueError(
                f"{_PREFIX}ORIGINS is *, which lets every page in: name your origins, or set DEMO"
            )
        return self

    @property
    def allowed(self) -> tuple[str, ...]:
        return tuple(self.origins.split(","))


class Widget:
    """Implements `Channel` for the pages of one site. `pace` is shortened by tests only."""

    name = CHANNEL
    capabilities = Capabilities(buttons=6, longest_text=LONGEST_TEXT)

    def __init__(self, section: Section, services: Services, pace: Pace | None = None) -> None:
        self._section = section
        self._services = services
        self._streams = Streams(services.transcript, pace)

    def web(self, accept: Accept) -> WebApp | None:
        """The script, and the door it talks to."""
        section, services = self._section, self._services
        desk = Desk(
            site=section.site,
            tokens=Tokens(section.site, section.secret.get_secret_value(), services.clock),
            streams=self._streams,
            limits=Limits(
                Limit("messages", section.messages_per_minute),
                Limit("requests from your address", section.requests_per_minute),
            ),
            transcript=services.transcript,
            accept=accept,
            clock=services.clock,
            bodies=Bodies(),
        )
        names = (section.name_zh, section.name_en)
        script = Script(section.site, names, demo=section.demo)
        return create_app(desk, script, Origins(section.allowed))

    async def listen(self, accept: Accept) -> None:
        """Everything comes in over `web`."""

    async def send(self, message: Outgoing) -> Receipt:
        """Show a message: it is in the transcript already, and whoever looks on is told now."""
        if message.kind == "push":
            raise Undeliverable("the widget reaches visitors of a page, and no staff")
        self._streams.stir(message.conversation_id)
        return Receipt((message.id,), CHANNEL)

    async def close(self) -> None:
        """End the streams; browsers come back when the desk does."""
        self._streams.close()


def open_channel(section: Mapping[str, str], services: Services) -> Widget:
    """The channel of a section of the settings.

    Raises:
        ConfigurationError: names each setting that is wrong, and what it should be.
    """
    return Widget(read_section(section), services)


def read_section(section: Mapping[str, str]) -> Section:
    """The settings, checked.

    Raises:
        ConfigurationError: names each setting that is wrong, and what it should be.
    """
    try:
        return Section.model_validate(dict(section))
    except ValidationError as error:
        raise ConfigurationError("; ".join(map(_remedy, error.errors()))) from None


def _remedy(error: Mapping[str, Any]) -> str:
    """What to do about a wrong setting, without its value, which may be a secret."""
    if not error["loc"]:
        return str(error["msg"]).removeprefix("Value error, ")
    name = str(error["loc"][0])
    variable = f"{_PREFIX}{name.upper()}"
    field = Section.model_fields.get(name)
    if field is None:
        known = ", ".join(sorted(Section.model_fields)).upper()
        return f"{variable} is no setting of this channel; there are {known}"
    wrong = "is missing" if error["type"] == "missing" else f"is wrong ({error['msg']})"
    return f"{variable} {wrong}: set it to {field.description}"
