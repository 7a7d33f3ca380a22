"""What the privacy bench shows and asks before the lock: the brief, and two predictions with their truths."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from physics.privacy import client_updates, minimum_client_updates
from tracks import Brief, Option, Prediction, Route, Table, Term, Track, Truth, Value
from tracks.api.quantities import in_words, three_digits
from tracks.common.cache import cached_on_disk
from tracks.common.proxy_fleet import CITIES, CLIENTS
from tracks.missions.privacy.accounting import calibrated_noise_of
from tracks.missions.privacy.setting import DEFAULTS, DEPLOYMENTS, setting_of

WEAK, STRONG = 8.0, 1.0
STORED_ALPHAS = (0.05, 0.1, 0.3, 1.0, 100.0)
STORED_FLEETS = (50, 1_000_000_000)
ONE_IMAGE = 1 / 360
SAME = "all_the_same"

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
    """Return the bench's two locks: the factor in client updates, and the deployment with a formal guarantee."""
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
        Prediction(
            id="formal_guarantee",
            question=f"Which deployment gives a formal guarantee to a {unit}?",
            scenario={"noise": "central", "epsilon": DEFAULTS["epsilon"].value},
            given=(("Promised", f"ε = {DEFAULTS['epsilon'].value:g}, all rounds"),),
            truth=guarantee_truth,
            mechanisms=_guarantee_mechanisms(),
            options=_deployments(),
            reason="bound",
            case=_case,
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


def guarantee_truth(track: Track, **controls: Value) -> Truth:  # noqa: ARG001 - a promise is one on every track
    """Return the only deployment that adds noise for its promise, or that they are alike."""
    states = {name: setting_of({**controls, "deployment": name}) for name in DEPLOYMENTS}
    kept = [name for name, one in states.items() if one.private and calibrated_noise_of(one).multiplier > 0]
    return Truth(value=kept[0] if len(kept) == 1 else SAME)


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


def _case(track: Track, **controls: Value) -> Table:  # noqa: ARG001 - a promise is one on every track
    """Return the three deployments with the noise that each adds and the epsilon that follows from it."""
    travels = {
        "centralised": "the raw data",
        "federated": "updates, as they are",
        "federated_dp": "updates, clipped, with noise",
    }
    rows = []
    for name, label in DEPLOYMENTS.items():
        setting = setting_of({**controls, "deployment": name})
        noise = calibrated_noise_of(setting).multiplier if setting.private else 0.0
        bound = f"ε = {three_digits(setting.epsilon)}" if noise > 0 else "none: ε is without bound"
        rows.append((label, travels[name], noise, bound))
    return Table(columns=("one person more or less", "what travels", "noise, clip lengths", "bound"), rows=tuple(rows))


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


def _deployments() -> tuple[Option, ...]:
    return (
        Option(
            id="centralised",
            text="A: centralised",
            feedback="All raw data stand in one place. Access rules guard them; nothing bounds what the model shows.",
        ),
        Option(
            id="federated",
            text="B: federated",
            feedback="The raw data stay where they are, and updates computed from them travel. From an update, or from "
            "the model, examples have been reconstructed and members told apart. Locality alone is not a guarantee.",
        ),
        Option(
            id="federated_dp",
            text="C: federated + DP",
            feedback="Updates are clipped, noise is added and every round is booked: (ε, δ), for a unit that is named. "
            "The noise carries the guarantee; it could be added to centralised training as well.",
        ),
        Option(
            id=SAME,
            text="All the same",
            feedback="They differ in what travels, and in what bounds it. One of them adds noise and keeps books.",
        ),
    )


def _guarantee_mechanisms() -> tuple[Option, ...]:
    return (
        Option(
            id="locality",
            text="The raw data stay on the device",
            feedback="That removes one copy and one place to break into. It does not bound what an update shows.",
        ),
        Option(
            id="bound",
            text="Clipping and noise bound what one person changes",
            feedback="Clipping bounds the change, noise makes two neighbouring runs hard to tell apart, and the "
            "accountant adds the rounds up.",
        ),
        Option(
            id="averaging",
            text="An average hides each of its parts",
            feedback="Against everything else that an observer may know, the rest can be subtracted. Secure "
            "aggregation hides the parts from the server and still publishes the exact sum.",
        ),
        Option(
            id="access",
            text="Access control and encryption",
            feedback="They decide who sees the data and the updates, and say nothing of what the trained model shows "
            "to those who may use it.",
        ),
    )
