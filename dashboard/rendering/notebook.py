"""An Outcome in a notebook: readings, verdicts and figures as on the page, in the notebook's theme.

``bench.on(track).run(epochs=5)`` as the last line of a cell shows it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import cast

from markupsafe import Markup

from dashboard.rendering.figures.style import Screen, style_figure
from dashboard.rendering.handin.figure_svg import figure_svg
from dashboard.rendering.texts import status_texts
from dashboard.web import ids
from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.figures import Drawing, Panel
from tracks.api.outcome import Outcome, Reading
from tracks.api.quantities import in_words
from tracks.api.track import Track

# Jupyter says on its body which theme it has; elsewhere the browser's wish counts.
_STYLE = Markup(
    "<style>"
    ".edgelab{font-family:system-ui,sans-serif;max-width:60rem}"
    ".edgelab figure{margin:1em 0}.edgelab td,.edgelab th{text-align:left;padding:.1em 1em .1em 0}"
    ".edgelab .dark{display:none}"
    "@media (prefers-color-scheme:dark){.edgelab .dark{display:block}.edgelab .light{display:none}}"
    "[data-jp-theme-light=true] .edgelab .dark{display:none}[data-jp-theme-light=true] .edgelab .light{display:block}"
    "[data-jp-theme-light=false] .edgelab .dark{display:block}[data-jp-theme-light=false] .edgelab .light{display:none}"
    "</style>"
)
_MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}


def bundle(outcome: Outcome) -> dict[str, str]:
    """Return what a notebook shows of an outcome, by MIME type."""
    return {"text/plain": as_text(outcome), "text/html": str(as_html(outcome))}


def as_text(outcome: Outcome) -> str:
    """Return readings, verdicts and what the figures say, a line each."""
    lines = [f"{reading.label}: {_value(reading)}" for reading in outcome.readings]
    lines += [f"{_MARKS[one.level]} {one.title}: {one.cause}" for one in outcome.ranked_verdicts()]
    lines += [f"{name}: {drawing.summary}" for name, drawing in outcome.panels.items()]
    return "\n".join(lines)


def as_html(outcome: Outcome) -> Markup:
    """Return the same with the figures; an outcome of ``run(track, values)`` knows no panels, and has none."""
    parts = [_STYLE]
    if outcome.shown_as is not None:
        bench, track, values = cast("tuple[Bench, Track, dict[str, Value]]", outcome.shown_as)
        said = ", ".join(f"{control.label} {control.text(values[control.id])}" for control in bench.controls)
        parts.append(Markup("<p><b>{}</b>, {}: {}</p>").format(bench.title, track.name, said))
    if outcome.verdicts:
        parts.append(Markup("<p><b>{}</b></p>").format(status_texts(outcome)["title"]))
    rows = [
        Markup("<tr><th>{}</th><td>{}</td><td>{}</td></tr>").format(one.label, _value(one), one.note)
        for one in outcome.readings
    ]
    parts.append(Markup("<table>{}</table>").format(Markup("").join(rows)))
    judged = [
        Markup("<li>{} <b>{}</b>: {}</li>").format(_MARKS[one.level], one.title, one.cause)
        for one in outcome.ranked_verdicts()
    ]
    parts.append(Markup("<ul>{}</ul>").format(Markup("").join(judged)))
    if outcome.shown_as is not None:
        parts += [
            _figure(track, bench, view, outcome.panels[view.id])
            for panel in bench.panels
            for view in (panel, *panel.views)
        ]
    return Markup('<div class="edgelab">{}</div>').format(Markup("").join(parts))


def _figure(track: Track, bench: Bench, panel: Panel, drawing: Drawing) -> Markup:
    drawn = []
    for theme in ("light", "dark"):
        screen = Screen(dark=theme == "dark")
        figure = style_figure(
            drawing.figure(), panel, screen=screen, revision=ids.bench_key(track.id, bench.id), place="print"
        )
        drawing_of = f"{track.id}/{bench.id}/{panel.id}/{theme}/{drawing.summary}/{drawing.point}"
        name = f"edgelab-{sha256(drawing_of.encode()).hexdigest()[:12]}"  # of two pictures in a notebook, ids differ
        ground = screen.palette["paper"]
        drawn.append(
            Markup('<div class="{}" style="background:{}">{}</div>').format(
                theme, ground, figure_svg(figure, name=name, title=f"{panel.question} {drawing.summary}")
            )
        )
    return Markup("<figure><figcaption><b>{}</b> {}</figcaption>{}</figure>").format(
        panel.question, drawing.summary, Markup("").join(drawn)
    )


def _value(reading: Reading) -> str:
    return reading.value if isinstance(reading.value, str) else in_words(reading.value, reading.unit)
