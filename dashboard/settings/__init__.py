"""Every environment variable of the lab, its default and its check, read once at start.

| setting | default | meaning |
|---|---|---|
| EDGELAB_DATA_DIR | the user's data directory | where the default ledger and the made secret key are kept |
| EDGELAB_DATABASE_URL | SQLite in the data directory | the ledger: a SQLite or PostgreSQL URL of SQLAlchemy |
| EDGELAB_SECRET_KEY | made once, kept in the data directory | signs cookies; comma-separated for rotation, newest first; required unless the database is SQLite |
| EDGELAB_BIND | 127.0.0.1:8050 | where gunicorn listens: host:port or unix:/path |
| WEB_CONCURRENCY | 2 | how many workers gunicorn starts, 1 to 256; one a core is right |
| EDGELAB_URL_PREFIX | / | the path under which a proxy or JupyterHub serves the lab |
| EDGELAB_TRUSTED_PROXIES | 0 | how many proxies stand in front and set X-Forwarded headers |
| EDGELAB_IDENTITY_HEADER | none | a header such as X-Remote-User by which a sign-on in front of the lab names the student; needs EDGELAB_TRUSTED_PROXIES, and the proxy has to set or remove it in every request |
| EDGELAB_IDENTITY_FROM | 127.0.0.0/8 ::1 | the addresses or networks of the proxies that may send that header, separated by spaces; unix sockets may always |
| EDGELAB_FRAME_ANCESTORS | self | which sites may show the lab in a frame: self, none, or origins such as https://moodle.example.edu, separated by spaces; behind HTTPS the cookie is then one that their frames keep |
| EDGELAB_TRACKS_DIR | none | a folder of track files |
| EDGELAB_TRACKS | those of the course | ids of the tracks that are used, in the order they are shown: edge_guardian,tiny_pioneer |
| EDGELAB_COURSE | the built-in course | a TOML file that describes the course: its name, what it asks, which benches it uses |
| EDGELAB_CACHE_DIR | cache/results in the data directory | where computed results are kept; labs of one user on a host may share it |
| EDGELAB_CACHE_MB | 512 | how much is kept there at most, 16 to 1,000,000; 0 keeps nothing |
| EDGELAB_CACHE_STORE | host | by what hosts share computed results: redis://host:6379/0, which is asked where a host's own folder has none; host for nothing |
| EDGELAB_OPINION_SECONDS | 600 | how long a second opinion may be computed, 10 to 3600 seconds |
| EDGELAB_BROKER_URL | none | redis://host:6379/0, by which second opinions of several hosts go to the workers that edgelab worker starts; without it each host computes its own |
| EDGELAB_LIMITS_STORE | host | where requests are counted against their limits: host, a file in the data directory that all workers share; redis://host:6379/0 for several hosts; none for no limits |
| EDGELAB_METRICS_TOKEN | none | who sends it (Authorization: Bearer) reads /_metrics from anywhere; without it only this host does; 16 to 200 letters, digits and -._~ |
| EDGELAB_LOG_FORMAT | text; json behind gunicorn | one line an event on standard error: for a person, or a JSON object |
| EDGELAB_DESIGNER | on; off behind gunicorn | whether the /designer pages exist |
| EDGELAB_PREVIEW | off | whether the files of EDGELAB_TRACKS_DIR are loaded anew when they are saved, as `edgelab tracks preview` has it; refused behind gunicorn |

A variable that is set to nothing counts as not set. An EDGELAB variable that is not in this table is refused, since a
misspelt setting would otherwise leave its default in place unnoticed. The variables that Kubernetes sets for a Service
called edgelab (EDGELAB_PORT=tcp://..., EDGELAB_SERVICE_HOST and their like) are ignored.
"""  # noqa: E501 - a table row is one line

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.settings import reading, stores
from dashboard.settings.names import NAMES, links_said, refuse_unknown, service_links
from dashboard.settings.reading import LogFormat
from dashboard.settings.secret_key import SettingsError
from tracks.loading.course import Course, CourseError

