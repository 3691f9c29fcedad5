"""A request or a report that no word speaks for is doubted, but not one of those that it was learnt from."""

from __future__ import annotations

from domain.settings import Settings
from understanding.cues import report_weight, request_weight
from understanding.examples import read_labels

EXAMPLES = Settings().playbook / "examples"


def test_odd_words_do_not_cancel_and_do_not_alarm() -> None:
    assert request_weight("cancel_order", "隻鑊甩晒柄") < 1
    assert report_weight("delay", "訂單人房，5月2號入住一晚") < 1
    assert report_weight("suspicious", "想請專人跟進") < 1
    assert report_weight("privacy", "我想查下我個帳戶結餘") < 1


def test_the_words_cover_what_people_say() -> None:
    requests = [e for e in read_labels(EXAMPLES / "tasks") if request_weight(e.label, e.text) < 1]
    reports = [e for e in read_labels(EXAMPLES / "signals") if report_weight(e.label, e.text) < 1]

    assert len(requests) <= 3, requests
    assert len(reports) <= 3, reports
