"""What closes the Fleet Learning Drift: the observation, Peek's equations, and the reflection with its check."""

from __future__ import annotations

from dataclasses import replace

from tracks import Option, Outcome, Peek, PeekLine, Preset, Question, Reflection, Track, Value
from tracks.api.quantities import in_words, three_digits
from tracks.common.agreement import disagreements
from tracks.common.federated_runs import ALGORITHMS, SEEDS, SELECTIONS, drift_of, runs
from tracks.common.proxy_fleet import CITIES, CLIENTS, city_names
from tracks.edge_guardian.drift.costs import costs, expected_shares
from tracks.edge_guardian.drift.setting import DEFAULTS, DUSTY, LEARNING_RATE, Setting, default_setting, setting_of
from tracks.edge_guardian.drift.state import learning_of

FEWER_STEPS = 8  # where the mean passes and a city does not

OBSERVATION = Question(
    id="heard_share",
    text=f"In the second figure, with {DEFAULTS['vehicles_per_round'].value} vehicles a round, invited at random while "
    "they drive: how much of what arrives comes from the city in the dust?",
    options=(
        Option(
            id="fifth",
            text="A fifth, like every other city",
            feedback="It is invited that often. The bars count what arrives, and its bar ends well below the line.",
        ),
        Option(
            id="tenth",
            text="About a tenth",
            feedback="Its link delivers less than half of what the others deliver, so its part of the average is about "
            "half of an equal share.",
        ),
        Option(
            id="none",
            text="Next to nothing",
            feedback="That is what the best links first would make of it. Under random invitations it is heard, too "
            "little.",
        ),
    ),
    answer="tenth",
    settings=(
        Preset(
            id="asked",
            label="that setting",
            values={
                name: DEFAULTS[name].value
                for name in ("local_steps", "vehicles_per_round", "algorithm", "selection", "when")
            },
        ),
    ),
)

_READINGS = (
    ("learning_time", "Learning and leaving", "t = τ × frames × 3 × forward / (peak × utilisation) × (1 + gap/k);  "
     "finished = exp(−t / stay)",
     r"$t = \dfrac{\tau \times \text{frames} \times 3 \times \text{forward}}{\text{peak} \times \text{utilisation}} "
     r"\times \left(1 + \frac{\text{gap}}{k}\right)$; $\text{finished} = e^{-t / \text{stay}}$"),
    ("moved", "Bytes of a vehicle", "rounds × share invited × present × (down + finished × up), twice that for "
     "SCAFFOLD",
     r"$\text{rounds} \times \text{share invited} \times \text{present}$ $\times\,(\text{down} + \text{finished} "
     r"\times \text{up})$, twice that for SCAFFOLD"),
    ("wasted", "Wasted radio", "1 − heard × (receive + send) / (present × (receive + finished × send)), over those "
     "invited",
     r"$1 - \dfrac{\text{heard} \times (\text{receive} + \text{send})}{\text{present} \times (\text{receive} + "
     r"\text{finished} \times \text{send})}$, over those invited"),
    ("loop_p99", "Control loop", "latency at quantile q = base / (1 − b) + q × k",
     r"latency at quantile $q = \dfrac{\text{base}}{1 - b} + q \times k$"),
    ("worst_city", "A city’s accuracy", "test accuracy by class, weighed by the city’s class mix", ""),
)  # fmt: skip


def peek(track: Track, outcome: Outcome, **controls: Value) -> Peek:
    """Return the equations with the numbers of a state, as its readings have them."""
    setting = setting_of(controls)
    spent, context = costs(track, setting), setting.context
    method = ALGORITHMS[setting.algorithm] + (f", μ = {three_digits(setting.mu)}" if setting.proximal else "")
    drift = drift_of(learning_of(track, setting, seed=0))
    corrected = setting.algorithm == "scaffold"
    lines = [
        PeekLine(
            name="A round",
            equation="W(t+1) = W(t) + Σ s_k (W_k − W(t)), over the updates that arrive;  W_k: τ steps of size η "
            "on the client’s mean cross-entropy;  FedProx adds μ/2 |W − W(t)|² to a client’s loss, SCAFFOLD c_k − c to "
            "a step",
            latex=r"$W(t+1) = W(t) + \sum_k s_k (W_k - W(t))$, over the updates that arrive; $W_k$: $\tau$ steps of "
            r"size $\eta$ on the client’s mean cross-entropy; FedProx adds $\frac{\mu}{2} \lvert W - W(t) \rvert^2$ "
            r"to a client’s loss, SCAFFOLD $c_k - c$ to a step",
            numbers=f"{method}; τ = {setting.local_steps}, η = {three_digits(LEARNING_RATE)}; "
            f"{setting.vehicles_per_round} of {CLIENTS} invited ({SELECTIONS[setting.selection]}), {setting.rounds} "
            "rounds",
            source=outcome.reading("mean_accuracy").source,
        ),
        PeekLine(
            name="Heard",
            equation="heard = present × finished × link × (1 − storm), the storm in one city and in the open alone",
            latex=r"$\text{heard} = \text{present} \times \text{finished} \times \text{link} \times (1 - \text{storm})$"
            r", the storm in one city and in the open alone",
            numbers=f"{three_digits(context.present)} × {three_digits(spent.finished)} × "
            f"{three_digits(setting.links[0])} = {three_digits(spent.delivered[0])}; in the dust "
            f"{three_digits(context.present)} × {three_digits(spent.finished)} × {three_digits(setting.links[DUSTY])} "
            f"= {three_digits(spent.delivered[DUSTY])}",
            source=outcome.reading("wasted").source,
        ),
        PeekLine(
            name="Drift",
            equation="drift = F(A∞) − F(W*), A∞ where rounds of all clients settle, W* the best model of all data",
            latex=r"$\text{drift} = F(A_\infty) - F(W^*)$, $A_\infty$ where rounds of all clients settle, $W^*$ the "
            r"best model of all data",
            numbers="SCAFFOLD’s control variates: drift = 0" if corrected else f"drift = {three_digits(drift)}",
            source=outcome.reading("mean_accuracy").source,
        ),
    ]
    for reading_id, name, equation, latex in _READINGS:
        reading = outcome.reading(reading_id)
        lines.append(
            PeekLine(name=name, equation=equation, latex=latex, numbers=reading.formula, source=reading.source)
        )
    return Peek(
        lines=tuple(lines),
        leaves_out="The curve is a proxy task: softmax regression on small images, real FedAvg. A small network "
        f"disagrees in three places of convergence: {disagreements(track)}. Deep networks drift differently, and the "
        "directions carry over, not the digits. The storm thins a link evenly; a real one closes "
        "it for hours, and dims what the cameras see. An update is late or lost, never stale. Each upload is tried "
        "once, and downloads always arrive. The loop is bound by memory and its kernels follow one another; no other "
        f"task waits. {SEEDS} draws on one partition say nothing of other partitions.",
    )


