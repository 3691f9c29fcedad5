"""Reads which models each job asks: ready-made sections, with the operator's settings over them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from domain.errors import ConfigurationError
from domain.model_usage import HKD_PER_USD, Endpoint, Price
from domain.models import Role
from domain.settings import ProviderSettings, Settings

READY_MADE = Path(__file__).parent / "providers.yaml"
USUAL = "usual"
EXPERT_ROLES: tuple[Role, ...] = ("understand", "compose")
"""The jobs that are about one kind of task."""


class SectionPrice(BaseModel):
    """For a million tokens."""

    model_config = ConfigDict(extra="forbid")

    read: Decimal
    written: Decimal
    currency: Literal["HKD", "USD"]


class Section(BaseModel):
    """A ready-made section."""

    model_config = ConfigDict(extra="forbid")

    base_url: str
    models: dict[str, str]
    key: Literal["needed", "optional"]
    extra_body: dict[str, JsonValue] = {}
    length_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    price: SectionPrice | None = None


def read_sections(path: Path = READY_MADE) -> dict[str, Section]:
    """The ready-made sections by name.

    Raises:
        ConfigurationError: the file is not what it should be.
    """
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
        return {name: Section.model_validate(one) for name, one in found.items()}
    except (OSError, yaml.YAMLError, ValidationError, AttributeError) as error:
        raise ConfigurationError(f"{path.name} cannot be used: {error}") from error


def endpoints(settings: Settings, role: Role) -> list[Endpoint]:
    """The models that a job asks, in order; none when no model is set.

    Raises:
        ConfigurationError: a provider is unknown, or has no address or no model.
    """
    chosen = settings.models.get(role)
    own = chosen.use if chosen else None
    sections = read_sections()
    overlays = {_name(key): one for key, one in settings.providers.items()}
    wanted = (one.strip() for one in (own or settings.model or "").split(","))
    variable = f"NIGHTDESK_MODELS__{role.upper()}__USE" if own else "NIGHTDESK_MODEL"
    return [_endpoint(one, role, sections, overlays, variable) for one in wanted if one]


def experts(settings: Settings, role: Role, kinds: Collection[str]) -> dict[str, list[Endpoint]]:
    """By kind of task, the models that a job asks before the usual ones; `kinds` are all that there are.

    Raises:
        ConfigurationError: a kind of task or a provider is unknown, or no usual model stands behind an expert.
    """
    if role not in EXPERT_ROLES:
        return {}
    sections = read_sections()
    overlays = {_name(key): one for key, one in settings.providers.items()}
    found: dict[str, list[Endpoint]] = {}
    for key, use in settings.experts.items():
        kind, variable = _kind(key), f"NIGHTDESK_EXPERTS__{_kind(key).upper()}"
        if kind not in kinds:
            raise ConfigurationError(_no_such_kind(variable, kind, kinds))
        wanted = [one for one in map(str.strip, use.split(",")) if one]
        if wanted and not endpoints(settings, role):
            raise ConfigurationError(
                f"{variable} has no usual model behind it; set NIGHTDESK_MODEL, too"
            )
        if wanted:
            found[kind] = [_endpoint(one, role, sections, overlays, variable) for one in wanted]
    return found


def embedding_endpoint(settings: Settings) -> Endpoint:
    """The endpoint of `PROVIDER:MODEL` in NIGHTDESK_EMBEDDER; nothing of a chat goes with its requests.

    Raises:
        ConfigurationError: a provider is unknown, or has no address, or no model is named.
    """
    sections = read_sections()
    overlays = {_name(key): one for key, one in settings.providers.items()}
    provider, _, model = settings.embedder.partition(":")
    if not model.strip():
        raise ConfigurationError(
            f"NIGHTDESK_EMBEDDER is {settings.embedder!r}, which names no model; write"
            " PROVIDER:MODEL, sentence-transformers:MODEL, or embedded"
        )
    found = _endpoint(
        f"{provider}:{model.strip()}", "understand", sections, overlays, "NIGHTDESK_EMBEDDER"
    )
    over = overlays.get(found.provider, ProviderSettings())
    return replace(found, extra_body={}, price=None, dimensions=over.dimensions)


def _no_such_kind(variable: str, kind: str, kinds: Collection[str]) -> str:
    near = get_close_matches(kind, sorted(kinds), n=3, cutoff=0.5)
    known = (
        f"the nearest are {', '.join(near)}" if near else f"there are {', '.join(sorted(kinds))}"
    )
    return f"{variable} names {kind!r}, which is no kind of task; {known}. Rename or remove the setting"


def _endpoint(
    wanted: str,
    role: Role,
    sections: dict[str, Section],
    overlays: dict[str, ProviderSettings],
    variable: str,
) -> Endpoint:
    provider, _, model = wanted.partition(":")
    provider = _name(provider)
    section, over = sections.get(provider), overlays.get(provider, ProviderSettings())
    if section is None and provider not in overlays:
        raise ConfigurationError(
            f"{variable} names {provider!r}, which is no provider; ready-made are {', '.join(sections)},"
            f" or set NIGHTDESK_PROVIDERS__{provider.replace('-', '_').upper()}__BASE_URL"
        )
    own = section.models if section else {}
    model = model or over.model or own.get(role) or own.get(USUAL) or ""
    found = Endpoint(
        provider=provider,
        model=model,
        base_url=over.base_url or (section.base_url if section else ""),
        key=over.key,
        key_needed=section is not None and section.key == "needed",
        extra_body=_body(section, over),
        price=_price(section, over, provider),
        length_field=section.length_field if section else "max_tokens",
    )
    for name, value in (("BASE_URL", found.base_url), ("MODEL", found.model)):
        if not value:
            raise ConfigurationError(f"{found.setting(name)} is empty; set it")
    return found


def _body(section: Section | None, over: ProviderSettings) -> dict[str, JsonValue]:
    if over.extra_body is not None:
        return over.extra_body
    return section.extra_body if section else {}


def _price(section: Section | None, over: ProviderSettings, provider: str) -> Price | None:
    """In Hong Kong dollars; None where it is not known, never a guess."""
    set_by_operator = (over.price_in, over.price_out, over.currency)
    if all(one is None for one in set_by_operator):
        ready = section.price if section else None
        return _in_hkd(ready.read, ready.written, ready.currency) if ready else None
    if over.price_in is None or over.price_out is None or over.currency is None:
        name = provider.replace("-", "_").upper()
        raise ConfigurationError(
            f"NIGHTDESK_PROVIDERS__{name}__PRICE_IN, PRICE_OUT and CURRENCY belong together; set all three"
        )
    return _in_hkd(over.price_in, over.price_out, over.currency)


def _in_hkd(read: Decimal, written: Decimal, currency: str) -> Price:
    rate = HKD_PER_USD if currency == "USD" else Decimal(1)
    return Price(read * rate, written * rate)


def _kind(text: str) -> str:
    """A kind of task as its file is called, however an operator spells it."""
    return text.strip().lower().replace("-", "_")


def _name(text: str) -> str:
    """A provider's name: what an environment variable cannot spell with a hyphen, it spells with _."""
    return text.strip().lower().replace("_", "-")
