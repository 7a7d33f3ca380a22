"""The one place that makes a graph: a question, a sentence, the drawing, and the other ways to read it."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.layouts.parts import Component
from dashboard.rendering.figures.style import GRAPH_CONFIG
from dashboard.web import ids
from tracks.api.figures import Figure, Panel, Table
from tracks.api.quantities import three_digits


def graph(component_id: ids.Id, figure: Figure, *, name: str) -> Component:
    """Return a graph; every one in the lab comes from here, with plotly's uploading button off."""
    return html.Div(
        dcc.Graph(id=component_id, figure=figure, config=dict(GRAPH_CONFIG), responsive=True, style={"height": "100%"}),
        className="graph",
        role="img",
        **{"aria-label": name},
    )


def panel_section(
    key: str, panel: Panel, figure: Figure, *, summary: str, is_unlocked: bool, note: str = ""
) -> Component:
    """One panel of a bench."""
    footer: list[Any] = []
    if is_unlocked:
        footer = [
            html.Button("Table", id=ids.action(key, f"table_{panel.id}"), className="quiet-button", n_clicks=0,
                        **{"aria-expanded": "false", "aria-label": f"Table: {panel.question}"}),
            html.Button("CSV", id=ids.csv_button(key, panel.id), className="quiet-button", n_clicks=0,
                        **{"aria-label": f"CSV: {panel.question}"}),
            html.Button("PNG", className="quiet-button", **{"data-do": "png", "data-panel": panel.id,
                                                            "aria-label": f"PNG: {panel.question}"}),
            html.Span(note, className="figure-note"),
        ]  # fmt: skip
        footer = [*_switch(panel), *footer]
    return html.Section(
        [
            html.H2(panel.question),
            html.P(summary, className="answer", **({"data-paint": f"summaries.{panel.id}"} if is_unlocked else {})),
            graph(ids.figure(key, panel.id), figure, name=panel.question),
            html.Div(footer, className="figure-footer"),
            html.Div(id=ids.table(key, panel.id), className="table-place"),
            dcc.Store(id=ids.drawn(key, panel.id), data=panel.id) if panel.views else None,
        ],
        className="panel",
        **{"data-panel": panel.id},
    )


def _switch(panel: Panel) -> list[Component]:
    """The ways to draw a panel, as a joined row of buttons; one of them is pressed."""
    if not panel.views:
        return []
    buttons = [
        html.Button(
            view.label,
            className="quiet-button view",
            **{"data-do": "view", "data-panel": panel.id, "data-view": view.id, "aria-pressed": str(n == 0).lower()},
        )
        for n, view in enumerate((panel, *panel.views))
    ]
    return [html.Span(buttons, className="views", role="group", **{"aria-label": f"How to draw: {panel.question}"})]


def table_view(table: Table, *, caption: str) -> Component:
    """A drawing as a table that scrolls inside its own box."""

    def cell(value: float | int | str) -> Component:
        if isinstance(value, str):
            return html.Td(value)
        return html.Td(three_digits(float(value)), className="number", **{"data-value": repr(float(value))})

    head = html.Thead(html.Tr([html.Th(text, scope="col") for text in table.columns]))
    body = html.Tbody([html.Tr([cell(value) for value in row]) for row in table.rows])
    return html.Div(
        html.Table([html.Caption(caption, className="visually-hidden"), head, body], className="data-table"),
        className="table-scroll",
        tabIndex=0,
        role="region",
        **{"aria-label": caption},
    )
