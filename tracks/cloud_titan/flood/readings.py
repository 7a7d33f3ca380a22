"""The Personalization Flood in six numbers, each with its limit, its formula in the student's numbers, its sources."""

from __future__ import annotations

from dataclasses import dataclass

from tracks.api.bench import Reading
from tracks.api.quantities import three_digits
from tracks.api.track import Track
from tracks.cloud_titan.flood.limits import DRIVE_WARN
from tracks.cloud_titan.flood.model.quality import gains, proxy_rank
from tracks.cloud_titan.flood.model.serving import Found, claimed_bytes, today_tokens_per_s
from tracks.cloud_titan.flood.setting import CONTEXT_TOKENS, EVICTION_NAMES, GAIN_FLOOR, MEMORY_SHARE, Node, Setting
from tracks.cloud_titan.flood.sources import origins_of
from tracks.common.provenance import Sourced, words

HUD = ("drive_load", "first_token", "gain")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _State(Sourced):
    """What every reading is made from."""

    node: Node
    setting: Setting
    found: Found


def readings(track: Track, node: Node, setting: Setting, found: Found) -> tuple[Reading, ...]:
    """Return the readings in the order of the page, the three of the HUD first."""
    state = _State(node=node, setting=setting, found=found, origins=origins_of(track, setting))
    return (
        _drive_load(state),
        _first_token(state),
        _gain(state),
        _hit(state),
        _tokens(state),
        _claimed(state),
    )


def _drive_load(state: _State) -> Reading:
    node, setting, found = state.node, state.setting, state.found
    size = words(found.adapter_bytes, "B")
    return Reading(
        id="drive_load",
        label="Drive load",
        value=found.drive_load,
        unit="share",
        warn=DRIVE_WARN,
        limit=1.0,
        note="limit 100%",
        formula=f"{three_digits(setting.request_rate)}/s × (1 − {words(found.hit, 'share')}) × {size} / "
        f"{words(node.nvme_bytes_per_s, 'B/s')} = {words(found.drive_load, 'share')}",
        meaning="Share of each second that the drive needs to read the adapters found in neither memory. From 100% "
        f"on the queue grows without end. The PCIe links carry {words(found.link_load, 'share')} of what they can.",
        source=state.source("rate", "drive", "link", "bytes", "rank", "targets", "host", "skew"),
    )


def _first_token(state: _State) -> Reading:
    node, found = state.node, state.found
    read_s = found.adapter_bytes / node.nvme_bytes_per_s
    cross_s = found.adapter_bytes / (node.gpus * node.pcie_bytes_per_s)
    aged = ", after an hour of this load" if found.drive_load >= 1 else ""
    return Reading(
        id="first_token",
        label="p99 wait",
        value=found.first_token_s,
        unit="s",
        limit=node.first_token_s,
        note=f"limit {words(node.first_token_s, 's')}",
        formula=f"99% of requests wait at most {words(found.first_token_s, 's')}{aged}; a miss reads "
        f"{words(read_s, 's')} and crosses in {words(cross_s, 's')}, after its queue",
        meaning="What loading the adapter adds to the time to first token, 99th percentile over all requests, hits "
        "included. Each link is a queue that serves one adapter at a time.",
        source=state.source("first_token", "drive", "link", "bytes", "rate", "rank", "targets", "host"),
    )


def _gain(state: _State) -> Reading:
    node, setting, found = state.node, state.setting, state.found
    table = gains(node.fleet_seed, node.alpha)
    accuracy = table.shared + found.gain / 100
    return Reading(
        id="gain",
        label="Accuracy gained",
        value=found.gain,
        unit="points",
        limit=GAIN_FLOOR,
        at_most=False,
        note=f"≥ +{three_digits(GAIN_FLOOR)}, a proxy",
        formula=f"{words(accuracy, 'share')} − {words(table.shared, 'share')} = {words(found.gain, 'points')}, at rank "
        f"{three_digits(proxy_rank(setting.rank, setting.targets))} of the proxy",
        meaning="What a tenant’s own adapter adds to the shared model, mean of 50 simulated tenants. A proxy task: "
        f"with no limit on the rank it gains {words(100 * (table.whole - table.shared), 'points')}.",
        source=state.source("proxy", "matching", "floor", "rank", "targets"),
    )


