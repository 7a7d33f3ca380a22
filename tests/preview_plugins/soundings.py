"""A plugin whose one bench has a preview: the mean of one draw where the full answer has that of three, and says so."""

from dataclasses import replace

import numpy as np

from tracks import hookimpl
from tracks.certify.template import CRISIS, HARBOUR_CRANE

SPREAD = 0.05  # of a draw, as a share of the airtime


def drawn(outcome, *, seed, draws):
    """Return the outcome with its airtime as the mean of so many draws."""
    airtime = outcome.reading("airtime")
    mean = airtime.value * float(np.random.default_rng(seed).normal(1, SPREAD, draws).mean())
    measured = replace(airtime, value=mean, note=f"draws: {draws}")
    return replace(
        outcome,
        readings=(measured, *outcome.readings[1:]),
        verdicts=(replace(outcome.verdicts[0], reading=measured), *outcome.verdicts[1:]),
    )


def solve(track, *, seed, rounds, compression, radio):
    outcome = CRISIS.solve(track, seed=seed, rounds=rounds, compression=compression, radio=radio)
    return drawn(outcome, seed=seed, draws=3)


def preview(track, *, seed, fixes, rounds, compression, radio):
    outcome = CRISIS.solve(track, seed=seed, rounds=rounds, compression=compression, radio=radio)
    bare = tuple(replace(verdict, fixes=()) for verdict in outcome.verdicts)
    return drawn(outcome if fixes else replace(outcome, verdicts=bare), seed=seed, draws=1)


SOUNDINGS = replace(HARBOUR_CRANE, crisis=replace(CRISIS, solve=solve, preview=preview))


@hookimpl
def edgelab_tracks():
    return [SOUNDINGS]
