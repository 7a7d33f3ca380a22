"""What the paradox asks and says: brief, prediction, Peek and reflection, every number from track or physics."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from physics import constants
from physics.traffic import (
    centralised_traffic_bytes,
    round_traffic_bytes,
    sparse_update_bytes,
    traffic_ratio,
)
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
from tracks.missions.paradox.figures import COMPRESSED, TRAFFIC
from tracks.missions.paradox.readings import cap_in_words
from tracks.missions.paradox.traffic import (
    DEFAULT_PARTICIPATION,
    DEFAULT_ROUNDS_PER_DAY,
    KEYBOARD,
    PARTICIPATION,
    PUBLISHED_KEYBOARD_BYTES,
    ROUNDS_PER_DAY,
    setting_of,
)

LOSS_BYTES = 4  # one FP32 number
KEPT_FRACTION, VALUE_BITS = 0.01, 8

# --- brief -----------------------------------------------------------------------------------------------------------


def brief(track: Track) -> Brief:
    """Return the stakeholder's message, with the track's own words where it brings them."""
    fleet, model = track.fleet, track.model
    text = (
        f"Each of our {in_words(fleet.devices, fleet.unit)} gathers "
        f"{in_words(fleet.raw_bytes_per_device_day, 'B')} of data a day. We can move that to the centre, or move "
        f"{model.moved_name}, {in_words(model.moved_bytes, 'B')}, down and up instead. What does each put on the "
        "network?"
    )
    short = "The product lead asks whether to move the data or the model."
    raw_name = track.texts.get("raw_name", "raw data")
    invariant = (
        "Centralising moves the data: fleet × raw bytes of a device and day, once, upwards. Federating moves the "
        "model: in each round every invited device receives a copy and sends an update back, rounds × invited devices "
        "× (down + up). Which is less follows from these products alone. Beside bytes, centralising costs privacy, "
        f"since the raw data ({raw_name}) leave their device, and the computing of one data centre; federating leaves "
        "them where they are, which is not yet a guarantee, and costs the computing of every invited device."
    )
    return Brief(
        speaker=track.texts.get("paradox_speaker", "Product lead"),
        text=track.texts.get("paradox_text", text),
        short=track.texts.get("paradox_short", short),
        invariant=invariant,
    )


# --- prediction ------------------------------------------------------------------------------------------------------


def scenario(track: Track) -> dict[str, Value]:
    """Return the state that the question is about: the track's own, uncompressed."""
    return {
        "participation": DEFAULT_PARTICIPATION,
        "rounds_per_day": DEFAULT_ROUNDS_PER_DAY,
        "moved_bytes": float(track.model.moved_bytes),
        "compression": 1.0,
        "fleet": track.fleet.devices,
        "raw_bytes": float(track.fleet.raw_bytes_per_device_day),
    }


def predictions(track: Track) -> tuple[Prediction, ...]:
    """Return the bench's one lock: federated over centralised bytes of a day."""
    return (
        Prediction(
            id="ratio",
            question="How many bytes does a federated day move for each byte of a centralised one?",
            unit="x",
            low=1e-12,
            high=1e12,
            scenario=scenario(track),
            given=(
                ("Moves in a round", track.model.moved_name),
                ("Per invited device", "one copy down, one update up"),
            ),
            truth=truth,
            mechanisms=_mechanisms(track),
            right="factor",
            tolerance=2,
            marks=marks,
        ),
    )


def truth(track: Track, **controls: Value) -> Truth:  # noqa: ARG001 - the state names all that counts
    """Return the ratio of a state, with the factors that make it."""
    setting = setting_of(controls)
    ratio = traffic_ratio(
        participation=setting.participation,
        download_bytes=setting.download_bytes,
        upload_bytes=setting.upload_bytes,
        rounds_per_day=setting.rounds_per_day,
        raw_bytes_per_device=setting.raw_bytes,
    )
    return Truth(
        value=float(ratio),
        terms=(
            Term(name="Moved bytes / raw bytes of a device and day", value=setting.moved_bytes / setting.raw_bytes),
            Term(name="Rounds a day", value=float(setting.rounds_per_day)),
            Term(name="Participating share", value=setting.participation),
            Term(
                name="Directions, down and up",
                value=(setting.download_bytes + setting.upload_bytes) / setting.moved_bytes,
            ),
        ),
        combine="product",
    )


