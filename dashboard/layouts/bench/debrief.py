"""What closes a mission on its last bench: the post-mortem of a crisis in acts, and the debrief of all benches."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from dashboard.layouts.bench.predict import heading
from dashboard.layouts.course import closing
from dashboard.layouts.parts import Component, shape
from dashboard.layouts.static_html import STATIC
from dashboard.student.acts import Attempt, PostMortem
from dashboard.student.debrief import TASK_MET, WITH_HELP, Debrief, Part
from tracks.loading.course import Course

_SHAPES = {"won": "ok", "explored": "ok", TASK_MET: "ok", "what if": "warn", "not recorded": "warn"}


def debrief_section(debrief: Debrief, course: Course, letter: str) -> Component:
    """Return the section: sentences, one row a bench, then what the course says at its end."""
    head = html.Tr([html.Th(text, scope="col") for text in ("Part", "Decided", "Recorded", "Outcome", "Locks right")])
    return html.Section(
        [
            heading(letter, "Debrief"),
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
            html.Td(
                [
                    shape(_SHAPES.get(part.outcome.removesuffix(WITH_HELP), "fail")),
                    f" {part.outcome}",
                    html.Div(part.act, className="hint") if part.act else None,
                    said,
                ]
            ),
            html.Td(locks),
        ]
    )


# --- the post-mortem of a crisis in acts ------------------------------------------------------------------------------


def post_mortem_section(told: PostMortem, letter: str) -> Component:
    """Return the post-mortem: what happened, the root cause, what is open, and the timeline of the student's tries."""
    return html.Section(
        [
            heading(letter, "Post-mortem", html.Button("Print", className="quiet-button", **{"data-do": "print"})),
            html.H3(told.title),
            html.Ul([html.Li(sentence) for sentence in told.happened], className="debrief-sums"),
            html.H3("Root cause"),
            html.P(told.root_cause),
            html.H3("Still open") if told.left_open else None,
            html.Ul([html.Li(text) for text in told.left_open], className="debrief-sums") if told.left_open else None,
            html.H3("Timeline"),
            html.Div(
                html.Table([html.Thead(_attempt_head()), html.Tbody([_attempt(item) for item in told.attempts])],
                           className="data-table"),
                className="table-scroll",
                tabIndex=0,
                role="region",
                **{"aria-label": "What was tried, try by try"},
            ),
        ],
        className="post-mortem",
        id="post-mortem",
        tabIndex=-1,
        **STATIC,
        **{"aria-label": "Post-mortem"},
    )  # fmt: skip


def _attempt_head() -> Component:
    names = ("Try", "Act", "What was tried", "What it gained", "What it cost", "What followed")
    return html.Tr([html.Th(name, scope="col") for name in names])


def _attempt(item: Attempt) -> Component:
    return html.Tr(
        [
            html.Th([f"{item.number} ", html.Span(f"{item.time:%H:%M}", className="hint")], scope="row"),
            html.Td(item.act, **{"data-head": "Act"}),
            html.Td(_lines(item.changed), **{"data-head": "Tried"}),
            html.Td(_lines(item.gained), **{"data-head": "Gained"}),
            html.Td(_lines(item.paid), **{"data-head": "Cost"}),
            html.Td([html.Div([shape("ok" if item.holds else "fail"), f" {item.outcome}"]), item.consequence]),
        ]
    )


def _lines(texts: Sequence[str]) -> Component:
    return [html.Div(text) for text in texts] or "–"
