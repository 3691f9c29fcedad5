"""The one typed configuration. Every setting is an environment variable of the same name."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.language import Language
from domain.models import Role

ROOT = Path(__file__).resolve().parent.parent


class RoleSettings(BaseModel):
    """What one of the four jobs of a model uses; whatever is not set comes from the desk's settings."""

    model_config = ConfigDict(extra="forbid")

    use: str | None = Field(
        default=None,
        description="Providers in order, each with a model if it is not the usual: dashscope:qwen-plus,ollama",
    )
    timeout_seconds: float | None = Field(
        default=None, gt=0, le=300, description="How long the job may take, with every retry"
    )
    daily_tokens: int | None = Field(
        default=None, ge=0, description="Tokens a day that a company may use for this job"
    )


class ProviderSettings(BaseModel):
    """An endpoint; whatever is not set comes from the ready-made section of the same name."""

    model_config = ConfigDict(extra="forbid")

    base_url: str | None = Field(default=None, description="Address, up to and with /v1")
    key: SecretStr | None = Field(default=None, description="API key")
    model: str | None = Field(default=None, description="Name of the model to ask")
    extra_body: dict[str, JsonValue] | None = Field(
        default=None, description="JSON that is added to every request"
    )
    dimensions: int | None = Field(
        default=None, ge=1, le=16_384, description="Numbers in a vector, of an embedding model"
    )
    price_in: Decimal | None = Field(
        default=None, ge=0, description="Price of a million tokens that are read"
    )
    price_out: Decimal | None = Field(
        default=None, ge=0, description="Price of a million tokens that are written"
    )
    currency: Literal["HKD", "USD"] | None = Field(
        default=None, description="Currency of the prices"
    )

    @field_validator("extra_body", mode="before")
    @classmethod
    def _parsed(cls, value: object) -> object:
        # An environment variable this deep arrives as text.
        return json.loads(value) if isinstance(value, str) else value


class Settings(BaseSettings):
    """What an operator may set. Rules of the business stand in `playbook/`, not here."""

    model_config = SettingsConfigDict(
        env_prefix="NIGHTDESK_", env_nested_delimiter="__", extra="forbid"
    )

    home: Path = Field(
        default=ROOT,
        description="Folder that holds playbook/, knowledge/ and golden/, as `nightdesk init` makes it",
    )
    data: Path = Field(
        default=ROOT / "var" / "data", description="Folder of the database, its key and the index"
    )
    cache: Path = Field(
        default=ROOT / "var" / "cache", description="Folder of what was learnt from the playbook"
    )
    playbook: Path = Field(
        default=ROOT / "playbook", description="Sentences, rules, examples and the demo company"
    )
    knowledge: Path = Field(
        default=ROOT / "knowledge", description="The documents that are answered from"
    )
    host: str = Field(default="127.0.0.1", description="Address to serve on")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to serve on")
    database_url: str | None = Field(
        default=None,
        description="postgresql+psycopg://… for more than one worker; SQLite in the data folder if not set",
    )
    worker: str = Field(
        default="desk",
        pattern=r"^[a-z0-9-]{1,40}$",
        description="Name of this process among those that share a database; the same after a restart",
    )
    burst_seconds: float = Field(
        default=3.0,
        ge=0,
        le=30,
        description="How long a request that lacks something waits for the customer's next message",
    )
    pilot_percent: int = Field(
        default=100,
        ge=0,
        le=100,
        description="Share of conversations that the assistant takes; the rest goes to people",
    )
    channels: dict[str, dict[str, str]] | None = Field(
        default=None,
        description="A section per channel (NIGHTDESK_CHANNELS__DINGTALK__CLIENT_ID); without: the simulators",
    )
    staff_language: Language = Field(
        default="zh-Hant",
        description="What staff read: yue, zh-Hant, zh-Hans or en; a model translates for them",
    )
    world: Path = Field(
        default=ROOT / "playbook" / "demo" / "world.yaml",
        description="The company: its rules, products, and in the demo its customers and orders",
    )
    erp_url: str | None = Field(
        default=None,
        description="Address of the company's systems over HTTP; without it the demo company's, in memory",
    )
    evaluation: bool = Field(
        default=False,
        validation_alias="EVALUATION",
        description="Offer the evaluation endpoints; never in production",
    )
    embedder: str = Field(
        default="embedded",
        description="embedded, sentence-transformers:MODEL, or PROVIDER:MODEL, e.g. dashscope:text-embedding-v4",
    )
    embedder_downloads: bool = Field(
        default=False,
        description="Whether the models of NIGHTDESK_EMBEDDER and NIGHTDESK_RERANKER may be fetched at start-up",
    )
    chroma_url: str | None = Field(
        default=None,
        description="Address of a Chroma server that several workers share; without: an index in the data folder",
    )
    reranker: str | None = Field(
        default=None,
        description="sentence-transformers:MODEL puts the passages that were found in a better order",
    )
    model: str | None = Field(
        default=None,
        description="Language model provider, or several in order (dashscope,ollama); without: no model, no calls",
    )
    reader: Literal["embedded", "cascade", "model"] = Field(
        default="cascade",
        description="Who reads requests once a model is set; cascade asks it only where the desk is unsure",
    )
    writer: Literal["templates", "model"] = Field(
        default="model",
        description="Who words replies, summaries and translations once a model is set",
    )
    models: dict[Role, RoleSettings] = Field(
        default={},
        description="A section per job (NIGHTDESK_MODELS__UNDERSTAND__USE): understand, compose, summarise, judge",
    )
    experts: dict[str, str] = Field(
        default={},
        description="Models asked first about a kind of task (NIGHTDESK_EXPERTS__BOOK_ROOM=mine:qwen-hotel)",
    )
    providers: dict[str, ProviderSettings] = Field(
        default={},
        description="A section per provider (NIGHTDESK_PROVIDERS__DASHSCOPE__KEY), over the ready-made ones",
    )
    daily_tokens: int | None = Field(
        default=None, ge=0, description="Model tokens a day that a company may use"
    )
    daily_cost: Decimal | None = Field(
        default=None,
        ge=0,
        description="Hong Kong dollars a day that a company's model calls may cost",
    )
    calls_per_turn: int = Field(
        default=3, ge=1, le=20, description="Most model calls for one turn, retries counted"
    )

    @model_validator(mode="before")
    @classmethod
    def _at_home(cls, given: dict[str, object]) -> dict[str, object]:
        """What has no place of its own lies in the home folder; the cache is kept by content, so all share it."""
        home = Path(str(given.get("home", ROOT)))
        playbook = Path(str(given.get("playbook", home / "playbook")))
        return {
            "data": home / "var" / "data",
            "playbook": playbook,
            "knowledge": home / "knowledge",
            "world": playbook / "demo" / "world.yaml",
            **given,
        }
