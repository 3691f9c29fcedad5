"""How colleagues come in, and who does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from http.cookies import SimpleCookie

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import Request

from desk.guard import Guard
from desk.knowledge import HOME
from desk.login import inside, onward
from domain.errors import ConfigurationError
from security.passwords import Passwords
from tests.unit.desk.conftest import (
    EVIL,
    OURS,
    PASSWORD,
    Browser,
    Office,
    SmallDesk,
    app_of,
    client_of,
    field_of,
    log_in,
)

SESSION = "nightdesk_session"
WRONG = "The staff ID or the password is wrong."


def cookie_of(response: httpx.Response, name: str) -> dict[str, str]:
    """A cookie that a response sets, with everything it says about it."""
    for header in response.headers.get_list("set-cookie"):
        jar = SimpleCookie(header)
        if name in jar:
            told = {key: str(value) for key, value in jar[name].items() if value}
            return {"value": jar[name].value, **told}
    raise AssertionError(f"no cookie {name} is set")


async def logged_in(client: httpx.AsyncClient) -> bool:
    return (await client.get(HOME)).status_code == 200


async def test_a_colleague_logs_in_and_is_shown_what_they_asked_for(
    stranger: httpx.AsyncClient,
) -> None:
    asked = await stranger.get(f"{HOME}/search", params={"q": "退貨"})
    assert asked.status_code == 303
    onto = str(asked.headers["location"])
    assert onto.startswith("/desk/login?next=%2Fdesk%2Fknowledge%2Fsearch%3Fq%3D")
    back = field_of((await stranger.get(onto)).text, "next")
    response = await log_in(stranger, "Ada", onto=back)
    assert response.status_code == 303
    page = await stranger.get(response.headers["location"])
    assert 'value="退貨"' in page.text
    assert "Ada Lok" in page.text
    assert "supervisor" in page.text


@pytest.mark.parametrize("written", ["Ada", " ada ", "ADA", "Ａｄａ"])
async def test_an_id_is_known_however_it_is_written(
    stranger: httpx.AsyncClient, written: str
) -> None:
    assert (await log_in(stranger, written)).status_code == 303
    assert await logged_in(stranger)


@pytest.mark.parametrize(
    ("staff_id", "password"),
    [
        ("Ada", "wrong and wrong"),
        ("Ada", ""),
        ("", ""),
        ("nobody", PASSWORD),
        ("eve", PASSWORD),  # works here, and has no password
        ("Ada", PASSWORD.upper()),
        ("Ada", "x" * 5000),
        ("Ada\x00", PASSWORD),
    ],
)
async def test_who_is_unknown_and_who_is_wrong_hears_the_same(
    stranger: httpx.AsyncClient, staff_id: str, password: str
) -> None:
    response = await log_in(stranger, staff_id, password)
    assert response.status_code == 401
    assert WRONG in response.text
    assert SESSION not in response.headers.get("set-cookie", "")
    assert not await logged_in(stranger)


async def test_the_passwords_of_nobody_are_verified_too(office: Office, desk: SmallDesk) -> None:
    class Counting(Passwords):
        verified = 0

        def verify(self, kept: str | None, password: str) -> bool:
            self.verified += 1
            return super().verify(kept, password)

    office.passwords = Counting(PasswordHasher(1, 8, 1))
    async with client_of(app_of(desk, office.entrance())) as client:
        for staff_id in ("Ada", "eve", "nobody"):
            await log_in(client, staff_id, "wrong and wrong")
    assert office.passwords.verified == 3


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    desk: SmallDesk, office: Office, stranger: httpx.AsyncClient
) -> None:
    here = cookie_of(await log_in(stranger, "Ada"), SESSION)
    assert here["path"] == "/desk"
    assert (here["httponly"], here["samesite"]) == ("True", "lax")
    assert len(here["value"]) == 43
    app = app_of(desk, office.entrance(local=False))
    async with client_of(app, "https://desk.example", "203.0.113.9") as afar:
        form = cookie_of(await afar.get("/desk/login"), "__Host-nightdesk_form")
        there = cookie_of(await log_in(afar, "Ada"), "__Host-nightdesk")
    for cookie in (form, there):
        assert cookie["secure"] == "True"
        assert cookie["path"] == "/"
        assert cookie["httponly"] == "True"
        assert "domain" not in cookie


async def test_a_token_that_the_browser_brought_is_never_taken_up(
    office: Office, stranger: httpx.AsyncClient
) -> None:
    planted = "planted" + "x" * 36
    stranger.cookies.set(SESSION, planted, domain="127.0.0.1", path="/desk")
    response = await log_in(stranger, "Ada")
    assert cookie_of(response, SESSION)["value"] != planted
    assert await office.accounts.find(planted) is None


async def test_every_login_has_a_new_token_and_ends_the_one_before(
    office: Office, stranger: httpx.AsyncClient
) -> None:
    page = (await stranger.get("/desk/login")).text
    first = cookie_of(await log_in(stranger, "Ada"), SESSION)["value"]
    form = cookie_of(await client_form(stranger), "nightdesk_form")["value"]
    sent = {"csrf": form, "id": "bo", "password": PASSWORD}
    second = cookie_of(await stranger.post("/desk/login", data=sent, headers=OURS), SESSION)
    assert second["value"] != first
    assert await office.accounts.find(first) is None
    assert "Ada" not in page


async def client_form(client: httpx.AsyncClient) -> httpx.Response:
    """The login form as another tab opened it before somebody logged in here."""
    kept = client.cookies.get(SESSION, domain="127.0.0.1", path="/desk")
    assert kept
    client.cookies.delete(SESSION, domain="127.0.0.1", path="/desk")
    response = await client.get("/desk/login")
    client.cookies.set(SESSION, kept, domain="127.0.0.1", path="/desk")
    return response


@pytest.mark.parametrize("token", [None, "", "guessed", "x" * 43])
async def test_a_login_that_did_not_come_from_our_form_is_refused(
    stranger: httpx.AsyncClient, token: str | None
) -> None:
    await stranger.get("/desk/login")
    sent = {"id": "Ada", "password": PASSWORD} | ({} if token is None else {"csrf": token})
    response = await stranger.post("/desk/login", data=sent, headers=OURS)
    assert response.status_code == 403
    assert not await logged_in(stranger)


async def test_a_form_without_its_cookie_is_refused(stranger: httpx.AsyncClient) -> None:
    page = (await stranger.get("/desk/login")).text
    stranger.cookies.clear()
    for csrf in (field_of(page, "csrf"), ""):
        sent = {"id": "Ada", "password": PASSWORD, "csrf": csrf}
        assert (await stranger.post("/desk/login", data=sent, headers=OURS)).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}]
)
async def test_another_site_logs_nobody_in_or_out(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    csrf = field_of((await stranger.get("/desk/login")).text, "csrf")
    sent = {"id": "Ada", "password": PASSWORD, "csrf": csrf}
    response = await stranger.post("/desk/login", data=sent, headers=headers)
    assert response.status_code == 403
    token = await Browser(client).token()
    response = await client.post("/desk/logout", data={"csrf": token}, headers=headers)
    assert response.status_code == 403
    assert await logged_in(client)


async def test_logging_out_ends_the_session_everywhere(
    office: Office, client: httpx.AsyncClient
) -> None:
    kept = client.cookies.get(SESSION, domain="127.0.0.1", path="/desk")
    assert kept
    no_token = await client.post("/desk/logout", headers=OURS)
    assert no_token.status_code == 403
    token = await Browser(client).token()
    response = await client.post("/desk/logout", data={"csrf": token}, headers=OURS)
    assert response.headers["location"] == "/desk/login"
    assert await office.accounts.find(kept) is None
    client.cookies.set(SESSION, kept, domain="127.0.0.1", path="/desk")
    assert not await logged_in(client)


async def test_a_session_ends_when_nobody_has_worked_for_half_a_day(
    office: Office, client: httpx.AsyncClient
) -> None:
    for _ in range(3):
        office.clock.moment += timedelta(hours=11)
        assert await logged_in(client)
    office.clock.moment += timedelta(hours=12, minutes=1)
    assert not await logged_in(client)


async def test_a_session_ends_after_a_week_of_work(
    office: Office, client: httpx.AsyncClient
) -> None:
    for _ in range(16):
        office.clock.moment += timedelta(hours=10)
        assert await logged_in(client)
    office.clock.moment += timedelta(hours=9)
    assert not await logged_in(client)


async def test_what_a_page_fetches_by_itself_keeps_nobody_logged_in(
    office: Office, client: httpx.AsyncClient
) -> None:
    office.clock.moment += timedelta(hours=11)
    fetched = await client.get(HOME, headers={"sec-fetch-mode": "cors"})
    assert fetched.status_code == 200
    office.clock.moment += timedelta(hours=2)
    assert not await logged_in(client)


async def test_a_new_password_logs_out_and_the_old_one_is_wrong(
    office: Office, client: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await office.hire("Ada", "another tide at dawn")
    assert not await logged_in(client)
    assert (await log_in(stranger, "Ada")).status_code == 401
    assert (await log_in(stranger, "Ada", "another tide at dawn")).status_code == 303


async def test_who_was_logged_out_hears_no_more_news(office: Office) -> None:
    opened = await office.accounts.open("Ada", None)
    assert opened is not None
    cookie = f"{SESSION}={opened.token}".encode()
    scope = {"type": "http", "scheme": "http", "path": "/desk", "headers": [(b"cookie", cookie)]}
    request = Request({**scope, "server": ("127.0.0.1", 8000), "query_string": b""})

    async def told() -> AsyncIterator[int]:
        for number in range(10):
            if number == 3:
                await office.accounts.end_all("Ada")
            yield number

    guard = Guard(office.entrance(), look_again=0.0)
    heard = [each async for each in guard.while_logged_in(request, told())]
    assert heard == [0, 1, 2]


async def test_a_password_that_was_hashed_cheaply_is_hashed_anew(
    desk: SmallDesk, office: Office
) -> None:
    before = await office.accounts.password("Ada")
    dearer = Office(
        office.accounts, office.clock, office.folder, Passwords(PasswordHasher(2, 8, 1))
    )
    async with client_of(app_of(desk, dearer.entrance())) as client:
        assert (await log_in(client, "Ada")).status_code == 303
        assert await logged_in(client)
        after = await office.accounts.password("Ada")
        assert after != before
        client.cookies.clear()
        assert (await log_in(client, "Ada")).status_code == 303
    assert await office.accounts.password("Ada") == after


EVIL_ADDRESSES = (
    "https://evil.example/desk/",
    "//evil.example/desk/",
    "///evil.example",
    "/\\evil.example",
    "/desk\\..\\..\\x",
    "/desk/../v1/customers",
    "/desk/%2e%2e/v1",
    "/desk/%2E./v1",
    "/desk/x/..",
    "/desk//evil.example",
    "/desknot",
    "/desk/x\r\nSet-Cookie: a=b",
    "/desk/\tx",
    " /desk/x",
    "javascript:alert(1)//desk/",
    "desk/knowledge",
    "http://[::/desk",
    "",
)


@pytest.mark.parametrize("address", EVIL_ADDRESSES)
async def test_logging_in_leads_nowhere_but_to_the_desk(
    stranger: httpx.AsyncClient, address: str
) -> None:
    assert not inside(address)
    assert field_of((await stranger.get("/desk/login", params={"next": address})).text, "next") == (
        "/desk"
    )
    csrf = field_of((await stranger.get("/desk/login")).text, "csrf")
    sent = {"id": "Ada", "password": PASSWORD, "csrf": csrf, "next": address}
    response = await stranger.post("/desk/login", data=sent, headers=OURS)
    assert response.headers["location"] == "/desk"
    again = await stranger.get("/desk/login", params={"next": address})
    assert again.headers["location"] == "/desk"


def test_what_is_asked_for_on_the_desk_is_shown_after_logging_in() -> None:
    for address in ("/desk", "/desk/", f"{HOME}/search?q=a%2F..%2Fb", f"{HOME}#documents"):
        assert onward(address) == address
    login = "/desk/login?next=/desk/login"
    for away in ("/desk/login", login, "/desk/logout", "/desk/" + "x" * 3000):
        assert onward(away) == "/desk"


async def test_what_was_typed_and_who_works_here_shows_as_text(
    desk: SmallDesk, office: Office
) -> None:
    async with client_of(app_of(desk, office.entrance(demo=True))) as client:
        wrong = await log_in(client, EVIL, "x", onto=f"{HOME}?q={EVIL}")
        assert "&lt;img src=x" in wrong.text
        assert "<img src=x" not in wrong.text
        await enter(client, "eve")
        inside_page = await client.get("/desk/login", follow_redirects=True)
        assert "&lt;img src=x" in inside_page.text
        assert "<img src=x" not in inside_page.text


async def enter(client: httpx.AsyncClient, staff_id: str) -> httpx.Response:
    csrf = field_of((await client.get("/desk/login")).text, "csrf")
    sent = {"id": staff_id, "csrf": csrf, "next": HOME}
    return await client.post("/desk/login/demo", data=sent, headers=OURS)


async def test_in_the_demo_one_button_makes_a_colleague_of_a_visitor(
    desk: SmallDesk, office: Office
) -> None:
    async with client_of(app_of(desk, office.entrance(demo=True))) as client:
        page = (await client.get("/desk/login")).text
        assert "This is a demo" in page
        assert "Enter as Ada Lok · supervisor" in page
        assert (await enter(client, "nobody")).status_code == 404
        response = await enter(client, "bo")
        assert response.headers["location"] == HOME
        shown = (await client.get(HOME)).text
        assert "Bo Yip" in shown
        assert "客户服务" in shown  # in the language that Bo reads


async def test_without_the_demo_there_are_no_such_buttons(stranger: httpx.AsyncClient) -> None:
    page = (await stranger.get("/desk/login")).text
    assert "Ada Lok" not in page
    assert "demo" not in page
    assert (await enter(stranger, "bo")).status_code in (404, 405)
    assert not await logged_in(stranger)


def test_a_demo_is_never_served_to_the_network(office: Office) -> None:
    with pytest.raises(ConfigurationError, match="NIGHTDESK_HOST"):
        office.entrance(local=False, demo=True)


async def test_who_has_left_is_let_in_no_more(
    desk: SmallDesk, office: Office, stranger: httpx.AsyncClient
) -> None:
    await office.hire("gone")
    assert (await log_in(stranger, "gone")).status_code == 401
    opened = await office.accounts.open("gone", None)
    assert opened is not None
    stranger.cookies.set(SESSION, opened.token, domain="127.0.0.1", path="/desk")
    assert not await logged_in(stranger)
    assert desk.woken == 0


async def test_a_language_that_was_chosen_goes_before_the_colleagues_own(
    stranger: httpx.AsyncClient,
) -> None:
    await log_in(stranger, "bo")
    assert "助理知道什么" in (await stranger.get(HOME)).text
    await stranger.get("/desk/language", params={"to": "en", "back": HOME})
    assert "What the assistant knows" in (await stranger.get(HOME)).text
