"""The checks of a good bench: its default fails, it can be won in two ways, and every failure can be left."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

from tracks.api.controls import Control
from tracks.api.declared.judged import bound_in_words
from tracks.api.outcome import Fix
from tracks.certify.survey import APART, SCANNED, STEPS, Seen, State, Survey, plain_quantity

SHARE = (0.005, 0.25)  # of the decision space that may win
FOLLOWED = 1024  # states whose every fix is tried: each try is one look
FOLLOWED_IN_FULL = 4  # sampled states beside the default whose every fix is tried by full answers as well
MAX_LISTED = 3  # offenders listed, the others counted
_TWO_SIDED_95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What one check found: its name, whether it passed, and one plain sentence with the figures.

    Parameters
    ----------
    check : str
        Its name.
    passed : bool
        Whether it passed.
    text : str
        One plain sentence with the figures.
    expected : str
        Why the bench says that it does not pass (``Bench.expected_failures``), or "".
    advice : str
        Of a check that failed: which constants move it, each with its direction, or what in the code does; or "".
    """

    check: str
    passed: bool
    text: str
    expected: str = ""
    advice: str = ""

    @property
    def stands(self) -> bool:
        """Whether it passed, or is known not to."""
        return self.passed or bool(self.expected)


def finding(check: str, passed: bool, text: str) -> Finding:
    """Return a finding; the text is closed with a full stop."""
    return Finding(check=check, passed=passed, text=text if text.endswith((".", "?")) else f"{text}.")


def wilson(wins: int, points: int) -> tuple[float, float]:
    """Return the 95% Wilson score interval of a share seen ``wins`` times in ``points``.

    (p + z^2/2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2/n), with z = 1.96 (Wilson 1927).

    >>> low, high = wilson(10, 100)
    >>> round(low, 4), round(high, 4)
    (0.0552, 0.1744)
    """
    share, z2 = wins / points, _TWO_SIDED_95**2
    middle = share + z2 / (2 * points)
    half = _TWO_SIDED_95 * math.sqrt(share * (1 - share) / points + z2 / (4 * points**2))
    scale = 1 + z2 / points
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def percent(share: float) -> str:
    """Write a share with one decimal."""
    return f"{100 * share:.1f}%"


def listed(items: Iterable[str], joint: str = "; ") -> str:
    """Write the first few, and how many more there are."""
    every = list(items)
    more = len(every) - MAX_LISTED
    return joint.join(every[:MAX_LISTED]) + (f"{joint}and {more} more" if more > 0 else "")


# --- to be won, but not by accident ----------------------------------------------------------------------------------


def default_fails(survey: Survey) -> Finding:
    """The bench starts in a failure that its verdict names."""
    outcome = survey.run(survey.default)
    failing = [verdict for verdict in outcome.ranked_verdicts() if verdict.level == "fail"]
    if not failing:
        return finding("default_fails", False, "The default wins; move it to where a first guess would stand")
    told = [
        f"{verdict.title} ({verdict.measure} {plain_quantity(verdict.quantity, verdict.unit)}, "
        f"{bound_in_words(verdict)} {plain_quantity(verdict.limit, verdict.unit)})"
        for verdict in failing
    ]
    return finding("default_fails", True, "The default fails: " + "; ".join(told))


def win_share(survey: Survey) -> Finding:
    """From 0.5% to 25% of the decision space wins: the estimate decides, its 95% Wilson interval is printed."""
    wins, points = len(survey.wins), len(survey.states)
    if not points:
        return finding("win_share", False, "There is no decision to take; give at least one control the role decision")
    low, high = wilson(wins, points)
    share = wins / points
    text = f"{wins} of {points} Sobol points win: {percent(share)}, 95% interval {percent(low)} to {percent(high)}"
    passed = SHARE[0] <= share <= SHARE[1]
    return finding(
        "win_share", passed, text if passed else f"{text}; {percent(SHARE[0])} to {percent(SHARE[1])} is right"
    )


def no_single_control_win(survey: Survey) -> Finding:
    """No decision alone makes the default win, each scanned at 41 positions."""
    winners = [survey.named(state) for state in survey.lone_wins(survey.default).values()]
    if winners:
        return finding("no_single_control_win", False, f"One decision alone wins: {listed(winners)}")
    count = len(survey.by_role["decision"])
    text = f"None of the {count} decisions wins alone, each scanned at {SCANNED} positions from the default"
    return finding("no_single_control_win", True, text)


