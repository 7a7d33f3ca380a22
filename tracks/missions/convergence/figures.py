"""The convergence bench in three figures: accuracy against bytes moved, the loss by round, and its excess in parts."""

from __future__ import annotations

from functools import partial

from physics.validation import Floats
from tracks import Axis, Drawing, Figure, Panel, Table, Track
from tracks.api import charts
from tracks.api.figures import Cell
from tracks.api.quantities import three_digits
from tracks.common.accuracy_figure import accuracy_axes, accuracy_figure, accuracy_limits, bare_limits, sampled_rounds
from tracks.common.declared import device_word
from tracks.common.provenance import quantity_text
from tracks.common.proxy_fleet import city_names
from tracks.common.scoring import window_of
from tracks.common.traffic import HORIZON_DAYS, cap_bytes
from tracks.missions.convergence.own_steps import OWN_STEPS, own_accuracy
from tracks.missions.convergence.setting import ROUNDS
from tracks.missions.convergence.state import State

COMMUNICATION, CONVERGENCE, EXCESS = "convergence_vs_communication", "fleet_convergence", "excess_loss"
MAX_POINTS = 120  # of a line: more than a screen resolves

# The axis of bytes reaches from 2% of the cap, a few rounds, to 20 caps, about the longest run; every equal
# step on it multiplies the bytes. The loss starts at 2.3, above its axis, so that its shaking at the end can be seen.
CAPS_SHOWN = (0.02, 20.0)
ACCURACY_SHOWN = (0.5, 1.0)
LOSS_SHOWN = (0.1, 0.75)
EXCESS_SHOWN = (-0.05, 0.3)
PARTS = ("unfinished", "drift", "sampling", "all")

OWN_SERIES = 2
POINT = 1.0  # of accuracy: what a second half of the bytes must bring to count as buying something
SETTLED = 0.01  # of the loss: converged where jitter and the change in the last 20% are smaller


def panels(track: Track) -> tuple[Panel, Panel, Panel]:
    """Return the three panels of a track, with axes that never move."""
    cap, targets = cap_bytes(track), track.targets
    bytes_axis, accuracy_axis = accuracy_axes(
        cap, f"moved per {device_word(track)} in {HORIZON_DAYS} days", CAPS_SHOWN, ACCURACY_SHOWN
    )
    return (
        Panel(
            id=COMMUNICATION,
            question="Does another gigabyte still buy accuracy?",
            x=bytes_axis,
            y=accuracy_axis,
            limits=partial(bare_limits, cap, targets.mean_accuracy, targets.worst_city_accuracy, ACCURACY_SHOWN[1]),
        ),
        Panel(
            id=CONVERGENCE,
            question="Does the loss settle?",
            x=Axis(label="round", low=0, high=ROUNDS[1]),
            y=Axis(label="global loss", low=LOSS_SHOWN[0], high=LOSS_SHOWN[1]),
        ),
        Panel(
            id=EXCESS,
            question="Why is the loss above the best?",
            x=Axis(label="", scale="category", categories=PARTS),
            y=Axis(label="loss above the best", low=EXCESS_SHOWN[0], high=EXCESS_SHOWN[1]),
        ),
    )


# --- accuracy against bytes ------------------------------------------------------------------------------------------


def communication_drawing(state: State) -> Drawing:
    """Return fleet and worst city against the bytes of a device: what each further byte bought."""
    return Drawing(
        figure=partial(_communication_figure, state),
        summary=communication_summary(state),
        table=partial(_communication_table, state),
        point=(state.costs.moved, state.runs.final_mean),
    )


