"""Hosts that differ are told: another version, other plugins, another key, a clock that is wrong; nobody else is."""

# N17

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.hosting.roll_call import GONE_S, NAME, RollCall
from dashboard.second_opinions.shared_queue import connect
from dashboard.settings import Settings
from tests.redis_server import redis_port, redis_server, url
from tracks.loading.registry import Registry

__all__ = ["redis_port"]

WHO = {"version": "1.0", "plugins": "p", "key": "k"}


def test_hosts_that_differ_are_told_in_log_and_page(
    tmp_path: Path, redis_port: int, registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "dashboard.hosting.roll_call")
    with redis_server(tmp_path, redis_port):
        one = RollCall(url(redis_port), "one", WHO)
        one.log()
        alike = RollCall(url(redis_port), "alike", WHO)
        assert [one.sentence(), alike.sentence()] == ["ok", "ok"]
        assert caplog.text == ""
        other = RollCall(
            url(redis_port), "other", {**WHO, "version": "2.0", "key": "x"}, clock=lambda: time.time() + 300
        )
        other.log()
        assert "one has version 1.0, this host 2.0, and signs with another key" in caplog.text
        assert "the clock of this host is 300 s ahead of that of Redis" in caplog.text
        said = "another host has another version, and another key, and a clock 300 s ahead of that of Redis"
        assert one.sentence() == said
        settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data")})
        page = create_app(settings, registry, hosts=one.sentence).server.test_client().get("/_ready")
        assert page.get_json()["hosts"] == said, "without names: anybody may read it"
        client = connect(url(redis_port))
        client.hset(NAME, "odd", "no JSON")
        assert one.sentence() == "not known (JSONDecodeError)"
        client.hdel(NAME, "odd", "other")
        client.hset(NAME, "gone", f'{{"version": "0", "off": 0, "time": {time.time() - GONE_S - 1}}}')
        assert one.sentence() == "ok"
    assert one.sentence().startswith("not known")


def test_what_a_host_tells_of_itself_follows_its_plugins_and_holds_no_key(tmp_path: Path) -> None:
    (tmp_path / "tracks").mkdir()
    environ = {"EDGELAB_DATA_DIR": str(tmp_path / "data"), "EDGELAB_TRACKS_DIR": str(tmp_path / "tracks")}
    settings = replace(Settings.from_environment(environ), broker_url="redis://localhost")
    first = RollCall.of(settings)._who
    assert RollCall.of(settings)._who == first
    (tmp_path / "tracks" / "crane.py").write_text("x = 1")
    second = RollCall.of(settings)._who
    assert {part for part in first if first[part] != second[part]} == {"plugins"}
    other = RollCall.of(replace(settings, secret_keys=("o" * 40, *settings.secret_keys)))._who
    assert {part for part in second if second[part] != other[part]} == {"key"}
    assert settings.secret_keys[0] not in str(second)


def test_one_host_tells_nothing(tmp_path: Path) -> None:
    alone = RollCall.of(Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path)}))
    alone.tell()
    assert alone.sentence() == "ok"
