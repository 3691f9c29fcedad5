"""The scripted evening: its data is sound, it empties only what is its own, and it leaves an office alive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from filelock import FileLock
from pydantic import ValidationError

from connectors.clocks import PacedClock
from connectors.demo_shop import read_world
from demo_evening import MARK, Evening, Letterbox, evening, open_day, own_folder
from domain.errors import ConfigurationError
from domain.office import InboxView, TicketRow
from domain.settings import Settings
from evening_player import EveningPlayer
from evening_script import CHANNELS, Day, Line, Talk, beats, moment
from evening_weeks import MADE_UP, add_weeks
from house import House
from server import TENANT, DemoDesk  # noqa: TID251 - the page's desk stands there
from service import Service
from storage.casework import SqlCasebook
from storage.conversations import SqlConversations
from storage.database import Database
from storage.mood_groups import SqlMoods
from support.kpi_rules import KpiRules
from support.staff import Staff
from support.surveys import SurveyRules
from support.warnings import Warnings

PLAYBOOK = Settings().playbook
DEMO = PLAYBOOK / "demo"
FEW = (
    "early-invoice",
    "angry-late",
    "refund-chairs",
    "foundry",
    "refund-cooker-kettle",
    "cooker-spark",
)


@pytest.fixture(scope="module")
def day() -> Day:
    return Day.read(DEMO / "evening.yaml")


def test_everybody_who_writes_is_a_customer_or_writes_where_strangers_can(day: Day) -> None:
    known = {one.id for one in read_world(DEMO / "world.yaml").customers}
    book = yaml.safe_load((DEMO / "addresses.yaml").read_text("utf-8"))
    reached = {(channel, one) for channel, users in book.items() for one in users.values()}
    for talk in day.talks:
        if talk.who not in known:
            assert not talk.who.startswith("C-"), talk.id
            assert talk.channel != "web", talk.id
        elif talk.channel != "web":
            assert (talk.channel, talk.who) in reached, talk.id


def test_every_deed_is_of_a_colleague_who_may(day: Day) -> None:
    staff = Staff.read(DEMO / "staff.yaml")
    for talk in day.talks:
        for line in talk.story:
            assert line.by == "" or staff.find(line.by) is not None, talk.id


def test_the_day_has_every_language_channel_and_deed(day: Day) -> None:
    assert {one.language for one in day.talks} == {"yue", "zh-Hant", "zh-Hans", "en", "mix"}
    assert {one.channel for one in day.talks} == set(CHANNELS)
    assert all(set(one.words) == {"yue", "zh-Hant", "zh-Hans", "en"} for one in day.earlier)
    deeds = {line.does for talk in day.talks for line in talk.story}
    assert deeds >= {"acknowledges", "takes over", "replies", "notes", "hands back", "solves"}
    assert deeds >= {"approves", "refuses"}


def test_the_day_is_long_enough_to_look_alive(day: Day) -> None:
    assert 90 <= len(day.talks) <= 120
    scores = [int(one.score[0]) for one in day.talks if one.score]
    assert len(scores) >= 40
    assert set(scores) == {1, 2, 3, 4, 5}
    assert sum(score >= 4 for score in scores) > len(scores) / 2


def test_nothing_is_written_outside_the_day(day: Day) -> None:
    date = datetime.fromisoformat("2026-03-12T10:30:00+08:00")
    first, last = moment(date, day.begins), moment(date, day.ends)
    assert all(first <= beat.at < last for beat in beats(day, date))


def test_an_hour_after_midnight_is_the_next_day() -> None:
    date = datetime.fromisoformat("2026-03-12T10:30:00+08:00")
    assert moment(date, "25:40") == datetime.fromisoformat("2026-03-13T01:40:00+08:00")


@pytest.mark.parametrize(
    "story",
    [
        [{"ST-07": "takes over"}],
        [{"says": "hello"}, {"ST-07": "sings"}],
        [{"says": "hello"}, {"ST-07": "replies"}],
        [{"says": ""}],
        [{"says": "hello", "wait": 2}],
    ],
)
def test_a_story_that_makes_no_sense_is_refused(story: list[dict[str, object]]) -> None:
    given = {"id": "x", "who": "Ann", "channel": "whatsapp", "language": "en", "at": "09:00"}
    with pytest.raises(ValidationError):
        Talk.model_validate({**given, "story": story})


def test_a_wait_belongs_to_the_line_after_it() -> None:
    talk = Talk.model_validate(
        {
            "id": "x",
            "who": "Ann",
            "channel": "whatsapp",
            "language": "en",
            "at": "09:00",
            "story": [
                {"says": "hello"},
                {"wait": 7},
                {"ST-07": {"notes": "calm"}},
                {"says": "bye"},
            ],
        }
    )
    assert talk.story == (
        Line(does="says", text="hello"),
        Line(does="notes", by="ST-07", text="calm", wait=7),
        Line(does="says", text="bye"),
    )


def test_two_stories_of_one_name_are_refused(tmp_path: Path) -> None:
    story = {"id": "a", "who": "Ann", "channel": "whatsapp", "language": "en", "at": "09:00"}
    talk = {**story, "story": [{"says": "hi"}]}
    file = tmp_path / "evening.yaml"
    file.write_text(yaml.safe_dump({"begins": "08:00", "ends": "26:00", "talks": [talk, talk]}))
    with pytest.raises(ConfigurationError, match="two stories are called a"):
        Day.read(file)


def test_a_folder_with_somebody_elses_data_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "nightdesk.db").write_text("real")
    with pytest.raises(ConfigurationError, match="var/evening"):
        own_folder(tmp_path)
    assert (tmp_path / "nightdesk.db").read_text() == "real"


def test_its_own_folder_is_emptied(tmp_path: Path) -> None:
    folder = own_folder(tmp_path / "evening")
    (folder / "nightdesk.db").write_text("made up")
    own_folder(folder)
    assert [one.name for one in folder.iterdir()] == [MARK]


def test_a_folder_in_which_another_evening_plays_is_left_alone(tmp_path: Path) -> None:
    folder = own_folder(tmp_path / "evening")
    (folder / "index-desk").mkdir()
    lock = FileLock(folder / "index-desk" / "owner.lock")
    with lock, pytest.raises(ConfigurationError, match="another evening"):
        own_folder(folder)
    assert (folder / "index-desk").is_dir()


def test_it_is_served_to_this_machine_only(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="this machine"):
        evening(host="0.0.0.0", data=tmp_path / "evening")
    assert not (tmp_path / "evening").exists()


def test_a_paced_clock_stops_where_it_is_told_and_never_goes_back() -> None:
    start = datetime.fromisoformat("2026-03-12T08:00:00+08:00")
    clock = PacedClock(start)
    clock.run(1e9, until=start + timedelta(hours=1))
    while clock.now() < start + timedelta(hours=1):
        pass
    assert clock.now() == start + timedelta(hours=1)
    clock.jump(start)
    assert clock.now() >= start + timedelta(hours=1)
    clock.run(0.0)
    assert clock.now() == clock.now()


@dataclass
class Played:
    """What a short day leaves."""

    player: EveningPlayer
    service: Service

    async def newest(self, talk: str) -> TicketRow:
        conversation = self.player.conversations[talk]
        found, _ = await self.service.room.store.inbox(InboxView(shown="all", per_page=200), "")
        return next(one for one in found if one.conversation_id == conversation)

    async def score(self, talk: str) -> tuple[int | None, str]:
        store = SqlConversations(self.service.database)
        history = await store.history(self.player.conversations[talk])
        assert history is not None
        assert history.survey is not None
        return history.survey.score, history.survey.comment

    async def happened(self, talk: str) -> list[str]:
        history = await self.service.room.store.history(self.player.conversations[talk])
        return [one.kind for one in history]


@pytest.fixture
async def played(house: House, day: Day, tmp_path: Path) -> AsyncIterator[Played]:
    settings = Settings(data=tmp_path, burst_seconds=0.1)
    database = await Database.open(tmp_path)
    own = replace(
        house,
        settings=settings,
        database=database,
        store=SqlConversations(database),
        casebook=SqlCasebook(database),
    )
    _, clock = open_day(settings)
    desk = await DemoDesk.open(own, leads=False, clock=clock)
    posts = {name: Letterbox(name) for name in CHANNELS if name != "web"}
    service = Service.join(own, desk.turns, TENANT, posts)
    await service.start(listen=False)
    told: list[str] = []
    shown = Evening(settings, day.only(FEW), clock, 0.0, weeks=2, tell=told.append)
    await shown.begin(desk, service)
    assert shown.player is not None
    assert any("all made up" in one for one in told)
    yield Played(shown.player, service)
    await service.stop()
    await desk.room.close()
    await database.close()


async def test_a_short_day_leaves_tickets_surveys_handovers_and_an_approval(
    played: Played,
) -> None:
    assert played.player.problems == []
    assert set(played.player.conversations) == set(FEW)

    invoice = await played.newest("early-invoice")
    assert (invoice.status, invoice.category) == ("solved", "reissue_invoice")
    assert await played.score("early-invoice") == (5, "很方便")

    happened = await played.happened("angry-late")
    assert happened.index("acknowledged") < happened.index("accepted") < happened.index("returned")
    assert await played.score("angry-late") == (4, "之後有人跟返")

    assert "approved" in await played.happened("refund-chairs")
    waiting = await played.service.room.approvals.waiting()
    assert [one.order for one in waiting] == ["HB-202880"]

    spark = await played.newest("cooker-spark")
    assert (spark.status, spark.red_alert) == ("new", True)
    stages = await played.happened("cooker-spark")
    assert stages.count("supervisor_alerted") == 1
    assert "transferred" in stages
    case = await played.service.room.store.newest(spark.conversation_id)
    assert case is not None
    assert case.waiting


async def test_the_weeks_before_turn_for_the_worse_and_are_all_made_up(
    tmp_path: Path, day: Day
) -> None:
    database = await Database.open(tmp_path)
    now = datetime.fromisoformat("2026-03-12T08:00:00+08:00")
    number = await add_weeks(database, TENANT, now, 6, day.earlier)
    assert number > 300
    rules = KpiRules.read(
        PLAYBOOK / "rules" / "kpis.yaml",
        SurveyRules.read(PLAYBOOK / "rules" / "surveys.yaml").low_score,
    )
    found = await Warnings(SqlMoods(database, TENANT), rules.warnings).look(now)
    assert ("product", "VAC-40") in {(one.group.kind, one.group.name) for one in found}
    assert all(talk.startswith(MADE_UP) for one in found for talk in one.conversations)
    await database.close()
