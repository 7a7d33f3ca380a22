"""The Fleet Learning Drift in three figures: accuracy against bytes, whose updates arrive, and the control loop."""

from __future__ import annotations

from functools import partial

from tracks import Axis, Drawing, Figure, Panel, Table, Track
from tracks.api import charts
from tracks.common.accuracy_figure import (
    FLEET_SERIES,
    accuracy_axes,
    accuracy_figure,
    accuracy_limits,
    bare_limits,
    sampled_rounds,
)
from tracks.common.declared import device_word
from tracks.common.provenance import quantity_text
from tracks.common.proxy_fleet import CITIES, city_names
from tracks.common.traffic import HORIZON_DAYS, cap_bytes
from tracks.edge_guardian.drift.setting import TRAINING_TIMES
from tracks.edge_guardian.drift.state import State

ACCURACY, PARTICIPATION, LOOP = "accuracy_against_bytes", "participation_by_city", "loop_latency"
MAX_POINTS = 90  # of a line: more than a screen resolves

CAPS_SHOWN = (0.01, 10.0)  # on an axis of bytes, every equal step multiplies them
ACCURACY_SHOWN = (0.2, 1.0)
SHARE_SHOWN = 0.5  # of the updates that arrive
DEADLINES_SHOWN = 2.0
FAIR = 1 / CITIES


def panels(track: Track) -> tuple[Panel, Panel, Panel]:
    """Return the three panels of a track, with axes that never move."""
    targets, deadline = track.targets, track.device.deadline_s
    cap = cap_bytes(track)
    bytes_axis, accuracy_axis = accuracy_axes(
        cap, f"moved per {device_word(track)} in {HORIZON_DAYS} days", CAPS_SHOWN, ACCURACY_SHOWN
    )
    return (
        Panel(
            id=ACCURACY,
            question="Does every city follow the mean?",
            x=bytes_axis,
            y=accuracy_axis,
            limits=partial(bare_limits, cap, targets.safety_accuracy, targets.worst_city_accuracy, ACCURACY_SHOWN[1]),
        ),
        Panel(
            id=PARTICIPATION,
            question="Whom does the average hear?",
            x=Axis(label="", scale="category", categories=city_names(track)),
            y=Axis(label="share of the updates that arrive; line: equal", unit="share", low=0, high=SHARE_SHOWN),
            limits=_bare_fair,
        ),
        Panel(
            id=LOOP,
            question="Does the control loop keep its deadline?",
            x=Axis(label="latency at p99", unit="s", low=0, high=DEADLINES_SHOWN * deadline),
            y=Axis(label="", scale="category", categories=("with learning", "alone")),
            limits=partial(_bare_deadline, deadline),
        ),
    )


def _fair() -> charts.Part:
    """Return the line of an equal share; its label is on the axis, because every bar has its own above it."""
    return charts.limit(FAIR, "", kind="target")


def _bare_fair() -> Figure:
    return charts.figure(
        charts.limit(FAIR, f"equal {quantity_text(FAIR, 'share')}", kind="target", place="limit-y-right")
    )


def _bare_deadline(deadline: float) -> Figure:
    return charts.figure(_deadline(deadline))


def _deadline(deadline: float) -> charts.Part:
    return charts.limit(deadline, f"deadline {quantity_text(deadline, 's')}", axis="x")


# --- accuracy against bytes ------------------------------------------------------------------------------------------


def accuracy_drawing(state: State) -> Drawing:
    """Return fleet and worst city against the bytes of a vehicle."""
    return Drawing(
        figure=partial(_accuracy_figure, state),
        summary=accuracy_summary(state),
        table=partial(_accuracy_table, state),
        point=(state.costs.moved, state.runs.final_mean),
    )


def accuracy_summary(state: State) -> str:
    """Return the first panel's message: whether the worst city follows, and how far it is behind."""
    mean, worst = state.runs.final_mean, state.runs.final_worst
    city, floor = city_names(state.track)[state.runs.worst], state.track.targets.worst_city_accuracy
    behind = quantity_text(round(100 * (mean - worst), 1), "points").lstrip("+")
    return (
        f"{'Yes' if worst >= floor else 'No'}: fleet {quantity_text(mean, 'share')}, {city} "
        f"{quantity_text(worst, 'share')}, {behind} apart, at {quantity_text(state.costs.moved, 'B')}."
    )


