"""Slider answers, kept as they are sent: a state that was asked for before is neither solved nor drawn again.

An answer depends on the state, on what is drawn in each panel, on the screen, and on a student only by the locks that
are drawn as marks. What shows recorded tries or a second opinion is never kept. Answers lie in a folder that the
workers of a host share, bounded in bytes, and are found only by the program that made them.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from dash import Dash
from flask import Response, g, request

from dashboard.callbacks.bench import Asked, asked_of
from dashboard.lab import Lab, this_screen
from dashboard.rendering.bench_view import lock_marks
from dashboard.web import compression, ids, instrumentation
from tracks.common.cache.results import MISSING, Results, Unusable
from tracks.common.cache.version import digest_of, model_version

SHARE = 8  # answers take an eighth of what results may take on disk
_LOG = logging.getLogger(__name__)
_PROGRAM = Path(__file__).parents[1]
_LIBRARIES = ("dash", "plotly", "orjson", "brotli")


class KeptAnswers:
    """The answers in one folder; whatever is wrong with it costs time and nothing else.

    Args:
        folder: made on the first use. max_bytes: on disk; what was stored longest ago goes first.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder, self._max_bytes = folder, max_bytes
        self._program = program_version()

    @cached_property
    def _results(self) -> Results | None:
        # On the first use and not before: what is open at a fork would be shared.
        try:
            return Results(self._folder, self._max_bytes)
        except Unusable as problem:
            _LOG.warning("answers cannot be kept in %s (%s): they are made anew each time", self._folder, problem)
            return None

    def key(self, asked: Sequence[Any]) -> str:
        """Return the name of an answer, from all that it depends on besides the program."""
        words = orjson.dumps(asked)
        return hashlib.blake2b(self._program + words, digest_size=20).hexdigest()

    def known(self, key: str) -> tuple[bytes, str] | None:
        """Return the body of an answer and how it is compressed, "" for not at all; None where it is not kept."""
        found: Any = MISSING if self._results is None else self._results.get(key)
        return None if found is MISSING else found

    def keep(self, key: str, body: bytes, how: str) -> None:
        """Keep an answer, unless the folder cannot be written now."""
        if self._results is not None:
            self._results.put(key, (body, how))


def program_version() -> bytes:
    """Return a digest of all that makes an answer out of a request: every file of the lab, and its libraries."""
    found = hashlib.blake2b(model_version().encode(), digest_size=16)
    found.update(repr([version(name) for name in _LIBRARIES]).encode())
    found.update(digest_of(_PROGRAM))
    return found.digest()


def install(app: Dash, lab: Lab, answers: KeptAnswers) -> None:
    """Answer a slider from what is kept, where its answer was sent before, and keep what is sent.

    Called after the checks of requests and the limits, since what those refuse is not answered from here either, and
    before answers are compressed, so that what is kept is what went over the line.
    """
    server = app.server
    update = f"{lab.settings.url_prefix}{ids.UPDATE}"
    slider = next(name for name in app.callback_map if '"kind":"figure"' in name and '"name":"texts"' in name)
    built_in = [one for one in lab.loaded.found if one.kind == "built-in"]
    tracks = frozenset(track for one in built_in for track in one.tracks)
    benches = frozenset(bench for one in built_in for bench in one.benches)

    def parts_of(asked: Asked) -> list[Any] | None:
        """Return what the answer depends on, or None where it is not kept: an author's file may change any moment."""
        track, bench = asked.track, asked.bench
        is_crisis = track.crisis is not None and bench.id == track.crisis.id
        is_ours = track.id in tracks and (is_crisis or bench.id in benches)
        if not is_ours or asked.compared or asked.shows_opinion:
            return None
        marks = lock_marks(track, bench, asked.locks, asked.values)
        screen = this_screen()
        return [
            track.id, bench.id, sorted(asked.values.items()), sorted(asked.drawn.items()), asked.panels,
            asked.is_preview, sorted(asked.moved_from.items()) if asked.moved_from is not None else None,
            sorted((panel, [(mark.x, mark.y, mark.text) for mark in some]) for panel, some in marks.items()),
            screen.dark, screen.narrow, screen.low, compression.encoding(),
        ]  # fmt: skip

    @server.before_request
    def answer_again() -> Response | None:
        if request.path != update or request.method != "POST":
            return None
        body = request.get_json()  # read and checked before
        if body["output"] != slider:
            return None
        instrumentation.is_slider()
        asked = g.edgelab_asked = asked_of(lab, body["inputs"], body["outputs"][0], body["state"][0].get("value"))
        parts = parts_of(asked)
        if parts is None:
            return None
        key = answers.key(parts)
        found = answers.known(key)
        instrumentation.is_kept(found is not None)
        if found is None:
            g.edgelab_answer = key
            return None
        body_sent, how = found
        response = Response(body_sent, mimetype="application/json")
        if how:
            compression.is_encoded(response, how)
        return response

    @server.after_request
    def keep(response: Response) -> Response:
        if "edgelab_answer" in g and g.get("edgelab_is_whole") and response.status_code == 200:
            answers.keep(g.edgelab_answer, response.get_data(), response.headers.get("Content-Encoding", ""))
        return response
