"""The Personalization Flood in three figures: hits against capacity, the wait against load, what fills the HBM."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np

from physics.serving import lru_hit_rate, static_hit_rate
from physics.units import GB, PB
from physics.validation import Floats
from tracks.api import charts
from tracks.api.figures import Axis, Cell, Drawing, Figure, Panel, Table
from tracks.api.quantities import three_digits
from tracks.api.track import Track
from tracks.cloud_titan.flood.model.serving import ServingResult, first_tokens_s
from tracks.cloud_titan.flood.setting import RANK, RATE, Node, Setting, adapter_bytes, node_of
from tracks.cloud_titan.flood.state import State
from tracks.common.provenance import quantity_text

HITS, WAIT, MAP = "hit_rate", "first_token_by_load", "hbm_map"
PLACES = 48  # of a curve
NAMED_AT = 0.7  # of the requests: where the curve of another rank is named
NAMED_WAIT_S = 10.0  # the wait at which the curve of another rank is named, if it reaches it

CAPACITY_SHOWN = (10 * GB, 1 * PB)
WAIT_SHOWN = (1e-3, 1e4)  # up to hours: the backlog of a drive that was saturated for 1 hour


def panels(track: Track) -> tuple[Panel, ...]:
    """Return the three panels of a track, with fixed axes; the third is a low strip."""
    node = node_of(track)
    capacity, share, rate, wait = _axes()
    return (
        Panel(id=HITS, question="How many requests find their adapter in memory?", x=capacity, y=share),
        Panel(
            id=WAIT,
            question="Does the first token come in time?",
            x=rate,
            y=wait,
            limits=partial(_bare_limit, node.first_token_s),
        ),
        Panel(
            id=MAP,
            question="What fills the HBM?",
            x=Axis(label="HBM of all cards", unit="B", low=0, high=node.gpus * node.gpu_memory_bytes),
            y=Axis(label="", scale="category", categories=("HBM",)),
        ),
    )


@lru_cache(maxsize=1)
def _axes() -> tuple[Axis, Axis, Axis, Axis]:
    return (
        Axis(label="memory for adapters", unit="B", low=CAPACITY_SHOWN[0], high=CAPACITY_SHOWN[1], scale="log"),
        Axis(label="requests that hit", unit="share", low=0, high=1),
        Axis(label="requests a second", unit="", low=RATE.low, high=RATE.high, scale="log"),
        Axis(label="p99 added wait", unit="s", low=WAIT_SHOWN[0], high=WAIT_SHOWN[1], scale="log"),
    )


def other_ranks(setting: Setting) -> tuple[int, ...]:
    """Return half and twice the rank, as far as the control goes."""
    low, high = round(RANK.low), round(RANK.high)
    return tuple(rank for rank in (setting.rank // 2, 2 * setting.rank) if low <= rank <= high)


def _side(left: bool) -> str:
    """Return on which side of its curve another rank is named: away from the student's."""
    return "above-left" if left else "right"


# --- hits against capacity -------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def capacities() -> Floats:
    """Return the capacities at which the curve is drawn [B]."""
    return np.geomspace(*CAPACITY_SHOWN, PLACES)


def hit_rates(node: Node, setting: Setting, room_bytes: Floats) -> Floats:
    """Return the hit rate of one memory of each size, for whole adapters of this rank [1]."""
    rate = static_hit_rate if setting.eviction == "pinned" else lru_hit_rate
    size = adapter_bytes(setting.rank, setting.targets)
    return np.asarray(rate(node.adapters, skew=setting.skew, capacity=np.floor(room_bytes / size)))


def hits_drawing(state: State) -> Drawing:
    """Return the hit rate against memory: one curve for each rank, the tiers are points on it."""
    node, setting, results = state.node, state.setting, state.results
    return Drawing(
        figure=partial(_hits_figure, node, setting, results),
        summary=hits_summary(node, results),
        table=partial(_hits_table, node, setting),
        point=(max(setting.hbm_bytes, setting.host_bytes), results.hit),
    )


