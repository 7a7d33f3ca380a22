"""What the memory bench objects to: too many bytes at once, too little of the gain, an update too heavy to send."""

from __future__ import annotations

from tracks import Reading, Verdict
from tracks.common.provenance import quantity_text
from tracks.missions.memory.fixes import fixes
from tracks.missions.memory.readings import count_text
from tracks.missions.memory.setting import OPTIMIZERS, method_text
from tracks.missions.memory.state import BELOW_QUALITY, HEAVY_UPDATE, OUT_OF_MEMORY, State


def verdicts(state: State, readings: tuple[Reading, ...]) -> tuple[Verdict, ...]:
    """Return the three judgements, each at its level."""
    by_id = {reading.id: reading for reading in readings}
    return (
        _out_of_memory(state, by_id["total"]),
        _below_quality(state, by_id["gain"]),
        _heavy_update(state, by_id["payload"]),
    )


def _out_of_memory(state: State, total: Reading) -> Verdict:
    titles = {"ok": "Fits", "warn": "Almost full", "fail": "Out of memory"}
    return Verdict(
        code=OUT_OF_MEMORY,
        reading=total,
        title=titles[state.limits[OUT_OF_MEMORY].level],
        cause=_biggest(state),
        fixes=fixes(OUT_OF_MEMORY, state),
    )


def _biggest(state: State) -> str:
    """Name the biggest part, and why it is there."""
    name, value = state.costs.biggest
    setting, share = state.setting, quantity_text(value / state.costs.total, "share")
    why = {
        "weights": f"the network itself has to be there, {count_text(state.network.parameters)} parameters",
        "gradients": "each trained parameter has one",
        "optimizer": f"{OPTIMIZERS[setting.optimizer]} keeps states in fp32 for each trained parameter",
        "activations": "the backward pass needs what the forward pass computed",
    }[name]
    if name == "activations" and state.costs.forward_leads:
        why = "the forward pass holds its live layer, more than what the backward pass keeps"
    elif name == "activations" and setting.method != "full":
        trained = state.costs.trained / state.network.parameters
        why = f"{method_text(setting)} trains {quantity_text(trained, 'share')} and the backward pass still needs them"
    return f"{name.capitalize()} {'are' if name.endswith('s') else 'is'} the largest part, {share}: {why}."


def _below_quality(state: State, gain: Reading) -> Verdict:
    method = method_text(state.setting)
    return Verdict(
        code=BELOW_QUALITY,
        reading=gain,
        title="Quality kept" if state.limits[BELOW_QUALITY].level == "ok" else "Below quality",
        cause=f"{method[0].upper()}{method[1:]} keeps {quantity_text(state.gain, 'share')} of what full fine-tuning "
        "gains.",
        fixes=fixes(BELOW_QUALITY, state),
    )


def _heavy_update(state: State, payload: Reading) -> Verdict:
    titles = {"ok": "Light update", "warn": "Heavy update", "fail": "Update too heavy"}
    trained = count_text(state.costs.trained)
    return Verdict(
        code=HEAVY_UPDATE,
        reading=payload,
        measure="One update",
        title=titles[state.limits[HEAVY_UPDATE].level],
        cause=f"{trained} trained parameters have to be sent, and a copy has to come down.",
        fixes=fixes(HEAVY_UPDATE, state),
    )
