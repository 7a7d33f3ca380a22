"""Whether the hosts of a lab are alike: each writes into Redis who it is, and tells in what others differ.

Two versions side by side are what an update wants; other plugins, another key or a wrong clock are mistakes. All that
follows from one is a sentence: nobody is sent elsewhere for it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dashboard.settings import Settings
from tracks.commands.terminal import version
from tracks.common.cache import signing_keys

NAME = "edgelab:hosts:1"
EVERY_S = 20.0
GONE_S = 90.0  # without a word of a host
CLOCK_S = 30.0  # between the clocks of a host and of Redis, from which on it is said
_PATIENCE_S = 0.5
_LOG = logging.getLogger(__name__)

# What anybody may read, and what the log says.
_WORDS: Mapping[str, tuple[str, str]] = {
    "version": ("another version", "has version {theirs}, this host {ours}"),
    "plugins": ("other track files or another course", "has other track files or another course than this host"),
    "key": ("another key", "signs with another key than this host (the first of EDGELAB_SECRET_KEY)"),
}


class RollCall:
    """What one host tells of itself, and what it finds of the others.

    Args:
        url: of the Redis, "" for one host, of which nothing is told. host: its name. who: what it tells.
        clock: of the time of day [s], for tests.
    """

    def __init__(self, url: str, host: str, who: Mapping[str, str], *, clock: Callable[[], float] = time.time) -> None:
        self._host, self._who, self._clock = host, dict(who), clock
        self._redis: Any = None
        if url:
            from redis import Redis  # not installed where no Redis is asked for
            from redis.backoff import NoBackoff
            from redis.retry import Retry

            self._redis = Redis.from_url(
                url, socket_connect_timeout=_PATIENCE_S, socket_timeout=_PATIENCE_S, retry=Retry(NoBackoff(), 1)
            )

    @classmethod
    def of(cls, settings: Settings) -> RollCall:
        """Return that of a lab, in the first Redis that its settings name."""
        named = (settings.broker_url, settings.cache_store, settings.limits_store)
        url = next((one for one in named if one.startswith(("redis://", "rediss://"))), "")
        who = {
            "version": version(),
            "plugins": _digest(settings),
            "key": signing_keys(settings.secret_keys, "roll call")[0].hex()[:16],
        }
        return cls(url, f"{socket.gethostname()} ({settings.bind})", who)

    def tell(self) -> None:
        """Write who this host is; a Redis that does not answer is other parts' matter to say."""
        if self._redis is not None:
            try:
                self._write()
            except Exception:  # each fault of Redis is one of its own
                _LOG.debug("the roll of hosts cannot be written", exc_info=True)

    def go_on(self) -> None:
        """Tell it every few seconds from now on, in a thread of this process."""

        def tell_on() -> None:
            while True:
                self.tell()
                time.sleep(EVERY_S)

        if self._redis is not None:
            threading.Thread(target=tell_on, daemon=True, name="roll call").start()

    def sentence(self) -> str:
        """Return "ok", or in what other hosts differ from this one, without their names."""
        return self._compared(0)

    def log(self) -> None:
        """Write a line in the log where hosts differ, with their names."""
        said = self._compared(1)
        if said != "ok":
            _LOG.warning("edgelab: hosts of this lab differ: %s", said)

    def _compared(self, how: int) -> str:
        if self._redis is None:
            return "ok"
        try:
            now, off = self._write()
            found = {name.decode(): json.loads(text) for name, text in self._redis.hgetall(NAME).items()}
        except Exception as problem:  # each fault of Redis is one of its own, and another version writes what it likes
            return f"not known ({type(problem).__name__})"
        said = [] if abs(off) < CLOCK_S else [f"the clock of this host is {_of_clock(off)}"]
        for name, told in sorted(found.items()):
            if name == self._host or now - told["time"] >= GONE_S:
                continue
            differs = [
                words[how].format(theirs=told.get(part), ours=self._who[part])
                for part, words in _WORDS.items()
                if told.get(part) != self._who[part]
            ]
            if abs(told["off"]) >= CLOCK_S:
                differs.append(f"{'has ' * how}a clock {_of_clock(told['off'])}")
            if differs:
                said.append(f"{name if how else 'another host has'} {', and '.join(differs)}")
        return "; ".join(dict.fromkeys(said)) or "ok"

    def _write(self) -> tuple[float, float]:
        """Write who this host is; return the time of Redis, and how far this host's clock is ahead of it [s]."""
        seconds, microseconds = self._redis.time()
        now = seconds + microseconds / 1e6
        off = self._clock() - now
        self._redis.hset(NAME, self._host, json.dumps({**self._who, "time": now, "off": round(off, 1)}))
        self._redis.expire(NAME, 86_400)
        return now, off


def _of_clock(off: float) -> str:
    return f"{abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} that of Redis"


def _digest(settings: Settings) -> str:
    """Return a digest of the course and of the track files."""
    found = hashlib.blake2b(repr(settings.course).encode(), digest_size=8)
    folder = settings.tracks_dir
    for path in sorted(folder.glob("*.py")) if folder is not None else ():
        found.update(f"{path.name}\0".encode() + _content(path))
    return found.hexdigest()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
