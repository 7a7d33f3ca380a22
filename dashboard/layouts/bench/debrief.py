"""The closing debrief as the last bench of a mission shows it: one row a bench, then what they add up to."""

from __future__ import annotations

from dash import html

from dashboard.layouts.bench.predict import heading
from dashboard.layouts.course import closing
from dashboard.layouts.parts import Component, shape
from dashboard.layouts.static_html import STATIC
from dashboard.student.debrief import TASK_MET, WITH_HELP, Debrief, Part
from tracks.loading.course import Course

_SHAPES = {"won": "ok", "explored": "ok", TASK_MET: "ok", "what if": "warn", "not recorded": "warn"}


def debrief_section(debrief: Debrief, course: Course) -> Component:
    """Return the section: sentences, one row a bench, then what the course says at its end."""
    head = html.Tr([html.Th(text, scope="col") for text in ("Part", "Decided", "Recorded", "Outcome", "Locks right")])
    return html.Section(
        [
            heading("F", "Debrief"),
            html.Ul([html.Li(sentence) for sentence in debrief.sentences], className="debrief-sums"),
            html.Div(
                html.Table(
                    [html.Thead(head), html.Tbody([_row(part) for part in debrief.parts])], className="data-table"
                ),
                className="table-scroll",
                tabIndex=0,
                role="region",
                **{"aria-label": "What you decided, part by part"},
            ),
            *closing(course),
        ],
        className="debrief",
        id="debrief",
        tabIndex=-1,
        **STATIC,
        **{"aria-label": "Debrief"},
    )


def _row(part: Part) -> Component:
    results = [html.Div([shape(level), f" {label} {number}"]) for label, number, level in part.results]
    opinion = part.opinion
    said = (
        html.Div([html.Span(opinion.word, className="agreement", **{"data-word": opinion.word}), f" {opinion.words}"])
        if opinion
        else None
    )
    locks = f"{part.right} of {part.asked}" if part.asked else "–"
    return html.Tr(
        [
            html.Th(part.title, scope="row"),
            html.Td(part.decided or "–"),
            html.Td(results or "–"),
            html.Td([shape(_SHAPES.get(part.outcome.removesuffix(WITH_HELP), "fail")), f" {part.outcome}", said]),
            html.Td(locks),
        ]
    )
