"""Every numeric question of every bench has tempting routes, each of which leads where its name says."""

from __future__ import annotations

import math

import pytest

from dashboard.student.predictions import Draft, Locked, doubt, gap
from dashboard.student.reveal import reveal
from tracks.api.bench import Bench
from tracks.api.teaching import Prediction
from tracks.api.track import Track
from tracks.loading.registry import load_registry

LAB = load_registry()
ASKED = [
    pytest.param(track, bench, item, id=f"{track.id}-{bench.id}-{item.id}")
    for track in LAB.tracks.values()
    for bench in LAB.benches(track.id)
    for item in bench.predictions
]
NUMERIC = [one for one in ASKED if not one.values[2].options]


def drafted(value: float, item: Prediction, mechanism: str) -> Draft:
    """A lock as a student types it: two significant digits, in percent where a share is asked for."""
    typed = f"{value * (100 if item.unit == 'share' else 1):.1e}"
    return Draft(value=typed, mechanism=mechanism, confidence="guess")


def another(item: Prediction) -> str:
    return next(option.id for option in item.mechanisms if option.id != item.reason)


@pytest.mark.parametrize(("track", "bench", "item"), NUMERIC)
def test_two_routes_or_more_lead_to_a_wrong_number(track: Track, bench: Bench, item: Prediction) -> None:
    truth = bench.truth(track, item)
    routes = bench.routes(track, item)
    wrong = [route for route, value in routes if not gap(item, drafted(value, item, another(item)), truth).right]
    assert len(wrong) >= 2
    assert all(item.low <= value <= item.high for _, value in routes), "each can be locked"
    answers = [truth.value, *(value for _, value in routes)]
    asked = [value for value in answers if doubt(item, drafted(value, item, another(item)))]
    assert asked == [], "neither the right answer nor a tempting one is taken for a slip"


@pytest.mark.parametrize(("track", "bench", "item"), NUMERIC)
def test_every_route_that_a_student_takes_is_answered_by_name(track: Track, bench: Bench, item: Prediction) -> None:
    time = "2025-01-01T00:00:00+00:00"
    others = {}
    for other in bench.predictions:
        draft = Draft(value=other.options[0].id if other.options else "1", mechanism=another(other), confidence="guess")
        others[other.id] = Locked(draft=draft, time=time)
    for route, value in bench.routes(track, item):
        draft = drafted(value, item, another(item))
        found = next(
            one
            for one in reveal(track, bench, {**others, item.id: Locked(draft=draft, time=time)})
            if one.prediction.id == item.id
        )
        near = {other.name for other, at in bench.routes(track, item) if math.isclose(at, value, rel_tol=0.1)}
        assert found.route in near, route.name
        assert found.route_sentence.startswith(f"One way to {draft.answer_in_words(item)}: {found.route}, ")


@pytest.mark.parametrize(("track", "bench", "item"), ASKED)
def test_the_reason_that_carries_the_answer_is_one_of_those_offered(
    track: Track, bench: Bench, item: Prediction
) -> None:
    assert item.reason == "" or item.reason in {option.id for option in item.mechanisms}
    assert bench.case(track, item) is not None or not item.options, "a choice shows what tells its options apart"


def values(track: str, bench: str) -> dict[str, float]:
    """Where the routes of a bench's first question lead, by name."""
    on = LAB.bench(track, bench)
    return {route.name: value for route, value in on.routes(LAB.track(track), on.predictions[0])}


# --- the sums by hand ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("track", list(LAB.tracks))
def test_paradox(track: str) -> None:
    """The ratio is share .01 × 10 rounds × 2 directions × moved / raw."""
    one = LAB.track(track)
    quotient = one.model.moved_bytes / one.fleet.raw_bytes_per_device_day
    assert values(track, "paradox") == pytest.approx(
        {
            "one copy against one device’s day": quotient,
            "every device in every round": 20 * quotient,
            "one round a day": 0.02 * quotient,
            "the ratio upside down": 1 / (0.2 * quotient),
        }
    )


