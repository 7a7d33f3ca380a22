"""Second opinions: asked for with a signed ticket, computed in a process of their own, kept for whoever asks again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dash import DiskcacheManager
from diskcache import Cache
from itsdangerous import BadSignature, URLSafeSerializer

from dashboard.web import ids
from tracks.api.controls import Value
from tracks.api.teaching import SecondOpinion
from tracks.loading.registry import Registry

KEPT_S = 7 * 86_400
MAX_CACHE = 512 * 1024 * 1024  # bytes on disk; the least used go first
NICENESS = 10  # a second opinion gives way to students who drag a slider
_SALT = "edgelab.opinion"


class BadTicket(ValueError):
    """A ticket that this lab did not sign."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """The state a second opinion is asked for: it may be seen, since whoever asked had locked the bench."""

    track: str
    bench: str
    values: Mapping[str, Value]


class SecondOpinions:
    """The second opinions of one lab, shared by its processes through a folder.

    Args:
        folder: holds the cache; made when it is not there, for this user alone.
        keys: the lab's secret keys, the newest first.
    """

    def __init__(self, folder: Path, keys: tuple[str, ...]) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._cache = Cache(str(folder), size_limit=MAX_CACHE)
        self._cache.close()  # each process and thread opens its own again: no connection is shared across a fork
        self._signer = URLSafeSerializer(list(reversed(keys)), salt=_SALT)
        self.manager = DiskcacheManager(self._cache)

    def ticket(self, track: str, bench: str, values: Mapping[str, Value]) -> str:
        """Return a signed ticket for a state; only an unlocked bench is given one."""
        return str(self._signer.dumps([track, bench, dict(values)]))

    def read(self, ticket: Any) -> Ticket:
        """Return what a ticket asks for.

        Raises:
            BadTicket: this lab did not sign it.
        """
        try:
            track, bench, values = self._signer.loads(ticket)
        except (BadSignature, ValueError, TypeError) as problem:
            raise BadTicket("The second opinion needs a ticket of this lab; ask again.") from problem
        return Ticket(track=track, bench=bench, values=values)

    def known(self, track: str, bench: str, values: Mapping[str, Value]) -> SecondOpinion | None:
        """Return the opinion on a state if it was asked before, or None."""
        found = self._cache.get(_name(track, bench, values))
        return found if isinstance(found, SecondOpinion) else None

    def answer(self, registry: Registry, ticket: Ticket, report: Callable[[int, int], None]) -> SecondOpinion:
        """Return the opinion a ticket asks for, computed unless it is known, and keep it."""
        found = self.known(ticket.track, ticket.bench, ticket.values)
        if found is None:
            bench = registry.bench(ticket.track, ticket.bench)
            if bench.second_opinion is None:
                raise BadTicket(f"{ticket.bench} has no second opinion.")
            found = bench.second_opinion(registry.track(ticket.track), report=report, **ticket.values)
            self._cache.set(_name(ticket.track, ticket.bench, ticket.values), found, expire=KEPT_S)
        return found


def digest(track: str, bench: str, values: Mapping[str, Value]) -> str:
    """Return a short name of a state, the same in every process."""
    return ids.digest([track, bench, dict(values)])


def _name(track: str, bench: str, values: Mapping[str, Value]) -> str:
    return f"opinion:{digest(track, bench, values)}"
