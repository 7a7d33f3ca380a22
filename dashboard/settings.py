"""Every environment variable of the lab, its default and its check, read once at start.

| setting | default | meaning |
|---|---|---|
| EDGELAB_DATA_DIR | the user's data directory | where the default ledger and the made secret key are kept |
| EDGELAB_DATABASE_URL | SQLite in the data directory | the ledger: a SQLite or PostgreSQL URL of SQLAlchemy |
| EDGELAB_SECRET_KEY | made once, kept in the data directory | signs cookies; comma-separated for rotation, newest first; required unless the database is SQLite |
| EDGELAB_BIND | 127.0.0.1:8050 | where gunicorn listens: host:port or unix:/path |
| EDGELAB_URL_PREFIX | / | the path under which a proxy or JupyterHub serves the lab |
| EDGELAB_TRUSTED_PROXIES | 0 | how many proxies stand in front and set X-Forwarded headers |
| EDGELAB_TRACKS_DIR | none | a folder of track files |
| EDGELAB_COURSE | the built-in course | a TOML file that describes the course: its name, what it asks, which benches it uses |
| EDGELAB_CACHE_DIR | cache/results in the data directory | where computed results are kept; labs of one user on a host may share it |
| EDGELAB_CACHE_MB | 512 | how much is kept there at most, 16 to 1,000,000; 0 keeps nothing |
| EDGELAB_OPINION_SECONDS | 600 | how long a second opinion may be computed, 10 to 3600 seconds |
| EDGELAB_DESIGNER | on; off behind gunicorn | whether the /designer pages exist |

A variable that is set to nothing counts as not set. An EDGELAB variable that is not in this table is refused, since a
misspelt setting would otherwise leave its default in place unnoticed.
"""  # noqa: E501 - a table row is one line

from __future__ import annotations

import contextlib
import difflib
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from tracks.loading.course import Course, CourseError, built_in, read_course

NAMES = (
    "EDGELAB_DATA_DIR",
    "EDGELAB_DATABASE_URL",
    "EDGELAB_SECRET_KEY",
    "EDGELAB_BIND",
    "EDGELAB_URL_PREFIX",
    "EDGELAB_TRUSTED_PROXIES",
    "EDGELAB_TRACKS_DIR",
    "EDGELAB_COURSE",
    "EDGELAB_CACHE_DIR",
    "EDGELAB_CACHE_MB",
    "EDGELAB_OPINION_SECONDS",
    "EDGELAB_DESIGNER",
)

KEY_CHARACTERS = 32  # 128 bits even where the key is written in hexadecimal
MAX_PROXIES = 10
CACHE_MB = (16, 1_000_000)
OPINION_SECONDS = (10, 3600)
MAX_SHOWN = 80  # characters of a value that a sentence shows

_MAKE_A_KEY = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'
_PREFIX = re.compile(r"/(?:(?:[A-Za-z0-9._~@+-]|%[0-9A-Fa-f]{2})+/)*")
_HOST_AND_PORT = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):([0-9]{1,5})")
_SWITCH = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}


