"""The notebook of examples/notebook is run from its first cell to its last, and shows what it says."""

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.rendering.figures.style import Screen
from tests.plugins.downlink import BENCH
from tracks import BadValue, Outcome, SpecError
from tracks.edge_guardian import EDGE_GUARDIAN

NOTEBOOK = Path(__file__).parents[2] / "examples" / "notebook" / "benches.ipynb"


def last_values(notebook):
    """Run the code cells in one namespace, as a kernel does, and return what each shows."""
    namespace, shown = {}, []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, notebook.name, "exec"), namespace)
        if last is not None:
            shown.append(eval(compile(ast.Expression(last.value), notebook.name, "eval"), namespace))
    return shown


def test_the_notebook_runs_and_shows_outcomes():
    shown = last_values(NOTEBOOK)
    outcomes = [item for item in shown if isinstance(item, Outcome)]
    assert len(outcomes) == 2
    for outcome in outcomes:
        bundle = outcome._repr_mimebundle_()
        assert all(reading.label in bundle["text/plain"] for reading in outcome.readings)
        assert bundle["text/html"].count("<svg") == 2 * sum(1 for _ in outcome.panels)
    assert shown[-1] == 4.0  # one million phones, a 2 GB model each way: the docstring's example, in PB


def test_its_figures_are_those_of_the_page_in_both_themes():
    html = BENCH.on(EDGE_GUARDIAN).run(rate_bit_per_s=3e7)._repr_mimebundle_()["text/html"]
    for dark in (False, True):
        assert Screen(dark=dark).palette["paper"] in html
    assert "How long does a device listen?" in html
    assert html.count('class="light"') == html.count('class="dark"') == 3


def test_values_that_are_not_named_stand_at_their_defaults():
    bench = BENCH.on(EDGE_GUARDIAN)
    named = bench.run(codec="int8")
    assert named.readings == bench.run(EDGE_GUARDIAN, {**bench.defaults(), "codec": "int8"}).readings
    assert named.shown_as[2]["codec"] == "int8"


@pytest.mark.parametrize(
    ("bench", "values", "words"),
    [
        (BENCH, {}, "write bench.on"),
        (BENCH.on(EDGE_GUARDIAN), {"codek": "int8"}, "did you mean 'codec'?"),
        (BENCH.on(EDGE_GUARDIAN), {"codec": "zip"}, "codec"),
        (BENCH.on(EDGE_GUARDIAN), {"model_bytes": "many"}, "must be a number"),
    ],
)
def test_what_cannot_be_run_is_refused_in_a_sentence(bench, values, words):
    with pytest.raises((SpecError, BadValue), match=words):
        bench.run(**values)


def test_texts_of_an_author_are_shown_as_they_are_written():
    bench = replace(BENCH, title="<b>A & B</b>: which?").on(EDGE_GUARDIAN)
    assert "&lt;b&gt;A &amp; B" in bench.run()._repr_mimebundle_()["text/html"]
