"""What the dashboard takes for granted: the minutes of a ticket, what counts as at once, what a warning needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import ConfigurationError


class WarningRules(BaseModel):
    """What a warning needs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    false_discovery_rate: float = Field(gt=0, lt=0.5)
    enough_recent: int = Field(ge=1)
    enough_before: int = Field(ge=1)
    customers: int = Field(ge=1)
    rise: float = Field(ge=0, lt=1)
    red_alerts: int = Field(ge=1)
    most: int = Field(ge=1, le=200)


class KpiRules(BaseModel):
    """The table of `playbook/rules/kpis.yaml`, and the low score of `surveys.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    minutes_per_ticket: float = Field(ge=0, le=600)
    at_once_seconds: int = Field(ge=1, le=3600)
    good_score: int = Field(ge=2, le=5)
    warnings: WarningRules
    low_score: int = Field(default=2, ge=1, le=4)

    @classmethod
    def read(cls, path: Path, low_score: int) -> KpiRules:
        """Read the table; the low score is the one that opens a follow-up.

        Raises:
            ConfigurationError: names the file, the key and the remedy.
        """
        try:
            content: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            return cls.model_validate({**content, "low_score": low_score})
        except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError) as error:
            raise ConfigurationError(f"{path.name} cannot be read: {error}") from error
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5]
            )
            raise ConfigurationError(f"{path.name}: {problems}") from error
