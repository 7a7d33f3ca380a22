"""The instruments: one row a control, built from what the bench declares."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.layouts.bench.predict import heading, segmented
from dashboard.layouts.parts import Component, icon
from dashboard.layouts.static_html import STATIC
from dashboard.rendering.offers import ShownOffer
from dashboard.rendering.texts import advanced_line, control_spec
from dashboard.web import ids
from tracks.api.bench import Bench
from tracks.api.controls import Choice, Control, Slider, Value
from tracks.api.quantities import in_words, quantity
from tracks.loading.terms import term_of

TRACK, LETTER = 280, 6.5  # px: of the shortest track that shows its ends, and of a character below it
BOX = 8  # characters that fit a number box beside its unit
_AGREEMENTS = ("agreements_asked", "agreements", "agreements_shown")  # what the second engine says of the tries


def explore_section(
    key: str, bench: Bench, offers: Sequence[ShownOffer], *, is_unlocked: bool, opens: str = ""
) -> list[Component]:
    """The rail's second section: presets, undo, every control, where the advanced ones hide, and Record this try.

    ``offers`` is what earlier benches decided, to be taken over by a press. ``opens`` says when the section opens,
    where it is not open yet.
    """
    values = bench.defaults()
    primary = [c for c in bench.controls if c.group == "primary"]
    advanced = [c for c in bench.controls if c.group == "advanced"]
    rows = [control_row(key, c, values[c.id], is_unlocked=is_unlocked) for c in primary]
    if advanced:
        hidden = [control_row(key, c, values[c.id], is_unlocked=is_unlocked) for c in advanced]
        summary = [icon("chevron-right", size=14), html.B("Advanced"), _hint(bench, values, is_unlocked, len(advanced))]
        rows.append(html.Details([html.Summary(summary), html.Div(hidden, className="rows")], className="advanced"))
    head: Any = _head_tools(key, bench) if is_unlocked else html.Span([icon("lock", size=13), f" {opens}"])
    previews = bench.preview is not None
    return [
        heading("B", "Explore", head),
        *(_preset_notes(bench) if is_unlocked else ()),
        *([_offer(item) for item in offers] if is_unlocked else []),
        html.Div(rows, className="rows"),
        _sources(bench) if is_unlocked else None,
        html.P(className="what-if", **{"data-paint": "what_if"}),
        html.Div(
            [
                html.Button(
                    "Record this try",
                    className="btn primary wide record",
                    disabled=not is_unlocked,
                    **{"data-do": "record"},
                ),
                html.P(className="recorded", **STATIC, **{"data-recorded": "", "aria-hidden": "true"}),
            ],
            className="record-line",
        ),
        dcc.Store(id=ids.slot(key, "spec"), data={c.id: control_spec(c, preview=previews) for c in bench.controls}),
        dcc.Store(id=ids.slot(key, "presets"), data={p.id: dict(p.values) for p in bench.presets}),
        dcc.Store(id=ids.slot(key, "command")),
        dcc.Store(id=ids.slot(key, "moving"), data=False),
        dcc.Store(id=ids.slot(key, "action")),
        dcc.Store(id=ids.slot(key, "compare"), data=[]),
        dcc.Store(id=ids.slot(key, "opinion")),
        *[dcc.Store(id=ids.slot(key, name)) for name in (_AGREEMENTS if bench.second_opinion else ())],
        *[dcc.Store(id=ids.control(key, c.id), data=values[c.id]) for c in bench.controls],
    ]


def _hint(bench: Bench, values: Mapping[str, Value], is_unlocked: bool, count: int) -> Component:
    if not is_unlocked:
        return html.Span(f"{count} more", className="advanced-line")
    return html.Span(advanced_line(bench, values), className="advanced-line", **{"data-paint": "advanced"})


def _head_tools(key: str, bench: Bench) -> Component:
    tools: list[Component] = []
    if bench.presets:
        options = [{"label": preset.label, "value": preset.id} for preset in bench.presets]
        tools.append(html.Label("Preset", htmlFor=ids.dom(ids.slot(key, "preset")), className="visually-hidden"))
        tools.append(
            dbc.Select(
                id=ids.slot(key, "preset"),
                options=options,
                placeholder="Preset",
                value="",
                className="preset",
            )
        )
    for name, picture, words in (("undo", "arrow-90deg-left", "Undo"), ("redo", "arrow-90deg-right", "Redo")):
        tools.append(
            html.Button(
                [icon(picture), html.Span(words, className="visually-hidden")],
                className="quiet-button icon-button",
                title=words,
                disabled=True,
                **{"data-do": name},
            )
        )
    tools.append(html.Button("Reset", className="quiet-button", **{"data-do": "reset"}))
    link = {"data-do": "link", "aria-label": "Link: copy the address of this setting"}
    tools.append(html.Button("Link", className="quiet-button", title="Copy the address of this setting", **link))
    return html.Span(tools, className="head-tools")


def _sources(bench: Bench) -> Component:
    """Where the defaults of the controls come from, folded."""
    named = [(control.label, control.source) for control in bench.controls if control.source]
    if not named:
        return None
    items = [html.Li([html.B(label), f" {source}"]) for label, source in named]
    summary = html.Summary([icon("chevron-right", size=14), html.B("Where the defaults come from")])
    return html.Details([summary, html.Ul(items, className="hint default-sources")], className="fold", **STATIC)


def _preset_notes(bench: Bench) -> list[Component]:
    """What the author says of each preset; the page shows that of the one that was chosen."""
    return [
        html.P([html.B(f"{item.label}: "), item.note], hidden=True, className="hint preset-note", role="status",
               **STATIC, **{"data-preset-note": item.id})
        for item in bench.presets
        if item.note
    ]  # fmt: skip


def _offer(shown: ShownOffer) -> Component:
    """What an earlier bench decided: a press that takes all of it over, with what it does, or why it does not fit."""
    offer = shown.offer
    if offer.misfit:
        words = f"What you carried from {offer.title} is not taken over. {offer.misfit}."
        return html.P([icon("arrow-right", size=14), f" {words}"], className="carried-line hint")
    if not offer.text:
        words = f"What you carried from {offer.title} is where this bench starts."
        return html.P([icon("arrow-right", size=14), f" {words}"], className="carried-line hint")
    return html.Button(
        [
            html.Span(f"Use what you carried from {offer.title}: {offer.text}", className="offer-name"),
            html.Span(f"At the start: {shown.consequence}", className="offer-consequence"),
        ],
        className="outline offer",
        **{"data-do": "set", "data-values": json.dumps(dict(offer.values)), "aria-pressed": "false"},
    )


def control_row(key: str, control: Control, value: Value, *, is_unlocked: bool) -> Component:
    """One control: label, reset, box or options; a slider with its ends and its default below."""
    if isinstance(control, Slider):
        return _slider_row(key, control, float(value), is_unlocked=is_unlocked)
    label_id = ids.dom(ids.instrument(key, control.id)) + "-label"
    if isinstance(control, Choice):
        body: Component = html.Div(
            segmented(ids.instrument(key, control.id), control.options, str(value), disabled=not is_unlocked),
            role="group",
            **{"aria-labelledby": label_id},
        )
    else:
        body = dbc.Switch(
            id=ids.instrument(key, control.id),
            value=bool(value),
            label="",
            disabled=not is_unlocked,
            className="switch",
        )
    label = html.Span(control.label, id=label_id, className="control-label")
    top = html.Div([label, _term(control), _reset(control)], className="top", **STATIC)
    cards = _option_cards(control) if isinstance(control, Choice) else None
    return html.Div([top, body, cards], className=_row_class(control), **_row_data(control))


def _option_cards(choice: Choice) -> Component:
    """What each option means, side by side; controls.css dims those that are not chosen."""
    if not any(option.points for option in choice.options):
        return None
    cards = [
        html.Div(
            [
                html.B(option.text),
                html.Dl([part for name, text in option.points for part in (html.Dt(name), html.Dd(text))]),
            ],
            className="option-card",
            **{"data-option": option.id},
        )
        for option in choice.options
    ]
    return html.Div(cards, className="option-cards", **STATIC)


def _row_class(control: Control) -> str:
    return f"control {control.role}"


def _row_data(control: Control) -> dict[str, Any]:
    return {"data-control": control.id}


def _term(control: Control) -> Component:
    """The button that opens what the glossary says of a control's term, beside its name."""
    term = term_of(control.label)
    if term is None:
        return None
    told = {"data-do": "term", "data-term": term.name, "aria-label": f"What is {term.name}?", "aria-haspopup": "dialog"}
    return html.Button("?", className="term-button", **STATIC, **told)


