"""What the convergence bench asks: brief and prediction, numbers from the track or its physics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

from tracks import Again, Brief, Curve, Option, Prediction, Route, Term, Track, Truth, Value
from tracks.api.quantities import in_words, three_digits
from tracks.common.declared import device_word
from tracks.common.federated_runs import runs, settling_of
from tracks.common.proxy_fleet import CITIES, CLIENTS, ceiling, fleet_accuracy, problem
from tracks.common.traffic import HORIZON_DAYS, cap_bytes
from tracks.missions.convergence.costs import costs
from tracks.missions.convergence.figures import ACCURACY_SHOWN, COMMUNICATION
from tracks.missions.convergence.setting import Setting, default_setting, setting_of
from tracks.missions.convergence.state import learning_of

EARLIER = (2, 10, 25)  # rounds at which the curve is drawn, where they come before half of them and all


# --- brief -----------------------------------------------------------------------------------------------------------


def brief(track: Track) -> Brief:
    """Return the stakeholder's message, with the track's own texts where it has them."""
    targets, device, cap = track.targets, device_word(track), in_words(cap_bytes(track), "B")
    start = default_setting(track)
    fleet, floor = in_words(targets.mean_accuracy, "share"), in_words(targets.worst_city_accuracy, "share")
    text = (
        f"I need the fleet at {fleet} and no city below {floor}, with at most {cap} a {device} in {HORIZON_DAYS} days. "
        f"The team starts with {start.rounds} rounds of {start.local_steps} local steps and asks for more rounds. "
        "Are more rounds what we need?"
    )
    invariant = (
        "A round sends the shared model to some clients, lets each take local steps on data of its own, and averages "
        "the updates that arrive. Every round costs bytes, down and up; local steps cost computing and no bytes. The "
        f"fleet is simulated: {CLIENTS} clients, {CLIENTS // CITIES} in each of {CITIES} cities, each standing for an "
        "equal part of the devices; a city’s clients see the same mix of classes, and cities differ. Links differ too. "
        "The curves are real FedAvg runs of a proxy task, softmax regression on handwritten digits, with three draws "
        "of who takes part."
    )
    return Brief(
        speaker=track.texts.get("convergence_speaker", "Product lead"),
        text=track.texts.get("convergence_text", text),
        short=track.texts.get("convergence_short", "The product lead asks whether more rounds are what is needed."),
        invariant=invariant,
    )


# --- prediction ------------------------------------------------------------------------------------------------------


def asked(track: Track) -> Setting:
    """Return the state that the question is about: every client in every round, over links that always deliver."""
    return replace(default_setting(track), clients_per_round=CLIENTS, reliability=1.0)


def predictions(track: Track) -> tuple[Prediction, ...]:
    """Return the bench's one lock: what doubling the rounds adds when nothing is random."""
    setting = asked(track)
    half, per_round = setting.rounds // 2, costs(track, setting).per_round
    earlier = tuple(rounds for rounds in EARLIER if rounds < half)
    return (
        Prediction(
            id="doubling",
            question=f"Every client takes part in every round and every update arrives. From {half} to "
            f"{setting.rounds} rounds: by how many points does the fleet’s accuracy rise?",
            unit="points",
            low=-100,
            high=100,
            scenario={
                "local_steps": setting.local_steps,
                "clients_per_round": setting.clients_per_round,
                "rounds": setting.rounds,
                "algorithm": setting.algorithm,
                "learning_rate": setting.learning_rate,
                "alpha": setting.alpha,
                "reliability": setting.reliability,
            },
            given=(
                ("Cities", f"{CITIES}, this track’s partition"),
                ("Curve", "proxy task, real run"),
            ),
            truth=truth,
            mechanisms=_mechanisms(track),
            right="points",
            tolerance=1,
            marks=marks,
            routes=_routes(track),
            reason="drift",
            curve=Curve(
                panel=COMMUNICATION,
                label="accuracy after so many rounds",
                at=tuple((str(rounds), rounds * per_round) for rounds in (*earlier, half, setting.rounds)),
                weights=(*(0.0 for _ in earlier), -100.0, 100.0),
                unit="share",
                low=ACCURACY_SHOWN[0],
                high=ACCURACY_SHOWN[1],
            ),
            again=Again(
                values={"local_steps": (10, 56, 3), "alpha": (3.0, 0.03)},
                given=(("Cities", f"{CITIES}, this track’s partition"), ("Curve", "proxy task, real run")),
            ),
        ),
    )


def truth(track: Track, **controls: Value) -> Truth:
    """Return what the second half of a run's rounds adds [points]: what was left of the way before, and after it."""
    setting = setting_of(controls)
    before, after, end = _way(track, setting)
    first, second = round(100 * (end - before), 9), round(100 * (after - end), 9)
    return Truth(
        value=round(first + second, 9) + 0.0,
        terms=(
            Term(name=f"From {setting.rounds // 2} rounds to where all clients settle", value=first),
            Term(name=f"Less the same from {setting.rounds} rounds", value=second),
        ),
        combine="sum",
    )


