"""What the Battery-Privacy bench shows and asks before the lock: brief and prediction, with numbers of its physics."""

from __future__ import annotations

from dataclasses import replace

from tracks import Again, Brief, Option, Prediction, Route, Term, Track, Truth, Value
from tracks.api.quantities import in_words, three_digits
from tracks.mobile_nomad.battery.model.personalisation import OWN_CITY
from tracks.mobile_nomad.battery.model.step import DISPLAY_W
from tracks.mobile_nomad.battery.setting import DEFAULT, DEFAULTS, glasses_of, setting_of
from tracks.mobile_nomad.battery.state import State, evaluate

RULE_OF_THUMB = 5.0  # times the power of inference, as people say


def _home(track: Track) -> str:
    """Return the city whose accent the shipped model was built without."""
    return track.cities[OWN_CITY] if len(track.cities) > OWN_CITY else "one city"


# --- brief -----------------------------------------------------------------------------------------------------------


def brief(track: Track) -> Brief:
    """Return the privacy officer's message."""
    glasses = glasses_of(track)
    raw, gain = in_words(glasses.raw_bytes, "B"), in_words(glasses.gain_points, "points")
    loss, share = in_words(-glasses.loss_points, "points"), in_words(glasses.allowed_share, "share")
    return Brief(
        speaker="Privacy officer",
        text=f"Wearers from {_home(track)} say that the glasses miss their accent. Today’s fix sends {raw} of voice a "
        f"day away; I stop it. The glasses must learn themselves: {gain} on the own accent, no worse than "
        f"{loss} elsewhere, {share} of a charge a day, every frame in time, at most "
        f"{three_digits(glasses.skin_c)} °C. What do we adapt, when, and where does the voice stay?",
        short="The Privacy officer stops the upload of voices: the glasses must learn by themselves, on battery.",
        invariant="Data that stays on the device has to be learnt from on the device, and every joule of that comes "
        "from a battery on a face. Learning goes forward and back: what the way back needs has to be kept, moved and "
        "paid for. The accuracy is a proxy task, softmax regression on handwritten digits: the model shipped before "
        "it had seen all of one of five cities, and a pass over the day’s speech is one local step.",
    )


# --- prediction ------------------------------------------------------------------------------------------------------


_ASKED_AT = ("method", "batch", "resolution", "schedule", "runtime")


def predictions(track: Track) -> tuple[Prediction, ...]:
    """Return the bench's one lock: how much faster learning drains the battery than translating."""
    state = evaluate(track, DEFAULT)
    glasses, step = state.glasses, state.step
    return (
        Prediction(
            id="drain",
            question="The glasses learn while they are worn. How many times faster does learning drain the battery "
            "than inference, the two networks alone?",
            unit="x",
            low=1e-30,
            high=1e30,
            reference=("both draining alike", 1.0, 1000.0),
            scenario={name: DEFAULTS[name].value for name in _ASKED_AT},
            given=(
                (
                    "Inference",
                    f"{three_digits(glasses.frames_per_s)} passes a second, {in_words(step.frame_s, 's')} each",
                ),
                ("Learning", "as fast as it may"),
                ("All together", f"at most {in_words(glasses.burst_w, 'W')}, display {in_words(DISPLAY_W, 'W')}"),
            ),
            truth=truth,
            mechanisms=_mechanisms(state),
            right="factor",
            tolerance=2,
            routes=_routes(state),
            again=Again(
                values={"batch": (1, 4, 8, 32), "method": ("last_k", "full")},
                given=(("Inference", f"{three_digits(glasses.frames_per_s)} passes a second"),),
            ),
        ),
    )


def truth(track: Track, **controls: Value) -> Truth:
    """Return the power of learning over that of inference as the product of its three causes."""
    ratio, traffic, duty = evaluate(track, setting_of(controls)).drain_terms
    return Truth(
        value=ratio * traffic * duty,
        terms=(
            Term(name="Operations of a sample", value=ratio),
            Term(name="Joules of an operation, memory traffic included", value=traffic),
            Term(name="Samples a second", value=duty),
        ),
        combine="product",
    )


