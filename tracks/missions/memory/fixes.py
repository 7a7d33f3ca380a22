"""What one change would mend on the memory bench: candidates by domain, tried on the bench's own count."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from tracks import Fix
from tracks.api.fixes import best_fixes
from tracks.api.outcome import Limit
from tracks.missions.memory.accuracy_gain import gain_kept
from tracks.missions.memory.costs import costs, fitting_batch
from tracks.missions.memory.networks import BATCHES, RESOLUTION_STEP, RESOLUTIONS, TOKENS, Network
from tracks.missions.memory.setting import Setting
from tracks.missions.memory.state import BELOW_QUALITY, COMFORT, HEAVY_UPDATE, OUT_OF_MEMORY, State


def fixes(code: str, state: State) -> tuple[Fix, ...]:
    """Return the best changes for a limit that fails or warns."""
    now = state.limits[code]
    if now.level == "ok":
        return ()
    others = [(other, limit) for other, limit in state.limits.items() if other != code]

    def after(fix: Fix) -> Limit:
        return now.at(quantities_after(state, fix)[code])

    def failing(fix: Fix) -> int:
        left = quantities_after(state, fix)
        return sum([limit.fails_at(left[other]) for other, limit in others])

    return best_fixes(now, candidates(code, state), after, failing=failing)


def candidates(code: str, state: State) -> Iterator[Fix]:
    """Yield the changes that could help a limit, those first that give up least."""
    of = {OUT_OF_MEMORY: _memory_changes, BELOW_QUALITY: _quality_changes, HEAVY_UPDATE: _update_changes}
    return of[code](state)


def changed(state: State, fix: Fix) -> Setting:
    """Return the setting after one change."""
    control = fix.control
    name = "size" if control == state.network.size else "last" if control == "last_blocks" else control
    change: dict[str, Any] = {name: fix.value}
    return state.setting._replace(**change)


def quantities_after(state: State, fix: Fix) -> Mapping[str, float]:
    """Return what is judged after one change, by failure; what it may not pass stays."""
    return _quantities(state.network, changed(state, fix))


@lru_cache(maxsize=4096)
def _quantities(network: Network, setting: Setting) -> Mapping[str, float]:
    spent = costs(network, setting)
    return {
        OUT_OF_MEMORY: spent.total,
        BELOW_QUALITY: gain_kept(network, setting),
        HEAVY_UPDATE: spent.payload,
    }


# --- candidates ------------------------------------------------------------------------------------------------------


def _memory_changes(state: State) -> Iterator[Fix]:
    network, setting = state.network, state.setting
    comfort = COMFORT * state.budget
    if network.own_runtime and setting.runtime != "ideal":
        yield Fix(control="runtime", value="ideal")
    if setting.batch > BATCHES[0]:
        yield Fix(
            control="batch", value=max(BATCHES[0], min(fitting_batch(network, setting, comfort), setting.batch - 1))
        )
    for method in network.methods:
        if method != setting.method:
            yield Fix(control="method", value=method)
    if network.is_transformer:
        for checkpoint in ("selective", "full"):
            if checkpoint != setting.checkpoint:
                yield Fix(control="checkpoint", value=checkpoint)
    size = _smaller_sample(state, comfort)
    if size and size < setting.size:
        yield Fix(control=network.size, value=size)
    if setting.optimizer != "sgd":
        yield Fix(control="optimizer", value="sgd")
    for precision in network.precisions:
        if precision != setting.precision:
            yield Fix(control="precision", value=precision)
    if setting.method == "last_k" and setting.last > 1:
        yield Fix(control="last_blocks", value=1)
    if setting.method == "lora" and setting.rank > 1:
        yield Fix(control="rank", value=1)


def _smaller_sample(state: State, budget: float) -> int:
    """Return the sample whose activations would fit, growing as they do with pixels or at least with tokens."""
    network, setting, spent = state.network, state.setting, state.costs
    left = max(0.0, budget - (spent.total - spent.activations)) / spent.activations
    if network.is_transformer:
        return max(TOKENS[0], math.floor(setting.size * left))
    if network.size:
        side = math.floor(setting.size * math.sqrt(left) / RESOLUTION_STEP) * RESOLUTION_STEP
        return max(RESOLUTIONS[0], side)
    return 0


def _quality_changes(state: State) -> Iterator[Fix]:
    network, setting, target = state.network, state.setting, state.target

    def reaches(**values: Any) -> bool:
        return gain_kept(network, setting._replace(**values)) >= target

    if setting.method == "lora" and setting.rank < network.ranks:
        ranks = range(setting.rank + 1, network.ranks + 1)
        yield Fix(control="rank", value=next((rank for rank in ranks if reaches(rank=rank)), network.ranks))
    if setting.method == "last_k" and setting.last < network.last:
        blocks = range(setting.last + 1, network.last + 1)
        yield Fix(control="last_blocks", value=next((last for last in blocks if reaches(last=last)), network.last))
    if network.size == "resolution" and setting.size < RESOLUTIONS[1]:
        sides = range(setting.size + RESOLUTION_STEP, RESOLUTIONS[1] + 1, RESOLUTION_STEP)
        yield Fix(control="resolution", value=next((side for side in sides if reaches(size=side)), RESOLUTIONS[1]))
    if network.is_transformer and setting.size < network.usual_size:
        yield Fix(control="tokens", value=network.usual_size)
    if setting.optimizer != "adam":
        yield Fix(control="optimizer", value="adam")
    for method in reversed(network.methods):
        if method != setting.method:
            yield Fix(control="method", value=method)


def _update_changes(state: State) -> Iterator[Fix]:
    network, setting, now = state.network, state.setting, state.limits[HEAVY_UPDATE]
    goal = now.limit if now.level == "fail" or now.warn is None else now.warn
    if setting.method == "lora" and setting.rank > 1:
        yield Fix(control="rank", value=max(1, math.floor(setting.rank * goal / now.quantity)))
    for method in reversed(network.methods):
        if method != setting.method:
            yield Fix(control="method", value=method)
    if setting.method == "last_k" and setting.last > 1:
        yield Fix(control="last_blocks", value=1)
    for precision in network.precisions:
        if precision != setting.precision:
            yield Fix(control="precision", value=precision)
