"""What the memory bench objects to: too many bytes at once, too little of the gain, an update too heavy to send."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tracks import Fix, Value, Verdict
from tracks.api.outcome import Level
from tracks.common.provenance import words
from tracks.missions.memory.accuracy_gain import gain_kept
from tracks.missions.memory.costs import Costs, costs, fitting_batch
from tracks.missions.memory.networks import BATCHES, RESOLUTIONS, TOKENS
from tracks.missions.memory.readings import COMFORT, Found, in_numbers
from tracks.missions.memory.setting import OPTIMIZERS, Setting, called

OUT_OF_MEMORY, BELOW_QUALITY, HEAVY_UPDATE = "out_of_memory", "below_quality", "update_too_heavy"
FAILURES = (OUT_OF_MEMORY, BELOW_QUALITY, HEAVY_UPDATE)
GAIN_SCALE = 0.2  # twenty points of the gain weigh as much as a budget twice over
RESOLUTION_STEP = 32
MAX_FIXES = 3

Change = tuple[str, Value]


def verdicts(given: Found) -> tuple[Verdict, ...]:
    """Return the three judgements, each at its level."""
    return _out_of_memory(given), _below_quality(given), _heavy_update(given)


def _out_of_memory(given: Found) -> Verdict:
    total, budget = given.costs.total, given.budget
    level: Level = "fail" if total > budget else "warn" if total > COMFORT * budget else "ok"
    return Verdict(
        code=OUT_OF_MEMORY,
        level=level,
        title={"ok": "Fits", "warn": "Almost full", "fail": "Out of memory"}[level],
        measure="Training memory",
        quantity=total,
        limit=budget,
        unit="iB",
        cause=_biggest(given),
        fixes=() if level == "ok" else _fixes(given, _memory_changes(given), lambda after: after.memory),
    )


def _biggest(given: Found) -> str:
    """Name the biggest part, and why it is there."""
    name, value = given.costs.biggest
    setting, share = given.setting, words(value / given.costs.total, "share")
    why = {
        "weights": f"the network itself has to be there, {in_numbers(given.network.parameters)} parameters",
        "gradients": "each trained parameter has one",
        "optimizer": f"{OPTIMIZERS[setting.optimizer]} keeps states in fp32 for each trained parameter",
        "activations": "the backward pass needs what the forward pass computed",
    }[name]
    if name == "activations" and setting.method != "full":
        trained = given.costs.trained / given.network.parameters
        why = f"{called(setting)} trains {words(trained, 'share')} and the backward pass still needs them"
    return f"{name.capitalize()} {'are' if name.endswith('s') else 'is'} {share}: {why}."


def _below_quality(given: Found) -> Verdict:
    low = given.gain < given.target
    return Verdict(
        code=BELOW_QUALITY,
        level="fail" if low else "ok",
        title="Below quality" if low else "Quality kept",
        measure="Gain kept",
        quantity=given.gain,
        limit=given.target,
        unit="share",
        at_most=False,
        scale=GAIN_SCALE,
        cause=f"{called(given.setting)[0].upper()}{called(given.setting)[1:]} keeps {words(given.gain, 'share')} of "
        "what full fine-tuning gains.",
        fixes=_fixes(given, _quality_changes(given), lambda after: after.quality) if low else (),
    )


def _heavy_update(given: Found) -> Verdict:
    payload = given.costs.payload
    level: Level = "fail" if payload > given.heaviest else "warn" if payload > given.comfortable else "ok"
    return Verdict(
        code=HEAVY_UPDATE,
        level=level,
        title={"ok": "Light update", "warn": "Heavy update", "fail": "Update too heavy"}[level],
        measure="One update",
        quantity=payload,
        limit=given.heaviest,
        unit="B",
        cause=f"{in_numbers(given.costs.trained)} trained parameters have to be sent, and a copy has to come down.",
        fixes=() if level == "ok" else _fixes(given, _update_changes(given), lambda after: after.update),
    )


# --- fixes -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _After:
    """The three margins of a state."""

    memory: float
    quality: float
    update: float

    @property
    def failures(self) -> int:
        """How many of them are negative."""
        return sum(margin < 0 for margin in (self.memory, self.quality, self.update))


def _after(given: Found, spent: Costs, gain: float) -> _After:
    return _After(
        memory=1 - spent.total / given.budget,
        quality=(gain - given.target) / GAIN_SCALE,
        update=1 - spent.payload / given.heaviest,
    )


def changed(given: Found, change: Change) -> Setting:
    """Return the state after one control was changed."""
    control, value = change
    names = {given.network.size: "size", "last_blocks": "last"}
    values: dict[str, Any] = {names.get(control, control): value}
    return given.setting._replace(**values)


def _fixes(given: Found, changes: Iterator[Change], margin: Callable[[_After], float]) -> tuple[Fix, ...]:
    """Return the best three changes that raise a margin, one of a control: those that cure first.

    Among cures those come first that leave the fewest other failures, then the order in which they were proposed;
    what cures nothing is ordered by how far it helps.
    """
    network = given.network
    before = margin(_after(given, given.costs, given.gain))
    best: dict[str, tuple[tuple[float, ...], Change]] = {}
    for order, change in enumerate(changes):
        setting = changed(given, change)
        after = _after(given, costs(network, setting), gain_kept(network, setting))
        raised = margin(after)
        if raised <= before + 1e-9 * abs(before):
            continue
        key = (0, after.failures, order) if raised >= 0 else (1, -raised, order)
        control = change[0]
        if control not in best or key < best[control][0]:
            best[control] = (key, change)
    ranked = sorted(best.values(), key=lambda found: found[0])
    return tuple(Fix(control=control, value=value) for _, (control, value) in ranked[:MAX_FIXES])


def _memory_changes(given: Found) -> Iterator[Change]:
    network, setting = given.network, given.setting
    comfort = COMFORT * given.budget
    if setting.runtime != "ideal":
        yield "runtime", "ideal"
    if setting.batch > BATCHES[0]:
        yield "batch", max(BATCHES[0], min(fitting_batch(network, setting, comfort), setting.batch - 1))
    for method in network.methods:
        if method != setting.method:
            yield "method", method
    if network.is_transformer:
        for checkpoint in ("selective", "full"):
            if checkpoint != setting.checkpoint:
                yield "checkpoint", checkpoint
    size = _smaller_sample(given, comfort)
    if size and size < setting.size:
        yield network.size, size
    if setting.optimizer != "sgd":
        yield "optimizer", "sgd"
    for precision in network.precisions:
        if precision != setting.precision:
            yield "precision", precision
    if setting.method == "last_k" and setting.last > 1:
        yield "last_blocks", 1
    if setting.method == "lora" and setting.rank > 1:
        yield "rank", 1


def _smaller_sample(given: Found, budget: float) -> int:
    """Return the sample whose activations would fit, growing as they do with pixels or at least with tokens."""
    network, setting, spent = given.network, given.setting, given.costs
    left = max(0.0, budget - (spent.total - spent.activations)) / spent.activations
    if network.is_transformer:
        return max(TOKENS[0], math.floor(setting.size * left))
    if network.size:
        side = math.floor(setting.size * math.sqrt(left) / RESOLUTION_STEP) * RESOLUTION_STEP
        return max(RESOLUTIONS[0], side)
    return 0


def _quality_changes(given: Found) -> Iterator[Change]:
    network, setting, target = given.network, given.setting, given.target

    def reaches(**values: Any) -> bool:
        return gain_kept(network, setting._replace(**values)) >= target

    if setting.method == "lora" and setting.rank < network.ranks:
        ranks = range(setting.rank + 1, network.ranks + 1)
        yield "rank", next((rank for rank in ranks if reaches(rank=rank)), network.ranks)
    if setting.method == "last_k" and setting.last < network.last:
        blocks = range(setting.last + 1, network.last + 1)
        yield "last_blocks", next((last for last in blocks if reaches(last=last)), network.last)
    if network.size == "resolution" and setting.size < RESOLUTIONS[1]:
        sides = range(setting.size + RESOLUTION_STEP, RESOLUTIONS[1] + 1, RESOLUTION_STEP)
        yield "resolution", next((side for side in sides if reaches(size=side)), RESOLUTIONS[1])
    if network.is_transformer and setting.size < network.usual_size:
        yield "tokens", network.usual_size
    if setting.optimizer != "adam":
        yield "optimizer", "adam"
    for method in reversed(network.methods):
        if method != setting.method:
            yield "method", method


def _update_changes(given: Found) -> Iterator[Change]:
    network, setting, payload = given.network, given.setting, given.costs.payload
    limit = given.heaviest if payload > given.heaviest else given.comfortable
    if setting.method == "lora" and setting.rank > 1:
        yield "rank", max(1, math.floor(setting.rank * limit / payload))
    for method in reversed(network.methods):
        if method != setting.method:
            yield "method", method
    if setting.method == "last_k" and setting.last > 1:
        yield "last_blocks", 1
    for precision in network.precisions:
        if precision != setting.precision:
            yield "precision", precision
