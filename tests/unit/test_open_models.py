"""Which models the desk opens; a setting that is wrong is named in the log and stops nothing."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from domain.settings import ProviderSettings, Settings
from house import expert_kinds, open_models
from tests.unit.support.model_fakes import CountingStore

OURS = {"ours": ProviderSettings(base_url="http://127.0.0.1:9/v1", model="qwen")}


async def test_an_expert_is_opened_beside_the_usual_model() -> None:
    settings = Settings(model="ours", providers=OURS, experts={"book_room": "ours:hotel"})
    model, connected = open_models(settings, CountingStore(), len)
    for one in connected:
        await one.close()
    assert model is not None
    assert len(connected) == 2


@pytest.mark.parametrize("kind", ["book_rom", "ask", "summarise"])
async def test_an_expert_in_what_no_model_is_asked_about_stops_no_desk(kind: str) -> None:
    settings = Settings(model="ours", providers=OURS, experts={kind: "ours:hotel"})
    with capture_logs() as logs:
        model, connected = open_models(settings, CountingStore(), len)
    assert model is None
    assert list(connected) == []
    (line,) = [one for one in logs if one["log_level"] == "error"]
    assert f"NIGHTDESK_EXPERTS__{kind.upper()}" in line["cause"]
    assert line["remedy"] == "nightdesk doctor"


def test_an_expert_may_know_about_every_tool_and_every_family_that_may_be_reworded() -> None:
    kinds = expert_kinds(Settings(experts={"x": "y"}))
    assert {"book_room", "refund_order", "topic", "knowledge"} <= kinds
    assert not {"ask", "confirm", "sympathy"} & kinds
