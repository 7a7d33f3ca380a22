"""The memory bench in seven numbers, each with its limit, its formula in the student's numbers and its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from physics.units import DAYS_PER_MONTH
from tracks import Reading, Track
from tracks.api.quantities import three_digits
from tracks.common.provenance import Input, joined, origins, words
from tracks.missions.memory.accuracy_gain import (
    OPTIMIZER_KEEPS,
    USUAL_TARGET,
    gain_kept,
    method_share,
    proxy_rank,
    size_adds,
)
from tracks.missions.memory.costs import (
    DIRECTIONS,
    STATE_BYTES,
    TOUCHES,
    WEEKS_PER_MONTH,
    Costs,
    costs,
    heaviest_update,
    monthly_cap,
    step,
)
from tracks.missions.memory.networks import Network, network_of
from tracks.missions.memory.setting import OPTIMIZERS, Setting, called, default_setting

HUD = ("total", "headroom", "amplification")
COMFORT = 0.9  # of the budget: what is left beyond covers an allocator's slack

SOURCES: Mapping[str, str] = {
    "method": "assumed: LoRA, the adapter most would try first (Hu et al. 2021)",
    "rank": "assumed: eight, a middle of what Hu et al. 2021 try",
    "batch": "assumed: as many samples a step as this kind of device is usually given",
    "optimizer": "assumed: Adam, with two fp32 states a parameter (Rajbhandari et al. 2020, 3.1)",
    "precision": "as the track's model serves; widths of Rajbhandari et al. 2020, 3.1, and Cai et al. 2020, figure 3",
    "resolution": "Cai et al. 2020, table 2: 224 pixels",
    "tokens": "what the track takes for one training sample, or assumed: 512 tokens",
    "checkpoint": "assumed: nothing is computed twice to begin with",
    "runtime": "assumed: what PyTorch keeps, not what would have to be kept",
    "last_blocks": "assumed: three, as in the question",
}
PUBLISHED = "Cai et al. 2020 (TinyTL), table 2: means over eight data sets, ProxylessNAS-Mobile at 224 pixels"
CARRIED_OVER = f"assumed: what {PUBLISHED} holds here too"
PROXY = (
    "proxy task: the closest change of that rank to a small model of handwritten digits (UCI Optical Recognition, "
    "CC BY 4.0); assumed: ranks 1 to 64 lie on its ranks 1 to 10, along the logarithm"
)
BLOCKS = "assumed: the gain of the last blocks grows with log(1 + blocks)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Everything that one state gives: its network, costs, the share of the gain it keeps, and the limits."""

    network: Network
    setting: Setting
    costs: Costs
    gain: float
    budget: float
    target: float
    heaviest: float
    comfortable: float


def found(track: Track, setting: Setting) -> Found:
    """Return what a setting gives on a track."""
    network = network_of(track)
    return Found(
        network=network,
        setting=setting,
        costs=costs(network, setting),
        gain=gain_kept(network, setting),
        budget=float(track.device.learning_memory_bytes),
        target=target(track),
        heaviest=heaviest_update(track, WEEKS_PER_MONTH),
        comfortable=heaviest_update(track, DAYS_PER_MONTH),
    )


def target(track: Track) -> float:
    """Return the share of full fine-tuning's gain that is good enough."""
    return float(track.targets.extras.get("gain_kept_share", USUAL_TARGET))


def gain_source(network: Network, setting: Setting) -> str:
    """Return where the share of a method comes from."""
    if setting.method == "lora":
        return PROXY
    if setting.method == "last_k":
        return BLOCKS
    if setting.method == "full":
        return "by definition 1: full fine-tuning is the measure"
    return PUBLISHED if network.published else CARRIED_OVER


def readings(track: Track, given: Found) -> tuple[Reading, ...]:
    """Return the readings in the order of the page, the three of the HUD first."""
    known = _origins(track, given)
    return (
        _total(given, known),
        _headroom(given, known),
        _amplification(given, known),
        _gain(given, known),
        _trained(given, known),
        _payload(track, given, known),
        _energy(track, given, known),
    )