class SettingsError(ValueError):
    """A setting that cannot work; the sentence names what would be right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What the environment asked for, checked.

    Parameters
    ----------
    data_dir : Path
        Absolute; it exists whenever something is kept in it.
    database_url : str
        Of SQLAlchemy; not in the repr, since it may hold a password.
    secret_keys : tuple[str, ...]
        Newest first; not in the repr.
    bind : str
        Host:port or unix:/path.
    url_prefix : str
        Starts and ends with a slash.
    trusted_proxies : int
        0 to 10.
    tracks_dir : Path | None
        An existing folder, absolute, or None.
    course : Course
        What the course is called, asks and uses; whether there is what it names is known once the tracks are loaded.
    results_dir : Path
        Where computed results are kept, absolute; made on the first use.
    results_bytes : int
        How much is kept there at most [B]; 0 keeps nothing.
    opinion_seconds : int
        How long a second opinion may be computed, 10 to 3600.
    designer : bool
        Whether the /designer pages exist.
    """

    data_dir: Path
    database_url: str = field(repr=False)
    secret_keys: tuple[str, ...] = field(repr=False)
    bind: str
    url_prefix: str
    trusted_proxies: int
    tracks_dir: Path | None
    course: Course
    results_dir: Path
    results_bytes: int
    opinion_seconds: int
    designer: bool

    @property
    def cache_dir(self) -> Path:
        """Where second opinions wait and are kept; it may be emptied whenever the lab is stopped."""
        return self.data_dir / "cache"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, *, behind_gunicorn: bool = False) -> Settings:
        """Read and check every setting; make the data directory and the secret key where they are needed.

        Raises
        ------
        SettingsError
            A setting cannot work, or is not one of the table.
        """
        _refuse_unknown(environ)
        data_dir = _data_dir(environ)
        url = _database_url(environ, data_dir)
        return cls(
            data_dir=data_dir,
            database_url=url.render_as_string(hide_password=False),
            secret_keys=_secret_keys(environ, data_dir, is_sqlite=url.get_backend_name() == "sqlite"),
            bind=_bind(environ),
            url_prefix=_url_prefix(environ),
            trusted_proxies=_trusted_proxies(environ),
            tracks_dir=_tracks_dir(environ),
            course=_course(environ),
            results_dir=_results_dir(environ, data_dir),
            results_bytes=_results_bytes(environ),
            opinion_seconds=_opinion_seconds(environ),
            designer=_designer(environ, default=not behind_gunicorn),
        )


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    for name in environ:
        if name.startswith("EDGELAB_") and name not in NAMES:
            near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.85)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(NAMES)}"
            raise SettingsError(f"{name} is not a setting; {hint}")


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
        path.is_dir()
    except (OSError, RuntimeError) as problem:  # a name that is too long; a home directory of nobody
        why = getattr(problem, "strerror", None) or str(problem)
        raise SettingsError(f"{name} {_shown(given)} cannot be used ({why}); write an absolute path") from None
    return path


def _data_dir(environ: Mapping[str, str]) -> Path:
    given = _text(environ, "EDGELAB_DATA_DIR")
    if given:
        return _path("EDGELAB_DATA_DIR", given)
    return Path(platformdirs.user_data_dir("edgelab", appauthor=False))


def _make_data_dir(data_dir: Path) -> None:
    right = "set EDGELAB_DATA_DIR to a folder that this user may write"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise SettingsError(f"the data directory {data_dir} cannot be made ({problem.strerror}); {right}") from None
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise SettingsError(f"the data directory {data_dir} cannot be written; {right}")


def _database_url(environ: Mapping[str, str], data_dir: Path) -> URL:
    given = _text(environ, "EDGELAB_DATABASE_URL")
    if not given:
        _make_data_dir(data_dir)
        return URL.create("sqlite", database=str(data_dir / "ledger.sqlite3"))
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


def _secret_keys(environ: Mapping[str, str], data_dir: Path, *, is_sqlite: bool) -> tuple[str, ...]:
    given = _text(environ, "EDGELAB_SECRET_KEY")
    if given:
        return _split_keys(given, "EDGELAB_SECRET_KEY")
    if not is_sqlite:
        raise SettingsError(
            "EDGELAB_SECRET_KEY is required when the database is not SQLite, since every host must sign with the same "
            f"key; make one with {_MAKE_A_KEY}"
        )
    _make_data_dir(data_dir)
    return _kept_keys(data_dir / "secret_key")


def _split_keys(text: str, owner: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in text.split(","))
    shortest = min(len(key) for key in keys)
    if shortest < KEY_CHARACTERS:
        raise SettingsError(
            f"{owner}: a key has {shortest} characters and needs {KEY_CHARACTERS}; make one with {_MAKE_A_KEY}"
        )
    return keys


