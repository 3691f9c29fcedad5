"""The WhatsApp channel: its settings, and its parts put together."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from channels.whatsapp.api import Api, Number
from channels.whatsapp.formatting import LONGEST_TEXT
from channels.whatsapp.forms import MOST_ROWS, Template
from channels.whatsapp.inbound import CHANNEL
from channels.whatsapp.receipts import Receipts
from channels.whatsapp.sending import Sending, Windows
from channels.whatsapp.webhook import Webhook, create_app
from domain.channels import Accept, Capabilities, Outgoing, Receipt, Services, WebApp
from domain.errors import ConfigurationError

_PREFIX = "NIGHTDESK_CHANNELS__WHATSAPP__"
Secret = Annotated[SecretStr, Field(min_length=1)]


class Section(BaseModel):
    """The settings of this channel; each is an environment variable NIGHTDESK_CHANNELS__WHATSAPP__<NAME>."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    access_token: Secret = Field(description="the access token of a system user of your business")
    app_secret: Secret = Field(description="the app secret, from the app's basic settings")
    verify_token: Secret = Field(description="the word that you give to Meta with the webhook")
    phone_number_id: str = Field(
        pattern=r"^\d{1,40}$", description="the id of the number, digits only; not the number"
    )
    api: str = Field(
        "https://graph.facebook.com/v26.0",
        pattern=r"^https?://[^?#@\s]+$",
        description="address and version of the API, such as https://graph.facebook.com/v26.0",
    )
    template: str = Field(
        "",
        pattern=r"^[a-z0-9_]{0,512}$",
        description="an approved template with one text parameter, for outside of the 24 hours",
    )
    template_language: str = Field(
        "zh_HK", pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$", description="its language, such as zh_HK"
    )


class WhatsApp:
    """Implements `Channel` over one number. `answer_within` and `proof_within` are shortened by tests only."""

    name = CHANNEL
    capabilities = Capabilities(buttons=MOST_ROWS, longest_text=LONGEST_TEXT)

    def __init__(
        self,
        section: Section,
        services: Services,
        answer_within: float = 15.0,
        proof_within: float = 5.0,
    ) -> None:
        self._section = section
        self._clock = services.clock
        self._receipts = Receipts()
        self._windows = Windows()
        number = Number(section.phone_number_id, section.api, section.access_token)
        self._api = Api(number, answer_within)
        template = Template(section.template, section.template_language)
        self._sending = Sending(
            api=self._api,
            receipts=self._receipts,
            windows=self._windows,
            clock=services.clock,
            template=template if section.template else None,
            proof_within=proof_within,
        )

    def web(self, accept: Accept) -> WebApp:
        """The webhook, to be reachable from outside under a valid certificate."""
        webhook = Webhook(
            account=self._section.phone_number_id,
            app_secret=self._section.app_secret,
            verify_token=self._section.verify_token,
            accept=accept,
            receipts=self._receipts,
            windows=self._windows,
            clock=self._clock,
        )
        return create_app(webhook)

    async def listen(self, accept: Accept) -> None:
        """Return at once: everything comes in by the webhook."""

    async def send(self, message: Outgoing) -> Receipt:
        """Hand a message to WhatsApp."""
        return await self._sending.send(message)

    async def close(self) -> None:
        await self._api.close()


def open_channel(section: Mapping[str, str], services: Services) -> WhatsApp:
    """The channel of a section of the settings.

    Raises:
        ConfigurationError: names each setting that is wrong, and what it should be.
    """
    for library in ("httpx", "httpcore"):  # they log whole addresses, and ours carry the number
        logger = logging.getLogger(library)
        logger.setLevel(max(logger.level, logging.WARNING))
    return WhatsApp(read_section(section), services)


def read_section(section: Mapping[str, str]) -> Section:
    """The settings, checked.

    Raises:
        ConfigurationError: names each setting that is wrong, and what it should be.
    """
    try:
        return Section.model_validate(dict(section))
    except ValidationError as error:
        raise ConfigurationError("; ".join(map(_remedy, error.errors()))) from None


def _remedy(error: ErrorDetails) -> str:
    """What to do about a wrong setting, without its value, which may be a secret."""
    name = str(error["loc"][0])
    variable = f"{_PREFIX}{name.upper()}"
    field = Section.model_fields.get(name)
    if field is None:
        known = ", ".join(sorted(Section.model_fields)).upper()
        return f"{variable} is no setting of this channel; there are {known}"
    wrong = "is missing" if error["type"] == "missing" else f"is wrong ({error['msg']})"
    return f"{variable} {wrong}: set it to {field.description}"
