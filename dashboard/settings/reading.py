"""Read one setting each from the environment, or refuse it with a sentence that names what would be right."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal

import platformdirs
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from dashboard.settings.names import MAX_SHOWN
from dashboard.settings.secret_key import MAKE_A_KEY, SettingsError, kept_keys, split_keys
from tracks.loading.course import Course, CourseError, built_in, read_course

LogFormat = Literal["text", "json"]

MAX_PROXIES = 10
MAX_WORKERS = 256
CACHE_MB = (16, 1_000_000)
OPINION_SECONDS = (10, 3600)

_PREFIX = re.compile(r"/(?:(?:[A-Za-z0-9._~@+-]|%[0-9A-Fa-f]{2})+/)*")
_HOST_AND_PORT = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):([0-9]{1,5})")
_ORIGIN = re.compile(r"https?://(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]{1,5})?")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
# What every browser sends itself.
_OTHERS_HEADERS = frozenset(
    [
        "accept",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "edgelab-student",
        "host",
        "idempotency-key",
        "origin",
        "referer",
        "user-agent",
        "x-request-id",
    ]
)
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{16,200}")
_TRACK = re.compile(r"[a-z][a-z0-9_]{0,47}")
_SWITCH = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}


def _text(environ: Mapping[str, str], name: str) -> str:
    given = environ.get(name, "").strip()
    if not given.isprintable():  # a line break, a byte that is no UTF-8: neither a sentence nor a database can hold it
        raise SettingsError(f"{name} holds a character that cannot be printed; write it again without")
    return given


def _shown(given: str) -> str:
    return repr(given if len(given) <= MAX_SHOWN else f"{given[:MAX_SHOWN]}…")


def _path(name: str, given: str) -> Path:
    """Return an absolute path that the system can look up."""
    try:
        path = Path(given).expanduser().absolute()
        with suppress(FileNotFoundError, NotADirectoryError):
            path.stat()  # in Python 3.14 is_dir() is False where a name is too long
    except (OSError, RuntimeError) as problem:  # a name that is too long; a home directory of nobody
        why = getattr(problem, "strerror", None) or str(problem)
        raise SettingsError(f"{name} {_shown(given)} cannot be used ({why}); write an absolute path") from None
    return path


def data_dir(environ: Mapping[str, str]) -> Path:
    """Return where the lab keeps what has no other place, absolute; it need not exist."""
    given = _text(environ, "EDGELAB_DATA_DIR")
    if given:
        return _path("EDGELAB_DATA_DIR", given)
    return Path(platformdirs.user_data_dir("edgelab", appauthor=False))


def made_data_dir(environ: Mapping[str, str]) -> Path:
    """Return the data directory, made unless both the ledger and the key are elsewhere."""
    path = data_dir(environ)
    if _text(environ, "EDGELAB_DATABASE_URL") and _text(environ, "EDGELAB_SECRET_KEY"):
        return path
    right = "set EDGELAB_DATA_DIR to a folder that this user may write"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise SettingsError(f"the data directory {path} cannot be made ({problem.strerror}); {right}") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise SettingsError(f"the data directory {path} cannot be written; {right}")
    return path


def database_url(environ: Mapping[str, str]) -> URL:
    """Return where the ledger is; a SQLite file by its absolute path."""
    given = _text(environ, "EDGELAB_DATABASE_URL")
    if not given:
        return URL.create("sqlite", database=str(data_dir(environ) / "ledger.sqlite3"))
    name = "EDGELAB_DATABASE_URL"
    right = "write sqlite:////absolute/path.sqlite3 or postgresql://user:password@host/database"
    try:
        url = make_url(given)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise SettingsError(f"{name} is not a database URL; {right}") from None
    if backend not in ("sqlite", "postgresql"):
        raise SettingsError(f"{name}: '{backend}' is not a database that keeps the ledger append-only here; {right}")
    try:
        dialect = url.get_dialect()
        dialect.import_dbapi()
    except NoSuchModuleError:
        raise SettingsError(f"{name}: there is no driver '{url.drivername}'; {right}") from None
    except ImportError as problem:
        advice = "pip install 'psycopg[binary]'" if backend == "postgresql" else "install it"
        raise SettingsError(f"{name}: the driver of '{url.drivername}' is missing ({problem}); {advice}") from None
    if dialect.is_async:
        raise SettingsError(f"{name}: '{url.drivername}' is a driver for asyncio, which the lab does not use; {right}")
    return _sqlite_file(url, right) if backend == "sqlite" else url


def _sqlite_file(url: URL, right: str) -> URL:
    """Return the URL with an absolute path, so that a later change of directory does not make a second ledger."""
    name = "EDGELAB_DATABASE_URL"
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise SettingsError(f"{name}: the ledger needs a file of its own that outlives the process; {right}")
    path = _path(name, url.database)
    if path.is_dir():
        raise SettingsError(f"{name}: {path} is a folder; name a file in it, for example {path / 'ledger.sqlite3'}")
    if not path.parent.is_dir():
        raise SettingsError(f"{name}: the folder {path.parent} does not exist; make it first")
    return url.set(database=str(path))


def secret_keys(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys that sign cookies, newest first; one is made in the data directory where none is given."""
    given = _text(environ, "EDGELAB_SECRET_KEY")
    if given:
        return split_keys(given, "EDGELAB_SECRET_KEY")
    if database_url(environ).get_backend_name() != "sqlite":
        raise SettingsError(
            "EDGELAB_SECRET_KEY is required when the database is not SQLite, since every host must sign with the same "
            f"key; make one with {MAKE_A_KEY}"
        )
    return kept_keys(key_file(environ))


