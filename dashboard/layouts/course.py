"""What the pages say of the course around the lab: its name, what it asks, what to read, what it came to."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from dashboard.layouts.parts import Component
from tracks.loading.course import Course, Reading


def course_line(course: Course, duration: str) -> Component:
    """Return the line at the head of picker and briefing: where the lab stands, its title, version and duration."""
    version = f"version {course.version}" if course.version else ""
    small = " · ".join(part for part in (version, duration.removesuffix(".")) if part)
    return html.P(
        [
            html.Span(" · ".join(course.place), className="course-place") if course.place else None,
            html.B(course.title),
            html.Span(small, className="course-version") if small else None,
        ],
        className="course-line",
    )


def about_course(course: Course) -> Component:
    """Return what a student will be able to do, needs before, and reads before; nothing where the course is silent."""
    parts = [
        _part("You will be able to", _sentences(course.objectives)) if course.objectives else None,
        _part("You need", _sentences(course.prerequisites)) if course.prerequisites else None,
        _part("Read before", readings_list(course.reading)) if course.reading else None,
    ]
    shown = [part for part in parts if part is not None]
    if not shown:
        return None
    return html.Section(shown, className="about-course", **{"aria-label": "About this lab"})


def closing(course: Course) -> list[Component]:
    """Return what the lab came to and what to read next, as its last page ends."""
    parts: list[Component] = []
    if course.recap:
        parts += [html.H3("In short"), _sentences(course.recap)]
    if course.next:
        parts += [html.H3("What to read next"), readings_list(course.next)]
    return parts


def readings_list(readings: Sequence[Reading]) -> Component:
    """Return readings as a list of citations that are whole without a link."""
    return html.Ul([html.Li(_cited(item)) for item in readings], className="reading-list")


def _cited(item: Reading) -> list[Component]:
    name = f"{item.citation}, “{item.section}”" if item.section else item.citation
    linked = html.A(name, href=item.url, target="_blank", rel="noreferrer") if item.url else name
    return [html.B(linked), html.Span(f" {item.about}" if item.about else "")]


def _part(title: str, content: Component) -> Component:
    return html.Div([html.H2(title), content])


def _sentences(texts: Sequence[str]) -> Component:
    return html.Ul([html.Li(text) for text in texts])
