"""Who is told when something needs a person, and how loudly."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
import yaml
from pydantic import TypeAdapter, ValidationError

from domain.channels import Address, Button, Outgoing
from domain.errors import ConfigurationError
from domain.office import Reach, staff_talk
from domain.records import Notice

log = structlog.get_logger()


_TABLE: TypeAdapter[dict[str, Reach]] = TypeAdapter(dict[str, Reach])


@dataclass(frozen=True)
class DutyRoster:
    """Recipients by the names that rules use; `otherwise` stands for everyone who is not listed."""

    reach: dict[str, Reach]
    channels: Collection[str]

    @classmethod
    def read(cls, path: Path, channels: Collection[str], people: Mapping[str, Reach]) -> DutyRoster:
        """Read the roster of teams; `people` are those who are reached by themselves.

        Only recipients on one of the open `channels` are pushed to.

        Raises:
            ConfigurationError: names the recipient and what is wrong.
        """
        try:
            content: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            return cls({**_TABLE.validate_python(content), **people}, channels)
        except (OSError, yaml.YAMLError) as error:
            raise ConfigurationError(f"{path.name} cannot be read: {error}") from error
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5]
            )
            raise ConfigurationError(f"{path.name}: {problems}") from error

    def pushes(self, notices: Sequence[Notice], buttons: tuple[Button, ...] = ()) -> list[Outgoing]:
        """The messages to staff that notices become, with buttons to press. Their text is masked already."""
        found = []
        for notice in notices:
            reach = self.reach.get(notice.recipient) or self.reach.get("otherwise")
            if reach is None or reach.channel not in self.channels:
                log.info("nobody_to_push_to", recipient=notice.recipient, kind=notice.kind)
                continue
            by = reach.alert_by if notice.kind == "alert" and reach.alert_by else reach.by
            address = Address(reach.channel, "", reach.group, reach.user, group=bool(reach.group))
            found.append(
                Outgoing(
                    id=uuid4().hex,
                    conversation_id=staff_talk(notice.conversation_id),
                    address=address,
                    text=notice.text,
                    kind="push",
                    push_by=by,
                    buttons=buttons,
                )
            )
        return found