def key_file(environ: Mapping[str, str]) -> Path:
    """Return where the key is kept that was made because none was given."""
    return data_dir(environ) / "secret_key"


def bind(environ: Mapping[str, str]) -> str:
    """Return where gunicorn listens."""
    given = _text(environ, "EDGELAB_BIND") or "127.0.0.1:8050"
    if re.fullmatch(r"unix:/\S+", given):
        return given
    match = _HOST_AND_PORT.fullmatch(given)
    if match is None or not 0 < int(match[1]) < 65536:
        raise SettingsError(
            f"EDGELAB_BIND {_shown(given)} is not an address; write 127.0.0.1:8050 or unix:/run/edgelab.sock"
        )
    return given


def workers(environ: Mapping[str, str]) -> int:
    """Return how many processes gunicorn starts; the variable is gunicorn's own."""
    given = _text(environ, "WEB_CONCURRENCY") or "2"
    if not re.fullmatch(r"[0-9]{1,3}", given) or not 1 <= int(given) <= MAX_WORKERS:
        raise SettingsError(f"WEB_CONCURRENCY {_shown(given)} must be how many workers to start, 1 to {MAX_WORKERS}")
    return int(given)


def url_prefix(environ: Mapping[str, str]) -> str:
    """Return the path under which the lab is served, with a slash at both ends."""
    given = _text(environ, "EDGELAB_URL_PREFIX") or "/"
    prefix = given if given.endswith("/") else f"{given}/"
    if not _PREFIX.fullmatch(prefix) or {".", ".."} & set(prefix.split("/")):
        raise SettingsError(f"EDGELAB_URL_PREFIX {_shown(given)} is not a path; write it like /courses/edge/")
    return prefix


def trusted_proxies(environ: Mapping[str, str]) -> int:
    """Return how many proxies stand in front."""
    given = _text(environ, "EDGELAB_TRUSTED_PROXIES") or "0"
    if not re.fullmatch(r"[0-9]{1,2}", given) or int(given) > MAX_PROXIES:
        raise SettingsError(
            f"EDGELAB_TRUSTED_PROXIES {_shown(given)} must be how many proxies stand in front, 0 to {MAX_PROXIES}; "
            "1 for nginx on the same machine"
        )
    return int(given)


def identity_header(environ: Mapping[str, str]) -> str:
    """Return by which header a sign-on names the student, or "" for none."""
    given = _text(environ, "EDGELAB_IDENTITY_HEADER")
    if not given:
        return ""
    if not _HEADER.fullmatch(given) or given.lower() in _OTHERS_HEADERS or given.lower().startswith("x-forwarded-"):
        raise SettingsError(
            f"EDGELAB_IDENTITY_HEADER {_shown(given)} must be a header that the sign-on alone sets; write it like "
            "X-Remote-User"
        )
    if trusted_proxies(environ) == 0:
        raise SettingsError(
            f"EDGELAB_IDENTITY_HEADER {given} needs EDGELAB_TRUSTED_PROXIES, since without a proxy in front that sets "
            "the header any browser could send it; set it to how many there are"
        )
    return given


