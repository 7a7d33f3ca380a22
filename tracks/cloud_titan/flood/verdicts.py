"""What the Personalization Flood objects to: thrashing, late tokens, a starved KV cache, lost speed, thin adapters."""

from __future__ import annotations

from tracks.api.bench import Verdict
from tracks.api.quantities import three_digits
from tracks.cloud_titan.flood.fixes import Tried, fixes
from tracks.cloud_titan.flood.limits import FAILURES, LATE, SLOW, STARVED, THIN, THRASH, Judged, judged
from tracks.cloud_titan.flood.model.quality import proxy_rank
from tracks.cloud_titan.flood.model.serving import Found
from tracks.cloud_titan.flood.setting import Node, Setting
from tracks.common.provenance import words

TITLES = {
    THRASH: {"ok": "Drive keeps up", "warn": "Drive nearly saturated", "fail": "Thrashing"},
    LATE: {"ok": "First token in time", "fail": "First token late"},
    STARVED: {"ok": "HBM holds all", "fail": "KV cache starved"},
    SLOW: {"ok": "Throughput held", "fail": "Below throughput"},
    THIN: {"ok": "Adapters rich enough", "fail": "Adapters too thin"},
}
MEASURES = {
    THRASH: ("Drive load", "share"),
    LATE: ("p99 added wait", "s"),
    STARVED: ("HBM claimed", "B"),
    SLOW: ("Tokens a second", "tokens/s"),
    THIN: ("Accuracy gained", "points"),
}


def verdicts(node: Node, setting: Setting, state: Found, changes: tuple[Tried, ...]) -> tuple[Verdict, ...]:
    """Return the five judgements, each with those of the changes that mend it where it does not stand well."""
    now = judged(node, setting, state)
    return tuple(
        Verdict(
            code=code,
            level=item.level,
            title=TITLES[code][item.level],
            measure=MEASURES[code][0],
            quantity=item.quantity,
            limit=item.limit,
            unit=MEASURES[code][1],
            at_most=item.at_most,
            scale=item.scale,
            cause=_cause(code, item, node, setting, state),
            fixes=() if item.level == "ok" else fixes(code, item, changes),
        )
        for code, item in ((code, now[code]) for code in FAILURES)
    )


def _cause(code: str, item: Judged, node: Node, setting: Setting, state: Found) -> str:
    if code == THRASH:
        return _why_thrash(node, setting, state)
    if code == LATE:
        return _why_late(item, node, state)
    if code == STARVED:
        return _why_starved(item, node, setting, state)
    return _why_slow(item, node, setting, state) if code == SLOW else _why_thin(setting, state)


def _misses(setting: Setting, state: Found) -> str:
    return f"{three_digits(setting.request_rate * (1 - state.hit))} adapters a second"


def _why_thrash(node: Node, setting: Setting, state: Found) -> str:
    size = words(state.adapter_bytes, "B")
    return (
        f"{_misses(setting, state)} are in neither memory; at {size} each the drive can read "
        f"{three_digits(node.nvme_bytes_per_s / state.adapter_bytes)}."
    )


def _why_late(item: Judged, node: Node, state: Found) -> str:
    read_s = state.adapter_bytes / node.nvme_bytes_per_s
    if item.level == "ok":
        return f"Reading one adapter of {words(state.adapter_bytes, 'B')} from the drive takes {words(read_s, 's')}."
    if state.drive_load >= 1:
        return "The drive gets more to read than it can, so the queue grows; this is the wait after an hour of it."
    return (
        f"Reading one adapter takes {words(read_s, 's')}, and a drive loaded to {words(state.drive_load, 'share')} "
        "makes the unlucky ones queue for several such reads."
    )


def _why_starved(item: Judged, node: Node, setting: Setting, state: Found) -> str:
    per_request = words(node.request_bytes, "B")
    if item.level == "ok":
        return f"{setting.batch} requests have {per_request} of KV cache each."
    return (
        f"Beside {words(setting.hbm_bytes, 'B')} of adapters there is KV cache for {state.served} of "
        f"{setting.batch} requests, {per_request} each."
    )


def _why_slow(item: Judged, node: Node, setting: Setting, state: Found) -> str:
    if state.held_hbm < state.named:
        return (
            f"HBM holds {state.held_hbm} adapters, and a batch of {state.served} names {three_digits(state.named)}; "
            "the batch is cut to those."
        )
    if item.level == "ok":
        return f"A step reads {words(state.named * state.adapter_bytes, 'B')} of adapters beside the weights."
    if state.served < setting.batch:
        return f"KV cache for {state.served} requests is left, and the weights are read anew for every step of them."
    read = state.named * state.adapter_bytes
    if read > 0.05 * (node.weights_bytes + setting.batch * node.request_bytes):
        return f"Every step reads {three_digits(state.named)} adapters, {words(read, 'B')} beside the weights."
    return f"A batch of {setting.batch} shares one reading of {words(node.weights_bytes, 'B')} of weights."


def _why_thin(setting: Setting, state: Found) -> str:
    place = three_digits(proxy_rank(setting.rank, setting.targets))
    return (
        f"Rank {setting.rank} on these matrices plays as rank {place} of the proxy task, which gains a tenant "
        f"{words(state.gain, 'points').lstrip('+')}."
    )
