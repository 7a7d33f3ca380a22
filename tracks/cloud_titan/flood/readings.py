"""The Personalization Flood in six numbers, each with its limit, its formula in the student's numbers, its sources."""

from __future__ import annotations

from collections.abc import Mapping

from tracks.api.outcome import Reading
from tracks.api.quantities import three_digits
from tracks.cloud_titan.flood.model.quality import FIRST_DOUBLING, PROXY, gains, proxy_rank
from tracks.cloud_titan.flood.model.serving import today_tokens_per_s
from tracks.cloud_titan.flood.setting import (
    BYTES_PER_PARAMETER,
    CONTEXT_TOKENS,
    DEFAULTS,
    EVICTION_NAMES,
    GAIN_FLOOR,
    MEMORY_SHARE,
    default_setting,
    skew_source,
)
from tracks.cloud_titan.flood.state import LATE, SLOW, STARVED, THIN, THRASH, State
from tracks.common.provenance import Input, join_sources, origins, quantity_text

HUD = ("drive_load", "first_token", "gain")

Origins = Mapping[str, str]  # by the short name that a reading asks for

# Short name, how the page calls it, constant of the track.
_OF_THE_TRACK = (
    ("memory", "HBM", "device.extras.gpu_memory_bytes"),
    ("bandwidth", "Bandwidth", "device.extras.gpu_memory_bytes_per_s"),
    ("weights", "Weights", "model.weights_bytes"),
    ("kv", "KV cache", "device.extras.kv_bytes_per_token"),
    ("drive", "Drive", "device.extras.nvme_bytes_per_s"),
    ("link", "Link", "device.extras.pcie_bytes_per_s"),
    ("first_token", "Limit", "targets.extras.p99_added_first_token_s"),
    ("throughput", "Floor", "targets.extras.throughput_share"),
)
_ASSUMED = {
    "context": f"Context: {CONTEXT_TOKENS.source.text}",
    "memory_share": f"Share of HBM used: {MEMORY_SHARE.source.text}",
    "floor": f"Floor: {GAIN_FLOOR.source.text}",
    "today": f"Today: {DEFAULTS['batch'].source.text}",
    "bytes": f"Adapter: {BYTES_PER_PARAMETER.source.text}; r (d_in + d_out) a matrix, Hu et al. 2021",
    "proxy": f"Curve: {PROXY.text}",
    "matching": FIRST_DOUBLING.source.text,
}
# Short name, how the page calls it, control.
_CONTROLS = (
    ("rank", "Rank", "rank"),
    ("targets", "Matrices", "targets"),
    ("hbm", "HBM for adapters", "hbm_bytes"),
    ("host", "Host memory", "host_bytes"),
    ("eviction", "Eviction", "eviction"),
    ("batch", "Batch", "batch"),
    ("rate", "Requests", "request_rate"),
    ("skew", "Skew", "skew"),
    ("adapters", "Adapters", "tenants"),
)


def readings(state: State) -> tuple[Reading, ...]:
    """Return the readings in the order of the page, the three of the HUD first."""
    known = _origins(state)
    return (
        _drive_load(state, known),
        _first_token(state, known),
        _gain(state, known),
        _hit(state, known),
        _tokens(state, known),
        _claimed(state, known),
    )


def _origins(state: State) -> Origins:
    """Return the origin of each input: the track's source, an assumption, or a control that the student moved."""
    track, start = state.track, default_setting(state.track)
    fixed = {name: f"{label}: {track.sources.get(key, 'as on eight H100')}" for name, label, key in _OF_THE_TRACK}
    sources = {control: default.source.text for control, default in DEFAULTS.items()}
    sources |= {"skew": skew_source(track), "tenants": track.sources.get("fleet.devices", "of the track")}
    inputs: list[Input] = [
        (name, label, getattr(state.setting, control), getattr(start, control), sources[control])
        for name, label, control in _CONTROLS
    ]
    return origins({**fixed, **_ASSUMED}, inputs)


def _drive_load(state: State, known: Origins) -> Reading:
    node, setting, results = state.node, state.setting, state.results
    size = quantity_text(results.adapter_bytes, "B")
    return Reading.of(
        state.limits[THRASH],
        id="drive_load",
        label="Drive load",
        unit="share",
        note="limit 100%",
        formula=f"{three_digits(setting.request_rate)}/s × (1 − {quantity_text(results.hit, 'share')}) × {size} / "
        f"{quantity_text(node.nvme_bytes_per_s, 'B/s')} = {quantity_text(results.drive_load, 'share')}",
        meaning="Share of each second that the drive needs to read the adapters found in neither memory. From 100% "
        f"on the queue grows without end. The PCIe links carry {quantity_text(results.link_load, 'share')} of what "
        "they can.",
        source=join_sources(known, "rate", "drive", "link", "bytes", "rank", "targets", "host", "skew"),
    )


