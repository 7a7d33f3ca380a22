"""The decisions tab: what each part decided and carried, how the strategy is defended, and the track's record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html

from dashboard.layouts.bench.reflect import FORMER_SLOTS, SLOTS
from dashboard.layouts.ledger.parts import folded, nothing_yet, rows_table, verdict
from dashboard.layouts.parts import Component
from dashboard.layouts.static_html import STATIC
from dashboard.student.analytics.decisions import PartDecision, TrackRecord
from dashboard.student.analytics.overview import TrackOverview


def decisions_tab(tracks: Sequence[TrackOverview], parts: Sequence[PartDecision]) -> list[Component]:
    """The tab's content: a section a track, the one with the newest event first."""
    if not tracks:
        return [nothing_yet("Nothing is decided yet.")]
    sections = [_track(track, [part for part in parts if part.place.track == track.track]) for track in tracks]
    return [html.H2("Decisions"), html.Div(sections, **STATIC)]


def _track(track: TrackOverview, parts: Sequence[PartDecision]) -> Component:
    rows = [_row(part) for part in parts]
    written = [part for part in parts if part.reflection]
    return html.Section(
        [
            html.H3(track.name),
            html.P(track.sentences[2], className="answer"),
            rows_table(f"What each part of {track.name} decided", ("Part", "Decided", "Came out", "Offered to"), rows),
            _defence(track) if track.defence else None,
            *[_reflection(part) for part in written],
            folded(f"The record of {track.name}", _record(track.record)),
        ],
        **{"data-decisions": track.track},
    )


def _row(part: PartDecision) -> tuple[Component, ...]:
    tried = part.tried
    came_out: Component = "no try recorded"
    if tried:
        came_out = [verdict("ok" if tried.won else tried.level, tried.outcome), html.Div(tried.act, className="hint")]
    carried = [html.Div(f"{item.to}: {item.text}") for item in part.carried]
    return part.place.bench_name, part.decided or "–", came_out, carried or "–"


def _defence(track: TrackOverview) -> Component:
    """How the student defends the strategy of the track, with the numbers that stood beside it."""
    record = track.defence
    assert record is not None
    own = [line for label, text in record.answers for line in (html.Dt(label), html.Dd(text))]
    return html.Div(
        [
            html.H4("How you defend your strategy"),
            html.P(record.prompt, className="hint") if record.prompt else None,
            html.Dl(own),
            folded("Your numbers of then", html.Ul([html.Li(line) for line in record.numbers])),
            _marked(record.marks),
        ],
        className="ledger-defence",
    )


def _marked(marks: Sequence[int] | None) -> Component:
    if marks is None:
        return None
    given = ", ".join(f"{mark}" for mark in marks)
    return html.P(f"Marked by you: {given}, together {sum(marks)} of {2 * len(marks)}.", className="hint")


def _reflection(part: PartDecision) -> Component:
    """What the student wrote on a part, below what was asked."""
    labels: Mapping[str, str] = dict((*FORMER_SLOTS, *SLOTS))
    own = [
        line
        for name, label in labels.items()
        if part.reflection.get(name)
        for line in (html.Dt(label), html.Dd(part.reflection[name]))
    ]
    return html.Div(
        [
            html.H4(f"{part.place.bench_name}: your reflection"),
            html.P(part.prompt, className="hint") if part.prompt else None,
            html.Dl(own),
            _marked(part.marks),
        ],
        className="ledger-defence",
    )


def _record(record: TrackRecord) -> Component:
    """The track as one record: what a later lab reads of it."""
    rows: list[tuple[Component, ...]] = [
        (item.label, item.text, item.place.bench_name if item.place else "–") for item in record.fields
    ]
    rows += [
        (f"Prediction, {item.label}", f"{item.answer}; {_judged(item.right, item.computed)}", item.place.bench_name)
        for item in record.predictions
    ]
    rows += [("Decision", words, place.bench_name) for place, words in record.decision]
    rows += [("Constraint hit", words, place.bench_name) for place, words in record.constraint]
    rows.append(("Result", record.result or "–", ""))
    return rows_table(f"The record of {record.track_name}", ("What", "Value", "From"), rows)


def _judged(right: bool | None, computed: str) -> str:
    if right is None:
        return "not revealed" if not computed else f"computed {computed}, not compared"
    return f"computed {computed}, {'right' if right else 'not right'}"
