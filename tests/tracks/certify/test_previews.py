"""What the certificate says of previews: they differ in numbers alone, and what they claim is solved in full."""

from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import count

import pytest

from tests.tracks.certify.spoilt_benches import (
    POINTS,
    SPOILT,
    a_little_worse,
    after_solve,
    certified,
    counting_from,
    each_preview_another,
    said,
    spoilt,
    with_default,
    with_preview,
)
from tracks import (
    Reading,
    Toggle,
    Verdict,
)
from tracks.certify import certificate as testing
from tracks.certify.survey import SCANNED, Survey
from tracks.certify.template import CRISIS, HARBOUR_CRANE


def test_a_bench_with_a_true_preview_passes_every_check():
    """Looked at by its previews, it is as good a bench as by its full answers."""
    fast, full = certified(with_preview(), draw=True), certified(draw=True)
    assert fast.holds, [item for item in fast.findings if not item.passed]
    assert (fast.win_share, fast.path, fast.designs) == (full.win_share, full.path, full.designs)


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