def gain_of_second_half(state: State) -> float:
    """Return what the fleet's score gained from half of the rounds to all of them, to 0.1 [points]."""
    runs = state.runs
    return round(100 * (runs.final_mean - float(runs.mean[runs.rounds // 2])), 1) + 0.0


def communication_summary(state: State) -> str:
    """Return the message of the first panel: the gain of the second half of the bytes, fleet and worst city."""
    gain, runs = gain_of_second_half(state), state.runs
    city = city_names(state.track)[runs.worst]
    return (
        f"{'Yes' if gain >= POINT else 'No'}: the second half of {quantity_text(state.costs.moved, 'B')} brought "
        f"{quantity_text(gain, 'points')}; fleet {quantity_text(runs.final_mean, 'share')}, {city} "
        f"{quantity_text(runs.final_worst, 'share')}."
    )


def _communication_figure(state: State) -> Figure:
    cap, targets = state.costs.cap, state.track.targets
    return accuracy_figure(
        state.track,
        state.runs,
        state.moved,
        accuracy_limits(cap, targets.mean_accuracy, targets.worst_city_accuracy, ACCURACY_SHOWN[1]),
        accuracy_axes(cap, "", CAPS_SHOWN, ACCURACY_SHOWN),
        max_points=MAX_POINTS,
        beside=_alone(state),
    )


def _alone(state: State) -> list[charts.Part]:
    """Each city after own steps from the shared model, at its end: one model for all against one of one's own.

    A moving slider goes without, since they take a run of their own.
    """
    if state.parts is None:
        return []
    (x_axis, y_axis), end = accuracy_axes(state.costs.cap, "", CAPS_SHOWN, ACCURACY_SHOWN), float(state.moved[-1])
    own = own_accuracy(state.learning)
    ends = f"{three_digits(100 * min(own))} to {quantity_text(max(own), 'share')}"
    return [
        charts.point(
            x_axis.place(end),
            y_axis.place(accuracy),
            name=f"{city}, {OWN_STEPS} own steps",
            series=OWN_SERIES,
            role="other",
            label=f"each city, {OWN_STEPS} steps" if accuracy == max(own) else "",
            value=ends,
            place="end",
        )
        for city, accuracy in zip(city_names(state.track), own, strict=True)
    ]


def _communication_table(state: State) -> Table:
    """Each city at the end, with the shared model and, where a slider rests, after own steps; then the curves."""
    runs, curves = state.runs, _communication_curves(state)
    own = own_accuracy(state.learning) if state.parts is not None else ()
    names, empty = city_names(state.track), ("",) * (len(curves.columns) - 3)
    ends = [
        *((f"{city}, shared model", float(score)) for city, score in zip(names, runs.cities[-1], strict=True)),
        *((f"{city}, {OWN_STEPS} own steps", accuracy) for city, accuracy in zip(names, own, strict=False)),
    ]
    rows: list[tuple[Cell, ...]] = [
        (name, runs.rounds, float(state.moved[-1]), *empty, accuracy) for name, accuracy in ends
    ]
    rows += [(*row, "") for row in curves.rows]
    return Table(columns=(*curves.columns, "city, of 1"), rows=tuple(rows))


def _communication_curves(state: State) -> Table:
    runs, track = state.runs, state.track
    return _table(
        state,
        (f"moved, B per {device_word(track)}", state.moved),
        ("fleet, of 1", runs.mean),
        (f"{city_names(track)[runs.worst]}, of 1", runs.cities[:, runs.worst]),
        *((f"fleet, seed {run}, of 1", curve) for run, curve in enumerate(runs.accuracy, start=1)),
    )


def _table(state: State, *columns: tuple[str, Floats]) -> Table:
    """A row for every round drawn; the last one is the student's."""
    rounds = state.setting.rounds
    rows = tuple(
        (
            "your setting" if sampled == rounds else "",
            sampled,
            *(float(values[sampled]) for _, values in columns),
        )
        for sampled in sampled_rounds(rounds, MAX_POINTS)
    )
    return Table(columns=("", "round", *(head for head, _ in columns)), rows=rows)


# --- the loss by round -----------------------------------------------------------------------------------------------


def convergence_drawing(state: State) -> Drawing:
    """Return the fleet's loss by round: each seed, their score, the best loss and where all clients settle."""
    return Drawing(
        figure=partial(_convergence_figure, state),
        summary=convergence_summary(state),
        table=partial(_convergence_table, state),
        point=(state.setting.rounds, state.runs.final_loss),
    )


def convergence_summary(state: State) -> str:
    """Return the message of the second panel: whether the loss shakes, still falls, or has converged, and where."""
    setting, runs = state.setting, state.runs
    loss, jitter, fall = runs.final_loss, runs.jitter, runs.fall
    above = f"{three_digits(state.excess)} above the best"
    if jitter > SETTLED * loss:
        return f"No: it shakes by ±{three_digits(jitter)} around {three_digits(loss)}, {above}."
    if abs(fall) > SETTLED * loss:
        way = "falls" if fall > 0 else "rises"
        last = setting.rounds // 5
        return f"No: it still {way}, by {three_digits(abs(fall))} in the last {last} rounds, to {three_digits(loss)}."
    return f"Yes: at {three_digits(loss)} ±{three_digits(jitter)}, {above}."


def _convergence_figure(state: State) -> Figure:
    runs, rounds = state.runs, state.setting.rounds
    sampled = [0, *sampled_rounds(rounds, MAX_POINTS)]
    seeds = [
        charts.curve(sampled, curve[sampled], name=f"seed {run}", role="seed")
        for run, curve in enumerate(runs.loss, start=1)
    ]
    score = charts.curve(sampled, runs.mean_loss[sampled], name="fleet")
    low, high = LOSS_SHOWN
    you = charts.point(
        rounds,
        min(max(runs.final_loss, low), high),
        name="fleet, here",
        label=three_digits(runs.final_loss),
        value=f"±{three_digits(runs.jitter)}",
        place="above-left",
    )
    best = f"best model of all data {three_digits(state.best_loss)}"
    lines = [charts.limit(state.best_loss, best, kind="target", place="limit-y-right-below")]
    if state.parts is not None and 0 < state.parts.drift < high - state.best_loss:
        end = state.best_loss + state.parts.drift
        lines.append(charts.limit(end, "all clients settle", kind="floor", place="limit-y-right"))
    return charts.figure(*lines, *seeds, score, you)


def _convergence_table(state: State) -> Table:
    runs = state.runs
    return _table(
        state,
        (f"loss, mean of up to {window_of(runs.rounds)} rounds", runs.mean_loss),
        *((f"loss, seed {run}", curve) for run, curve in enumerate(runs.loss, start=1)),
    )


# --- the excess loss in its parts ------------------------------------------------------------------------------------


def excess_drawing(state: State) -> Drawing:
    """Return what the loss above the best is made of: unfinished, drift and sampling, and all of it."""
    return Drawing(
        figure=partial(_excess_figure, state),
        summary=excess_summary(state),
        table=partial(_excess_table, state),
        point=(len(PARTS) - 1.0, state.excess),
    )


def excess_summary(state: State) -> str:
    """Return the message of the third panel: which part is the largest, and of how much."""
    parts, whole = state.parts, three_digits(state.excess)
    if parts is None:
        return f"{whole} above the best; its parts follow when the slider rests."
    largest = three_digits(getattr(parts, parts.largest))
    because = {
        "unfinished": "there are too few rounds for these steps",
        "drift": "many local steps pull the average away from the best, whatever the rounds",
        "sampling": "few clients in a round pull it their way",
    }[parts.largest]
    return f"{largest} of {whole} because {because}."


def _excess_values(state: State) -> tuple[float, ...]:
    parts = state.parts
    return (
        (0.0, 0.0, 0.0, state.excess)
        if parts is None
        else (parts.unfinished, parts.drift, parts.sampling, state.excess)
    )


def _excess_figure(state: State) -> Figure:
    values, (low, high) = _excess_values(state), EXCESS_SHOWN
    labels = [
        "" if state.parts is None and place < len(PARTS) - 1 else three_digits(v) for place, v in enumerate(values)
    ]
    return charts.figure(
        charts.bars([min(max(v, low), high) for v in values], name="loss above the best", labels=labels)
    )


def _excess_table(state: State) -> Table:
    rows = tuple(zip(PARTS, _excess_values(state), strict=True))
    return Table(columns=("part", "loss above the best"), rows=rows[-1:] if state.parts is None else rows)
