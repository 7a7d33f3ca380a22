"""The changes of one control that are tried at a state of the Personalization Flood, and the result of each.

Physics takes many states in one sweep hardly slower than one. So a state is evaluated together with all its changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from physics.units import GB, TB
from tracks.api.fixes import changed
from tracks.api.outcome import Fix
from tracks.cloud_titan.flood.model.serving import ServingResult, serve_all
from tracks.cloud_titan.flood.setting import BATCH, HBM, RANK, TARGETS, Node, Setting, adapter_bytes

HBM_STEP = 5 * GB
_RANKS = (4, 6, 8, 12, 16, 24, 32, 48, 64)
_HOSTS = (1 * TB, 2 * TB)
_BATCHES = (64, 96, 128, 160, 200, 256)


@lru_cache(maxsize=64)
def sweep(node: Node, setting: Setting) -> tuple[ServingResult, Mapping[Fix, ServingResult]]:
    """Return what a state does, and what it would do after each of its changes."""
    fixes = tuple(changes(node, setting))
    results, *after = serve_all(node, (setting, *(changed(setting, fix) for fix in fixes)))
    return results, dict(zip(fixes, after, strict=True))


def changes(node: Node, setting: Setting) -> Iterator[Fix]:
    """Yield the changes of one control, the mildest of each first; all leave the eviction as it is."""
    for rank in sorted(_RANKS, key=lambda rank: RANK.distance(setting.rank, rank)):
        if rank != setting.rank:
            yield Fix(control="rank", value=rank)
    for targets in TARGETS:
        if targets != setting.targets:
            yield Fix(control="targets", value=targets)
    for host in _HOSTS:
        if host > setting.host_bytes:
            yield Fix(control="host_bytes", value=host)
    for room in sorted(set(_hbm_rooms(node, setting)), key=lambda room: HBM.distance(setting.hbm_bytes, room)):
        if room != setting.hbm_bytes:
            yield Fix(control="hbm_bytes", value=room)
    fits = int((node.beside_weights_bytes - setting.hbm_bytes) // node.request_bytes)
    for batch in sorted({*_BATCHES, fits}, key=lambda batch: abs(batch - setting.batch)):
        if batch != setting.batch and BATCH.low <= batch <= BATCH.high:
            yield Fix(control="batch", value=batch)


def _hbm_rooms(node: Node, setting: Setting) -> Iterator[float]:
    """Yield the most HBM that leaves the batch its KV cache, the least that holds its own adapters, and the middle."""
    most = (node.beside_weights_bytes - setting.batch * node.request_bytes) // HBM_STEP
    least = -(-1.1 * setting.batch * adapter_bytes(setting.rank, setting.targets) // HBM_STEP)
    for steps in (most, least, (most + least) // 2):
        room = float(steps * HBM_STEP)
        if HBM.low <= room <= HBM.high:
            yield room
