"""Keeps passwords of staff as Argon2 hashes, and says which new ones are too weak."""

from __future__ import annotations

import secrets
import unicodedata

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import InputError

log = structlog.get_logger()

SHORTEST, LONGEST = 10, 1000  # characters
_FEWEST_DIFFERENT = 4


class WeakPassword(InputError):
    """Somebody would guess this password."""

    code = "weak_password"


class Passwords:
    """Hashes, and checks in the same time whether or not there is anything to check against."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(32))

    def hash(self, password: str) -> str:
        return self._hasher.hash(_folded(password))

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether this is the password; `kept` is None for somebody unknown, which takes as long."""
        fits = 0 < len(password) <= LONGEST
        try:
            same = self._hasher.verify(
                kept or self._nobodys, _folded(password) if fits else "nobody's"
            )
        except VerificationError:
            return False
        except InvalidHashError:  # somebody wrote into the table: nobody gets in by that
            log.error("password_hash_unreadable", remedy="nightdesk staff password ID")
            return False
        return same and fits and kept is not None

    def needs_rehash(self, kept: str) -> bool:
        """Whether it was hashed more cheaply than is usual by now."""
        return self._hasher.check_needs_rehash(kept)


def check_new(password: str, *names: str) -> None:
    """Let a new password pass; `names` are the id and the name of whoever chose it.

    Raises:
        WeakPassword: says what to choose instead.
    """
    folded = _folded(password)
    if len(folded) < SHORTEST:
        raise WeakPassword(f"the password is too short; use {SHORTEST} characters or more")
    if len(password) > LONGEST:
        raise WeakPassword(f"the password is too long; use {LONGEST} characters at most")
    if len(set(folded)) < _FEWEST_DIFFERENT:
        raise WeakPassword("the password repeats the same few characters; use more different ones")
    plain = _plain(folded)
    if any(_plain(name) and not plain.replace(_plain(name), "") for name in names):
        raise WeakPassword("the password is the id or the name of its owner; choose another one")


def _folded(password: str) -> str:
    """Full-width letters are the same password as plain ones: an input method for Chinese types them unasked."""
    return unicodedata.normalize("NFKC", password)


def _plain(text: str) -> str:
    return "".join(each for each in _folded(text).casefold() if each.isalnum())