def _operations(track: Track, **controls: Value) -> float:
    return evaluate(track, setting_of(controls)).drain_terms[0]


def _rule_of_thumb(track: Track, **controls: Value) -> float:  # noqa: ARG001 - it looks at nothing
    return RULE_OF_THUMB


def _operations_without_pause(track: Track, **controls: Value) -> float:
    state = evaluate(track, setting_of(controls))
    return state.drain_terms[0] / (state.glasses.frames_per_s * state.step.frame_s)


def _whole_batch(track: Track, **controls: Value) -> float:
    setting = setting_of(controls)
    return setting.batch * evaluate(track, setting).drain_terms[0]


def _routes(state: State) -> tuple[Route, ...]:
    """Return the tempting ways to another factor."""
    ratio, traffic, duty = (in_words(term, "x") for term in state.drain_terms)
    busy = in_words(state.glasses.frames_per_s * state.step.frame_s, "share")
    return (
        Route(
            name="one way forward and two back, so three times",
            value=_operations,
            why=f"{ratio} is the operations of a sample; each costs {traffic} the joules, and {duty} as many samples "
            "pass in a second.",
        ),
        Route(
            name="five, the rule of thumb",
            value=_rule_of_thumb,
            why=f"No constant is behind it; the product here is {ratio} × {traffic} × {duty}.",
        ),
        Route(
            name="three times the operations, all of the time",
            value=_operations_without_pause,
            why=f"{ratio} / {busy} takes learning to compute without pause; it waits for memory, and the governor "
            f"holds it below {in_words(state.glasses.burst_w, 'W')}: {duty} as many samples a second.",
        ),
        Route(
            name="a whole batch for every frame",
            value=_whole_batch,
            why=f"{state.setting.batch} × {ratio} counts a batch against one frame; a batch takes longer than a frame, "
            "and power is joules a second.",
        ),
    )


def _mechanisms(state: State) -> tuple[Option, ...]:
    ratio, traffic, duty = state.drain_terms
    step, glasses = state.step, state.glasses
    per_sample, whole = in_words(ratio * traffic, "x"), in_words(state.drain, "x")
    return (
        Option(
            id="operations",
            text="The way back costs operations",
            feedback=f"It does: a learnt sample takes {in_words(ratio, 'x')} the operations of a frame, one way "
            f"forward and two back. That alone leaves {in_words(traffic * duty, 'x')} of {whole} unexplained.",
        ),
        Option(
            id="memory",
            text="Activations travel to memory and back",
            feedback=f"An operation of learning costs {in_words(traffic, 'x')} the joules of one of inference, because "
            "what the way back needs is written and read again. With the operations that makes "
            f"{per_sample} a sample. The number of samples a second is still missing.",
        ),
        Option(
            id="duty",
            text="Learning never waits for a frame",
            feedback=f"Inference works {in_words(glasses.frames_per_s * step.frame_s, 'share')} of the time and sleeps "
            f"until the next frame. Learning handles {in_words(duty, 'x')} as many samples a second, and would handle "
            f"{in_words(duty / state.day.pace, 'x')} if the governor did not hold everything below "
            f"{in_words(glasses.burst_w, 'W')}. One sample costs {per_sample}, a second of it {whole}.",
        ),
        Option(
            id="rule",
            text="Five: the rule of thumb",
            feedback=f"No constant is behind it. One sample costs {per_sample} here, and a second {whole}; with TinyTL "
            f"biases in an ideal runtime it is {in_words(_gentle(state).drain, 'x')}.",
        ),
    )


def _gentle(state: State) -> State:
    """The same hour with biases alone, in a runtime that keeps what is needed."""
    return evaluate(state.track, replace(state.setting, method="tinytl_bias", runtime="ideal"))
