"""The programs of the system that tests drive: where they are, and which tests are left out without them.

``CHROMIUM``, ``POSTGRES_BIN``, ``NGINX`` and ``REDIS_SERVER`` name programs that lie elsewhere;
``WITHOUT="browser database proxy redis peers"`` leaves out what it names. With ``CI`` set nothing is left out: a test
without its program fails.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

PEERS = Path(__file__).parents[1] / ".venv-peers" / "bin" / "python"  # make peers makes it
_MISSING = {
    "browser": "no Chromium",
    "database": "no PostgreSQL",
    "proxy": "no nginx",
    "redis": "no Redis",
    "peers": "make peers makes their environment",
}


def chromium() -> Path | None:
    """Return the browser, or None."""
    if given := os.environ.get("CHROMIUM"):
        return Path(given)
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    return Path(found) if found else None


def postgresql() -> Path | None:
    """Return the folder of initdb, or None; Debian keeps it off the PATH."""
    if given := os.environ.get("POSTGRES_BIN"):
        return Path(given)
    found = shutil.which("initdb")
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True
    )
    folders += [Path("/opt/homebrew/opt/postgresql/bin"), Path("/usr/pgsql/bin")]
    for folder in ([Path(found).resolve().parent] if found else []) + folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


def nginx() -> Path | None:
    """Return the proxy, or None; Debian keeps it off an ordinary user's PATH."""
    if given := os.environ.get("NGINX"):
        return Path(given)
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def is_ci() -> bool:
    """Whether this is a run that must have everything."""
    return os.environ.get("CI", "") not in ("", "0", "false")


def redis() -> Path | None:
    """Return the server of Redis, or None."""
    found = os.environ.get("REDIS_SERVER") or shutil.which("redis-server")
    return Path(found) if found else None


def left_out() -> dict[str, str]:
    """Return what is left out, "browser", "database", "proxy", "redis", "peers", with reasons; nothing with ``CI``."""
    if is_ci():
        return {}
    unwanted = os.environ.get("WITHOUT", "").split()
    there = {
        "browser": chromium(),
        "database": postgresql(),
        "proxy": nginx(),
        "redis": redis(),
        "peers": PEERS if PEERS.exists() else None,
    }
    return {
        name: "WITHOUT" if name in unwanted else _MISSING[name]
        for name, program in there.items()
        if name in unwanted or program is None
    }


def needs(item: pytest.Item) -> set[str]:
    """Return what a test drives."""
    found = {name for name in ("browser", "peers") if item.get_closest_marker(name)}
    fixtures = set(getattr(item, "fixturenames", ()))
    callspec = getattr(item, "callspec", None)
    values = callspec.params.values() if callspec else ()  # any object: an array, say, is not simply equal to a text
    if fixtures & {"cluster", "new_cluster"} or any(isinstance(v, str) and v == "postgresql" for v in values):
        found.add("database")
    if "department" in fixtures:
        found |= {"database", "proxy"}
    if "two_machines" in fixtures:
        found |= {"database", "proxy", "redis"}
    if "nginx" in fixtures:
        found.add("proxy")
    if "redis_port" in fixtures:
        found.add("redis")
    return found
