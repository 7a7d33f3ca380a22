"""The Fleet Learning Drift in three figures: accuracy against bytes, whom the average hears, and the control loop."""

from __future__ import annotations

from functools import partial

from tracks import Axis, Drawing, Figure, Panel, Table, Track
from tracks.api import charts
from tracks.common.provenance import words
from tracks.common.proxy_fleet import (
    CITIES,
    accuracy_axes,
    accuracy_limits,
    bare_limits,
    city_names,
    device_word,
    drawn_rounds,
)
from tracks.edge_guardian.drift.fleet import cap_bytes
from tracks.edge_guardian.drift.setting import HORIZON_DAYS, WHENS, Setting
from tracks.edge_guardian.drift.state import Found

ACCURACY, PARTICIPATION, LOOP = "accuracy_against_bytes", "participation_by_city", "loop_latency"
FLEET_SERIES, CITY_SERIES = 0, 1
MAX_PLACES = 90  # of a line: more than a screen tells apart

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
    """Return the line of an equal share; the axis says what it is, for above it every bar has its own words."""
    return charts.limit(FAIR, "", kind="target")


def _bare_fair() -> Figure:
    return charts.figure(charts.limit(FAIR, f"equal {words(FAIR, 'share')}", kind="target", place="limit-y-right"))


def _bare_deadline(deadline: float) -> Figure:
    return charts.figure(_deadline(deadline))


def _deadline(deadline: float) -> charts.Part:
    return charts.limit(deadline, f"deadline {words(deadline, 's')}", axis="x")


# --- accuracy against bytes ------------------------------------------------------------------------------------------


def accuracy_drawing(track: Track, setting: Setting, found: Found) -> Drawing:
    """Return fleet and worst city against the bytes of a vehicle."""
    return Drawing(
        figure=partial(_accuracy_figure, track, setting, found),
        summary=accuracy_summary(track, found),
        table=partial(_accuracy_table, track, setting, found),
        point=(found.costs.moved, found.mean),
    )


def accuracy_summary(track: Track, found: Found) -> str:
    """Return the first panel's message: whether the worst city follows, and how far it is behind."""
    city, floor = city_names(track)[found.runs.worst], track.targets.worst_city_accuracy
    behind = words(round(100 * (found.mean - found.worst), 1), "points").lstrip("+")
    return (
        f"{'Yes' if found.worst >= floor else 'No'}: fleet {words(found.mean, 'share')}, {city} "
        f"{words(found.worst, 'share')}, {behind} apart, at {words(found.costs.moved, 'B')}."
    )


def _accuracy_figure(track: Track, setting: Setting, found: Found) -> Figure:
    runs, places = found.runs, list(drawn_rounds(setting.rounds, MAX_PLACES))
    x, city = charts.significant(found.moved[places]), city_names(track)[runs.worst]
    bytes_axis, accuracy_axis = accuracy_axes(found.costs.cap, "", CAPS_SHOWN, ACCURACY_SHOWN)
    drawn = (
        (city, city, CITY_SERIES, runs.cities[:, runs.worst], found.worst),
        ("fleet", "Fleet", FLEET_SERIES, runs.mean, found.mean),
    )
    parts = [
        charts.curve(x, curve[places], name=f"fleet, seed {run}", series=FLEET_SERIES, role="seed")
        for run, curve in enumerate(runs.accuracy, start=1)
    ]
    parts += [charts.curve(x, score[places], name=name, series=series) for name, _, series, score, _ in drawn]
    parts += [
        charts.point(
            bytes_axis.place(found.costs.moved),
            accuracy_axis.place(end),
            name=f"{name}, here",
            series=series,
            label=label,
            value=words(end, "share"),
        )
        for name, label, series, _, end in drawn
    ]
    targets = track.targets
    limits = accuracy_limits(found.costs.cap, targets.safety_accuracy, targets.worst_city_accuracy, ACCURACY_SHOWN[1])
    return charts.figure(*limits, *parts)


