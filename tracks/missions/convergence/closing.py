"""What closes the convergence bench: the observation, Peek's equations, and the reflection with its check."""

from __future__ import annotations

from dataclasses import replace

from physics.traffic import retry
from tracks import Option, Outcome, Peek, PeekLine, Preset, Question, Reflection, Track, Value
from tracks.api.quantities import in_words, three_digits
from tracks.common.agreement import agreeing_states, disagreements
from tracks.common.declared import device_word
from tracks.common.federated_runs import ALGORITHMS, SEEDS, SELECTIONS, final_scores
from tracks.common.proxy_fleet import CLIENTS, city_names
from tracks.missions.convergence.costs import costs, invitation_of
from tracks.missions.convergence.setting import DEFAULTS, default_setting, setting_of
from tracks.missions.convergence.state import learning_of
from tracks.missions.convergence.texts import points

POOR_LINK = 0.2  # delivers one attempt in five

OBSERVATION = Question(
    id="second_half",
    text=f"In the first figure, at {DEFAULTS['local_steps'].value} local steps, "
    f"{DEFAULTS['clients_per_round'].value} clients and {DEFAULTS['rounds'].value} rounds of FedAvg: what did the "
    "second half of the bytes bring the fleet?",
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
    settings=(
        Preset(
            id="asked",
            label="that setting",
            values={name: DEFAULTS[name].value for name in ("local_steps", "clients_per_round", "rounds", "algorithm")},
        ),
    ),
)


# --- Peek ------------------------------------------------------------------------------------------------------------

_READINGS = (
    ("moved", "Bytes of a device", "participations = rounds × S/K;  bytes = participations × (down + E[attempts] "
     "× up), twice that for SCAFFOLD",
     r"$\text{participations} = \text{rounds} \times S / K$; $\text{bytes} = \text{participations} \times "
     r"(\text{down} + E[\text{attempts}] \times \text{up})$, twice that for SCAFFOLD"),
    ("wasted", "Failed uploads", "failed = 1 − p / E[attempts];  bytes = participations × (E[attempts] − p) × up",
     r"$\text{failed} = 1 - \dfrac{p}{E[\text{attempts}]}$; $\text{bytes} = \text{participations} \times "
     r"(E[\text{attempts}] - p) \times \text{up}$"),
    ("communication_to_compute", "Moving against learning", "(receive + E[attempts] × send) / (p × learn), in joules; "
     "in seconds",
     r"$\dfrac{\text{receive} + E[\text{attempts}] \times \text{send}}{p \times \text{learn}}$, in joules; in "
     r"seconds"),
    ("loss_above_best", "Loss above the best", "F(W_R) − F(W*) = [F(A_R) − F(A∞)] + [F(A∞) − F(W*)] + [F(W_R) − "
     "F(A_R)], with A the run of all clients",
     r"$F(W_R) - F(W^*) = [F(A_R) - F(A_\infty)] + [F(A_\infty) - F(W^*)] + [F(W_R) - F(A_R)]$, with $A$ the run of "
     r"all clients"),
    ("jitter", "Jitter", "√(mean of (F(t) − F(t−1))² / 2), over the rounds that are scored",
     r"$\sqrt{\operatorname{mean}\,(F(t) - F(t-1))^2 / 2}$, over the rounds that are scored"),
)  # fmt: skip


def peek(track: Track, outcome: Outcome, **controls: Value) -> Peek:
    """Return the equations with the numbers of a state, as its readings have them."""
    setting, (agreeing, where) = setting_of(controls), agreeing_states(track)
    mean = invitation_of(setting)
    arrive = three_digits(setting.clients_per_round * mean.delivered)
    method = ALGORITHMS[setting.algorithm] + (f", μ = {three_digits(setting.mu)}" if setting.proximal else "")
    accuracy, wasted = outcome.reading("mean_accuracy"), outcome.reading("wasted")
    lines = [
        PeekLine(
            name="A round",
            equation="W(t+1) = W(t) + Σ s_k (W_k − W(t)), over the updates that arrive;  W_k: τ steps of size η on the "
            "client’s mean cross-entropy;  FedProx adds μ/2 |W − W(t)|² to a client’s loss, SCAFFOLD c_k − c to a step",
            latex=r"$W(t+1) = W(t) + \sum_k s_k (W_k - W(t))$, over the updates that arrive; $W_k$: $\tau$ steps of "
            r"size $\eta$ on the client’s mean cross-entropy; FedProx adds $\frac{\mu}{2} \lvert W - W(t) \rvert^2$ "
            r"to a client’s loss, SCAFFOLD $c_k - c$ to a step",
            numbers=f"{method}; τ = {setting.local_steps}, η = {three_digits(setting.learning_rate)}; "
            f"{setting.clients_per_round} of {CLIENTS} invited ({SELECTIONS[setting.selection]}), {arrive} arrive",
            source=accuracy.source,
        ),
        PeekLine(
            name="A link",
            equation="p = 1 − (1−r)^A;  E[attempts] = p / r, for each client’s r;  then the mean over those invited",
            latex=r"$p = 1 - (1 - r)^A$; $E[\text{attempts}] = p / r$, for each client’s $r$; then the mean over those "
            r"invited",
            numbers=f"r = {in_words(setting.reliability, 'share')} in the mean, A = {setting.attempts}: p = "
            f"{three_digits(mean.delivered)}, E[attempts] = {three_digits(mean.attempts)}",
            source=wasted.source,
        ),
    ]
    lines += [
        PeekLine(name=name, equation=equation, latex=latex, numbers=reading.formula, source=reading.source)
        for name, equation, latex, reading in (
            (name, equation, latex, outcome.reading(reading_id)) for reading_id, name, equation, latex in _READINGS
        )
    ]
    return Peek(
        lines=tuple(lines),
        leaves_out="The curve is a proxy task: digits, softmax regression, real FedAvg. A small network wins or loses "
        f"as it does in {agreeing} of 100 states {where}. The two disagree in three places: {disagreements(track)}. "
        "Deep networks drift differently still. Local steps are full batches. Clients are synchronous: a late update "
        "is lost, not stale. Downloads always arrive, at the rate of the uplink. A smaller payload and a compressed "
        "upload cost no accuracy here, which holds down to about a tenth with error feedback. "
        f"{SEEDS} draws on one partition say nothing of other partitions. Protocol "
        f"headers, and whatever else the {device_word(track)} moves.",
    )


# --- reflection ------------------------------------------------------------------------------------------------------


def wasted_share(reliability: float, *, attempts: int, learning: float) -> float:
    """Return the share of the energy that failed syncs take, where learning costs ``learning`` uploads."""
    tried = retry(reliability, max_attempts=attempts, compute_j=learning, transmit_j=1.0)
    return float(tried.wasted)


def reflection(track: Track) -> Reflection:
    """Return the closing question, its check, and how good and weak answers read on this track."""
    start = default_setting(track)
    seed = track.fleet.seed
    first = replace(start, selection="reliable_first")
    random_failed, first_failed = (invitation_of(one).failed for one in (start, first))
    poor_random, poor_first = (
        invitation_of(replace(one, reliability=POOR_LINK, attempts=1)).failed for one in (start, first)
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
        f"figure the worst city then drops by {points(worst - left).lstrip('+')}: energy was saved "
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
