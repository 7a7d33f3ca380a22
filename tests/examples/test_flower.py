"""The convergence bench as a Flower app lands where the lab does."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from examples.flower import state
from tests import system_programs
from tests.tracks.missions.convergence.states import GUARDIAN
from tracks.common.proxy_fleet import problem

ROOT = Path(__file__).parents[2]


def test_the_app_learns_on_the_fleet_of_the_track():
    fleet = problem(GUARDIAN.track.fleet.seed, GUARDIAN.track.fleet.skew_alpha)
    found = state.edge_guardian()
    assert found.regularization == fleet.regularization
    for own, held in zip(found.partition, fleet.partition, strict=True):
        np.testing.assert_array_equal(own, held)


@pytest.mark.sweep
@pytest.mark.peers
def test_flower_lands_within_a_point():
    done = subprocess.run(
        [str(system_programs.PEERS), str(ROOT / "examples" / "flower" / "app.py"), "--rounds", "20"],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    table = done.stdout.partition("the lab\n")[2]  # before it, what Flower's processes print
    rows = np.array([line.split() for line in table.splitlines()], dtype=float)
    np.testing.assert_array_equal(rows[:, 0], range(21))
    np.testing.assert_allclose(rows[:, 1], rows[:, 2], atol=0.01)
    assert rows[-1, 1] > 0.9