def _accuracy_figure(state: State) -> Figure:
    cap, targets = state.costs.cap, state.track.targets
    return accuracy_figure(
        state.track,
        state.runs,
        state.moved,
        accuracy_limits(cap, targets.safety_accuracy, targets.worst_city_accuracy, ACCURACY_SHOWN[1]),
        accuracy_axes(cap, "", CAPS_SHOWN, ACCURACY_SHOWN),
        max_points=MAX_POINTS,
    )


def _accuracy_table(state: State) -> Table:
    runs, track, moved = state.runs, state.track, state.moved
    names = [f"{name}, of 1" for name in city_names(track)]
    rows = tuple(
        (
            "your setting" if sampled == runs.rounds else "",
            sampled,
            float(moved[sampled]),
            float(runs.mean[sampled]),
            *(float(score) for score in runs.cities[sampled]),
        )
        for sampled in sampled_rounds(runs.rounds, MAX_POINTS)
    )
    return Table(columns=("", "round", f"moved, B per {device_word(track)}", "fleet, of 1", *names), rows=rows)


# --- whose updates arrive --------------------------------------------------------------------------------------------


def participation_drawing(state: State) -> Drawing:
    """Return each city's share of the updates that arrive, against an equal share."""
    return Drawing(
        figure=partial(_participation_figure, state),
        summary=participation_summary(state),
        table=partial(_participation_table, state),
    )


def participation_summary(state: State) -> str:
    """Return the second panel's message: the lowest share of any city."""
    shares = state.runs.shares
    least = int(shares.argmin())
    city = city_names(state.track)[least]
    arrive = quantity_text(float(state.runs.updates.sum()), "updates a round")
    return f"{quantity_text(float(shares[least]), 'share')} from {city}, the least heard, of {arrive}."


def _participation_figure(state: State) -> Figure:
    shares = [float(share) for share in state.runs.shares]
    drawn = [min(share, SHARE_SHOWN) for share in shares]
    return charts.figure(
        _fair(),
        charts.bars(drawn, name="heard", series=FLEET_SERIES, labels=[quantity_text(one, "share") for one in shares]),
    )


def _participation_table(state: State) -> Table:
    runs = state.runs
    return Table(
        columns=(
            "city",
            "link, of 1",
            "heard when invited, of 1",
            "updates that arrive, a round",
            "share of them, of 1",
            "accuracy, of 1",
        ),
        rows=tuple(
            (name, *(float(cell) for cell in cells))
            for name, *cells in zip(
                city_names(state.track),
                state.setting.links,
                state.costs.delivered,
                runs.updates,
                runs.shares,
                runs.cities[-1],
                strict=True,
            )
        ),
    )


# --- the control loop ------------------------------------------------------------------------------------------------


def loop_drawing(state: State) -> Drawing:
    """Return the loop's latency at p99, alone and with learning beside it."""
    return Drawing(
        figure=partial(_loop_figure, state),
        summary=loop_summary(state),
        table=partial(_loop_table, state),
    )


def loop_summary(state: State) -> str:
    """Return the third panel's message: whether the deadline holds, with and without learning."""
    loop, setting = state.loop, state.setting
    answer = "Yes" if loop.total_s <= loop.limit_s else "No"
    if not setting.context.beside_loop:
        return (
            f"{answer}: {quantity_text(loop.alone_s, 's')}; learning happens {TRAINING_TIMES[setting.when]}, beside "
            "no loop."
        )
    return (
        f"{answer}: {quantity_text(loop.total_s, 's')} with learning, of which memory "
        f"{quantity_text(loop.stretched_s, 's')} and "
        f"kernel {quantity_text(loop.waiting_s, 's')}; {quantity_text(loop.alone_s, 's')} alone."
    )


def _segments(state: State) -> tuple[tuple[tuple[str, float, str], ...], ...]:
    loop = state.loop
    alone = ("loop", loop.alone_s, "part-0")
    beside = (("memory", loop.stretched_s, "part-1"), ("kernel", loop.waiting_s, "part-2"))
    return (alone, *(one for one in beside if one[1] > 0)), (alone,)


def _loop_figure(state: State) -> Figure:
    return charts.figure(charts.stack(_segments(state), unit="s"), _deadline(state.loop.limit_s))


def _loop_table(state: State) -> Table:
    loop = state.loop
    return Table(
        columns=("", "loop, s", "memory, s", "kernel, s", "p99, s"),
        rows=(
            ("with learning", loop.alone_s, loop.stretched_s, loop.waiting_s, loop.total_s),
            ("alone", loop.alone_s, 0.0, 0.0, loop.alone_s),
        ),
    )
