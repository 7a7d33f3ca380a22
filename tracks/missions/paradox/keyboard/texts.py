"""What the keyboard fleet asks and answers: message, lock with its routes, reveal, every number from its world."""

from __future__ import annotations

from functools import lru_cache

from physics import constants
from tracks import Brief, Option, Prediction, Route, Table, Track, Value
from tracks.api.quantities import in_words, three_digits
from tracks.missions.paradox.keyboard.state import phone_of
from tracks.missions.paradox.keyboard.world import (
    MODEL_BYTES,
    PHONE_KEYSTROKES,
    PHONE_TEXT_BYTES,
    SHIPPED_BYTES,
    TEXT_BYTES,
    UNIT,
)
from tracks.missions.paradox.setting import Setting, setting_of
from tracks.missions.paradox.texts import marks, scenario, truth
from tracks.missions.paradox.traffic import ratio_by_compression, traffic_of

SPEAKER = "Privacy architect"
COMPRESSED = 100.0


def brief(track: Track) -> Brief:
    """Return the architect's message, with the numbers of the case."""
    model, fleet = track.model, track.fleet
    invited = in_words(constants.KEYBOARD_PARTICIPATION * fleet.devices, "")
    keystrokes = in_words(constants.KEYBOARD_KEYSTROKES_PER_DAY, "")
    return Brief(
        speaker=SPEAKER,
        text=f"Our keyboard learns on {in_words(fleet.devices, UNIT)}: {in_words(model.parameters, '')} parameters, "
        f"{in_words(model.moved_bytes, 'B')} in FP16, down to every invited phone and back. The text stays home: "
        f"{keystrokes} keystrokes a day of {constants.KEYBOARD_BYTES_PER_KEYSTROKE:g} bytes, "
        f"{in_words(TEXT_BYTES, 'B')}, which is {PHONE_KEYSTROKES:g} keystrokes a phone. Only "
        f"{in_words(constants.KEYBOARD_PARTICIPATION, 'share')} take part in a round, still {invited}. Is this cheaper "
        "than sending the text? I want numbers, not marketing.",
        short="The privacy architect asks whether a federated keyboard moves fewer bytes than its text.",
        invariant="Centralising moves the text: once, upwards. Federating moves the model: in each round every invited "
        "phone receives a copy and sends an update back. Nothing is said here of privacy, which bytes do not measure.",
    )


def predictions(track: Track) -> tuple[Prediction, ...]:
    """Return the one lock, by decades, with the tempting ways to another."""
    asked = {name: value for name, value in scenario(track).items() if name != "fleet"}
    return (
        Prediction(
            id="ratio",
            question="How many bytes does a federated day move for each byte of text?",
            unit="x",
            low=1e-12,
            high=1e12,
            scenario=asked,
            given=(("Per invited phone", "one copy down, one update up"),),
            truth=truth,
            mechanisms=_mechanisms(),
            right="decade",
            tolerance=0.5,
            marks=marks,
            routes=_routes(),
            reason="size",
            case=case,
        ),
    )


def case(track: Track, **controls: Value) -> Table:
    """Return what else follows in the state that is asked about, beside the model that was shipped."""
    here = setting_of(controls)
    told = [_told(track, one) for one in (here, here._replace(moved_bytes=SHIPPED_BYTES))]
    parameters = in_words(constants.GBOARD_PARAMETERS, "")
    rows = tuple((name, *(one[name] for one in told)) for name in told[0])
    return Table(columns=("", "this fleet", f"the model that was shipped, {parameters} parameters"), rows=rows)


def _told(track: Track, setting: Setting) -> dict[str, str]:
    traffic, phone = traffic_of(track, setting), phone_of(setting)
    upload_only, both = (float(row[0]) for row in ratio_by_compression(setting, (COMPRESSED,)))
    factor = in_words(COMPRESSED, "x")
    return {
        "Moved by one copy": in_words(setting.moved_bytes, "B"),
        "Moved by one round": in_words(traffic.per_round, "B"),
        "Moved in a federated day": in_words(traffic.federated, "B"),
        "Moved as text in a day": in_words(traffic.centralised, "B"),
        "Ratio": in_words(traffic.ratio, "x"),
        f"Ratio, both ways compressed {factor}": in_words(both, "x"),
        f"Ratio, the upload alone {factor}": in_words(upload_only, "x"),
        "Moved by a phone in the mean month": in_words(phone.month, "B"),
        "Time of one upload": in_words(traffic.upload_s, "s"),
    }


# --- routes and reasons ----------------------------------------------------------------------------------------------


def _share_alone(track: Track, **controls: Value) -> float:  # noqa: ARG001 - the state names all that counts
    return float(setting_of(controls).participation)


def _turns(track: Track, **controls: Value) -> float:  # noqa: ARG001
    return float(setting_of(controls).turns_per_day)


def _keystrokes(track: Track, **controls: Value) -> float:  # noqa: ARG001
    return float(setting_of(controls).turns_per_day) * PHONE_KEYSTROKES


def _shipped(track: Track, **controls: Value) -> float:
    return float(truth(track, **{**controls, "moved_bytes": SHIPPED_BYTES}).value)


@lru_cache(maxsize=1)
def _routes() -> tuple[Route, ...]:
    share = in_words(constants.KEYBOARD_PARTICIPATION, "share")
    turns = three_digits(constants.KEYBOARD_PARTICIPATION * constants.KEYBOARD_ROUNDS_PER_DAY)
    copy = in_words(MODEL_BYTES, "B")
    return (
        Route(
            name="always less, since only some take part",
            value=_share_alone,
            why=f"{share} take part, but of a round that moves {copy} each way, not of the text.",
        ),
        Route(
            name="ten times less",
            value=_turns,
            why=f"The mean phone takes part {turns} times a day. A turn moves a model, not a day of text.",
        ),
        Route(
            name="about equal",
            value=_keystrokes,
            why=f"{turns} turns for {PHONE_KEYSTROKES:g} keystrokes counts events. Bytes are asked for: {copy} against "
            f"{in_words(PHONE_TEXT_BYTES, 'B')}.",
        ),
        Route(
            name="a thousand times more",
            value=_shipped,
            why=f"That fits the model that was really shipped, {in_words(constants.GBOARD_PARAMETERS, '')} parameters "
            f"in {in_words(SHIPPED_BYTES, 'B')}; this one has {copy}.",
        ),
    )


def _mechanisms() -> tuple[Option, ...]:
    weight = in_words(MODEL_BYTES / PHONE_TEXT_BYTES, "x")
    invited = in_words(constants.KEYBOARD_PARTICIPATION * constants.KEYBOARD_PHONES, "")
    return (
        Option(
            id="size",
            text="Model size against text of a phone and day",
            feedback=f"One copy weighs {weight} what a phone types in a day. Share, rounds and both directions make "
            "the rest of the sum.",
        ),
        Option(
            id="participation",
            text="So few phones take part",
            feedback=f"A hundredth of the fleet is still {invited} phones, and a share of the fleet stands on both "
            "sides: its size cancels.",
        ),
        Option(
            id="rounds",
            text="Rounds a day",
            feedback=f"Ten rounds make ten times the traffic of one. A copy makes {weight}.",
        ),
        Option(
            id="local",
            text="What is learnt locally need not travel",
            feedback="The text need not. What is learnt from it must, as a copy of the model, each round.",
        ),
    )
