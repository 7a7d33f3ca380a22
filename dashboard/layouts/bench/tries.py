"""The recorded tries: a table to pin, compare, restore and carry forward, and the way on when all are used."""

from __future__ import annotations

import json

from dash import dcc, html

from dashboard.layouts.bench.predict import heading
from dashboard.layouts.parts import Component, draft_note, draft_saved, icon, shape
from dashboard.layouts.static_html import STATIC
from dashboard.student.progress import EARNED_TRIES, Opinion, Progress, Try
from dashboard.web import ids
from tracks.api.bench import Bench
from tracks.api.outcome import Reading
from tracks.api.quantities import quantity

NO_BREAK, SHORT = "\u00a0", 3  # a longer unit may stand below its number
WAITING = "waiting"  # for the page's first look at what the second engine says of a try
WITH_HELP = "with help"
LEARNT_QUESTION = "What did you learn?"
_LEVELS = {"ok": "nothing fails", "warn": "a warning", "fail": "fails"}


def tries_section(
    key: str, bench: Bench, readings: dict[str, Reading], progress: Progress, *, message: str = ""
) -> list[Component]:
    """The rail's third section.

    Args:
        readings: the bench's readings by id, for the heads of the columns. message: what could not be done, and why.
    """
    count = len(progress.tries)
    pips = html.Span(
        [html.Span(className="pip" + (" used" if n < count else "")) for n in range(progress.limit)],
        className="pips",
        **{"aria-hidden": "true"},
    )
    compare = html.Button("Compare", className="quiet-button", **{"data-do": "compare", "aria-pressed": "false"})
    right = [f"{count} of {progress.limit}", pips, *([compare] if count else [])]
    parts: list[Component] = [heading("C", "Tries", html.Span(right, className="head-tools"))]
    if message:
        parts.append(html.P(message, className="problem"))  # scripts/tries/actions.js says it
    if not count:
        parts.append(html.P("Record a state worth keeping; exploring itself is free.", className="hint"))
    else:
        parts.append(_table(bench, readings, progress))
        parts.append(html.P(_carried_line(progress), className="hint carried-line"))
    parts = [html.Div(parts, **STATIC)]
    if count >= progress.limit:
        parts.append(_used_up(key, progress))
    return parts


def _table(bench: Bench, readings: dict[str, Reading], progress: Progress) -> Component:
    names = [name for name in bench.hud if name in readings]
    asks = bench.second_opinion is not None and any(item.won for item in progress.tries)
    head = [
        html.Th("Try", scope="col"),
        *[html.Th(readings[name].label, scope="col", className="number") for name in names],
        html.Th(
            [html.Span("Verdict", className="visually-hidden"), " 2nd engine" if asks else ""],
            scope="col",
            title=bench.second_engine if asks else "",
        ),
        html.Th(html.Span("Restore, carry", className="visually-hidden"), scope="col"),
    ]
    carried = progress.carried
    places = {act.id: number for number, act in enumerate(bench.acts, start=1)}
    rows = [
        _row(
            item,
            names,
            act=places.get(item.act or "", 0),
            second_engine=_second_engine(item, progress.opinions.get(item.number)) if asks else None,
            is_carried=carried is not None and item.number == carried.number,
        )
        for item in progress.tries
    ]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="tries")
    return html.Div(table, className="tries-scroll")


def _second_engine(item: Try, opinion: Opinion | None) -> Component:
    """Whether the second engine agrees with a try that won; the page asks about what is not known yet."""
    if not item.won:
        return None
    word, words = (opinion.word, opinion.words) if opinion else (WAITING, "")
    number = str(item.number)
    return html.Span(word, title=words, className="agreement", **{"data-agreement": number, "data-word": word})


def _row(item: Try, names: list[str], *, act: int, second_engine: Component, is_carried: bool) -> Component:
    cells = [html.Td(_number(item, name), className="number") for name in names]
    level = "won" if item.won else _LEVELS.get(item.level, item.level)
    level = f"{level}, {WITH_HELP}" if item.helped else level
    what_if = f", what if: {', '.join(item.what_if)}" if item.what_if else ""
    words = f"{f'act {act}, ' if act else ''}{level}{': ' + item.binding if item.binding else ''}{what_if}"
    verdict = html.Td(
        [shape(item.level), html.Span(f"act {act}", className="with-help", **{"aria-hidden": "true"}) if act else None,
         html.Span("?", className="what-if-mark") if item.what_if else None,
         html.Span(WITH_HELP, className="with-help", **{"aria-hidden": "true"}) if item.helped else None,
         html.Span(words, className="visually-hidden"), second_engine],
        title=words,
        className="verdict-cell",
    )  # fmt: skip
    number = str(item.number)
    pin = html.Button(
        number,
        className="try-number",
        title=f"Pin try {number}: draw it beside the current state",
        **{"data-do": "pin", "data-try": number, "aria-pressed": "false", "aria-label": f"Pin try {number}"},
    )
    restore = _tool("restore", "arrow-counterclockwise", f"Restore the controls of try {number}", number)
    carry = _tool("carry", "arrow-right", f"Carry try {number} forward", number, pressed=is_carried)
    return html.Tr(
        [
            html.Th(pin, scope="row"),
            *cells,
            verdict,
            html.Td([restore, carry], className="row-tools"),
        ],
        className="carried" if is_carried else "",
        **{
            "data-values": json.dumps(dict(item.values)),
            "data-won": str(item.won).lower(),
            "data-helped": str(item.helped).lower(),
        },
    )


def _number(item: Try, name: str) -> str:
    reading = item.readings.get(name)
    if reading is None:
        return "–"
    if isinstance(reading["value"], str):
        return str(reading["value"])
    number, unit = quantity(float(reading["value"]), str(reading["unit"]))
    if unit in ("%", "×"):
        return f"{number}{unit}"
    return f"{number}{NO_BREAK if len(unit) <= SHORT else ' '}{unit}".strip()


def _tool(action: str, picture: str, words: str, number: str, *, pressed: bool | None = None) -> Component:
    state = {} if pressed is None else {"aria-pressed": str(pressed).lower()}
    return html.Button(
        icon(picture, size=14),
        className="row-tool",
        title=words,
        **{"data-do": action, "data-try": number, "aria-label": words, **state},
    )


def _carried_line(progress: Progress) -> str:
    carried = progress.carried
    if carried is None:
        return ""
    chosen = "chosen by you" if progress.chosen == carried.number else "the newest"
    return f"Try {carried.number}, {chosen}, is what later parts carry."


def _used_up(key: str, progress: Progress) -> Component:
    if progress.earned:
        words = "Every try is used. Choose the one that is carried forward; exploring stays open."
        return html.Div([html.P(words, className="hint used-up"), draft_saved("learnt")])
    field = ids.writing(key, "learnt")
    return html.Div(
        [
            html.P(
                f"All {progress.limit} tries are used. Choose the one that is carried forward, or write what you "
                f"learnt for {EARNED_TRIES} more.",
                className="hint",
            ),
            html.Label(LEARNT_QUESTION, htmlFor=ids.dom(field)),
            dcc.Textarea(id=field, value="", maxLength=600, className="writing"),
            draft_note("learnt", []),
            html.Button("Earn two more tries", className="outline", **{"data-do": "learnt"}),
        ],
        className="used-up",
    )
