"""The accuracy of a fleet and of its worst city: their limits, readings and verdicts, and the same after a change.

Accuracy follows no formula, so a change is tried by runs of its own, on the same random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tracks.api.fixes import best_fixes
from tracks.api.outcome import Fix, Limit, Offered, Reading, Verdict
from tracks.api.quantities import three_digits
from tracks.api.track import Track
from tracks.common.federated_runs import ExcessLoss, Runs
from tracks.common.provenance import quantity_text
from tracks.common.proxy_fleet import CLIENTS, city_names

LEFT_BEHIND = "city_left_behind"
ACCURACY_SCALE = 0.1  # 10 points count as much as twice the cap
CLEAR_GAIN = 5e-4  # of accuracy that a tried change has to gain


def accuracy_limit(accuracy: float, least: float) -> Limit:
    """Return an accuracy against the least that is asked for."""
    return Limit(quantity=accuracy, limit=least, at_most=False, scale=ACCURACY_SCALE)


def fleet_reading(limit: Limit, runs: Runs, *, note: str, meaning: str, source: str) -> Reading:
    """Return the fleet's accuracy as a reading."""
    seeds = ", ".join(quantity_text(float(seed), "share") for seed in runs.final_seeds)
    count = len(runs.final_seeds)
    which = f"mean of {count} seeds ({seeds})" if count > 1 else "one seed, while the slider moves"
    return Reading.of(
        limit,
        id="mean_accuracy",
        label="Fleet accuracy",
        unit="share",
        note=note,
        formula=f"{which} = {quantity_text(limit.quantity, 'share')}",
        meaning=meaning,
        source=source,
    )


def of_draws(count: int) -> str:
    """Return how many draws a score is the mean of, as the end of a sentence: " and of 3 draws", or nothing of one."""
    return f" and of {count} draws" if count > 1 else ""


def city_reading(track: Track, limit: Limit, runs: Runs, *, meaning: str, source: str) -> Reading:
    """Return the worst city's accuracy as a reading."""
    names = city_names(track)
    scores = (quantity_text(float(score), "share") for score in runs.cities[-1])
    each = ", ".join(f"{name} {score}" for name, score in zip(names, scores, strict=True))
    return Reading.of(
        limit,
        id="worst_city",
        label="Worst city",
        unit="share",
        note=f"{names[runs.worst]}, ≥ {quantity_text(limit.limit, 'share')}",
        formula=f"least of: {each}",
        meaning=meaning,
        source=source,
    )


def fleet_verdict(reading: Reading, *, code: str, titles: tuple[str, str], cause: str, fixes: Offered) -> Verdict:
    """Judge the fleet's accuracy; ``titles`` when it reaches its target and when it does not."""
    title = titles[reading.level == "fail"]
    return Verdict(code=code, reading=reading, title=title, cause=cause, fixes=fixes)


def city_verdict(reading: Reading, *, city: str, cause: str, fixes: Offered) -> Verdict:
    """Judge the city that scores lowest; ``cause`` is its text where it falls behind."""
    behind = reading.level == "fail"
    return Verdict(
        code=LEFT_BEHIND,
        reading=reading,
        title="City left behind" if behind else "No city left behind",
        measure=city,
        cause=cause if behind else f"{city} has the lowest score of the five.",
        fixes=fixes,
    )


def why_above_the_best(excess: float, parts: ExcessLoss | None, *, local_steps: int, updates: float) -> str:
    """Name the largest part of a loss above the best: too few rounds, drift, or the chance of whose updates arrive.

    ``updates`` arrive in the mean round. While a slider moves the parts are not known.
    """
    above = f"The loss ends {three_digits(excess)} above the best model of all data"
    if parts is None:
        return f"{above}."
    steps = f"{local_steps} local {'step' if local_steps == 1 else 'steps'}"
    named = {
        "unfinished": f"after so many rounds all clients, too, are {three_digits(parts.unfinished)} above where they "
        "settle.",
        "drift": f"with {steps} on local data all clients settle {three_digits(parts.drift)} above it, whatever the "
        "rounds.",
        "sampling": f"with {three_digits(updates)} of {CLIENTS} updates a round it is {three_digits(parts.sampling)} "
        "above the run of all clients.",
    }
    return f"{above}; {named[parts.largest]}"


def accuracy_fixes(
    code: str,
    now: Limit,
    candidates: Iterable[Fix],
    gains: Callable[[Fix], tuple[float, float]],
    *,
    max_tried: int,
) -> tuple[Fix, ...]:
    """Return what raises an accuracy: the worst city's where ``code`` is ``LEFT_BEHIND``, else the fleet's.

    ``gains`` returns by how much a change raises the fleet's and the worst city's.
    """

    def after(fix: Fix) -> Limit:
        mean, worst = gains(fix)
        return now.at(now.quantity + (worst if code == LEFT_BEHIND else mean))

    return best_fixes(now, candidates, after, least_gain=CLEAR_GAIN / ACCURACY_SCALE, max_tried=max_tried)
