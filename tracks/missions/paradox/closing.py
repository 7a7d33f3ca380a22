"""How the paradox closes: what its second figure showed, Peek and reflection, every number from track or physics."""

from __future__ import annotations

from functools import lru_cache

from physics.traffic import round_traffic_bytes, sparse_update_bytes
from tracks import Option, Outcome, Peek, PeekLine, Question, Reflection, Track, Value
from tracks.api.quantities import in_words
from tracks.missions.paradox.setting import setting_of
from tracks.missions.paradox.texts import uncompressed_ratio

FP32_BYTES = 4
EXAMPLE_PARAMETERS = 1_000_000  # of an update that shows what a codec saves, whatever the track moves
EXAMPLE_BYTES = EXAMPLE_PARAMETERS * FP32_BYTES
KEPT_FRACTION, VALUE_BITS = 0.01, 8

# --- observation -----------------------------------------------------------------------------------------------------

OBSERVATION = Question(
    id="upload_only",
    text="In the second figure: what became of the ratio when the upload alone was compressed, ever more?",
    options=(
        Option(
            id="levels",
            text="It levelled off at half",
            feedback="The download stays as it is: half of the round trip. Both ways, the line keeps falling.",
        ),
        Option(
            id="falls",
            text="It fell in step with the compression",
            feedback="That is the other line, both ways. With a dense download, half of the round trip remains.",
        ),
        Option(
            id="nothing",
            text="It did not change",
            feedback="It fell at first: the upload is half of the round trip, and can shrink to nearly nothing.",
        ),
    ),
    answer="levels",
)


# --- Peek ------------------------------------------------------------------------------------------------------------

_EQUATIONS = (
    ("cost_per_round", "A round", "round = share × fleet × (down + up);  up = b / c,  down = b, or b / c both ways",
     r"$\text{round} = \text{share} \times \text{fleet} \times (\text{down} + \text{up})$; $\text{up} = b / c$, "
     r"$\text{down} = b$, or $b / c$ both ways"),
    ("day_federated", "A federated day", "day = rounds a day × round",
     r"$\text{day} = \text{rounds a day} \times \text{round}$"),
    ("day_centralised", "A centralised day, the baseline", "day = fleet × raw",
     r"$\text{day} = \text{fleet} \times \text{raw}$"),
    ("ratio", "The ratio", "ratio = share × rounds a day × (down + up) / raw",
     r"$\text{ratio} = \dfrac{\text{share} \times \text{rounds a day} \times (\text{down} + \text{up})}{\text{raw}}$"),
    ("breakeven", "Break-even compression", "both ways: c = n 2b / raw;  upload only: c = n b / (raw − n b),  "
     "n = share × rounds a day",
     r"both ways: $c = \dfrac{2 n b}{\text{raw}}$; upload only: $c = \dfrac{n b}{\text{raw} - n b}$, "
     r"$n = \text{share} \times \text{rounds a day}$"),
    ("cap_share", "Share of the cap", "share = n × days × (down + up) / cap, for the mean device; fleet × that for a "
     "cap of the service",
     r"$\text{share} = \dfrac{n \times \text{days} \times (\text{down} + \text{up})}{\text{cap}}$, for the mean "
     r"device; fleet × that for a cap of the service"),
    ("upload_time", "Upload time", "t = 8 up / uplink, against 86 400 s / rounds a day",
     r"$t = \dfrac{8\,\text{up}}{\text{uplink}}$, against $\dfrac{86\,400\,\text{s}}{\text{rounds a day}}$"),
    ("time_to_act", "Time to act", "here: max(FLOP / (utilisation × peak), weights / bandwidth);  through the cloud: "
     "round trip + 8 request / uplink + the same on 8 H100",
     r"here: $\max\left(\dfrac{\text{FLOP}}{\text{utilisation} \times \text{peak}}, "
     r"\dfrac{\text{weights}}{\text{bandwidth}}\right)$; through the cloud: $\text{round trip} + "
     r"\dfrac{8\,\text{request}}{\text{uplink}}$ + the same on 8 H100"),
)  # fmt: skip


def peek_lines(track: Track, outcome: Outcome, **controls: Value) -> tuple[PeekLine, ...]:
    """Return the equations with the numbers of a state, as its readings have them; of those that it has."""
    setting = setting_of(controls)
    known = {reading.id: reading for reading in outcome.readings}
    lines = [
        PeekLine(name=name, equation=equation, latex=latex, numbers=known[one].formula, source=known[one].source)
        for one, name, equation, latex in _EQUATIONS
        if one in known
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
    return tuple(lines)


def peek(track: Track, outcome: Outcome, **controls: Value) -> Peek:
    """Return the equations of a state, and what they leave out on a track."""
    return Peek(
        lines=peek_lines(track, outcome, **controls),
        leaves_out="Protocol headers, TLS and acknowledgements. Lost uploads and their repetition: "
        f"{in_words(track.fleet.reliability, 'share')} arrive on this track, which the convergence bench counts. "
        "Devices of one round that slow each other. What a request waits for in the cloud before it is computed, so "
        "that its path is a lower bound. Serving the trained model, which both regimes need. And accuracy: whether a "
        "federated model is as good, and after how many rounds.",
    )


# --- reflection ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def codec() -> tuple[float, float, float]:
    """Return a sparse update of the example [B], and what it saves of upload and round trip [x]."""
    dense = EXAMPLE_BYTES
    sparse = float(
        sparse_update_bytes(EXAMPLE_PARAMETERS, fraction=KEPT_FRACTION, value_bits=VALUE_BITS, index="uint32")
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
        f"sparse INT8 update of {in_words(sparse, 'B')} in place of {in_words(EXAMPLE_BYTES, 'B')} is "
        f"{in_words(upload_saving, 'x')} on the upload and {in_words(trip_saving, 'x')} on the round trip: the "
        "download is the other half. I would look at the size of what moves first; a codec for the download would "
        "change my mind.",
        check=_check(),
    )


def _check() -> Question:
    sparse, upload_saving, trip_saving = codec()
    parameters = in_words(EXAMPLE_PARAMETERS, "")
    return Question(
        id="lever",
        text="Model and cohort are settled. Which lever does a production fleet pull first to spare its uplink?",
        options=(
            Option(
                id="fewer",
                text="Fewer devices in a round",
                feedback="Half the devices make half the traffic of the fleet, yet each invited one still sends "
                "as much, and the mean of fewer updates is noisier. Learning and privacy set the cohort.",
            ),
            Option(
                id="codec",
                text="Top-k with quantisation and error feedback",
                feedback=f"The largest {in_words(KEPT_FRACTION, 'share')} of {parameters} values as INT8, each with a "
                f"32-bit place, take {in_words(sparse, 'B')} instead of {in_words(EXAMPLE_BYTES, 'B')}: "
                f"{in_words(upload_saving, 'x')} on the upload. What was not sent is kept and added to the next "
                f"update. The round trip gains {in_words(trip_saving, 'x')}, since the download stays whole; and plain "
                "top-k does not combine with secure aggregation, because each device sends its own places.",
            ),
            Option(
                id="losses",
                text="Sending losses instead of updates",
                feedback=f"A loss is one number of {FP32_BYTES} B, an update has {parameters}. It says how good a "
                "model is and not which way to change it, so there is nothing to average.",
            ),
            Option(
                id="smaller",
                text="A smaller model",
                feedback="A tenth of the parameters shrinks both legs by ten; a codec for updates reaches one. It is "
                "decided when the model is designed; once it is settled, the code of the update is what remains.",
            ),
        ),
        answer="codec",
    )
