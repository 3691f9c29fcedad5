"""Signed callbacks of HTTP mode: who signed, when, and whether we have seen it before. Pure but for its memory."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections import OrderedDict
from dataclasses import dataclass, field

from domain.errors import NotIdentified

_SKEW = 3600.0  # seconds; DingTalk's own rule
_TOGETHER = 5.0  # seconds in which other messages of the same millisecond may still come in
_REMEMBERED = 20_000


def signed(timestamp: str, secret: str) -> str:
    """The signature of a moment. It says nothing of the body."""
    text = f"{timestamp}\n{secret}".encode()
    return b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def check_signature(timestamp: str, sign: str, secret: str, now: float) -> None:
    """Let a signature of the last hour pass; `now` is in seconds.

    Raises:
        NotIdentified: names what is wrong with it.
    """
    if not timestamp or not sign:
        raise NotIdentified("the timestamp or the signature is missing")
    # Compared before the time is read: who cannot sign learns nothing about our clock.
    if not hmac.compare_digest(signed(timestamp, secret).encode(), sign.encode()):
        raise NotIdentified("the signature is not ours")
    if not timestamp.isdecimal() or abs(now - int(timestamp[:16]) / 1000) > _SKEW:
        raise NotIdentified("the signature is older or newer than an hour; compare the clocks")


@dataclass
class _Seen:
    at: float
    bodies: dict[str, bytes] = field(default_factory=dict)


class Replays:
    """What came in under each signature, for as long as the signature is valid.

    A signature is made of a millisecond, so messages of the same millisecond share it; they come together. The
    same body again, another body of the same message, or anything much later is somebody who saw the headers.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def check(self, sign: str, message_id: str, body: bytes, now: float) -> None:
        """Let a body pass that is new under its signature.

        Raises:
            NotIdentified: says whether it was replayed or changed.
        """
        self._forget(now)
        seen = self._seen.get(sign)
        if seen is None:
            return
        before = seen.bodies.get(message_id)
        if before == _digest(body):
            raise NotIdentified("the request was received before")
        if before is not None:
            raise NotIdentified("the body was changed after it was signed")
        if now - seen.at > _TOGETHER:
            raise NotIdentified("the signature was used before, for other messages")

    def keep(self, sign: str, message_id: str, body: bytes, now: float) -> None:
        """Remember a body that was accepted; one that was not must be able to come again."""
        seen = self._seen.setdefault(sign, _Seen(now))
        seen.bodies[message_id] = _digest(body)

    def _forget(self, now: float) -> None:
        while self._seen:
            oldest = next(iter(self._seen.values()))
            if len(self._seen) <= _REMEMBERED and now - oldest.at <= 2 * _SKEW:
                return
            self._seen.popitem(last=False)


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()