def marks(track: Track, value: float) -> Mapping[str, tuple[float, float]]:
    """Return where a predicted ratio stands on the panels, at the scenario's participation and no compression."""
    centralised = centralised_traffic_bytes(
        track.fleet.devices, raw_bytes_per_device=track.fleet.raw_bytes_per_device_day
    )
    return {TRAFFIC: (DEFAULT_PARTICIPATION, value * float(centralised)), COMPRESSED: (1.0, value)}


def _mechanisms(track: Track) -> tuple[Option, ...]:
    weight = track.model.moved_bytes / track.fleet.raw_bytes_per_device_day
    turns = DEFAULT_PARTICIPATION * DEFAULT_ROUNDS_PER_DAY
    ratio = uncompressed_ratio(track)
    few, many = (ratio * rounds / DEFAULT_ROUNDS_PER_DAY for rounds in ROUNDS_PER_DAY)
    small, large = (ratio * share / DEFAULT_PARTICIPATION for share in PARTICIPATION)
    crosses = "which crosses 1" if few < 1 < many else "which stays on one side of 1"
    return (
        Option(
            id="size",
            text="Model size against raw data",
            feedback=f"One copy of what moves weighs {in_words(weight, 'x')} the raw data of a device and day. Share, "
            f"rounds and the two directions together make {in_words(2 * turns, 'x')}, so this quotient sets the order "
            "of magnitude.",
        ),
        Option(
            id="rounds",
            text="Rounds a day",
            feedback=f"Rounds multiply in full. From {ROUNDS_PER_DAY[0]:g} to {ROUNDS_PER_DAY[1]:g} a day the ratio "
            f"goes from {in_words(few, 'x')} to {in_words(many, 'x')}, {crosses}.",
        ),
        Option(
            id="participation",
            text="Participating share",
            feedback=f"At {in_words(DEFAULT_PARTICIPATION, 'share')} and {DEFAULT_ROUNDS_PER_DAY} rounds the mean "
            f"device takes part {three_digits(turns)} times a day. From {in_words(PARTICIPATION[0], 'share')} to "
            f"{in_words(PARTICIPATION[1], 'share')} the ratio goes from {in_words(small, 'x')} to "
            f"{in_words(large, 'x')}. The size of the fleet is on both sides and cancels.",
        ),
        Option(
            id="downlink",
            text="The down-link",
            feedback=f"The copy that goes down is one of two equal legs: without it the ratio would be "
            f"{in_words(ratio / 2, 'x')}. It doubles the answer, no more, and it is the leg that a compressed upload "
            "does not touch.",
        ),
    )


def uncompressed_ratio(track: Track) -> float:
    """Return the ratio at the track's own state."""
    return float(
        traffic_ratio(
            participation=DEFAULT_PARTICIPATION,
            download_bytes=track.model.moved_bytes,
            upload_bytes=track.model.moved_bytes,
            rounds_per_day=DEFAULT_ROUNDS_PER_DAY,
            raw_bytes_per_device=track.fleet.raw_bytes_per_device_day,
        )
    )


# --- Peek ------------------------------------------------------------------------------------------------------------

_EQUATIONS = (
    ("cost_per_round", "A round", "round = share × fleet × (down + up);  up = b / c,  down = b, or b / c both ways"),
    ("day_federated", "A federated day", "day = rounds a day × round"),
    ("day_centralised", "A centralised day, the baseline", "day = fleet × raw"),
    ("ratio", "The ratio", "ratio = share × rounds a day × (down + up) / raw"),
    ("breakeven", "Break-even compression", "both ways: c = n 2b / raw;  upload only: c = n b / (raw − n b),  "
     "n = share × rounds a day"),
    ("cap_share", "Share of the cap", "share = n × days × (down + up) / cap, for the mean device; fleet × that for a "
     "cap of the service"),
    ("upload_time", "Upload time", "t = 8 up / uplink, against 86 400 s / rounds a day"),
    ("time_to_act", "Time to act", "here: max(FLOP / (utilisation × peak), weights / bandwidth);  through the cloud: "
     "round trip + 8 request / uplink"),
)  # fmt: skip


