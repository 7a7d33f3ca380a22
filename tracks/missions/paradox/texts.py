"""What the paradox asks: brief, prediction and presets, every number from track or physics."""

from __future__ import annotations

from collections.abc import Mapping

from physics.traffic import centralised_traffic_bytes, traffic_ratio
from tracks import Again, Brief, Option, Prediction, Route, Term, Track, Truth, Value
from tracks.api.quantities import in_words, three_digits
from tracks.missions.paradox.figures import COMPRESSED, TRAFFIC
from tracks.missions.paradox.setting import (
    DEFAULT_COMPRESSION,
    DEFAULT_PARTICIPATION,
    DEFAULT_ROUNDS_PER_DAY,
    PARTICIPATION,
    ROUNDS_PER_DAY,
    setting_of,
)

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
        "participation": DEFAULT_PARTICIPATION.value,
        "rounds_per_day": DEFAULT_ROUNDS_PER_DAY.value,
        "moved_bytes": float(track.model.moved_bytes),
        "compression": DEFAULT_COMPRESSION.value,
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
            low=1e-30,
            high=1e30,
            reference=("as many bytes on either day", 1.0, 1e7),
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
            routes=_routes(track),
            reason="size",
            again=Again(
                values={"rounds_per_day": (3, 32, 100), "participation": (0.1, 0.001)},
                given=(("Moves in a round", track.model.moved_name), ("Per invited device", "one copy down, one up")),
            ),
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
    return {TRAFFIC: (DEFAULT_PARTICIPATION.value, value * float(centralised)), COMPRESSED: (1.0, value)}


def _copy_against_a_day(track: Track, **controls: Value) -> float:  # noqa: ARG001 - all benches' functions share it
    setting = setting_of(controls)
    return float(setting.moved_bytes / setting.raw_bytes)


def _everyone(track: Track, **controls: Value) -> float:
    return float(truth(track, **{**controls, "participation": 1.0}).value)


def _one_round(track: Track, **controls: Value) -> float:
    return float(truth(track, **{**controls, "rounds_per_day": 1.0}).value)


def _upside_down(track: Track, **controls: Value) -> float:
    return 1 / float(truth(track, **controls).value)


def _routes(track: Track) -> tuple[Route, ...]:
    """Return the tempting ways to another ratio."""
    moved, raw = in_words(track.model.moved_bytes, "B"), in_words(track.fleet.raw_bytes_per_device_day, "B")
    share, rounds = in_words(DEFAULT_PARTICIPATION.value, "share"), f"{DEFAULT_ROUNDS_PER_DAY.value:g}"
    ratio = in_words(uncompressed_ratio(track), "x")
    return (
        Route(
            name="one copy against one device’s day",
            value=_copy_against_a_day,
            why=f"{moved} / {raw} leaves out that copies go both ways, {rounds} times a day, to {share} of the fleet.",
        ),
        Route(
            name="every device in every round",
            value=_everyone,
            why=f"Of the fleet {share} takes part in a round, which is a factor of its own.",
        ),
        Route(
            name="one round a day",
            value=_one_round,
            why=f"A day has {rounds} rounds, and each of them moves its copies anew.",
        ),
        Route(
            name="the ratio upside down",
            value=_upside_down,
            why=f"That is 1 over {ratio}, what a centralised day moves for each byte of a federated one.",
        ),
    )


def _mechanisms(track: Track) -> tuple[Option, ...]:
    weight = track.model.moved_bytes / track.fleet.raw_bytes_per_device_day
    usual_share, usual_rounds = DEFAULT_PARTICIPATION.value, DEFAULT_ROUNDS_PER_DAY.value
    turns = usual_share * usual_rounds
    ratio = uncompressed_ratio(track)
    few, many = (ratio * rounds / usual_rounds for rounds in ROUNDS_PER_DAY)
    small, large = (ratio * share / usual_share for share in PARTICIPATION)
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
            feedback=f"At {in_words(usual_share, 'share')} and {usual_rounds} rounds the mean "
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
            participation=DEFAULT_PARTICIPATION.value,
            download_bytes=track.model.moved_bytes,
            upload_bytes=track.model.moved_bytes,
            rounds_per_day=DEFAULT_ROUNDS_PER_DAY.value,
            raw_bytes_per_device=track.fleet.raw_bytes_per_device_day,
        )
    )


# --- presets ---------------------------------------------------------------------------------------------------------


def whole_model_note(track: Track) -> str:
    """Return what moving all weights makes of the ratio, where only a part moves by default."""
    weights, moved = track.model.weights_bytes, track.model.moved_bytes
    ratio = uncompressed_ratio(track) * weights / moved
    return (
        f"All weights, {in_words(weights, 'B')}, instead of {track.model.moved_name}, {in_words(moved, 'B')}: "
        f"{in_words(ratio, 'x')}."
    )