def _hit(state: _State) -> Reading:
    node, setting, found = state.node, state.setting, state.found
    least = "" if found.held_host > found.held_hbm else " Host memory copies HBM first, so here it adds nothing."
    return Reading(
        id="hit",
        label="Found in memory",
        value=found.hit,
        unit="share",
        note=f"{words(found.hit_hbm, 'share')} in HBM",
        formula=f"{words(setting.hbm_bytes, 'B')} / {words(found.adapter_bytes, 'B')} = {three_digits(found.held_hbm)} "
        f"adapters in HBM, {three_digits(found.held_host)} in host memory, of {three_digits(node.adapters)}: "
        f"{words(found.hit_hbm, 'share')} + {words(found.hit_host, 'share')} = {words(found.hit, 'share')}",
        meaning=f"Share of requests whose adapter is in HBM or in host memory; {EVICTION_NAMES[setting.eviction]}. "
        f"All {three_digits(node.adapters)} weigh {words(node.adapters * found.adapter_bytes, 'B')}.{least}",
        source=state.source("adapters", "bytes", "rank", "targets", "hbm", "host", "eviction", "skew"),
    )


def _tokens(state: _State) -> Reading:
    node, found = state.node, state.found
    today = today_tokens_per_s(node)
    beside = found.named * found.adapter_bytes
    per_step = node.weights_bytes + beside + found.served * node.request_bytes
    bandwidth = node.gpus * node.hbm_bytes_per_s
    if found.held_hbm < found.named:
        formula = (
            f"HBM holds {three_digits(found.held_hbm)} adapters, {found.served} requests name "
            f"{three_digits(found.named)}: cut to {three_digits(found.tokens_per_s)}/s"
        )
    else:
        formula = (
            f"{found.served} / (({words(node.weights_bytes, 'B')} + {words(beside, 'B')} + "
            f"{words(found.served * node.request_bytes, 'B')}) / {words(bandwidth, 'B/s')} = "
            f"{words(per_step / bandwidth, 's')}) = {three_digits(found.tokens_per_s)}/s"
        )
    return Reading(
        id="tokens",
        label="Tokens a second",
        value=found.tokens_per_s,
        limit=found.floor_tokens_per_s,
        at_most=False,
        note=f"floor {three_digits(found.floor_tokens_per_s)}",
        formula=formula,
        meaning="Each decode step reads weights, the batch’s adapters and its KV cache once. The floor is "
        f"{words(node.throughput_share, 'share')} of the {three_digits(today)} that the base model alone serves today.",
        source=state.source("throughput", "today", "batch", "bandwidth", "weights", "kv", "context", "rank", "targets"),
    )


def _claimed(state: _State) -> Reading:
    node, setting, found = state.node, state.setting, state.found
    claimed = claimed_bytes(node, setting, found)
    card = words(node.gpu_memory_bytes, "B")
    return Reading(
        id="claimed",
        label="HBM claimed",
        value=claimed,
        unit="B",
        limit=node.usable_bytes,
        note=f"has {words(node.usable_bytes, 'B')}",
        formula=f"{words(node.weights_bytes, 'B')} + {setting.batch} × {words(node.request_bytes, 'B')} + "
        f"{words(setting.hbm_bytes, 'B')} = {words(claimed, 'B')}; has {node.gpus} × {card} × "
        f"{words(MEMORY_SHARE, 'share')}",
        meaning=f"Weights, KV cache of {CONTEXT_TOKENS} tokens a request, and room for adapters. The "
        f"KV cache of {found.served} requests fits.",
        source=state.source("memory", "memory_share", "weights", "kv", "context", "batch", "hbm"),
    )
