"""What the privacy bench shows and asks before the lock: the brief, and a prediction with its truth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.privacy import client_updates, minimum_client_updates
from tracks import Brief, Option, Prediction, Route, Term, Track, Truth, Value
from tracks.api.quantities import in_words, three_digits
from tracks.common.cache import cached_on_disk
from tracks.common.proxy_fleet import CITIES, CLIENTS

WEAK, STRONG = 8.0, 1.0
STORED_ALPHAS = (0.05, 0.1, 0.3, 1.0, 100.0)
STORED_FLEETS = (50, 1_000_000_000)
ONE_IMAGE = 1 / 360

# --- brief -----------------------------------------------------------------------------------------------------------


def brief(track: Track) -> Brief:
    """Return the stakeholder's message, with the track's own texts where it has them."""
    targets, fleet = track.targets, track.fleet
    bound, safety = three_digits(targets.epsilon), in_words(targets.safety_accuracy, "share")
    unit = targets.epsilon_unit
    text = (
        f"The product lead says that our {in_words(fleet.devices, fleet.unit)} learn in private, because the data stay "
        f"where they are. I want that as a number: a total ε of {bound} per {unit} at most, over all rounds, with a "
        f"δ that fits the fleet. And the safety lead wants {safety} of the answers right. Show me a design that "
        "keeps both, and what it costs."
    )
    invariant = (
        "(ε, δ)-differential privacy bounds how much any one person’s data can change the probability of any outcome: "
        "by a factor e^ε, plus δ. To get there each update is clipped to a length C, noise is added, and an accountant "
        "books what all rounds together show. The noise can be added once to the sum, by each client to its own "
        "update, or by the clients in shares that add up under secure aggregation. ε is a price that is paid in "
        f"accuracy, in clients and in bytes. The unit of the promise is the {unit}, all rounds together. The curves "
        f"are real federated runs of a proxy task on this track’s partition, {CLIENTS} clients in {CITIES} cities, "
        "each standing for an equal part of the fleet."
    )
    return Brief(
        speaker=track.texts.get("privacy_speaker", "Privacy officer"),
        text=track.texts.get("privacy_text", text),
        short=track.texts.get(
            "privacy_short", f"The Privacy officer asks for ε of {bound} per {unit} at most, at {safety} accuracy."
        ),
        invariant=invariant,
    )


# --- predictions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Design:
    """The cheapest stored design that reaches the target: clients a round, rounds, noise on their sum, all updates."""

    cohort: float
    rounds: float
    noise_multiplier: float
    updates: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the stored search is asked on a track: its nearest fleet and skew, and an accuracy that it reaches."""

    fleet: int
    alpha: float
    target: float


@lru_cache(maxsize=64)
@cached_on_disk
def _reachable(fleet: int, alpha: float, safety: float) -> float:
    best = float(client_updates(fleet=fleet, epsilon=STRONG, alpha=alpha).accuracy.max(initial=0.0))
    return safety if best >= safety - ONE_IMAGE else math.floor(100 * best) / 100


def asked(track: Track) -> Asked:
    """Return the cell of the stored search nearest to a track: the safety accuracy, or the best it can reach."""
    fleet = min(max(track.fleet.devices, STORED_FLEETS[0]), STORED_FLEETS[1])
    alpha = min(STORED_ALPHAS, key=lambda one: abs(math.log(one / max(track.fleet.skew_alpha, 1e-9))))
    return Asked(fleet=fleet, alpha=alpha, target=_reachable(fleet, alpha, track.targets.safety_accuracy))


@lru_cache(maxsize=256)
@cached_on_disk
def cheapest(cell: Asked, epsilon: float | None) -> Design:
    """Return the cheapest stored design of a cell at a promise, or without one."""
    least = minimum_client_updates(fleet=cell.fleet, epsilon=epsilon, alpha=cell.alpha, target=cell.target)
    found = client_updates(fleet=cell.fleet, epsilon=epsilon, alpha=cell.alpha)
    fits = np.flatnonzero((found.updates == least) & (found.accuracy >= cell.target - ONE_IMAGE))
    place = int(fits[0])
    return Design(
        cohort=float(found.cohort[place]),
        rounds=float(found.rounds[place]),
        noise_multiplier=float(found.noise_multiplier[place]),
        updates=float(least),
    )