def _origins(track: Track, given: Found) -> dict[str, str]:
    sources, network, now = track.sources, given.network, given.setting
    usual = default_setting(network)
    named = "device.learning_memory_bytes"
    own_target = sources.get("targets.extras.gain_kept_share", "")
    fixed = {
        "network": f"Network: {network.source}",
        "budget": f"Budget: {sources[named]}",
        "count": "Count: Korthikanti et al. 2022 and Cai et al. 2020, within 0.5% of what torch saves or they publish"
        if not network.is_transformer
        else "Count: Korthikanti et al. 2022, carried over to this block by derivation, not measured",
        "gain": f"Gain of the method: {gain_source(network, now)}",
        "target": f"Target: {own_target or 'assumed: seven eighths of what full fine-tuning gains'}",
        "keeps": "Optimizer: assumed: momentum keeps 98% and SGD 95% of Adam’s gain after as many steps",
        "cap": f"Cap: {sources['fleet.cap_bytes']}",
        "often": "Rhythm: assumed: once a week at least, better once a day",
        "power": f"Power: {sources['device.learning_power_w']}",
        "peak": f"Peak: {sources['device.peak_flop_per_s']}",
        "utilisation": f"Utilisation: {sources['device.utilisation']}",
        "bandwidth": f"Bandwidth: {sources['device.memory_bytes_per_s']}",
        "touches": "Traffic: assumed: each byte of the step is written once and read once",
    }
    if network.is_transformer:
        fixed["size_gain"] = "Sequence: assumed: each halving below the usual sample costs 3% of the gain"
    elif network.size:
        fixed["size_gain"] = (
            "Resolution: Cai et al. 2020, table 2, TinyTL-L+B at 224 and 320 pixels; assumed: elsewhere by the octave"
        )
    else:
        fixed["size_gain"] = "Input: fixed"
    inputs: tuple[Input, ...] = (
        ("method", "Method", now.method, usual.method, SOURCES["method"]),
        ("rank", "Rank", now.rank, usual.rank, SOURCES["rank"]),
        ("batch", "Batch", now.batch, usual.batch, SOURCES["batch"]),
        ("optimizer", "Optimizer", now.optimizer, usual.optimizer, SOURCES["optimizer"]),
        ("precision", "Precision", now.precision, usual.precision, SOURCES["precision"]),
        ("runtime", "Runtime", now.runtime, usual.runtime, SOURCES["runtime"]),
        ("size", "Sample", now.size, usual.size, SOURCES[network.size] if network.size else "fixed by the network"),
    )
    return origins(fixed, inputs)


def in_numbers(count: float) -> str:
    """Return a number of parameters as one says it: "154 000", "70.6 billion"."""
    return f"{three_digits(count / 1e9)} billion" if count >= 1e9 else three_digits(count)


def sum_in_words(given: Found) -> str:
    """Return the four terms as a sum in the student's numbers."""
    return " + ".join(words(value, "iB") for _, value in given.costs.parts)


def _total(given: Found, known: Mapping[str, str]) -> Reading:
    total = given.costs.total
    return Reading(
        id="total",
        label="Training memory",
        value=total,
        unit="iB",
        limit=given.budget,
        warn=COMFORT * given.budget,
        note=f"budget {words(given.budget, 'iB')}",
        formula=f"{sum_in_words(given)} = {words(total, 'iB')}",
        meaning="Weights, gradients, optimizer states and activations of one training step, all alive at once.",
        source=joined(known, "network", "count", "budget", "method", "batch", "optimizer", "precision", "runtime"),
    )


def _headroom(given: Found, known: Mapping[str, str]) -> Reading:
    left = given.budget - given.costs.total
    return Reading(
        id="headroom",
        label="Headroom",
        value=left,
        unit="iB",
        limit=0.0,
        at_most=False,
        note=f"of {words(given.budget, 'iB')}, ≥ 0",
        formula=f"{words(given.budget, 'iB')} − {words(given.costs.total, 'iB')} = {words(left, 'iB')}",
        meaning="What the budget leaves; below zero the step cannot run.",
        source=joined(known, "budget", "network", "count"),
    )


