"""How the Battery-Privacy bench closes: observation, Peek and reflection, with its own physics' numbers."""

from __future__ import annotations

from dataclasses import replace

from tracks import Option, Outcome, Peek, PeekLine, Preset, Question, Reflection, Track, Value
from tracks.api.quantities import in_words, three_digits
from tracks.mobile_nomad.battery.model.day import CHARGER_AT
from tracks.mobile_nomad.battery.setting import DEFAULT, METHODS
from tracks.mobile_nomad.battery.state import State, evaluate

# --- observation -----------------------------------------------------------------------------------------------------

OBSERVATION = Question(
    id="lora_waterfall",
    text=f"At batch {DEFAULT.batch} in the stock runtime, go from all weights to LoRA. What did the memory figure "
    "show?",
    options=(
        Option(
            id="fits",
            text="It fits: few parameters train",
            feedback="Few parameters train, and the step needs more than the budget. What LoRA removes was small.",
        ),
        Option(
            id="activations_stay",
            text="Gradients and optimizer vanish, activations stay",
            feedback="The bars that LoRA removes are the short ones. The runtime keeps the inputs of all layers that "
            "the way back passes, and adapters stand everywhere. A smaller batch, a runtime that keeps less, or fewer "
            "layers to pass help.",
        ),
        Option(
            id="weights",
            text="The weights shrink most",
            feedback="The weights shrink, because the frozen ones are stored in INT8. They were never the problem.",
        ),
    ),
    answer="activations_stay",
    settings=(
        Preset(id="full", label="all weights", values={"method": "full", "batch": DEFAULT.batch}),
        Preset(id="lora", label="LoRA", values={"method": "lora", "batch": DEFAULT.batch}),
    ),
)


# --- Peek ------------------------------------------------------------------------------------------------------------

_LINES = (
    ("memory", "Memory of a step", "M = weights + gradients + optimizer + activations",
     r"$M = \text{weights} + \text{gradients} + \text{optimizer} + \text{activations}$"),
    ("drain", "Learning against inference", "P_learn / P_inference = FLOP ratio × (J/FLOP ratio) × (samples a second)",
     r"$\dfrac{P_{\text{learn}}}{P_{\text{inference}}} = \text{FLOP ratio} \times (\text{J/FLOP ratio}) \times "
     r"(\text{samples a second})$"),
    ("battery", "Battery", "E = P_learn × minutes + radio;  radio = (a rate + base) × bytes / rate + waking, tail",
     r"$E = P_{\text{learn}} \times \text{minutes} + \text{radio}$; $\text{radio} = (a\,\text{rate} + \text{base}) "
     r"\times \dfrac{\text{bytes}}{\text{rate}}$ + waking, tail"),
    ("hottest", "Heat", "C dT/dt = P − (T − T_air) / R, minute by minute",
     r"$C \dfrac{dT}{dt} = P - \dfrac{T - T_{\text{air}}}{R}$, minute by minute"),
    ("frames", "Frames", "latency = base / (1 − share of bandwidth) + .99 × longest uninterrupted stretch",
     r"$\text{latency} = \dfrac{\text{base}}{1 - \text{share of bandwidth}} + 0.99 \times "
     r"\text{longest uninterrupted stretch}$"),
    ("own_accent", "Own accent", "W_k = W + c [D]_r, D what τ steps −η ∇f_k add to W; federated: half own, half fleet",
     r"$W_k = W + c\,[D]_r$, $D$ what $\tau$ steps $-\eta \nabla f_k$ add to $W$; federated: half own, half fleet"),
)  # fmt: skip


def peek(track: Track, outcome: Outcome, **_: Value) -> Peek:  # noqa: ARG001 - the signature all benches share
    """Return the equations with the numbers of a state, as its readings have them."""
    found = [(name, equation, latex, outcome.reading(reading)) for reading, name, equation, latex in _LINES]
    return Peek(
        lines=tuple(
            PeekLine(name=name, equation=equation, latex=latex, numbers=reading.formula, source=reading.source)
            for name, equation, latex, reading in found
        ),
        leaves_out="Number formats: learning in fp32 is priced like inference in INT8 and runs as fast, which flatters "
        "it. Caches on the chip: every kept byte goes to memory once and back once. A second thermal mass, sunlight, "
        "the warmth of a face. The battery’s age and its loss at high currents; an "
        "empty one is drawn as empty, and the day goes on. Handshakes of the radio, and links "
        "faster than 10 Mb/s, which the fit of 2012 does not cover. The recordings have to be stored until they are "
        "learnt. The accent is a proxy task: ranks stand for methods, c for what frozen first blocks "
        "leave of a change (1 where something trains in all of them), and no speech is recognised.",
    )