# --- reflection ------------------------------------------------------------------------------------------------------


def scores_of(track: Track, setting: Setting) -> tuple[float, float]:
    """Return the fleet's and the worst city's final score, 0..1."""
    result = runs(learning_of(track, setting, seed=0))
    return result.final_mean, result.final_worst


def reflection(track: Track) -> Reflection:
    """Return the closing question, its check, and how good and weak answers read on this track."""
    start, dusty = default_setting(track), city_names(track)[DUSTY]
    floor = in_words(track.targets.worst_city_accuracy, "share")
    fewer, corrected = replace(start, local_steps=FEWER_STEPS), replace(start, algorithm="scaffold")
    depot = replace(start, when="depot", local_steps=FEWER_STEPS)
    (mean, worst), (_, spoken), (_, housed) = (scores_of(track, one) for one in (fewer, corrected, depot))
    share = in_words(float(runs(learning_of(track, start, seed=0)).shares[DUSTY]), "share")
    doubled = in_words(costs(track, corrected).moved / costs(track, start).moved, "x")
    return Reflection(
        prompt="The fleet’s mean can pass while a city fails. Which number showed it, what made the city fall behind, "
        "and what did your way of hearing it cost?",
        rubric=(
            "Names a state in which the mean passed and a city did not, with both numbers.",
            "Says that the average hears a city by what arrives, not by whom it invites.",
            "Names the change that let the city be heard, or spoken for, and its price in bytes, rounds or latency.",
            "Says what would change the mind: another storm, another partition, another cap.",
        ),
        model_answer=f"With {FEWER_STEPS} local steps and all else as at the start the fleet is at "
        f"{in_words(mean, 'share')} and {dusty} at {in_words(worst, 'share')}: nobody in {dusty} drives in that mean. "
        f"It is invited like any city and sends {share} of what arrives. Control variates remember what it said "
        f"last and bring the worst city to {in_words(spoken, 'share')}, for {doubled} the bytes, so that rounds or "
        f"vehicles have to go. Learning in the depot hears all cities alike and brings {in_words(housed, 'share')} "
        "with few local steps, for one round a day. Neither touches the loop once kernels are short or nothing learns "
        "beside it. What would change my mind: a storm that also empties the depots.",
        weak_sample="Some cities have a poor connection, so fairness is a problem and we should train longer.",
        strong_sample=f"In the first figure the fleet’s line passes its target and {dusty}’s stays below {floor}; the "
        f"second shows why, {share} of the updates and not {in_words(1 / CITIES, 'share')}. City-balanced invitations "
        "were not enough, since inviting is not hearing. SCAFFOLD was, and the cap took half of my rounds for it. If "
        "the city’s classes were like the others’, I would not pay for it.",
        check=_check(track, start),
    )


def _check(track: Track, start: Setting) -> Question:
    dusty = city_names(track)[DUSTY]
    balanced, first, often, depot = (
        in_words(round(expected_shares(track, one)[DUSTY], 6), "share")
        for one in (
            replace(start, selection="city_balanced"),
            replace(start, selection="reliable_first"),
            replace(start, rounds_per_day=2 * start.rounds_per_day),
            replace(start, when="depot"),
        )
    )
    return Question(
        id="who_is_heard",
        text=f"With {start.vehicles_per_round} vehicles invited at random, {three_digits(start.rounds_per_day)} times "
        f"a day while they drive: which one change brings {dusty} to an equal share of the updates that arrive?",
        options=(
            Option(
                id="balanced",
                text="Invite every city alike",
                feedback=f"It was invited alike before, in the mean. {balanced} of what arrives is from {dusty}: an "
                "invitation is not an update.",
            ),
            Option(
                id="reliable",
                text="Invite the best links first",
                feedback=f"Least is wasted then, and {dusty} sends {first} of what arrives.",
            ),
            Option(
                id="often",
                text="Twice the rounds",
                feedback=f"Twice as many updates from everybody: {dusty} still sends {often} of them.",
            ),
            Option(
                id="depot",
                text="Learn in the depot",
                feedback=f"There every city has the same link, and {dusty} sends {depot}. The price is one round a "
                "day, of the vehicles that come.",
            ),
        ),
        answer="depot",
    )
