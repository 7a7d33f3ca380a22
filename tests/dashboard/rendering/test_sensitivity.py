"""Which decision relieves the binding constraint most per step: a difference of margins, never a figure."""  # N7

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.rendering.hints import NO_SINGLE_CHANGE, changes, hint_texts
from dashboard.rendering.sensitivity import best_single_step
from tracks.api.controls import Slider
from tracks.api.figures import Drawing, Table
from tracks.api.outcome import Fix, Outcome, Reading, Verdict
from tracks.api.track import Track
from tracks.loading.registry import Registry


def never() -> dict:
    raise AssertionError("a difference of margins draws no figure")


@pytest.fixture
def track(registry: Registry) -> Track:
    return registry.track("edge_guardian")


def bench(registry: Registry, solve, *controls):
    own = registry.bench("edge_guardian", "downlink")
    return replace(own, controls=controls, solve=solve, predictions=(), presets=(), hud=(), peek=None)


def slider(name: str, **more) -> Slider:
    return Slider(id=name, label=name, unit="", minimum=0, maximum=20, step=0.01, default=10, **more)


def weighted(weights: dict[str, float], fixes: tuple[Fix, ...] = ()):
    """A verdict whose margin is the weighted sum of the controls."""

    def solve(track, *, seed, **values):
        quantity = -sum(weights[name] * value for name, value in values.items())
        late = Reading(id="late", label="time", value=quantity, limit=0, unit="s", scale=1.0)
        verdict = Verdict(code="late", reading=late, level="fail", title="Late", cause="Because.", fixes=fixes)
        drawing = Drawing(figure=never, summary="One.", table=lambda: Table(columns=("x",), rows=()))
        return Outcome(panels=dict.fromkeys(("time", "again", "halves"), drawing), readings=(), verdicts=(verdict,))

    return solve


def found(registry: Registry, track: Track, weights: dict[str, float], **roles):
    one = bench(registry, weighted(weights), *(slider(name, **roles.get(name, {})) for name in weights))
    values = one.defaults()
    return one, values, best_single_step(track, one, values, one.run(track, values))


def test_the_steepest_decision_is_named_in_its_own_direction(registry: Registry, track: Track) -> None:
    """One step is a twentieth of the scale: here 1, so the gain is the weight itself."""
    _, _, up = found(registry, track, {"a": 1.0, "b": 3.0})
    assert (up.fix.control, up.fix.value, pytest.approx(up.gain)) == ("b", 11, 3.0)
    _, _, down = found(registry, track, {"a": 1.0, "b": -3.0})
    assert (down.fix.control, down.fix.value, pytest.approx(down.gain)) == ("b", 9, 3.0)


def test_the_world_is_not_the_students_to_move(registry: Registry, track: Track) -> None:
    _, _, eased = found(registry, track, {"a": 1.0, "b": 3.0}, b={"role": "environment"})
    assert eased.fix.control == "a"


def test_where_nothing_helps_it_says_so(registry: Registry, track: Track) -> None:
    one, values, none = found(registry, track, {"a": 0.0})
    assert none is None
    given = hint_texts(one, values, changes(track, one, values, one.run(track, values), never), 2)
    assert (given["text"], given["eased"]) == (NO_SINGLE_CHANGE, "no single step eases it")


def test_where_the_bench_has_no_fix_the_best_step_is_the_hint(registry: Registry, track: Track) -> None:
    one, values, best = found(registry, track, {"a": 1.0, "b": 3.0})
    (only,) = changes(track, one, values, one.run(track, values), lambda state: one.run(track, state))
    assert only.fix == best.fix
    given = hint_texts(one, values, (only,), 3)
    assert given["text"] == "b, higher."
    assert given["eased"] == "eased most by b 10 → 11"


def test_what_a_step_of_a_change_gains_decides_among_those_that_do_as_much(registry: Registry, track: Track) -> None:
    """Both changes leave the verdict failing: the longer way gains more in all, the other more a step."""
    weights, fixes = {"a": 1.0, "b": 3.0}, (Fix(control="a", value=20), Fix(control="b", value=12))
    one = bench(registry, weighted(weights, fixes), *(slider(name) for name in weights))
    values = one.defaults()
    found = changes(track, one, values, one.run(track, values), lambda state: one.run(track, state))
    assert [(item.fix.control, pytest.approx(item.gain)) for item in found] == [("b", 3.0), ("a", 1.0)]


@pytest.mark.parametrize("name", ["paradox", "convergence"])
def test_the_named_step_really_raises_the_margin_and_no_other_does_more(
    registry: Registry, track: Track, name: str
) -> None:
    one = registry.bench("edge_guardian", name)
    values = one.defaults() | ({"moved_bytes": 1e12} if name == "paradox" else {})
    outcome = one.run(track, values)
    binding = outcome.ranked_verdicts()[0]
    eased = best_single_step(track, one, values, outcome)
    states = (values, {**values, eased.fix.control: eased.fix.value})
    before, after = (
        next(item.margin for item in one.run(track, state, preview=True).verdicts if item.code == binding.code)
        for state in states
    )
    assert after - before == pytest.approx(eased.gain)
    assert eased.gain > 0


def test_a_bench_with_a_preview_is_compared_by_previews_alone(registry: Registry, track: Track) -> None:
    """Two solves a slider would take seconds on a bench whose full answer is slow."""
    asked = []
    solve = weighted({"a": 1.0, "b": 3.0})

    def preview(track, *, seed, fixes, **values):
        asked.append(fixes)
        return solve(track, seed=seed, **{name: 2 * value for name, value in values.items()})

    one = replace(bench(registry, solve, slider("a"), slider("b")), preview=preview)
    outcome = one.run(track, one.defaults())
    one = replace(one, solve=lambda *_, **__: never())
    step = best_single_step(track, one, one.defaults(), outcome)
    assert (step.fix.control, step.fix.value, pytest.approx(step.gain)) == ("b", 11, 6.0)
    assert set(asked) == {False}
