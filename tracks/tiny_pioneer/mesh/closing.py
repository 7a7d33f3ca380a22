"""How the Mesh Update closes: what the first figure showed, the equations, and when it is right not to communicate."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache

from physics.gossip import consensus_rms, spectrum
from tracks import Option, Outcome, Peek, PeekLine, Preset, Question, Reflection, Track, Value
from tracks.api.quantities import in_words, three_digits
from tracks.common.provenance import join_sources
from tracks.tiny_pioneer.mesh.model.costs import costs, rates
from tracks.tiny_pioneer.mesh.model.quality import quality
from tracks.tiny_pioneer.mesh.readings import described, origins_of
from tracks.tiny_pioneer.mesh.setting import (
    FLOOD,
    GOSSIP,
    HALF_BYTES,
    HUB,
    LOCAL,
    NODES,
    RELAYS_IN_RANGE,
    Setting,
    default_setting,
    setting_of,
)
from tracks.tiny_pioneer.mesh.state import evaluate

ALIKE, DIFFERENT = 0.1, 20.0  # diversity of places in the presets and in the closing texts

# Two designs that win in the track's own environment; tests check that they do.
GOSSIP_DESIGN: dict[str, Value] = {
    "mode": GOSSIP,
    "payload_bytes": 3000.0,
    "coding": "int4",
    "period_s": 600.0,
    "fan_out": 1,
    "rounds": 4,
    "duty": 0.04,
}
HUB_DESIGN: dict[str, Value] = {
    "mode": HUB,
    "payload_bytes": 3000.0,
    "coding": "int8",
    "period_s": 300.0,
    "rounds": 4,
    "duty": 0.02,
}

# --- observation -----------------------------------------------------------------------------------------------------

OBSERVATION = Question(
    id="rounds",
    text="Follow the line of gossip in the first figure, with places that differ by one variance of an estimate. What "
    "do rounds do to the mean error?",
    options=(
        Option(
            id="falls",
            text="It falls with every round",
            feedback="So it would if all places were alike: averaging only removes noise then. Raise the number of "
            "rounds past the marked best and look at the line again.",
        ),
        Option(
            id="falls_then_rises",
            text="It falls, then rises again",
            feedback="The first rounds remove noise fastest and reach few other places. Later ones have little noise "
            "left to remove and reach ever more places. The best number lies between.",
        ),
        Option(
            id="rises",
            text="It rises from the first round",
            feedback="So it does where places differ most: at the upper end of the diversity silence is best. Here the "
            "first round is worth more than it costs.",
        ),
        Option(
            id="level",
            text="It falls and then stays level",
            feedback="That is a hub’s line: its cell is the same in every round, so nothing more is mixed in. In "
            "gossip each round reaches further.",
        ),
    ),
    answer="falls_then_rises",
    settings=(
        Preset(
            id="asked",
            label="that setting",
            values={"mode": GOSSIP, "diversity": 1.0},
        ),
    ),
)


# --- Peek ------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def disagreement(topology: str, rounds: int, map_seed: int) -> float:
    """Return what is left of the disagreement when everyone in range delivers and nobody sleeps."""
    eigenvalues = spectrum(topology, NODES, degree=RELAYS_IN_RANGE, seed=map_seed)
    return float(consensus_rms(eigenvalues, rounds))


_READINGS = (
    ("error", "Profile error", "error = σ² kept + τ² mixed in + q rounded + (g + τ²) h / (h + bytes);  target "
     "(1 − removed)(g + τ²)",
     r"$\text{error} = \sigma^2\,\text{kept} + \tau^2\,\text{mixed in} + q\,\text{rounded} + "
     r"\dfrac{(g + \tau^2) h}{h + \text{bytes}}$; target $(1 - \text{removed}) (g + \tau^2)$"),
    ("as_good", "As good as local", "node i: σ² kept + q rounded + τ² mixed_i ≤ σ²",
     r"node $i$: $\sigma^2\,\text{kept} + q\,\text{rounded} + \tau^2\,\text{mixed}_i \le \sigma^2$"),
    ("age", "Profile age", "age = rounds × max(period, air / duty)",
     r"$\text{age} = \text{rounds} \times \max\left(\text{period}, \dfrac{\text{air}}{\text{duty}}\right)$"),
    ("air", "Air in use", "flood: N d t(bytes);  gossip: (d + 1) fan-out min(2 t(bytes), set-up + 2 c(bytes));  hub: "
     "2 d c(bytes);  over duty × period",
     r"flood: $N d\,t(\text{bytes})$; gossip: $(d + 1)\,\text{fan-out}\,\min\left(2\,t(\text{bytes}), \text{set-up} + "
     r"2\,c(\text{bytes})\right)$; hub: $2 d\,c(\text{bytes})$; over $\text{duty} \times \text{period}$"),
    ("power", "Power", "P = duty × e_rx rate + e_tx bytes sent / period + learning / stay",
     r"$P = \text{duty} \times e_{\text{rx}}\,\text{rate} + \dfrac{e_{\text{tx}}\,\text{bytes sent}}{\text{period}} + "
     r"\dfrac{\text{learning}}{\text{stay}}$"),
    ("communication_to_compute", "Radio / learning", "radio / (delivered × learning);  delivered = 1 − churn, "
     "with a hub (1 − churn)² (1 − hubs asleep)",
     r"$\dfrac{\text{radio}}{\text{delivered} \times \text{learning}}$; $\text{delivered} = 1 - \text{churn}$, with a "
     r"hub $(1 - \text{churn})^2 (1 - \text{hubs asleep})$"),
)  # fmt: skip


def peek(track: Track, outcome: Outcome, **controls: Value) -> Peek:
    """Return the equations with the numbers of a state, as its readings have them."""
    state = evaluate(track, setting_of(controls), seed=0)
    setting, spent, known = state.setting, state.costs, origins_of(state)
    rounds = setting.rounds if setting.talks else 0
    lines = [
        PeekLine(name=name, equation=equation, latex=latex, numbers=reading.formula, source=reading.source)
        for name, equation, latex, reading in (
            (name, equation, latex, outcome.reading(reading_id)) for reading_id, name, equation, latex in _READINGS
        )
    ]
    lines += [
        PeekLine(
            name="Agreement",
            equation="rms(t) = √(mean over i > 0 of λ_i^(2t)), of W with Metropolis weights, all neighbours awake",
            latex=r"$\operatorname{rms}(t) = \sqrt{\operatorname{mean}_{i > 0}\,\lambda_i^{2 t}}$, of $W$ with "
            r"Metropolis weights, all neighbours awake",
            numbers=f"after {rounds} rounds {three_digits(disagreement(setting.topology, rounds, track.fleet.seed))} "
            "of the disagreement would be left",
            source=join_sources(known, "topology", "hall"),
        ),
        PeekLine(
            name="SRAM",
            equation="own + 16-bit sum + those under way ≤ SRAM − network − stack",
            latex=r"$\text{own} + \text{16-bit sum} + \text{those under way} \le \text{SRAM} - \text{network} - "
            r"\text{stack}$",
            numbers=f"{described(setting)}: {in_words(spent.sram, 'iB')} of {in_words(spent.sram_free, 'iB')}",
            source=join_sources(known, "device.memory_bytes", "model.weights_bytes", "stack"),
        ),
    ]
    return Peek(
        lines=tuple(lines),
        leaves_out="Collisions, and segments lost beyond what three transmissions mend. Frames and headers of the "
        "mesh, so that sending costs more than it says; listening outweighs it all the same. Connections of hubs that "
        "meet on one channel. Wearers who walk while rounds run. That a profile of few bytes expresses a fixed share, "
        f"half at {three_digits(HALF_BYTES.value)} B, is {HALF_BYTES.source.kind}; so is one number for how "
        "places differ. A node does not know in which place a neighbour is: to tell would be the next design to try.",
    )


# --- reflection ------------------------------------------------------------------------------------------------------


def _design(track: Track, **changes: Value) -> Setting:
    """Return the default setting of a track with some controls changed."""
    return setting_of({**asdict(default_setting(track)), **changes})


def _gossip(track: Track, diversity: float) -> Setting:
    return _design(track, **{**GOSSIP_DESIGN, "diversity": diversity})


def reflection(track: Track) -> Reflection:
    """Return the closing question, its check, and how good and weak answers read on this track."""
    alike, different = (quality(track, _gossip(track, tau2), seed=0) for tau2 in (ALIKE, DIFFERENT))
    here = quality(track, _design(track, **GOSSIP_DESIGN), seed=0)
    flood, hub = (costs(_design(track, **design), rates(track)) for design in ({"mode": FLOOD}, HUB_DESIGN))
    listening = costs(_design(track, **GOSSIP_DESIGN), rates(track))
    share = in_words(listening.listening_w / listening.power_w, "share")
    return Reflection(
        prompt="When is it right not to communicate? Say by which quantity you would know, and what the radio would "
        "cost you if you were wrong.",
        rubric=(
            "Compares the diversity of places with the noise of one estimate, with a number.",
            "Says which wearers lose when all gain in the mean, or what share of them.",
            "Names what the radio costs here: air, listening power or age, with a number.",
            "Says which measurement would change the mind.",
        ),
        model_answer=f"Averaging pays while other places differ less than one estimate errs. With places alike "
        f"({three_digits(ALIKE)}) {GOSSIP_DESIGN['rounds']} rounds of gossip bring the error from "
        f"{three_digits(alike.local)} to {three_digits(alike.error)}. With places that differ "
        f"{three_digits(DIFFERENT)} they bring it from {three_digits(different.local)} to "
        f"{three_digits(different.error)}, and {in_words(different.worse, 'share')} of the nodes are worse off than "
        f"alone: those at the doors. The radio is paid either way: listening takes {share} of the power, and a flood "
        f"of the whole adapter takes {in_words(flood.air_s, 's')} of air. What would change my mind: profiles of two "
        "neighbours that agree more than their noise allows, which says that they are in one place.",
        weak_sample="Gossip is decentralised and robust, so hearables should share profiles as often as they can.",
        strong_sample=f"At the start places differ as much as an estimate errs. In the first figure the line of gossip "
        f"reaches {three_digits(here.error)} after {here.rounds} rounds, against {three_digits(here.local)} alone. A "
        f"hub over connections uses {in_words(hub.saturation, 'share')} of its windows for the same adapter. I "
        "would be silent in a hall of cafés and platforms side by side; hollow marks on the map tell.",
        check=_check(track),
    )


def _check(track: Track) -> Question:
    far = {"diversity": DIFFERENT}
    more = quality(track, _design(track, **{**GOSSIP_DESIGN, **far, "rounds": 10}), seed=0)
    few = quality(track, _design(track, **{**GOSSIP_DESIGN, **far}), seed=0)
    alone = quality(track, _design(track, **{**GOSSIP_DESIGN, **far, "mode": LOCAL}), seed=0)
    hub = quality(track, _design(track, **{**HUB_DESIGN, **far}), seed=0)
    target = three_digits(_design(track, **far).target)
    return Question(
        id="silence",
        text=f"The places of the hall differ by {three_digits(DIFFERENT)} variances of one estimate. Which update do "
        "you ship?",
        options=(
            Option(
                id="few",
                text="A few rounds of gossip",
                feedback=f"The mean error is {three_digits(few.error)}, and {in_words(few.worse, 'share')} of the "
                "nodes are worse off than alone.",
            ),
            Option(
                id="many",
                text="Many rounds, to average the differences out",
                feedback=f"Differences between places do not average out, they are averaged in: "
                f"{three_digits(more.error)} after ten rounds, {in_words(more.worse, 'share')} worse off.",
            ),
            Option(
                id="hub",
                text="A hub in range of everyone",
                feedback=f"A cell reaches over the wall between two places: {three_digits(hub.error)}, "
                f"{in_words(hub.worse, 'share')} worse off.",
            ),
            Option(
                id="silent",
                text="None: every hearable keeps its own",
                feedback=f"Alone the error is {three_digits(alone.error)}, below the target of {target}: where places "
                "differ so much, a noisy profile of one’s own place already removes most of the factory’s error. "
                "Nothing is sent, and the radio’s power is saved.",
            ),
        ),
        answer="silent",
    )
