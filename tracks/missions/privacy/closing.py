"""How the privacy bench closes: observation, Peek and reflection, every number from track or physics."""

from __future__ import annotations

import math
from functools import lru_cache

from physics.privacy import epsilon, gaussian_sigma
from tracks import Ablation, Option, Outcome, Peek, PeekLine, Preset, Question, Reflection, Track, Value
from tracks.api.quantities import in_words, three_digits
from tracks.common.cache import cached_on_disk
from tracks.common.declared import device_word
from tracks.common.proxy_fleet import PROXY, ceiling
from tracks.missions.privacy.accounting import moved_bytes
from tracks.missions.privacy.controls import ANNOUNCED_EPSILON, ANNOUNCED_WEAKEST
from tracks.missions.privacy.figures import PLACES
from tracks.missions.privacy.runs import CURVE_NOISES
from tracks.missions.privacy.setting import (
    DEFAULTS,
    EPSILON,
    Deployment,
    Noise,
    Setting,
    delta_below,
    setting_of,
)
from tracks.missions.privacy.state import evaluate

# --- observation -----------------------------------------------------------------------------------------------------

OBSERVATION = Question(
    id="placement",
    text=f"At the left end of the first figure, ε = {EPSILON[0]:g}, with federated + DP, "
    f"{in_words(DEFAULTS['participating_share'].value, 'share')} of the fleet a round and {DEFAULTS['rounds'].value} "
    "rounds: how do the two curves lie?",
    options=(
        Option(
            id="central_above",
            text="Central lies above local",
            feedback="The same ε takes far more noise where every client adds its own: of m clients it shrinks with √m "
            "only, noise on the sum with m.",
        ),
        Option(
            id="local_above",
            text="Local lies above central",
            feedback="Local noise trusts nobody and pays for it. At the same ε it is the louder one on the average.",
        ),
        Option(
            id="together",
            text="They lie together",
            feedback="They meet where the cohort is large or ε is weak. At the strongest promise they are apart.",
        ),
    ),
    answer="central_above",
    settings=(
        Preset(
            id="asked",
            label="that setting",
            values={
                "deployment": "federated_dp",
                "participating_share": DEFAULTS["participating_share"].value,
                "rounds": DEFAULTS["rounds"].value,
            },
        ),
    ),
)


# --- Peek ------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
@cached_on_disk
def once_and_often() -> tuple[float, tuple[float, ...]]:
    """Return the classical z of ε = 1 at δ = 1e-5, and the epsilon of 100 rounds of it at q = 1, .1 and .01."""
    z = float(gaussian_sigma(1, 1e-5, method="classical"))
    hundred = tuple(
        float(epsilon(sampling_rate=rate, noise_multiplier=z, rounds=100, delta=1e-5)) for rate in (1, 0.1, 0.01)
    )
    return z, hundred


_READINGS = (
    ("noise_multiplier", "Gaussian mechanism", "central: sum + N(0, (zC)²);  local: each update + N(0, (zC)²), "
     "z = 2 √k σ(ε, δ);  δ = Φ(1/2σ − εσ) − e^ε Φ(−1/2σ − εσ)",
     r"central: $\text{sum} + N(0, (z C)^2)$; local: each $\text{update} + N(0, (z C)^2)$, "
     r"$z = 2 \sqrt{k}\,\sigma(\varepsilon, \delta)$; $\delta = \Phi\left(\frac{1}{2 \sigma} - \varepsilon \sigma"
     r"\right) - e^\varepsilon\,\Phi\left(-\frac{1}{2 \sigma} - \varepsilon \sigma\right)$"),
    ("epsilon", "Composition", "ε = min over a > 1 of (T K(a) − log(aδ))/(a − 1) + log(1 − 1/a);  K(a): Rényi "
     "divergence of one round at sampling rate q",
     r"$\varepsilon = \min_{a > 1} \left[\dfrac{T K(a) - \log(a \delta)}{a - 1} + \log\left(1 - \frac{1}{a}\right)"
     r"\right]$; $K(a)$: Rényi divergence of one round at sampling rate $q$"),
    ("epsilon_per_round", "One round and all", "the same with T = 1: rounds add divergences, not ε",
     r"the same with $T = 1$: rounds add divergences, not $\varepsilon$"),
    ("accuracy", "FedAvg with clip and noise", "W(t+1) = W(t) + Σ min(1, C/|D_k|) D_k / m + noise;  D_k: local steps "
     "of client k",
     r"$W(t+1) = W(t) + \dfrac{1}{m} \sum_k \min\left(1, \frac{C}{\lvert D_k \rvert}\right) D_k + \text{noise}$; "
     r"$D_k$: local steps of client $k$"),
    ("gap", "Gap", "100 × (accuracy of all data in one place − accuracy)",
     r"$100 \times (\text{accuracy of all data in one place} - \text{accuracy})$"),
    ("moved", "A day", "federated: m × (down + up) × rounds / 30;  centralised: fleet × raw",
     r"federated: $\dfrac{m \times (\text{down} + \text{up}) \times \text{rounds}}{30}$; centralised: "
     r"$\text{fleet} \times \text{raw}$"),
    ("compute", "Compute", "rounds × local steps;  client updates m × T",
     r"$\text{rounds} \times \text{local steps}$; client updates $m \times T$"),
)  # fmt: skip