def reachable(survey: Survey) -> Finding:
    """At most ten moves win, each the one that most raises the smallest margin of all verdicts.

    A move sets one slider to one of 20 equal positions of its scale, or takes another option.
    """
    path = survey.path
    steps, end = len(path) - 1, path[-1]
    moves = f"{steps} {'move' if steps == 1 else 'moves'}"
    if survey.is_win(end):
        return finding("reachable", True, f"The greedy path wins after {moves}: {told_path(survey)}")
    smallest = survey.see(end).smallest
    why = "ten are up" if steps == STEPS else "no single move raises the smallest margin"
    return finding(
        "reachable", False, f"After {moves} {why}, at {smallest:.3g}: {told_path(survey) or survey.named(end)}"
    )


def told_path(survey: Survey) -> str:
    """Write the moves of the greedy path in their order."""
    steps = zip(survey.path, survey.path[1:], strict=False)
    return ", ".join(_move(survey, before, after) for before, after in steps)


def _move(survey: Survey, before: State, after: State) -> str:
    controls = survey.bench.control_map()
    return ", ".join(survey.text_of(controls[name], after[name]) for name in after if after[name] != before[name])


def two_designs(survey: Survey) -> Finding:
    """Two wins disagree in a choice or a switch, or by more than 0.3 of a scale in two sliders."""
    if survey.designs is None:
        wanted = f"that disagree in a choice or by more than {APART:g} of a scale in two sliders"
        return finding("two_designs", False, f"Among {len(survey.wins)} wins there are no two {wanted}")
    return finding("two_designs", True, "Two designs win: " + " | ".join(told_designs(survey)))


def told_designs(survey: Survey) -> tuple[str, ...]:
    """Write the two designs: the primary decisions, and any other in which they are far apart."""
    if survey.designs is None:
        return ()
    one, other = survey.designs
    shown = [c for c in survey.by_role["decision"] if c.group == "primary" or _apart(survey, c, one, other)]
    return tuple(", ".join(survey.text_of(c, design[c.id]) for c in shown) for design in survey.designs)


def _apart(survey: Survey, control: Control, one: State, other: State) -> bool:
    named, gaps = survey.differences(one, one | {control.id: other[control.id]})
    return named > 0 or max(gaps, default=0) > APART


# --- failures --------------------------------------------------------------------------------------------------------


def _states_with(survey: Survey, code: str) -> tuple[list[State], list[State]]:
    """Return the states in which a failure is active in the track's environment, and in others if there are none."""
    own = [survey.default, *survey.states]
    for control in survey.by_role["decision"]:
        own += survey.scan(control, survey.default, SCANNED)
    found = [state for state in own if survey.see(state).stands(code)]
    if found:
        return found, []
    others = list(survey.worlds)
    for control in survey.by_role["environment"]:
        others += survey.scan(control, survey.default, SCANNED)
    return [], [state for state in others if survey.see(state).stands(code)]


def failures_reachable(survey: Survey) -> Finding:
    """Every declared failure is active in some state, at level "fail" or "warn".

    If it never is in the track's own environment, other environments are searched.
    """
    never: list[str] = []
    elsewhere: list[str] = []
    for code in survey.bench.failures:
        own, others = _states_with(survey, code)
        if not _stands_somewhere(survey, code, own):
            (elsewhere if _stands_somewhere(survey, code, others) else never).append(code)
    if never:
        return finding("failures_reachable", False, f"Never seen to stand: {', '.join(never)}")
    text = f"All {len(survey.bench.failures)} declared failures are reached"
    return finding(
        "failures_reachable", True, text + (f"; only in another world: {', '.join(elsewhere)}" if elsewhere else "")
    )


def _stands_somewhere(survey: Survey, code: str, states: list[State]) -> bool:
    """Whether a failure is active in one of these states when it is solved in full."""
    return any(survey.confirm(state).stands(code) for state in states)


