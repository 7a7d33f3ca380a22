"""The memory bench's figures: where the bytes of a step go, as a waterfall or a map of RAM, and what they buy."""

from __future__ import annotations

import math
from functools import lru_cache, partial

import numpy as np

from tracks import Axis, Drawing, Figure, Panel, Table, Track
from tracks.api import charts
from tracks.common.provenance import quantity_text
from tracks.missions.memory.accuracy_gain import gain_kept, gain_target, published
from tracks.missions.memory.costs import costs
from tracks.missions.memory.networks import BATCHES, Network, network_of
from tracks.missions.memory.setting import SHORT, Setting, default_setting, method_text
from tracks.missions.memory.state import State

WATERFALL, MAP, GAIN = "on_device_memory_waterfall", "on_device_memory_map", "gain_by_memory"
PARTS = ("Weights", "Gradients", "Optimizer", "Activations")
KINDS = ("weights", "gradients", "optimizer", "activations")
ROWS = ("Training", "Inference")
MAX_GAIN = 1.25
YOURS, OTHERS, PUBLISHED = 0, 1, 2
# Of table 2 those that are drawn; TinyTL-L+B at 224 pixels lies on TinyTL-L, and norms are no method of this bench.
DRAWN = ("FT-Last", "TinyTL-B", "TinyTL-L", "TinyTL-L+B@320", "FT-Full")
_PLACES = {"FT-Last": "right", "TinyTL-B": "left", "TinyTL-L": "left", "FT-Full": "right"}


def panels(track: Track) -> tuple[Panel, Panel]:
    """Return the two panels of a track, the first in two views; their axes never move."""
    budget, floor = float(track.device.learning_memory_bytes), gain_target(track)
    top, gain_axis = _axes(network_of(track), budget)
    limits = partial(_budget_line, budget, "y")
    return (
        Panel(
            id=WATERFALL,
            question="Where does the memory of a training step go?",
            label="waterfall",
            x=Axis(scale="category", label="", categories=(*PARTS, "Total")),
            y=Axis(label="training memory", unit="iB", low=0, high=top),
            limits=limits,
            views=(
                Panel(
                    id=MAP,
                    question="What does training hold in RAM beside inference?",
                    label="map of RAM",
                    x=Axis(label="RAM", unit="iB", low=0, high=top),
                    y=Axis(scale="category", label="", categories=ROWS),
                    limits=partial(_budget_line, budget, "x"),
                ),
            ),
        ),
        Panel(
            id=GAIN,
            question="What does memory buy in accuracy?",
            x=gain_axis,
            y=Axis(label="gain kept, of full fine-tuning", unit="share", low=0, high=MAX_GAIN),
            limits=partial(_gain_limits, budget, floor),
        ),
    )


@lru_cache(maxsize=64)
def _axes(network: Network, budget: float) -> tuple[float, Axis]:
    """Return the top of the waterfall, and the memory axis from the least inference to the largest full step."""
    start = default_setting(network)
    total = costs(network, start).total
    full = start._replace(method="full")
    low = min(costs(network, start._replace(batch=BATCHES[0])).inference, budget)
    high = max(costs(network, full._replace(batch=BATCHES[1])).total, budget)
    axis = Axis(
        label="training memory",
        unit="iB",
        low=2.0 ** math.floor(math.log2(low)),
        high=2.0 ** (1 + math.ceil(math.log2(high))),  # room for the budget’s words
        scale="log",
    )
    return 1.15 * max(total, 1.5 * budget), axis


def _budget_line(budget: float, axis: str) -> Figure:
    label = f"budget {quantity_text(budget, 'iB')}"
    return charts.figure(charts.limit(budget, label, axis="x" if axis == "x" else "y"))


def _gain_limits(budget: float, floor: float) -> Figure:
    return charts.figure(
        charts.band(floor, MAX_GAIN),
        charts.limit(floor, f"target {quantity_text(floor, 'share')}", kind="target"),
        charts.limit(budget, f"budget {quantity_text(budget, 'iB')}", axis="x"),
    )


# --- waterfall and map -----------------------------------------------------------------------------------------------


def _fits(state: State) -> str:
    """Say whether the step fits, and what the largest part is."""
    total, budget = state.costs.total, state.budget
    name, value = state.costs.biggest
    answer = "Yes, it fits" if total <= budget else "No, it does not fit"
    share = quantity_text(value / total, "share")
    return f"{answer}: {quantity_text(total, 'iB')} of {quantity_text(budget, 'iB')}, {share} of it {name}."


def waterfall_drawing(state: State) -> Drawing:
    """Return the four terms and their sum against the budget."""
    name, value = state.costs.biggest
    total = quantity_text(state.costs.total, "iB")
    return Drawing(
        figure=partial(_waterfall_figure, state),
        summary=f"{quantity_text(value / state.costs.total, 'share')} goes to {name}: {quantity_text(value, 'iB')} of "
        f"{total}, with a "
        f"budget of {quantity_text(state.budget, 'iB')}.",
        table=partial(_waterfall_table, state),
        point=(float(len(PARTS)), state.costs.total),
    )


def _waterfall_figure(state: State) -> Figure:
    values = [value for _, value in state.costs.parts]
    parts = tuple(zip(PARTS, values, KINDS, strict=True))
    return charts.figure(
        charts.limit(state.budget, f"budget {quantity_text(state.budget, 'iB')}"),
        charts.waterfall(parts, budget=state.budget, unit="iB"),
    )


