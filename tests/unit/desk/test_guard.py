"""What is let in, and what may change something."""

from __future__ import annotations

import httpx
import pytest

from desk.guard import LARGEST_FORM, is_loopback
from desk.knowledge import HOME
from tests.unit.desk.conftest import (
    EVIL,
    HERE,
    OURS,
    Browser,
    Office,
    SmallDesk,
    app_of,
    client_of,
    log_in,
)

PAGES = ("", "/findings?of=care", "/search", "/questions", "/history", "/why", "/news")
AFAR = "https://desk.example"


@pytest.mark.parametrize("page", PAGES)
async def test_over_the_network_nothing_is_served_without_https(
    desk: SmallDesk, office: Office, page: str
) -> None:
    app = app_of(desk, office.entrance(local=False))
    for base, asks in ((HERE, "127.0.0.1"), ("http://desk.example", "203.0.113.9")):
        async with client_of(app, base, asks) as client:
            response = await client.get(f"{HOME}{page}")
            assert response.status_code == 403
            assert "https" in response.text
            assert "parcels" not in response.text
            assert "script-src 'self'" in response.headers["content-security-policy"]
            assert (await client.get("/desk/login")).status_code == 403


async def test_over_the_network_the_desk_is_used_by_https(desk: SmallDesk, office: Office) -> None:
    app = app_of(desk, office.entrance(local=False))
    async with client_of(app, AFAR, "203.0.113.9") as client:
        assert (await log_in(client, "Ada")).status_code == 303
        page = await client.get(HOME, headers={"x-forwarded-for": "203.0.113.9"})
        assert "parcels" in page.text


async def test_a_proxy_on_this_machine_may_bring_https_but_not_to_the_demo(
    desk: SmallDesk, office: Office
) -> None:
    for demo in (False, True):
        app = app_of(desk, office.entrance(demo=demo))
        async with client_of(app, AFAR, "203.0.113.9") as client:
            response = await client.get("/desk/login")
            assert response.status_code == (403 if demo else 200)
            assert "Ada Lok" not in response.text


async def test_a_change_by_https_comes_from_the_same_host_by_https(
    desk: SmallDesk, office: Office
) -> None:
    app = app_of(desk, office.entrance(local=False))
    async with client_of(app, AFAR, "203.0.113.9") as client:
        await log_in(client, "Ada")
        token = await Browser(client).token()
        for origin in ("http://desk.example", "https://other.example", "https://desk.example:444"):
            sent = {"path": "faq/parcels.md", "csrf": token}
            response = await client.post(f"{HOME}/delete", data=sent, headers={"origin": origin})
            assert response.status_code == 403
        assert "faq/parcels.md" in desk.files()
        sent = {"path": "faq/parcels.md", "csrf": token}
        response = await client.post(f"{HOME}/delete", data=sent, headers={"origin": AFAR})
        assert response.status_code == 303
        assert "faq/parcels.md" not in desk.files()


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.7", "[::"]
)
async def test_a_host_that_is_not_this_machine_is_refused(
    client: httpx.AsyncClient, host: str
) -> None:
    response = await client.get(HOME, headers={"host": host})
    assert response.status_code == 403
    assert "parcels" not in response.text


@pytest.mark.parametrize(
    "header",
    ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"],
)
async def test_what_a_proxy_brings_is_refused(client: httpx.AsyncClient, header: str) -> None:
    response = await client.get(HOME, headers={"host": "127.0.0.1", header: "203.0.113.9"})
    assert response.status_code == 403
    assert "parcels" not in response.text


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "127.1.2.3:80", "[::1]:8000"])
async def test_every_name_of_this_machine_is_served(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get(HOME, headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False)],
)
def test_only_loopback_addresses_keep_the_desk_open(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://[::"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "none"},
        {"origin": HERE, "sec-fetch-site": "same-site"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
    ],
)
@pytest.mark.parametrize("page", ["delete", "rename", "edit", "drafts", "rollback"])
async def test_a_change_that_another_site_sends_is_refused(
    desk: SmallDesk, browser: Browser, headers: dict[str, str], page: str
) -> None:
    fields = {"path": "faq/parcels.md", "to": "faq/x.md", "csrf": await browser.token()}
    response = await browser.client.post(f"{HOME}/{page}", data=fields, headers=headers)
    assert response.status_code == 403
    assert {"faq/parcels.md", "faq/hours.md"} == desk.files()


