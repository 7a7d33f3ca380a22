"""What the page says of the network's agreement is what was measured, and the engines agree in 85 of 100 states."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from physics.federation import simulate_seeds
from tests.tracks.missions.convergence.states import GUARDIAN, ON
from tracks.api.quantities import in_words, three_digits
from tracks.common.agreement import FEW_AND_LONG, MEASURED, TWO_STEPS, agreeing_states, disagreements
from tracks.common.federated_runs import SEEDS, participation
from tracks.common.proxy_fleet import problem
from tracks.edge_guardian.drift.bench import BENCH as DRIFT
from tracks.missions.convergence.second_opinion import STEP_RATIO
from tracks.missions.convergence.state import learning_of

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
    assert disagreements(one.track) in said


def fleets(one, **changes):
    """The fleet's accuracy in a state [%]: as the page reads it, and where a network with the same draws ends."""
    state = one.state(**changes)
    own = learning_of(one.track.fleet.seed, one.setting(**state), seed=0)
    network = simulate_seeds(
        problem(own.fleet_seed, own.alpha),
        participation=participation(own, SEEDS),
        algorithm=own.algorithm,
        local_steps=own.local_steps,
        learning_rate=STEP_RATIO * own.learning_rate,
        proximal=own.proximal,
        last=10,
        engine="network",
    )
    return 100 * one.run(**state).reading("mean_accuracy").value, 100 * float(network.accuracy.mean())


@pytest.mark.sweep  # some seconds of the network for each track
@pytest.mark.parametrize("name", ON)
def test_where_the_network_disagrees_is_what_both_engines_give_on_the_page(name):
    """SCAFFOLD at two local steps, FedProx from the start, the weight for few clients: run anew in both engines."""
    one, said = ON[name], FOUND[name]["lessons"]

    def gained(before, after):
        return [now - then for then, now in zip(before, after, strict=True)]

    scaffold = gained(fleets(one, **TWO_STEPS), fleets(one, **TWO_STEPS, algorithm="scaffold"))
    assert scaffold == pytest.approx(said["scaffold"], abs=0.15)
    assert gained(fleets(one), fleets(one, algorithm="fedprox")) == pytest.approx(said["proximal"], abs=0.15)
    softmax, network = said["best_weight"]
    short, long = (fleets(one, **FEW_AND_LONG, algorithm="fedprox", mu=mu) for mu in (softmax, network))
    assert short[0] > long[0] + 0.1
    assert long[1] > short[1] + 0.1


@pytest.mark.parametrize("name", ON)
def test_the_engines_disagree_in_direction_where_the_page_says_so(name):
    said, text = FOUND[name]["lessons"], disagreements(ON[name].track)
    assert said["scaffold"][0] > -0.5
    assert said["scaffold"][1] < -1
    assert said["proximal"][0] > 0.5
    assert said["proximal"][1] < 0.1
    assert said["best_weight"][1] > said["best_weight"][0]
    for lesson in ("scaffold", "proximal"):
        softmax, network = (in_words(round(points, 1) + 0.0, "points") for points in said[lesson])
        assert f"by {softmax}, and {network} in the network" in text
    softmax, network = map(three_digits, said["best_weight"])
    assert f"best μ of eight is {softmax}, and {network} in the network" in text


def test_the_drift_says_where_the_network_disagrees_too():
    bench = DRIFT.on(GUARDIAN.track)
    said = bench.peek(GUARDIAN.track, bench.run(GUARDIAN.track, bench.defaults(), preview=True), **bench.defaults())
    assert disagreements(GUARDIAN.track) in said.leaves_out


def test_a_track_that_was_not_measured_is_told_of_the_courses_own():
    mean = round(100 * sum(one["agree"] for one in FOUND.values()) / len(FOUND))
    other = replace(GUARDIAN.track, id="harbour_crane")
    assert agreeing_states(other) == (mean, "on the course’s own tracks")
    assert disagreements(other).startswith("on the course’s own tracks, SCAFFOLD")


def test_both_accuracies_must_reach_their_targets_to_win():
    scores = Ends(softmax=(0.96, 0.91), network=(0.96, 0.89))
    assert wins(GUARDIAN.track, scores.softmax)
    assert not wins(GUARDIAN.track, scores.network)
    assert not wins(GUARDIAN.track, (0.94, 0.91))
