"""The gain by rank as a script: run by a plain Python with numpy alone, it prints the numbers of the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.sweeps import swept
from tests.tracks.cloud_titan.flood.states import BENCH, NODE, ON_TITAN, TITAN, setting
from tests.tracks.scripts import IMAGE, check_plain, printed
from tracks.cloud_titan.flood.model.quality import gains
from tracks.cloud_titan.flood.state import evaluate

STATES = ({}, {"rank": 64, "targets": "all"}, {"rank": 4, "targets": "qv"})


def script(**values: float | str) -> str:
    """The script of the start with some values replaced."""
    text: str = BENCH.script(TITAN, seed=0, **ON_TITAN.state(**values))
    return text


@pytest.mark.parametrize("values", swept(STATES, kept=STATES[:1]))
def test_the_script_prints_what_each_rank_and_the_adapter_gain_on_the_page(values, tmp_path: Path):
    head, without, *rows, adapter = printed(script(**values), tmp_path)
    table = gains(NODE.fleet_seed, NODE.alpha)
    assert head.split() == ["rank", "own", "gained"]
    assert float(without.split()[1]) == pytest.approx(table.shared, abs=IMAGE)
    found = np.array([[float(number) for number in row.split()] for row in rows])
    np.testing.assert_array_equal(found[:, 0], range(1, len(table.by_rank) + 1))
    np.testing.assert_allclose(found[:, 1], table.by_rank, atol=IMAGE)
    np.testing.assert_allclose(found[:, 2], 100 * (np.array(table.by_rank) - table.shared), atol=100 * IMAGE)
    assert float(adapter.split()[-1]) == pytest.approx(evaluate(TITAN, setting(**values)).results.gain, abs=100 * IMAGE)


def test_the_script_is_short_and_needs_numpy_alone():
    text = script()
    assert text.startswith(f'"""{TITAN.name}. {BENCH.title}\n')
    check_plain(text)