def _reset(control: Control) -> Component:
    words = f"Back to the default of {control.label}"
    return html.Button(
        [icon("arrow-counterclockwise", size=14), html.Span(words, className="visually-hidden")],
        className="reset",
        title=words,
        hidden=True,
        **STATIC,
        **{"data-do": "default"},
    )


def slider_track(own: ids.Id, slider: Slider, value: float, *, is_disabled: bool = False) -> list[Component]:
    """What a hand moves, of that id, with the slider's ends and its default below."""
    low, high = slider.position(slider.minimum), slider.position(slider.maximum)
    at = (slider.position(slider.default) - low) / (high - low)
    ends = [in_words(end, slider.unit) for end in (slider.minimum, slider.maximum)]
    usual = f"default {in_words(slider.default, slider.unit)}"
    free = TRACK - LETTER * len(usual)  # beside the default's words, which stand as far along as the default
    is_hit = [side * free < LETTER * len(end) for side, end in zip((at, 1 - at), ends, strict=True)]
    return [
        html.Div(
            [
                dcc.Input(
                    id=own,
                    type="range",
                    min=low,
                    max=high,
                    step=slider.step,
                    value=slider.position(value),
                    disabled=is_disabled,
                    className="range",
                    style={"--fill": f"{at * 100:.2f}%"},
                ),
                html.Span(className="default-tick", style={"--at": f"{at:.4f}"}),
            ],
            className="track",
        ),
        html.Div(
            [
                html.Span(ends[0], className="end" + (" gone" if is_hit[0] else "")),
                html.Span(usual, className="default-text"),
                html.Span(ends[1], className="end" + (" gone" if is_hit[1] else "")),
            ],
            className="ends",
            **STATIC,
            style={"--at": f"{at:.4f}"},
        ),
    ]


