"""The tries tab: all tries of a bench across its controls and readings, and two of them side by side."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from dashboard.layouts.bench.figures import graph
from dashboard.layouts.ledger.parts import choice, figure_section, nothing_yet, rows_table
from dashboard.layouts.parts import Component, shape
from dashboard.layouts.static_html import STATIC
from dashboard.rendering.figures.style import Screen
from dashboard.rendering.ledger_figures import tries_figure
from dashboard.student.analytics.tries import BenchTries, Comparison, Difference, TryRecord, compare
from dashboard.web import ids
from tracks.api.figures import Figure

CHANGED = "The bench has changed since this try, so its figure cannot be drawn; what was recorded stands above."


def tries_tab(tries: Sequence[BenchTries], screen: Screen) -> list[Component]:
    """The tab's content, beginning with the bench whose try is the newest."""
    if not tries:
        return [nothing_yet("No try is recorded yet; a bench opens its instruments after the lock.")]
    newest = max(tries, key=lambda item: item.tries[-1].sequence)
    options = {item.place.key: f"{item.place.track_name}, {item.place.bench_name}" for item in tries}
    return [
        html.H2("Tries"),
        html.Div(choice(ids.LEDGER_TRIES_BENCH, "Bench", options, newest.place.key), className="ledger-filters"),
        html.Div(explorer(newest, screen), id=ids.LEDGER_TRIES),
    ]


def explorer(tries: BenchTries, screen: Screen) -> list[Component]:
    """All tries of one bench, and the choice of two."""
    numbers = {f"{item.number}": f"Try {item.name}: {item.outcome}" for item in tries.tries}
    one, other = first_pair(tries)
    if one is other:
        hint = html.P("With a second try two can be compared here.", className="hint")
        return [ways(tries, one, other, screen), hint]
    return [
        html.Div(ways(tries, one, other, screen), id=ids.LEDGER_WAYS),
        html.H3("Two tries side by side"),
        html.Div(
            [
                choice(ids.LEDGER_TRY_ONE, "One", numbers, f"{one.number}"),
                choice(ids.LEDGER_TRY_OTHER, "Other", numbers, f"{other.number}"),
            ],
            className="ledger-filters",
        ),
        html.Div(compared(compare(one, other)), id=ids.LEDGER_COMPARED),
        html.Div(id=ids.LEDGER_DRAWN, className="ledger-pair"),
    ]


def ways(tries: BenchTries, one: TryRecord, other: TryRecord, screen: Screen) -> Component:
    """The figure of all tries, two of them marked."""
    return figure_section("tries", tries_figure(tries, [one.number, other.number], screen))


def first_pair(tries: BenchTries) -> tuple[TryRecord, TryRecord]:
    """Return the two tries that are compared first: the first, and the one that is carried or else the newest."""
    first = tries.tries[0]
    other = next((item for item in tries.tries if item.is_carried), tries.tries[-1])
    return first, other if other is not first else tries.tries[-1]


def compared(found: Comparison) -> Component:
    """What differs between two tries: controls, readings, and both in a sentence."""
    heads = ("", f"Try {found.one.name}", f"Try {found.other.name}", "Change")
    return html.Div(
        [
            html.P(found.sentence, className="answer"),
            rows_table("Controls that differ", ("Control", *heads[1:]), [_row(item) for item in found.controls]),
            rows_table("Readings that differ", ("Reading", *heads[1:]), [_row(item) for item in found.readings]),
        ],
        className="ledger-comparison",
        **STATIC,
    )


def _row(item: Difference) -> tuple[Component, ...]:
    values = [
        [shape(level), f" {text}"] if level else text
        for level, text in zip(item.levels, (item.one, item.other), strict=True)
    ]
    return (item.label, *values, item.change or "–")


def drawn_pair(drawings: Sequence[tuple[TryRecord, str, Figure | None, str]]) -> list[Component]:
    """Both tries' figures, each (try, question, figure or None, sentence)."""
    return [
        html.Section(
            [
                html.H4(f"Try {item.name}: {question}" if question else f"Try {item.name}"),
                html.P(sentence, className="answer"),
                graph(ids.ledger_figure(f"try_{side}"), figure, name=f"Try {item.name}: {question}")
                if figure is not None
                else None,
            ],
            className="ledger-figure",
        )
        for side, (item, question, figure, sentence) in zip(("one", "other"), drawings, strict=True)
    ]
