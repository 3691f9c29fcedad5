"""Prints every figure of the knowledge as Markdown for docs/benchmarks.md: `make bench-knowledge`."""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
from collections.abc import Sequence

import structlog

from evals.bench_knowledge import quality, rejection, scale, speed
from evals.bench_knowledge.questions import ROOT

PARTS = ("quality", "rejection", "speed", "scale", "killing")
_SMALL, _LARGE = 10_000, 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that are asked for; one that is behind or finds a fault is said, and the rest goes on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; all without one")
    parser.add_argument("--large", action="store_true", help="100,000 passages, too (15 minutes)")
    parser.add_argument("--kills", type=int, default=30)
    asked = parser.parse_args(arguments)
    unknown = set(asked.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    wanted, failed = asked.parts or PARTS, False
    for name, lines in (("quality", quality), ("rejection", rejection), ("speed", speed)):
        if name in wanted:
            _head(name)
            for line in lines.report():
                print(line, flush=True)
    if "scale" in wanted:
        _head("scale")
        print(scale.HEAD, flush=True)
        for count in (_SMALL, _LARGE) if asked.large else (_SMALL,):
            failed |= _apart("scale", str(count)) != 0
    if "killing" in wanted:
        _head("killing")
        failed |= _apart("killing", "--kills", str(asked.kills)) != 0
    return int(failed)


def _head(name: str) -> None:
    print(f"\n## {name.capitalize()}\n", flush=True)


def _apart(module: str, *arguments: str) -> int:
    """Run one module in a process of its own, so that its memory and its crashes are its own."""
    command = [sys.executable, "-m", f"evals.bench_knowledge.{module}", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 our own modules


if __name__ == "__main__":
    sys.exit(main())
