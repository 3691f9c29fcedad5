"""What a model is told before it words something: a text that stays the same, and a line that changes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.errors import ConfigurationError
from domain.models import Line, Prompt, Role

FIELD = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True)
class Wording:
    """A prompt as a person wrote it. `system` never changes, so that a provider may keep it; `line` is filled."""

    source: str
    role: Role
    system: str
    line: str

    def prompt(
        self,
        *,
        tenant: str = "",
        turn: str = "",
        max_tokens: int = 600,
        about: tuple[str, ...] = (),
        **inputs: str,
    ) -> Prompt:
        """The prompt of one call.

        Raises:
            ConfigurationError: an input is not given, or is given and not used.
        """
        wanted = set(FIELD.findall(self.line))
        if wanted != set(inputs):
            odd = ", ".join(sorted(wanted ^ set(inputs)))
            raise ConfigurationError(f"{self.source}: the inputs differ from what was given: {odd}")
        filled = FIELD.sub(lambda found: _bare(inputs[found[1]]), self.line)
        return Prompt(
            role=self.role,
            system=self.system,
            lines=(Line("user", filled),),
            source=self.source,
            tenant=tenant,
            turn=turn,
            max_tokens=max_tokens,
            about=about,
        )


def _bare(text: str) -> str:
    """Text from outside may not close or open a marker line."""
    return re.sub(
        r"<(/?)(draft|customer|entries|text|voice)>", r"(\1\2)", text, flags=re.IGNORECASE
    )
