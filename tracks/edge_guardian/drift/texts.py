"""What the Fleet Learning Drift asks: brief and prediction, numbers from the track or its physics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

from tracks import Again, Brief, Option, Prediction, Route, Term, Track, Truth, Value
from tracks.api.quantities import in_words
from tracks.common.declared import device_word
from tracks.common.federated_runs import runs, settling_of
from tracks.common.proxy_fleet import CITIES, CLIENTS, city_accuracy, city_ceilings, city_names, problem
from tracks.common.traffic import HORIZON_DAYS, cap_bytes
from tracks.edge_guardian.drift.costs import costs
from tracks.edge_guardian.drift.figures import ACCURACY
from tracks.edge_guardian.drift.setting import DUSTY, ROUNDS_PER_DAY, Setting, default_setting, setting_of
from tracks.edge_guardian.drift.state import learning_of


def brief(track: Track) -> Brief:
    """Return the stakeholder's message, with the track's own texts where it has them."""
    start, targets = default_setting(track), track.targets
    device, dusty = device_word(track), city_names(track)[DUSTY]
    speaker = track.texts.get("crisis_speaker", "Safety lead")
    text = (
        f"A dust storm stands over {dusty}. Of its uploads {in_words(start.links[DUSTY], 'share')} arrive, "
        f"{in_words(start.links[0], 'share')} in the other four cities. I want the fleet at "
        f"{in_words(targets.safety_accuracy, 'share')}, no city below "
        f"{in_words(targets.worst_city_accuracy, 'share')}, at most {in_words(cap_bytes(track), 'B')} a {device} in "
        f"{HORIZON_DAYS} days, and the control loop inside {in_words(track.device.deadline_s, 's')} at p99. "
        f"How much does each {device} learn, whom do we invite, how often, and when?"
    )
    invariant = (
        "A round sends the shared model to some vehicles, lets each take local steps on data of its own, and averages "
        "the updates that arrive. Whoever is not heard is not in the average. A vehicle that drives runs its control "
        "loop; a kernel that has begun cannot be interrupted. A parked vehicle has walls around its antenna and little "
        "power; in a depot it has a good link once a day, if it goes there at all. The fleet is simulated: "
        f"{CLIENTS} clients, {CLIENTS // CITIES} in each of {CITIES} cities, each standing for an equal part of the "
        "vehicles. The curves are real federated runs of a proxy task, softmax regression on handwritten digits, with "
        "three draws of who takes part."
    )
    return Brief(
        speaker=speaker,
        text=track.texts.get("crisis_text", text),
        short=track.texts.get(
            "crisis_short", f"The {speaker} wants no city left behind, the cap kept and the control loop untouched."
        ),
        invariant=invariant,
    )


# --- prediction ------------------------------------------------------------------------------------------------------


# The decisions that the run depends on; the links are in the message and among what is given.
ASKED_AT = ("local_steps", "vehicles_per_round", "algorithm", "selection", "rounds_per_day", "when")


def predictions(track: Track) -> tuple[Prediction, ...]:
    """Return the bench's one lock: the dusty city's accuracy at the start settings."""
    start, dusty = default_setting(track), city_names(track)[DUSTY]
    scenario: dict[str, Value] = {name: value for name, value in asdict(start).items() if name in ASKED_AT}
    return (
        Prediction(
            id="dusty_city",
            question=f"With {start.local_steps} local steps, in the storm: what share of {dusty}’s test images does "
            f"the shared model get right after {HORIZON_DAYS} days?",
            unit="share",
            low=0,
            high=1,
            scenario=scenario,
            given=(
                (f"Uploads that arrive from {dusty}", in_words(start.links[DUSTY], "share")),
                ("Curve", "proxy task, real run"),
            ),
            truth=truth,
            mechanisms=_mechanisms(track),
            right="relative",
            tolerance=0.1,
            marks=marks,
            routes=_routes(track),
            reason="unheard",
            again=Again(
                values={"local_steps": (10, 56, 3)},
                question=f"In the storm: what share of {dusty}’s test images does the shared model get right after "
                f"{HORIZON_DAYS} days?",
                given=((f"Uploads that arrive from {dusty}", in_words(start.links[DUSTY], "share")),),
            ),
        ),
    )


def dusty_accuracy(track: Track, setting: Setting) -> float:
    """Return the dusty city's final score, 0..1."""
    return float(runs(learning_of(track, setting, seed=0)).cities[-1, DUSTY])


