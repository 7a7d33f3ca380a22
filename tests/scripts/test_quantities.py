"""Numbers are written and read alike on both sides: one table, one file of cases, and any state in between."""

from __future__ import annotations

import json
import math
import subprocess
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.rendering.texts import control_spec
from tools.bundle import units
from tools.bundle.node import node
from tracks.api.controls import Slider
from tracks.api.quantities import PREFIXES, in_words, read_quantity, three_digits

SCRIPTS = Path(__file__).parents[2] / "dashboard" / "scripts"
CASES = json.loads(units.CASES.read_text(encoding="utf-8"))


def in_browser(module: str, function: str, calls: list[list]) -> list:
    """What a script's function returns for each list of arguments, run by node."""
    program = (
        f"import {{ {function} }} from {json.dumps((SCRIPTS / module).as_uri())};"
        "import { readFileSync } from 'node:fs';"
        f"console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(each => {function}(...each))));"
    )
    run = subprocess.run(
        [node(), "--input-type=module", "-e", program], input=json.dumps(calls), capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_the_browsers_table_is_the_servers() -> None:
    assert units.TABLE.read_text(encoding="utf-8") == units.table(), units.REWRITE


def test_the_stored_cases_are_what_the_server_writes_and_reads() -> None:
    assert units.CASES.read_text(encoding="utf-8") == units.cases_text(), units.REWRITE


@pytest.mark.parametrize("unit", [*PREFIXES, "steps", ""])
def test_every_unit_has_cases(unit: str) -> None:
    assert len([case for case in CASES["written"] if case[1] == unit]) > 100


@given(st.integers(1, 10**7), st.integers(-3, 2))
def test_three_digits_are_rounded_as_decimals_are(digits: int, exponent: int) -> None:
    """An independent method: exact decimals, halves upwards; a whole number below 10 000 keeps all of its digits."""
    exact = Decimal(digits).scaleb(exponent)
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - 2), ROUND_HALF_UP)
    if exact < 10_000 and exact == int(exact):
        rounded = exact
    assert float(three_digits(float(exact)).replace("\u202f", "")) == float(rounded)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(999.5, "B", "1\u00a0kB"), (0.125, "share", "12.5%"), (1e10, "steps", "10¹⁰\u00a0steps"), (0.0, "s", "0\u00a0s")],
)
def test_an_edge_is_written_as_one_would_by_hand(value: float, unit: str, text: str) -> None:
    assert in_words(value, unit) == text


def test_any_number_is_written_alike() -> None:
    values = [m * 10.0**e for e in range(-9, 17) for m in (1, 1.5, 2.345, 7.775, 9.995, 9.996)]
    values += [sign * n / 8 for n in range(0, 8200, 7) for sign in (1, -1)]  # halves that floats hold exactly
    calls = [[value, unit] for unit in (*PREFIXES, "steps") for value in values]
    assert in_browser("numbers/write.js", "inWords", calls) == [in_words(value, unit) for value, unit in calls]


def test_what_the_server_writes_the_browser_reads_as_the_server() -> None:
    calls = [[in_words(n / 7, unit), unit] for unit in PREFIXES for n in range(1, 10_000, 97)]
    read = in_browser("numbers/read.js", "read", calls)
    assert read == pytest.approx([read_quantity(text, unit) for text, unit in calls], rel=1e-15)


def test_a_slider_means_the_same_value_on_both_sides(registry) -> None:
    calls, expected = [], []
    for track in registry.tracks:
        for bench in registry.benches(track):
            for control in bench.controls:
                if not isinstance(control, Slider):
                    continue
                low, high = (math.log10(v) if control.scale == "log" else v for v in (control.minimum, control.maximum))
                steps = int((high - low) / control.step + 1e-9)
                for step in range(0, steps + 1, max(1, steps // 60)):
                    calls.append([control_spec(control), low + step * control.step])
                    expected.append(control.value_at(low + step * control.step))
    assert len(calls) > 3000
    assert in_browser("controls/values.js", "valueAt", calls) == pytest.approx(expected, rel=1e-9)
