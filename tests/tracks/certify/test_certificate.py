"""Every check of the certificate passes on a good bench and fails on the same bench with one fault."""

from collections import Counter
from dataclasses import replace
from functools import cache, partial
from itertools import count

import numpy as np
import pytest

from tracks import (
    Axis,
    Choice,
    Demonstration,
    Drawing,
    Fix,
    Option,
    Panel,
    Reading,
    Slider,
    Table,
    Toggle,
    Verdict,
)
from tracks.certify import certificate as testing
from tracks.certify.carried import CARRIED
from tracks.certify.goals import wilson
from tracks.certify.report import page
from tracks.certify.sobol import even_points
from tracks.certify.survey import ARRIVING, SCANNED, Survey, place_of, value_at
from tracks.certify.template import CRISIS, HARBOUR_CRANE, accuracy, airtime_s
from tracks.loading.registry import load_registry

POINTS = 256


def certified(bench=CRISIS, **options):
    return testing.certify(HARBOUR_CRANE, bench, **{"points": POINTS, **options})


def failing(bench):
    return {item.check for item in certified(bench, draw=True).findings if not item.passed}


def said(bench, check, **options):
    """Return the finding of a check on a bench that must fail it."""
    item = next(item for item in certified(bench, draw=True, **options).findings if item.check == check)
    assert not item.passed
    return item.text


# --- spoiling a good bench -------------------------------------------------------------------------------------------


def after_solve(change):
    """Return the bench with ``change(outcome, **controls)`` after its solve."""

    def solve(track, *, seed, **controls):
        return change(CRISIS.solve(track, seed=seed, **controls), **controls)

    return replace(CRISIS, solve=solve)


def with_verdict(code="extra", **fields):
    """Return the bench with one more verdict; each field may be a function of the controls."""

    def change(outcome, **controls):
        given = {name: field(controls) if callable(field) else field for name, field in fields.items()}
        judged = Reading(id="extra", label="m", value=given.pop("quantity"), limit=given.pop("limit"))
        extra = Verdict(code=code, title="Extra", reading=judged, cause="Because.", **given)
        return replace(outcome, verdicts=(*outcome.verdicts, extra))

    return replace(after_solve(change), failures=(*CRISIS.failures, code))


def with_default(**defaults):
    controls = tuple(replace(c, default=defaults.get(c.id, c.default)) for c in CRISIS.controls)
    return replace(CRISIS, controls=controls)


def with_control(control):
    """Return the bench with a control that changes only what later benches carry."""

    def without(function):
        return lambda *args, **controls: function(*args, **{k: v for k, v in controls.items() if k != control.id})

    def solve(track, **controls):
        return replace(without(CRISIS.solve)(track, **controls), decision=controls)

    predictions = tuple(replace(item, truth=without(item.truth)) for item in CRISIS.predictions)
    controls = (*CRISIS.controls, control)
    return replace(CRISIS, controls=controls, solve=solve, peek=without(CRISIS.peek), predictions=predictions)


def with_fix(code, fix):
    def change(outcome, **controls):
        verdicts = tuple(
            replace(v, fixes=(fix,)) if v.code == code and v.level != "ok" else v for v in outcome.verdicts
        )
        return replace(outcome, verdicts=verdicts)

    return after_solve(change)


def with_figure(figure):
    def change(outcome, **controls):
        return replace(outcome, panels={name: replace(one, figure=figure) for name, one in outcome.panels.items()})

    return after_solve(change)


def raising(problem):
    def function(*args, **controls):
        raise problem

    return function


def with_preview(change=lambda outcome: outcome, bench=CRISIS):
    """Return the bench with a preview: the outcome after ``change``, without fixes where they are not asked for."""

    def preview(track, *, seed, fixes, **controls):
        outcome = change(CRISIS.solve(track, seed=seed, **controls))
        bare = tuple(replace(verdict, fixes=()) for verdict in outcome.verdicts)
        return outcome if fixes else replace(outcome, verdicts=bare)

    return replace(bench, preview=preview)


