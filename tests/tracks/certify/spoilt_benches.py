"""Benches for the certificate's tests: a good one, and the same with one fault."""

from dataclasses import replace
from functools import cache
from itertools import count

from tracks import (
    Choice,
    Fix,
    Option,
    Reading,
    Slider,
    Verdict,
)
from tracks.certify import certificate as testing
from tracks.certify.template import CRISIS, HARBOUR_CRANE

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