def peek(track: Track, outcome: Outcome, **controls: Value) -> Peek:
    """Return the equations with the numbers of a state, as its readings have them."""
    setting = setting_of(controls)
    guarantee = outcome.reading("guarantee")
    z, hundred = once_and_often()
    lines = [
        PeekLine(
            name="(ε, δ)-differential privacy",
            equation="P[M(D) ∈ S] ≤ e^ε P[M(D′) ∈ S] + δ, for all S and all D, D′ that differ in one unit",
            latex=r"$P[M(D) \in S] \le e^\varepsilon\,P[M(D′) \in S] + \delta$, for all $S$ and all $D, D′$ that "
            r"differ in one unit",
            numbers=f"{guarantee.value}; unit: the {track.targets.epsilon_unit}, all its data, added or removed"
            if setting.private
            else f"{guarantee.value}: no ε is known for which it holds",
            source=guarantee.source,
        ),
        *(
            PeekLine(name=name, equation=equation, latex=latex, numbers=reading.formula, source=reading.source)
            for name, equation, latex, reading in (
                (name, equation, latex, outcome.reading(reading_id)) for reading_id, name, equation, latex in _READINGS
            )
        ),
        PeekLine(
            name="Once, and a hundred times",
            equation="z = √(2 log(1.25/δ)) / ε for one round (classical, proven for ε < 1);  then ε of 100 rounds",
            latex=r"$z = \dfrac{\sqrt{2 \log(1.25 / \delta)}}{\varepsilon}$ for one round (classical, proven for "
            r"$\varepsilon < 1$); then $\varepsilon$ of 100 rounds",
            numbers=f"δ = 10⁻⁵, ε = 1 once: z = {three_digits(z)}; a hundred rounds: {three_digits(hundred[0])} at "
            f"q = 1, {three_digits(hundred[1])} at q = 0.1, {three_digits(hundred[2])} at q = 0.01",
            source="Dwork, Roth 2014, theorem A.1; Mironov, Talwar, Zhang 2019.",
        ),
        PeekLine(
            name="The context",
            equation="privacy; bandwidth; compute",
            numbers=_context(setting, outcome),
            source=outcome.reading("moved").source,
        ),
    ]
    return Peek(
        lines=tuple(lines),
        leaves_out=f"{PROXY[0].upper()}{PROXY[1:]}: directions carry over, digits do not. Your own point is run as you "
        f"set it; the curves of the first figure are read between runs at {len(CURVE_NOISES)} levels of noise. The "
        "accountant takes Poisson sampling, the runs draw exactly m clients. Uploads all arrive. Local noise is booked "
        "for the mean number of participations; a client drawn more often must stay out. The bytes and the dropouts of "
        "secure aggregation, adaptive clipping, noise correlated over rounds, and the budget that tuning spends. "
        "Differential privacy is a property of an algorithm; whether a law is satisfied is not for this bench to say.",
    )