def _accuracy_table(track: Track, setting: Setting, found: Found) -> Table:
    runs = found.runs
    names = [f"{name}, of 1" for name in city_names(track)]
    rows = tuple(
        (
            "your setting" if place == setting.rounds else "",
            place,
            float(found.moved[place]),
            float(runs.mean[place]),
            *(float(score) for score in runs.cities[place]),
        )
        for place in drawn_rounds(setting.rounds, MAX_PLACES)
    )
    return Table(columns=("", "round", f"moved, B per {device_word(track)}", "fleet, of 1", *names), rows=rows)


# --- whom the average hears ------------------------------------------------------------------------------------------


def participation_drawing(track: Track, setting: Setting, found: Found) -> Drawing:
    """Return each city's share of the updates that arrive, against an equal share."""
    return Drawing(
        figure=partial(_participation_figure, found),
        summary=participation_summary(track, found),
        table=partial(_participation_table, track, setting, found),
    )


def participation_summary(track: Track, found: Found) -> str:
    """Return the second panel's message: the share of the city that is heard least."""
    shares = found.runs.shares
    least = int(shares.argmin())
    arrive = words(float(found.runs.updates.sum()), "updates a round")
    return f"{words(float(shares[least]), 'share')} from {city_names(track)[least]}, the least heard, of {arrive}."


def _participation_figure(found: Found) -> Figure:
    shares = [float(share) for share in found.runs.shares]
    drawn = [min(share, SHARE_SHOWN) for share in shares]
    return charts.figure(
        _fair(), charts.bars(drawn, name="heard", series=FLEET_SERIES, labels=[words(one, "share") for one in shares])
    )


def _participation_table(track: Track, setting: Setting, found: Found) -> Table:
    runs = found.runs
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
                city_names(track),
                setting.links,
                found.costs.heard,
                runs.updates,
                runs.shares,
                runs.cities[-1],
                strict=True,
            )
        ),
    )


# --- the control loop ------------------------------------------------------------------------------------------------


def loop_drawing(setting: Setting, found: Found) -> Drawing:
    """Return the loop's latency at p99, alone and with learning beside it."""
    return Drawing(
        figure=partial(_loop_figure, found),
        summary=loop_summary(setting, found),
        table=partial(_loop_table, found),
    )


def loop_summary(setting: Setting, found: Found) -> str:
    """Return the third panel's message: whether the deadline holds, with and without learning."""
    loop = found.loop
    answer = "Yes" if loop.total_s <= loop.limit_s else "No"
    if not setting.place.beside_loop:
        return f"{answer}: {words(loop.alone_s, 's')}; learning happens {WHENS[setting.when]}, beside no loop."
    return (
        f"{answer}: {words(loop.total_s, 's')} with learning, of which memory {words(loop.stretched_s, 's')} and "
        f"kernel {words(loop.waiting_s, 's')}; {words(loop.alone_s, 's')} alone."
    )


def _segments(found: Found) -> tuple[tuple[tuple[str, float, str], ...], ...]:
    loop = found.loop
    alone = ("loop", loop.alone_s, "part-0")
    beside = (("memory", loop.stretched_s, "part-1"), ("kernel", loop.waiting_s, "part-2"))
    return (alone, *(one for one in beside if one[1] > 0)), (alone,)


def _loop_figure(found: Found) -> Figure:
    return charts.figure(charts.stack(_segments(found), unit="s"), _deadline(found.loop.limit_s))


def _loop_table(found: Found) -> Table:
    loop = found.loop
    return Table(
        columns=("", "loop, s", "memory, s", "kernel, s", "p99, s"),
        rows=(
            ("with learning", loop.alone_s, loop.stretched_s, loop.waiting_s, loop.total_s),
            ("alone", loop.alone_s, 0.0, 0.0, loop.alone_s),
        ),
    )