def peek(track: Track, outcome: Outcome, **controls: Value) -> Peek:
    """Return the equations with the numbers of a state, as its readings have them."""
    setting = setting_of(controls)
    lines = [
        PeekLine(name=name, equation=equation, numbers=reading.formula, source=reading.source)
        for name, equation, reading in (
            (name, equation, outcome.reading(reading_id)) for reading_id, name, equation in _EQUATIONS
        )
    ]
    raw_name = track.texts.get("raw_name", "raw data")
    day = outcome.reading("day_centralised" if setting.context == "centralised" else "day_federated")
    bytes_a_day = in_words(float(day.value), "B")
    if setting.context == "centralised":
        costs = f"centralised: raw data ({raw_name}) leave the device; {bytes_a_day} a day; one data centre learns"
    else:
        costs = f"federated: raw data ({raw_name}) stay, no guarantee yet; {bytes_a_day} a day; invited devices learn"
    lines.append(
        PeekLine(
            name="The context", equation="privacy; bandwidth; compute", numbers=costs, source=day.source
        )
    )  # fmt: skip
    return Peek(
        lines=tuple(lines),
        leaves_out="Protocol headers, TLS and acknowledgements. Lost uploads and their repetition: "
        f"{in_words(track.fleet.reliability, 'share')} arrive on this track, which the convergence bench counts. "
        "Devices of one round that slow each other. The time the cloud itself computes, so that its path is a lower "
        "bound. Serving the trained model, which both regimes need. And accuracy: whether a federated model is as "
        "good, and after how many rounds.",
    )


# --- reflection ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def codec() -> tuple[float, float, float]:
    """Return the sparse update of the published keyboard model [B], and what it saves of upload and round trip [x]."""
    dense = PUBLISHED_KEYBOARD_BYTES
    sparse = float(
        sparse_update_bytes(constants.GBOARD_PARAMETERS, fraction=KEPT_FRACTION, value_bits=VALUE_BITS, index="uint32")
    )
    before, after = (float(round_traffic_bytes(1, download_bytes=dense, upload_bytes=up)) for up in (dense, sparse))
    return sparse, dense / sparse, before / after


def round_trip_saving(compression: float) -> float:
    """Return what a compressed upload saves of a round trip whose legs were equal [x]: 2 / (1 + 1/c)."""
    before, after = (
        float(round_traffic_bytes(1, download_bytes=1.0, upload_bytes=up)) for up in (1.0, 1 / compression)
    )
    return before / after


def reflection(track: Track) -> Reflection:
    """Return the closing question, its check, and how good and weak answers read on this track."""
    ratio, moved = uncompressed_ratio(track), in_words(track.model.moved_bytes, "B")
    sparse, upload_saving, trip_saving = codec()
    best = in_words(ratio / round_trip_saving(100), "x")
    if ratio > 1:
        here = (
            f"On this track the ratio is {in_words(ratio, 'x')} uncompressed and still {best} with the upload at "
            f"100×. It takes {in_words(ratio, 'x')} on both legs, or something smaller to move."
        )
        change = "a model that is smaller by that factor, or more raw data per device"
    else:
        here = (
            f"On this track the ratio is {in_words(ratio, 'x')} before any codec, so moving the model is cheaper "
            "already; a codec buys airtime and battery, not the argument."
        )
        change = f"raw data that are {in_words(1 / ratio, 'x')} less, or something that much larger to move"
    return Reflection(
        prompt="Which lever would you pull first on this track? And why can a compressed upload alone never save more "
        "than 2× of the round trip?",
        rubric=(
            "Names one quantity of the figures with its number.",
            "Says that the download is a leg of its own, and that a codec for updates does not touch it.",
            "Gives the bound 2 / (1 + 1/c), or its limit of 2 for a large c.",
            "Says which change of a number would change the mind.",
        ),
        model_answer=f"A round trip has two equal legs of {moved}. With the upload compressed c times, 1 + 1/c legs "
        f"remain of 2, a saving of 2 / (1 + 1/c): {in_words(round_trip_saving(10), 'x')} at 10×, "
        f"{in_words(round_trip_saving(100), 'x')} at 100×, never 2×. {here} What would change my mind: {change}.",
        weak_sample="Compression makes federated learning efficient, so the fleet should compress as much as it can.",
        strong_sample="In the second figure the line for the upload alone flattens while the other keeps falling. A "
        f"sparse INT8 update of {in_words(sparse, 'B')} in place of {in_words(PUBLISHED_KEYBOARD_BYTES, 'B')} is "
        f"{in_words(upload_saving, 'x')} on the upload and {in_words(trip_saving, 'x')} on the round trip: the "
        "download is the other half. I would look at the size of what moves first; a codec for the download would "
        "change my mind.",
        check=_check(),
    )