@pytest.mark.parametrize("token", [None, "", "guessed", "密碼"])
@pytest.mark.parametrize("page", ["delete", "rename", "edit", "drafts", "rollback"])
async def test_a_form_without_our_token_is_refused(
    desk: SmallDesk, client: httpx.AsyncClient, token: str | None, page: str
) -> None:
    fields = {"path": "faq/parcels.md", "to": "faq/x.md", "question": "Why?"}
    given = fields if token is None else {**fields, "csrf": token}
    response = await client.post(f"{HOME}/{page}", data=given, headers={"origin": HERE})
    assert response.status_code == 403
    assert {"faq/parcels.md", "faq/hours.md"} == desk.files()


@pytest.mark.parametrize("token", [None, "guessed"])
async def test_an_upload_without_our_token_is_refused(
    desk: SmallDesk, client: httpx.AsyncClient, token: str | None
) -> None:
    headers = {"origin": HERE} | ({} if token is None else {"x-csrf-token": token})
    response = await client.post(
        f"{HOME}/upload", params={"name": "new.md"}, content=b"# New", headers=headers
    )
    assert response.status_code in (400, 403)
    assert "new.md" not in desk.files()


async def test_a_right_token_in_the_form_does_not_excuse_a_wrong_one_in_the_header(
    desk: SmallDesk, browser: Browser
) -> None:
    fields = {"path": "faq/parcels.md", "csrf": await browser.token()}
    headers = {"origin": HERE, "x-csrf-token": "guessed"}
    response = await browser.client.post(f"{HOME}/delete", data=fields, headers=headers)
    assert response.status_code == 403
    assert "faq/parcels.md" in desk.files()


async def test_a_token_is_of_one_session(
    desk: SmallDesk, browser: Browser, stranger: httpx.AsyncClient
) -> None:
    await log_in(stranger, "Ada")
    theirs = await Browser(stranger).token()
    assert theirs != await browser.token()
    sent = {"path": "faq/parcels.md", "csrf": theirs}
    response = await browser.client.post(f"{HOME}/delete", data=sent, headers=OURS)
    assert response.status_code == 403
    assert "faq/parcels.md" in desk.files()


async def test_a_form_is_read_to_its_limit_only(browser: Browser) -> None:
    response = await browser.send("/edit", text="x" * LARGEST_FORM)
    assert response.status_code == 413


async def test_what_is_no_form_is_refused(client: httpx.AsyncClient) -> None:
    for body in (b"\xff\xfe", b"&".join(b"a=1" for _ in range(50))):
        response = await client.post(f"{HOME}/delete", content=body, headers={"origin": HERE})
        assert response.status_code in (400, 403)


@pytest.mark.parametrize("page", [*PAGES[:-1], "/document?path=nope.md", "/findings?of=x"])
async def test_every_answer_carries_the_security_headers(
    client: httpx.AsyncClient, page: str
) -> None:
    headers = (await client.get(f"{HOME}{page}")).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("page", PAGES[:-1])
async def test_no_page_has_script_or_style_within_it(browser: Browser, page: str) -> None:
    text = (await browser.client.get(f"{HOME}{page}")).text
    assert "<style" not in text
    assert " style=" not in text
    assert text.count("<script") == 1
    assert " onclick" not in text


async def test_a_page_that_does_not_exist_is_a_page(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{HOME}/findings", params={"of": EVIL})
    assert response.status_code == 404
    assert EVIL not in response.text
    assert (await client.get(HOME, params={"page": "x"})).status_code == 404


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/v1/customers", "/desk/../v1", "/desk//x"]
)
async def test_changing_the_language_leads_nowhere_else(
    client: httpx.AsyncClient, back: str
) -> None:
    response = await client.get("/desk/language", params={"to": "en", "back": back})
    assert response.status_code == 404


async def test_the_language_is_kept_in_a_cookie(browser: Browser) -> None:
    assert "What the assistant knows" in await browser.see()
    response = await browser.client.get(
        "/desk/language", params={"to": "zh-Hans", "back": f"{HOME}/history?x=1"}
    )
    assert response.status_code == 303
    assert response.headers["location"] == f"{HOME}/history?x=1"
    assert "助理知道什么" in await browser.see()
    browser.client.cookies.set("nightdesk_language", "klingon", domain="127.0.0.1", path="/desk")


async def test_the_desk_leads_to_the_documents(client: httpx.AsyncClient) -> None:
    for address in ("/desk", "/desk/"):
        assert (await client.get(address)).headers["location"] == HOME


@pytest.mark.parametrize(
    ("file", "media"),
    [("desk.css", "text/css"), ("desk.js", "text/javascript"), ("mark.svg", "image/svg+xml")],
)
async def test_the_files_of_the_pages_are_served(
    client: httpx.AsyncClient, file: str, media: str
) -> None:
    response = await client.get(f"/desk/assets/{file}")
    assert response.headers["content-type"].startswith(media)
    assert (await client.get("/desk/assets/..%2fguard.py")).status_code == 404
