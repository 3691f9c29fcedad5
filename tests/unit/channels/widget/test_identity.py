"""Identities that the company signed, and the visitor tokens they are exchanged for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from channels.widget.identity import LONGEST_TOKEN, VISITOR_SECONDS, Tokens, Visitor
from domain.channels import Sender
from domain.errors import NotIdentified
from tests.unit.channels.widget.world import NOW, SECRET, SITE, HandClock, identity

DAY = 24.0


def tokens(clock: HandClock | None = None, site: str = SITE, secret: str = SECRET) -> Tokens:
    return Tokens(site, secret, clock or HandClock())


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def unsigned(algorithm: str) -> str:
    claims = {"sub": "C-1", "aud": SITE, "exp": int(NOW.timestamp()) + 60}
    return f"{encoded({'alg': algorithm, 'typ': 'JWT'})}.{encoded(claims)}."


def changed(token: str) -> str:
    head, _, sign = token.split(".")
    claims = {"sub": "C-2", "aud": SITE, "exp": int(NOW.timestamp()) + 60}
    return f"{head}.{encoded(claims)}.{sign}"


def nested() -> str:
    """Signed with the right secret, but no parser gets to the bottom of it."""
    claims = base64.urlsafe_b64encode(b"[" * 3000).decode().rstrip("=")[:-4]
    said = f"{encoded({'alg': 'HS256'})}.{claims}"
    sign = hmac.new(SECRET.encode(), said.encode(), hashlib.sha256).digest()
    return f"{said}.{base64.urlsafe_b64encode(sign).decode().rstrip('=')}"


def test_a_signed_customer_is_a_verified_sender() -> None:
    visitor = tokens().visit(identity("C-1", name="陳大文"), "")
    assert visitor.sender == Sender("C-1", "陳大文", "verified")


def test_nobody_signed_for_an_anonymous_visitor() -> None:
    visitor = tokens().visit("", "")
    assert visitor.sender == Sender(f"anonymous:{visitor.id}", "", "")


def test_two_visitors_have_two_ids() -> None:
    desk = tokens()
    assert len({desk.visit("", "").id for _ in range(100)}) == 100


def test_a_token_says_whose_it_is() -> None:
    visitor = Visitor("v-1", "C-1", "陳大文")
    assert tokens().visitor(tokens().token(visitor)) == visitor


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (lambda: identity(hours=-1), "has expired"),
        (lambda: identity(hours=DAY + 0.1), "more than 24 hours"),
        (lambda: identity(key="another-secret-of-the-tests-0123456789"), "not signed with our"),
        (lambda: identity(aud="another-shop"), "wrong aud"),
        (lambda: identity(aud=None), "lacks aud"),
        (lambda: identity(exp=None), "lacks exp"),
        (lambda: identity(sub=None), "lacks sub"),
        (lambda: identity(sub=""), "wrong sub"),
        (lambda: identity(sub=7), "wrong sub"),
        (lambda: identity(sub="x" * 201), "no customer that could be"),
        (lambda: identity(sub="C-1\nC-2"), "no customer that could be"),
        (lambda: identity(exp="tomorrow"), "wrong exp"),
        (lambda: identity(exp=float("nan")), "wrong exp"),
        (lambda: identity(jti=7), "wrong jti"),
        (lambda: identity(nbf=int(NOW.timestamp()) + 600), "wrong nbf"),
        (lambda: identity(header={"alg": "HS384"}), "not signed with HS256"),
        (lambda: unsigned("none"), "not signed with HS256"),
        (lambda: unsigned("HS256"), "not signed with our"),
        (lambda: changed(identity()), "not signed with our"),
        (lambda: "a.b.c", "is no JWT"),
        (lambda: "not a token", "is no JWT"),
        (nested, "is no JWT"),
        (lambda: "é" * 10, "is no JWT"),
        (lambda: "x" * (LONGEST_TOKEN + 1), "too long"),
    ],
)
def test_a_wrong_identity_is_refused_with_its_cause(make: Callable[[], str], cause: str) -> None:
    with pytest.raises(NotIdentified, match=cause):
        tokens().visit(make(), "")


@given(st.text(max_size=300))
def test_whatever_is_sent_as_a_token_is_refused(text: str) -> None:
    with pytest.raises(NotIdentified):
        tokens().visitor(text)


def test_what_is_wrong_is_told_without_the_token() -> None:
    token = identity(key="another-secret-of-the-tests-0123456789")
    with pytest.raises(NotIdentified) as caught:
        tokens().visit(token, "")
    assert not any(part in str(caught.value) for part in (*token.split("."), SECRET))


def test_clocks_may_differ_by_a_minute() -> None:
    assert tokens().visit(identity(hours=-0.5 / 60), "").customer == "C-1"


def test_a_token_lives_thirty_days() -> None:
    clock = HandClock()
    desk = tokens(clock)
    token = desk.token(Visitor("v-1"))
    clock.forward(seconds=VISITOR_SECONDS - 1)
    assert desk.visitor(token).id == "v-1"
    clock.forward(seconds=120)
    with pytest.raises(NotIdentified, match="has expired"):
        desk.visitor(token)


def test_an_identity_is_no_visitor_token() -> None:
    with pytest.raises(NotIdentified, match="not signed with our"):
        tokens().visitor(identity())


def test_who_has_the_secret_can_sign_customers_and_no_visitor_tokens() -> None:
    claims = {"sub": "v-1", "aud": f"nightdesk-visitor:{SITE}", "exp": int(NOW.timestamp()) + 60}
    forged = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
    with pytest.raises(NotIdentified, match="not signed with our"):
        tokens().visitor(forged)


def test_a_visitor_token_is_no_identity() -> None:
    desk = tokens()
    with pytest.raises(NotIdentified, match="not signed with our"):
        desk.visit(desk.token(Visitor("v-1", "C-1")), "")


def test_a_token_of_another_site_with_the_same_secret_is_refused() -> None:
    token = tokens(site="another-shop").token(Visitor("v-1"))
    with pytest.raises(NotIdentified, match="wrong aud"):
        tokens().visitor(token)


def test_the_same_customer_goes_on_as_the_same_visitor() -> None:
    desk = tokens()
    first = desk.visit(identity("C-1"), "")
    assert desk.visit(identity("C-1", name="陳"), desk.token(first)).id == first.id


def test_an_anonymous_visitor_goes_on_too() -> None:
    desk = tokens()
    first = desk.visit("", "")
    assert desk.visit("", desk.token(first)) == first


@pytest.mark.parametrize(("before", "now"), [("C-1", "C-2"), ("C-1", ""), ("", "C-1")])
def test_somebody_else_on_the_same_browser_is_another_visitor(before: str, now: str) -> None:
    desk = tokens()
    first = desk.visit(identity(before) if before else "", "")
    second = desk.visit(identity(now) if now else "", desk.token(first))
    assert second.id != first.id
    assert second.customer == now


def test_customers_that_differ_only_after_sixty_characters_are_two() -> None:
    desk = tokens()
    one = desk.visit(identity("c" * 70 + "1"), "")
    two = desk.visit(identity("c" * 70 + "2"), desk.token(one))
    assert (two.id == one.id, one.sender == two.sender) == (False, False)


@pytest.mark.parametrize("token", ["rubbish", "x" * 5000])
def test_an_old_token_that_is_none_begins_anew(token: str) -> None:
    assert tokens().visit("", token).customer == ""


def test_an_identity_with_a_jti_makes_one_visitor() -> None:
    desk = tokens()
    stolen = identity("C-1", jti="j-1")
    desk.visit(stolen, "")
    with pytest.raises(NotIdentified, match="was used before"):
        desk.visit(stolen, "")


def test_who_exchanged_an_identity_may_load_the_page_again() -> None:
    desk = tokens()
    once = identity("C-1", jti="j-1")
    first = desk.visit(once, "")
    assert desk.visit(once, desk.token(first)).id == first.id


def test_used_identities_are_forgotten_when_they_cannot_come_again() -> None:
    clock = HandClock()
    desk = tokens(clock)
    desk.visit(identity("C-1", jti="j-1"), "")
    clock.forward(hours=25)
    desk.visit(identity("C-1", jti="j-2", hours=26), "")
    assert len(desk._used) == 1


@pytest.mark.parametrize("name", [7, None, "a\x00b", ["x"]])
def test_a_name_that_is_none_is_left_out(name: object) -> None:
    assert tokens().visit(identity(name=name), "").name == ""


def test_a_long_name_is_shortened() -> None:
    assert tokens().visit(identity(name="陳" * 300), "").name == "陳" * 100


def test_any_library_can_sign_with_the_secret_as_it_stands() -> None:
    claims = {"sub": "C-1", "aud": SITE, "exp": int(NOW.timestamp()) + 60}
    said = f"{encoded({'typ': 'JWT', 'alg': 'HS256'})}.{encoded(claims)}"
    sign = hmac.new(SECRET.encode(), said.encode(), hashlib.sha256).digest()
    token = f"{said}.{base64.urlsafe_b64encode(sign).decode().rstrip('=')}"
    assert tokens().visit(token, "").customer == "C-1"