def _range(slider: Slider) -> str:
    """Where a slider ends and begins, for who does not see its ends."""
    least, most, usual = (in_words(each, slider.unit) for each in (slider.minimum, slider.maximum, slider.default))
    return f"From {least} to {most}, default {usual}."


def _slider_row(key: str, slider: Slider, value: float, *, is_unlocked: bool) -> Component:
    own, box = ids.slider(key, slider.id), ids.number_box(key, slider.id)
    label_id = ids.dom(own) + "-label"
    number, unit = quantity(value, slider.unit)
    longest = max(len(quantity(each, slider.unit)[0]) for each in (slider.minimum, slider.maximum))
    role = html.Span("environment", className="role-note") if slider.role == "environment" else None
    return html.Div(
        [
            html.Div(
                [
                    html.Label([slider.label, role], htmlFor=ids.dom(own), id=label_id, className="control-label"),
                    _term(slider),
                    _reset(slider),
                    html.Div(
                        [
                            dcc.Input(
                                id=box,
                                type="text",
                                inputMode="decimal" if slider.minimum >= 0 else "text",
                                value=number,
                                debounce=True,
                                maxLength=30,
                                disabled=not is_unlocked,
                            ),
                            html.Span(unit, className="suffix", **{"data-suffix": slider.id, "aria-hidden": "true"}),
                            html.Span(_range(slider), hidden=True, **{"data-describes": ids.dom(box)}),
                        ],
                        className="box is-wide" if longest > BOX else "box",
                    ),
                ],
                className="top",
            ),
            html.P(
                className="box-note",
                role="status",
                **STATIC,
                **{"data-box-note": "", "data-describes": ids.dom(box)},
            ),
            *slider_track(own, slider, value, is_disabled=not is_unlocked),
        ],
        className=_row_class(slider),
        **_row_data(slider),
    )
