"""What the convergence bench asks and says: brief, prediction, Peek and reflection, numbers from track or physics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from physics.traffic import retry
from tracks import (
    Brief,
    Option,
    Outcome,
    Peek,
    PeekLine,
    Prediction,
    Question,
    Reflection,
    Term,
    Track,
    Truth,
    Value,
)
from tracks.api.quantities import in_words, three_digits
from tracks.common.proxy_fleet import CITIES, CLIENTS, city_names, device_word, problem
from tracks.missions.convergence.costs import cap_bytes, costs
from tracks.missions.convergence.figures import COMMUNICATION
from tracks.missions.convergence.links import invited
from tracks.missions.convergence.runs import SEEDS, final_scores, fixed, learning_of, runs
from tracks.missions.convergence.setting import (
    ALGORITHMS,
    DEFAULT_ALGORITHM,
    DEFAULT_ATTEMPTS,
    DEFAULT_CLIENTS,
    DEFAULT_COMPRESSION,
    DEFAULT_LEARNING_RATE,
    DEFAULT_LOCAL_STEPS,
    DEFAULT_MU,
    DEFAULT_ROUNDS,
    DEFAULT_SELECTION,
    HORIZON_DAYS,
    SELECTIONS,
    Setting,
    setting_of,
)

POOR_LINK = 0.2  # delivers one attempt in five


def default_setting(track: Track) -> Setting:
    """Return the state in which a track's bench opens."""
    return Setting(
        local_steps=DEFAULT_LOCAL_STEPS,
        clients_per_round=DEFAULT_CLIENTS,
        rounds=DEFAULT_ROUNDS,
        algorithm=DEFAULT_ALGORITHM,
        payload_bytes=float(track.model.moved_bytes),
        attempts=DEFAULT_ATTEMPTS,
        mu=DEFAULT_MU,
        learning_rate=DEFAULT_LEARNING_RATE,
        compression=DEFAULT_COMPRESSION,
        selection=DEFAULT_SELECTION,
        alpha=track.fleet.skew_alpha,
        reliability=track.fleet.reliability,
    )


# --- brief -----------------------------------------------------------------------------------------------------------


def brief(track: Track) -> Brief:
    """Return the stakeholder's message, with the track's own words where it brings them."""
    targets, device, cap = track.targets, device_word(track), in_words(cap_bytes(track), "B")
    fleet, floor = in_words(targets.mean_accuracy, "share"), in_words(targets.worst_city_accuracy, "share")
    text = (
        f"I need the fleet at {fleet} and no city below {floor}, with at most {cap} a {device} in {HORIZON_DAYS} days. "
        f"The team starts with {DEFAULT_ROUNDS} rounds of {DEFAULT_LOCAL_STEPS} local steps and asks for more rounds. "
        "Are more rounds what we need?"
    )
    invariant = (
        "A round sends the shared model to some clients, lets each take local steps on data of its own, and averages "
        "the updates that arrive. Every round costs bytes, down and up; local steps cost computing and no bytes. The "
        f"fleet is simulated: {CLIENTS} clients, {CLIENTS // CITIES} in each of {CITIES} cities, each standing for an "
        "equal part of the devices; a city’s clients see the same mix of classes, and cities differ. Links differ too. "
        "The curves are real federated runs of a proxy task, least squares on handwritten digits, with three draws of "
        "who takes part. What they show about rounds, drift and cities carries over; their third digit does not."
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
    """Return the bench's one lock: what doubling the rounds adds when nothing is left to chance."""
    setting = asked(track)
    half = setting.rounds // 2
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
                ("Curve", "proxy task, exact run"),
            ),
            truth=truth,
            mechanisms=_mechanisms(track),
            right="points",
            tolerance=1,
            marks=marks,
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
            Term(name=f"Way to the fixed point left after {setting.rounds // 2} rounds", value=first),
            Term(name=f"Less what is left after {setting.rounds}", value=second),
        ),
        combine="sum",
    )


