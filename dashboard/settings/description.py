"""Every setting as it stands: its value, where that comes from, and why it cannot work; secrets stay hidden."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url

from dashboard.settings import reading, stores
from dashboard.settings.names import NAMES, service_links, unknown
from dashboard.settings.secret_key import SettingsError

Source = Literal["environment", "default", "file"]

HIDDEN = "***"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One setting as it stands.

    Attributes:
        name: of the variable. value: as a person reads it, without secrets; None where it, or what it follows from,
            cannot work. source: where the value comes from. problem: why it cannot work, "" where it does.
    """

    name: str
    value: str | None
    source: Source
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Description:
    """What the environment asked for, part by part.

    Attributes:
        settings: one of each name, then the variables that are no setting. ignored: those of a Kubernetes Service.
    """

    settings: tuple[Setting, ...]
    ignored: tuple[str, ...]

    @property
    def works(self) -> bool:
        """Whether the lab would start with it."""
        return not any(setting.problem for setting in self.settings)


def describe(environ: Mapping[str, str]) -> Description:
    """Return every setting, those that cannot work with their sentence.

    The data directory and the key are made where they are needed, as at a start. A sentence is said once, where it
    belongs: what follows from a setting that cannot work has neither value nor problem.
    """
    found: list[Setting] = []
    for name in NAMES:
        given = bool(environ.get(name, "").strip())
        source: Source = "environment" if given else "file" if name == "EDGELAB_SECRET_KEY" else "default"
        value, problem = None, ""
        try:
            value = _SHOWN[name](environ)
        except SettingsError as refused:
            problem = str(refused)
        follows = not given and any(other.problem for other in found if other.name in _FOLLOWS.get(name, ()))
        if follows or (problem and problem in {other.problem for other in found}):
            value, problem = None, ""
        found.append(Setting(name=name, value=value, source=source, problem=problem))
    found += [
        Setting(name=name, value=None, source="environment", problem=problem)
        for name, problem in unknown(environ).items()
    ]
    return Description(settings=tuple(found), ignored=service_links(environ))


def place_of(database_url: str | URL) -> str:
    """Return where a ledger is, without its password, wherever in the URL that stands."""
    url = make_url(database_url)
    secrets = {name: HIDDEN for name in url.query if "password" in name}
    return url.update_query_dict(secrets).render_as_string(hide_password=True).replace("%2A%2A%2A", HIDDEN)


def _keys(environ: Mapping[str, str]) -> str:
    keys = reading.secret_keys(environ)
    number = "1 key" if len(keys) == 1 else f"{len(keys)} keys"
    kept = "" if environ.get("EDGELAB_SECRET_KEY", "").strip() else f", in {reading.key_file(environ)}"
    return f"{number}, hidden{kept}"


def _course(environ: Mapping[str, str]) -> str:
    course = reading.course(environ)
    return f"{course.name} ({course.origin})"


def _store(read: Callable[[Mapping[str, str]], str]) -> Callable[[Mapping[str, str]], str]:
    """Return what shows the URL of a store, without its password."""

    def shown(environ: Mapping[str, str]) -> str:
        found = read(environ) or "none"
        password = urlsplit(found).password
        return found if password is None else found.replace(f":{password}@", f":{HIDDEN}@", 1)

    return shown


def _designer(environ: Mapping[str, str]) -> str:
    ways = {reading.designer(environ, behind_gunicorn=behind) for behind in (False, True)}
    return "on; off behind gunicorn" if len(ways) == 2 else "on" if ways == {True} else "off"


def _log_format(environ: Mapping[str, str]) -> str:
    alone, behind = (reading.log_format(environ, behind_gunicorn=way) for way in (False, True))
    return alone if alone == behind else f"{alone}; {behind} behind gunicorn"


def _text(read: Callable[[Mapping[str, str]], Any]) -> Callable[[Mapping[str, str]], str]:
    return lambda environ: str(read(environ))


_SHOWN: Mapping[str, Callable[[Mapping[str, str]], str]] = {
    "EDGELAB_DATA_DIR": _text(reading.made_data_dir),
    "EDGELAB_DATABASE_URL": lambda environ: place_of(reading.database_url(environ)),
    "EDGELAB_SECRET_KEY": _keys,
    "EDGELAB_BIND": _text(reading.bind),
    "WEB_CONCURRENCY": _text(reading.workers),
    "EDGELAB_URL_PREFIX": _text(reading.url_prefix),
    "EDGELAB_TRUSTED_PROXIES": _text(reading.trusted_proxies),
    "EDGELAB_IDENTITY_HEADER": lambda environ: reading.identity_header(environ) or "none",
    "EDGELAB_IDENTITY_FROM": lambda environ: " ".join(reading.identity_from(environ)),
    "EDGELAB_FRAME_ANCESTORS": lambda environ: " ".join(reading.frame_ancestors(environ)).replace("'", ""),
    "EDGELAB_TRACKS_DIR": lambda environ: str(reading.tracks_dir(environ) or "none"),
    "EDGELAB_TRACKS": lambda environ: ", ".join(reading.tracks(environ) or ("those of the course",)),
    "EDGELAB_COURSE": _course,
    "EDGELAB_CACHE_DIR": _text(reading.results_dir),
    "EDGELAB_CACHE_MB": lambda environ: str(reading.results_bytes(environ) // 10**6),
    "EDGELAB_CACHE_STORE": _store(stores.cache_store),
    "EDGELAB_OPINION_SECONDS": _text(reading.opinion_seconds),
    "EDGELAB_BROKER_URL": _store(stores.broker_url),
    "EDGELAB_LIMITS_STORE": _store(stores.limits_store),
    "EDGELAB_METRICS_TOKEN": lambda environ: "hidden" if reading.metrics_token(environ) else "none",
    "EDGELAB_LOG_FORMAT": _log_format,
    "EDGELAB_DESIGNER": _designer,
    "EDGELAB_PREVIEW": lambda environ: "on" if reading.preview(environ, behind_gunicorn=False) else "off",
}
_FOLLOWS = {
    "EDGELAB_DATABASE_URL": ("EDGELAB_DATA_DIR",),
    "EDGELAB_SECRET_KEY": ("EDGELAB_DATA_DIR", "EDGELAB_DATABASE_URL"),
    "EDGELAB_CACHE_DIR": ("EDGELAB_DATA_DIR",),
    "EDGELAB_IDENTITY_HEADER": ("EDGELAB_TRUSTED_PROXIES",),
}
