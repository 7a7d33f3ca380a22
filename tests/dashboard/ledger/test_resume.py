"""A resume code is 128 random bits as twelve words that can be read aloud; it opens one ledger until it is revoked."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select

from dashboard.ledger import Store
from dashboard.ledger.erasure import StudentErased
from dashboard.ledger.resume import CODES, BadCode, _words, from_words, in_words


@given(st.binary(min_size=16, max_size=16))
def test_a_code_reads_back_however_it_is_written(code: bytes) -> None:
    words = in_words(code).split()
    assert len(words) == 12
    for entry in (
        " ".join(words),
        "\n".join(words).upper(),
        "-".join(word[:4] for word in words),
        f" 1. {', '.join(words)}!",
    ):
        assert from_words(entry) == code


def test_the_words_are_those_of_bip_39() -> None:
    # Two of the standard's own test vectors, and what makes the words fit to be read aloud.
    assert in_words(bytes([0x7F] * 16)) == (
        "legal winner thank year wave sausage worth useful legal winner thank yellow"
    )
    assert in_words(bytes([0x80] * 16)) == (
        "letter advice cage absurd amount doctor acoustic avoid letter advice cage above"
    )
    assert len({word[:4] for word in _words()}) == 2048


@given(st.binary(min_size=16, max_size=16), st.integers(0, 11), st.integers(0, 10))
def test_a_wrong_or_swapped_word_is_seldom_another_code(code: bytes, place: int, other: int) -> None:
    words = in_words(code).split()
    words[place], words[other] = words[other], words[place]
    try:
        found = from_words(" ".join(words))
    except BadCode:
        return
    assert in_words(found) == " ".join(words), "what is accepted is a code of its own"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("", "has 12 words; these are 0"),
        ("legal winner", "these are 2"),
        ("legal " * 5000, "these are 67"),
        ("legal winner thank year wave sausage worth useful legal winner thank zebrafish", "“zebrafish” is no word"),
        ("legal winner thank year wave sausage worth useful legal winner thank thank", "do not belong together"),
        ("µ ε <b> \0 " * 3, "these are 3"),
    ],
)
def test_what_is_no_code_is_one_sentence(entry: str, said: str) -> None:
    with pytest.raises(BadCode, match=said):
        from_words(entry)


def test_a_code_opens_its_ledger_until_it_is_replaced_revoked_or_erased(
    store: Store, database_url: str, student: str, new_store: Callable[..., Store], events: Any
) -> None:
    store.append(events.attempt())
    assert (store.codes.made(student), store.codes.revoke(student)) == (None, False)
    first = store.codes.make(student)
    assert new_store(database_url).codes.student(first.upper()) == student  # another process
    second = store.codes.make(student)
    assert (store.codes.student(first), store.codes.student(second)) == (None, student)
    assert store.codes.revoke(student)
    assert store.codes.student(second) is None
    third = store.codes.make(student)
    store.erase(student)
    assert (store.codes.student(third), store.codes.made(student)) == (None, None)
    with pytest.raises(StudentErased):
        store.codes.make(student)


def test_the_server_keeps_no_code(store: Store, database_url: str, student: str) -> None:
    code = store.codes.make(student)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        row = connection.execute(select(CODES).where(CODES.c.student == student)).one()
    engine.dispose()
    assert from_words(code).hex() not in str(row)
    assert not set(code.split()) & set(str(row).split())


def test_a_code_of_nobody_is_nobody_s(store: Store) -> None:
    store.codes.make(uuid.uuid4().hex)
    assert store.codes.student(in_words(secrets.token_bytes(16))) is None
