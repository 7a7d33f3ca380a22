"""The ledger's page and its tabs: each is read from the events when it is opened, and only what it shows is drawn."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, ctx
from dash.exceptions import PreventUpdate

from dashboard.lab import Lab, asked_student, this_screen, this_student
from dashboard.layouts.ledger.again import again_tab, answered, not_answered
from dashboard.layouts.ledger.decisions import decisions_tab
from dashboard.layouts.ledger.page import TABS, chain_state, ledger_page, summary
from dashboard.layouts.ledger.predictions import chosen, gaps, predictions_tab
from dashboard.layouts.ledger.timeline import timeline_tab, track_timeline
from dashboard.layouts.ledger.tracks import tracks_tab
from dashboard.layouts.ledger.tries import CHANGED, compared, drawn_pair, explorer, tries_tab, ways
from dashboard.layouts.parts import Component
from dashboard.layouts.static_html import inline_static
from dashboard.ledger.events import EventRefused
from dashboard.ledger.identity import pseudonym
from dashboard.rendering.figures.style import Screen, style_figure
from dashboard.student.analytics.locks import lock_records
from dashboard.student.analytics.overview import Overview, overview
from dashboard.student.analytics.places import find
from dashboard.student.analytics.review import answer_problem, judged, review_payload, reviews
from dashboard.student.analytics.side_by_side import side_by_side
from dashboard.student.analytics.timeline import BenchTimeline, timelines
from dashboard.student.analytics.tries import BenchTries, TryRecord, bench_tries, compare
from dashboard.web import ids
from dashboard.web.request_checks import RequestRefused
from tracks.api.controls import BadValue
from tracks.api.figures import Figure

NOTHING = Overview(locks=(), tries=(), parts=(), tracks=())


def now() -> datetime:
    """Return the moment by which it is decided what is due, in UTC."""
    return datetime.now(UTC)


def page(lab: Lab) -> Component:
    """Return the ledger's page for the student of the current request.

    Raises:
        LedgerUnavailable: the database does not answer.
    """
    student = this_student()
    if student is None:
        return ledger_page(NOTHING, None, name="No identity yet", events=0, due=0)
    events = lab.store.standing_events(student)
    found = overview(lab.registry, events)
    waiting = reviews(lab.registry, events, found.locks)
    return ledger_page(
        found,
        predictions_tab(found.locks, this_screen()),
        name=pseudonym(student),
        events=sum(lab.store.counts(student).values()),
        due=sum(item.is_due(now()) for item in waiting),
    )


def tab(lab: Lab, student: str, name: str, screen: Screen) -> list[Component]:
    """Return the content of one tab."""
    if name == "timeline":
        return timeline_tab(*timeline(lab, student))
    events = lab.store.standing_events(student)
    if name == "tries":
        return tries_tab(bench_tries(lab.registry, events), screen)
    if name == "decisions":
        found = overview(lab.registry, events)
        return decisions_tab(found.tracks, found.parts)
    locks = lock_records(lab.registry, events)
    if name == "predictions":
        return predictions_tab(locks, screen)
    if name == "tracks":
        return tracks_tab(side_by_side(locks), screen)
    waiting = reviews(lab.registry, events, locks)
    here = [find(lab.registry, item.lock.place.track, item.lock.place.bench) for item in waiting]
    return again_tab(waiting, [found[1] if found else None for found in here], now())


def timeline(lab: Lab, student: str, asked: str | None = None) -> tuple[dict[str, str], tuple[BenchTimeline, ...]]:
    """Return the tracks that have events, in words by id, and the benches of one: the newest, unless one is asked for.

    Raises:
        RequestRefused: the one that is asked for has no events.
    """
    events, counts = lab.store.standing_events(student), lab.store.counts(student)
    tracks = {}
    for track in dict.fromkeys(event.track for event in reversed(events)):
        name = lab.registry.tracks[track].name if track in lab.registry.tracks else track
        count = sum(number for (one, _, _), number in counts.items() if one == track)
        tracks[track] = f"{name}, {count:,} {'event' if count == 1 else 'events'}"
    chosen = next(iter(tracks), None) if asked is None else asked
    if asked is not None and asked not in tracks:
        raise RequestRefused("Your ledger has nothing of that track; reload the page.")
    return tracks, timelines(lab.registry, [event for event in events if event.track == chosen], counts)


def drawings(lab: Lab, item: TryRecord, screen: Screen) -> tuple[TryRecord, str, Figure | None, str]:
    """Return a try with its bench's first figure, or why that cannot be drawn any more."""
    here = find(lab.registry, item.place.track, item.place.bench)
    if here is None:
        return item, "", None, CHANGED
    track, bench = here
    try:
        values = bench.read(dict(item.values))
    except BadValue:
        return item, "", None, CHANGED
    drawing = lab.outcome(track, bench, values).panels[bench.panels[0].id]
    panel = bench.panels[0]
    revision = f"ledger/{item.place.key}/{item.number}"
    figure = style_figure(drawing.figure(), panel, screen=screen, revision=revision, place="wide")
    return item, panel.question, figure, drawing.summary


