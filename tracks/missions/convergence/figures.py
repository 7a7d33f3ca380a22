"""The convergence bench in two figures: accuracy against bytes moved, and the loss round by round."""

from __future__ import annotations

from functools import partial

from physics.validation import Floats
from tracks import Axis, Drawing, Figure, Panel, Table, Track
from tracks.api import charts
from tracks.api.quantities import three_digits
from tracks.common.provenance import words
from tracks.common.proxy_fleet import accuracy_axes, accuracy_limits, bare_limits, city_names, device_word, drawn_rounds
from tracks.common.scoring import window_of
from tracks.missions.convergence.costs import Found, cap_bytes
from tracks.missions.convergence.setting import HORIZON_DAYS, ROUNDS, Setting

COMMUNICATION, CONVERGENCE = "convergence_vs_communication", "fleet_convergence"
FLEET_SERIES, CITY_SERIES = 0, 1
MAX_PLACES = 120  # of a line: more than a screen tells apart

# The axis of bytes reaches from a fiftieth of the cap, a few rounds, to twenty caps, about the longest run; every equal
# step on it multiplies the bytes. The loss starts at .45, above its axis, so that its shaking at the end can be seen.
CAPS_SHOWN = (0.02, 20.0)
ACCURACY_SHOWN = (0.5, 1.0)
LOSS_SHOWN = (0.14, 0.35)

POINT = 1.0  # of accuracy: what a second half of the bytes must bring to count as buying something
SETTLED = 0.01  # of the loss may shake, or fall in the last fifth, when it counts as settled


def panels(track: Track) -> tuple[Panel, Panel]:
    """Return the two panels of a track, with axes that never move."""
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
    )


# --- accuracy against bytes ------------------------------------------------------------------------------------------


def communication_drawing(track: Track, setting: Setting, found: Found) -> Drawing:
    """Return fleet and worst city against the bytes of a device: what each further byte bought."""
    return Drawing(
        figure=partial(_communication_figure, track, setting, found),
        summary=communication_summary(track, setting, found),
        table=partial(_communication_table, track, setting, found),
        point=(found.costs.moved, found.mean),
    )