# --- reflection ------------------------------------------------------------------------------------------------------

BY_DAY = replace(
    DEFAULT,
    method="tinytl_lite_residual",
    batch=4,
    minutes=3.0,
    schedule="idle",
    data="local",
    runtime="ideal",
)
BY_NIGHT = replace(DEFAULT, method="lora", batch=8, minutes=10.0, schedule="charging")


def reflection(track: Track) -> Reflection:
    """Return the closing question, its check, and how good and weak answers read on this track."""
    day, night, start = (evaluate(track, setting) for setting in (BY_DAY, BY_NIGHT, DEFAULT))
    glasses = start.glasses
    lora = evaluate(track, replace(DEFAULT, method="lora"))
    upload = evaluate(track, replace(DEFAULT, data="upload", radio="wifi"))
    budget = in_words(glasses.memory_bytes, "iB")
    lora_needs = in_words(float(lora.step.memory.total_bytes), "iB")
    allowed = in_words(glasses.allowed_j, "J")
    minutes, left = three_digits(BY_DAY.minutes), round(float(start.day.charge[CHARGER_AT - 1]), 3)
    return Reflection(
        prompt="You kept the voice on the glasses. Which wall did that raise first, what took it down, and what did "
        "the wearers or their privacy pay for it?",
        rubric=(
            "Names the wall that binds with all weights at batch 16, with its number and its limit.",
            "Says which quantity builds it: activations, joules of memory traffic, or the time at work.",
            "Names a design that wins and what it gives up: freshness, other accents, or memory of the runtime.",
            "Says what leaves the glasses in that design, and what that does not guarantee.",
        ),
        model_answer=f"With all weights at batch {DEFAULT.batch} the battery binds: "
        f"{in_words(start.day.drained_j, 'J')} of {allowed} a day, for "
        f"learning draws {in_words(start.drain, 'x')} the power of inference. LoRA does not even fit: "
        f"{lora_needs} of {budget}, all but a little of it activations that PyTorch keeps. Two designs win. "
        f"{METHODS[BY_DAY.method]} in an ideal runtime learns {minutes} minutes off the face from the own voice alone, "
        f"for {in_words(day.day.drained_j, 'J')}; nothing leaves, twice the minutes would cost too much, and four "
        f"times would make it forget others. "
        f"On the charger {METHODS[BY_NIGHT.method]} at batch {BY_NIGHT.batch} takes {three_digits(BY_NIGHT.minutes)} "
        "minutes and averages with the fleet, so that others gain too; an update leaves, without a formal guarantee "
        "until it is clipped and noised, and the accent is learnt a night late. A cell twice as large, or a limit on "
        "the skin that is lower, would change my mind.",
        weak_sample="On-device learning is private but uses too much battery, so use LoRA and charge overnight.",
        strong_sample=f"The day figure ends at {in_words(left, 'share')} of the battery: "
        f"{in_words(start.day.learning_j, 'J')} of learning where {allowed} are allowed. Memory traffic makes an "
        f"operation {in_words(start.drain_terms[1], 'x')} as dear. Uploading over Wi-Fi takes "
        f"{in_words(upload.day.drained_j, 'J')} and passes everything but the one promise. I learn on the charger at "
        f"{three_digits(night.day.hottest)} °C; if wearers needed the accent the same day, I would learn "
        f"{minutes} minutes off the face instead.",
        check=_check(night),
    )


def _check(night: State) -> Question:
    update = in_words(night.exchange.up_bytes, "B")
    return Question(
        id="what_stays",
        text="Federated, on the charger: no recording leaves. What does that guarantee the wearer?",
        options=(
            Option(
                id="anonymous",
                text="Nobody can learn anything about the voice",
                feedback=f"An update of {update} leaves every night, and it was computed from the voice. What it gives "
                "away is not bounded by where the recording is.",
            ),
            Option(
                id="epsilon",
                text="A privacy budget of 1 per wearer",
                feedback="A budget needs a mechanism: updates clipped to a norm and noise added. Here is neither; "
                "the privacy bench has both, and their cost.",
            ),
            Option(
                id="nothing_formal",
                text="No recording is elsewhere; nothing formal beyond that",
                feedback="Locality keeps the recordings from being kept, sold or lost by someone else. How much an "
                "update says of one wearer is another question, and only clipping and noise answer it with a number.",
            ),
            Option(
                id="law",
                text="That the fleet’s average contains no voices",
                feedback="The average is made of the updates, and those are made of voices. With many wearers each one "
                "weighs little; little is not a bound.",
            ),
        ),
        answer="nothing_formal",
    )
