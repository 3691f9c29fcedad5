"""Passwords are kept as hashes, and weak ones are refused in words."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher

from security.passwords import LONGEST, Passwords, WeakPassword, check_new

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "雨中的電車 at noon"


def test_only_the_password_itself_is_right() -> None:
    passwords = Passwords(CHEAP)
    kept = passwords.hash(PASSWORD)
    assert passwords.verify(kept, PASSWORD)
    for wrong in ("", PASSWORD.upper(), f"{PASSWORD} ", "nobody's", "x" * (LONGEST + 1)):
        assert not passwords.verify(kept, wrong)


def test_a_hash_is_argon2id_with_a_salt_of_its_own() -> None:
    passwords = Passwords(CHEAP)
    first, second = passwords.hash(PASSWORD), passwords.hash(PASSWORD)
    assert first.startswith("$argon2id$")
    assert first != second
    assert PASSWORD not in first


def test_a_password_typed_in_full_width_letters_is_the_same() -> None:
    passwords = Passwords(CHEAP)
    assert passwords.verify(passwords.hash("night desk 2026"), "ｎｉｇｈｔ　ｄｅｓｋ　２０２６")


@pytest.mark.parametrize("kept", [None, "", "plain text", "$argon2id$v=19$m=8,t=1,p=1$broken"])
@pytest.mark.parametrize("given", ["", "nobody's", PASSWORD])
def test_where_no_hash_is_kept_nothing_is_right(kept: str | None, given: str) -> None:
    assert not Passwords(CHEAP).verify(kept, given)


def test_the_password_of_the_hash_for_nobody_lets_nobody_in() -> None:
    class Told(PasswordHasher):
        """Remembers what it hashed, as nobody could."""

        seen = ""

        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            self.seen = str(password)
            return super().hash(password, salt=salt)

    told = Told(1, 8, 1)
    passwords = Passwords(told)
    assert len(told.seen) > 40
    assert not passwords.verify(None, told.seen)


def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=4096, parallelism=1))
    kept = passwords.hash(PASSWORD)

    def seconds(hashed: str | None, password: str) -> float:
        took = []
        for _ in range(9):
            start = time.perf_counter()
            passwords.verify(hashed, password)
            took.append(time.perf_counter() - start)
        return min(took)

    wrong = seconds(kept, "wrong and wrong")
    for unknown in (seconds(None, PASSWORD), seconds(kept, "x" * (LONGEST + 1)), seconds(None, "")):
        assert 0.5 < unknown / wrong < 2


def test_a_hash_that_was_cheaper_than_is_usual_now_is_to_be_renewed() -> None:
    old, now = Passwords(CHEAP), Passwords(PasswordHasher(2, 16, 1))
    kept = old.hash(PASSWORD)
    assert not old.needs_rehash(kept)
    assert now.needs_rehash(kept)
    assert now.verify(kept, PASSWORD)


def test_the_usual_hash_costs_what_the_library_advises() -> None:
    assert "$m=65536,t=3,p=4$" in Passwords().hash(PASSWORD)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", "10 characters or more"),
        ("123456789", "10 characters or more"),
        ("雨" * 9, "10 characters or more"),
        ("x" * (LONGEST + 1), "at most"),
        ("aaaaaaaaaaaa", "different"),
        ("abababababab", "different"),
        ("katherine.ho", "id or the name"),
        ("Katherine Ho", "id or the name"),
        ("KATHERINE-HO katherine.ho", "id or the name"),
        ("ｋａｔｈｅｒｉｎｅ．ｈｏ", "id or the name"),
        ("陳大文的兒子 陳大文的兒子", "id or the name"),
    ],
)
def test_a_weak_password_is_refused_in_words(password: str, said: str) -> None:
    with pytest.raises(WeakPassword, match=said):
        check_new(password, "katherine.ho", "陳大文的兒子", "")


@pytest.mark.parametrize("password", [PASSWORD, "katherine.ho likes trams", "x2y3z4a5b6"])
def test_any_other_password_is_taken(password: str) -> None:
    check_new(password, "katherine.ho", "陳大文的兒子", "---")