def hits_summary(node: Node, results: ServingResult) -> str:
    """Return the message of the first panel: what the two memories hold, and what all adapters weigh."""
    held = max(results.held_hbm, results.held_host)
    return (
        f"{quantity_text(results.hit, 'share')}: at {quantity_text(results.adapter_bytes, 'B')} each the memories hold "
        f"{three_digits(min(held, node.adapters))} of {three_digits(node.adapters)} adapters; all weigh "
        f"{quantity_text(node.adapters * results.adapter_bytes, 'B')}."
    )


def _hits_figure(node: Node, setting: Setting, results: ServingResult) -> Figure:
    axis, _, _, _ = _axes()
    rooms = capacities()
    others = []
    for rank in other_ranks(setting):
        hits = hit_rates(node, replace(setting, rank=rank), rooms)
        place = int(np.searchsorted(hits, NAMED_AT))
        others.append(charts.curve(rooms, hits, name=f"rank {rank}", role="seed"))
        if place < PLACES:
            others.append(
                charts.note(float(rooms[place]), float(hits[place]), f"rank {rank}", place=_side(rank < setting.rank))
            )
    own = charts.curve(rooms, hit_rates(node, setting, rooms), name=f"rank {setting.rank}")
    return charts.figure(*_all_of_them(node, results), *others, own, *_tiers(setting, results, axis))


def _all_of_them(node: Node, results: ServingResult) -> Iterator[charts.Part]:
    """A line where every adapter would be in memory, if the axis reaches so far."""
    everything = node.adapters * results.adapter_bytes
    if CAPACITY_SHOWN[0] < everything < CAPACITY_SHOWN[1]:
        yield charts.limit(everything, f"all {quantity_text(everything, 'B')}", axis="x", kind="target")


def _tiers(setting: Setting, results: ServingResult, axis: Axis) -> Iterator[charts.Part]:
    """HBM, and where host memory adds to it, both together."""
    deeper = setting.host_bytes > setting.hbm_bytes
    if deeper:
        yield charts.point(
            axis.place(setting.host_bytes),
            results.hit,
            name="with host memory",
            label="with host memory",
            value=quantity_text(results.hit, "share"),
            place="above-left",
        )
    yield charts.point(
        axis.place(setting.hbm_bytes),
        results.hit_hbm,
        name="HBM",
        role="other" if deeper else "you",
        label="HBM",
        value=quantity_text(results.hit_hbm, "share"),
        place="below-right" if deeper else "above-left",
    )


def _hits_table(node: Node, setting: Setting) -> Table:
    ranks = (setting.rank, *other_ranks(setting))
    tiers = ((setting.hbm_bytes, "HBM"), (setting.host_bytes, "host memory"))
    rooms = np.array([*(room for room, _ in tiers), *capacities()])
    columns = [hit_rates(node, replace(setting, rank=rank), rooms).tolist() for rank in ranks]
    names = [*(name for _, name in tiers), *[""] * PLACES]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, float(room), *(column[place] for column in columns))
        for place, (name, room) in enumerate(zip(names, rooms, strict=True))
    )
    return Table(columns=("", "memory, B", *(f"hits at rank {rank}, of 1" for rank in ranks)), rows=rows)


# --- the wait against load -------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def rates() -> Floats:
    """Return the rates of requests at which the curve is drawn [1/s]."""
    return np.geomspace(RATE.low, RATE.high, PLACES)


def wait_drawing(state: State) -> Drawing:
    """Return the added wait against the rate of requests, for this rank, half of it and twice it."""
    node, setting, results = state.node, state.setting, state.results
    return Drawing(
        figure=partial(_wait_figure, node, setting, results),
        summary=wait_summary(node, setting, results),
        table=partial(_wait_table, node, setting),
        point=(setting.request_rate, results.first_token_s),
    )


def wait_summary(node: Node, setting: Setting, results: ServingResult) -> str:
    """Return the message of the second panel: whether the last percent waits longer than it may."""
    wait, load = quantity_text(results.first_token_s, "s"), f"{three_digits(setting.request_rate)} requests a second"
    if results.drive_load >= 1:
        busy = quantity_text(results.drive_load, "share")
        return f"No: at {load} the drive is at {busy}, and after an hour p99 is {wait}."
    if results.first_token_s > node.first_token_s:
        return f"No: at {load} one request in a hundred waits {wait} or longer."
    return f"Yes: at {load} all but one in a hundred wait {wait} at most."


def _bare_limit(limit_s: float) -> Figure:
    return charts.figure(*_wait_limit(limit_s))