def _amplification(given: Found, known: Mapping[str, str]) -> Reading:
    spent = given.costs
    return Reading(
        id="amplification",
        label="Amplification",
        value=spent.amplification,
        unit="x",
        note=f"inference {words(spent.inference, 'iB')}",
        formula=f"{words(spent.total, 'iB')} / ({words(spent.inference_weights, 'iB')} + "
        f"{words(spent.inference_live, 'iB')}) = {words(spent.amplification, 'x')}",
        meaning="Training over inference of the same batch. Inference frees a layer’s input as soon as its output is "
        "complete; the backward pass needs it again.",
        source=joined(known, "network", "count", "batch", "precision"),
    )


def _gain(given: Found, known: Mapping[str, str]) -> Reading:
    network, now = given.network, given.setting
    share, keeps, adds = method_share(network, now), OPTIMIZER_KEEPS[now.optimizer], size_adds(network, now.size)
    own = f" (rank {now.rank} as {three_digits(proxy_rank(now.rank))} of 10)" if now.method == "lora" else ""
    size = f" {'−' if adds < 0 else '+'} {words(abs(adds), 'share')}" if network.size else ""
    return Reading(
        id="gain",
        label="Gain kept",
        value=given.gain,
        unit="share",
        limit=given.target,
        at_most=False,
        note=f"≥ {words(given.target, 'share')}"
        + ("" if network.published and now.method.startswith(("tinytl", "full")) else ", proxy"),
        formula=f"{words(share, 'share')}{own} × {words(keeps, 'share')}{size} = {words(given.gain, 'share')}",
        meaning="Of what full fine-tuning gains over training the last layer alone, the share that this way of "
        "training keeps.",
        source=joined(known, "gain", "keeps", "size_gain", "target"),
    )


def _trained(given: Found, known: Mapping[str, str]) -> Reading:
    trained, network = given.costs.trained, given.network
    everything = float(network.parameters)
    return Reading(
        id="trained",
        label="Trained parameters",
        value=trained,
        note=f"{words(trained / everything, 'share')} of {in_numbers(everything)}",
        formula=f"{called(given.setting)}: {in_numbers(trained)} of {in_numbers(everything)}",
        meaning=f"Each of them has a gradient and {STATE_BYTES[given.setting.optimizer]} B of "
        f"{OPTIMIZERS[given.setting.optimizer]} states. Adapters stand beside the frozen network; other methods train "
        "a part of it.",
        source=joined(known, "network", "method", "rank"),
    )


def _payload(track: Track, given: Found, known: Mapping[str, str]) -> Reading:
    spent, cap = given.costs, monthly_cap(track)
    times = cap / (DIRECTIONS * spent.payload)
    return Reading(
        id="payload",
        label="Payload",
        value=spent.payload,
        unit="B",
        limit=given.heaviest,
        warn=given.comfortable,
        note=f"≤ {words(given.heaviest, 'B')}",
        formula=f"{in_numbers(spent.trained)} × {words(spent.payload / spent.trained, 'B')} = "
        f"{words(spent.payload, 'B')}; {words(cap, 'B')} / (2 × {words(spent.payload, 'B')}) = "
        f"{three_digits(times)} times in {DAYS_PER_MONTH} days",
        meaning="One update, one direction, uncompressed: what trains is what has to be sent. The limit is what the "
        "cap carries down and up once a week; once a day is comfortable.",
        source=joined(known, "network", "method", "precision", "cap", "often"),
    )


def _energy(track: Track, given: Found, known: Mapping[str, str]) -> Reading:
    device, one = track.device, step(track, given.network, given.setting, given.costs)
    return Reading(
        id="step_energy",
        label="Step energy",
        value=one.joules,
        unit="J",
        note=f"{words(one.seconds, 's')} a step",
        formula=f"{words(device.learning_power_w, 'W')} × max({words(one.flop, 'FLOP')} / "
        f"({words(device.utilisation, 'share')} × {words(device.peak_flop_per_s, 'FLOP/s')}), "
        f"{words(one.traffic, 'B')} / {words(device.memory_bytes_per_s, 'B/s')}) = {words(one.joules, 'J')}",
        meaning=f"Forward and backward for {given.setting.batch} "
        f"{'sample' if given.setting.batch == 1 else 'samples'}, at the learning power of the device, for as long as "
        f"the slower of computing and memory traffic takes. Traffic: {TOUCHES} times the bytes of the step.",
        source=joined(known, "network", "power", "peak", "utilisation", "bandwidth", "touches", "batch", "size"),
    )
