"""The memory bench in seven numbers, each with its limit, its formula in the student's numbers and its sources."""

from __future__ import annotations

from collections.abc import Mapping

from physics.units import DAYS_PER_MONTH
from tracks import Reading
from tracks.api.quantities import three_digits
from tracks.common.provenance import Input, join_sources, origins, quantity_text
from tracks.missions.memory.accuracy_gain import (
    OCTAVES,
    OPTIMIZER_KEEPS,
    RUNTIME_KEEPS,
    TOKENS_PER_OCTAVE,
    USUAL_TARGET,
    method_share,
    method_source,
    proxy_rank,
    runtime_keeps,
    size_adds,
)
from tracks.missions.memory.costs import DIRECTIONS, STATE_BYTES, TOUCHES, UPDATES, monthly_cap
from tracks.missions.memory.setting import OPTIMIZERS, defaults, method_text
from tracks.missions.memory.state import BELOW_QUALITY, HEAVY_UPDATE, OUT_OF_MEMORY, State

HUD = ("total", "headroom", "amplification")


def readings(state: State) -> tuple[Reading, ...]:
    """Return the readings in the order of the page, the three of the HUD first."""
    known = _origins(state)
    return (
        _total(state, known),
        _headroom(state, known),
        _amplification(state, known),
        _gain(state, known),
        _trained(state, known),
        _payload(state, known),
        _energy(state, known),
    )


def _origins(state: State) -> dict[str, str]:
    sources, network, now = state.track.sources, state.network, state.setting
    own_target = sources.get("targets.extras.gain_kept_share", "")
    fixed = {
        "network": f"Network: {network.source}",
        "budget": f"Budget: {sources['device.learning_memory_bytes']}",
        "count": "Count: Korthikanti et al. 2022 and Cai et al. 2020, within 0.5% of what torch saves or they publish"
        if not network.is_transformer
        else "Count: Korthikanti et al. 2022, carried over to this block by derivation, not measured",
        "gain": f"Gain of the method: {method_source(network, now).text}",
        "target": f"Target: {own_target or USUAL_TARGET.source.text}",
        "keeps": f"Optimizer: {OPTIMIZER_KEEPS.source.text}",
        "runtime_keeps": f"Runtime: {RUNTIME_KEEPS.source.text}",
        "cap": f"Cap: {sources['fleet.cap_bytes']}",
        "often": f"Rhythm: {UPDATES.text}",
        "power": f"Power: {sources['device.learning_power_w']}",
        "peak": f"Peak: {sources['device.peak_flop_per_s']}",
        "utilisation": f"Utilisation: {sources['device.utilisation']}",
        "bandwidth": f"Bandwidth: {sources['device.memory_bytes_per_s']}",
        "touches": f"Traffic: {TOUCHES.source.text}",
    }
    if network.is_transformer:
        fixed["size_gain"] = f"Sequence: {TOKENS_PER_OCTAVE.source.text}"
    elif network.size:
        fixed["size_gain"] = f"Resolution: {OCTAVES.text}"
    else:
        fixed["size_gain"] = "Input: fixed"
        fixed["size"] = "Sample: fixed by the network"
    start = defaults(network)
    inputs: list[Input] = [
        (name, name.capitalize(), getattr(now, name), start[name].value, start[name].source.text) for name in _INPUTS
    ]
    if network.size:
        inputs.append(("size", "Sample", now.size, network.usual_size, network.size_source.text))
    return origins(fixed, inputs)


_INPUTS = ("method", "rank", "batch", "optimizer", "precision", "runtime")


def count_text(count: float) -> str:
    """Return a number of parameters as one says it: "154 000", "70.6 billion"."""
    return f"{three_digits(count / 1e9)} billion" if count >= 1e9 else three_digits(count)


def _sum_text(state: State) -> str:
    """Return the four terms as a sum in the student's numbers."""
    return " + ".join(quantity_text(value, "iB") for _, value in state.costs.parts)


def _total(state: State, known: Mapping[str, str]) -> Reading:
    total = state.costs.total
    held = ""
    if state.costs.forward_leads:
        held = " Here the activations are the forward pass’s live layer, more than what the backward pass keeps."
    return Reading.of(
        state.limits[OUT_OF_MEMORY],
        id="total",
        label="Training memory",
        unit="iB",
        note=f"budget {quantity_text(state.budget, 'iB')}",
        formula=f"{_sum_text(state)} = {quantity_text(total, 'iB')}",
        meaning="Weights, gradients, optimizer states and activations of one training step, all alive at once." + held,
        source=join_sources(
            known, "network", "count", "budget", "method", "batch", "optimizer", "precision", "runtime"
        ),
    )


def _headroom(state: State, known: Mapping[str, str]) -> Reading:
    left = state.budget - state.costs.total
    return Reading(
        id="headroom",
        label="Headroom",
        value=left,
        unit="iB",
        limit=0.0,
        at_most=False,
        note=f"of {quantity_text(state.budget, 'iB')}, ≥ 0",
        formula=f"{quantity_text(state.budget, 'iB')} − {quantity_text(state.costs.total, 'iB')} = "
        f"{quantity_text(left, 'iB')}",
        meaning="What the budget leaves; below zero the step cannot run.",
        source=join_sources(known, "budget", "network", "count"),
    )


