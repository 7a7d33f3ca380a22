"""Hosts that share results by Redis have the bits of one; whatever Redis does costs time and one line in the log."""

# N17

from __future__ import annotations

import logging
import os
import pickle
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from redis import Redis

from tests.redis_server import redis_port, redis_server, url
from tracks.common.cache import cached_on_disk, signing_keys, switched_off
from tracks.common.cache import results as module
from tracks.common.cache import shared as shared_module
from tracks.common.cache.results import MISSING
from tracks.common.cache.shared import SILENT_S, SharedResults

__all__ = ["redis_port"]

MB = 10**6
KEYS = signing_keys(["k" * 40], "results")
calls: list[float] = []


@cached_on_disk
def curve(start: float) -> np.ndarray:
    calls.append(start)
    return start + np.arange(1000) / 3


class Danger:
    """What a pickle does that somebody else has written."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (os.environ["EDGELAB_TEST_DANGER"],)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def host(tmp_path: Path, redis_port: int, clock: Clock) -> Iterator[Callable[..., SharedResults]]:
    """A function that makes this process another host, with an empty folder of its own."""

    def become(name: str, keys: tuple[bytes, ...] = KEYS, *, folder: bool = True) -> SharedResults:
        module.close()
        if folder:
            module.open_folder(tmp_path / name, 64 * MB)
        store = SharedResults(url(redis_port), keys, clock=clock)
        module.share(store)
        calls.clear()
        return store

    with switched_off():
        yield become
        module.close()


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.WARNING, shared_module.__name__)
    return lambda: [record.getMessage() for record in caplog.records if record.name == shared_module.__name__]


def test_a_result_of_one_host_is_read_by_another_to_the_last_bit(
    host: Callable[..., SharedResults], tmp_path: Path, redis_port: int, said: Callable[[], list[str]]
) -> None:
    with redis_server(tmp_path, redis_port):
        host("one")
        first = curve(0.1)
        host("two")
        assert curve(0.1).tobytes() == first.tobytes()
        assert calls == []
        Redis.from_url(url(redis_port)).flushall()
        assert curve(0.1).tobytes() == first.tobytes()
        assert calls == [], "what came from Redis stays in the host's own folder"
        host("three", folder=False)
        curve(0.1)
        assert calls == [0.1]
        assert curve(0.1).tobytes() == first.tobytes()
        assert calls == [0.1], "a host whose folder cannot be used has Redis"
    assert said() == []


def test_nothing_is_unpickled_that_was_not_signed_by_this_lab(
    host: Callable[..., SharedResults],
    tmp_path: Path,
    redis_port: int,
    said: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    danger = tmp_path / "danger"
    monkeypatch.setenv("EDGELAB_TEST_DANGER", str(danger))
    with redis_server(tmp_path, redis_port):
        stranger = host("one", signing_keys(["another" * 8], "results"))
        stranger.put("a", Danger())
        stranger.put("b", 1)
        own = host("two")
        assert [own.get("a"), own.get("b")] == [MISSING, MISSING]
        assert len(said()) == 1
        assert "another EDGELAB_SECRET_KEY" in said()[0]
        client = Redis.from_url(url(redis_port))
        own.put("mine", 7)
        mine = client.get("edgelab:results:mine")
        assert isinstance(mine, bytes)
        for value in (b"", b"\x00" * 40, pickle.dumps(Danger()), mine[:-1], mine[:32], bytes([mine[0] ^ 1, *mine[1:]])):
            client.set("edgelab:results:mine", value)
            assert own.get("mine") is MISSING
        client.set("edgelab:results:other", mine)
        assert own.get("other") is MISSING, "a value counts under its own name alone"
        client.delete("edgelab:results:mine")
        client.rpush("edgelab:results:mine", "a list")
        assert own.get("mine") is MISSING
        assert not danger.exists()
        own = host("three", (*signing_keys(["new" * 20], "results"), *KEYS))
        client.set("edgelab:results:mine", mine)
        assert own.get("mine") == 7, "a key that was rotated out of first place is recognised"


def test_a_redis_that_is_gone_slow_or_started_anew_costs_time_and_one_line(
    host: Callable[..., SharedResults], tmp_path: Path, redis_port: int, clock: Clock, said: Callable[[], list[str]]
) -> None:
    own = host("one", folder=False)
    expected = 0.1 + np.arange(1000) / 3
    for _ in range(3):
        assert curve(0.1).tolist() == expected.tolist()
    assert len(said()) == 1
    assert "Redis cannot be asked" in said()[0]
    assert "s3cret" not in said()[0]
    with redis_server(tmp_path, redis_port) as process:
        curve(0.1)
        assert len(calls) == 4, "it is not asked again yet"
        clock.now += SILENT_S
        curve(0.1)
        curve(0.1)
        assert len(calls) == 5
        assert said()[1:] == ["results are shared with other hosts again"]
        os.kill(process.pid, signal.SIGSTOP)
        assert own.get("x") is MISSING
        os.kill(process.pid, signal.SIGCONT)
        assert len(said()) == 3
        clock.now += SILENT_S
        assert curve(0.1).tolist() == expected.tolist()
        assert len(said()) == 4
    with redis_server(tmp_path, redis_port):  # one connection was open all the while
        curve(0.1)
        curve(0.1)
    assert len(said()) == 4


def test_a_full_redis_is_read_and_keeps_what_it_is_told_to(
    host: Callable[..., SharedResults], tmp_path: Path, redis_port: int, clock: Clock, said: Callable[[], list[str]]
) -> None:
    with redis_server(tmp_path, redis_port, maxmemory_policy="noeviction"):
        own, client = host("one", folder=False), Redis.from_url(url(redis_port))
        own.put("early", "result")
        client.config_set("maxmemory", "100kb")
        assert not own.put("late", "x")
        assert not own.put("later", "x")
        assert own.get("early") == "result"
        assert len(said()) == 1
        assert "Redis cannot be written" in said()[0]
        client.config_set("maxmemory", "6mb")
        client.config_set("maxmemory-policy", "volatile-lru")
        client.set("stays", "a queue, which does not expire")
        clock.now += SILENT_S
        for number in range(100):
            assert own.put(f"n{number}", os.urandom(100_000))
        assert client.info("memory")["used_memory"] < 7 * MB
        assert client.get("stays") is not None
        assert own.get("n99") is not MISSING
        kept = sum(own.get(f"n{number}") is not MISSING for number in range(100))
        assert 5 < kept < 60, "of those that nobody has read of late, most have gone"
    assert len(said()) == 2
