"""What the tabs of the ledger are built from: a figure with its sentence and table, plain tables, and choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import dash_bootstrap_components as dbc
from dash import html

from dashboard.layouts.bench.figures import graph, table_view
from dashboard.layouts.parts import Component, icon, shape
from dashboard.layouts.static_html import STATIC
from dashboard.rendering.ledger_figures import LedgerFigure
from dashboard.web import ids


def figure_section(name: str, drawn: LedgerFigure, *, heading: Component = None) -> Component:
    """A figure with its question, its sentence, and the same as a table, folded where there is a figure."""
    table = table_view(drawn.table, caption=drawn.question) if drawn.table.rows else None
    if drawn.figure is None:
        body: list[Component] = [html.Div(table, **STATIC) if table else None]
    else:
        place = html.Div(
            graph(ids.ledger_figure(name), drawn.figure, name=f"{drawn.question} {drawn.sentence}"),
            className="ledger-graph",
            style={"--tall": f"{drawn.height}px"},
        )
        body = [place, folded("As a table", table)]
    return html.Section(
        [heading or html.H3(drawn.question), html.P(drawn.sentence, className="answer"), *body],
        className="ledger-figure",
        **{"data-figure": name},
    )


def folded(title: str, content: Component) -> Component:
    """Something that is looked up, folded under its title."""
    return html.Details([html.Summary([icon("chevron-right"), title]), content], className="ledger-fold", **STATIC)


def rows_table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[Component]]) -> Component:
    """A table whose first cell of each row names the row."""
    head = html.Thead(html.Tr([html.Th(text, scope="col") for text in columns]))
    body = html.Tbody([html.Tr([html.Th(row[0], scope="row"), *[html.Td(cell) for cell in row[1:]]]) for row in rows])
    return html.Div(
        html.Table([html.Caption(caption, className="visually-hidden"), head, body], className="data-table"),
        className="table-scroll",
        tabIndex=0,
        role="region",
        **{"aria-label": caption},
    )


def choice(component_id: str, label: str, options: Mapping[str, str], value: str) -> Component:
    """A labelled list to choose from, by id and text."""
    return html.Div(
        [
            html.Label(label, htmlFor=component_id),
            dbc.Select(
                id=component_id,
                options=[{"label": text, "value": name} for name, text in options.items()],
                value=value,
            ),
        ],
        className="ledger-choice",
    )


def moment(time: datetime, *, date: bool = False) -> Component:
    """A moment, in UTC until the browser writes it in its own time (``dashboard/scripts/page/arrivals.js``)."""
    text = f"{time:%d %b} {time:%H:%M}" if date else f"{time:%H:%M}"
    return html.Time(text, dateTime=time.isoformat(timespec="seconds"), **{"data-moment": "date" if date else "time"})


def verdict(level: str, words: str) -> Component:
    """How something came out: shape and words."""
    return html.Span([shape(level), f" {words}"] if level else words, className="ledger-verdict")


def nothing_yet(sentence: str, *links: Component) -> Component:
    """What a part of the ledger says while it has nothing to show."""
    return html.Div([html.P(sentence), *links], className="ledger-empty")
