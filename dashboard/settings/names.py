"""Which variables are settings, which are somebody else's, and which are refused."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Iterable, Mapping

from dashboard.settings.secret_key import SettingsError

NAMES = (
    "EDGELAB_DATA_DIR",
    "EDGELAB_DATABASE_URL",
    "EDGELAB_SECRET_KEY",
    "EDGELAB_BIND",
    "WEB_CONCURRENCY",
    "EDGELAB_URL_PREFIX",
    "EDGELAB_TRUSTED_PROXIES",
    "EDGELAB_IDENTITY_HEADER",
    "EDGELAB_IDENTITY_FROM",
    "EDGELAB_FRAME_ANCESTORS",
    "EDGELAB_TRACKS_DIR",
    "EDGELAB_TRACKS",
    "EDGELAB_COURSE",
    "EDGELAB_CACHE_DIR",
    "EDGELAB_CACHE_MB",
    "EDGELAB_CACHE_STORE",
    "EDGELAB_OPINION_SECONDS",
    "EDGELAB_BROKER_URL",
    "EDGELAB_LIMITS_STORE",
    "EDGELAB_METRICS_TOKEN",
    "EDGELAB_LOG_FORMAT",
    "EDGELAB_DESIGNER",
    "EDGELAB_PREVIEW",
)
MAX_SHOWN = 80  # characters of a name or a value that a sentence shows

# What Kubernetes sets in every container of a namespace for a Service called edgelab or edgelab-something.
_SERVICE = r"EDGELAB_(?:[A-Z0-9_]+_)?"
_NUMBER = re.compile(r"[0-9]{1,5}")
_ADDRESS = re.compile(r"(?:tcp|udp|sctp)://\S+:[0-9]{1,5}")
_PROTOCOL = re.compile(r"tcp|udp|sctp")
_SERVICE_LINKS = (
    (re.compile(rf"{_SERVICE}SERVICE_PORT(?:_[A-Z0-9_]+)?"), _NUMBER.fullmatch),
    (re.compile(rf"{_SERVICE}PORT(?:_[0-9]+_(?:TCP|UDP|SCTP))?"), _ADDRESS.fullmatch),
    (re.compile(rf"{_SERVICE}PORT_[0-9]+_(?:TCP|UDP|SCTP)_PORT"), _NUMBER.fullmatch),
    (re.compile(rf"{_SERVICE}PORT_[0-9]+_(?:TCP|UDP|SCTP)_PROTO"), _PROTOCOL.fullmatch),
)
_SERVICE_HOST = re.compile(rf"{_SERVICE}(?:SERVICE_HOST|PORT_[0-9]+_(?:TCP|UDP|SCTP)_ADDR)")


def service_links(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that a Kubernetes Service of our name has put there: by their names and their values.

    Parameters
    ----------
    environ : Mapping[str, str]
        The environment variables.

    Returns
    -------
    tuple[str, ...]
        Their names, sorted. A setting is never among them.
    """
    return tuple(sorted(name for name, value in environ.items() if name not in NAMES and _is_link(name, value)))


def links_said(names: Iterable[str]) -> str:
    """Return what is said of such variables.

    Parameters
    ----------
    names : Iterable[str]
        As ``service_links`` returns them.

    Returns
    -------
    str
        One line.
    """
    return f"edgelab: ignored, since a Kubernetes Service has set them: {', '.join(names)}"


def _is_link(name: str, value: str) -> bool:
    if _SERVICE_HOST.fullmatch(name):
        try:
            ipaddress.ip_address(value)
        except ValueError:
            return False
        return True
    return any(pattern.fullmatch(name) and fits(value) for pattern, fits in _SERVICE_LINKS)


def unknown(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the sentence of each EDGELAB variable that is neither a setting nor a Service's."""
    others = [name for name in environ if name.startswith("EDGELAB_") and name not in NAMES]
    links = service_links(environ) if others else ()
    return {name: _not_a_setting(name) for name in others if name not in links}


def _not_a_setting(name: str) -> str:
    meant = "WEB_CONCURRENCY" if name == "EDGELAB_WORKERS" else ""  # as the option --workers would have it
    near = [meant] if meant else difflib.get_close_matches(name, NAMES, n=1, cutoff=0.85)
    hint = f"did you mean {near[0]}?" if near else "edgelab config lists all that there are"
    return f"{name} is not a setting; {hint}"


def refuse_unknown(environ: Mapping[str, str]) -> None:
    """Refuse a misspelt setting, which would otherwise leave its default in place unnoticed.

    Raises
    ------
    SettingsError
        There is one.
    """
    for sentence in unknown(environ).values():
        raise SettingsError(sentence)
