"""What second engines answered, by state: in a folder that the processes of a host share, or in Redis for all hosts."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

from diskcache import Cache, Timeout

from dashboard.web import ids
from tracks.api.controls import Value
from tracks.api.figures import SecondOpinion
from tracks.common.cache import SharedResults, signing_keys

KEPT_S = 7 * 86_400
MAX_BYTES = 512 * 1024 * 1024  # on disk; what was stored longest ago goes first
UNUSABLE = (OSError, sqlite3.Error, Timeout)  # what a full, read-only or broken disk raises


class Answers(Protocol):
    """The answers of one lab."""

    def known(self, state: str, seeds: int) -> SecondOpinion | None:
        """Return the answer for the state of that digest, or None where there is none or it cannot be read."""

    def keep(self, state: str, seeds: int, answer: SecondOpinion) -> None:
        """Keep an answer for a week.

        Raises:
            OSError, sqlite3.Error, Timeout: it could not be written.
        """


class SharedAnswers:
    """The answers of one lab on several hosts.

    Args:
        url: of a Redis. secrets: of the lab, the newest first; only what was signed with one of them is read.
    """

    def __init__(self, url: str, secrets: Sequence[str]) -> None:
        keys = signing_keys(secrets, "opinions")
        self._results = SharedResults(url, keys, prefix="edgelab:opinions:1:answer:", kept_s=KEPT_S)

    def known(self, state: str, seeds: int) -> SecondOpinion | None:
        """Return the answer for the state of that digest, or None where there is none or it cannot be read."""
        found = self._results.get(_name(state, seeds))
        return found if isinstance(found, SecondOpinion) else None

    def keep(self, state: str, seeds: int, answer: SecondOpinion) -> None:
        """Keep an answer for a week.

        Raises:
            OSError: it could not be written.
        """
        if not self._results.put(_name(state, seeds), answer):
            raise OSError("Redis does not take the answer")


class HostAnswers:
    """The answers of one lab on one host.

    Args:
        folder: holds them; made on the first use, for this user alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _cache(self) -> Cache:
        # On the first use and not before: what is open at a fork would be shared, and a lab starts without its folder.
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Cache(str(self._folder), size_limit=MAX_BYTES)

    def known(self, state: str, seeds: int) -> SecondOpinion | None:
        """Return the answer for the state of that digest, or None where there is none or it cannot be read."""
        try:
            found = self._cache.get(_name(state, seeds))
        except Exception:  # a full or broken disk, or what another version of the lab stored: it is computed anew
            return None
        return found if isinstance(found, SecondOpinion) else None

    def keep(self, state: str, seeds: int, answer: SecondOpinion) -> None:
        """Keep an answer for a week.

        Raises:
            OSError, sqlite3.Error, Timeout: it could not be written.
        """
        self._cache.set(_name(state, seeds), answer, expire=KEPT_S)


def digest(track: str, bench: str, values: Mapping[str, Value]) -> str:
    """Return a short name of a state, the same in every process."""
    return ids.digest([track, bench, dict(values)])


def _name(state: str, seeds: int) -> str:
    return f"{state}:{seeds}"
