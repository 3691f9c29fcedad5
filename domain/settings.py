"""The one typed configuration. Every setting is an environment variable of the same name."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an operator may set. Rules of the business stand in `playbook/`, not here."""

    model_config = SettingsConfigDict(
        env_prefix="NIGHTDESK_", env_nested_delimiter="__", extra="forbid"
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
