"""The pages around the benches: the picker, a track's briefing, the page for an address that leads nowhere."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dash import dcc, html

from dashboard.layouts.bench.next_step import next_links
from dashboard.layouts.constants import constants_table
from dashboard.layouts.course import about_course, course_line, readings_list
from dashboard.layouts.parts import (
    OPTIONAL,
    Component,
    icon,
    plain_header,
    standing_legend,
    standing_mark,
    track_header,
    track_mark,
    track_style,
)
from dashboard.layouts.scene import scene_picture
from dashboard.layouts.sources import cited
from dashboard.rendering.scenes import DrawnScene
from dashboard.student.mission import Step
from dashboard.student.standing import FINISHED, IN_WORDS, Next, Standing
from dashboard.web import ids
from tracks.api.bench import Bench
from tracks.api.quantities import in_words
from tracks.api.track import Track
from tracks.loading.course import Course

STEPS = (
    ("Predict", "One number, one reason, how sure. No default."),
    ("Lock", "Kept by the server, once. It cannot change."),
    ("Explore", "Sliders, figures, and every failure reversible."),
    ("Account", "See the gap as a factor and write why."),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Resume:
    """Where a student was: the track, the bench, and what stands in the ledger about it."""

    track: Track
    step: Step
    note: str


def picker(
    tracks: Sequence[Track], steps: Mapping[str, list[Step]], standings: Mapping[str, Mapping[str, Standing]],
    resume: Resume | None,
    *, course: Course, designer: bool,
) -> Component:  # fmt: skip
    """The first page: the course, then pick a role."""
    duration = course.duration or _duration(steps)
    cards = [_card(track, tracks, steps[track.id], standings.get(track.id, {})) for track in tracks]
    start = [
        html.H1("Where should learning happen, and what does it cost?"),
        html.P(
            "Pick a role. Predict a number, lock it, then run the same physics on your own device and see how far off "
            "you were."
        ),
    ]
    links = [
        dcc.Link("What is computed", href=ids.ABOUT_PATH),
        dcc.Link("What is stored", href=ids.PRIVACY_PATH),
        dcc.Link("Accessibility", href=ids.ACCESSIBILITY_PATH),
    ]
    links += [dcc.Link("For designers", href="/designer")] if designer else []
    return html.Div(
        [
            plain_header(),
            html.Main(
                [
                    course_line(course, duration),
                    html.Div(start, className="hero"),
                    _continue_bar(resume) if resume else None,
                    html.Div(cards, className="cards"),
                    html.P(
                        [
                            html.Span([html.Span(className="dot filled"), "this track"]),
                            html.Span([html.Span(className="dot"), "the others"]),
                            html.Span("Logarithmic rulers: one tick is a factor of ten."),
                            *standing_legend(_marked(steps, standings)),
                        ],
                        className="legend-line",
                    ),
                    about_course(course),
                    html.Ol(
                        [
                            html.Li([html.Span(str(n)), html.H2(name), html.P(text)])
                            for n, (name, text) in enumerate(STEPS, 1)
                        ],
                        className="four-steps",
                    ),
                    html.Footer(
                        [
                            html.Span(links, className="foot-links"),
                            html.Span("Nothing on this page comes from another host."),
                        ],
                        className="page-foot",
                    ),
                ],
                className="page",
                id="content",
                tabIndex=-1,
            ),
        ],
        **{"data-title": "edgelab: where should learning happen?"},
    )


def _marked(steps: Mapping[str, list[Step]], standings: Mapping[str, Mapping[str, Standing]]) -> Iterable[Standing]:
    """Yield the standings that the cards show: those of benches that are no cases."""
    for track, own in standings.items():
        core = {step.id for step in steps.get(track, []) if not step.is_case}
        yield from (standing for bench, standing in own.items() if bench in core)


def _duration(steps: Mapping[str, list[Step]]) -> str:
    """Return how long a track takes without its cases, rounded up to five minutes; nothing where no bench says it."""
    longest = max((sum(step.minutes for step in own if not step.is_case) for own in steps.values()), default=0)
    return f"About {5 * math.ceil(longest / 5)} minutes a track" if longest else ""


def _continue_bar(resume: Resume) -> Component:
    assert resume.step.bench is not None
    bench = f"bench {resume.step.number}" if resume.step.number else "case"
    return html.Section(
        [
            track_mark(resume.track),
            html.Div(
                [html.B(f"{resume.track.name}, {bench}: {resume.step.label}"), html.Span(resume.note)],
                className="continue-text",
            ),
            dcc.Link(
                ["Continue", icon("arrow-right")],
                href=ids.bench_path(resume.track.id, resume.step.bench.id),
                className="btn primary",
            ),
        ],
        className="continue",
        **{"aria-label": "Continue where you were"},
    )


def rulers(track: Track, tracks: Sequence[Track]) -> list[Component]:
    """Return a track's memory, power and fleet among those of all tracks, each on a ruler of decades."""
    rows = (
        ("Memory", "iB", lambda t: t.device.learning_memory_bytes),
        ("Power", "W", lambda t: t.device.learning_power_w),
        ("Fleet", "", lambda t: float(t.fleet.devices)),
    )
    return [_ruler(name, unit, [(t.id == track.id, value(t)) for t in tracks]) for name, unit, value in rows]