def identity_from(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the networks of the proxies that may name a student."""
    given = _text(environ, "EDGELAB_IDENTITY_FROM").replace(",", " ").split() or ["127.0.0.0/8", "::1"]
    for each in given:
        try:
            ipaddress.ip_network(each)
        except ValueError:
            raise SettingsError(
                f"EDGELAB_IDENTITY_FROM {_shown(each)} is neither an address nor a network; write addresses of proxies "
                "such as 10.0.0.5 or 10.0.0.0/28, separated by spaces"
            ) from None
    return tuple(given)


def frame_ancestors(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the sources that may show the lab in a frame, as a content security policy writes them."""
    given = _text(environ, "EDGELAB_FRAME_ANCESTORS") or "self"
    sources = given.split()
    keywords = [source for source in sources if source in ("self", "none")]
    others = [source for source in sources if source not in keywords]
    wrong = next((source for source in others if not _ORIGIN.fullmatch(source)), None)
    if wrong is not None:
        raise SettingsError(
            f"EDGELAB_FRAME_ANCESTORS {_shown(wrong)} is no origin; write self, none, or origins such as "
            "https://moodle.example.edu, separated by spaces"
        )
    if "none" in keywords and len(sources) > 1:
        raise SettingsError("EDGELAB_FRAME_ANCESTORS: none stands alone; leave it out, or leave out the others")
    return tuple(f"'{source}'" if source in keywords else source for source in sources)


def tracks_dir(environ: Mapping[str, str]) -> Path | None:
    """Return the folder of track files, or None."""
    given = _text(environ, "EDGELAB_TRACKS_DIR")
    if not given:
        return None
    path = _path("EDGELAB_TRACKS_DIR", given)
    if not path.is_dir():
        raise SettingsError(f"EDGELAB_TRACKS_DIR {path} is not a folder; name the folder that holds the track files")
    return path


def course(environ: Mapping[str, str]) -> Course:
    """Return the course; whether there is what it names is known once the tracks are loaded."""
    given, chosen = _text(environ, "EDGELAB_COURSE"), tracks(environ)
    try:
        found = read_course(_path("EDGELAB_COURSE", given)) if given else built_in()
    except CourseError as problem:
        raise SettingsError(f"EDGELAB_COURSE: {problem}") from None
    return found if chosen is None else replace(found, tracks=chosen, tracks_key="EDGELAB_TRACKS")


def tracks(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return which tracks are used in place of the course's, in the order they are shown; None for the course's."""
    given = _text(environ, "EDGELAB_TRACKS")
    if not given:
        return None
    names = tuple(given.replace(",", " ").split())
    if not names or not all(_TRACK.fullmatch(name) for name in names):
        raise SettingsError(
            f"EDGELAB_TRACKS {_shown(given)} must be ids of tracks, in the order they are shown; write them like "
            "edge_guardian,tiny_pioneer"
        )
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SettingsError(f"EDGELAB_TRACKS names {twice!r} twice; name it once")
    return names


def results_dir(environ: Mapping[str, str]) -> Path:
    """Return where computed results are kept, absolute; it need not exist."""
    given = _text(environ, "EDGELAB_CACHE_DIR")
    if not given:
        return data_dir(environ) / "cache" / "results"
    path = _path("EDGELAB_CACHE_DIR", given)
    if path.exists() and not path.is_dir():
        raise SettingsError(f"EDGELAB_CACHE_DIR {path} is not a folder; name a folder that this user may write")
    return path


def results_bytes(environ: Mapping[str, str]) -> int:
    """Return how much of the results is kept at most [B]; 0 keeps nothing."""
    given = _text(environ, "EDGELAB_CACHE_MB") or "512"
    low, high = CACHE_MB
    if not re.fullmatch(r"[0-9]{1,7}", given) or not (int(given) == 0 or low <= int(given) <= high):
        raise SettingsError(
            f"EDGELAB_CACHE_MB {_shown(given)} must be a whole number of megabytes, {low} to {high}, or 0 for no cache"
        )
    return int(given) * 10**6


def opinion_seconds(environ: Mapping[str, str]) -> int:
    """Return how long a second opinion may be computed [s]."""
    given = _text(environ, "EDGELAB_OPINION_SECONDS") or "600"
    low, high = OPINION_SECONDS
    if not re.fullmatch(r"[0-9]{1,4}", given) or not low <= int(given) <= high:
        raise SettingsError(
            f"EDGELAB_OPINION_SECONDS {_shown(given)} must be a whole number of seconds, {low} to {high}"
        )
    return int(given)


def metrics_token(environ: Mapping[str, str]) -> str:
    """Return what opens the metrics to other hosts, or ""."""
    given = _text(environ, "EDGELAB_METRICS_TOKEN")
    if given and not _TOKEN.fullmatch(given):
        raise SettingsError(
            "EDGELAB_METRICS_TOKEN must be 16 to 200 letters, digits and -._~, which is what a header can carry; make "
            f"one with {MAKE_A_KEY}"
        )
    return given


def log_format(environ: Mapping[str, str], *, behind_gunicorn: bool) -> LogFormat:
    """Return how events are written on standard error."""
    given = _text(environ, "EDGELAB_LOG_FORMAT").lower()
    if not given:
        return "json" if behind_gunicorn else "text"
    if given not in ("json", "text"):
        raise SettingsError(f"EDGELAB_LOG_FORMAT {_shown(given)} is neither json nor text")
    return "json" if given == "json" else "text"


def designer(environ: Mapping[str, str], *, behind_gunicorn: bool) -> bool:
    """Return whether the /designer pages exist."""
    given = _text(environ, "EDGELAB_DESIGNER").lower()
    if not given:
        return not behind_gunicorn
    if given not in _SWITCH:
        raise SettingsError(f"EDGELAB_DESIGNER {_shown(given)} is neither on nor off")
    return _SWITCH[given]


def preview(environ: Mapping[str, str], *, behind_gunicorn: bool) -> bool:
    """Return whether files of tracks are loaded anew when they are saved."""
    given = _text(environ, "EDGELAB_PREVIEW").lower()
    if not given:
        return False
    if given not in _SWITCH:
        raise SettingsError(f"EDGELAB_PREVIEW {_shown(given)} is neither on nor off")
    if _SWITCH[given] and behind_gunicorn:
        raise SettingsError("EDGELAB_PREVIEW is for an author's own computer; take it out of a server's settings")
    if _SWITCH[given] and tracks_dir(environ) is None:
        raise SettingsError("EDGELAB_PREVIEW needs EDGELAB_TRACKS_DIR, the folder whose files are looked at")
    return _SWITCH[given]