def failures_reversible(survey: Survey) -> Finding:
    """From the mildest and the worst state of a failure its fixes, or else ten best moves, lead to where it is gone.

    The worst is taken from the track's own environment only: in others decisions may not suffice.
    """
    ways: list[str] = []
    stuck: list[str] = []
    for code in survey.bench.failures:
        own, others = _states_with(survey, code)
        standing = own or others
        margins = [survey.see(state).margin(code) for state in standing]
        extremes = {margins.index(max(margins)), *({margins.index(min(margins))} if own else ())} if standing else ()
        for at in sorted(extremes):
            way = _way_back(survey, standing[at], code)
            (ways if way else stuck).append(f"{code} by {way}" if way else f"{code} at {survey.named(standing[at])}")
    if stuck:
        return finding("failures_reversible", False, f"No way back was found from {listed(stuck)}")
    by_fixes = sum(" by its fixes" in way for way in ways)
    return finding(
        "failures_reversible", True, f"{by_fixes} of {len(ways)} extremes are left by their fixes, the others by moves"
    )


def _way_back(survey: Survey, state: State, code: str) -> str:
    """Return how a failure is left, or nothing."""
    now = state
    for _ in range(STEPS):
        fixes = next((v.fixes for v in survey.see_fixes(now).verdicts if v.code == code and v.level != "ok"), ())
        if not fixes:
            break
        now = survey.after(now, fixes[0])
        if survey.has_left(now, code):
            return "its fixes"
    path = survey.climb(state, code)
    return f"{len(path) - 1} moves" if survey.has_left(path[-1], code) else ""


# --- what every control and every fix is for -------------------------------------------------------------------------


def controls_move(survey: Survey) -> Finding:
    """Every decision and environment control changes a number somewhere; a view control at least a text."""
    bases = [survey.default, survey.path[-1], *survey.worlds[:16], *survey.states[:16]]
    idle = [control.id for control in survey.bench.controls if not _moves(survey, control, bases)]
    if idle:
        return finding("controls_move", False, f"These move nothing: {', '.join(idle)}; take them away or use them")
    return finding("controls_move", True, f"Each of the {len(survey.default)} controls changes the outcome somewhere")


def _moves(survey: Survey, control: Control, bases: list[State]) -> bool:
    def mark(one: Seen) -> int:
        return one.words if control.role == "view" else one.numbers

    return any(
        mark(survey.see(state)) != mark(survey.see(base)) for base in bases for state in survey.scan(control, base, 5)
    )


def fixes_help(survey: Survey) -> Finding:
    """Every fix raises the margin of its verdict, in the first 1,024 sampled states and in other environments.

    Where these are looked at by previews, the fixes of full answers are followed in five states too.
    """
    offered, bare, failing = 0, 0, 0
    offenders: list[str] = []
    states = (survey.default, *survey.states[:FOLLOWED], *survey.worlds)
    looks = [(survey.see_fixes, survey.see, state) for state in states]
    if survey.bench.preview is not None:
        states = (survey.default, *survey.states[:FOLLOWED_IN_FULL])
        looks += [(survey.confirm, survey.confirm, state) for state in states]
    for look, after, state in looks:
        for verdict in look(state).verdicts:
            failing += verdict.level == "fail"
            bare += verdict.level == "fail" and not verdict.fixes
            for fix in verdict.fixes:
                offered += 1
                gain = after(survey.after(state, fix)).margin(verdict.code) - verdict.margin
                if not gain > 0:
                    offenders.append(_offence(survey, state, verdict.code, fix, gain))
    without = f"{bare} of {failing} failing verdicts offer none"
    if offenders:
        text = f"{len(offenders)} of {offered} fixes do not raise their margin: {listed(offenders)} ({without})"
        return finding("fixes_help", False, text)
    return finding("fixes_help", True, f"All {offered} fixes raise the margin of their verdict; {without}")


def _offence(survey: Survey, state: State, code: str, fix: Fix, gain: float) -> str:
    return f"{code}: {fix.control}={fix.value!r} changes it by {gain:.3g} at {survey.named(state)}"


# What must hold where there is something to win, and what holds everywhere.
GOALS = (default_fails, win_share, no_single_control_win, reachable, two_designs)
ALWAYS = (failures_reachable, failures_reversible, controls_move, fixes_help)