__all__ = ["NAMES", "Settings", "SettingsError", "course_refusal", "links_said", "results_of", "service_links"]


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
    workers : int
        How many processes gunicorn starts, 1 to 256.
    url_prefix : str
        Starts and ends with a slash.
    trusted_proxies : int
        0 to 10.
    identity_header : str
        By which a sign-on names the student, or "" where a cookie says who one is.
    identity_from : tuple[str, ...]
        The networks of the proxies that may send that header.
    frame_ancestors : tuple[str, ...]
        The sources that may show the lab in a frame, as a content security policy writes them.
    tracks_dir : Path | None
        An existing folder, absolute, or None.
    course : Course
        What the course is called, asks and uses; whether there is what it names is known once the tracks are loaded.
    results_dir : Path
        Where computed results are kept, absolute; made on the first use.
    results_bytes : int
        How much is kept there at most [B]; 0 keeps nothing.
    cache_store : str
        "host", or the URL of the Redis by which hosts share results; not in the repr, since it may hold a password.
    opinion_seconds : int
        How long a second opinion may be computed, 10 to 3600.
    broker_url : str
        The URL of the Redis by which Celery's workers get second opinions, or ""; not in the repr.
    limits_store : str
        "host", "none" or the URL of a Redis; not in the repr, since it may hold a password.
    metrics_token : str
        What opens /_metrics to other hosts, "" where nothing does; not in the repr.
    log_format : str
        "text" or "json".
    designer : bool
        Whether the /designer pages exist.
    preview : bool
        Whether files of tracks are loaded anew when they are saved.
    """

    data_dir: Path
    database_url: str = field(repr=False)
    secret_keys: tuple[str, ...] = field(repr=False)
    bind: str
    workers: int
    url_prefix: str
    trusted_proxies: int
    identity_header: str
    identity_from: tuple[str, ...]
    frame_ancestors: tuple[str, ...]
    tracks_dir: Path | None
    course: Course
    results_dir: Path
    results_bytes: int
    cache_store: str = field(repr=False)
    opinion_seconds: int
    broker_url: str = field(repr=False)
    limits_store: str = field(repr=False)
    metrics_token: str = field(repr=False)
    log_format: LogFormat
    designer: bool
    preview: bool = False

    @property
    def cache_dir(self) -> Path:
        """Where second opinions wait and are kept; it may be emptied whenever the lab is stopped."""
        return self.data_dir / "cache"

    @property
    def framed(self) -> bool:
        """Whether another site may show the lab in a frame."""
        return any("://" in source for source in self.frame_ancestors)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, *, behind_gunicorn: bool = False) -> Settings:
        """Read and check every setting; make the data directory and the secret key where they are needed.

        Raises
        ------
        SettingsError
            A setting cannot work, or is not one of the table.
        """
        refuse_unknown(environ)
        return cls(
            data_dir=reading.made_data_dir(environ),
            database_url=reading.database_url(environ).render_as_string(hide_password=False),
            secret_keys=reading.secret_keys(environ),
            bind=reading.bind(environ),
            workers=reading.workers(environ),
            url_prefix=reading.url_prefix(environ),
            trusted_proxies=reading.trusted_proxies(environ),
            identity_header=reading.identity_header(environ),
            identity_from=reading.identity_from(environ),
            frame_ancestors=reading.frame_ancestors(environ),
            tracks_dir=reading.tracks_dir(environ),
            course=reading.course(environ),
            results_dir=reading.results_dir(environ),
            results_bytes=reading.results_bytes(environ),
            cache_store=stores.cache_store(environ),
            opinion_seconds=reading.opinion_seconds(environ),
            broker_url=stores.broker_url(environ),
            limits_store=stores.limits_store(environ),
            metrics_token=reading.metrics_token(environ),
            log_format=reading.log_format(environ, behind_gunicorn=behind_gunicorn),
            designer=reading.designer(environ, behind_gunicorn=behind_gunicorn),
            preview=reading.preview(environ, behind_gunicorn=behind_gunicorn),
        )


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
    return reading.results_dir(environ), reading.results_bytes(environ)


def course_refusal(problem: CourseError) -> str:
    """Return why what the course uses is not there, with the setting that has named it.

    Parameters
    ----------
    problem : CourseError
        As ``Course.used`` raises it.

    Returns
    -------
    str
        A sentence that begins with EDGELAB_TRACKS or EDGELAB_COURSE.
    """
    sentence = str(problem)
    return sentence if sentence.startswith("EDGELAB_TRACKS") else f"EDGELAB_COURSE: {sentence}"