def a_little_worse(verdict):
    """Return a verdict whose quantity lies a tenth less a bit of its scale further to the bad side, judged anew."""
    against = verdict.against
    shift = 0.09 * (against.scale or abs(against.limit)) * (1 if against.at_most else -1)
    reading = replace(verdict.reading, value=against.quantity + shift)
    return replace(verdict, reading=reading, level=reading.level)


def each_preview_another():
    numbers = count()
    return lambda outcome: counting_from(numbers, outcome)


def counting_from(numbers, outcome):
    return replace(outcome, readings=(replace(outcome.readings[0], value=next(numbers)), *outcome.readings[1:]))


def without_the_last_verdict(outcome):
    return replace(outcome, verdicts=outcome.verdicts[:-1])


def never_lost(outcome, **controls):
    return replace(outcome, verdicts=tuple(replace(v, level="warn", fixes=()) for v in outcome.verdicts))


def breaks_at_the_end(outcome, *, compression, **controls):
    return outcome if compression < 32 else raising(ZeroDivisionError("by the last compression"))()


def counting():
    numbers = count()
    return lambda outcome, **controls: counting_from(numbers, outcome)


def well_outside(outcome, **controls):
    return replace(outcome, verdicts=tuple(replace(v, level="ok", fixes=()) for v in outcome.verdicts))


def sourceless(outcome, **controls):
    return replace(outcome, readings=tuple(replace(r, source="") for r in outcome.readings))


def level_unless_port(controls):
    return "ok" if controls["radio"] == "port" else "fail"


IDLE = Slider(id="idle", label="Idle", unit="", minimum=0, maximum=1, step=0.1, default=0)
LOOK = Choice(
    id="look", label="Look", options=(Option(id="a", text="a"), Option(id="b", text="b")), default="a", role="view"
)

SPOILT = {
    "default_fails": with_default(rounds=30, compression=6),
    "win_share": after_solve(never_lost),
    "no_single_control_win": with_default(compression=6),
    "reachable": with_verdict(level="fail", quantity=2, limit=1),
    "two_designs": with_verdict(level=level_unless_port, quantity=lambda c: 0 if c["radio"] == "port" else 2, limit=1),
    "failures_reachable": replace(CRISIS, failures=(*CRISIS.failures, "never")),
    "failures_reversible": with_verdict(level="warn", quantity=2, limit=1),
    "controls_move": with_control(IDLE),
    "fixes_help": with_fix("late", Fix(control="compression", value=1)),
    "answers_everywhere": after_solve(breaks_at_the_end),
    "same_answer_twice": after_solve(counting()),
    "previews_agree": with_preview(without_the_last_verdict),
    "margins_match_levels": after_solve(well_outside),
    "fixes_on_scale": with_fix("late", Fix(control="compression", value=6.5)),
    "readings_explain_themselves": after_solve(sourceless),
    "truths_can_be_entered": replace(CRISIS, predictions=(replace(CRISIS.predictions[0], low=1e5),)),
    "equations_open": replace(CRISIS, peek=raising(KeyError("airtime"))),
    "drawings_are_plain": with_figure(lambda: {"data": [{1, 2}]}),
}


@cache
def spoilt(check):
    """Return what a check finds on the bench with a fault for it."""
    (item,) = [item for item in certified(SPOILT[check], draw=True).findings if item.check == check]
    return item


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


def test_a_bench_with_a_true_preview_passes_every_check():
    """Looked at by its previews, it is as good a bench as by its full answers."""
    fast, full = certified(with_preview(), draw=True), certified(draw=True)
    assert fast.holds, [item for item in fast.findings if not item.passed]
    assert (fast.win_share, fast.path, fast.designs) == (full.win_share, full.path, full.designs)


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


