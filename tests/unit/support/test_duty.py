from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from domain.records import Notice
from support.duty import DutyRoster

NOW = datetime(2026, 3, 12, tzinfo=UTC)
ROSTER = """
duty: {channel: dingtalk, user: mei, by: work, alert_by: ding}
otherwise: {channel: dingtalk, group: cid-desk}
"""


def roster(path: Path, text: str = ROSTER, channels: tuple[str, ...] = ("dingtalk",)) -> DutyRoster:
    file = path / "duty.yaml"
    file.write_text(text, encoding="utf-8")
    return DutyRoster.read(file, channels, {})


def notice(kind: str, recipient: str) -> Notice:
    return Notice("talk", kind, recipient, NOW, "masked text")


def test_a_red_alert_is_pushed_louder(tmp_path: Path) -> None:
    pushed = roster(tmp_path).pushes([notice("push", "duty"), notice("alert", "duty")])
    assert [(one.push_by, one.address.user) for one in pushed] == [("work", "mei"), ("ding", "mei")]


def test_a_team_that_is_not_listed_is_reached_as_everybody_else(tmp_path: Path) -> None:
    (pushed,) = roster(tmp_path).pushes([notice("push", "quality")])
    assert (pushed.address.thread, pushed.address.group) == ("cid-desk", True)


def test_without_the_channel_nothing_is_pushed(tmp_path: Path) -> None:
    assert roster(tmp_path, channels=()).pushes([notice("alert", "duty")]) == []


def test_pushes_do_not_wait_behind_the_customers_replies(tmp_path: Path) -> None:
    (pushed,) = roster(tmp_path).pushes([notice("push", "duty")])
    assert pushed.conversation_id != "talk"


@pytest.mark.parametrize("wrong", ["duty: {user: mei}", "duty: {channel: x, by: shout}", "- a"])
def test_a_roster_that_cannot_be_used_is_refused_with_its_name(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ConfigurationError, match=r"duty\.yaml"):
        roster(tmp_path, wrong)