def register(app: Dash, lab: Lab) -> None:
    """Register the ledger's callbacks on one app."""

    @app.callback(
        Output(ids.LEDGER_TAB, "children"),
        Input(ids.LEDGER_TABS, "value"),
        prevent_initial_call=True,
    )
    def open_tab(name: Any) -> Any:
        if not isinstance(name, str) or name not in TABS:
            raise RequestRefused("The ledger has no such tab; reload the page.")
        return inline_static(tab(lab, asked_student(), name, this_screen()))

    @app.callback(Output(ids.LEDGER_CHAIN, "children"), Input(ids.LEDGER_CHAIN, "id"))
    def check_chain(_: Any) -> Any:
        return chain_state(lab.store.verify_chain(asked_student()))

    @app.callback(Output(ids.LEDGER_SUMMARY, "children"), Input(ids.LEDGER_TRACK, "value"), prevent_initial_call=True)
    def choose_track(name: Any) -> Any:
        student = asked_student()
        found = overview(lab.registry, lab.store.standing_events(student))
        track = next((item for item in found.tracks if item.track == name), None)
        if track is None:
            raise RequestRefused("Your ledger has nothing of that track; reload the page.")
        return inline_static(summary(track))

    @app.callback(
        Output(ids.LEDGER_GAPS, "children"),
        Input(ids.LEDGER_FILTER_TRACK, "value"),
        Input(ids.LEDGER_FILTER_BENCH, "value"),
        prevent_initial_call=True,
    )
    def filter_gaps(track: Any, bench: Any) -> Any:
        locks = lock_records(lab.registry, lab.store.standing_events(asked_student()))
        return inline_static(gaps(chosen(locks, track, bench), this_screen()))

    @app.callback(
        Output(ids.LEDGER_TIMELINE, "children"), Input(ids.LEDGER_TIMELINE_TRACK, "value"), prevent_initial_call=True
    )
    def choose_timeline(track: Any) -> Any:
        return inline_static(track_timeline(timeline(lab, asked_student(), f"{track}")[1]))

    def tries_of(key: Any) -> BenchTries:
        found = bench_tries(lab.registry, lab.store.standing_events(asked_student()))
        here = next((item for item in found if item.place.key == key), None)
        if here is None:
            raise RequestRefused("Your ledger has no tries of that bench; reload the page.")
        return here

    @app.callback(
        Output(ids.LEDGER_TRIES, "children"), Input(ids.LEDGER_TRIES_BENCH, "value"), prevent_initial_call=True
    )
    def explore(key: Any) -> Any:
        return inline_static(explorer(tries_of(key), this_screen()))

    def pair(tries: BenchTries, one: Any, other: Any) -> tuple[TryRecord, TryRecord]:
        numbered = {f"{item.number}": item for item in tries.tries}
        found = [numbered.get(name) if isinstance(name, str) else None for name in (one, other)]
        if found[0] is None or found[1] is None:
            raise RequestRefused("Only recorded tries can be compared; reload the page.")
        return found[0], found[1]

    @app.callback(
        Output(ids.LEDGER_WAYS, "children"),
        Output(ids.LEDGER_COMPARED, "children"),
        Input(ids.LEDGER_TRY_ONE, "value"),
        Input(ids.LEDGER_TRY_OTHER, "value"),
        State(ids.LEDGER_TRIES_BENCH, "value"),
        prevent_initial_call=True,
    )
    def compare_two(one: Any, other: Any, key: Any) -> Any:
        tries = tries_of(key)
        first, second = pair(tries, one, other)
        drawn = ways(tries, first, second, this_screen())
        return inline_static(drawn), inline_static(compared(compare(first, second)))

    @app.callback(
        Output(ids.LEDGER_DRAWN, "children"),
        Input(ids.LEDGER_TRY_ONE, "value"),
        Input(ids.LEDGER_TRY_OTHER, "value"),
        State(ids.LEDGER_TRIES_BENCH, "value"),
    )
    def draw_two(one: Any, other: Any, key: Any) -> Any:
        screen = this_screen()
        return drawn_pair([drawings(lab, item, screen) for item in pair(tries_of(key), one, other)])

    @app.callback(
        Output(ids.review(MATCH, "result"), "children"),
        Output(ids.review(MATCH, "answer"), "disabled"),
        Input(ids.review(MATCH, "answer"), "n_clicks"),
        State(ids.review(MATCH, "value"), "value"),
        prevent_initial_call=True,
    )
    def answer(clicks: Any, entry: Any) -> tuple[Any, bool]:
        if not clicks or not ctx.triggered_id:
            raise PreventUpdate
        return _answer(lab, asked_student(), ctx.triggered_id["lock"], entry)

    for place in (ids.LEDGER_TAB, ids.LEDGER_TIMELINE):
        app.clientside_callback(
            ClientsideFunction("lab", "ledger_ready"), Output(place, "title"), Input(place, "children")
        )


def _answer(lab: Lab, student: str, key: str, entry: Any) -> tuple[Component, bool]:
    """Judge and keep an answer to a question that came back; the first answer to each asking stands."""
    events = lab.store.standing_events(student)
    found = reviews(lab.registry, events, lock_records(lab.registry, events))
    item = next((item for item in found if item.key == key), None)
    if item is None or item.question is None:
        raise RequestRefused("Your ledger has no such question; reload the page.", code=403)
    if not item.is_due(now()):
        return not_answered("This question is answered; it is not due now."), True
    problem = answer_problem(item.question, entry)
    if problem:
        return not_answered(problem), False
    track, bench = lab.bench(item.lock.place.key)
    gap = judged(track, bench, item.question, entry)
    payload = review_payload(item.question, entry, gap, item.asked)
    try:
        lab.save(student, track, bench, "review", f"{item.lock.prediction}.{item.asked}", payload)
    except EventRefused as refusal:
        return not_answered(f"Not saved. {refusal}"), False
    return answered(item, gap), True
