"""A bench's page: one layout for every part of every mission, built from what the bench declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import dcc, html

from dashboard.lab import ReadOut
from dashboard.layouts.acts import acts_section
from dashboard.layouts.bench.controls import explore_section
from dashboard.layouts.bench.debrief import debrief_section, post_mortem_section
from dashboard.layouts.bench.demonstration import peek_section
from dashboard.layouts.bench.figures import panel_section
from dashboard.layouts.bench.hud import hud
from dashboard.layouts.bench.next_step import next_section
from dashboard.layouts.bench.predict import predict_section
from dashboard.layouts.bench.reflect import defence_section, reflect_section, waiting_reflection
from dashboard.layouts.bench.reveal import happened_section, reveal_beat
from dashboard.layouts.bench.run_view import run_view_section
from dashboard.layouts.bench.status import status_strip
from dashboard.layouts.bench.tries import tries_section
from dashboard.layouts.parts import MORE, Component, icon, painted, shape, track_header
from dashboard.layouts.scene import scene_picture
from dashboard.layouts.static_html import STATIC
from dashboard.rendering.bench_view import RenderedBench, RenderedReveal, waiting_figures
from dashboard.rendering.figures.style import Screen
from dashboard.rendering.offers import ShownOffer
from dashboard.rendering.scenes import DrawnScene
from dashboard.rendering.texts import limit_words
from dashboard.student.acts import ActStanding, PostMortem
from dashboard.student.debrief import Debrief, Defence, OwnNumbers
from dashboard.student.mission import Step
from dashboard.student.predictions import Locked
from dashboard.student.progress import Progress
from dashboard.student.reveal import Revealed
from dashboard.student.standing import Next, Standing
from dashboard.web import ids
from tracks.api.bench import Bench
from tracks.api.outcome import Reading
from tracks.api.teaching import Brief
from tracks.api.track import Track
from tracks.loading.course import Course


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchState:
    """All that a bench's page depends on: who, what is locked, recorded and written, and the state once it is unlocked.

    ``offers`` is what earlier benches decided, to be taken over by a press.
    ``rendered`` is the state of the controls once the instruments are open, ``revealed`` what is said of the locks once
    all are in, ``reveal_figures`` its figures while the instruments are still to be opened.
    ``readings`` names and limits the readings; before the lock their values are not shown. ``progress_summary``
    holds the texts of the read-out, ``read_out`` what it is made of, ``debrief`` what the whole mission added up to, on
    its last bench alone, as is ``defence``, and ``course`` what is said after it. ``elsewhere`` is another track on
    which the same case is finished, or None. ``acts`` is where the acts of a crisis stand, ``post_mortem`` what is told
    of its tries at the end. ``numbers`` stand beside the reflection.
    """

    track: Track
    bench: Bench
    offers: tuple[ShownOffer, ...]
    steps: list[Step]
    standings: Mapping[str, Standing]
    following: Next
    locks: Mapping[str, Locked]
    readings: tuple[Reading, ...]
    rendered: RenderedBench | None
    revealed: tuple[Revealed, ...]
    reveal_figures: tuple[RenderedReveal, ...]
    progress: Progress
    progress_summary: Mapping[str, Any]
    read_out: ReadOut
    debrief: Debrief | None
    course: Course
    screen: Screen
    elsewhere: Track | None = None
    acts: tuple[ActStanding, ...] = ()
    post_mortem: PostMortem | None = None
    scene: DrawnScene | None = None
    numbers: OwnNumbers | None = None
    defence: Defence | None = None

    @property
    def key(self) -> str:
        """The key in every id of this bench."""
        return ids.bench_key(self.track.id, self.bench.id)


def bench_page(state: BenchState) -> Component:
    """Return the page of a bench."""
    return html.Div(
        [
            track_header(state.track, state.steps, state.bench.id, state.standings),
            html.Div(bench_body(state), id=ids.slot(state.key, "body")),
        ],
        className="bench-page",
        **{"data-title": f"{state.bench.title} · {state.track.name} · edgelab"},
    )


def bench_body(state: BenchState, *, arrived: str = "", message: str = "") -> Component:
    """Return all below the header; made anew when the lock is answered and when the instruments open.

    ``arrived`` tells the browser what was just done: "locked" the last question, "next" another of them, or "opened".
    ``message`` says what of a lock was not taken.
    """
    is_unlocked = state.rendered is not None
    opens = "opens with the instruments" if state.revealed else "opens after the lock"
    return html.Div(
        [
            html.Div(
                [
                    *_head(state.bench, is_read=is_unlocked or bool(state.revealed)),
                    html.P(className="visually-hidden", **{"data-state-words": ""}),
                    _case_note(state.bench, state.elsewhere),
                ],
                className="head",
                id="content",
                tabIndex=-1,
            ),
            html.Div(
                html.Div(
                    [
                        html.Section(
                            predict_section(state.key, state.bench, state.locks, message=message),
                            id=ids.slot(state.key, "predict"),
                            className="predict",
                            **{"aria-label": "Predict"},
                        ),
                        html.Section(
                            explore_section(state.key, state.bench, state.offers, is_unlocked=is_unlocked, opens=opens),
                            className="explore",
                            id="explore",
                            **{"aria-label": "Explore"},
                        ),
                        _tries(state) if is_unlocked else None,
                    ],
                    className="rail-inner",
                ),
                className="rail",
            ),
            html.Main(_stage(state), className="stage"),
            hud(
                state.track,
                state.bench,
                _place(state),
                by_id(state.readings),
                state.read_out,
                lab=state.course.lab,
                is_unlocked=is_unlocked,
                opens=opens,
            ),
            dcc.Store(id=ids.slot(state.key, "texts"), data=state.rendered.texts if state.rendered else None),
            dcc.Store(id=ids.slot(state.key, "progress_summary"), data=dict(state.progress_summary)),
            dcc.Download(id=ids.slot(state.key, "csv")),
            dcc.Store(id=ids.slot(state.key, "hint_asked")),
            dcc.Store(id=ids.slot(state.key, "hint")),
            dcc.Store(id=ids.slot(state.key, "painted")),
        ],
        className="bench"
        + (" is-unlocked is-pending" if is_unlocked else " is-locked-out")  # the browser says when it stands
        + (" is-revealing" if state.reveal_figures else ""),
        **{
            "data-bench": state.key,
            "data-arrived": arrived,
            "data-saved": state.progress_summary["saved"],
        },
    )


def _head(bench: Bench, *, is_read: bool) -> list[Component]:
    brief: Brief = bench.brief
    long = [html.P([html.B(brief.speaker), " ", brief.text], className="brief")]
    if not is_read:
        return [html.H1(bench.title), *long, _invariant(brief)]
    if brief.invariant:
        long.append(html.P([html.B("What never changes"), " ", brief.invariant], className="brief invariant"))
    short = [html.B(brief.speaker), " ", brief.short, " ", html.Span("Read again", className="read-again")]
    return [html.H1(bench.title), html.Details([html.Summary(short), *long], className="brief-again", **STATIC)]


def _case_note(bench: Bench, elsewhere: Track | None) -> Component:
    """That a case may be left out, and where the student has finished the same one."""
    if not bench.case_of:
        return None
    words = "A case of its own: optional, and nothing of it is carried on."
    if elsewhere is not None:
        words = f"You finished this case on {elsewhere.name}. It is the same here, and may be skipped."
    return html.P(words, className="hint case-note", **STATIC)


def _invariant(brief: Brief) -> Component:
    """What never changes, folded: it can be read before the lock and need not be."""
    if not brief.invariant:
        return None
    summary = html.Summary([icon("chevron-right", size=16), html.B("What never changes")])
    return html.Details([summary, html.P(brief.invariant, className="brief invariant")], className="fold", **STATIC)


def _stage(state: BenchState) -> list[Component]:
    bench, is_unlocked = state.bench, state.rendered is not None
    if state.reveal_figures:
        beat = reveal_beat(state.key, bench, state.revealed, state.reveal_figures)
        return [*beat, scene_picture(state.scene, captioned=True)]
    figures = state.rendered.figures if state.rendered else waiting_figures(state.key, bench, state.screen)
    summaries = state.rendered.texts["summaries"] if state.rendered else {}
    panels = []
    for number, panel in enumerate(bench.panels):
        waiting = (
            "The limits are drawn; the answer is yours to predict first." if number == 0 else "Opens after the lock."
        )
        summary = summaries.get(panel.id, waiting)
        panels.append(panel_section(state.key, panel, figures[panel.id], summary=summary, is_unlocked=is_unlocked))
    parts: list[Component] = [
        acts_section(state.key, state.acts, state.progress) if is_unlocked else None,
        scene_picture(state.scene),
        html.Div(panels, className=f"figures panels-{len(panels)}"),
        status_strip(is_unlocked=is_unlocked),
        _task() if bench.task and is_unlocked else None,
        html.Section(
            [_reading(reading, is_unlocked=is_unlocked) for reading in state.readings],
            className="readings",
            **STATIC,
            **{"aria-label": "Readings", "data-count": str(len(state.readings))},
        ),
    ]
    if not is_unlocked:
        return parts
    if bench.run_view:
        rounds = bench.run_view.count(state.track, bench.defaults())
        parts.append(run_view_section(state.key, bench.run_view, rounds, state.screen))
    if bench.second_opinion:
        parts.append(_second_opinion(bench))
    if bench.script:
        parts.append(_script(state.key))
    if bench.peek:
        lines = state.rendered.texts["peek"]["lines"] if state.rendered else []
        parts.append(peek_section(state.key, lines, bench.demonstration, state.screen))
    after = html.Div(after_parts(state), className="after", id=ids.slot(state.key, "after"))
    return [*parts, after, html.Div(debrief_part(state), id=ids.slot(state.key, "debrief"))]


def after_parts(state: BenchState, *, message: str = "") -> list[Component]:
    """What comes after exploring: what happened, then the reflection."""
    after: list[Component] = []
    if state.bench.predictions:
        happened = happened_section(state.key, state.bench, state.revealed, state.progress, message=message)
        after.append(html.Section(happened, className="happened", **{"aria-label": "What happened"}))
    if state.bench.reflection:
        reflect = waiting_reflection()
        if state.progress.is_observed(state.bench) or not state.bench.predictions:
            progress = state.progress
            following = next_section(state.track, state.following)
            reflect = reflect_section(
                state.key,
                state.bench.reflection,
                progress.reflection,
                marks=progress.marks,
                rubric=progress.rubric,
                following=following,
                numbers=state.numbers,
            )
        after.append(html.Section(reflect, className="reflect", id=ids.slot(state.key, "reflect")))
    elif state.progress.tries:
        after.append(next_section(state.track, state.following))
    defence = defence_section(state.key, state.defence) if state.defence is not None else None
    return [*after, html.Div(defence, id=ids.slot(state.key, "defence"), className="at-the-end")]


def debrief_part(state: BenchState) -> Component:
    """What the whole mission added up to, nothing on the benches before its last; then the post-mortem of a crisis."""
    letters = iter("FGH" if state.defence is None else "GH")
    debrief = [debrief_section(state.debrief, state.course, next(letters))] if state.debrief is not None else []
    return debrief + ([post_mortem_section(state.post_mortem, next(letters))] if state.post_mortem is not None else [])


def _tries(state: BenchState) -> Component:
    return html.Section(
        tries_section(state.key, state.bench, by_id(state.readings), state.progress),
        id=ids.slot(state.key, "tries"),
        className="tries-section",
        **{"aria-label": "Tries"},
    )


def by_id(readings: tuple[Reading, ...]) -> dict[str, Reading]:
    """Return readings by their ids."""
    return {reading.id: reading for reading in readings}


def _place(state: BenchState) -> str:
    """Return the bench's number and short name among the track's steps."""
    step = next((step for step in state.steps if step.id == state.bench.id), None)
    return f"{step.number or MORE} {step.label}" if step else state.bench.title


def _reading(reading: Reading, *, is_unlocked: bool) -> Component:
    if not is_unlocked:
        return html.Div(
            [
                html.Div(reading.label, className="reading-label"),
                html.Div("–", className="reading-value", **{"aria-label": "not yet"}),
                html.Div(limit_words(reading), className="reading-note"),
            ],
            className="reading",
        )
    name = f"readings.{reading.id}"
    kind = "reading-value is-text" if isinstance(reading.value, str) else "reading-value"
    return html.Div(
        [
            html.Div(reading.label, className="reading-label"),
            html.Div(
                [painted(f"{name}.value", className="number"), " ", painted(f"{name}.unit", className="unit")],
                className=kind,
            ),
            html.Div([html.Span(className="bar-fill"), html.Span(className="bar-tick")], className="meter",
                     **{"data-bar": name}),
            html.Div([shape(paint=f"{name}.level"), painted(f"{name}.note")], className="reading-note"),
            html.Div(
                [
                    html.B(reading.label),
                    painted(f"{name}.formula", html.P, className="pop-formula"),
                    painted(f"{name}.meaning", html.P),
                    painted(f"{name}.source", html.P, className="pop-source"),
                ],
                className="popover",
                role="tooltip",
                id=f"about-{reading.id}",
            ),
        ],
        className="reading",
        tabIndex=0,
        role="group",
        **{"aria-label": reading.label, "aria-describedby": f"about-{reading.id}", "data-reading": reading.id},
    )  # fmt: skip


def _task() -> Component:
    """What is to be found where nothing fails from the start, and whether the state on the page meets it."""
    words = html.P([html.B("Your task"), " ", painted("task.text")])
    return html.Section([shape(paint="task.level"), words], className="task", **STATIC, **{"aria-label": "Task"})


def _second_opinion(bench: Bench) -> Component:
    """Where a second engine is asked, how far it has come, and what it says of the state on the page."""
    note = f"another engine, {bench.second_engine}" if bench.second_engine else "another engine"
    return html.Div(
        [
            html.Button("Ask for a second opinion", className="outline", **{"data-do": "opinion"}),
            html.Span(note, className="hint", **{"data-opinion-note": note}),
            html.Button("Stop", className="quiet-button", hidden=True, **{"data-do": "cancel_opinion"}),
            painted("opinion", html.P, className="opinion-said"),
        ],
        className="opinion",
        role="group",
        **STATIC,
        **{"aria-label": "Second opinion"},
    )


def _script(key: str) -> Component:
    """Where the state on the page is taken away as a program."""
    return html.Div(
        [
            html.Button("Download as Python", id=ids.action(key, "script"), className="outline", n_clicks=0),
            html.Span("this run as one script that needs numpy alone and prints the curve", className="hint"),
            dcc.Download(id=ids.slot(key, "script")),
        ],
        className="take-along",
        role="group",
        **{"aria-label": "Take this run with you"},
    )