def other_limit(outcome):
    first = outcome.verdicts[0]
    moved = replace(first, reading=replace(first.reading, limit=first.limit * 2), level=first.level)
    return replace(outcome, verdicts=(moved, *outcome.verdicts[1:]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda outcome: replace(outcome, readings=outcome.readings[:-1]), "its readings differ in"),
        (lambda outcome: replace(outcome, panels={**outcome.panels, "more": outcome.panels["shift"]}), "panels differ"),
        (other_limit, "its limits differ in late at most"),
        (each_preview_another(), "its numbers differ from one preview to the next"),
    ],
    ids=["reading", "panel", "limit", "number"],
)
def test_a_preview_differs_in_numbers_alone_and_says_the_same_twice(change, words):
    fast = with_preview(change)
    assert words in said(replace(fast, hud=fast.hud[:1]), "previews_agree", points=16)


def test_a_preview_is_a_preview_with_fixes_and_without():
    def preview(track, *, seed, fixes, **controls):
        outcome = CRISIS.solve(track, seed=seed, **controls)
        return outcome if fixes else counting_from(count(), outcome)

    assert "from one preview to the next" in said(replace(CRISIS, preview=preview), "previews_agree", points=16)


class TestWhatAPreviewClaims:
    """A win, a way out or a failure that a preview alone shows is not one: the student's try is solved in full."""

    def test_a_win_of_previews_alone_is_none(self):
        hopeless = with_preview(bench=SPOILT["reachable"])  # "extra" always fails, but no preview has it
        proof = certified(hopeless)
        passed = {item.check for item in proof.findings if item.passed}
        assert proof.win_share == 0
        assert {"win_share", "reachable", "two_designs", "previews_agree"}.isdisjoint(passed)

    def test_a_single_control_that_wins_in_previews_alone_wins_nothing(self):
        easy = with_default(compression=6)
        assert not spoilt("no_single_control_win").passed
        full = replace(SPOILT["reachable"], controls=easy.controls)
        (item,) = [one for one in certified(with_preview(bench=full)).findings if one.check == "no_single_control_win"]
        assert item.passed

    def test_a_single_control_that_wins_in_full_alone_is_found(self):
        """On the draw of a preview every quantity may be a little worse than over all draws, and so miss its limit."""
        easy = with_default(compression=6)

        def an_unlucky_draw(outcome):
            return replace(outcome, verdicts=tuple(map(a_little_worse, outcome.verdicts)))

        unlucky = with_preview(an_unlucky_draw, bench=easy)
        survey = Survey(HARBOUR_CRANE, unlucky, points=16)
        alone = [one for c in survey.by_role["decision"] for one in survey.scan(c, survey.default, SCANNED)]
        missed = [state for state in alone if survey.confirm(state).wins and not survey.see(state).wins]
        assert missed
        assert all(survey.is_win(state) for state in missed)
        (item,) = [one for one in certified(unlucky).findings if one.check == "no_single_control_win"]
        assert not item.passed

    def test_the_path_goes_on_until_the_full_answer_wins_too(self):
        def lenient(outcome):
            verdicts = tuple(replace(v, level="ok" if v.margin > -0.5 else v.level) for v in outcome.verdicts)
            return replace(outcome, verdicts=verdicts)

        survey = Survey(HARBOUR_CRANE, with_preview(lenient), points=16)
        looked = next(at for at, state in enumerate(survey.path) if survey.see(state).wins)
        assert looked < len(survey.path) - 1  # a path of previews alone would have ended there
        assert survey.confirm(survey.path[-1]).wins

    def test_a_failure_of_previews_alone_is_not_reached(self):
        def more(outcome):
            extra = replace(outcome.verdicts[0], code="extra", level="warn")
            return replace(outcome, verdicts=(*outcome.verdicts, extra))

        bench = replace(with_preview(more), failures=(*CRISIS.failures, "extra"))
        assert "extra" in said(bench, "failures_reachable", points=16)

    def test_a_way_out_of_a_failure_leads_out_of_it_in_full(self):
        def gone(outcome):
            return replace(outcome, verdicts=tuple(v for v in outcome.verdicts if v.code != "extra"))

        full = SPOILT["failures_reversible"]  # "extra" always warns

        def preview(track, *, seed, fixes, **controls):
            outcome = full.solve(track, seed=seed, **controls)
            return outcome if controls["radio"] == "port" else gone(outcome)

        assert "extra at" in said(replace(full, preview=preview), "failures_reversible", points=16)

    def test_a_fix_of_the_full_answer_is_followed_too(self):
        bench = with_preview(bench=SPOILT["fixes_help"])
        assert "late: compression=1 changes it by" in said(bench, "fixes_help", points=16)

    @pytest.mark.parametrize("check", ["answers_everywhere", "margins_match_levels", "fixes_on_scale"])
    def test_a_fault_of_the_full_answer_is_found_behind_a_sound_preview(self, check):
        assert said(with_preview(bench=SPOILT[check]), check, points=16)

    def test_the_path_goes_on_by_full_answers_where_no_preview_tells_moves_apart(self):
        """Two switches must be on. The preview is content with either, so it says nothing about the second."""

        def solve(track, *, seed, left, right, seen=lambda missing: missing, fixes=True):
            outcome = CRISIS.solve(track, seed=seed, **CRISIS.defaults())
            reading = Reading(id="off", label="Switches off", value=seen(2.0 - left - right), limit=0.5)
            verdict = Verdict(code="late", title="Late", cause="Switches are off.", reading=reading)
            return replace(outcome, verdicts=(verdict,))

        controls = tuple(Toggle(id=name, label=name, default=False) for name in ("left", "right"))
        preview = partial(solve, seen=lambda missing: 2.0 if missing > 1 else 0.4)
        bench = replace(CRISIS, controls=controls, solve=solve, preview=preview, predictions=(), peek=None)
        path = Survey(HARBOUR_CRANE, bench, points=4).path
        assert [state["left"] + state["right"] for state in path] == [0, 1, 2]