def _first_token(state: State, known: Origins) -> Reading:
    node, results = state.node, state.results
    read_s = results.adapter_bytes / node.nvme_bytes_per_s
    cross_s = results.adapter_bytes / (node.gpus * node.pcie_bytes_per_s)
    aged = ", after an hour of this load" if results.drive_load >= 1 else ""
    return Reading.of(
        state.limits[LATE],
        id="first_token",
        label="p99 wait",
        unit="s",
        note=f"limit {quantity_text(node.first_token_s, 's')}",
        formula=f"99% of requests wait at most {quantity_text(results.first_token_s, 's')}{aged}; a miss reads "
        f"{quantity_text(read_s, 's')} and crosses in {quantity_text(cross_s, 's')}, after its queue",
        meaning="What loading the adapter adds to the time to first token, 99th percentile over all requests, hits "
        "included. Each link is a queue that serves one adapter at a time.",
        source=join_sources(known, "first_token", "drive", "link", "bytes", "rate", "rank", "targets", "host"),
    )


def _gain(state: State, known: Origins) -> Reading:
    node, setting, results = state.node, state.setting, state.results
    table = gains(node.fleet_seed, node.alpha)
    accuracy = table.shared + results.gain / 100
    return Reading.of(
        state.limits[THIN],
        id="gain",
        label="Accuracy gained",
        unit="points",
        note=f"≥ +{three_digits(GAIN_FLOOR.value)}, a proxy",
        formula=f"{quantity_text(accuracy, 'share')} − {quantity_text(table.shared, 'share')} = "
        f"{quantity_text(results.gain, 'points')}, "
        f"at rank {three_digits(proxy_rank(setting.rank, setting.targets))} of the proxy",
        meaning="What a tenant’s own adapter adds to the shared model, mean of 50 simulated tenants. A proxy task: "
        f"with no limit on the rank it gains {quantity_text(100 * (table.whole - table.shared), 'points')}.",
        source=join_sources(known, "proxy", "matching", "floor", "rank", "targets"),
    )


def _hit(state: State, known: Origins) -> Reading:
    node, setting, results = state.node, state.setting, state.results
    least = "" if results.held_host > results.held_hbm else " Host memory copies HBM first, so here it adds nothing."
    return Reading(
        id="hit",
        label="Found in memory",
        value=results.hit,
        unit="share",
        note=f"{quantity_text(results.hit_hbm, 'share')} in HBM",
        formula=f"{quantity_text(setting.hbm_bytes, 'B')} / {quantity_text(results.adapter_bytes, 'B')} = "
        f"{three_digits(results.held_hbm)} adapters in HBM, {three_digits(results.held_host)} in host memory, of "
        f"{three_digits(node.adapters)}: {quantity_text(results.hit_hbm, 'share')} + "
        f"{quantity_text(results.hit_host, 'share')} = "
        f"{quantity_text(results.hit, 'share')}",
        meaning=f"Share of requests whose adapter is in HBM or in host memory; {EVICTION_NAMES[setting.eviction]}. "
        f"All {three_digits(node.adapters)} weigh {quantity_text(node.adapters * results.adapter_bytes, 'B')}.{least}",
        source=join_sources(known, "adapters", "bytes", "rank", "targets", "hbm", "host", "eviction", "skew"),
    )


def _tokens(state: State, known: Origins) -> Reading:
    node, results = state.node, state.results
    today = today_tokens_per_s(node)
    beside = results.named * results.adapter_bytes
    per_step = node.weights_bytes + beside + results.served * node.request_bytes
    bandwidth = node.gpus * node.hbm_bytes_per_s
    if results.held_hbm < results.named:
        formula = (
            f"HBM holds {three_digits(results.held_hbm)} adapters, {results.served} requests name "
            f"{three_digits(results.named)}: cut to {three_digits(results.tokens_per_s)}/s"
        )
    else:
        formula = (
            f"{results.served} / (({quantity_text(node.weights_bytes, 'B')} + {quantity_text(beside, 'B')} + "
            f"{quantity_text(results.served * node.request_bytes, 'B')}) / {quantity_text(bandwidth, 'B/s')} = "
            f"{quantity_text(per_step / bandwidth, 's')}) = {three_digits(results.tokens_per_s)}/s"
        )
    return Reading.of(
        state.limits[SLOW],
        id="tokens",
        label="Tokens a second",
        note=f"floor {three_digits(results.floor_tokens_per_s)}",
        formula=formula,
        meaning="Each decode step reads weights, the batch’s adapters and its KV cache once. The floor is "
        f"{quantity_text(node.throughput_share, 'share')} of the {three_digits(today)} that the base model alone "
        "serves today.",
        source=join_sources(
            known, "throughput", "today", "batch", "bandwidth", "weights", "kv", "context", "rank", "targets"
        ),
    )


def _claimed(state: State, known: Origins) -> Reading:
    node, setting, results = state.node, state.setting, state.results
    card = quantity_text(node.gpu_memory_bytes, "B")
    return Reading.of(
        state.limits[STARVED],
        id="claimed",
        label="HBM claimed",
        unit="B",
        note=f"has {quantity_text(node.usable_bytes, 'B')}",
        formula=f"{quantity_text(node.weights_bytes, 'B')} + {setting.batch} × "
        f"{quantity_text(node.request_bytes, 'B')} + "
        f"{quantity_text(setting.hbm_bytes, 'B')} = {quantity_text(results.claimed_bytes, 'B')}; has {node.gpus} × "
        f"{card} × "
        f"{quantity_text(MEMORY_SHARE.value, 'share')}",
        meaning=f"Weights, KV cache of {CONTEXT_TOKENS.value} tokens a request, and room for adapters. The "
        f"KV cache of {results.served} requests fits.",
        source=join_sources(known, "memory", "memory_share", "weights", "kv", "context", "batch", "hbm"),
    )
