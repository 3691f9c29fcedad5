"""Two readers in a row: offline where that is sure, a model where it is not, offline again if the model fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import structlog
import yaml
from prometheus_client import Counter

from domain.errors import ConfigurationError, ModelError
from domain.reading import Reading, ReadingContext
from understanding.embedded import EmbeddedReader
from understanding.model import ModelReader

log = structlog.get_logger()
ALWAYS = 1.0  # only a yes, a no or a value that was asked for is as certain as that
_READ = Counter("nightdesk_readings", "Messages read", ["by"])


class CascadeReader:
    """Implements `Reader`.

    Args:
        threshold: how sure (0..1) the offline reader has to be for the model not to be asked.
    """

    def __init__(self, first: EmbeddedReader, second: ModelReader, threshold: float) -> None:
        self._first = first
        self._second = second
        self._threshold = threshold

    async def read(self, text: str, context: ReadingContext) -> Reading:
        """The tasks of a message. A model that fails costs its time, and nothing else.

        It is asked about the whole message; what of it is read surely offline stays.
        """
        read = await self._first.examine(text, context)
        if read.utterance is None or read.reading.confidence >= self._threshold:
            _READ.labels("embedded").inc()
            return read.reading
        try:
            found = await self._second.read(read.utterance, context, self._threshold)
        except ModelError as error:
            log.warning("model_reading_failed", code=error.code, cause=str(error)[:200])
            _READ.labels("fallback").inc()
            return read.reading
        _READ.labels("model").inc()
        return replace(found, tasks=(*read.unread, *found.tasks))


def read_threshold(path: Path) -> float:
    """How sure the offline reader has to be, as the business set it.

    Raises:
        ConfigurationError: the file lacks `threshold`, or it is no share.
    """
    try:
        threshold = float(yaml.safe_load(path.read_text(encoding="utf-8"))["threshold"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{path.name}: needs `threshold`, a number from 0 to 1") from error
    if not 0 <= threshold <= 1:
        raise ConfigurationError(f"{path.name}: threshold is {threshold}; it goes from 0 to 1")
    return threshold
