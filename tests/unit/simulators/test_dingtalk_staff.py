"""The company's own people on the page of the simulated DingTalk."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.dingtalk.staff import read_office
from simulators.dingtalk.state import Person
from tests.unit.simulators.dingtalk_world import playing

DUTY = """
ST-01: {channel: dingtalk, user: duty.one, by: work, alert_by: ding}
otherwise: {channel: dingtalk, group: cidDuty==, by: message}
elsewhere: {channel: whatsapp, user: '85200000000'}
"""
LISTED = """
- {id: ling, name: 李玲, role: agent, reach: {channel: dingtalk, user: li.ling}}
- {id: tom, name: Tom, role: agent}
"""
TABLE = """
staff:
  - {id: ling, name: 李玲, role: agent, reach: {channel: dingtalk, user: li.ling}}
"""


@pytest.mark.parametrize("staff", [LISTED, TABLE])
def test_colleagues_and_their_groups_come_from_the_companys_files(
    tmp_path: Path, staff: str
) -> None:
    (tmp_path / "staff.yaml").write_text(staff, "utf-8")
    (tmp_path / "duty.yaml").write_text(DUTY, "utf-8")
    people, groups = read_office(tmp_path)
    assert [(one.user_id, one.name, one.staff) for one in people] == [
        ("li.ling", "李玲", True),
        ("duty.one", "ST-01", True),
    ]
    assert [(one.conversation_id, one.members) for one in groups] == [
        ("cidDuty==", ["li.ling", "duty.one"])
    ]


def test_an_organisation_without_those_files_has_no_colleagues(tmp_path: Path) -> None:
    assert read_office(tmp_path) == ([], [])


async def test_colleagues_stand_apart_from_customers() -> None:
    people = [Person(user_id="ann", name="Ann"), Person(user_id="mei", name="美", staff=True)]
    async with playing(people=people, groups=[]) as http:
        chats = (await http.get("/simulator/chats")).json()
        assert [(one["title"], one["staff"]) for one in chats] == [("Ann", False), ("美", True)]
