"""Every bench of the course is a good one on every track: each line of each certificate is a test of its own."""

import pytest

from tests.sweeps import is_left_to_sweep
from tracks.certify import certificate as testing
from tracks.certify.acts import ACTS
from tracks.certify.carried import CARRIED, carried_default_fails
from tracks.certify.goals import FOLLOWED_IN_FULL, SHARE, default_fails
from tracks.certify.report import page, report
from tracks.certify.structure import STRUCTURE, answers_everywhere
from tracks.certify.survey import APART, ARRIVING, MOVES, SCANNED, STEPS
from tracks.certify.template_files import write_plugin
from tracks.loading.registry import load_registry

LAB = load_registry()

# Sobol points of the decision space: the fewer, the more of it wins, since two wins must be among them and a share of
# 0.5% must be told. Nothing is to be won in the paradox. 'make certify' takes 2,048 for the published certificates.
POINTS = {"paradox": 128, "memory": 128, "convergence": 64, "privacy": 64, "recommendation": 64, "crisis": 64}
RARER = {"cloud_titan/memory": 256, "tiny_pioneer/memory": 512, "cloud_titan/crisis": 128, "tiny_pioneer/crisis": 128}
ACT_POINTS = 1024  # fewer of an act's win
# Their states are federated runs, too. Of the last act none of the first 64 wins, and 3 of 256 do.
SLOWER = {"edge_guardian/crisis": 64, "edge_guardian/crisis_roads_close": 256}
FEWER = 128
# Federated runs behind every state, some hundred seconds a certificate: all in `make sweep`; in `make test` one track's
# form and its default alone.
SIMULATED = ("convergence", "privacy", "recommendation")
SLOWEST = answers_everywhere  # of the checks of form: it solves every position of every control


# Wins of each earlier bench whose decision is taken over: a few in every run of the tests, as many as are published in
# `make sweep`, where the other checks of what is carried are, too.
FEW_ARRIVING = 2


def points(name: str) -> int:
    """Return how many points of its decision space a bench is tried at."""
    track, _, bench = name.partition("/")
    if bench.startswith("crisis_"):
        return SLOWER.get(name, SLOWER.get(f"{track}/crisis", ACT_POINTS))
    return (SLOWER | RARER).get(name, POINTS.get(bench, FEWER))


def is_swept(case) -> bool:
    """Return whether a line of a certificate is left to `make sweep`."""
    track, bench = case.survey.track.id, case.survey.bench.id
    if case.check in (*CARRIED, *ACTS):
        return True
    if bench.startswith("crisis_"):  # an act: the crisis in another world
        return f"{track}/crisis" in SLOWER or case.check is not default_fails
    if bench not in SIMULATED and f"{track}/{bench}" not in SLOWER:
        return False
    return is_left_to_sweep(track, bench) or case.check is SLOWEST or case.check not in (*STRUCTURE, default_fails)


NAMES = [f"{track.id}/{bench.id}" for track, bench in testing.pairs(LAB)]
CASES = [
    pytest.param(case, marks=pytest.mark.sweep if is_swept(case) else (), id=str(case))
    for name in NAMES
    for case in testing.cases(LAB, only=[name], points=points(name))
]
FEW = [case for case in testing.cases(LAB, carried=FEW_ARRIVING) if case.check is carried_default_fails]


@pytest.mark.parametrize("case", CASES)
def test_every_bench_is_a_good_one(case):  # N9
    case()


@pytest.mark.parametrize("case", FEW, ids=str)
def test_no_press_that_takes_an_earlier_win_over_plays_a_bench(case):  # N5
    """With what was decided so far a bench is still to be won: it fails, and its verdict says of what."""
    assert len(case.survey.arrivals) == FEW_ARRIVING
    case()


def test_what_is_carried_is_certified_wherever_something_is():
    """Every bench but the first of a mission takes over what an earlier one decided."""
    carried_to = {str(case).partition(":")[0] for case in FEW}
    steps = ("convergence", "privacy", "crisis")
    assert carried_to == {f"{track}/{step}" for track in LAB.tracks for step in steps}


@pytest.fixture(scope="module")
def newcomers(tmp_path_factory):
    """What 'python -m tracks new' writes, with every bench of the course."""
    path = write_plugin("deep_mine", tmp_path_factory.mktemp("plugins"))
    return testing.cases(load_registry(folder=path.parent), only=["deep_mine"], points=16)


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(
            check, marks=pytest.mark.sweep if check.__name__ == "answers_everywhere" else (), id=check.__name__
        )
        for check in STRUCTURE
    ],
)
def test_every_bench_of_the_course_serves_a_track_it_has_never_seen(check, newcomers):  # N9
    served = [case for case in newcomers if case.check is check]
    assert len(served) >= 3
    for case in served:
        case()


def test_the_course_has_its_benches_on_every_track():
    names = {f"{track.id}/{bench.id}" for track, bench in testing.pairs(LAB)}
    for track in LAB.tracks:
        assert {f"{track}/paradox", f"{track}/convergence"} <= names


def test_every_crisis_is_certified_in_each_of_its_acts():
    names = {f"{track.id}/{bench.id}" for track, bench in testing.pairs(LAB)}
    for track in LAB.tracks:
        acts = LAB.bench(track, "crisis").acts
        assert len(acts) == 3
        assert {f"{track}/crisis_{act.id}" for act in acts[1:]} <= names
        own = {case.check for case in testing.cases(LAB, only=[f"{track}/crisis_{acts[2].id}"])}
        assert set(ACTS if acts[2].needs else ACTS[:1]) <= own


def test_page_and_terminal_say_what_was_found():
    track = LAB.track("edge_guardian")
    proof = testing.certify(track, LAB.bench(track.id, "paradox"), points=64)
    text, short = page([proof], took="3 minutes in 2 processes"), report(proof)
    assert f"All of it took 3 minutes in 2 processes, {proof.seconds / 60:.1f} minutes of work." in text
    assert short.startswith(f"edge_guardian/paradox: holds ({proof.solves} states, ")
    for item in proof.findings:
        assert f"| `{item.check}` | yes | {item.text} |" in text
        assert f"  ok   {item.check}: {item.text}" in short
    assert f"| edge_guardian | paradox | yes | - | - | - | {proof.solves:,} |" in text


def test_the_lines_say_the_numbers_they_are_measured_with():
    asked = {check.__name__: check.__doc__ for check in testing.CHECKS}
    assert f"From {100 * SHARE[0]:g}% to {100 * SHARE[1]:g}%" in asked["win_share"]
    assert ("in five states too" in asked["fixes_help"]) == (FOLLOWED_IN_FULL + 1 == 5)
    assert f"at {SCANNED} positions" in asked["no_single_control_win"]
    assert f"one of {MOVES} equal positions" in asked["reachable"]
    assert ("At most ten moves" in asked["reachable"]) == (STEPS == 10)
    carried = {check.__name__: check.__doc__ for check in CARRIED}
    assert ("eight wins" in carried["carried_default_fails"]) == (ARRIVING == 8)
    assert f"at {SCANNED} positions" in carried["carried_no_single_control_win"]
    assert f"more than {APART:g} of a scale" in asked["two_designs"]
