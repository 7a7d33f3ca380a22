"""The tab of questions asked again: confident misses, a week later, with other numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.layouts.bench.predict import given_rows
from dashboard.layouts.ledger.parts import moment, nothing_yet, rows_table, verdict
from dashboard.layouts.parts import Component
from dashboard.layouts.static_html import STATIC
from dashboard.student.analytics.review import Review
from dashboard.student.predictions import MAX_ENTRY, Gap
from dashboard.web import ids
from tracks.api.bench import Bench
from tracks.api.quantities import PREFIXES


def again_tab(found: Sequence[Review], benches: Sequence[Bench | None], now: datetime) -> list[Component]:
    """The tab's content; ``benches`` are those of the reviews, in their order."""
    lead = [
        html.H2("Again after a week"),
        html.P(
            "What you were sure of and missed comes back after a week with other numbers, until it is right.",
            className="answer",
        ),
    ]
    if not found:
        return [*lead, nothing_yet("No number that you were fairly sure of or certain about was missed so far.")]
    due = [
        _asked(item, bench)
        for item, bench in zip(found, benches, strict=True)
        if bench is not None and item.is_due(now)
    ]
    later = [item for item in found if not item.is_due(now)]
    none_due = html.P("No question is due now.", className="hint")
    rows = [(f"{item.lock.place.track_name}, {item.lock.label}", item.lock.gap, _standing(item)) for item in later]
    table = rows_table("Confident misses that are not due", ("Question", "The miss", "Asked again"), rows)
    return [*lead, *(due or [none_due]), html.Div(table, **STATIC) if later else None]


def _standing(item: Review) -> Component:
    if item.is_mended:
        return verdict("ok", "right since")
    if item.due is None:
        place = item.lock.place
        return html.Span(f"has no other numbers; try it on {place.bench_name} again")
    return html.Span(["from ", moment(item.due, date=True)])


def _asked(item: Review, bench: Bench) -> Component:
    asked = item.question
    assert asked is not None
    field = ids.review(item.key, "value")
    unit = asked.unit if asked.unit not in PREFIXES else {"share": "%", "x": "×"}.get(asked.unit, "")
    given = [part for name, text in given_rows(bench, asked) for part in (html.Dt(name), html.Dd(text))]
    return html.Section(
        [
            html.H3(f"{item.lock.place.track_name}, {item.lock.label}"),
            html.P(asked.question, className="review-question"),
            html.Dl(given, className="given", **STATIC),
            html.Label("Your value", htmlFor=ids.dom(field)),
            html.Div(
                [
                    html.Div(
                        [
                            dcc.Input(id=field, type="text", value="", autoComplete="off", maxLength=MAX_ENTRY),
                            html.Span(unit, className="suffix", **{"aria-hidden": "true"}),
                        ],
                        className="value-box",
                    ),
                    dbc.Button("Answer", id=ids.review(item.key, "answer"), className="primary", n_clicks=0),
                ],
                className="review-line",
            ),
            html.Div(id=ids.review(item.key, "result"), role="status"),
        ],
        className="review",
        **{"data-review": item.key},
    )


def answered(item: Review, found: Gap) -> Component:
    """What is said of an answer."""
    words = "Right." if found.right else f"{found.headline}."
    when = "It does not come back." if found.right else "It comes back in a week with other numbers."
    before = f"A first time you locked {item.lock.answer}: {item.lock.gap}."
    return html.Div(
        [verdict("ok" if found.right else "warn", words), html.P(f"{found.sentence} {when} {before}")],
        className="review-result",
    )


def not_answered(problem: str) -> Component:
    """Why an entry is no answer."""
    return html.P(problem, className="problem", role="alert")
