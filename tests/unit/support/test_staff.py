from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from domain.errors import ConfigurationError
from domain.policies import Hours
from domain.settings import ROOT
from support.calendar import HONG_KONG, StaffCalendar
from support.staff import Staff

HOURS = StaffCalendar(
    Hours.model_validate({"human_open": {"mon-fri": "09:00-18:00"}, "public_holidays": []})
)
PEOPLE = """
- {id: A, name: Amy, role: service, reach: {channel: dingtalk, user: amy}}
- {id: B, name: Bob, role: supervisor, shift: {sat: '09:00-13:00', daily: '20:00-24:00'}}
"""


def staff(path: Path, text: str = PEOPLE) -> Staff:
    file = path / "staff.yaml"
    file.write_text(text, encoding="utf-8")
    return Staff.read(file)


def there(found: Staff, day: int, hour: int) -> list[str]:
    moment = datetime(2026, 3, day, hour, 30, tzinfo=HONG_KONG)
    return [one.id for one in found.on_duty(moment, HOURS)]


def test_without_a_shift_somebody_works_in_the_companys_hours(tmp_path: Path) -> None:
    found = staff(tmp_path)
    assert there(found, 12, 10) == ["A"]  # a Thursday
    assert there(found, 14, 10) == ["B"]  # a Saturday
    assert there(found, 12, 21) == ["B"]
    assert there(found, 15, 3) == []


def test_people_are_found_by_their_account_on_a_platform(tmp_path: Path) -> None:
    found = staff(tmp_path)
    amy = found.reached("dingtalk", "amy")
    assert amy is not None
    assert amy.id == "A"
    assert found.reached("whatsapp", "amy") is None
    assert found.reached("dingtalk", "") is None
    assert found.name("A") == "Amy"
    assert found.name("gone") == "gone"


def test_a_company_without_the_file_has_nobody(tmp_path: Path) -> None:
    assert Staff.read(tmp_path / "staff.yaml").everybody == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {id: A, name: Amy, role: service}\n- {id: A, name: Ann, role: service}", "twice"),
        ("- {id: A, name: Amy, role: service, shift: {mon: later}}", "no times"),
        ("- {id: A, name: Amy}", "role"),
        ("- {id: 'A B', name: Amy, role: service}", "id"),
        ("- [", "cannot be read"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"staff\.yaml.*{said}"):
        staff(tmp_path, text)


def test_nobody_of_the_demo_is_a_customer_of_it_too() -> None:
    """A colleague who pressed a button would else be taken for a customer, or the other way round."""
    demo = ROOT / "playbook" / "demo"
    people = Staff.read(demo / "staff.yaml").everybody
    addresses = yaml.safe_load((demo / "addresses.yaml").read_text("utf-8"))
    customers = {user for table in addresses.values() for user in table}
    assert not {one.reach.user for one in people if one.reach} & customers
    world = yaml.safe_load((demo / "world.yaml").read_text("utf-8"))
    assert not {one.name for one in people} & {one["name"] for one in world["customers"]}