def _wait_limit(limit_s: float) -> Iterator[charts.Part]:
    yield charts.band(WAIT_SHOWN[0], limit_s)
    yield charts.limit(limit_s, f"limit {quantity_text(limit_s, 's')}")


def _wait_figure(node: Node, setting: Setting, results: ServingResult) -> Figure:
    _, _, _, axis = _axes()
    ranks = (*other_ranks(setting), setting.rank)
    parts = []
    for rank, waits in zip(ranks, first_tokens_s(node, setting, ranks=ranks, rates=rates()), strict=True):
        # Beyond the axis a curve leaves the figure; it ends at the first point outside.
        shown = int(np.searchsorted(waits, axis.high, side="right")) + 1
        x, y = rates()[:shown], np.clip(waits[:shown], axis.low, axis.high)
        if rank == setting.rank:
            parts.append(charts.curve(x, y, name=f"rank {rank}"))
        else:
            parts.append(charts.curve(x, y, name=f"rank {rank}", role="seed"))
            named = min(int(np.searchsorted(y, NAMED_WAIT_S)), len(y) - 1)
            place = _side(rank > setting.rank)
            parts.append(charts.note(float(x[named]), float(y[named]), f"rank {rank}", place=place))
    you = charts.point(
        setting.request_rate,
        axis.place(results.first_token_s),
        name="you",
        label=f"rank {setting.rank}",
        value=quantity_text(results.first_token_s, "s"),
        place="above-left",
    )
    return charts.figure(*_wait_limit(node.first_token_s), *parts, you)


def _wait_table(node: Node, setting: Setting) -> Table:
    ranks = (setting.rank, *other_ranks(setting))
    at = np.array([setting.request_rate, *rates()])
    waits = first_tokens_s(node, setting, ranks=ranks, rates=at)
    rows = tuple(
        ("your setting" if place == 0 else "", float(rate), *waits[:, place].tolist()) for place, rate in enumerate(at)
    )
    heads = ("", "requests, 1/s", *(f"p99 added wait at rank {rank}, s" for rank in ranks))
    return Table(columns=heads, rows=rows)


# --- what fills the HBM ----------------------------------------------------------------------------------------------


def map_drawing(state: State) -> Drawing:
    """Return what fills the HBM of all cards: weights, KV cache, adapters, what is free and what is kept back."""
    node, setting, results = state.node, state.setting, state.results
    parts = hbm_parts(node, setting, results)
    return Drawing(
        figure=partial(_map_figure, node, parts),
        summary=map_summary(setting, results),
        table=partial(_map_table, parts),
        point=None,
    )


def hbm_parts(node: Node, setting: Setting, results: ServingResult) -> tuple[tuple[str, float, str], ...]:
    """Return the parts of the HBM in order, (name, bytes, kind); KV cache only as far as it fits."""
    kv = results.served * node.request_bytes
    free = max(node.usable_bytes - node.weights_bytes - kv - setting.hbm_bytes, 0.0)
    kept = node.gpus * node.gpu_memory_bytes - node.usable_bytes
    parts = (
        ("weights", node.weights_bytes, "weights"),
        ("KV cache", kv, "activations"),
        ("adapters", setting.hbm_bytes, "gradients"),
        ("free", free, "free"),
        ("workspace", kept, "other"),
    )
    return tuple(part for part in parts if part[1] > 0)


def map_summary(setting: Setting, results: ServingResult) -> str:
    """Return the message of the third panel: what adapters take, what a batch needs of it, who gets KV cache."""
    needed = quantity_text(results.named * results.adapter_bytes, "B")
    return (
        f"{quantity_text(setting.hbm_bytes, 'B')} of adapters, of which a batch reads {needed}; KV cache for "
        f"{results.served} of {setting.batch} requests."
    )


def _map_figure(node: Node, parts: tuple[tuple[str, float, str], ...]) -> Figure:
    return charts.figure(
        charts.stack([parts], unit="B"),
        charts.limit(node.usable_bytes, f"usable {quantity_text(node.usable_bytes, 'B')}", axis="x"),
    )


def _map_table(parts: tuple[tuple[str, float, str], ...]) -> Table:
    return Table(columns=("part", "HBM, B"), rows=tuple((name, size) for name, size, _ in parts))
