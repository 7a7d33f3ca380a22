"""Which page an address shows; the address is the only state of where a student is."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output

from dashboard.callbacks import ledger
from dashboard.lab import MODEL_VERSION, WRITES_PER_HOUR, Lab, failed_plugin, is_unlocked, this_screen, this_student
from dashboard.layouts import home
from dashboard.layouts.bench.page import BenchState, bench_page
from dashboard.layouts.designer import designer
from dashboard.layouts.records.about import about_page
from dashboard.layouts.records.accessibility import accessibility_page
from dashboard.layouts.records.handin import handin_layout
from dashboard.layouts.records.own_data import OwnData, altered_page, own_data_page, receipt_page
from dashboard.layouts.records.privacy import privacy_page
from dashboard.layouts.records.verify import verify_page
from dashboard.layouts.static_html import inline_static
from dashboard.ledger.chain import LedgerAltered, intact
from dashboard.ledger.events import StoredEvent
from dashboard.ledger.identity import cookie_name, pseudonym
from dashboard.rendering.bench_view import render, render_reveal
from dashboard.rendering.handin.data import missing
from dashboard.rendering.offers import shown_offers
from dashboard.rendering.scenes import drawn_scene
from dashboard.student.acts import act_standings, post_mortem
from dashboard.student.analytics.overview import overview
from dashboard.student.carried_decisions import carried_offers, decisions
from dashboard.student.debrief import ablated, debrief, defence
from dashboard.student.mission import closes_mission, steps_of
from dashboard.student.progress import progress
from dashboard.student.reveal import reveal
from dashboard.student.standing import finished_on, standings, what_is_next
from dashboard.student.summary import progress_summary
from dashboard.web import ids
from dashboard.web.instrumentation import solved
from tracks.api.bench import Bench
from tracks.api.track import Track
from tracks.commands.terminal import version
from tracks.loading.discovery import PluginFailed

_LOG = logging.getLogger(__name__)


def bench_state(lab: Lab, student: str | None, track: Track, bench: Bench) -> BenchState:
    """Return all that a bench's page shows to one student; solved only where the lock is in.

    Raises:
        LedgerUnavailable: the database does not answer.
    """
    events = lab.store.standing_events(student) if student else ()
    found = standings(lab.registry, events)
    locks = lab.locks(student, track, bench)
    screen = this_screen()
    decided = decisions(lab.registry, track, events)
    here = progress(events, track, bench)
    revealed = reveal(track, bench, locks)
    is_open = is_unlocked(bench, locks) and (here.opened or not revealed)
    opened = render(track, bench, bench.defaults(), locks, screen) if is_open else None
    drawn = [item for n, item in enumerate(revealed) if n == 0 or item.prediction.marks] if not is_open else []
    outcome = opened.outcome if opened else solved(track, bench, bench.defaults())
    read_out = lab.read_out(track, bench)
    closes = closes_mission(lab.registry, track, bench) and here.is_observed(bench)
    figures = tuple(render_reveal(track, bench, item, screen) for item in drawn)
    return BenchState(
        track=track,
        bench=bench,
        scene=None if is_open else drawn_scene(track, bench, figures[0].outcome if figures else None),
        offers=shown_offers(
            bench,
            carried_offers(lab.registry, track, bench, events),
            lambda values: lab.outcome(track, bench, values),
            is_open=is_open,
        ),
        steps=steps_of(lab.registry, track),
        standings=found[track.id],
        following=what_is_next(lab.registry, track, bench, events, found),
        elsewhere=finished_on(lab.registry, track.id, bench, found),
        locks=locks,
        readings=outcome.readings,
        rendered=opened,
        revealed=revealed,
        reveal_figures=figures,
        progress=here,
        progress_summary=progress_summary(lab, student, track, here, events, decided, read_out.facts),
        read_out=read_out,
        debrief=debrief(lab, student, track, events) if closes and student else None,
        course=lab.settings.course,
        acts=act_standings(bench, here),
        post_mortem=post_mortem(events, track, bench, here, outcome) if here.is_observed(bench) else None,
        numbers=ablated(lab, track, bench, here) if here.is_observed(bench) else None,
        defence=defence(lab, track, bench, events, found[track.id]) if is_open else None,
        screen=screen,
    )


def own_data(lab: Lab, student: str | None) -> OwnData:
    """Return where a student stands with the whole ledger.

    Raises:
        LedgerUnavailable: the database does not answer.
    """
    counts = lab.store.counts(student) if student else {}
    try:
        last = lab.store.last_event(student) if student else None
    except LedgerAltered:  # which the problems say, too
        last = None
    return OwnData(
        pseudonym=pseudonym(student) if student else "nobody",
        events=sum(counts.values()),
        last=last.time if last else None,
        problems=lab.store.verify_chain(student) if student else (),
        signed_on=bool(lab.settings.identity_header),
        code_made=lab.store.codes.made(student) if student else None,
    )


def page(lab: Lab, pathname: str | None) -> Any:
    """Return the page of an address."""
    path = (pathname or "/").removeprefix(lab.settings.url_prefix.rstrip("/"))
    parts = ids.path_parts(path)
    tracks = list(lab.registry.tracks.values())
    steps = {track.id: steps_of(lab.registry, track) for track in tracks}
    student, course = this_student(), lab.settings.course
    if not lab.knows(path):
        left_out = lab.left_out(*parts) if 0 < len(parts) <= 2 else ""
        return home.not_found(tracks, steps, path, left_out=left_out)
    if parts == ("designer",):
        return designer(lab.loaded, texts=lab.settings.preview)
    if parts == ("ledger",):
        return ledger.page(lab)
    if parts == ("ledger", "verify"):
        return verify_page(lab.settings.url_prefix)
    if parts == ("ledger", "handin"):
        events = lab.store.events(student) if student else ()
        return handin_layout(lab.settings.url_prefix, missing(overview(lab.registry, intact(events))))
    if parts == ("privacy",):
        return privacy_page(lab.settings, per_hour=WRITES_PER_HOUR, cookie=cookie_name())
    if parts == ("about",):
        return about_page(lab.registry, program=version(), model=MODEL_VERSION)
    if parts == ("accessibility",):
        return accessibility_page()
    if parts == ("ledger", "data"):
        return own_data_page(lab.settings.url_prefix, own_data(lab, student))
    if len(parts) == 3:
        return receipt_page(parts[2], lab.store.receipt(parts[2]) if _HASH.fullmatch(parts[2]) else None)
    if len(parts) == 2:
        track, bench = lab.bench(ids.bench_key(*parts))
        try:
            return bench_page(bench_state(lab, student, track, bench))
        except PluginFailed as problem:
            _LOG.warning("plugin %s: %s", problem.source, problem)
            return home.silent_bench(track, bench, failed_plugin(problem))
    events = lab.store.standing_events(student) if student else ()
    found = standings(lab.registry, events)
    if parts:
        track = lab.registry.track(parts[0])
        return home.briefing(
            track,
            tracks,
            steps[track.id],
            found[track.id],
            what_is_next(lab.registry, track, None, events, found),
            course=course,
            scene=drawn_scene(track, track.crisis, None) if track.crisis is not None else None,
        )
    return home.picker(tracks, steps, found, _resume(lab, events), course=course, designer=lab.settings.designer)


_HASH = re.compile(r"[0-9a-f]{64}")
_NOTES = {
    "lock": "prediction locked",
    "opening": "instruments open",
    "try": "try recorded",
    "observation": "figure read",
    "reflection": "reflection saved",
    "revision": "marks saved",
    "defence": "strategy defended",
    "decision": "decision carried",
    "opinion": "second opinion stored",
    "hint": "value looked up",
    "import": "ledger brought back",
    "review": "asked again after a week",
}


def _resume(lab: Lab, events: Iterable[StoredEvent]) -> home.Resume | None:
    """Return where the student was: the bench of the newest event."""
    newest = max(events, key=lambda event: event.sequence, default=None)
    if newest is None or newest.track not in lab.registry.tracks:
        return None
    track = lab.registry.track(newest.track)
    for step in steps_of(lab.registry, track):
        if step.bench and step.bench.id == newest.bench:
            return home.Resume(track=track, step=step, note=_NOTES[newest.kind])
    return None


def register(app: Dash, lab: Lab) -> None:
    """Register the routing callback on one app."""

    @app.callback(Output(ids.PAGE, "children"), Input(ids.LOCATION, "pathname"))
    def route(pathname: Any) -> Any:
        try:
            return inline_static(page(lab, pathname if isinstance(pathname, str) else None))
        except LedgerAltered as problem:
            return inline_static(altered_page(f"{problem}"))

    app.clientside_callback(
        ClientsideFunction("lab", "page_ready"), Output(ids.ANNOUNCER, "title"), Input(ids.PAGE, "children")
    )