def _waterfall_table(state: State) -> Table:
    spent, total = state.costs, state.costs.total
    served = (spent.inference_weights, 0.0, 0.0, spent.inference_live)
    rows = [
        (part, value, value / total, inference)
        for part, (_, value), inference in zip(PARTS, spent.parts, served, strict=True)
    ]
    rows += [("Total", total, 1.0, spent.inference), ("Budget", state.budget, state.budget / total, state.budget)]
    return Table(columns=("part", "training, B", "share of the step, of 1", "inference, B"), rows=tuple(rows))


def map_drawing(state: State) -> Drawing:
    """Return the same buffers side by side in RAM, and what inference alone would hold."""
    return Drawing(
        figure=partial(_map_figure, state),
        summary=f"{_fits(state)[:-1]}; inference holds {quantity_text(state.costs.inference, 'iB')}.",
        table=partial(_waterfall_table, state),
        point=(state.costs.total, 0.0),
    )


def _map_figure(state: State) -> Figure:
    spent = state.costs
    training = [(part, value, kind) for part, (_, value), kind in zip(PARTS, spent.parts, KINDS, strict=True)]
    inference = [("Weights", spent.inference_weights, "weights"), ("Activations", spent.inference_live, "activations")]
    for row, held in ((training, spent.total), (inference, spent.inference)):
        if held < state.budget:
            row.append(("free", state.budget - held, "free"))
    return charts.figure(
        charts.limit(state.budget, f"budget {quantity_text(state.budget, 'iB')}", axis="x"),
        charts.stack((training, inference), unit="iB"),
    )


# --- what memory buys ------------------------------------------------------------------------------------------------


def _at(network: Network, setting: Setting) -> tuple[float, float]:
    return costs(network, setting).total, gain_kept(network, setting)


def alternatives(state: State) -> tuple[tuple[str, float, float], ...]:
    """Return the other methods at the same state, LoRA apart: name, training memory [B], gain kept."""
    network, setting = state.network, state.setting
    others = (setting._replace(method=name) for name in network.methods if name not in (setting.method, "lora"))
    return tuple((SHORT[other.method], *_at(network, other)) for other in others)


def ranks(state: State) -> tuple[tuple[int, float, float], ...]:
    """Return LoRA at the same state by rank: rank, training memory [B], gain kept."""
    network, lora = state.network, state.setting._replace(method="lora")
    places = sorted({*(2**power for power in range(7) if 2**power <= network.ranks), network.ranks, lora.rank})
    return tuple((rank, *_at(network, lora._replace(rank=rank))) for rank in places)


def gain_drawing(state: State) -> Drawing:
    """Return the gain kept against training memory: LoRA by rank, the other methods, and published points."""
    axis = _axes(state.network, state.budget)[1]
    return Drawing(
        figure=partial(_gain_figure, state, axis),
        summary=_gain_summary(state),
        table=partial(_gain_table, state),
        point=(state.costs.total, state.gain),
    )


def _gain_summary(state: State) -> str:
    kept, total = quantity_text(state.gain, "share"), quantity_text(state.costs.total, "iB")
    network, highest = state.network, state.network.ranks
    low, high = (costs(network, state.setting._replace(method="lora", rank=rank)).total for rank in (1, highest))
    grows = quantity_text(high / low - 1, "share")
    return f"{kept} of the gain for {total}; from rank 1 to {highest} LoRA’s memory grows by {grows}."


def _gain_figure(state: State, axis: Axis) -> Figure:
    parts = [
        charts.band(state.target, MAX_GAIN),
        charts.limit(state.target, f"target {quantity_text(state.target, 'share')}", kind="target"),
        charts.limit(state.budget, f"budget {quantity_text(state.budget, 'iB')}", axis="x"),
    ]
    by_rank = ranks(state)
    xs, ys = [axis.place(memory) for _, memory, _ in by_rank], [min(gain, MAX_GAIN) for _, _, gain in by_rank]
    parts.append(charts.curve(np.array(xs), np.array(ys), name="LoRA by rank", series=OTHERS))
    for name, memory, gain in alternatives(state):
        x, y = axis.place(memory), min(gain, MAX_GAIN)
        parts.append(charts.point(x, y, name=name, series=OTHERS, role="other", label=name))
    if state.network.published:
        for name in DRAWN:
            memory, _, gain = published()[name]
            x, place = axis.place(memory), _PLACES.get(name, "right")
            label = f"{name}, published" if name in SHORT.values() else name  # beside the method's mark in this state
            parts.append(charts.point(x, gain, name=name, series=PUBLISHED, role="other", label=label, place=place))
    x, y = axis.place(state.costs.total), min(state.gain, MAX_GAIN)
    you = quantity_text(state.gain, "share")
    parts.append(charts.point(x, y, name="here", series=YOURS, label="you", value=you, place="above-right"))
    return charts.figure(*parts)


def _gain_table(state: State) -> Table:
    rows: list[tuple[str, str, float, float]] = [
        ("your setting", method_text(state.setting), state.costs.total, state.gain),
    ]
    rows += [("same state", f"LoRA, rank {rank}", memory, gain) for rank, memory, gain in ranks(state)]
    rows += [("same state", name, memory, gain) for name, memory, gain in alternatives(state)]
    if state.network.published:
        rows += [
            (f"published, batch 8, accuracy {quantity_text(score, 'share')}", name, memory, gain)
            for name, (memory, score, gain) in published().items()
        ]
    return Table(columns=("", "method", "training memory, B", "gain kept, of 1"), rows=tuple(rows))
