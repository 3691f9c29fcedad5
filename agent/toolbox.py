"""Find every tool, and give each the systems it asks for."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from typing import Any, get_type_hints

import tools
from domain.errors import ConfigurationError
from domain.tooling import Caller, Tool, ToolPolicy


def find_tools(folder: list[str] | None = None) -> dict[str, Tool]:
    """Every file of `tools/` as a tool, by name.

    Raises:
        ConfigurationError: a file is no tool; the message says what it lacks.
    """
    paths = folder or list(tools.__path__)
    names = sorted(module.name for module in pkgutil.iter_modules(paths))
    return {name: _tool(name) for name in names}


def supply(
    found: Mapping[str, Tool], systems: Mapping[type[Any], object]
) -> dict[str, dict[str, object]]:
    """For every tool the systems its function names, by parameter.

    Raises:
        ConfigurationError: a tool asks for something that nobody provides.
    """
    supplied: dict[str, dict[str, object]] = {}
    for name, tool in found.items():
        missing = [f"`{key}`" for key, kind in tool.wants.items() if kind not in systems]
        if missing:
            raise ConfigurationError(
                f"tool `{name}` asks for {', '.join(missing)}, which server.py does not provide"
            )
        supplied[name] = {key: systems[kind] for key, kind in tool.wants.items()}
    return supplied


def _tool(name: str) -> Tool:
    module = importlib.import_module(f"tools.{name}")
    function = getattr(module, name, None)
    policy = getattr(function, "__tool_policy__", None)
    if function is None or not isinstance(policy, ToolPolicy):
        raise ConfigurationError(
            f"tools/{name}.py has no function `{name}` marked with @tool(ToolPolicy(...))"
        )
    hints = get_type_hints(function)
    parameters = [key for key in inspect.signature(function).parameters if key != "request"]
    if "request" not in hints:
        raise ConfigurationError(f"tools/{name}.py: `{name}` takes no `request`")
    wants = {key: hints[key] for key in parameters if hints[key] is not Caller}
    caller = next((key for key in parameters if hints[key] is Caller), None)
    return Tool(name, policy, hints["request"], function, wants, caller)
