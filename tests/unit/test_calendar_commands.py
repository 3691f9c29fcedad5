"""The file of public holidays is brought up to date, says what changed, and leaves alone what a person wrote."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from calendar_commands import calendar, published, read_years, renew
from domain.errors import ConfigurationError, InputError
from domain.settings import ROOT
from support.calendar import holidays_in, read_holidays

SHIPPED = ROOT / "playbook" / "rules" / "holidays.yaml"
# As the Government gazetted them for 2026.
GAZETTED_2026 = [
    (1, 1),
    (2, 17),
    (2, 18),
    (2, 19),
    (4, 3),
    (4, 4),
    (4, 6),
    (4, 7),
    (5, 1),
    (5, 25),
    (6, 19),
    (7, 1),
    (9, 26),
    (10, 1),
    (10, 19),
    (12, 25),
    (12, 26),
]
COMPANY_DAY = "- {day: 2026-11-24, zh: 公司旅行, en: Outing, kept: true}\n"
WRONG_DAY = "- {day: 2026-11-25, zh: 唔係假期, en: No holiday}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    return tmp_path / "rules" / "holidays.yaml"


def run(path: Path, *words: str) -> str:
    environment = {"NIGHTDESK_PLAYBOOK": str(path.parent.parent), "COLUMNS": "200"}
    result = CliRunner().invoke(calendar, list(words), env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_days_of_2026_are_those_of_the_gazette() -> None:
    assert [one.day for one in published([2026])] == [date(2026, *day) for day in GAZETTED_2026]


def test_every_year_has_seventeen_days_and_none_is_a_sunday() -> None:
    days = [one.day for one in published(range(2025, 2029))]
    assert len(days) == 4 * 17
    assert all(day.weekday() != 6 for day in days)


def test_the_file_that_is_shipped_is_what_the_command_writes(path: Path) -> None:
    renew(path, range(2025, 2029))
    assert path.read_text("utf-8") == SHIPPED.read_text("utf-8")


def test_the_demo_company_closes_on_the_same_days() -> None:
    world = yaml.safe_load((ROOT / "playbook" / "demo" / "world.yaml").read_text("utf-8"))
    own = set(world["policies"]["hours"]["public_holidays"])
    assert own == {day for day in read_holidays(SHIPPED) if day.year == 2026}


def test_a_day_has_its_name_in_chinese_and_english(path: Path) -> None:
    renew(path, [2026])
    names = {one.day: (one.zh, one.en) for one in holidays_in(path)}
    assert names[date(2026, 4, 6)] == ("清明節翌日", "The day following Ching Ming Festival")


def test_an_update_says_what_was_added_and_removed(path: Path) -> None:
    path.write_text("holidays:\n" + WRONG_DAY, "utf-8")
    said = run(path, "update", "--years", "2026")
    assert "removed: 2026-11-25 Wed · 唔係假期 · No holiday\n" in said
    assert "added: 2026-10-01 Thu · 國慶日 · National Day\n" in said
    assert said.count("added: ") == 17
    assert len(read_holidays(path)) == 17


def test_an_update_says_which_name_was_mended(path: Path) -> None:
    renew(path, [2026])
    path.write_text(path.read_text("utf-8").replace("Tuen Ng Festival", "Dragon Boats"), "utf-8")
    assert "renamed: 2026-06-19 Fri · 端午節 · Tuen Ng Festival\n" in run(
        path, "update", "--years", "2026"
    )


def test_days_that_a_person_added_stay(path: Path) -> None:
    path.write_text("holidays:\n" + COMPANY_DAY, "utf-8")
    said = run(path, "update", "--years", "2026")
    assert "removed" not in said
    assert COMPANY_DAY in path.read_text("utf-8")


def test_a_public_holiday_that_a_person_wrote_over_stays_theirs(path: Path) -> None:
    own = "- {day: 2026-10-01, zh: 國慶及店慶, en: National Day and ours, kept: true}\n"
    path.write_text("holidays:\n" + own, "utf-8")
    assert date(2026, 10, 1) not in [one.day for one in renew(path, [2026]).added]
    assert own in path.read_text("utf-8")
    assert len(read_holidays(path)) == 17


def test_other_years_stay(path: Path) -> None:
    renew(path, [2025, 2026])
    renew(path, [2027])
    assert {day.year for day in read_holidays(path)} == {2025, 2026, 2027}


def test_an_update_that_finds_nothing_writes_nothing(path: Path) -> None:
    renew(path, [2026])
    before = "# somebody's remark\n" + path.read_text("utf-8")
    path.write_text(before, "utf-8")
    assert "as it should be for 2026." in run(path, "update", "--years", "2026")
    assert path.read_text("utf-8") == before


def test_without_years_an_update_reaches_two_years_ahead(path: Path) -> None:
    run(path, "update")
    years = {day.year for day in read_holidays(path)}
    assert len(years) == 4
    assert date.today().year in years  # noqa: DTZ011 - any day of these years will do


def test_the_days_are_shown_with_who_wrote_them(path: Path) -> None:
    path.write_text("holidays:\n" + COMPANY_DAY, "utf-8")
    run(path, "update", "--years", "2026-2027")
    shown = run(path, "show", "--years", "2026")
    assert "公司旅行" in shown
    assert "by a person" in shown
    assert "2027" not in shown
    assert "2027-01-01" in run(path, "show")


@pytest.mark.parametrize("words", ["2028-2025", "next", "26", "2025-", "2000-2099", ""])
def test_years_that_are_none_are_an_error_that_says_what_to_write(words: str) -> None:
    with pytest.raises(InputError, match="write 2025-2028 or 2026"):
        read_years(words)


def test_years_are_read_as_people_write_them() -> None:
    assert list(read_years("2025-2028")) == [2025, 2026, 2027, 2028]
    assert list(read_years(" 2026 – 2027 ")) == [2026, 2027]
    assert list(read_years("2026")) == [2026]


def test_a_year_of_which_nothing_is_known_empties_nothing(path: Path) -> None:
    renew(path, [2026])
    before = path.read_text("utf-8")
    with pytest.raises(InputError, match="nothing is known of 2150"):
        renew(path, [2026, 2150])
    assert path.read_text("utf-8") == before


def test_a_file_that_cannot_be_read_is_not_written_over(path: Path) -> None:
    path.write_text("holidays: oops\n", "utf-8")
    with pytest.raises(ConfigurationError, match=r"holidays\.yaml"):
        renew(path, [2026])
    assert path.read_text("utf-8") == "holidays: oops\n"


def test_a_folder_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        renew(tmp_path / "nowhere" / "holidays.yaml", [2026])
