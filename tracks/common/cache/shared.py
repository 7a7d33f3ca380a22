"""Results that several hosts share by a Redis, each signed: what nobody with the lab's key has written is not read.

Redis knows neither users nor folders: whoever reaches it can write to it, and reading a pickle runs what it says. So a
value carries an HMAC over its name and content, and is looked at only where that is right.

Whatever is wrong with Redis costs time and one line in the log, and nothing else: it is not asked for half a minute,
and then once more.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import pickle
import time
from collections.abc import Callable, Sequence
from typing import Any

from tracks.common.cache.results import MISSING, share

SILENT_S = 30.0  # how long a Redis that failed is not asked again
PATIENCE_S = 0.5  # for a connection, and for an answer
KEPT_S = 30 * 86_400  # so that a Redis that is told to evict what expires (volatile-lru) has what to evict
MAX_BYTES = 16 * 10**6  # of one result; a larger one is computed sooner than it is sent
_SIGNED = hashlib.sha256().digest_size
_LOG = logging.getLogger(__name__)

Keys = Sequence[bytes]


def signing_keys(secrets: Sequence[str], purpose: str) -> tuple[bytes, ...]:
    """Return keys for one purpose, made of the lab's secrets, of which they tell nothing."""
    return tuple(hmac.digest(secret.encode(), f"edgelab.{purpose}".encode(), "sha256") for secret in secrets)


class SharedResults:
    """The results in one Redis.

    Args:
        url: of the Redis. keys: the first signs, each of them is recognised. prefix: of the names in Redis.
        kept_s: how long a result stays. clock: of seconds, for tests.
    """

    def __init__(
        self,
        url: str,
        keys: Keys,
        *,
        prefix: str = "edgelab:results:",
        kept_s: int = KEPT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        from redis import Redis, RedisError  # not installed where no Redis is asked for
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self.url, self.keys = url, tuple(keys)
        self._prefix, self._kept_s, self._clock = prefix, kept_s, clock
        # One more attempt at once: a connection that lay idle while Redis was started anew is found to be closed.
        self._redis = Redis.from_url(
            url, socket_connect_timeout=PATIENCE_S, socket_timeout=PATIENCE_S, retry=Retry(NoBackoff(), 1)
        )
        self._failures: tuple[type[Exception], ...] = (RedisError, OSError)
        self._silent_until: dict[str, float] = {}
        self._has_told_of_strangers = False

    def get(self, key: str) -> Any:
        """Return the result of a key, or ``MISSING`` where there is none that this lab has signed."""
        name = self._prefix + key
        stored = self._asked("read", lambda: self._redis.get(name))
        if not isinstance(stored, bytes):
            return MISSING
        signed, content = stored[:_SIGNED], stored[_SIGNED:]
        if not any(hmac.compare_digest(signed, _signature(secret, name, content)) for secret in self.keys):
            self._tell_of_strangers()
            return MISSING
        try:
            return pickle.loads(content)
        except Exception:  # what another version of the lab has signed
            return MISSING

    def put(self, key: str, result: Any) -> bool:
        """Keep a result; return whether it is kept."""
        name, content = self._prefix + key, pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL)
        if len(content) > MAX_BYTES:
            return False
        signed = _signature(self.keys[0], name, content) + content
        return self._asked("written", lambda: self._redis.set(name, signed, ex=self._kept_s)) is not None

    def _asked(self, what: str, ask: Callable[[], Any]) -> Any:
        """Return what Redis answers, or None while it does not; a full one is read all the same."""
        silent = max(self._silent_until.get("read", 0.0), self._silent_until.get(what, 0.0))
        if self._clock() < silent:
            return None
        try:
            answer = ask()
        except self._failures as problem:
            # A full Redis refuses what is written and answers what is read.
            failed = "written" if what == "written" and type(problem).__name__ == "OutOfMemoryError" else "read"
            if not self._silent_until:
                _LOG.warning(
                    "results are not shared with other hosts, since Redis cannot be %s (%s): they are computed on this "
                    "host; the lab answers the same, and asks again every %d s",
                    "written" if failed == "written" else "asked",
                    " ".join(str(problem).split()) or type(problem).__name__,
                    SILENT_S,
                )
            self._silent_until[failed] = self._clock() + SILENT_S
            return None
        if self._silent_until and ("written" not in self._silent_until or what == "written"):
            self._silent_until.clear()
            _LOG.warning("results are shared with other hosts again")
        return answer

    def _tell_of_strangers(self) -> None:
        if not self._has_told_of_strangers:
            self._has_told_of_strangers = True
            _LOG.warning(
                "a result in Redis is not signed with a key of this lab and was not read: another host has another "
                "EDGELAB_SECRET_KEY, or something else writes there; it is computed anew"
            )


def share_results(url: str, secrets: Sequence[str]) -> None:
    """Share results by a Redis from now on, in this process and those that it forks.

    Args:
        url: of the Redis; "host" for none. secrets: of the lab, the newest first.
    """
    if url != "host":
        share(SharedResults(url, signing_keys(secrets, "results")))


def _signature(key: bytes, name: str, content: bytes) -> bytes:
    return hmac.digest(key, name.encode() + b"\0" + content, "sha256")
