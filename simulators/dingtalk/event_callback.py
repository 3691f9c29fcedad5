"""Encrypted event callbacks of HTTP mode: how they are sealed, signed, and how an answer is opened."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import struct
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

_BLOCK = 32  # of the padding; of the cipher it is 16
_RANDOM = 16


@dataclass(frozen=True)
class Seal:
    """What two sides of an event subscription have in common."""

    token: str
    aes_key: str = field(repr=False)
    owner: str

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """The signature over what is sent."""
        text = "".join(sorted([self.token, timestamp, nonce, encrypted]))
        return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - the platform's own choice

    def close(self, message: str, random: bytes | None = None) -> str:
        """Encrypt a message."""
        content = message.encode()
        plain = (random or os.urandom(_RANDOM)) + struct.pack(">I", len(content)) + content
        plain += self.owner.encode()
        pad = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        return b64encode(sealed).decode()

    def open(self, encrypted: str) -> str:
        """The message in what was encrypted.

        Raises:
            ValueError: it was not sealed by the same token, key and owner.
        """
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(b64decode("".join(encrypted.split()))) + decryptor.finalize()
        plain = plain[: -plain[-1]]
        (length,) = struct.unpack(">I", plain[_RANDOM : _RANDOM + 4])
        message, owner = plain[_RANDOM + 4 :][:length], plain[_RANDOM + 4 + length :]
        if owner.decode() != self.owner:
            raise ValueError("sealed for somebody else")
        return message.decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        key = b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


class EventCallback(BaseModel):
    """An event, what seals it, and where to."""

    model_config = ConfigDict(extra="forbid")

    url: str
    token: str
    aes_key: str = Field(min_length=43, max_length=43)
    owner: str
    event: dict[str, Any]


def routes() -> APIRouter:
    """`POST /simulator/event-callbacks`: the app is called back, and how it answered is told."""
    router = APIRouter(prefix="/simulator")

    @router.post("/event-callbacks")
    async def call(callback: EventCallback) -> dict[str, Any]:
        seal = Seal(callback.token, callback.aes_key, callback.owner)
        async with httpx.AsyncClient(timeout=5) as http:
            return await call_back(http, callback.url, seal, callback.event)

    return router


async def call_back(
    http: httpx.AsyncClient, url: str, seal: Seal, event: dict[str, Any]
) -> dict[str, Any]:
    """Post an event, and read the answer as the platform would: it must say `success`, sealed and signed."""
    timestamp, nonce = str(int(time.time() * 1000)), secrets.token_hex(8)
    encrypted = seal.close(json.dumps(event, ensure_ascii=False))
    signature = seal.sign(timestamp, nonce, encrypted)
    query = {
        "signature": signature,
        "msg_signature": signature,
        "timestamp": timestamp,
        "nonce": nonce,
    }
    answer = await http.post(url, params=query, json={"encrypt": encrypted})
    return {"status": answer.status_code, "accepted": _accepted(answer, seal)}


def _accepted(answer: httpx.Response, seal: Seal) -> bool:
    try:
        body = answer.json()
        known = seal.sign(str(body["timeStamp"]), body["nonce"], "".join(body["encrypt"].split()))
        return known == body["msg_signature"] and seal.open(body["encrypt"]) == "success"
    except (ValueError, KeyError, TypeError, IndexError, struct.error):
        return False
