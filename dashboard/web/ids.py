"""Every component id and URL path, and their inverses; nothing here is ever generated."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote, unquote

# The first parts of Dash's own addresses under which a page is answered: its frame, and its callbacks.
UPDATE = "_dash-update-component"
PAGES_OWN = ("_dash-layout", UPDATE)

# One of each on the page.
LOCATION = "location"
PAGE = "page"
SCREEN = "screen"  # the theme and width that the browser reports
ANNOUNCER = "announcer"
SAVED = "saved"

# The second opinion: one question at a time, which goes on while another page is open.
OPINION_ASKED = "opinion-asked"
OPINION = "opinion"

# The ledger: which track its first screen is about, its tabs, what stands in the open one, and its filters.
LEDGER_CHAIN = "ledger-chain"
LEDGER_TRACK = "ledger-track"
LEDGER_SUMMARY = "ledger-summary"
LEDGER_TABS = "ledger-tabs"
LEDGER_TAB = "ledger-tab"
LEDGER_FILTER_TRACK = "ledger-filter-track"
LEDGER_FILTER_BENCH = "ledger-filter-bench"
LEDGER_GAPS = "ledger-gaps"
LEDGER_TIMELINE_TRACK = "ledger-timeline-track"
LEDGER_TIMELINE = "ledger-timeline"
LEDGER_TRIES_BENCH = "ledger-tries-bench"
LEDGER_TRIES = "ledger-tries"
LEDGER_WAYS = "ledger-ways"
LEDGER_TRY_ONE = "ledger-try-one"
LEDGER_TRY_OTHER = "ledger-try-other"
LEDGER_COMPARED = "ledger-compared"
LEDGER_DRAWN = "ledger-drawn"

LEDGER_PATH = "/ledger"
HAND_IN_PATH = "/ledger/handin"
VERIFY_PATH = "/ledger/verify"
OWN_DATA_PATH = "/ledger/data"
PRIVACY_PATH = "/privacy"
ABOUT_PATH = "/about"
ACCESSIBILITY_PATH = "/accessibility"

Id = dict[str, Any]


def bench_key(track: str, bench: str) -> str:
    """Return the key that every id of one bench carries: ``harbour/downlink``."""
    return f"{track}/{bench}"


def split_bench_key(key: str) -> tuple[str, str]:
    """Return (track, bench) of a bench key.

    Raises:
        ValueError: it is not one.
    """
    track, slash, bench = key.partition("/") if isinstance(key, str) else ("", "", "")
    if not (track and slash and bench) or "/" in bench:
        raise ValueError("a bench key reads 'track/bench'")
    return track, bench


def control(bench: Any, name: Any) -> Id:
    """The value that the server reads; written by the gate, one request at a time."""
    return {"kind": "control", "bench": bench, "name": name}


def slider(bench: Any, name: Any) -> Id:
    """A slider's position; the request gate listens to the browser's own events."""
    return {"kind": "slider", "bench": bench, "name": name}


def demonstration_slider(bench: Any, name: Any) -> Id:
    """A slider of the demonstration in Peek; no callback reads it, scripts/controls/demonstration.js does."""
    return {"kind": "demonstration_slider", "bench": bench, "name": name}


def instrument(bench: Any, name: Any) -> Id:
    """Another input of the student: a choice, a switch."""
    return {"kind": "instrument", "bench": bench, "name": name}


def number_box(bench: Any, name: Any) -> Id:
    """The text box beside a slider."""
    return {"kind": "box", "bench": bench, "name": name}


def figure(bench: Any, panel: Any) -> Id:
    """A panel's graph."""
    return {"kind": "figure", "bench": bench, "name": panel}


def drawn(bench: Any, panel: Any) -> Id:
    """Which of its views a panel draws."""
    return {"kind": "drawn", "bench": bench, "name": panel}


def table(bench: Any, panel: Any) -> Id:
    """Where a panel's table goes when it is asked for."""
    return {"kind": "table", "bench": bench, "name": panel}


def csv_button(bench: Any, panel: Any) -> Id:
    """The button that takes a panel's table away as a file."""
    return {"kind": "csv", "bench": bench, "name": panel}


def action(bench: Any, name: Any) -> Id:
    """A button whose press goes to the server."""
    return {"kind": "action", "bench": bench, "name": name}


def entry(bench: Any, prediction: Any, part: Any) -> Id:
    """A part of a prediction's entry: ``value``, ``mechanism`` or ``confidence``."""
    return {"kind": "entry", "bench": bench, "prediction": prediction, "name": part}


def echo(bench: Any, prediction: Any) -> Id:
    """Where the entry of a prediction is repeated as it was read."""
    return {"kind": "echo", "bench": bench, "prediction": prediction}


def drawing(bench: Any, prediction: Any) -> Id:
    """Where a prediction is drawn; scripts/drafts/drawing.js fills it from the entries of the anchors."""
    return {"kind": "drawing", "bench": bench, "prediction": prediction}


def draft(bench: Any, prediction: Any) -> Id:
    """The answer under review, until it is locked or edited."""
    return {"kind": "draft", "bench": bench, "name": prediction}


def slot(bench: Any, name: Any) -> Id:
    """A place on a bench that a callback fills: ``texts``, ``command``, ``message``, ``predict``, ``reflect``..."""
    return {"kind": "slot", "bench": bench, "name": name}


def writing(bench: Any, name: Any) -> Id:
    """A field of the reflection, or its check question."""
    return {"kind": "writing", "bench": bench, "name": name}


def ledger_figure(name: str) -> Id:
    """A graph of the ledger."""
    return {"kind": "ledger_figure", "name": name}


def review(lock: Any, name: Any) -> Id:
    """A part of a question that comes back a week later: ``value``, ``answer`` or ``result``."""
    return {"kind": "review", "lock": lock, "name": name}


def track_path(track: str) -> str:
    """Return the path of a track's briefing."""
    return f"/{quote(track)}"


def bench_path(track: str, bench: str) -> str:
    """Return the path of a bench."""
    return f"/{quote(track)}/{quote(bench)}"


def path_parts(pathname: str | None) -> tuple[str, ...]:
    """Return the parts of a path: ``/harbour/downlink/`` -> ``("harbour", "downlink")``."""
    return tuple(unquote(part) for part in (pathname or "/").split("/") if part)


def dom(component_id: Id) -> str:
    """Return the DOM id that Dash gives a component id: its JSON with sorted keys and no spaces."""
    return json.dumps(component_id, sort_keys=True, separators=(",", ":"))


def digest(content: Any) -> str:
    """Return a short name of anything JSON can carry, the same in every process."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]
