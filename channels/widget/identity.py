"""Who visits: identities that the company's backend signed, and the visitor tokens that we give out for them.

Both are JWTs of HS256 with keys of their own, so that one is never taken for the other. An identity is exchanged
for a visitor token; what a visitor sees and says belongs to the random visitor id in it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    ExpiredTokenError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import OctKey

from domain.channels import Address, Sender
from domain.errors import NotIdentified
from domain.ports import Clock

CHANNEL = "widget"
SIGNED = "verified"  # what security/identity.py knows a signed customer by
LONGEST_TOKEN = 4096
LONGEST_IDENTITY = 24 * 3600
VISITOR_SECONDS = 30 * 24 * 3600
_SKEW = 60  # seconds that the company's clock may differ from ours
_LONGEST_CUSTOMER = 200
_LONGEST_NAME = 100
_REMEMBERED = 50_000
_ALGORITHMS = ["HS256"]


@dataclass(frozen=True)
class Identity:
    """What the company's backend says: this customer is looking at the page."""

    customer: str
    name: str = ""
    jti: str = ""


@dataclass(frozen=True)
class Visitor:
    """Somebody with a conversation. `customer` is empty as long as nobody signed for them."""

    id: str
    customer: str = ""
    name: str = ""

    def address(self, site: str) -> Address:
        return Address(channel=CHANNEL, account=site, thread=self.id, user=self.id)

    @property
    def sender(self) -> Sender:
        if self.customer:
            return Sender(self.customer, self.name, SIGNED)
        return Sender(f"anonymous:{self.id}")


class Tokens:
    """Reads identities, and makes and reads visitor tokens."""

    def __init__(self, site: str, secret: str, clock: Clock) -> None:
        self._site = site
        self._clock = clock
        self._company = OctKey.import_key(secret)
        ours = hmac.new(secret.encode(), b"nightdesk widget visitor", hashlib.sha256).digest()
        self._ours = OctKey.import_key(ours)
        self._audience = f"nightdesk-visitor:{site}"
        self._used: OrderedDict[str, float] = OrderedDict()

    def visit(self, identity: str, token: str) -> Visitor:
        """The visitor of an identity, or an anonymous one if it is empty.

        `token` is what this browser was given before: with it the same person goes on as the same visitor. Another
        customer on the same browser, or nobody signed in any more, is another visitor.

        Raises:
            NotIdentified: names what is wrong with the identity.
        """
        before = self._before(token)
        if not identity:
            return before if before and not before.customer else Visitor(_new_id())
        said = self._identity(identity)
        if before and before.customer == said.customer:
            return Visitor(before.id, said.customer, said.name)
        self._use(said)
        return Visitor(_new_id(), said.customer, said.name)

    def token(self, visitor: Visitor) -> str:
        """A token for a browser to keep."""
        now = self._now()
        claims = {
            "aud": self._audience,
            "sub": visitor.id,
            "customer": visitor.customer,
            "name": visitor.name,
            "iat": now,
            "exp": now + VISITOR_SECONDS,
        }
        return jwt.encode({"alg": "HS256"}, claims, self._ours)

    def visitor(self, token: str) -> Visitor:
        """Whose token this is.

        Raises:
            NotIdentified: names what is wrong with it.
        """
        claims = self._claims(token, self._ours, self._audience, "the visitor token")
        return Visitor(claims["sub"], claims["customer"], claims["name"])

    def _before(self, token: str) -> Visitor | None:
        try:
            return self.visitor(token) if token else None
        except NotIdentified:
            return None

    def _identity(self, identity: str) -> Identity:
        what = "the identity"
        claims = self._claims(identity, self._company, self._site, what)
        if claims["exp"] > self._now() + LONGEST_IDENTITY + _SKEW:
            raise NotIdentified(f"{what} is valid for more than 24 hours: sign a shorter one")
        customer, name = claims["sub"], claims.get("name", "")
        if len(customer) > _LONGEST_CUSTOMER or not customer.isprintable():
            raise NotIdentified(
                f"{what} names no customer that could be: sub has 1 to 200 characters"
            )
        name = name if isinstance(name, str) and name.isprintable() else ""
        return Identity(customer, name[:_LONGEST_NAME], claims.get("jti", ""))

    def _use(self, said: Identity) -> None:
        """An identity with a `jti` makes one visitor; the process that saw it remembers."""
        if not said.jti:
            return
        now = self._now()
        while self._used and next(iter(self._used.values())) < now:
            self._used.popitem(last=False)
        mark = hashlib.sha256(said.jti.encode("utf-8", "replace")).hexdigest()
        if mark in self._used:
            raise NotIdentified(
                "the identity was used before: its jti makes it good for one visitor"
            )
        self._used[mark] = now + LONGEST_IDENTITY + 2 * _SKEW
        if len(self._used) > _REMEMBERED:
            self._used.popitem(last=False)

    def _claims(self, token: str, key: OctKey, audience: str, what: str) -> dict[str, Any]:
        if not token or len(token) > LONGEST_TOKEN:
            raise NotIdentified(f"{what} is {'too long' if token else 'missing'}")
        required = jwt.JWTClaimsRegistry(
            now=self._now(),
            leeway=_SKEW,
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        try:
            claims = jwt.decode(token, key, algorithms=_ALGORITHMS).claims
            required.validate(claims)
        except (JoseError, ValueError, RecursionError) as error:  # the last: claims nested too deep
            raise NotIdentified(f"{what} {_cause(error)}") from None
        return claims

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _cause(error: Exception) -> str:
    """What is wrong with a token, without a word of the token."""
    match error:
        case ExpiredTokenError():
            return "has expired"
        case MissingClaimError():
            return f"lacks {error.claim}"
        case ClaimError():
            return f"has a wrong {error.claim}"
        case BadSignatureError():
            return "was not signed with our secret"
        case UnsupportedAlgorithmError():
            return "is not signed with HS256"
        case _:
            return "is no JWT"


def _new_id() -> str:
    return secrets.token_urlsafe(24)
