"""The designers' page: which plugins were found, which were left out, and why."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from dashboard.layouts.parts import Component, plain_header, shape, track_mark
from tracks.api.bench import Bench
from tracks.api.track import Track
from tracks.loading.closely import texts_in
from tracks.loading.registry import PluginRecord, Registry


def designer(registry: Registry, *, texts: bool = False) -> Component:
    """Failures first, then every plugin, then each track with its benches and where it came from.

    ``texts`` adds every preset and every text of a plugin's benches, answers among them: for an author alone.
    """
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
                                        html.Td(
                                            str(len(bench.controls)), className="number", **{"data-head": "Controls"}
                                        ),
                                        html.Td(
                                            ", ".join(bench.failures) or "none declared", **{"data-head": "Failures"}
                                        ),
                                    ]
                                )
                                for bench in registry.benches(track.id)
                            ]
                        ),
                    ],
                    className="data-table bench-table",
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
                    *_plugins([item for item in used if item.kind != "built-in"]),
                    *tracks,
                    *(_texts_of_plugins(registry) if texts else []),
                ],
                className="page",
                id="content",
                tabIndex=-1,
            ),
        ],
        **{"data-title": "Plugins · edgelab"},
    )


def _plugins(used: Sequence[PluginRecord]) -> list[Component]:
    """Return a table of the plugins in use: what each brings, how long it took to load, what it printed."""
    if not used:
        return []
    heads = ("Plugin", "From", "Brings", "Time to load", "Printed")
    rows = [
        html.Tr(
            [
                html.Th(item.name, scope="row"),
                html.Td(item.origin),
                html.Td(", ".join((*item.tracks, *item.benches)), **{"data-head": heads[2]}),
                html.Td(f"{item.seconds:.1f} s", className="number", **{"data-head": heads[3]}),
                html.Td(_printed(item), **{"data-head": heads[4]}),
            ],
            **{"data-plugin": item.name},
        )
        for item in used
    ]
    return [
        html.H2("Plugins in use"),
        html.P(["Whether their benches are good ones: ", html.Code("edgelab tracks check FILE"), "."]),
        html.Table(
            [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)],
            className="data-table bench-table",
        ),
    ]


def _printed(item: PluginRecord) -> Component:
    printed = "" if item.process is None else "".join(item.process.printed).strip()
    return html.Pre(printed[-2000:]) if printed else "nothing"


def _texts_of_plugins(registry: Registry) -> list[Component]:
    """Return every preset and text of the benches that plugins bring, as a student meets them."""
    own = [item for item in registry.found if item.kind != "built-in" and not item.reason]
    tracks = {name for item in own for name in item.tracks}
    benches = {name for item in own for name in item.benches}
    parts: list[Component] = []
    for track in registry.tracks.values():
        for bench in registry.benches(track.id):
            is_crisis = track.crisis is not None and track.id in tracks and bench.id == track.crisis.id
            if bench.id in benches or is_crisis:
                parts.append(_texts_of(track, bench))
    return [html.H2("Presets and texts"), *parts] if parts else []


def _texts_of(track: Track, bench: Bench) -> Component:
    known = bench.control_map()
    presets = [
        html.Li(
            f"{preset.label}: "
            + ", ".join(f"{known[name].label} {known[name].text(value)}" for name, value in preset.values.items())
        )
        for preset in bench.presets
    ]
    said = [
        html.Tr([html.Th(name.lstrip("."), scope="row"), html.Td(text)])
        for name, text in texts_in(bench)
        if text.strip() and not name.endswith((".id", ".kind"))
    ]
    expected = [html.Li(f"{check}: {reason}") for check, reason in bench.expected_failures.items()]
    return html.Details(
        [
            html.Summary(f"{track.name}: {bench.title}"),
            html.H3("Presets"),
            html.Ul(presets) if presets else html.P("none"),
            *([html.H3("Checks that it means to fail"), html.Ul(expected)] if expected else []),
            html.H3("Texts"),
            html.Table(html.Tbody(said), className="data-table"),
        ],
        **{"data-texts": f"{track.id}/{bench.id}"},
    )