def test_full_answers_are_few_where_there_are_previews():
    """A survey of previews solves what it claims, the ends of the controls and a few states for the checks of form."""
    solved = Counter()

    def noted(outcome, **controls):
        solved["full"] += 1
        return outcome

    survey = Survey(HARBOUR_CRANE, with_preview(bench=after_solve(noted)), points=POINTS)
    for check in testing.CHECKS:
        testing.found(check, survey)
    assert survey.solved > POINTS
    assert 0 < solved["full"] < survey.solved / 4


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


# --- the measurements ------------------------------------------------------------------------------------------------


# Newcombe 1998, Statistics in Medicine 17, table I: method 3, the Wilson score without continuity correction.
@pytest.mark.parametrize(
    ("wins", "points", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_interval_is_the_published_one(wins, points, low, high):
    assert wilson(wins, points) == pytest.approx((low, high), abs=5e-5)
    assert wilson(points - wins, points) == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_points_fill_every_scale_evenly_and_repeat_with_their_seed():
    points = even_points(64, 5, seed=3)
    assert points.shape == (64, 5)
    # A (t, m, s)-net in base 2 has one of its 2^m points in each 2^m-th of every axis.
    assert np.array_equal(np.sort((points * 64).astype(int), axis=0), np.arange(64)[:, None].repeat(5, 1))
    assert np.array_equal(even_points(40, 5, seed=3), points[:40])
    assert not np.array_equal(even_points(64, 5, seed=4), points)


def test_win_share_is_that_of_a_fine_grid():
    proof = certified(points=4096)
    rounds = np.round(np.geomspace(5, 100, 400))[:, None]
    compression = np.arange(1, 33)[None, :]
    # The whole numbers at both ends of the linear slider get half the interval of the others.
    weights = np.where((compression == 1) | (compression == 32), 0.5, 1.0)
    shares = []
    for radio in ("port", "depot"):
        wins = (airtime_s(HARBOUR_CRANE, rounds, compression, radio) <= 8 * 3600) & (
            accuracy(rounds, compression, radio) >= 0.9
        )
        shares.append(float((wins * weights).sum() / (weights.sum() * 400)))
    low, high = proof.interval
    assert low < np.mean(shares) < high
    assert proof.win_share == pytest.approx(np.mean(shares), abs=0.004)


@pytest.mark.parametrize(
    ("control", "place", "value"),
    [
        (CRISIS.controls[0], 0.0, 5),
        (CRISIS.controls[0], 1.0, 100),
        (CRISIS.controls[0], 0.5, 22),  # sqrt(5 x 100) = 22.4
        (CRISIS.controls[1], 0.5, 17),  # 16.5, a half is rounded up
        (CRISIS.controls[2], 0.49, "port"),
        (CRISIS.controls[2], 0.51, "depot"),
        (CRISIS.controls[2], 1.0, "depot"),
        (Toggle(id="on", label="On", default=False), 0.7, True),
    ],
)
def test_places_are_positions_of_the_controls_own_scale(control, place, value):
    assert value_at(control, place) == value


def test_place_and_value_are_each_others_inverse():
    for control in CRISIS.controls[:2]:
        for value in control.positions(9):
            assert value_at(control, place_of(control, value)) == value


def test_every_move_of_the_path_is_the_best_of_all_single_moves():
    survey = Survey(HARBOUR_CRANE, CRISIS, points=16)
    assert survey.path[0] == survey.default
    assert len(survey.path) <= 11
    for before, after in zip(survey.path, survey.path[1:], strict=False):
        assert sum(before[name] != after[name] for name in before) == 1
        heights = [survey.see(state).smallest for state in survey.moves(before)]
        assert survey.see(after).smallest == max(heights) > survey.see(before).smallest
        assert not survey.see(before).wins
    assert survey.see(survey.path[-1]).wins


def test_the_path_ends_after_ten_moves():
    """12 switches, each of which must be on, and each of which helps 1/12."""
    names = [f"switch_{at}" for at in range(12)]

    def change(outcome, **controls):
        missing = sum(not controls[name] for name in names)
        verdict = Verdict(
            code="late",
            title="Late",
            cause="Switches are off.",
            reading=Reading(id="off", label="Switches off", value=missing, limit=0.5),
        )
        return replace(outcome, verdicts=(verdict,))

    def solve(track, *, seed, rounds, compression, radio, **switches):
        outcome = CRISIS.solve(track, seed=seed, rounds=rounds, compression=compression, radio=radio)
        return change(outcome, **switches)

    switches = tuple(Toggle(id=name, label=name, default=False) for name in names)
    bench = replace(CRISIS, controls=(*CRISIS.controls, *switches), solve=solve, predictions=(), peek=None)
    assert "After 10 moves ten are up" in said(bench, "reachable")


def test_two_designs_really_win_and_really_differ():
    survey = Survey(HARBOUR_CRANE, CRISIS, points=POINTS)
    one, other = survey.designs
    for design in (one, other):
        outcome = CRISIS.on(HARBOUR_CRANE).run(HARBOUR_CRANE, design)
        assert all(verdict.level != "fail" for verdict in outcome.verdicts)
    named, gaps = survey.differences(one, other)
    assert named >= 1 or gaps[1] > 0.3


def test_one_slider_apart_is_one_design():
    survey = Survey(HARBOUR_CRANE, CRISIS, points=16)
    state = survey.default
    assert not survey.are_two_designs(state, state | {"rounds": 5})
    assert survey.are_two_designs(state, state | {"rounds": 5, "compression": 32})
    assert not survey.are_two_designs(state, state | {"rounds": 30, "compression": 32})  # .17 of a scale and 1
    assert survey.are_two_designs(state, state | {"radio": "depot"})


def test_a_state_is_solved_once():
    solved = []

    def noted(outcome, **controls):
        solved.append(tuple(controls.values()))
        return outcome

    survey = Survey(HARBOUR_CRANE, after_solve(noted), points=64)
    for check in (*testing.CHECKS,):
        if check.__name__ not in ("same_answer_twice", "readings_explain_themselves", "equations_open"):
            testing.found(check, survey)
    again = len(solved) - len(set(solved))
    assert survey.solved > 200
    assert again <= 3  # default_fails and the drawings need more than what is stored


def test_a_certificate_repeats_itself_but_for_the_time():
    assert replace(certified(points=64), seconds=0) == replace(certified(points=64), seconds=0)


@pytest.mark.parametrize("points", [0, -1])
def test_no_points_are_refused(points):
    with pytest.raises(ValueError, match="points must be 1 or more"):
        certified(points=points)


# --- as tests of one's own -------------------------------------------------------------------------------------------


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
    with pytest.raises(LookupError, match="'nowhere' is no track and no track/bench"):
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


# --- what is carried -------------------------------------------------------------------------------------------------


def with_offer(decision, crisis=CRISIS):
    """Return the crisis with two controls set by an earlier bench, and that bench, which decides so wherever it is."""
    names = {f"carried_{name}": name for name in decision}

    def decide(outcome, **controls):
        return replace(outcome, decision={f"carried_{name}": value for name, value in decision.items()})

    earlier = replace(after_solve(decide), id="earlier", title="Earlier: the same", order=1)
    controls = tuple(
        replace(c, carried=f"earlier.carried_{c.id}") if c.id in names.values() else c for c in crisis.controls
    )
    return replace(crisis, controls=controls), (earlier, crisis)


def carried(decision, **options):
    """Return what the checks of what is carried find, by name, and the certificate."""
    bench, benches = with_offer(decision)
    proof = testing.certify(HARBOUR_CRANE, bench, points=POINTS, benches=benches, **options)
    return {item.check: item for item in proof.findings}, proof


def test_what_an_earlier_bench_decides_is_certified_where_it_is_offered():
    """The start is left as it is: only what the press adds is looked at anew."""
    found, proof = carried({"compression": 2.0})
    assert list(found)[-3:] == [check.__name__ for check in CARRIED]
    assert all(found[check.__name__].passed for check in CARRIED)
    assert len(proof.arrivals) == ARRIVING
    told, fails, alone = proof.arrivals[0]
    assert (told, fails, alone) == ("Earlier: Compression 2×", "late", "")
    rows = page([proof], took="a minute").partition("## From carried states")[2]
    assert rows.count("| Earlier: Compression 2× | late | - |") == 1, "wins that decide the same are one row"


def test_which_decision_wins_after_the_press_is_told():
    """The press and one more decision are two; that it takes no more is said, and is no fault."""
    found, proof = carried({"radio": "depot"})
    assert found["carried_no_single_control_win"].passed
    assert "one decision wins in 8 of 8" in found["carried_no_single_control_win"].text
    assert proof.arrivals[0][2] == "Compression 4×"


def test_a_press_that_has_to_be_taken_back_is_told():
    """From 60 rounds one best move after the other ends where no move raises the smallest margin."""
    found, _ = carried({"rounds": 60})
    assert found["carried_default_fails"].passed
    assert found["carried_two_designs"].passed
    assert "from 0 of 8 the greedy path leads to one; taken back first" in found["carried_two_designs"].text
    assert "no win after 1 moves" in found["carried_two_designs"].text


def test_a_press_that_wins_is_found():
    """What two decisions win together, one press must not."""
    wins = Survey(HARBOUR_CRANE, CRISIS, points=POINTS).wins[0]
    found, proof = carried(wins)
    for check in ("carried_default_fails", "carried_no_single_control_win"):
        assert not found[check].passed
        assert "Earlier: " in found[check].text
    assert proof.arrivals == ()