def _ruler(name: str, unit: str, values: list[tuple[bool, float]]) -> Component:
    low = math.floor(min(math.log10(value) for _, value in values))
    high = math.ceil(max(math.log10(value) for _, value in values))
    high = high if high > low else low + 1
    own = next(value for mine, value in values if mine)
    ticks = [
        html.Span(className="ruler-tick", style={"--at": f"{i / (high - low):.4f}"}) for i in range(high - low + 1)
    ]
    dots = [
        html.Span(
            className="dot filled" if mine else "dot", style={"--at": f"{(math.log10(v) - low) / (high - low):.4f}"}
        )
        for mine, v in sorted(values, key=lambda item: item[0])
    ]
    return html.Div(
        [html.Span(name), html.B(in_words(own, unit)), html.Span([*ticks, *dots], className="ruler-line",
                                                                **{"aria-hidden": "true"})],
        className="ruler",
    )  # fmt: skip


def _card(track: Track, tracks: Sequence[Track], steps: list[Step], own: Mapping[str, Standing]) -> Component:
    started = any(standing != "on_another" for standing in own.values())
    core = [step for step in steps if not step.is_case]
    finished = [step.label for step in core if own.get(step.id or "") in FINISHED]
    marks = [standing_mark(own.get(step.id or ""), step.number) for step in core]
    return html.Article(
        [
            html.Div([track_mark(track), html.H2(track.name)], className="card-name"),
            html.P(track.persona, className="persona"),
            html.P(track.north_star, className="north-star"),
            html.Div([html.Span("The wall"), html.B(track.wall)], className="wall"),
            html.Div(rulers(track, tracks), className="rulers"),
            html.Div(
                [
                    html.Span(marks, className="marks", role="img",
                              **{"aria-label": f"{len(finished)} of {len(core)} benches finished"}),
                    dcc.Link(
                        ["Continue" if started else "Start", html.Span(f" {track.name}", className="visually-hidden"),
                         icon("arrow-right")],
                        href=ids.track_path(track.id),
                        className="btn outline",
                    ),
                ],
                className="card-foot",
            ),
        ],
        className="card-track",
        style=track_style(track),
    )  # fmt: skip


def briefing(
    track: Track,
    tracks: Sequence[Track],
    steps: list[Step],
    own: Mapping[str, Standing],
    following: Next,
    *,
    course: Course,
    scene: DrawnScene | None = None,
) -> Component:
    """A track's briefing: its story, the walls side by side, the mission, the constants with sources, what to read."""
    duration = course.duration or _duration({track.id: steps})
    started = any(standing != "on_another" for standing in own.values())
    links = next_links(track, following, verb="Continue with" if started else "Begin with")
    go = html.Div(links or html.P("No bench of this track is open yet."), className="go")
    return html.Div(
        [
            track_header(track, steps, "", own),
            html.Main(
                [
                    course_line(course, duration),
                    html.Div(
                        [
                            html.Div(
                                [html.H1(track.name), html.P(track.persona, className="persona"), scene_picture(scene)]
                            ),
                            html.Div([_story(track), go]),
                        ],
                        className="hero",
                    ),
                    html.H2("The walls, side by side" if len(tracks) > 1 else "The wall"),
                    html.Div([_wall(t, here=t.id == track.id) for t in tracks], className="walls"),
                    html.H2("The mission"),
                    html.Ol([_mission_step(track, step, own) for step in steps],
                            className="mission-list"),
                    _constants(track),
                    *_reading_list(track, course),
                ],
                className="page briefing",
                id="content",
                tabIndex=-1,
            ),
        ],
        **{"data-title": f"{track.name} · edgelab"},
    )  # fmt: skip


