"""How the keyboard fleet closes: observation, Peek and reflection, every number from its world."""

from __future__ import annotations

from functools import lru_cache

from physics import constants
from tracks import Option, Outcome, Peek, Preset, Question, Reflection, Track, Value
from tracks.api.quantities import in_words
from tracks.missions.paradox.closing import peek_lines
from tracks.missions.paradox.keyboard.texts import COMPRESSED
from tracks.missions.paradox.keyboard.world import FP32_BYTES, MODEL_BYTES, PHONE_TEXT_BYTES, SHIPPED_BYTES
from tracks.missions.paradox.setting import Setting
from tracks.missions.paradox.traffic import ratio_by_compression


@lru_cache(maxsize=16)
def ratios(moved_bytes: float, compression: float = 1.0) -> tuple[float, float]:
    """Return the ratio of the fleet with a model of that size: with the upload compressed, and with both ways."""
    setting = Setting(
        participation=constants.KEYBOARD_PARTICIPATION,
        moved_bytes=moved_bytes,
        compression=compression,
        direction="both",
        rounds_per_day=constants.KEYBOARD_ROUNDS_PER_DAY,
        context="federated",
        fleet=constants.KEYBOARD_PHONES,
        raw_bytes=PHONE_TEXT_BYTES,
        uplink=constants.KEYBOARD_UPLINK_BIT_PER_S,
    )
    upload_only, both = (float(row[0]) for row in ratio_by_compression(setting, (compression,)))
    return upload_only, both


def presets(track: Track) -> tuple[Preset, ...]:  # noqa: ARG001 - the same fleet on every track
    """Return the model in FP32, and the one that was shipped."""
    plain, double, shipped = (in_words(ratios(size)[1], "x") for size in (MODEL_BYTES, FP32_BYTES, SHIPPED_BYTES))
    return (
        Preset(
            id="fp32",
            label="the model in FP32",
            values={"moved_bytes": FP32_BYTES},
            note=f"{in_words(FP32_BYTES, 'B')} in place of {in_words(MODEL_BYTES, 'B')}: {double} in place of {plain}.",
        ),
        Preset(
            id="shipped",
            label="the model that was shipped",
            values={"moved_bytes": SHIPPED_BYTES},
            note=f"{in_words(constants.GBOARD_PARAMETERS, '')} parameters, {in_words(SHIPPED_BYTES, 'B')} in FP32 "
            f"(Hard et al. 2018): {shipped} the text, which is still not cheaper.",
        ),
    )


def observation() -> Question:
    """Return the question what compression left of the ratio, with the two settings that tell."""
    upload_only, both = (in_words(ratio, "x") for ratio in ratios(MODEL_BYTES, COMPRESSED))
    whole, factor = in_words(ratios(MODEL_BYTES)[1], "x"), in_words(COMPRESSED, "x")
    return Question(
        id="compressed",
        text=f"Compressed {factor}: what is left of {whole}?",
        options=(
            Option(
                id="half",
                text=f"{both} both ways, {upload_only} with the upload alone",
                feedback="Both legs shrink, or one does: the download alone is half of the round trip.",
            ),
            Option(
                id="same",
                text=f"{both}, whichever way is compressed",
                feedback="With the upload alone the copies still go down whole, and they are half of the traffic.",
            ),
            Option(
                id="below",
                text="Less than the text, both ways",
                feedback=f"{factor} is two decades of more than five.",
            ),
        ),
        answer="half",
        settings=tuple(
            Preset(id=one, label=label, values={"compression": COMPRESSED, "direction": one})
            for one, label in (("both", f"{factor}, both ways"), ("upload", f"{factor}, upload only"))
        ),
    )


def peek(track: Track, outcome: Outcome, **controls: Value) -> Peek:
    """Return the equations with the numbers of a state."""
    return Peek(
        lines=peek_lines(track, outcome, **controls),
        leaves_out="Protocol headers and uploads that fail and are repeated. Phones of one round that wait for each "
        "other. That text once sent is also kept and guarded, and that updates show something of it: bytes measure "
        "neither. And accuracy: after how many rounds the model is good enough.",
    )


def reflection(track: Track) -> Reflection:  # noqa: ARG001 - the same fleet on every track
    """Return the closing question, its check, and how good and weak answers read."""
    whole, shipped = (in_words(ratios(size)[1], "x") for size in (MODEL_BYTES, SHIPPED_BYTES))
    upload_only, both = (in_words(ratio, "x") for ratio in ratios(MODEL_BYTES, COMPRESSED))
    weight = in_words(MODEL_BYTES / PHONE_TEXT_BYTES, "x")
    smaller = in_words(MODEL_BYTES / SHIPPED_BYTES, "x")
    return Reflection(
        prompt="What do you answer the privacy architect: is it cheaper, by which number, and is that the reason to "
        "federate or not to?",
        rubric=(
            "Names the ratio with its two days, federated and of text.",
            "Says that one copy of the model against a phone’s text of a day sets the order of magnitude.",
            "Says what a lever leaves: a smaller model, or compression on one leg or both.",
            "Says what bytes do not measure, privacy above all.",
        ),
        model_answer=f"No: {whole}. One copy weighs {weight} what a phone types in a day, and neither a share of 1% "
        f"nor {in_words(COMPRESSED, 'x')} compression ({both} both ways, {upload_only} for the upload alone) makes up "
        f"for that. The model that was shipped is {smaller} smaller and still moves {shipped} the text. So bytes are "
        "no reason to federate this keyboard. That the text stays on the phone may be one, and a guarantee needs more "
        "than that.",
        weak_sample="Federated learning saves bandwidth because the data stay on the device.",
        strong_sample=f"It moves {whole} the text. In the second figure only the line for both ways keeps falling, to "
        f"{both} at {in_words(COMPRESSED, 'x')}. I would make the model smaller first. I would change my mind about "
        "the cost if phones gathered megabytes a day instead of a kilobyte.",
        check=Question(
            id="why",
            text="Why was a keyboard federated all the same?",
            options=(
                Option(
                    id="text",
                    text="So that the text need not leave the phone",
                    feedback="Bytes were the price, not the reason. That the text stays is locality, and not yet a "
                    "formal guarantee.",
                ),
                Option(
                    id="bytes",
                    text="To save bytes",
                    feedback=f"Even the model that was shipped moves {shipped} the text.",
                ),
                Option(
                    id="faster",
                    text="To learn faster",
                    feedback="A data centre with the text learns faster: no round waits for phones that charge.",
                ),
            ),
            answer="text",
        ),
    )
