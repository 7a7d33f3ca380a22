"""What the recommendation fleet asks and answers: the product lead's message, and which option is a guarantee."""

from __future__ import annotations

from tracks import Brief, Option, Prediction, Table, Track, Truth, Value
from tracks.api.quantities import in_words, three_digits
from tracks.missions.privacy.accounting import calibrated_noise_of
from tracks.missions.privacy.recommendation.read_out import READ_OUT
from tracks.missions.privacy.recommendation.state import evaluate
from tracks.missions.privacy.recommendation.world import (
    NETWORK_BYTES,
    PARAMETERS,
    PHONES,
    PREFER_C,
    trial,
)
from tracks.missions.privacy.setting import DEPLOYMENTS, setting_of
from tracks.missions.privacy.state import GAP_LIMIT

SPEAKER = "Product lead"
SAME = "all_the_same"


def trial_points(track: Track) -> float:
    """Return by how many points the team's trial lies below the ceiling."""
    return evaluate(track, trial(), seed=0).gap


def brief(track: Track) -> Brief:
    """Return the product lead's message, with the numbers of the case."""
    lost = in_words(round(trial_points(track)), "")
    return Brief(
        speaker=SPEAKER,
        text="Recommendations can be learnt three ways: A, centralised; B, federated; C, federated with differential "
        f"privacy. {in_words(PREFER_C, 'share')} of our users prefer C, says a survey. But the team’s trial of C lost "
        f"{lost} points of accuracy, and I allow {three_digits(GAP_LIMIT)}. The model has {in_words(PARAMETERS, '')} "
        f"parameters, {in_words(track.model.moved_bytes, 'B')}, for {in_words(PHONES, 'phones')}; the network carries "
        f"{in_words(NETWORK_BYTES, 'B')} a day. Which of them is a promise that I can give in writing?",
        short="The product lead asks which of three options is a guarantee, and whether C can be shipped.",
        invariant="A formal guarantee is a number that bounds how much any one user’s data can change what anybody "
        "observes, whatever else is known. The unit here is the user, all rounds together. Accuracy is that of real "
        "federated runs of a proxy task on one partition, the same on every track.",
    )


def predictions(track: Track) -> tuple[Prediction, ...]:  # noqa: ARG001 - the same fleet on every track
    """Return the one lock: which option gives a formal guarantee."""
    return (
        Prediction(
            id="formal_guarantee",
            question="Which option gives a formal guarantee to a user?",
            truth=guarantee_truth,
            mechanisms=_reasons(),
            options=_options(),
            reason="bound",
            case=case,
            panel=READ_OUT,
        ),
    )


def guarantee_truth(track: Track, **controls: Value) -> Truth:  # noqa: ARG001 - a promise is one on every track
    """Return the only deployment that adds noise for its promise, or that they are alike."""
    states = {name: setting_of({**controls, "deployment": name}) for name in DEPLOYMENTS}
    kept = [name for name, one in states.items() if one.private and calibrated_noise_of(one).multiplier > 0]
    return Truth(value=kept[0] if len(kept) == 1 else SAME)


def case(track: Track, **controls: Value) -> Table:  # noqa: ARG001 - a promise is one on every track
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


def _options() -> tuple[Option, ...]:
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


def _reasons() -> tuple[Option, ...]:
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
