"""Every check of the certificate passes on a good bench and fails on the same bench with one fault."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from tests.tracks.certify.spoilt_benches import (
    IDLE,
    LOOK,
    SPOILT,
    after_solve,
    certified,
    failing,
    raising,
    said,
    spoilt,
    with_control,
    with_default,
    with_figure,
    with_fix,
)
from tracks import (
    Axis,
    Demonstration,
    Drawing,
    Fix,
    Panel,
    Slider,
    Table,
)
from tracks.certify import certificate as testing
from tracks.certify.template import CRISIS, HARBOUR_CRANE
from tracks.loading.registry import load_registry


def test_a_good_bench_passes_every_check():  # N9
    proof = certified(draw=True)
    assert [item.check for item in proof.findings] == [check.__name__ for check in testing.CHECKS]
    assert proof.holds, [item for item in proof.findings if not item.passed]


def test_every_check_has_a_bench_that_fails_it():
    assert set(SPOILT) == {check.__name__ for check in testing.CHECKS}


@pytest.mark.parametrize("check", SPOILT)
def test_a_bench_spoilt_in_one_way_fails_the_check_for_it(check):  # N9
    assert not spoilt(check).passed


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("no_single_control_win", "rounds=28; radio='depot'"),
        ("failures_reachable", "never"),
        ("failures_reversible", "extra at"),
        ("controls_move", "idle"),
        ("fixes_help", "late: compression=1 changes it by"),
        ("answers_everywhere", "ZeroDivisionError at compression=32"),
        ("previews_agree", "its verdicts differ in below_target"),
        ("fixes_on_scale", "compression=6.5, its control reads 7"),
        ("readings_explain_themselves", "'airtime' has no source"),
        ("truths_can_be_entered", "accepts 100000"),
        ("equations_open", "KeyError"),
        ("drawings_are_plain", "'shift' at the default"),
    ],
)
def test_a_finding_names_the_offender(check, words):
    assert words in spoilt(check).text


def with_demonstration(draw):
    slider = Slider(id="length", label="Length", unit="", minimum=0, maximum=2, step=1, default=1)
    panel = Panel(id="line", question="Where?", x=Axis(label="x"), y=Axis(label="y"))
    shown = Demonstration(title="Why", text="Because.", sliders=(slider,), panel=panel, draw=draw)
    return replace(CRISIS, demonstration=shown)


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (lambda length: {"data": [], "layout": {}}, ""),
        (lambda length: {"data": [1 / (2 - length)]}, "the demonstration at {'length': 2}: ZeroDivisionError"),
        (lambda length: {"data": [{length}]}, "the demonstration at {'length': 1}: TypeError"),
    ],
    ids=["plain", "fails at an end", "no JSON"],
)
def test_a_demonstration_is_drawn_at_its_defaults_and_its_ends(figure, words):
    def draw(length):
        rows = Table(columns=("x",), rows=((length,),))
        return Drawing(figure=lambda: figure(length), summary="1.", table=lambda: rows)

    found = certified(with_demonstration(draw), draw=True, points=16).findings
    (item,) = [item for item in found if item.check == "drawings_are_plain"]
    assert item.passed == (not words)
    assert words in item.text


def test_what_later_benches_inherit_must_repeat_itself_too():
    numbers = count()
    bench = after_solve(lambda outcome, **controls: replace(outcome, decision={"rounds": next(numbers)}))
    assert "another answer the second time" in said(bench, "same_answer_twice", points=16)


def test_a_view_must_change_what_is_written_and_no_more():
    assert "look" in said(with_control(LOOK), "controls_move")

    def relabelled(track, *, look, **controls):
        outcome = CRISIS.solve(track, **controls)
        readings = (replace(outcome.readings[0], label=f"Airtime {look}"), *outcome.readings[1:])
        return replace(outcome, readings=readings)

    assert failing(replace(with_control(LOOK), solve=relabelled)) == set()
    # A decision that only relabels moves nothing.
    decides = replace(with_control(replace(LOOK, role="decision")), solve=relabelled)
    assert "look" in said(decides, "controls_move")


def test_a_fix_must_be_a_decision():
    world = replace(IDLE, role="environment")
    bench = with_control(world)
    spoilt = replace(
        bench,
        solve=lambda track, *, idle, **controls: with_fix("late", Fix(control="idle", value=1.0)).solve(
            track, **controls
        ),
    )
    assert "which is no decision" in said(spoilt, "fixes_on_scale")


def test_a_needle_is_no_better_than_a_barn_door():
    assert "0 of 64" in said(SPOILT["reachable"], "win_share", points=64)
    assert "64 of 64" in said(SPOILT["win_share"], "win_share", points=64)


def test_an_exploratory_bench_has_nothing_to_win():
    bench = replace(with_default(rounds=30, compression=6), exploratory=True)
    proof = certified(bench)
    assert proof.holds
    assert proof.win_share is proof.interval is None
    assert "win_share" not in {item.check for item in proof.findings}


def test_what_was_not_declared_is_told_not_raised():
    undeclared = replace(CRISIS, failures=("late",))
    assert "'below_target' is not among its failures" in said(undeclared, "answers_everywhere")
    proof = certified(undeclared)
    assert proof.win_share is None
    assert not proof.holds


def test_a_certificate_never_draws():
    bench = with_figure(raising(AssertionError("drawn")))
    assert certified(bench).holds
    assert "AssertionError: drawn" in said(bench, "drawings_are_plain")


@pytest.mark.parametrize(
    "figure",
    [lambda: {1: 2}, lambda: [], lambda: {"y": np.array([object()])}, dict.keys],
    ids=["key", "list", "object", "raises"],
)
def test_what_json_cannot_carry_is_no_figure(figure):
    assert said(with_figure(figure), "drawings_are_plain")


def test_arrays_are_carried_as_lists_and_gaps_as_nothing():
    assert failing(with_figure(lambda: {"y": np.full(3, np.nan, dtype=np.float32), "n": np.int64(3)})) == set()


def test_checks_are_named_functions_that_raise_what_they_found():
    named = {check.__name__: check for check in testing.checks(points=64)}
    assert list(named) == [check.__name__ for check in testing.CHECKS]
    for check in named.values():
        check(HARBOUR_CRANE, CRISIS)
        assert check.__doc__
    with pytest.raises(AssertionError, match="controls_move: These move nothing: idle"):
        next(c for c in testing.checks() if c.__name__ == "controls_move")(HARBOUR_CRANE, SPOILT["controls_move"])


def test_cases_name_track_bench_and_check(plugins):
    plugins.write("crane.py", "")
    (plugins.folder / "crane.py").write_text(
        "from tracks import hookimpl\nfrom tracks.certify.template import HARBOUR_CRANE\n"
        "@hookimpl\ndef edgelab_tracks():\n    return [HARBOUR_CRANE]\n"
    )
    lab = load_registry(folder=plugins.folder, entry_points=False)
    cases = testing.cases(lab, only=["harbour_crane/crisis"])
    assert [str(case) for case in cases] == [f"harbour_crane/crisis: {check.__name__}" for check in testing.CHECKS]
    for case in cases:
        case()
    with pytest.raises(LookupError, match=r"bench; did you mean edge_guardian/crisis\b"):
        testing.pairs(lab, ["edge_gardian/crisis"])
    with pytest.raises(LookupError, match="'nowhere' is no track and no track/bench; the tracks are"):
        testing.pairs(lab, ["nowhere"])


def test_the_certificate_of_a_plugins_bench_names_what_it_lacks(registry):  # N9
    """The plugin of tests/plugins is made for other tests: its bench is no good one, and the certificate says why."""
    track = registry.track("edge_guardian")
    proof = testing.certify(track, registry.bench(track.id, "downlink"), points=64, draw=True)
    found = {item.check: item for item in proof.findings}
    assert not proof.holds
    assert "model_bytes=1000000.0" in found["no_single_control_win"].text
    assert "codec='int8' changes it by 0" in found["fixes_help"].text
    assert "'size' has no source" in found["readings_explain_themselves"].text
    for check in ("answers_everywhere", "same_answer_twice", "truths_can_be_entered", "drawings_are_plain"):
        assert found[check].passed
