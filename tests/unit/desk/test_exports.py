"""Nothing in a table is run by the spreadsheet that opens it."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import pytest

from desk.exports import BOM, Cell, cell, table

FORMULA = '=HYPERLINK("http://evil.example","x")'


@pytest.mark.parametrize(
    "text",
    [
        FORMULA,
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "\tplain",
        "\rplain",
        "  =1+1",
        "\u00a0=1+1",
        "\u3000=1+1",
        "\ufeff=1+1",
        "\u200b=1+1",
        "\u202e=1+1",
        "\x00=1+1",
        " \t=1+1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "\u3000＝1",
        "﹢1",
        "﹣1",
        "﹦1",
        "﹫x",
        "\u22121",
        "-",
        "=",
        "-12",  # a name that looks like a number is a name: our numbers are numbers
    ],
)
def test_what_might_be_run_is_kept_harmless(text: str) -> None:
    written = cell(text)
    assert isinstance(written, str)
    assert written == "'" + text.replace("\x00", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "find_order",
        "a=b",
        "1+1",
        "客人投訴 -- 急",
        "ST-01",
        "'=1",
        "3 - 2",
        "é=1",
        "\u3000好",
    ],
)
def test_other_words_stay_as_they_are(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [(-3.5, -3.5), (0, 0), (-7, -7), (True, 1), (False, 0), (None, ""), (0.8, 0.8)],
)
def test_numbers_stay_numbers(value: Cell, written: str | float) -> None:
    assert cell(value) == written


def test_moments_are_told_in_hong_kong() -> None:
    assert cell(datetime.fromisoformat("2026-03-11T18:30:05+00:00")) == "2026-03-12 02:30:05"


async def test_a_table_comes_back_as_it_went_in() -> None:
    async def rows() -> AsyncIterator[Sequence[Cell]]:
        for number in range(450):
            yield (f'a,"{number}"\nsecond line', -number, FORMULA, None)

    parts = [part async for part in table(("name", "number", "=name", "none"), rows())]
    assert len(parts) == 3  # it is sent while it is made
    text = "".join(parts)
    assert text.startswith(BOM)
    assert text.count(BOM) == 1
    read = list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))
    assert read[0] == ["name", "number", "'=name", "none"]
    assert len(read) == 451
    assert read[7] == ['a,"6"\nsecond line', "-6", f"'{FORMULA}", ""]