def predictions(track: Track) -> tuple[Prediction, ...]:
    """Return the bench's lock: the factor in client updates."""
    cell = asked(track)
    unit = track.targets.epsilon_unit
    return (
        Prediction(
            id="client_updates",
            question=f"From ε = {WEAK:g} to ε = {STRONG:g} per {unit}, the model still at "
            f"{in_words(cell.target, 'share')}: how many times the client updates does that take?",
            unit="x",
            low=1e-30,
            high=1e30,
            reference=("as many updates as before", 1.0, 1000.0),
            scenario={"deployment": "federated_dp", "noise": "central", "local_steps": 5},
            given=(
                ("Fleet", in_words(cell.fleet, track.fleet.unit)),
                ("Search", "cheapest stored cohort and rounds"),
                ("Skew α, nearest stored", three_digits(cell.alpha)),
                ("δ", "fleet to the power −1.1"),
            ),
            truth=updates_truth,
            mechanisms=_update_mechanisms(track),
            right="factor",
            tolerance=2,
            routes=_routes(track),
            reason="raises",
        ),
    )


def updates_truth(track: Track, **controls: Value) -> Truth:  # noqa: ARG001 - the cell names all that counts
    """Return how many times the client updates the stronger promise takes, with the factors that make it."""
    cell = asked(track)
    weak, strong = cheapest(cell, WEAK), cheapest(cell, STRONG)
    return Truth(
        value=strong.updates / weak.updates,
        terms=(
            Term(name="Clients a round", value=strong.cohort / weak.cohort),
            Term(name="Rounds", value=strong.rounds / weak.rounds),
        ),
        combine="product",
    )


def _in_proportion(track: Track, **controls: Value) -> float:  # noqa: ARG001 - the two promises say all
    return WEAK / STRONG


def _squared(track: Track, **controls: Value) -> float:  # noqa: ARG001
    return (WEAK / STRONG) ** 2


def _ends_earlier(track: Track, **controls: Value) -> float:  # noqa: ARG001
    return STRONG / WEAK


def _routes(track: Track) -> tuple[Route, ...]:
    """Return the tempting ways to another factor."""
    cell = asked(track)
    weak, strong = (cheapest(cell, one) for one in (WEAK, STRONG))
    designs = (
        f"{three_digits(weak.cohort)} × {three_digits(weak.rounds)} updates become "
        f"{three_digits(strong.cohort)} × {three_digits(strong.rounds)}"
    )
    return (
        Route(
            name="an eighth of ε, so eight times the updates",
            value=_in_proportion,
            why=f"{WEAK:g} / {STRONG:g}; but ε is no share of the updates. Noise is averaged over the cohort: "
            f"{designs}.",
        ),
        Route(
            name="the updates grow with 1/ε²",
            value=_squared,
            why=f"({WEAK:g} / {STRONG:g})² holds for a mean of noise alone; the search may move cohort and rounds, and "
            f"{designs}.",
        ),
        Route(
            name="an eighth of the budget, so an eighth of the updates",
            value=_ends_earlier,
            why=f"{STRONG:g} / {WEAK:g} is where the run would stop; the model must still reach "
            f"{in_words(cell.target, 'share')}.",
        ),
    )


def _update_mechanisms(track: Track) -> tuple[Option, ...]:
    cell = asked(track)
    free, weak, strong = (cheapest(cell, one) for one in (None, WEAK, STRONG))
    factor = in_words(strong.updates / weak.updates, "x")
    designs = (
        f"{three_digits(weak.cohort)} clients × {three_digits(weak.rounds)} rounds at ε = {WEAK:g}, "
        f"{three_digits(strong.cohort)} × {three_digits(strong.rounds)} at ε = {STRONG:g}"
    )
    quiet, noisy = (one.noise_multiplier / one.cohort for one in (weak, strong))
    return (
        Option(
            id="raises",
            text="Noise raises it: more updates must average it out",
            feedback=f"The cheapest designs are {designs}: {factor}. Without any promise {three_digits(free.updates)} "
            "updates do. Noise on the average is z C / m, so that clients bought for it also pull it down.",
        ),
        Option(
            id="squared",
            text="Noise raises it with 1/ε²",
            feedback=f"(8/1)² = 64 would hold if one design had to carry all of the noise. The search is free to move "
            f"cohort and rounds: noise on the average goes from {three_digits(quiet)} to {three_digits(noisy)} "
            f"clipping lengths, and the updates by {factor}.",
        ),
        Option(
            id="lowers",
            text="Noise lowers it: a smaller budget ends the run earlier",
            feedback=f"A smaller budget buys fewer rounds at the same noise, and the model has not arrived by then. To "
            f"reach {in_words(cell.target, 'share')} the compute to converge rises or stays: {designs}.",
        ),
        Option(
            id="leaves",
            text="Noise leaves it alone: its mean is zero",
            feedback=f"The mean of the noise is zero, its size is not: each round adds it again to all coordinates. A "
            f"fleet with clients to spare outweighs it cheaply, here {factor}; a small one has no such cohort.",
        ),
    )
