"""Read the settings that name a Redis: where requests are counted, results are shared, and jobs wait for workers."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from dashboard.settings.secret_key import SettingsError

_OVER_THE_NETWORK = ("redis", "rediss")


def limits_store(environ: Mapping[str, str]) -> str:
    """Return where requests are counted: "host", "none" or the URL of a Redis."""
    name = "EDGELAB_LIMITS_STORE"
    given = environ.get(name, "").strip() or "host"
    if given in ("host", "none"):
        return given
    return _redis(name, given, (*_OVER_THE_NETWORK, "redis+unix"), "write host, none, or redis://host:6379/0")


def cache_store(environ: Mapping[str, str]) -> str:
    """Return by what computed results are shared with other hosts: "host" for nothing, or the URL of a Redis."""
    name = "EDGELAB_CACHE_STORE"
    given = environ.get(name, "").strip() or "host"
    if given == "host":
        return given
    return _redis(name, given, _OVER_THE_NETWORK, "write host, or redis://host:6379/0")


def broker_url(environ: Mapping[str, str]) -> str:
    """Return the Redis by which second opinions are handed to workers of Celery, or "" for none."""
    name = "EDGELAB_BROKER_URL"
    given = environ.get(name, "").strip()
    if not given:
        return ""
    found = _redis(name, given, _OVER_THE_NETWORK, "write redis://host:6379/0")
    try:
        import celery  # noqa: F401 - whether it is there
    except ImportError:
        raise SettingsError(f"{name}: Celery is missing; pip install 'edgelab[hosts]'") from None
    return found


def _redis(name: str, given: str, schemes: tuple[str, ...], right: str) -> str:
    """Return the URL of a Redis; nothing is connected to."""
    # Not shown: it may hold a password.
    wrong = SettingsError(f"{name} is not the address of a Redis; {right}")
    try:
        parts = urlsplit(given)
        there = bool(parts.path if parts.scheme == "redis+unix" else parts.hostname) and parts.port != 0
    except ValueError:
        there = False
    if not there or parts.scheme not in schemes or not given.isprintable():
        raise wrong
    try:
        from redis import Redis  # not loaded where no Redis is asked for
    except ImportError:
        raise SettingsError(f"{name}: the client of Redis is missing; pip install 'edgelab[hosts]'") from None
    try:
        Redis.from_url(given.replace("redis+unix:", "unix:", 1))
    except ValueError:
        raise wrong from None
    return given