def _check() -> Question:
    sparse, upload_saving, trip_saving = codec()
    dense = PUBLISHED_KEYBOARD_BYTES
    parameters = in_words(constants.GBOARD_PARAMETERS, "")
    return Question(
        id="lever",
        text="Model and cohort are settled. Which lever does a production fleet pull first to spare its uplink?",
        options=(
            Option(
                id="fewer",
                text="Fewer devices in a round",
                feedback=f"Half the devices make half the traffic of the fleet, yet each invited one still sends "
                f"{in_words(dense, 'B')}, and the mean of fewer updates is noisier. Learning and privacy set the "
                "cohort.",
            ),
            Option(
                id="codec",
                text="Top-k with quantisation and error feedback",
                feedback=f"The largest {in_words(KEPT_FRACTION, 'share')} of {parameters} values as INT8, each with a "
                f"32-bit place, take {in_words(sparse, 'B')} instead of {in_words(dense, 'B')}: "
                f"{in_words(upload_saving, 'x')} on the upload. What was not sent is kept and added to the next "
                f"update. The round trip gains {in_words(trip_saving, 'x')}, since the download stays whole; and plain "
                "top-k does not combine with secure aggregation, because each device sends its own places.",
            ),
            Option(
                id="losses",
                text="Sending losses instead of updates",
                feedback=f"A loss is one number of {LOSS_BYTES} B, {in_words(dense / LOSS_BYTES, 'x')} less than an "
                "update. It says how good a model is and not which way to change it, so there is nothing to average.",
            ),
            Option(
                id="smaller",
                text="A smaller model",
                feedback=f"From {in_words(KEYBOARD['moved_bytes'], 'B')} to {in_words(dense, 'B')} both legs shrink "
                f"{in_words(KEYBOARD['moved_bytes'] / dense, 'x')}; no codec does that. It is decided when the model "
                "is designed; once it is settled, the code of the update is what remains.",
            ),
        ),
        answer="codec",
    )


# --- presets ---------------------------------------------------------------------------------------------------------


def keyboard_note(track: Track, moved_bytes: float) -> str:
    """Return what the keyboard fleet is, and what it makes of the ratio."""
    ratio = _keyboard_ratio(moved_bytes)
    return (
        f"{in_words(KEYBOARD['fleet'], 'phones')}, {in_words(KEYBOARD['raw_bytes'], 'B')} of keystrokes each and day, "
        f"{in_words(moved_bytes, 'B')} down and up: {in_words(ratio, 'x')}. The cap stays this track's, "
        f"{cap_in_words(track)}."
    )


def _keyboard_ratio(moved_bytes: float) -> float:
    return float(
        traffic_ratio(
            participation=KEYBOARD["participation"],
            download_bytes=moved_bytes,
            upload_bytes=moved_bytes,
            rounds_per_day=KEYBOARD["rounds_per_day"],
            raw_bytes_per_device=KEYBOARD["raw_bytes"],
        )
    )


def whole_model_note(track: Track) -> str:
    """Return what moving all weights makes of the ratio, where only a part moves by default."""
    weights, moved = track.model.weights_bytes, track.model.moved_bytes
    ratio = uncompressed_ratio(track) * weights / moved
    return (
        f"All weights, {in_words(weights, 'B')}, instead of {track.model.moved_name}, {in_words(moved, 'B')}: "
        f"{in_words(ratio, 'x')}."
    )
