"""Plays the golden conversations once for each reader, each run in a database of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from domain.errors import ConfigurationError
from domain.settings import Settings
from evals.comparing import Side, measured
from evals.judging import Judge
from evals.run import run_goldens
from house import House
from storage.usage import SqlUsage


async def play_readers(
    settings: Settings,
    readers: Sequence[str] = (),
    *,
    golden: Path | None = None,
    only: str | None = None,
    jobs: int = 2,
    judged: bool = False,
) -> list[Side]:
    """The runs of these readers, in order; without any, the run of the reader that the settings name.

    The goldens are the company's own unless another folder or file of them is given.

    Raises:
        ConfigurationError: a golden file is wrong, or a reader or the judge needs a model and none is set.
    """
    sides = []
    for reader in dict.fromkeys(readers) or [settings.reader]:
        with TemporaryDirectory() as folder:
            # Never a database that others use: what is counted must be this run's calls alone.
            own = {"data": Path(folder), "database_url": None, "reader": reader}
            house = await House.open(settings.model_copy(update=own))
            try:
                for one in readers:
                    check_reader(one, has_model=house.model is not None)
                judge = Judge.open(house.model) if judged else None
                paths = [golden] if golden else []
                report = await run_goldens(house, paths, only, jobs, judge)
                offline = house.model is None
                name = "embedded" if offline else reader
                writer = "templates" if offline else settings.writer
                sides.append(await measured(name, report, SqlUsage(house.database), writer))
            finally:
                await house.close()
    return sides


def check_reader(reader: str, *, has_model: bool) -> None:
    """Refuse to pass the offline reader off as another one.

    Raises:
        ConfigurationError: the reader needs a model, and none can be used.
    """
    if reader != "embedded" and not has_model:
        raise ConfigurationError(
            f"--reader {reader} needs a language model: set NIGHTDESK_MODEL (dashscope, openai, vllm or ollama)"
            " and what its section asks for, then try it with `nightdesk doctor`; --reader embedded needs none"
        )
