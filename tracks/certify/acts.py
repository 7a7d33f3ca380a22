"""The acts of a bench as benches of their own, so that each has its certificate, and the checks that acts alone have.

An act starts from what won the act before. So it is held against wins of that act, found by its own survey.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from tracks.api.bench import Bench
from tracks.api.controls import Control
from tracks.api.declared.acts import Act
from tracks.certify.goals import Finding, finding, listed
from tracks.certify.survey import ARRIVING, MOST_POINTS, State, Survey


def in_act(bench: Bench, act: Act) -> Bench:
    """Return a bench for its track as it is in one of its acts: won there alone, with nothing asked or carried."""
    return replace(
        bench,
        id=f"{bench.id}_{act.id}",
        title=f"{bench.short_title}: {act.title}",
        controls=tuple(_there(control, act) for control in bench.controls),
        acts=(),
        predictions=(),
        observation=None,
        presets=(),
    )


def _there(control: Control, act: Act) -> Control:
    if control.id not in act.world:
        return replace(control, carried="")
    return replace(control, carried="", default=control.read(act.world[control.id]))  # type: ignore[arg-type]


def acts_after_the_first(bench: Bench) -> tuple[Bench, ...]:
    """Return what of a bench is certified beside itself: its further acts."""
    return tuple(in_act(bench, act) for act in bench.acts[1:])


def played_in(bench: Bench, benches: Iterable[Bench]) -> tuple[Bench, int] | None:
    """Return the bench of which another is an act, with the act's place, or None."""
    return next(
        (
            (home, place)
            for home in benches
            for place, act in enumerate(home.acts)
            if place and f"{home.id}_{act.id}" == bench.id
        ),
        None,
    )


def _played(survey: Survey) -> tuple[Bench, int]:
    played = played_in(survey.bench, survey.benches)
    assert played is not None  # the checks of acts apply to acts alone
    return played


def _arrivals(survey: Survey) -> tuple[State, ...]:
    """Return the first wins of the act before, in the world of this one."""
    home, place = _played(survey)
    before = home if place == 1 else in_act(home, home.acts[place - 1])
    earlier = Survey(survey.track, before, points=MOST_POINTS, seed=survey.seed)
    here = {control.id: survey.default[control.id] for control in survey.by_role["environment"]}
    return tuple({**state, **here} for state in earlier.first_wins(ARRIVING))


def act_goes_on(survey: Survey) -> Finding:
    """A quarter or more of eight wins of the act before fail here, and one of these at least leads on to a win.

    The way on is the greedy path of at most ten moves. From the others a student goes back to the start and on.
    """
    arrived = _arrivals(survey)
    failing = [state for state in arrived if not survey.is_win(state)]
    reasons = Counter(code for state in failing for code in survey.failing(state))
    told = ", ".join(f"{code} in {count}" for code, count in reasons.most_common()) or "nothing fails"
    text = f"{len(failing)} of {len(arrived)} wins of the act before fail here: {told}"
    if 4 * len(failing) < len(arrived) or not failing:
        return finding("act_goes_on", False, text)
    led = sum(survey.is_win(survey.climb(state, "")[-1]) for state in failing)
    text += f"; from {led} of these the greedy path leads to a win"
    return finding("act_goes_on", led > 0, text)


def act_needs(survey: Survey) -> Finding:
    """Every win that was found has what the act says a win needs: sampled ones, where paths end, the two designs."""
    home, place = _played(survey)
    act, controls = home.acts[place], survey.bench.control_map()
    found = [*survey.wins, *filter(survey.is_win, [survey.path[-1]]), *(survey.designs or ())]
    found += filter(survey.is_win, (survey.climb(state, "")[-1] for state in _arrivals(survey)))
    without = [survey.named(state) for state in found if not act.has_what_it_needs(controls, state)]
    if without:
        return finding("act_needs", False, f"{len(without)} of {len(found)} wins do without: {listed(without)}")
    needs = ", ".join(f"{name} in {', '.join(map(str, allowed))}" for name, allowed in act.needs.items())
    return finding("act_needs", True, f"All {len(found)} wins that were found have {needs}")


ACTS = (act_goes_on, act_needs)


def checks_of_acts(survey: Survey) -> tuple[Callable[[Survey], Finding], ...]:
    """Return the checks that an act has beside those of a bench; none for a bench that is no act."""
    played = played_in(survey.bench, survey.benches)
    if played is None:
        return ()
    home, place = played
    return ACTS if home.acts[place].needs else (act_goes_on,)
