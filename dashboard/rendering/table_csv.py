"""A figure's table as CSV: the state it was computed in, then its rows with every digit."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from tracks.api.bench import Bench
from tracks.api.controls import Control, Slider, Value
from tracks.api.figures import Cell, Table

UNITS = {"share": "of 1", "iB": "B", "x": "times"}  # as the heads of the tables have them
_FORMULA = re.compile(r"[=+\-@\t\r]")  # how a text begins that a spreadsheet would run


def table_csv(title: str, bench: Bench, values: Mapping[str, Value], table: Table) -> str:
    """Return a table as RFC 4180 has it, under the value and the unit of every control.

    Numbers are written with all their digits and a decimal point, in the unit that the head names, not in one that
    is scaled.

    Parameters
    ----------
    title : str
        What the table is of; the first row.
    bench : Bench
        Whose controls are listed.
    values : Mapping[str, Value]
        The state, every control by its id.
    table : Table
        The rows.

    Returns
    -------
    str
        The file's text; three blocks, the title, the settings and the table, with an empty row between two.
    """
    settings = [_setting(control, values[control.id]) for control in bench.controls]
    rows: Sequence[Sequence[Cell]] = [
        (title,),
        (),
        ("setting", "value", "unit"),
        *settings,
        (),
        table.columns,
        *table.rows,
    ]
    return csv_text(rows)


def csv_text(rows: Iterable[Iterable[Cell]]) -> str:
    """Return rows as RFC 4180 has them; no text in them is run as a formula by a spreadsheet.

    Parameters
    ----------
    rows : Iterable[Iterable[Cell]]
        Texts, and numbers, which are written with all their digits and a decimal point.

    Returns
    -------
    str
        The file's text.
    """
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([[_cell(value) for value in row] for row in rows])
    return written.getvalue()


def unit_in_head(unit: str) -> str:
    """Return a unit as heads of columns have it: that in which a number stands there, which is not a scaled one."""
    return UNITS.get(unit, unit)


def _setting(control: Control, value: Value) -> tuple[Cell, Cell, Cell]:
    if isinstance(control, Slider):
        return control.label, float(value), unit_in_head(control.unit)
    return control.label, control.text(value), ""


def _cell(value: Cell) -> str:
    """Return a number with all its digits, and a text that no spreadsheet runs as a formula."""
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
