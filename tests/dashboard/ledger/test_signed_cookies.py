"""A cookie is only what the lab signed, and a name that is shown is made of it."""

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from dashboard.ledger.identity import (
    BIRDS,
    COLOURS,
    COOKIE_AGE_S,
    new_student,
    pseudonym,
    read,
    sign,
)
from tests.dashboard.ledger.test_identity import NEW, OLD, SIGNED, STUDENT, at

__all__ = ["at"]  # a fixture


def test_students_are_random_and_cookies_read_back() -> None:
    students = {new_student() for _ in range(100)}
    assert len(students) == 100
    for student in students:
        assert len(bytes.fromhex(student)) == 16
        assert read(sign(student, [NEW]), [NEW]) == student


def test_a_cookie_of_another_key_is_nobody() -> None:
    assert read(SIGNED, [OLD]) is None


def test_keys_rotate() -> None:
    before = sign(STUDENT, [OLD])
    assert read(before, [NEW, OLD]) == STUDENT  # the old key still reads
    assert read(sign(STUDENT, [NEW, OLD]), [NEW]) == STUDENT  # the newest, first one signs
    assert read(before, [NEW]) is None  # until it is taken out


@given(st.integers(0, len(SIGNED) - 1), st.integers(0, 255))
@hypothesis_settings(max_examples=300, deadline=None)
def test_a_cookie_with_any_byte_changed_is_nobody(place: int, byte: int) -> None:
    forged = SIGNED[:place] + chr(byte) + SIGNED[place + 1 :]
    assert read(forged, [NEW]) == (STUDENT if forged == SIGNED else None)


@given(st.integers(0, len(SIGNED)), st.integers(0, len(SIGNED)), st.text(max_size=8))
@hypothesis_settings(max_examples=200, deadline=None)
def test_a_cookie_with_a_part_cut_out_or_put_in_is_nobody(start: int, end: int, inserted: str) -> None:
    forged = SIGNED[:start] + inserted + SIGNED[end:]
    assert read(forged, [NEW]) == (STUDENT if forged == SIGNED else None)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        STUDENT,
        "." * 200,
        SIGNED * 10_000,
        SIGNED.upper(),
        SIGNED + "=",
        f"{'f' * 32}{SIGNED[32:]}",  # another student under this signature
        None,
        7,
        SIGNED.encode(),
        [SIGNED],
        TimestampSigner(NEW, salt="edgelab.student").sign(STUDENT).decode(),  # the key alone, another way of signing
    ],
    ids=range(12),
)
def test_what_the_lab_did_not_sign_is_nobody(forged: object) -> None:
    assert read(forged, [NEW]) is None


def test_a_signature_for_another_purpose_is_nobody() -> None:
    signer = TimestampSigner(NEW, salt="edgelab.export", key_derivation="hmac", digest_method=hashlib.sha384)
    assert read(signer.sign(STUDENT).decode(), [NEW]) is None


def test_a_cookie_lives_a_year(at: Callable[[float], None]) -> None:
    at(-COOKIE_AGE_S + 60)
    assert read(sign(STUDENT, [NEW]), [NEW]) == STUDENT
    at(-COOKIE_AGE_S - 60)
    assert read(sign(STUDENT, [NEW]), [NEW]) is None


def test_a_host_whose_clock_is_behind_still_knows_the_student(at: Callable[[float], None]) -> None:
    at(90)  # signed by a host that is a minute and a half ahead
    assert read(sign(STUDENT, [NEW]), [NEW]) == STUDENT


def test_unchanged_pseudonym() -> None:
    assert pseudonym(STUDENT) == "Mauve Curlew 27"  # a new release renames nobody


def test_a_pseudonym_is_seldom_another_students() -> None:
    colour, bird, number = pseudonym(STUDENT).split()
    assert (colour in COLOURS, bird in BIRDS, 10 <= int(number) <= 99) == (True, True, True)
    names = {pseudonym(f"{n:032x}") for n in range(2000)}
    # 2,000 draws of 851,400: 2.3 collisions expected; 12 or more in one case of 100,000.
    assert len(names) > 1988
    assert {name.split()[0] for name in names} == set(COLOURS)
    assert {name.split()[1] for name in names} == set(BIRDS)


def test_the_word_lists_are_long_and_without_doubles() -> None:
    for words in (COLOURS, BIRDS):
        assert len(set(words)) == len(words) >= 64
        assert all(word.isalpha() and word.istitle() for word in words)
