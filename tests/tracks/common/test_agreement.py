"""What the page says of the network's agreement is what was measured, and the engines agree in 85 of 100 states."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tracks.missions.convergence.states import GUARDIAN, ON
from tracks.common.agreement import MEASURED, agreeing_states

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "benchmarks"))
from agreement import PAGE, Ends, page, wins  # noqa: E402 - the benchmarks are no package

FOUND = json.loads(MEASURED.read_text(encoding="utf-8"))


def test_the_page_of_the_documentation_is_what_was_measured():
    assert PAGE.read_text(encoding="utf-8") == page(FOUND)


@pytest.mark.parametrize("name", ON)
def test_win_and_lose_agree_in_85_of_100_states(name):
    one = FOUND[name]
    assert one["agree"] >= 0.85
    assert one["agree"] + one["softmax_alone_wins"] + one["network_alone_wins"] == pytest.approx(1)


@pytest.mark.parametrize("name", ON)
def test_peek_says_the_measured_number(name):
    one = ON[name]
    said = one.bench.peek(one.track, one.preview(), **one.state()).leaves_out
    assert f"in {round(100 * FOUND[name]['agree'])} of 100 states on this track" in said


def test_a_track_that_was_not_measured_is_told_of_the_courses_own():
    mean = round(100 * sum(one["agree"] for one in FOUND.values()) / len(FOUND))
    assert agreeing_states(replace(GUARDIAN.track, id="harbour_crane")) == (mean, "on the course’s own tracks")


def test_both_accuracies_must_reach_their_targets_to_win():
    scores = Ends(softmax=(0.96, 0.91), network=(0.96, 0.89))
    assert wins(GUARDIAN.track, scores.softmax)
    assert not wins(GUARDIAN.track, scores.network)
    assert not wins(GUARDIAN.track, (0.94, 0.91))