def _context(setting: Setting, outcome: Outcome) -> str:
    day, steps = in_words(float(outcome.reading("moved").value), "B"), outcome.reading("compute").formula
    guarantee = outcome.reading("guarantee").value
    if setting.context == "centralised":
        return f"seen from one data centre: guarantee {guarantee}; {day} a day; {outcome.reading('gap').formula}"
    return f"seen from the fleet: guarantee {guarantee}; {day} a day; {steps}"


# --- reflection ------------------------------------------------------------------------------------------------------


LONGER_CLIP = 3.0  # than the clip at the start
MORE_CLIENTS = 4  # times the participating share of the start


def officers_setting(track: Track, *, deployment: Deployment, noise: Noise, **changes: Value) -> Setting:
    """Return the start settings with the officer's promise kept, her ε and δ below one in the fleet, or changed."""
    usual = {name: default.value for name, default in DEFAULTS.items()}
    return setting_of(
        usual
        | {
            "deployment": deployment,
            "noise": noise,
            "epsilon": min(max(track.targets.epsilon, EPSILON[0]), EPSILON[1]),
            "delta": delta_below(track.fleet.devices),
            "payload_bytes": float(track.model.moved_bytes),
            "fleet": track.fleet.devices,
        }
        | changes
    )


def _reached(track: Track, deployment: Deployment, noise: Noise, **changes: Value) -> str:
    asked = officers_setting(track, deployment=deployment, noise=noise, **changes)
    return in_words(evaluate(track, asked, seed=0).result.accuracy, "share")


def reflection(track: Track) -> Reflection:
    """Return what a guarantee cost: the closing question, its check, and how answers read on this track."""
    device = device_word(track)
    start = evaluate(track, officers_setting(track, deployment="federated_dp", noise="central"), seed=0)
    plain, central, local = (
        _reached(track, "federated", "central"),
        *(_reached(track, "federated_dp", one) for one in PLACES),
    )
    longer = _reached(track, "federated_dp", "central", clip_norm=LONGER_CLIP)
    grown = {"participating_share": MORE_CLIENTS * float(DEFAULTS["participating_share"].value)}
    more = officers_setting(track, deployment="federated_dp", noise="central", **grown)
    strictest = [_reached(track, "federated_dp", one, epsilon=EPSILON[0]) for one in PLACES]
    updates = in_words(start.setting.rounds * start.setting.cohort, "")
    moved, grown_moved = (in_words(moved_bytes(track, one), "B") for one in (start.setting, more))
    return Reflection(
        prompt="What did your guarantee cost? Hold your design against the same one without noise: accuracy, client "
        "updates, bytes a day. What bought back what the noise and the clip took?",
        rubric=(
            "Names the promise: ε, δ and the unit, or that there is none.",
            "Gives the price in accuracy against the same design without noise, in points.",
            "Says what it cost in updates and bytes a day, or that it cost none, with a number.",
            "Says what would change the price: the clip, where the noise is added, the cohort.",
        ),
        model_answer=f"At the start settings and the officer’s ε = {three_digits(track.targets.epsilon)} the design "
        f"without noise reaches {plain}, clipped and with noise on the sum {central}, with noise by each {device} "
        f"{local}. Updates and bytes are the same, {updates} and {moved} a day: noise weighs nothing. Clients are its "
        "other price: where noise outweighs the updates, a larger cohort hides it. Here "
        f"{MORE_CLIENTS} times the clients, with {MORE_CLIENTS} times the updates and {grown_moved} a day, reach "
        f"{_reached(track, 'federated_dp', 'central', **grown)}, and a clip of {LONGER_CLIP:g} with no more of either "
        f"{longer}. So the price was the clip’s more than ε’s. What would change it: a cohort too small to hide in, or "
        "a server that nobody trusts with a sum.",
        weak_sample="Privacy always costs accuracy. A small ε is always better, so we take the smallest.",
        strong_sample="In the first figure the local curve falls to the left and the central one hardly does: "
        f"{strictest[1]} against {strictest[0]} at ε = {EPSILON[0]:g}. The noise on the average is zC/m, so the "
        "cohort carries the promise, and is paid in bytes: each client moves the model twice a round. A clip of "
        f"{LONGER_CLIP:g} gave the points back for none. If the server could not be trusted even with a sum I would "
        "take local noise, and a larger cohort.",
        check=check(),
        ablation=Ablation(
            name="The same without noise", values={"deployment": "federated"}, readings=("accuracy", "compute", "moved")
        ),
        defence=defence(track),
    )


