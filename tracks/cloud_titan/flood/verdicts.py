"""The verdicts of the Personalization Flood: thrashing, late tokens, a starved KV cache, lost speed, thin adapters."""

from __future__ import annotations

from tracks.api.outcome import Reading, Verdict
from tracks.api.quantities import three_digits
from tracks.cloud_titan.flood.fixes import fixes
from tracks.cloud_titan.flood.model.quality import proxy_rank
from tracks.cloud_titan.flood.state import FAILURES, LATE, SLOW, STARVED, THIN, THRASH, State
from tracks.common.provenance import quantity_text

TITLES = {
    THRASH: {"ok": "Drive keeps up", "warn": "Drive nearly saturated", "fail": "Thrashing"},
    LATE: {"ok": "First token in time", "fail": "First token late"},
    STARVED: {"ok": "HBM holds all", "fail": "KV cache starved"},
    SLOW: {"ok": "Throughput held", "fail": "Below throughput"},
    THIN: {"ok": "Adapters rich enough", "fail": "Adapters too thin"},
}
JUDGED = {THRASH: "drive_load", LATE: "first_token", STARVED: "claimed", SLOW: "tokens", THIN: "gain"}
MEASURES = {LATE: "p99 added wait"}  # where the verdict's name of the quantity is longer than the reading's label
UNITS = {SLOW: "tokens/s"}


def verdicts(state: State, readings: tuple[Reading, ...]) -> tuple[Verdict, ...]:
    """Return the five judgements, each with its fixes unless its level is "ok"."""
    by_id = {reading.id: reading for reading in readings}
    return tuple(
        Verdict(
            code=code,
            reading=reading,
            title=TITLES[code][state.limits[code].level],
            measure=MEASURES.get(code, reading.label),
            unit=UNITS.get(code, reading.unit),
            cause=_cause(code, state),
            fixes=fixes(code, state),
        )
        for code, reading in ((code, by_id[JUDGED[code]]) for code in FAILURES)
    )


def _cause(code: str, state: State) -> str:
    why = {THRASH: _why_thrash, LATE: _why_late, STARVED: _why_starved, SLOW: _why_slow, THIN: _why_thin}
    return why[code](state)


def _why_thrash(state: State) -> str:
    node, results = state.node, state.results
    misses = three_digits(state.setting.request_rate * (1 - results.hit))
    size = quantity_text(results.adapter_bytes, "B")
    return (
        f"{misses} adapters a second are in neither memory; at {size} each the drive can read "
        f"{three_digits(node.nvme_bytes_per_s / results.adapter_bytes)}."
    )


def _why_late(state: State) -> str:
    results = state.results
    read_s = results.adapter_bytes / state.node.nvme_bytes_per_s
    if state.limits[LATE].level == "ok":
        size = quantity_text(results.adapter_bytes, "B")
        return f"Reading one adapter of {size} from the drive takes {quantity_text(read_s, 's')}."
    if results.drive_load >= 1:
        return "The drive gets more to read than it can, so the queue grows; this is the wait after an hour of it."
    return (
        f"Reading one adapter takes {quantity_text(read_s, 's')}, and a drive loaded to "
        f"{quantity_text(results.drive_load, 'share')} "
        "makes the unlucky ones queue for several such reads."
    )


def _why_starved(state: State) -> str:
    node, setting, results = state.node, state.setting, state.results
    per_request = quantity_text(node.request_bytes, "B")
    if state.limits[STARVED].level == "ok":
        return f"{setting.batch} requests have {per_request} of KV cache each."
    return (
        f"Beside {quantity_text(setting.hbm_bytes, 'B')} of adapters there is KV cache for {results.served} of "
        f"{setting.batch} requests, {per_request} each."
    )


def _why_slow(state: State) -> str:
    node, setting, results = state.node, state.setting, state.results
    if results.held_hbm < results.named:
        return (
            f"HBM holds {results.held_hbm} adapters, and a batch of {results.served} names "
            f"{three_digits(results.named)}; the batch is cut to those."
        )
    if state.limits[SLOW].level == "ok":
        return (
            f"A step reads {quantity_text(results.named * results.adapter_bytes, 'B')} of adapters beside the weights."
        )
    if results.served < setting.batch:
        return f"KV cache for {results.served} requests is left, and the weights are read anew for every step of them."
    read = results.named * results.adapter_bytes
    if read > 0.05 * (node.weights_bytes + setting.batch * node.request_bytes):
        return (
            f"Every step reads {three_digits(results.named)} adapters, {quantity_text(read, 'B')} beside the weights."
        )
    return f"A batch of {setting.batch} shares one reading of {quantity_text(node.weights_bytes, 'B')} of weights."


def _why_thin(state: State) -> str:
    setting, results = state.setting, state.results
    place = three_digits(proxy_rank(setting.rank, setting.targets))
    return (
        f"Rank {setting.rank} on these matrices plays as rank {place} of the proxy task, which gains a tenant "
        f"{quantity_text(results.gain, 'points').lstrip('+')}."
    )