def _kept_keys(path: Path) -> tuple[str, ...]:
    """Return the keys of the file, made on first use; workers that start together all get the same."""
    try:
        if not path.exists():
            _make_key_file(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        raise SettingsError(f"{path} does not hold a key; move it away and start again") from None
    except OSError as problem:
        raise SettingsError(
            f"{path} cannot be made or read ({problem.strerror}); set EDGELAB_SECRET_KEY, "
            f"or EDGELAB_DATA_DIR to a folder that this user may write"
        ) from None
    if os.name == "posix" and mode & 0o077:
        raise SettingsError(f"{path} can be read by others on this machine; run chmod 600 '{path}'")
    return _split_keys(text, str(path))


def _make_key_file(path: Path) -> None:
    """Write a whole key beside ``path``, then link it into place: the first link wins, no reader sees half a key."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _bind(environ: Mapping[str, str]) -> str:
    given = _text(environ, "EDGELAB_BIND") or "127.0.0.1:8050"
    if re.fullmatch(r"unix:/\S+", given):
        return given
    match = _HOST_AND_PORT.fullmatch(given)
    if match is None or not 0 < int(match[1]) < 65536:
        raise SettingsError(
            f"EDGELAB_BIND {_shown(given)} is not an address; write 127.0.0.1:8050 or unix:/run/edgelab.sock"
        )
    return given


def _url_prefix(environ: Mapping[str, str]) -> str:
    given = _text(environ, "EDGELAB_URL_PREFIX") or "/"
    prefix = given if given.endswith("/") else f"{given}/"
    if not _PREFIX.fullmatch(prefix) or {".", ".."} & set(prefix.split("/")):
        raise SettingsError(f"EDGELAB_URL_PREFIX {_shown(given)} is not a path; write it like /courses/edge/")
    return prefix


def _trusted_proxies(environ: Mapping[str, str]) -> int:
    given = _text(environ, "EDGELAB_TRUSTED_PROXIES") or "0"
    if not re.fullmatch(r"[0-9]{1,2}", given) or int(given) > MAX_PROXIES:
        raise SettingsError(
            f"EDGELAB_TRUSTED_PROXIES {_shown(given)} must be how many proxies stand in front, 0 to {MAX_PROXIES}; "
            "1 for nginx on the same machine"
        )
    return int(given)


def _tracks_dir(environ: Mapping[str, str]) -> Path | None:
    given = _text(environ, "EDGELAB_TRACKS_DIR")
    if not given:
        return None
    path = _path("EDGELAB_TRACKS_DIR", given)
    if not path.is_dir():
        raise SettingsError(f"EDGELAB_TRACKS_DIR {path} is not a folder; name the folder that holds the track files")
    return path


def _course(environ: Mapping[str, str]) -> Course:
    given = _text(environ, "EDGELAB_COURSE")
    if not given:
        return built_in()
    try:
        return read_course(_path("EDGELAB_COURSE", given))
    except CourseError as problem:
        raise SettingsError(f"EDGELAB_COURSE: {problem}") from None


def results_of(environ: Mapping[str, str]) -> tuple[Path, int]:
    """Return where computed results are kept, and how much at most [B], without asking for a ledger or a key.

    Parameters
    ----------
    environ : Mapping[str, str]
        The environment variables.

    Returns
    -------
    tuple[Path, int]
        The folder, absolute, which need not exist, and its bound [B]; 0 keeps nothing.

    Raises
    ------
    SettingsError
        One of these settings cannot work.
    """
    return _results_dir(environ, _data_dir(environ)), _results_bytes(environ)


def _results_dir(environ: Mapping[str, str], data_dir: Path) -> Path:
    given = _text(environ, "EDGELAB_CACHE_DIR")
    if not given:
        return data_dir / "cache" / "results"
    path = _path("EDGELAB_CACHE_DIR", given)
    if path.exists() and not path.is_dir():
        raise SettingsError(f"EDGELAB_CACHE_DIR {path} is not a folder; name a folder that this user may write")
    return path


def _results_bytes(environ: Mapping[str, str]) -> int:
    given = _text(environ, "EDGELAB_CACHE_MB") or "512"
    low, high = CACHE_MB
    if not re.fullmatch(r"[0-9]{1,7}", given) or not (int(given) == 0 or low <= int(given) <= high):
        raise SettingsError(
            f"EDGELAB_CACHE_MB {_shown(given)} must be a whole number of megabytes, {low} to {high}, or 0 for no cache"
        )
    return int(given) * 10**6


def _opinion_seconds(environ: Mapping[str, str]) -> int:
    given = _text(environ, "EDGELAB_OPINION_SECONDS") or "600"
    low, high = OPINION_SECONDS
    if not re.fullmatch(r"[0-9]{1,4}", given) or not low <= int(given) <= high:
        raise SettingsError(
            f"EDGELAB_OPINION_SECONDS {_shown(given)} must be a whole number of seconds, {low} to {high}"
        )
    return int(given)


def _designer(environ: Mapping[str, str], *, default: bool) -> bool:
    given = _text(environ, "EDGELAB_DESIGNER").lower()
    if not given:
        return default
    if given not in _SWITCH:
        raise SettingsError(f"EDGELAB_DESIGNER {_shown(given)} is neither on nor off")
    return _SWITCH[given]
