"""What comes after a bench: a link to the next one, what it offers of this one, and what is still open."""

from __future__ import annotations

from dash import dcc, html

from dashboard.layouts.parts import Component, icon
from dashboard.student.standing import FIRST_ACT, Next
from dashboard.web import ids
from tracks.api.track import Track


def next_section(track: Track, following: Next) -> Component:
    """Return the section at the end of a bench."""
    return html.Nav([*next_links(track, following), *_notes(following)], className="next", **{"aria-label": "Next"})


def next_links(track: Track, following: Next, *, verb: str = "Next:") -> list[Component]:
    """Return the links: to the next bench and a case before it, or at the end to defence, debrief and next track."""
    step, case = following.step, following.case
    if step is not None and step.bench is not None:
        href = ids.bench_path(track.id, step.bench.id)
        if case is None or case.bench is None:
            return [_link(f"{verb} {step.label}", href, primary=True)]
        beside = _link(f"Optional: {case.label}", ids.bench_path(track.id, case.bench.id))
        return [_link(f"{verb} {step.label}", href, primary=True), beside]  # the way on is the mission's own bench
    links: list[Component] = []
    places = [("Defend your strategy", "#defence")] if following.defend else []
    for n, (text, place) in enumerate([*places, ("Read the debrief", "#debrief")]):
        if following.here:  # both are on this page, below
            kind = "btn outline" if n else "btn primary"
            links.append(html.A([text, icon("chevron-down")], href=place, className=kind))
        elif following.debrief is not None:
            href = f"{ids.bench_path(track.id, following.debrief.id)}{place}"
            links.append(_link(text, href, primary=n == 0))
    if following.track is not None:
        links.append(_link(f"Next track: {following.track.name}", ids.track_path(following.track.id)))
    return links


def _link(text: str, href: str, *, primary: bool = False) -> Component:
    return dcc.Link([text, icon("arrow-right")], href=href, className="btn primary" if primary else "btn outline")


def _notes(following: Next) -> list[Component]:
    notes = []
    step, case = following.step, following.case
    if step is not None and case is not None:
        minutes = f" and takes about {case.minutes} minutes" if case.minutes else ""
        notes.append(f"{case.label} is optional{minutes}; {step.label} does not depend on it.")
    if step is not None and following.offered:
        it = "It" if case is None else step.label
        notes.append(f"{it} offers what you decided here: {following.offered}.")
    if following.open:
        notes.append(f"{'Also open' if following.step else 'Still open'}: {', '.join(following.open)}.")
        if following.to_win:
            notes.append(f"{following.to_win} is finished once {FIRST_ACT}.")
    elif following.step is None:
        notes.append("Every bench of this track is finished.")
    return [html.P(note, className="hint") for note in notes]