@pytest.mark.parametrize("track", list(LAB.tracks))
def test_memory(track: str) -> None:
    """Multiples of inference as the question prints it, and full fine-tuning as the bench solves it."""
    one, bench = LAB.track(track), LAB.bench(track, "memory")
    state = bench.asked_state(bench.predictions[0])
    outcome = bench.run(one, state)
    total, amplification = (float(outcome.reading(name).value) for name in ("total", "amplification"))
    whole = bench.run(one, {**state, "method": "full"})
    full, served = float(whole.reading("total").value), total / amplification
    share = float(outcome.reading("trained").value) / float(whole.reading("trained").value)
    found = values(track, "memory")
    for word, times in (("four", 4), ("six", 6), ("eight", 8)):
        assert found[f"inference multiplied by {word}"] == pytest.approx(times * served)
    assert found["gradients and states for every parameter"] == pytest.approx(full)
    assert found["the trained share of inference"] == pytest.approx(share * served, rel=0.02)
    assert found["inference and the trained share once more"] == pytest.approx((1 + share) * served, rel=0.02)


@pytest.mark.parametrize("track", list(LAB.tracks))
def test_convergence(track: str) -> None:
    """Half of what is wrong at 50 rounds, all that the best model gets right beyond, and all since the first round."""
    one, bench = LAB.track(track), LAB.bench(track, "convergence")
    state = bench.asked_state(bench.predictions[0])
    before = float(bench.run(one, {**state, "rounds": state["rounds"] // 2}).reading("mean_accuracy").value)
    halved, best, again = values(track, "convergence").values()
    # The reading is a mean over the last rounds, the route's start a single round: they differ by tenths of a point.
    assert halved == pytest.approx(50 * (1 - before), abs=0.3)
    assert 1 < best < 2 * halved
    assert before * 100 - 20 < again < before * 100, "an untrained model gets a tenth or so right"


@pytest.mark.parametrize("track", list(LAB.tracks))
def test_privacy(track: str) -> None:
    """From 8 to 1: in proportion, squared, and the other way round."""
    assert list(values(track, "privacy").values()) == [8, 64, 1 / 8]


def test_the_personalization_flood() -> None:
    """Of a million adapters the hottest ten thousand: sums of i^-s, and a cache of the most recent below pinning."""
    even, rule, textbook, steep, recent = values("cloud_titan", "crisis").values()
    ranks = range(1, 1_000_001)
    for found, skew in ((textbook, 1.0), (steep, 1.5)):
        assert found == pytest.approx(sum(i**-skew for i in ranks[:10_000]) / sum(i**-skew for i in ranks), rel=1e-6)
    assert (even, rule) == (pytest.approx(0.01), 0.8)
    bench = LAB.bench("cloud_titan", "crisis")
    assert recent < bench.truth(LAB.track("cloud_titan"), bench.predictions[0]).value


def test_the_fleet_learning_drift() -> None:
    """The fleet's mean as the bench reads it, the dusty link in the storm, and one scaled by the links."""
    track, bench = LAB.track("edge_guardian"), LAB.bench("edge_guardian", "crisis")
    state = bench.asked_state(bench.predictions[0])
    fleet, link, scaled = values("edge_guardian", "crisis").values()
    assert fleet == pytest.approx(float(bench.run(track, state).reading("mean_accuracy").value), abs=0.02)
    assert link == pytest.approx(state["dusty_link"] * (1 - state["storm"]))
    assert scaled == pytest.approx(fleet * link / state["clear_link"])


def test_the_battery_privacy_paradox() -> None:
    """The first factor of the drain, five, that factor over the time that inference works, and a batch of it."""
    track, bench = LAB.track("mobile_nomad"), LAB.bench("mobile_nomad", "crisis")
    item = bench.predictions[0]
    operations = bench.truth(track, item).terms[0].value
    alone, rule, without_pause, batch = values("mobile_nomad", "crisis").values()
    assert (alone, rule) == (operations, 5)
    assert batch == pytest.approx(bench.asked_state(item)["batch"] * operations)
    assert 0.05 < operations / without_pause < 0.2, "60 frames a second of 1.6 ms are a tenth of the time"


def test_the_mesh_update() -> None:
    """A segment of 12 B takes 60 ms, three times 20; an adapter of 20 kB has 1,667; a connection sends 1.4 Mb/s."""
    hop, across, in_turn, connected = values("tiny_pioneer", "crisis").values()
    assert hop == pytest.approx(1667 * 0.06)
    assert across / hop == pytest.approx(round(across / hop))
    assert in_turn == pytest.approx(200 * hop)
    assert connected == pytest.approx(200 * 20_000 * 8 / 1.4e6)
