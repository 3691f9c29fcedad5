"""Readers side by side: each run's own numbers, and which goldens they do not share."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from connectors.clocks import SystemClock
from domain.errors import ConfigurationError
from domain.model_usage import Limits, ModelCall, Planned, Settled
from domain.models import Usage
from evals.comparing import Side, Use, differences, drawn, measured, publish_all
from evals.graders import Problem
from evals.player import Line
from evals.readers import check_reader
from evals.report import Failure, Report, Result, Thresholds
from storage.database import Database
from storage.usage import SqlUsage

CALL = ModelCall(
    tenant="demo",
    turn="t1",
    role="understand",
    provider="p",
    model="m",
    usage=Usage(100, 0, 10),
    cost=Decimal("0.02"),
    at=datetime(2026, 3, 12, tzinfo=UTC),
    seconds=0.5,
    result="answered",
)
LENIENT = Thresholds(pass_overall=0.5, language_gap_points=100)


def result(name: str, *, passed: bool = True, seconds: float = 1.0) -> Result:
    failures = () if passed else (Failure(2, Problem("words", "does not say “退款”")),)
    talk = (Line("customer", "退款"), Line("agent", "好"))
    return Result(Path(f"{name}.yaml"), "refunds", "t", "yue", failures, talk, seconds)


def side(reader: str, *results: Result, calls: tuple[ModelCall, ...] = ()) -> Side:
    return Side(reader, Report(results), Use.of(len(results), calls))


def printed(sides: list[Side]) -> str:
    console = Console(width=200, file=StringIO())
    with console.capture() as captured:
        console.print(drawn(sides))
    return captured.get()


def test_the_calls_of_a_run_are_added_up() -> None:
    wording = replace(CALL, role="compose", result="unavailable", usage=Usage(50, 0, 5))
    used = Use.of(4, [CALL, wording, replace(CALL, turn="t2")])
    assert used == Use(
        turns=4,
        turns_with_call=2,
        calls=3,
        reading=2,
        failed=1,
        read=250,
        written=25,
        cost=Decimal("0.06"),
    )
    assert used.without_call == 0.5


def test_what_is_summed_up_after_a_turn_is_no_turn_of_its_own() -> None:
    used = Use.of(4, [CALL, replace(CALL, role="summarise", turn="t1-after")])
    assert used.turns_with_call == 1
    assert used.calls == 2


def test_a_call_of_no_turn_counts_as_a_turn_of_its_own() -> None:
    nowhere = replace(CALL, turn="")
    assert Use.of(4, [CALL, nowhere, nowhere]).without_call == 0.25


def test_the_judge_is_no_part_of_the_desks_work() -> None:
    assert Use.of(1, [replace(CALL, role="judge")]) == Use.of(1, [])


def test_one_unknown_price_makes_the_sum_unknown() -> None:
    assert Use.of(1, [CALL, replace(CALL, cost=None)]).cost is None


def test_nothing_asked_costs_nothing() -> None:
    assert (Use.of(3, []).cost, Use.of(3, []).without_call) == (Decimal(0), 1.0)


def test_the_goldens_that_readers_do_not_share_are_named_both_ways() -> None:
    first = side("embedded", result("a"), result("b"), result("c", passed=False))
    other = side("cascade", result("a"), result("b", passed=False), result("c"))
    assert differences([first, other]) == [
        "1 pass with embedded and not with cascade: refunds/b",
        "1 pass with cascade and not with embedded: refunds/c",
    ]


def test_the_table_has_a_column_for_each_reader() -> None:
    priceless = replace(CALL, cost=None)
    first = side("embedded", result("a"), result("b", seconds=3.0))
    other = side("cascade", result("a"), result("b", passed=False), calls=(priceless,))
    text = printed([first, other])
    rows = {
        line.split("│")[1].strip(): line.split("│")[2:4]
        for line in text.splitlines()
        if "│" in line
    }
    seen = {name: [cell.strip() for cell in cells] for name, cells in rows.items()}
    assert seen["passed"] == ["2 of 2", "1 of 2"]
    assert seen["rate"] == ["100.0%", "50.0%"]
    assert seen["95 %"] == ["34.2%–100.0%", "9.5%–90.5%"]
    assert seen["turns without a call"] == ["100.0%", "50.0%"]
    assert (seen["tokens read"], seen["tokens written"]) == (["0", "100"], ["0", "10"])
    assert seen["HK$"] == ["0.0000", "no price"]
    assert seen["seconds a golden, p50"] == ["2.00", "1.00"]


def test_the_worst_reader_decides_the_exit_code(tmp_path: Path) -> None:
    good, bad = side("embedded", result("a")), side("model", result("a", passed=False))
    console = Console(quiet=True)
    assert publish_all([good], console, tmp_path, LENIENT) == 0
    assert publish_all([good, bad], console, tmp_path, LENIENT) == 1


def test_other_programs_read_the_same_numbers(tmp_path: Path) -> None:
    first = side("embedded", result("a"), result("b"))
    other = side("cascade", result("a"), result("b", passed=False), calls=(CALL,))
    publish_all([first, other], Console(quiet=True), tmp_path, LENIENT)
    document = json.loads((tmp_path / "readers.json").read_text(encoding="utf-8"))
    numbers = document["readers"][1]
    assert numbers == json.loads((tmp_path / "cascade" / "goldens.json").read_text("utf-8"))["use"]
    wanted = ("passed", "total", "turns", "model_calls", "turns_without_call", "cost_hkd")
    assert [numbers[key] for key in wanted] == [1, 2, 2, 1, 0.5, "0.02"]
    assert document["differences"] == [
        {"first": "embedded", "other": "cascade", "only_first": ["refunds/b"], "only_other": []}
    ]


def test_one_reader_leaves_its_report_where_it_always_was(tmp_path: Path) -> None:
    publish_all([side("embedded", result("a"))], Console(quiet=True), tmp_path, LENIENT)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["goldens.json", "goldens.xml"]


@pytest.mark.parametrize("reader", ["model", "cascade"])
def test_a_reader_that_needs_a_model_is_refused_without_one(reader: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"--reader {reader} .*NIGHTDESK_MODEL"):
        check_reader(reader, has_model=False)


def test_the_offline_reader_needs_no_model() -> None:
    check_reader("embedded", has_model=False)
    check_reader("cascade", has_model=True)


async def test_a_run_counts_the_calls_of_its_own_storage_only(tmp_path: Path) -> None:
    report, sides = Report((result("a"), result("b"))), []
    for reader, calls in (("embedded", 0), ("model", 2)):
        (tmp_path / reader).mkdir()
        database = await Database.open(tmp_path / reader, None)
        store = SqlUsage(database)
        for number in range(calls):
            now = SystemClock().now()
            planned = Planned(
                "demo", f"t{number}", "understand", "p", "m", Usage(90, 0, 9), None, now
            )
            limits = Limits(now - timedelta(days=1), now + timedelta(days=1))
            settled = Settled(Usage(7, 0, 3), None, 0.1, "answered")
            await store.settle(await store.reserve(planned, limits), settled)
        sides.append(await measured(reader, report, store, "model"))
        await database.close()
    seen = [(one.use.calls, one.use.read, one.use.written, one.use.without_call) for one in sides]
    assert seen == [(0, 0, 0, 1.0), (2, 14, 6, 0.0)]
