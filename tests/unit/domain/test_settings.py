"""What is not set follows what is."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.settings import ROOT, Settings


def places(settings: Settings) -> list[Path]:
    return [settings.data, settings.playbook, settings.knowledge, settings.world]


def test_without_a_home_everything_lies_in_the_project() -> None:
    settings = Settings()
    assert settings.home == ROOT
    assert places(settings) == [
        ROOT / "var/data",
        ROOT / "playbook",
        ROOT / "knowledge",
        ROOT / "playbook/demo/world.yaml",
    ]


def test_a_company_of_ones_own_lies_in_its_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTDESK_HOME", "/srv/ours")
    home = Path("/srv/ours")
    assert places(Settings()) == [
        home / "var/data",
        home / "playbook",
        home / "knowledge",
        home / "playbook/demo/world.yaml",
    ]
    assert Settings().cache == ROOT / "var/cache"


def test_what_is_named_wins_over_the_home_and_the_company_stands_in_its_playbook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NIGHTDESK_HOME", "/srv/ours")
    monkeypatch.setenv("NIGHTDESK_PLAYBOOK", "/srv/playbook")
    settings = Settings.model_validate({"data": Path("/srv/data")})
    assert places(settings) == [
        Path("/srv/data"),
        Path("/srv/playbook"),
        Path("/srv/ours/knowledge"),
        Path("/srv/playbook/demo/world.yaml"),
    ]