def _constants(track: Track) -> Component:
    """The table of constants, folded: a reader looks a number up, and none is needed to begin."""
    note = f"all {len(track.constants())} numbers with their sources; one marked assumed is a teaching estimate"
    table = html.Div(
        constants_table(track),
        className="table-scroll",
        tabIndex=0,
        role="region",
        **{"aria-label": "Constants of this track"},
    )
    summary = html.Summary([icon("chevron-right"), html.B("What you work with"), html.Span(note, className="hint")])
    return html.Details([summary, table], className="constants-fold")  # fmt: skip


def _reading_list(track: Track, course: Course) -> list[Component]:
    """The sections of the course's own book, then the papers of the track."""
    parts: list[Component] = []
    if course.reading:
        parts += [html.H2("Read before"), readings_list(course.reading)]
    if track.reading:
        items = [html.Li([html.B(cited(paper)), html.Span(f" {why}")]) for paper, why in track.reading]
        parts += [html.H2("Recommended reading"), html.Ul(items, className="reading-list")]
    return parts


def _story(track: Track) -> Component:
    """What the student is there for; without a story of the track's own, its goal in one sentence."""
    return html.P(" ".join(track.story) or track.north_star, className="north-star" if not track.story else "story")


def _wall(track: Track, *, here: bool) -> Component:
    return html.Div(
        [
            html.Div([track_mark(track), html.B(track.name)], className="card-name"),
            html.P(track.wall),
            html.P(track.device.name, className="caption"),
        ],
        className="wall-card" + (" here" if here else ""),
        style=track_style(track),
    )


def _mission_step(track: Track, step: Step, own: Mapping[str, Standing]) -> Component:
    minutes = f", about {step.minutes} minutes" if step.minutes else ""
    minutes += f", {OPTIONAL}" if step.is_case else ""
    if step.bench is None:
        return html.Li([html.B(step.title), html.Span(f" not yet open{minutes}", className="hint")])
    standing = own.get(step.bench.id)
    state = f"{IN_WORDS[standing] if standing else 'open'}{minutes}"
    link = dcc.Link(f"{step.title[:1].upper()}{step.title[1:]}", href=ids.bench_path(track.id, step.bench.id))
    return html.Li([standing_mark(standing, step.number), " ", link, html.Span(f" {state}", className="hint")])


def not_found(tracks: Sequence[Track], steps: Mapping[str, list[Step]], path: str, *, left_out: str = "") -> Component:
    """The page for an address that leads nowhere: what exists instead.

    Args:
        left_out: why the course has no page of something that was found, or "".
    """
    shown = path if len(path) <= 80 else f"{path[:80]}…"
    why = [f"{left_out} These pages exist:"] if left_out else [html.Code(shown), " leads nowhere. These pages exist:"]
    items = []
    for track in tracks:
        links = [
            html.Li(dcc.Link(step.bench.title, href=ids.bench_path(track.id, step.bench.id)))
            for step in steps[track.id]
            if step.bench
        ]
        items.append(html.Li([dcc.Link(track.name, href=ids.track_path(track.id)), html.Ul(links)]))
    return html.Div(
        [
            plain_header(),
            html.Main(
                [
                    html.H1("There is no such page"),
                    html.P(why),
                    html.Ul([html.Li(dcc.Link("Pick a track", href="/")), *items], className="exists"),
                ],
                className="page",
                id="content",
                tabIndex=-1,
            ),
        ],
        **{"data-title": "No such page · edgelab"},
    )


def silent_bench(track: Track, bench: Bench, why: str) -> Component:
    """The page of a bench whose plugin does not answer: what is said of it, and the ways on."""
    return html.Div(
        [
            plain_header(),
            html.Main(
                [
                    html.H1(f"{bench.short_title} does not answer"),
                    html.P(why),
                    html.Ul(
                        [
                            html.Li(dcc.Link("Try again", href=ids.bench_path(track.id, bench.id), refresh=True)),
                            html.Li(dcc.Link(track.name, href=ids.track_path(track.id))),
                            html.Li(dcc.Link("Pick a track", href="/")),
                        ],
                        className="exists",
                    ),
                ],
                className="page",
                id="content",
                tabIndex=-1,
            ),
        ],
        **{"data-title": f"{bench.short_title} · edgelab"},
    )
