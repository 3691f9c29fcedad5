"""The systems that the ERP simulator stands for, and the journal of what was changed in them."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, cast, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, create_model

from domain.errors import ConfigurationError, InputError
from domain.ports import Company, EffectLog


class Business(Company, EffectLog, Protocol):
    """A company's systems that can also tell what they really changed."""


@dataclass(frozen=True)
class Operation:
    """One method of a port: what it is called with, what it answers, and whether it changes anything."""

    name: str
    arguments: type[BaseModel]
    answer: TypeAdapter[Any]
    writes: bool


class Books:
    """The company's systems and the journal of what was changed in them, in the order of the changes."""

    def __init__(self, shop: Business, journal: Path | None) -> None:
        self._shop = shop
        self._journal = journal
        self._entries: list[dict[str, Any]] = []
        self._turn = asyncio.Lock()

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Every call that changed something: its key, its arguments and its effects."""
        return list(self._entries)

    async def call(self, operation: Operation, arguments: BaseModel, key: str | None) -> Any:
        """Do what was asked; a change stands in the journal before this returns.

        Raises:
            InputError: the company refuses.
        """
        if not operation.writes:
            return await getattr(self._shop, operation.name)(**dict(arguments))
        async with self._turn:
            known = len(self._shop.effects())
            answer = await getattr(self._shop, operation.name)(**dict(arguments), key=key)
            if effects := self._shop.effects()[known:]:
                self._keep(operation, arguments, key, effects)
            return answer

    async def replay(self) -> None:
        """Make every change of the journal again, with its key; half a last line is cut off: it was not answered.

        Raises:
            ConfigurationError: the journal is of another company.
        """
        if self._journal is None or not self._journal.exists():
            return
        whole, _, torn = self._journal.read_bytes().rpartition(b"\n")
        if torn:
            with self._journal.open("r+b") as file:
                file.truncate(len(whole) + 1 if whole else 0)
        for line in whole.splitlines():
            await self._again(json.loads(line))

    async def _again(self, entry: dict[str, Any]) -> None:
        operation = OPERATIONS[entry["method"]]
        arguments = operation.arguments.model_validate(entry["arguments"])
        try:
            await getattr(self._shop, operation.name)(**dict(arguments), key=entry["key"])
        except InputError as error:
            raise ConfigurationError(f"{self._journal} is of another company: {error}") from error
        self._entries.append(entry)

    def _keep(
        self, operation: Operation, arguments: BaseModel, key: str | None, effects: list[Any]
    ) -> None:
        entry = {
            "at": datetime.now(UTC).isoformat(),
            "method": operation.name,
            "key": key,
            "arguments": arguments.model_dump(mode="json"),
            "effects": effects,
        }
        self._entries.append(entry)
        if self._journal is not None:
            with self._journal.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def _operations() -> Mapping[str, Operation]:
    found = {}
    for port in Company.__mro__:
        for name, function in vars(port).items():
            if inspect.iscoroutinefunction(function):
                hints = get_type_hints(function)
                answer, writes = hints.pop("return"), hints.pop("key", None) is not None
                fields = cast("dict[str, Any]", {one: (kind, ...) for one, kind in hints.items()})
                arguments = create_model(name, __config__=ConfigDict(extra="forbid"), **fields)
                found[name] = Operation(name, arguments, TypeAdapter(answer), writes)
    return found


OPERATIONS = _operations()