def _way(track: Track, setting: Setting) -> tuple[float, float, float]:
    """Return the fleet's score at half of the rounds, at all of them, and the accuracy of the fixed point."""
    scores = runs(learning_of(track.fleet.seed, setting, seed=0)).mean
    return float(scores[setting.rounds // 2]), float(scores[-1]), accuracy_of(track, setting)


def accuracy_of(track: Track, setting: Setting) -> float:
    """Return the accuracy of the point that endless rounds of all clients approach."""
    data = problem(track.fleet.seed, setting.alpha)
    point = fixed(track.fleet.seed, setting.alpha, setting.local_steps, setting.learning_rate, setting.proximal)
    return float(data.data.correct(point.weights[None]).sum() / data.data.test_class_sizes.sum())


def best_accuracy(track: Track, setting: Setting) -> float:
    """Return the accuracy of the fleet's optimum, which a run without drift approaches."""
    data = problem(track.fleet.seed, setting.alpha)
    return float(data.data.correct(data.optimum[None]).sum() / data.data.test_class_sizes.sum())


def marks(track: Track, value: float) -> Mapping[str, tuple[float, float]]:
    """Return where a predicted gain stands: at the bytes of the longer run, that many points above the shorter one."""
    setting = asked(track)
    before, _, _ = _way(track, setting)
    return {COMMUNICATION: (costs(track, setting).moved, before + value / 100)}


def _points(share: float) -> str:
    """Return a difference of accuracies in points, to a tenth."""
    return in_words(round(100 * share, 1) + 0.0, "points")


def _mechanisms(track: Track) -> tuple[Option, ...]:
    setting, start = asked(track), default_setting(track)
    half, device = setting.rounds // 2, device_word(track)
    before, after, end = _way(track, setting)
    chance = runs(learning_of(track.fleet.seed, start, seed=0)).mean
    drawn = float(chance[-1] - chance[half])
    point = fixed(track.fleet.seed, setting.alpha, setting.local_steps, setting.learning_rate, 0.0)
    moved, rate, bias = costs(track, setting).moved, float(point.rate), three_digits(float(point.excess_loss))
    return (
        Option(
            id="training",
            text="More rounds are more training",
            feedback=f"After {half} rounds the fleet is at {in_words(before, 'share')}, after {setting.rounds} at "
            f"{in_words(after, 'share')}, and endless rounds would end at {in_words(end, 'share')}. Training is over "
            f"when the average stops moving, and it has {_points(end - before)} to go.",
        ),
        Option(
            id="noise",
            text="More rounds average out the noise",
            feedback="Every client is in every round, so that nothing is left to chance and there is no noise to "
            f"average out. With {start.clients_per_round} of {CLIENTS} clients and links of "
            f"{in_words(start.reliability, 'share')} the same doubling brings {_points(drawn)}: the last "
            "model is as noisy as the one fifty rounds before.",
        ),
        Option(
            id="drift",
            text="Local steps end where they end, whatever the rounds",
            feedback=f"{setting.local_steps} steps take each client towards its own optimum, and the average of those "
            f"walks has a fixed point of its own, {bias} of loss above the least. It gets {in_words(end, 'share')} "
            f"right, the optimum {in_words(best_accuracy(track, setting), 'share')}. No number of rounds moves it; "
            "fewer local steps, or SCAFFOLD, do.",
        ),
        Option(
            id="bytes",
            text="Twice the bytes, twice the progress",
            feedback=f"The bytes double, to {in_words(moved, 'B')} a {device}. The way left does not halve: a round "
            f"leaves at most {three_digits(rate)} of it, so {half} rounds leave {in_words(rate**half, 'share')} of the "
            "slowest part. Of that little, fifty more can bring no more than all.",
        ),
    )


# --- observation -----------------------------------------------------------------------------------------------------

OBSERVATION = Question(
    id="second_half",
    text="In the first figure, at the start settings: what did the second half of the bytes bring the fleet?",
    options=(
        Option(
            id="nothing",
            text="Less than a point",
            feedback="The line is flat long before its end. What keeps it below the target is not a lack of rounds.",
        ),
        Option(
            id="some",
            text="One to five points",
            feedback="The line still shakes by about that much from round to round; its mean does not rise.",
        ),
        Option(
            id="much",
            text="More than five points",
            feedback="The steep part is at the left, in the first tenth of the rounds; on this axis every equal step "
            "doubles the bytes.",
        ),
    ),
    answer="nothing",
)


# --- Peek ------------------------------------------------------------------------------------------------------------

_READINGS = (
    ("moved", "Bytes of a device", "participations = rounds × S/K;  bytes = participations × (down + E[attempts] "
     "× up), twice that for SCAFFOLD"),
    ("wasted", "Failed uploads", "failed = 1 − p / E[attempts];  bytes = participations × (E[attempts] − p) × up"),
    ("communication_to_compute", "Moving against learning", "(receive + E[attempts] × send) / (p × learn), in joules; "
     "in seconds"),
    ("bias", "Fixed point", "W∞ = (I − Σ p_k M_k)⁻¹ Σ p_k G_k B_k;  bias = F(W∞) − F(W*)"),
    ("rate", "Rate", "spectral radius of Σ p_k M_k"),
    ("jitter", "Jitter", "√(mean of (F(t) − F(t−1))² / 2), over the rounds that are scored"),
)  # fmt: skip


def peek(track: Track, outcome: Outcome, **controls: Value) -> Peek:
    """Return the equations with the numbers of a state, as its readings have them."""
    setting = setting_of(controls)
    mean = invited(setting.clients_per_round, setting.reliability, setting.attempts, setting.selection)
    arrive = three_digits(setting.clients_per_round * mean.delivered)
    method = ALGORITHMS[setting.algorithm] + (f", μ = {three_digits(setting.mu)}" if setting.proximal else "")
    accuracy, wasted = outcome.reading("mean_accuracy"), outcome.reading("wasted")
    lines = [
        PeekLine(
            name="A round",
            equation="W(t+1) = W(t) + Σ s_k (W_k − W(t)), over the updates that arrive;  W_k = M_k W(t) + G_k B_k: τ "
            "steps of size η, exactly;  FedProx adds μ/2 |W − W(t)|² to a client’s loss, SCAFFOLD c_k − c to a step",
            numbers=f"{method}; τ = {setting.local_steps}, η = {three_digits(setting.learning_rate)}; "
            f"{setting.clients_per_round} of {CLIENTS} invited ({SELECTIONS[setting.selection]}), {arrive} arrive",
            source=accuracy.source,
        ),
        PeekLine(
            name="A link",
            equation="p = 1 − (1−r)^A;  E[attempts] = p / r, for each client’s r;  then the mean over those invited",
            numbers=f"r = {in_words(setting.reliability, 'share')} in the mean, A = {setting.attempts}: p = "
            f"{three_digits(mean.delivered)}, E[attempts] = {three_digits(mean.attempts)}",
            source=wasted.source,
        ),
    ]
    lines += [
        PeekLine(name=name, equation=equation, numbers=reading.formula, source=reading.source)
        for name, equation, reading in (
            (name, equation, outcome.reading(reading_id)) for reading_id, name, equation in _READINGS
        )
    ]
    return Peek(
        lines=tuple(lines),
        leaves_out="The curve is a proxy task: least squares on small images, run exactly. It drifts more than softmax "
        "regression on the same data, and deep networks drift differently again; the directions carry over, not the "
        f"digits. Local steps are full batches. Clients are synchronous: a late update is lost, not stale. Downloads "
        f"always arrive, at the rate of the uplink. A smaller payload and a compressed upload cost no accuracy here, "
        f"which holds down to about a tenth with error feedback. {SEEDS} draws on one partition say nothing of other "
        f"partitions. Protocol headers, and whatever else the {device_word(track)} moves.",
    )


# --- reflection ------------------------------------------------------------------------------------------------------


def wasted_share(reliability: float, *, attempts: int, learning: float) -> float:
    """Return the share of the energy that failed syncs take, where learning costs ``learning`` uploads."""
    found = retry(reliability, max_attempts=attempts, compute_j=learning, transmit_j=1.0)
    return float(found.wasted)


def reflection(track: Track) -> Reflection:
    """Return the closing question, its check, and how good and weak answers read on this track."""
    start = default_setting(track)
    seed = track.fleet.seed
    first = replace(start, selection="reliable_first")
    random_failed, first_failed = (
        invited(one.clients_per_round, one.reliability, one.attempts, one.selection).failed for one in (start, first)
    )
    poor_random, poor_first = (
        invited(start.clients_per_round, POOR_LINK, 1, selection).failed
        for selection in (DEFAULT_SELECTION, "reliable_first")
    )
    (_, worst), (_, left) = (final_scores(learning_of(seed, one, seed=0)) for one in (start, first))
    spent = costs(track, replace(start, reliability=POOR_LINK, attempts=4))
    all_energy = in_words(spent.wasted_j / spent.spent_j, "share")
    poorest = city_names(track)[-1]
    return Reflection(
        prompt="“80% of the energy went into failed syncs.” For which link is that true? Which rule of selection would "
        "save it, and at whose cost?",
        rubric=(
            "Names the link: one attempt in five arrives, and the uploads alone are counted.",
            "Says what the learning that is lost with an update does to the share.",
            "Names a rule of selection and what it saves, with a number.",
            "Says who is no longer heard under that rule, or what would change the mind.",
        ),
        model_answer=f"Of the energy of uploads 1 − r is wasted, however often they are tried, so 80% is a link of r = "
        f"0.2. More attempts save the learning of some updates: with four and the learning counted it is "
        f"{all_energy} on this track. Inviting the "
        f"best links first lowers the failed share from {in_words(poor_random, 'share')} to "
        f"{in_words(poor_first, 'share')} there, and from {in_words(random_failed, 'share')} to "
        f"{in_words(first_failed, 'share')} on this track’s links. The cost: {poorest}, with the poorest links, is "
        f"hardly invited, and the worst city falls from {in_words(worst, 'share')} to {in_words(left, 'share')}. What "
        "would change my mind: links whose quality has nothing to do with the data behind them.",
        weak_sample="Federated learning wastes a lot of energy, so we should only select good clients.",
        strong_sample=f"At r = 0.2 and one attempt four of five uploads fail: 80%, if only uploads count. Reliable "
        f"first brings it to {in_words(poor_first, 'share')}, since the links spread around their mean. In the first "
        f"figure the worst city then drops by {_points(worst - left).lstrip('+')}: energy was saved "
        "by not asking those who are expensive to hear. City-balanced would change my mind if its bytes fit the cap.",
        check=_check(),
    )


def _check() -> Question:
    half, equal = wasted_share(0.5, attempts=2, learning=0.0), wasted_share(POOR_LINK, attempts=4, learning=1.0)
    good, poor = wasted_share(0.8, attempts=1, learning=0.0), wasted_share(POOR_LINK, attempts=1, learning=0.0)
    return Question(
        id="failed_syncs",
        text="Where do failed syncs take exactly 80% of the energy?",
        options=(
            Option(
                id="good_link",
                text="Links that deliver 80%, one attempt, uploads alone",
                feedback=f"There {in_words(good, 'share')} is wasted. The 80% are what arrives.",
            ),
            Option(
                id="poor_link",
                text="Links that deliver 20%, one attempt, uploads alone",
                feedback=f"1 − r = {in_words(poor, 'share')}. More attempts leave that share as it is, because each of "
                "them fails as often; they raise what is delivered, and the bytes. Inviting the best links first is "
                "the rule that lowers it, and it silences the cities whose links are poor.",
            ),
            Option(
                id="with_learning",
                text="Links that deliver 20%, four attempts, learning as dear as one upload",
                feedback=f"There it is {in_words(equal, 'share')}: four attempts deliver "
                f"{in_words(1 - (1 - POOR_LINK) ** 4, 'share')} of the updates, and the learning of those is not lost.",
            ),
            Option(
                id="half_link",
                text="Links that deliver 50%, two attempts, uploads alone",
                feedback=f"Half of all attempts fail, the second like the first: {in_words(half, 'share')}.",
            ),
        ),
        answer="poor_link",
    )