def defence(track: Track) -> Reflection:
    """Return what is defended at the end of the track, with every bench behind: personalisation or privacy."""
    unit, device = track.targets.epsilon_unit, device_word(track)
    plain, central = _reached(track, "federated", "central"), _reached(track, "federated_dp", "central")
    longer = _reached(track, "federated_dp", "central", clip_norm=LONGER_CLIP)
    top = in_words(ceiling(track.fleet.seed, track.fleet.skew_alpha), "share")
    promise, raw = three_digits(track.targets.epsilon), track.texts.get("raw_name", "raw data")
    return Reflection(
        prompt="Personalisation or privacy: which strategy do you defend before the officer on this track, and which "
        f"alternative did you reject? What did leaving the {raw} with the {device} buy, and what did it not?",
        rubric=(
            "Chooses, with the numbers of a design: ε, δ and unit, or that there is none.",
            "Names the alternative that was rejected and what it would have cost: points, bytes, joules or memory.",
            "Says what locality bought and that it alone is not privacy.",
            "Says what would change the mind: a cohort, a trusted server, a stronger need of one person’s own data.",
        ),
        model_answer=f"I defend privacy for what is shared: noise on the sum under secure aggregation at ε = {promise} "
        f"per {unit}. Plain federated learning reaches {plain}, clipped and with noise {central}, with a clip of "
        f"{LONGER_CLIP:g} {longer}; all data in one place {top}. I rejected a shared model without noise, which is no "
        "cheaper and bounds nothing, and a model that learns alone: what it hides needs no ε, but nobody gains from "
        f"others. Locality bought that no second copy of the {raw} stands anywhere. It did not bound what an update or "
        "the model shows; the noise did. Noise hides one person among many, so what serves one person alone is better "
        "adapted on the device and never sent. What would change my mind: a cohort too small to hide in.",
        weak_sample="Federated learning keeps the data on the device, so it is private, and personalisation is free.",
        strong_sample=f"My privacy run keeps ε = {promise} per {unit} at {longer}, against {plain} without noise. I "
        "rejected local noise, which trusts nobody and pays for it, and no noise, which bounds nothing. Raw data that "
        f"stay with the {device} guard against a leak of the store, not of the model. If what one {unit} needs counted "
        "for more than what all share, I would adapt on the device, send nothing of it, and count its memory and its "
        "joules instead of ε.",
    )


@lru_cache(maxsize=1)
def check() -> Question:
    """Return the question what ε = 1 means, with feedback for each reading of it."""
    z, hundred = once_and_often()
    return Question(
        id="epsilon_one",
        text="A model was trained with ε = 1, all rounds, user level. What does that mean?",
        options=(
            Option(
                id="bound",
                text="A bound on how much one person can change the probability of any outcome",
                feedback=f"By a factor of at most e^1 = {three_digits(math.e)}, plus δ. Whatever was likely without "
                "that person is about as likely with them, whatever else an observer knows. Strongest announced: "
                f"Gboard 2024 with {ANNOUNCED_EPSILON} to {ANNOUNCED_WEAKEST} at δ = 10⁻¹⁰, user level.",
            ),
            Option(
                id="one_percent",
                text="1% of the users may be exposed",
                feedback="ε counts no users: the bound holds for each of them. A share of users who may be exposed "
                "outright is nearer to what δ allows, and it has to be below 1/N.",
            ),
            Option(
                id="one_bit",
                text="One bit about each person leaks",
                feedback=f"ε is the logarithm of a ratio of probabilities, in the worst case: e^1 = "
                f"{three_digits(math.e)}. It is not an amount of information that leaks on average.",
            ),
            Option(
                id="per_round",
                text="Each round may spend 1, and the next one starts anew",
                feedback=f"Nothing is reset. Noise that gives ε = 1 once, z = {three_digits(z)}, gives "
                f"{three_digits(hundred[0])} over a hundred rounds with everybody in each, δ = 10⁻⁵; drawing a "
                f"hundredth of the clients makes it {three_digits(hundred[2])}. Ask for the total.",
            ),
        ),
        answer="bound",
    )