def _amplification(state: State, known: Mapping[str, str]) -> Reading:
    spent = state.costs
    return Reading(
        id="amplification",
        label="Amplification",
        value=spent.amplification,
        unit="x",
        note=f"inference {quantity_text(spent.inference, 'iB')}",
        formula=f"{quantity_text(spent.total, 'iB')} / ({quantity_text(spent.inference_weights, 'iB')} + "
        f"{quantity_text(spent.inference_live, 'iB')}) = {quantity_text(spent.amplification, 'x')}",
        meaning="Training over inference of the same batch. Inference frees a layer’s input as soon as its output is "
        "complete; the backward pass needs it again.",
        source=join_sources(known, "network", "count", "batch", "precision"),
    )


def _gain(state: State, known: Mapping[str, str]) -> Reading:
    network, now = state.network, state.setting
    share, keeps, adds = method_share(network, now), OPTIMIZER_KEEPS.value[now.optimizer], size_adds(network, now.size)
    runtime = f" × {quantity_text(runtime_keeps(network, now), 'share')}" if network.own_runtime else ""
    own = f" (rank {now.rank} as {three_digits(proxy_rank(now.rank))} of 10)" if now.method == "lora" else ""
    size = f" {'−' if adds < 0 else '+'} {quantity_text(abs(adds), 'share')}" if network.size else ""
    return Reading.of(
        state.limits[BELOW_QUALITY],
        id="gain",
        label="Gain kept",
        unit="share",
        note=f"≥ {quantity_text(state.target, 'share')}"
        + ("" if network.published and now.method.startswith(("tinytl", "full")) else ", proxy"),
        formula=f"{quantity_text(share, 'share')}{own} × {quantity_text(keeps, 'share')}{runtime}{size} = "
        f"{quantity_text(state.gain, 'share')}",
        meaning="Of what full fine-tuning gains over training the last layer alone, the share that this way of "
        "training keeps.",
        source=join_sources(
            known, "gain", "keeps", *(("runtime_keeps",) if network.own_runtime else ()), "size_gain", "target"
        ),
    )


def _trained(state: State, known: Mapping[str, str]) -> Reading:
    trained, network = state.costs.trained, state.network
    everything = float(network.parameters)
    return Reading(
        id="trained",
        label="Trained parameters",
        value=trained,
        note=f"{quantity_text(trained / everything, 'share')} of {count_text(everything)}",
        formula=f"{method_text(state.setting)}: {count_text(trained)} of {count_text(everything)}",
        meaning=f"Each of them has a gradient and {STATE_BYTES[state.setting.optimizer]} B of "
        f"{OPTIMIZERS[state.setting.optimizer]} states. Adapters stand beside the frozen network; other methods train "
        "a part of it.",
        source=join_sources(known, "network", "method", "rank"),
    )


def _payload(state: State, known: Mapping[str, str]) -> Reading:
    spent, cap = state.costs, monthly_cap(state.track)
    times = cap / (DIRECTIONS * spent.payload)
    return Reading.of(
        state.limits[HEAVY_UPDATE],
        id="payload",
        label="Payload",
        unit="B",
        note=f"≤ {quantity_text(state.limits[HEAVY_UPDATE].limit, 'B')}",
        formula=f"{count_text(spent.trained)} × {quantity_text(spent.payload / spent.trained, 'B')} = "
        f"{quantity_text(spent.payload, 'B')}; {quantity_text(cap, 'B')} / (2 × {quantity_text(spent.payload, 'B')}) = "
        f"{three_digits(times)} times in {DAYS_PER_MONTH} days",
        meaning="One update, one direction, uncompressed: what trains is what has to be sent. The limit is what the "
        "cap carries down and up once a week; once a day is comfortable.",
        source=join_sources(known, "network", "method", "precision", "cap", "often"),
    )


def _energy(state: State, known: Mapping[str, str]) -> Reading:
    device, one = state.track.device, state.step
    return Reading(
        id="step_energy",
        label="Step energy",
        value=one.joules,
        unit="J",
        note=f"{quantity_text(one.seconds, 's')} a step",
        formula=f"{quantity_text(device.learning_power_w, 'W')} × max({quantity_text(one.flop, 'FLOP')} / "
        f"({quantity_text(device.utilisation, 'share')} × {quantity_text(device.peak_flop_per_s, 'FLOP/s')}), "
        f"{quantity_text(one.traffic, 'B')} / {quantity_text(device.memory_bytes_per_s, 'B/s')}) = "
        f"{quantity_text(one.joules, 'J')}",
        meaning=f"Forward and backward for {state.setting.batch} "
        f"{'sample' if state.setting.batch == 1 else 'samples'}, at the learning power of the device, for as long as "
        f"the slower of computing and memory traffic takes. Traffic: {TOUCHES.value} times the bytes of the step.",
        source=join_sources(known, "network", "power", "peak", "utilisation", "bandwidth", "touches", "batch", "size"),
    )
