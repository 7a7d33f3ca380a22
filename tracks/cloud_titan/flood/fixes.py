"""One-change fixes for the Personalization Flood: each is tried before it is offered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from physics.units import GB, TB
from tracks.api.bench import Fix
from tracks.api.controls import Value
from tracks.cloud_titan.flood.limits import LATE, THRASH, Judged, judged
from tracks.cloud_titan.flood.model.serving import Found, found_all
from tracks.cloud_titan.flood.setting import BATCH, HBM, TARGETS, Node, Setting, adapter_bytes

MOST = 3
HBM_STEP = 5 * GB
_RANKS = (4, 6, 8, 12, 16, 24, 32, 48, 64)
_HOSTS = (1 * TB, 2 * TB)
_BATCHES = (64, 96, 128, 160, 200, 256)
_CHOICE = 2.0  # how far another option is, where halving a rank is 1.5
_WORTH_OFFERING = 0.05  # of what is missing: a smaller gain is no fix


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """One change and what the five quantities are after it."""

    fix: Fix
    distance: float
    after: Mapping[str, Judged]

    @property
    def failures(self) -> int:
        """How many of the five fail after it."""
        return sum(item.level == "fail" for item in self.after.values())


def _changed(setting: Setting, name: str, value: Value) -> Setting:
    return replace(setting, **{name: value})  # type: ignore[arg-type]


@lru_cache(maxsize=64)
def survey(node: Node, setting: Setting) -> tuple[Found, tuple[Tried, ...]]:
    """Return what a state does, and every change worth trying with what it would do, from one sweep."""
    changes = [(name, value, far, _changed(setting, name, value)) for name, value, far in _changes(node, setting)]
    state, *outcomes = found_all(node, (setting, *(changed for *_, changed in changes)))
    # Pinning the most popular is the best there is where requests are independent; nothing but the waits gain by it.
    now = judged(node, setting, state)
    if setting.eviction != "pinned" and (now[THRASH].level != "ok" or now[LATE].level != "ok"):
        pinned = replace(setting, eviction="pinned")
        changes.append(("eviction", "pinned", _CHOICE, pinned))
        outcomes += found_all(node, (pinned,))
    return state, tuple(
        Tried(fix=Fix(control=name, value=value), distance=far, after=judged(node, changed, outcome))
        for (name, value, far, changed), outcome in zip(changes, outcomes, strict=True)
    )


def fixes(code: str, now: Judged, candidates: tuple[Tried, ...]) -> tuple[Fix, ...]:
    """Return up to three changes that mend a verdict, one a control: cures first, then what breaks least else."""
    best: dict[str, Tried] = {}
    helping = [one for one in candidates if _helps(now, one.after[code])]
    for one in sorted(helping, key=lambda one: (*_rank(code, one), one.distance)):
        best.setdefault(one.fix.control, one)
    return tuple(one.fix for one in list(best.values())[:MOST])


def _helps(now: Judged, after: Judged) -> bool:
    """Whether a change closes a good part of the gap, or lifts a warning."""
    if now.level == "warn":
        return after.level == "ok"
    if after.level != "fail":
        return True
    return abs(after.quantity - after.limit) < (1 - _WORTH_OFFERING) * abs(now.quantity - now.limit)


def _rank(code: str, one: Tried) -> tuple[bool, int, float]:
    """Cures before helps, then fewer failures; among mere helps the larger."""
    cures = one.after[code].level != "fail"
    return not cures, one.failures, 0.0 if cures else -one.after[code].margin


def _changes(node: Node, setting: Setting) -> Iterator[tuple[str, Value, float]]:
    """Yield (control, value, how far it is from here), each on its control's scale."""
    for rank in _RANKS:
        if rank != setting.rank:
            yield "rank", rank, abs(rank / setting.rank - setting.rank / rank)
    for targets in TARGETS:
        if targets != setting.targets:
            yield "targets", targets, _CHOICE
    for host in _HOSTS:
        if host > setting.host_bytes:
            yield "host_bytes", host, host
    for room in dict.fromkeys(_hbm_rooms(node, setting)):
        if room != setting.hbm_bytes:
            yield "hbm_bytes", room, abs(room - setting.hbm_bytes)
    fits = int((node.beside_weights_bytes - setting.hbm_bytes) // node.request_bytes)
    for batch in dict.fromkeys((*_BATCHES, fits)):
        if batch != setting.batch and BATCH[0] <= batch <= BATCH[1]:
            yield "batch", batch, abs(batch - setting.batch)


def _hbm_rooms(node: Node, setting: Setting) -> Iterator[float]:
    """The most HBM that leaves the batch its KV cache, the least that holds the batch's own adapters, and between."""
    most = (node.beside_weights_bytes - setting.batch * node.request_bytes) // HBM_STEP
    least = -(-1.1 * setting.batch * adapter_bytes(setting.rank, setting.targets) // HBM_STEP)
    for steps in (most, least, (most + least) // 2):
        room = float(steps * HBM_STEP)
        if HBM[0] <= room <= HBM[1]:
            yield room
