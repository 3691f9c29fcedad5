"""The DingTalk channel: its settings, and its parts put together."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from channels.dingtalk.api import Api, App
from channels.dingtalk.card_bodies import Template
from channels.dingtalk.cards import Cards, Pace
from channels.dingtalk.connection import Timings
from channels.dingtalk.deck import Deck
from channels.dingtalk.inbound import Receiver
from channels.dingtalk.messages import CHANNEL, Bot, SessionBy
from channels.dingtalk.posts import Pieces, Posts
from channels.dingtalk.pushes import Pushes
from channels.dingtalk.quota import Budget
from channels.dingtalk.replies import Replies
from channels.dingtalk.stream import Supervisor
from channels.dingtalk.trust import Trust
from channels.dingtalk.webhook import Callback, create_app
from domain.channels import Accept, Capabilities, Outgoing, Receipt, Services, WebApp
from domain.errors import ConfigurationError

_PREFIX = "NIGHTDESK_CHANNELS__DINGTALK__"
_ORIGIN = r"^https?://[^/?#@\s]+$"
Filled = Annotated[str, Field(min_length=1)]


class Section(BaseModel):
    """The settings of this channel; each is an environment variable NIGHTDESK_CHANNELS__DINGTALK__<NAME>."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    client_id: Filled = Field(description="the app's Client ID (AppKey), from its credentials page")
    client_secret: SecretStr = Field(
        min_length=1, description="the app's Client Secret, from its credentials page"
    )
    robot_code: str = Field("", description="the robotCode, if it is not the Client ID")
    robot_name: str = Field("", description="the bot's name as people mention it")
    mode: Literal["stream", "http"] = Field("stream", description="stream, or http for callbacks")
    session: SessionBy = Field(
        "per_sender", description="per_sender, or per_group for one conversation of a whole group"
    )
    external: bool = Field(False, description="true to answer people of other organisations, too")
    allowed_corps: str = Field("", description="the only corpIds to answer, with commas between")
    card_template: str = Field("", description="the id of your card template; empty: no cards")
    card_stream_key: Filled = Field("content", description="the template's streaming variable")
    card_calls_per_second: float = Field(
        35, ge=1, le=60, description="a number from 1 to 60; DingTalk allows 40 in the usual plan"
    )
    monthly_calls: int = Field(
        10_000, ge=1, description="how many metered calls a month the organisation has"
    )
    agent_id: str = Field("", pattern=r"^\d*$", description="the app's AgentId, a number")
    api: str = Field(
        "https://api.dingtalk.com", pattern=_ORIGIN, description="scheme and host, no path"
    )
    legacy_api: str = Field(
        "https://oapi.dingtalk.com", pattern=_ORIGIN, description="scheme and host, no path"
    )

    @property
    def robot(self) -> str:
        return self.robot_code or self.client_id

    def bot(self) -> Bot:
        return Bot(self.robot, self.robot_name, self.session)

    def trust(self) -> Trust:
        named = (corp.strip() for corp in self.allowed_corps.split(","))
        return Trust(self.external, frozenset(filter(None, named)))

    def app(self) -> App:
        return App(
            client_id=self.client_id,
            client_secret=self.client_secret,
            robot=self.robot,
            api=self.api,
            legacy_api=self.legacy_api,
            agent_id=self.agent_id,
        )


class DingTalk:
    """Implements `Channel` over one DingTalk app. `timings` and `pace` are shortened by tests only."""

    name = CHANNEL

    def __init__(
        self,
        section: Section,
        services: Services,
        timings: Timings | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._section = section
        self._services = services
        self._timings = timings
        clock = services.clock
        self._consumer = f"{CHANNEL}:{section.client_id}"
        self._budget = Budget(
            services.quota,
            clock,
            self._consumer,
            monthly=section.monthly_calls,
            per_second=section.card_calls_per_second,
        )
        self._api = Api(section.app(), self._budget.count, self._budget.used_up)
        # A pressed button comes back over the socket, so without it there are no cards.
        shows_cards = bool(section.card_template) and section.mode == "stream"
        template = Template(section.card_template, section.card_stream_key)
        self._cards = Cards(self._api, self._budget, template, pace) if shows_cards else None
        posted = Pieces(Posts(self._api, clock))
        deck = Deck(self._cards, self._budget, clock)
        self._replies = Replies(posted, deck, clock)
        self._pushes = Pushes(self._api, posted, deck, clock)
        self.capabilities = Capabilities(
            buttons=6, longest_text=20_000, streams=shows_cards, pushes=True
        )

    def web(self, accept: Accept) -> WebApp | None:
        """The callback address of HTTP mode; in Stream mode nothing is served."""
        if self._section.mode == "stream":
            return None
        callback = Callback(
            bot=self._section.bot(),
            trust=self._section.trust(),
            secret=self._section.client_secret,
            accept=accept,
            clock=self._services.clock,
        )
        return create_app(callback)

    async def listen(self, accept: Accept) -> None:
        """Receive over the socket until cancelled; in HTTP mode there is nothing to listen to."""
        if self._section.mode == "http":
            return
        section = self._section
        receiver = Receiver(section.bot(), section.trust(), accept, self._services.clock)
        supervisor = Supervisor(
            gateway=self._api.open_gateway,
            receiver=receiver,
            lease=self._services.lease,
            name=self._consumer,
            timings=self._timings,
            tls=section.api.startswith("https:"),
        )
        await supervisor.run()

    async def send(self, message: Outgoing) -> Receipt:
        """Hand a message to DingTalk."""
        if message.kind == "push":
            return await self._pushes.send(message)
        return await self._replies.send(message)

    async def close(self) -> None:
        """Finish open cards, write down what was spent, and close the connections."""
        if self._cards is not None:
            await self._cards.close()
        await self._budget.close()
        await self._api.close()


def open_channel(section: Mapping[str, str], services: Services) -> DingTalk:
    """The channel of a section of the settings.

    Raises:
        ConfigurationError: names each setting that is wrong, and what it should be.
    """
    _keep_secrets_out_of_logs()
    return DingTalk(read_section(section), services)


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


def _keep_secrets_out_of_logs() -> None:
    """These libraries log whole addresses, and ours carry tickets, sessions and tokens."""
    for library in ("httpx", "httpcore", "websockets"):
        logger = logging.getLogger(library)
        logger.setLevel(max(logger.level, logging.WARNING))
