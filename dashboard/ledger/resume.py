"""Codes with which a student continues in another browser: 128 random bits as twelve words that can be read aloud.

The words are those of BIP 39 (``words/bip39_english.txt``, 2,048 of them, MIT licence): common, told apart by their
first four letters, with four bits that show a wrong or a swapped word. The server keeps a digest of a code alone.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import cast

from sqlalchemy import Table, delete, insert, select

from dashboard.ledger import erasure
from dashboard.ledger.database import Database
from dashboard.ledger.models import ResumeCodeRow

CODES = cast(Table, ResumeCodeRow.__table__)
WORDS = 12
LONGEST = 400  # characters of an entry that are looked at


class BadCode(ValueError):
    """An entry that can be no code; the sentence says why."""


class ResumeCodes:
    """The codes of all students; a student has one at most, and a new one takes the place of the old."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, student: str) -> str:
        """Return a new code of a student; the old one no longer opens anything.

        Raises:
            StudentErased: the student's records were erased.
            LedgerUnavailable: the database did not confirm.
        """
        code = secrets.token_bytes(16)
        with self._database.writing() as connection:
            erasure.check_not_erased(connection, student)
            connection.execute(delete(CODES).where(CODES.c.student == student))
            connection.execute(insert(CODES).values(student=student, digest=_digest(code), time=datetime.now(UTC)))
        return in_words(code)

    def revoke(self, student: str) -> bool:
        """Let a student's code open nothing any more; whether there was one.

        Raises:
            LedgerUnavailable: the database did not confirm.
        """
        with self._database.writing() as connection:
            return connection.execute(delete(CODES).where(CODES.c.student == student)).rowcount > 0

    def made(self, student: str) -> datetime | None:
        """Return when a student's code was made, or None without one.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        with self._database.reading() as connection:
            time: datetime | None = connection.scalar(select(CODES.c.time).where(CODES.c.student == student))
            return time

    def student(self, entry: str) -> str | None:
        """Return whose code an entry is, or None where nobody has it.

        Raises:
            BadCode: it can be none. LedgerUnavailable: the database does not answer.
        """
        digest = _digest(from_words(entry))
        with self._database.reading() as connection:
            found: str | None = connection.scalar(select(CODES.c.student).where(CODES.c.digest == digest))
            return found


def in_words(code: bytes) -> str:
    """Return 16 bytes as twelve words.

    >>> in_words(bytes(16))
    'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'
    """
    number = int.from_bytes(code, "big") << 4 | _check_bits(code)
    return " ".join(_words()[number >> 11 * place & 2047] for place in reversed(range(WORDS)))


def from_words(entry: str) -> bytes:
    """Return the 16 bytes of twelve words, however they are spaced and written; four letters of a word are enough.

    Raises:
        BadCode: they are not twelve words of a code, or do not belong together.
    """
    found = re.findall(r"[a-z]+", entry[:LONGEST].lower())
    if len(found) != WORDS:
        raise BadCode(f"A resume code has {WORDS} words; these are {len(found)}.")
    number = 0
    for word in found:
        place = _places().get(word if len(word) < 4 else word[:4])
        if place is None or not _words()[place].startswith(word):
            raise BadCode(f"“{word[:30]}” is no word of a resume code.")
        number = number << 11 | place
    code = (number >> 4).to_bytes(16, "big")
    if number & 15 != _check_bits(code):
        raise BadCode("These words do not belong together: one is wrong, or two are swapped.")
    return code


def _check_bits(code: bytes) -> int:
    return hashlib.sha256(code).digest()[0] >> 4


def _digest(code: bytes) -> str:
    return hashlib.sha256(b"edgelab.resume." + code).hexdigest()


@cache
def _words() -> tuple[str, ...]:
    return tuple((Path(__file__).parent / "words" / "bip39_english.txt").read_text(encoding="ascii").split())


@cache
def _places() -> dict[str, int]:
    """Return the places of the words by their first four letters, which tell them apart."""
    return {word[:4]: place for place, word in enumerate(_words())}