def truth(track: Track, **controls: Value) -> Truth:
    """Return the dusty city's accuracy: the best shared model's, what drift changes, and what is not delivered."""
    setting = setting_of(controls)
    fleet = problem(track.fleet.seed, track.fleet.skew_alpha)
    best = city_ceilings(track.fleet.seed, track.fleet.skew_alpha)[DUSTY]
    alike = float(city_accuracy(fleet, settling_of(learning_of(track, setting, seed=0)).weights)[DUSTY])
    value = dusty_accuracy(track, setting)
    return Truth(
        value=value,
        terms=(
            Term(name="The best model that all share", value=best),
            Term(name="Drift of the local steps, every city heard alike", value=alike - best),
            Term(name="Updates that do not arrive", value=value - alike),
        ),
        combine="sum",
    )


def marks(track: Track, value: float) -> Mapping[str, tuple[float, float]]:
    """Return the point of a predicted accuracy: at the bytes of the start settings."""
    return {ACCURACY: (costs(track, default_setting(track)).moved, value)}


def _like_the_fleet(track: Track, **controls: Value) -> float:
    return float(runs(learning_of(track, setting_of(controls), seed=0)).mean[-1])


def _like_the_link(track: Track, **controls: Value) -> float:  # noqa: ARG001 - the state names all that counts
    return setting_of(controls).links[DUSTY]


def _half_of_the_fleet(track: Track, **controls: Value) -> float:
    setting = setting_of(controls)
    return _like_the_fleet(track, **controls) * setting.links[DUSTY] / setting.links[0]


def _routes(track: Track) -> tuple[Route, ...]:
    """Return the tempting ways to another accuracy."""
    start, dusty = default_setting(track), city_names(track)[DUSTY]
    heard, clear = (in_words(start.links[city], "share") for city in (DUSTY, 0))
    fleet = in_words(_like_the_fleet(track, **asdict(start)), "share")
    return (
        Route(
            name="one shared model, one accuracy",
            value=_like_the_fleet,
            why=f"{fleet} is the mean over five cities. {dusty} sees classes of its own, and the model is only as good "
            "there as its own updates.",
        ),
        Route(
            name="the share of its uploads that arrive",
            value=_like_the_link,
            why=f"{heard} of the updates arrive, and each is a whole update; the other cities teach part of what "
            f"{dusty} needs.",
        ),
        Route(
            name="the fleet’s accuracy, scaled by the links",
            value=_half_of_the_fleet,
            why=f"{fleet} × {heard} / {clear}: accuracy does not fall in step with the updates that arrive.",
        ),
    )


def _mechanisms(track: Track) -> tuple[Option, ...]:
    start, dusty = default_setting(track), city_names(track)[DUSTY]
    score = runs(learning_of(track, start, seed=0))
    mean, city = float(score.mean[-1]), float(score.cities[-1, DUSTY])
    often = replace(start, rounds_per_day=ROUNDS_PER_DAY[1])
    one_step = replace(start, local_steps=1)
    share = float(score.shares[DUSTY])
    return (
        Option(
            id="one_model",
            text="One shared model: a city scores about what the fleet scores",
            feedback=f"The model is shared, the mistakes are not: the fleet is at {in_words(mean, 'share')}, {dusty} "
            f"at {in_words(city, 'share')}. A city that sees classes of its own is only as good as its own updates.",
        ),
        Option(
            id="unheard",
            text="The average turns to those whose updates arrive",
            feedback=f"{dusty} is invited as often as any city and sends {in_words(share, 'share')} of the updates "
            f"that arrive, not {in_words(1 / CITIES, 'share')}. Between two of its updates the others pull the model "
            f"away, {start.local_steps} steps at a time.",
        ),
        Option(
            id="rounds",
            text=f"{start.rounds} rounds are enough to make up for lost updates",
            feedback=f"With {often.rounds} rounds {dusty} ends at {in_words(dusty_accuracy(track, often), 'share')}: "
            "more rounds repeat the same shares.",
        ),
        Option(
            id="drift_alone",
            text="Many local steps drift, and that is all",
            feedback=f"They do. But with one step a round, which has no drift, {dusty} still ends at "
            f"{in_words(dusty_accuracy(track, one_step), 'share')}: it is heard too little.",
        ),
    )
