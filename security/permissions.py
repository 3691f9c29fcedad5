"""Who may do what: roles and the scopes they were granted. What nobody granted is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import yaml

from domain.errors import ConfigurationError


class Permissions:
    """The grants of `playbook/roles.yaml`."""

    def __init__(self, grants: Mapping[str, frozenset[str]]) -> None:
        self._grants = grants

    @classmethod
    def read(cls, path: Path) -> Permissions:
        """Read the grants.

        Raises:
            ConfigurationError: the file is not a mapping of roles to lists of scopes.
        """
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict) or not all(
            isinstance(one, list) for one in document.values()
        ):
            raise ConfigurationError(f"{path.name}: write each role with the list of its scopes")
        return cls({role: frozenset(map(str, scopes)) for role, scopes in document.items()})

    @property
    def roles(self) -> Collection[str]:
        return self._grants.keys()

    def may(self, role: str, scope: str) -> bool:
        """Was this scope granted to this role?"""
        return scope in self._grants.get(role, frozenset())
