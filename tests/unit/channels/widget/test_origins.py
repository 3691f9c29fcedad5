"""Which pages the door is open to."""

from __future__ import annotations

import pytest

from tests.unit.channels.widget.world import ID, PAGE, Office, browser, token_of


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://shop.example", f"{PAGE}.evil.example", "null"]
)
@pytest.mark.parametrize("method", ["OPTIONS", "POST"])
async def test_pages_of_other_origins_are_refused(origin: str, method: str) -> None:
    office = Office()
    async with browser(office, origin=origin) as client:
        body = {"token": token_of("v-1"), "id": ID, "text": "hello"}
        answer = await client.request(method, "/messages", json=body)
    assert (answer.status_code, office.kept) == (403, {})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", [PAGE, "https://m.shop.example"])
async def test_pages_of_our_origins_may_ask(origin: str) -> None:
    async with browser(Office(), origin=origin) as client:
        asked = await client.options("/events", headers={"Access-Control-Request-Method": "GET"})
        visited = await client.post("/visit", json={})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-headers"] == (
        "Authorization, Content-Type, Last-Event-ID"
    )
    assert "access-control-allow-credentials" not in visited.headers
    for answer in (asked, visited):
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["vary"] == "Origin"


async def test_the_script_may_be_named_by_any_page() -> None:
    async with browser(Office(), origin="") as client:
        script = await client.get("/nightdesk.js")
        none = await client.get("/example.html")
    assert (script.status_code, none.status_code) == (200, 404)
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert script.headers["x-content-type-options"] == "nosniff"


async def test_a_demonstration_shows_its_page() -> None:
    async with browser(Office(), origin="", demo="true", origins="*") as client:
        page = await client.get("/example.html")
    assert (page.status_code, "nightdesk.js" in page.text) == (200, True)


async def test_a_request_of_two_origins_is_refused() -> None:
    async with browser(Office(), origin="") as client:
        two = [("Origin", PAGE), ("Origin", "https://evil.example")]
        assert (await client.post("/visit", json={}, headers=two)).status_code == 403