def _way(track: Track, setting: Setting) -> tuple[float, float, float]:
    """Return the fleet's score at half of the rounds, at all of them, and the accuracy where all clients settle."""
    scores = runs(learning_of(track.fleet.seed, setting, seed=0)).mean
    return float(scores[setting.rounds // 2]), float(scores[-1]), accuracy_of(track, setting)


def accuracy_of(track: Track, setting: Setting) -> float:
    """Return the accuracy of the model at which rounds of all clients settle."""
    point = settling_of(learning_of(track.fleet.seed, setting, seed=0))
    return fleet_accuracy(problem(track.fleet.seed, setting.alpha), point.weights)


def marks(track: Track, value: float) -> Mapping[str, tuple[float, float]]:
    """Return the point of a predicted gain: at the bytes of the longer run, that many points above the shorter one."""
    setting = asked(track)
    before, _, _ = _way(track, setting)
    return {COMMUNICATION: (costs(track, setting).moved, before + value / 100)}


def _halves_the_rest(track: Track, **controls: Value) -> float:
    before, _, _ = _way(track, setting_of(controls))
    return 50 * (1 - before)


def _to_the_best(track: Track, **controls: Value) -> float:
    setting = setting_of(controls)
    before, _, _ = _way(track, setting)
    return 100 * (ceiling(track.fleet.seed, setting.alpha) - before)


def _as_much_again(track: Track, **controls: Value) -> float:
    scores = runs(learning_of(track.fleet.seed, setting_of(controls), seed=0)).mean
    return 100 * float(scores[len(scores) // 2] - scores[0])


def _routes(track: Track) -> tuple[Route, ...]:
    """Return the tempting ways to a larger gain."""
    setting = asked(track)
    before, _, end = _way(track, setting)
    half, reached = setting.rounds // 2, in_words(before, "share")
    best, start = ceiling(track.fleet.seed, setting.alpha), before - _as_much_again(track, **_controls(setting)) / 100
    missing = in_words(1 - before, "share")
    return (
        Route(
            name="more rounds are more training, which halves what is still wrong",
            value=_halves_the_rest,
            why=f"{missing} / 2; but after {half} rounds the run stands at {reached} and settles at "
            f"{in_words(end, 'share')}: the average has stopped moving.",
        ),
        Route(
            name="enough rounds reach the best model",
            value=_to_the_best,
            why=f"{in_words(best, 'share')} − {reached}; but local steps pull the average to a point of its own, at "
            f"{in_words(end, 'share')}.",
        ),
        Route(
            name="twice the bytes, twice the progress",
            value=_as_much_again,
            why=f"{reached} − {in_words(start, 'share')} is what the first {half} rounds brought, nearly all of it in "
            "the first ten.",
        ),
    )


def _controls(setting: Setting) -> dict[str, Value]:
    return asdict(setting)


def points(share: float) -> str:
    """Return a difference of accuracies in points, to 0.1."""
    return in_words(round(100 * share, 1) + 0.0, "points")


def _mechanisms(track: Track) -> tuple[Option, ...]:
    setting, start = asked(track), default_setting(track)
    half, device = setting.rounds // 2, device_word(track)
    before, after, end = _way(track, setting)
    chance = runs(learning_of(track.fleet.seed, start, seed=0)).mean
    drawn = float(chance[-1] - chance[half])
    drift = three_digits(settling_of(learning_of(track.fleet.seed, setting, seed=0)).excess_loss)
    moved, best = costs(track, setting).moved, in_words(ceiling(track.fleet.seed, setting.alpha), "share")
    return (
        Option(
            id="training",
            text="More rounds are more training",
            feedback=f"After {half} rounds the fleet is at {in_words(before, 'share')}, after {setting.rounds} at "
            f"{in_words(after, 'share')}, and endless rounds would end at {in_words(end, 'share')}. Training is over "
            f"when the average stops moving, and it has {points(end - before)} to go.",
        ),
        Option(
            id="noise",
            text="More rounds average out the noise",
            feedback="Every client is in every round, so that nothing is left to chance and there is no noise to "
            f"average out. With {start.clients_per_round} of {CLIENTS} clients and links of "
            f"{in_words(start.reliability, 'share')} the same doubling brings {points(drawn)}: the last "
            f"model is as noisy as the one {'fifty' if half == 50 else half} rounds before.",
        ),
        Option(
            id="drift",
            text="Local steps end where they end, whatever the rounds",
            feedback=f"{setting.local_steps} steps take each client towards its own optimum, and the average of those "
            f"walks has a fixed point of its own, {drift} of loss above the best model of all data. It gets "
            f"{in_words(end, 'share')} right, the best model {best}. No number of rounds moves it; fewer local "
            "steps, or SCAFFOLD, do.",
        ),
        Option(
            id="bytes",
            text="Twice the bytes, twice the progress",
            feedback=f"The bytes double, to {in_words(moved, 'B')} a {device}. The first half of them brought the "
            f"fleet to {in_words(before, 'share')}, the second half {points(after - before)}.",
        ),
    )
