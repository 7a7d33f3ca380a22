"""A figure's table as a file: the table's own numbers, their units, and the state above them."""

from __future__ import annotations

import csv
import io

import pytest

from dashboard.rendering.table_csv import table_csv
from tests.http_student import Student, said
from tracks.api.controls import Slider
from tracks.api.figures import Table
from tracks.api.quantities import PREFIXES
from tracks.loading.registry import Registry

SCALED = [
    name for rows in PREFIXES.values() for _, _, name in rows if len(name) == 2 and name.endswith(("B", "J", "W"))
]


def read(text: str) -> tuple[list[list[str]], list[list[str]]]:
    """The settings and the table, heads first, as any reader of RFC 4180 sees them."""
    assert text.replace("\r\n", "").count("\n") == 0
    rows = list(csv.reader(io.StringIO(text, newline="")))
    first, second = (n for n, row in enumerate(rows) if not row)
    return rows[first + 1 : second], rows[second + 1 :]


@pytest.mark.parametrize("key", ["cloud_titan/memory", "edge_guardian/paradox", "tiny_pioneer/crisis"])
def test_every_file_is_its_table_to_the_last_digit(student: Student, registry: Registry, key: str) -> None:
    """What a reader of the file has are the very numbers that the model computed, under every control."""
    student.lock_all(key)
    bench, track = student.bench(key), registry.track(key.split("/")[0])
    state = bench.defaults()
    outcome = bench.run(track, state)
    views = [(panel.id, view.id) for panel in bench.panels for view in (panel, *panel.views)]
    for panel, view in views:
        settings, rows = read(student.csv(key, panel, state, views={panel: view}))
        table = outcome.panels[view].table()
        assert tuple(rows[0]) == table.columns, view
        assert len(rows) == len(table.rows) + 1
        for written, row in zip(rows[1:], table.rows, strict=True):
            values = [cell if isinstance(cell, str) else float(cell) for cell in row]
            assert [t if isinstance(c, str) else float(t) for t, c in zip(written, row, strict=True)] == values
        assert not [head for head in rows[0] if head.split(", ")[-1] in SCALED], "a number in B has a head in B"
        assert settings[0] == ["setting", "value", "unit"]
        assert [row[0] for row in settings[1:]] == [control.label for control in bench.controls]
        numbers = [c for c in bench.controls if isinstance(c, Slider)]
        assert [float(row[1]) for c, row in zip(bench.controls, settings[1:], strict=True) if c in numbers] == [
            state[c.id] for c in numbers
        ]


def test_the_settings_are_those_on_the_page_and_a_total_over_the_budget_is_whole(student: Student) -> None:
    """The drawing cuts the bar at the budget (684 GB); what the step takes is what the table says."""
    key = "cloud_titan/memory"
    student.lock_all(key)
    state = {**student.bench(key).defaults(), "rank": 16}
    settings, rows = read(student.csv(key, "on_device_memory_waterfall", state))
    label = student.bench(key).control_map()["rank"].label
    assert [row[1] for row in settings if row[0] == label] == ["16"]
    by_part = {row[0]: float(row[1]) for row in rows[1:]}
    parts = [by_part[name] for name in ("Weights", "Gradients", "Optimizer", "Activations")]
    assert by_part["Total"] == pytest.approx(sum(parts), rel=1e-12)
    assert by_part["Total"] > by_part["Budget"]


def test_a_text_that_a_spreadsheet_would_run_is_disarmed_and_numbers_stay(registry: Registry) -> None:
    bench = registry.bench("edge_guardian", "paradox")
    texts = ("=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", '=HYPERLINK("x","y")')
    harmless = ('5" wide', "a, b", "a\rb", "plain – text")
    numbers = (-3.5, 1e-9, 0, 0.1 + 0.2, 684166500000.0)
    table = Table(columns=("cell, B",), rows=tuple((cell,) for cell in (*texts, *harmless, *numbers)))
    _, rows = read(table_csv("t", bench, bench.defaults(), table))
    written = [row[0] for row in rows[1:]]
    assert written[: len(texts)] == [f"'{text}" for text in texts]
    assert written[len(texts) : -len(numbers)] == list(harmless)
    assert [float(text) for text in written[-len(numbers) :]] == list(numbers)


def test_before_the_lock_there_is_no_file(student: Student) -> None:  # N1
    key = "cloud_titan/memory"
    answer = student.ask_csv(key, "on_device_memory_waterfall", student.bench(key).defaults())
    assert answer.status_code == 403
    assert said(answer) == '{"error": "Lock your prediction first; the instruments open after it."}'


def test_no_file_of_what_is_not_there(student: Student) -> None:
    key = "cloud_titan/memory"
    student.lock_all(key)
    state = student.bench(key).defaults()
    assert student.ask_csv(key, "no_such_panel", state).status_code == 422
    assert student.ask_csv(key, "on_device_memory_waterfall", state, clicks=0).status_code == 204
