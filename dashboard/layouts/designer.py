"""The designers' page: which plugins were found, which were left out, and why."""

from __future__ import annotations

from dash import html

from dashboard.layouts.parts import Component, plain_header, shape, track_mark
from tracks.loading.registry import Registry


def designer(registry: Registry) -> Component:
    """Failures first, then each track with its benches and where it came from."""
    left_out = [item for item in registry.found if item.reason]
    used = [item for item in registry.found if not item.reason]
    counts = f"{len(used)} in use, {len(left_out)} left out." if left_out else f"{len(used)} plugins, all in use."
    failures = [
        html.Div(
            [
                shape("fail", size=24),
                html.B(item.name),
                html.Div([html.Code(item.origin), html.P(item.reason)]),
            ],
            className="left-out",
            **{"data-left-out": item.name},
        )
        for item in left_out
    ]
    origin = {track: item for item in used for track in item.tracks}
    tracks = [
        html.Section(
            [
                html.Div(
                    [
                        track_mark(track),
                        html.H2(track.name),
                        html.Span(f"{origin[track.id].kind}, {origin[track.id].origin}", className="hint"),
                    ],
                    className="card-name",
                ),
                html.Table(
                    [
                        html.Thead(
                            html.Tr([html.Th(t, scope="col") for t in ("Bench", "Title", "Controls", "Failures")])
                        ),
                        html.Tbody(
                            [
                                html.Tr(
                                    [
                                        html.Th(bench.id, scope="row"),
                                        html.Td(bench.title),
                                        html.Td(str(len(bench.controls)), className="number"),
                                        html.Td(", ".join(bench.failures) or "none declared"),
                                    ]
                                )
                                for bench in registry.benches(track.id)
                            ]
                        ),
                    ],
                    className="data-table",
                ),
            ]
        )
        for track in registry.tracks.values()
    ]
    return html.Div(
        [
            plain_header(),
            html.Main(
                [
                    html.H1("Plugins"),
                    html.P(counts, className="lead"),
                    *([html.H2("Left out"), *failures] if failures else []),
                    *tracks,
                ],
                className="page",
                id="content",
                tabIndex=-1,
            ),
        ],
        **{"data-title": "Plugins · edgelab"},
    )