def gain_of_second_half(setting: Setting, found: Found) -> float:
    """Return what the fleet's score gained from half of the rounds to all of them, to a tenth [points]."""
    return round(100 * (found.mean - float(found.runs.mean[setting.rounds // 2])), 1) + 0.0


def communication_summary(track: Track, setting: Setting, found: Found) -> str:
    """Return the message of the first panel: what the second half of the bytes bought, and who is where."""
    gain = gain_of_second_half(setting, found)
    city = city_names(track)[found.runs.worst]
    return (
        f"{'Yes' if gain >= POINT else 'No'}: the second half of {words(found.costs.moved, 'B')} brought "
        f"{words(gain, 'points')}; fleet {words(found.mean, 'share')}, {city} {words(found.worst, 'share')}."
    )


def _communication_figure(track: Track, setting: Setting, found: Found) -> Figure:
    runs, places = found.runs, list(drawn_rounds(setting.rounds, MAX_PLACES))
    x, city = charts.significant(found.moved[places]), city_names(track)[runs.worst]
    drawn = (
        (city, city, CITY_SERIES, runs.cities[:, runs.worst], found.worst),
        ("fleet", "Fleet", FLEET_SERIES, runs.mean, found.mean),
    )
    seeds = [
        charts.curve(x, curve[places], name=f"fleet, seed {run}", series=FLEET_SERIES, role="seed")
        for run, curve in enumerate(runs.accuracy, start=1)
    ]
    scores, marks = [], []
    bytes_axis, accuracy_axis = accuracy_axes(found.costs.cap, "", CAPS_SHOWN, ACCURACY_SHOWN)
    for name, label, series, score, end in drawn:
        scores.append(charts.curve(x, score[places], name=name, series=series))
        marks.append(
            charts.point(
                bytes_axis.place(found.costs.moved),
                accuracy_axis.place(end),
                name=f"{name}, here",
                series=series,
                label=label,
                value=words(end, "share"),
            )
        )
    targets = track.targets
    limits = accuracy_limits(found.costs.cap, targets.mean_accuracy, targets.worst_city_accuracy, ACCURACY_SHOWN[1])
    return charts.figure(*limits, *seeds, *scores, *marks)


def _communication_table(track: Track, setting: Setting, found: Found) -> Table:
    runs = found.runs
    return _table(
        setting,
        (f"moved, B per {device_word(track)}", found.moved),
        ("fleet, of 1", runs.mean),
        (f"{city_names(track)[runs.worst]}, of 1", runs.cities[:, runs.worst]),
        *((f"fleet, seed {run}, of 1", curve) for run, curve in enumerate(runs.accuracy, start=1)),
    )


def _table(setting: Setting, *columns: tuple[str, Floats]) -> Table:
    """A row for every round drawn; the last one is the student's."""
    rows = tuple(
        (
            "your setting" if place == setting.rounds else "",
            place,
            *(float(values[place]) for _, values in columns),
        )
        for place in drawn_rounds(setting.rounds, MAX_PLACES)
    )
    return Table(columns=("", "round", *(head for head, _ in columns)), rows=rows)


# --- the loss by round -----------------------------------------------------------------------------------------------


def convergence_drawing(setting: Setting, found: Found) -> Drawing:
    """Return the fleet's loss by round: three seeds, their score, the optimum and where all clients would end."""
    return Drawing(
        figure=partial(_convergence_figure, setting, found),
        summary=convergence_summary(setting, found),
        table=partial(_convergence_table, setting, found),
        point=(setting.rounds, found.loss),
    )


def convergence_summary(setting: Setting, found: Found) -> str:
    """Return the message of the second panel: whether the loss shakes, still falls, or has come to rest and where."""
    loss, jitter = found.loss, found.runs.jitter
    above = f"{three_digits(found.loss - found.optimal_loss)} above the optimum"
    fall = found.fall
    if found.diverges:
        return (
            f"No: a step of {three_digits(setting.learning_rate)} is too long; the loss stands at {three_digits(loss)}."
        )
    if jitter > SETTLED * loss:
        return f"No: it shakes by ±{three_digits(jitter)} around {three_digits(loss)}, {above}."
    if abs(fall) > SETTLED * loss:
        way = "falls" if fall > 0 else "rises"
        last = setting.rounds // 5
        return f"No: it still {way}, by {three_digits(abs(fall))} in the last {last} rounds, to {three_digits(loss)}."
    return f"Yes: at {three_digits(loss)} ±{three_digits(jitter)}, {above}."


def _convergence_figure(setting: Setting, found: Found) -> Figure:
    places = [0, *drawn_rounds(setting.rounds, MAX_PLACES)]
    runs = found.runs
    seeds = [
        charts.curve(places, curve[places], name=f"seed {run}", role="seed")
        for run, curve in enumerate(runs.loss, start=1)
    ]
    score = charts.curve(places, runs.mean_loss[places], name="fleet")
    low, high = LOSS_SHOWN
    you = charts.point(
        setting.rounds,
        min(max(found.loss, low), high),
        name="fleet, here",
        label=three_digits(found.loss),
        value=f"±{three_digits(runs.jitter)}",
        place="above-left",
    )
    optimum = f"optimum {three_digits(found.optimal_loss)}"
    lines = [charts.limit(found.optimal_loss, optimum, kind="target", place="limit-y-right-below")]
    if found.bias > 0:
        end = found.optimal_loss + found.bias
        lines.append(charts.limit(end, "endless rounds, all clients", kind="floor", place="limit-y-right"))
    return charts.figure(*lines, *seeds, score, you)


def _convergence_table(setting: Setting, found: Found) -> Table:
    runs = found.runs
    return _table(
        setting,
        (f"loss, mean of up to {window_of(setting.rounds)} rounds", runs.mean_loss),
        *((f"loss, seed {run}", curve) for run, curve in enumerate(runs.loss, start=1)),
    )
