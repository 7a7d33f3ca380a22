"""Values for constants that only set a limit: computed from states that are solved once, and not searched.

How much memory a step takes does not depend on how much there is. So where a constant moves limits and no quantity,
the states of a bench tell at which of its values they win, and several such constants are combined without solving
anything again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from tracks.api.bench import Bench
from tracks.api.outcome import Verdict
from tracks.api.track import Track
from tracks.certify.survey import SCANNED, State, Survey
from tracks.certify.tuning.grading import Job, chosen
from tracks.certify.tuning.knobs import Knob, edited, nudged

SOLVED = 8  # times as many states as a certificate, where a bench answers at once
COARSE = 7  # positions of a control of a bench that takes long
SHARES = (0.012, 0.16)  # of the states that should win: inside the certificate's range by what few points miss
QUANTILES = (0.01, 0.03, 0.06, 0.12, 0.25, 0.5, 0.75, 0.95)  # of a quantity, at which limits are tried
BESIDE = 0.02  # of the quantity of the default, or of what wins alone: a limit that it just misses
MOST_ALONE = 6  # states that win alone whose quantities are all tried; of more, the least and the largest
TOGETHER = 3  # constants of a change
NEAREST, SPREAD = 6, 10  # changes that are returned: the smallest, and some of the others
COMPARED = 3  # states beside the default in which a constant may move no quantity
_Places = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lever:
    """A constant that moves limits alone: the exponent with which each follows it, by the code of the verdict."""

    knob: Knob
    now: float
    exponents: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantities:
    """The verdicts of one code in all states: what fails, and by what limit, NaN where it is not given."""

    quantity: NDArray[np.float64]
    limit: NDArray[np.float64]
    at_most: bool
    fails: _Places

    def failing(self, factor: float) -> _Places:
        """Return where it fails with all limits larger by a factor."""
        limit = self.limit * factor
        with np.errstate(invalid="ignore"):
            return self.quantity > limit if self.at_most else self.quantity < limit

    @property
    def is_plain(self) -> bool:
        """Whether it fails exactly where its quantity is beyond its limit; one that only warns does not."""
        return bool((self.failing(1.0) == self.fails).all())


def suggested(
    job: Job, before: str, free: Sequence[Knob], values: Mapping[str, float], names: Sequence[str], *, loosening: bool
) -> list[dict[str, float]]:
    """Return changes of a bench's limits with which its default fails, no lone move wins, and a good share does.

    Args:
        job: the bench, and the text as it is with ``values``. before: the text without them. free: its constants.
        names: those that may be moved. loosening: also in the direction that only the author may take.
    """
    with redirect_stdout(StringIO()):
        try:
            return _suggested(job, before, tuple(free), values, names, loosening=loosening)
        except Exception:  # whatever a plugin's code raises: the search goes on without
            return []


def _suggested(
    job: Job, before: str, free: tuple[Knob, ...], values: Mapping[str, float], names: Sequence[str], *, loosening: bool
) -> list[dict[str, float]]:
    track, bench, _ = chosen(job.text, job)
    fast = bench.preview is None
    survey = Survey(track, bench, points=job.points * (SOLVED if fast else 1))
    lone = [
        state
        for control in survey.by_role["decision"]
        for state in survey.scan(control, survey.default, SCANNED if fast else COARSE)
    ]
    states = [survey.default, *lone, *survey.states]
    seen = _quantities(track, survey.bench, states)
    levers = []
    for knob in free:
        if knob.name in names:
            now = values.get(knob.name, knob.value)
            text = edited(before, free, {**values, knob.name: nudged(knob, now)}, say=False)
            found = _lever(knob, now, survey, (states[0], *survey.states[:COMPARED]), chosen(text, job)[:2])
            if found is not None and all(seen[code].is_plain for code in found.exponents):
                levers.append(found)
    good = list(_good(seen, levers, lone=len(lone), loosening=loosening))
    good.sort(key=lambda one: _distance(one, free))
    rest = good[NEAREST:]
    return good[:NEAREST] + rest[:: max(1, len(rest) // SPREAD)][:SPREAD]


def _distance(change: Mapping[str, float], free: Sequence[Knob]) -> float:
    return sum(1 + knob.distance(change[knob.name]) for knob in free if knob.name in change)


def _verdicts(track: Track, bench: Bench, state: State) -> dict[str, Verdict]:
    outcome = bench.run(track, state, preview=True, fixes=False)
    return {verdict.code: verdict for verdict in outcome.verdicts}


def _quantities(track: Track, bench: Bench, states: Sequence[State]) -> dict[str, Quantities]:
    rows = [_verdicts(track, bench, state) for state in states]
    found = {}
    for code in sorted({code for row in rows for code in row}):
        given = [row.get(code) for row in rows]
        found[code] = Quantities(
            quantity=np.array([math.nan if one is None else one.quantity for one in given]),
            limit=np.array([math.nan if one is None else one.limit for one in given]),
            at_most=all(one.at_most for one in given if one is not None),
            fails=np.array([one is not None and one.level == "fail" for one in given]),
        )
    return found


def _lever(knob: Knob, now: float, survey: Survey, states: Sequence[State], other: tuple[Track, Bench]) -> Lever | None:
    """Return what a constant does to limits; None where it moves a quantity or a start, or no limit."""
    track, bench = other[0], other[1].on(other[0])
    if bench.defaults() != survey.default:
        return None
    exponents: dict[str, float] = {}
    for state in states:
        ours, theirs = _verdicts(survey.track, survey.bench, state), _verdicts(track, bench, state)
        if ours.keys() != theirs.keys():
            return None
        for code, one in ours.items():
            if theirs[code].quantity != one.quantity:
                return None
            if theirs[code].limit != one.limit:
                if min(theirs[code].limit, one.limit, now) <= 0:
                    return None
                exponents[code] = math.log(theirs[code].limit / one.limit) / math.log(nudged(knob, now) / now)
    return Lever(knob=knob, now=now, exponents=exponents) if exponents else None


def _good(
    seen: Mapping[str, Quantities], levers: Sequence[Lever], *, lone: int, loosening: bool
) -> Iterator[dict[str, float]]:
    """Yield the changes after which the first state fails, none of the lone ones wins, and a good share does."""
    none = np.zeros_like(next(iter(seen.values())).fails)
    winning = ~np.any([none, *(one.fails for one in seen.values())], axis=0)
    alone = np.flatnonzero(winning[: 1 + lone])  # what has to fail, and does not as it is
    tried = {lever.knob.name: dict(_tried(lever, seen, alone, loosening=loosening)) for lever in levers}
    for count in range(1, TOGETHER + 1):
        for some in combinations(levers, count):
            codes = [code for lever in some for code in lever.exponents]
            if len(set(codes)) < len(codes):
                continue
            fixed = np.any([none, *(one.fails for code, one in seen.items() if code not in codes)], axis=0)
            for places in product(*(tried[lever.knob.name].items() for lever in some)):
                failing = np.any([fixed, *(fails for _, fails in places)], axis=0)
                share = 1 - failing[1 + lone :].mean()
                if failing[0] and failing[1 : 1 + lone].all() and SHARES[0] <= share <= SHARES[1]:
                    yield {lever.knob.name: value for lever, (value, _) in zip(some, places, strict=True)}


def _tried(
    lever: Lever, seen: Mapping[str, Quantities], alone: NDArray[np.intp], *, loosening: bool
) -> Iterator[tuple[float, _Places]]:
    """Yield values of a constant at which a quantity of some states is at its limit, and where it then fails."""
    knob = lever.knob
    for code, exponent in lever.exponents.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            factors = seen[code].quantity / seen[code].limit
        beside = [factors[0], *(factors[alone] if alone.size <= MOST_ALONE else np.sort(factors[alone])[[0, -1]])]
        factors = factors[np.isfinite(factors) & (factors > 0)]
        if not factors.size:
            continue
        near = [one * side for one in beside for side in (1 - BESIDE, 1 + BESIDE)]
        for factor in (*np.quantile(factors, QUANTILES), *near):
            if not (math.isfinite(factor) and factor > 0):
                continue
            value = knob.rounded(lever.now * float(factor) ** (1 / exponent))
            if value in (lever.now, 0) or (knob.is_loosened_by(value) and not loosening):
                continue
            parts = [seen[one].failing((value / lever.now) ** power) for one, power in lever.exponents.items()]
            yield value, np.any(parts, axis=0)
