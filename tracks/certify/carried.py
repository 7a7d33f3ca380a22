"""The checks of what a bench offers of earlier decisions: at the states to which a student's press leads.

A bench starts at its default for everybody and offers all of an earlier bench's decision in one press, by the rule of
``tracks.loading.carried``. What students bring are wins of that bench, found by its own survey.
"""

from __future__ import annotations

from collections import Counter

from tracks.certify.goals import Finding, finding, listed
from tracks.certify.survey import Arrival, Survey


def carried_default_fails(survey: Survey) -> Finding:
    """With what eight wins of each earlier bench offer taken over in one press, the bench still fails for a reason."""
    won = [one for one in survey.arrivals if survey.confirm(one.state).wins]
    if won:
        return finding(
            "carried_default_fails", False, f"The press wins alone: {listed(dict.fromkeys(map(told_arrival, won)))}"
        )
    reasons = Counter(code for one in survey.arrivals for code in survey.failing(one.state))
    told = ", ".join(f"{code} in {count}" for code, count in reasons.most_common())
    return finding("carried_default_fails", True, f"All {len(survey.arrivals)} presses leave a failure: {told}")


def carried_no_single_control_win(survey: Survey) -> Finding:
    """A press counts as one decision: neither it nor another decision wins alone from where a student arrives.

    What one more decision does after the press, at 41 positions each, is told.
    """
    alone = [survey.named(state) for state in survey.lone_wins(survey.default).values()]
    alone += [told_arrival(one) for one in survey.arrivals if survey.confirm(one.state).wins]
    if alone:
        return finding("carried_no_single_control_win", False, f"One decision alone wins: {listed(alone)}")
    count = sum(bool(survey.lone_wins(one.state)) for one in survey.arrivals)
    text = (
        f"No press and no decision wins alone. After the press one decision wins in {count} of {len(survey.arrivals)}"
    )
    return finding("carried_no_single_control_win", True, text)


def carried_two_designs(survey: Survey) -> Finding:
    """Two different designs win, one of them where the greedy path from such a press ends, if that wins in ten moves.

    The designs are sampled wins, or where the path from the default or from a press ends. A path that ends before it
    wins is told and is no fault: a press can be taken back, and then the way is that from the default.
    """
    paths = [survey.climb(one.state, "") for one in survey.arrivals]
    known = [*survey.wins, *filter(survey.is_win, (path[-1] for path in (survey.path, *paths)))]
    alone, taken_back = [], []
    for one, path in zip(survey.arrivals, paths, strict=True):
        designs = [path[-1]]
        if not survey.is_win(path[-1]):
            taken_back.append(f"{told_arrival(one)}: no win after {len(path) - 1} moves")
            designs = known
        if not any(survey.are_two_designs(design, state) for design in designs for state in known):
            alone.append(f"{told_arrival(one)}: one design alone")
    if alone:
        return finding("carried_two_designs", False, listed(dict.fromkeys(alone)))
    text = f"Two designs win, and from {len(paths) - len(taken_back)} of {len(paths)} the greedy path leads to one"
    if taken_back:
        text += f"; taken back first: {listed(dict.fromkeys(taken_back))}"
    return finding("carried_two_designs", True, text)


def told_arrival(one: Arrival) -> str:
    """Write what a press takes over, and of which bench."""
    return f"{one.offer.title}: {one.offer.text or one.offer.misfit or 'what the bench starts with'}"


def told_arrivals(survey: Survey) -> tuple[tuple[str, str, str], ...]:
    """Return, in words, each arrival, what fails after its press, and which one decision wins from there."""
    controls = survey.bench.control_map()
    return tuple(
        (
            told_arrival(one),
            ", ".join(survey.failing(one.state)),
            ", ".join(
                survey.text_of(controls[name], state[name]) for name, state in survey.lone_wins(one.state).items()
            ),
        )
        for one in survey.arrivals
    )


CARRIED = (carried_default_fails, carried_no_single_control_win, carried_two_designs)
