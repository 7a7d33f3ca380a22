"""The Battery-Privacy bench in three figures: a day in lines, memory as a waterfall, accuracy by minutes."""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np

from physics.validation import Floats
from tracks import Axis, Drawing, Figure, Panel, Table, Track
from tracks.api import charts
from tracks.api.quantities import in_words, three_digits
from tracks.mobile_nomad.battery.model.day import CHARGER_AT, MINUTES_PER_DAY, UNPLUGGED_H
from tracks.mobile_nomad.battery.model.personalisation import LADDER, PersonalisationTask, personalisation_result
from tracks.mobile_nomad.battery.readings import clock
from tracks.mobile_nomad.battery.setting import MINUTES, glasses_of
from tracks.mobile_nomad.battery.state import State

DAY, MEMORY, ACCENT = "day", "on_device_memory", "accent"

PARTS = ("Weights", "Gradients", "Optimizer", "Activations", "Total")
KINDS = ("weights", "gradients", "optimizer", "activations")
DAY_SHOWN = (0.0, 1.3)  # of each line's own limit
MEMORY_SHOWN = 2.4  # budgets, whatever is left of the memory
POINTS_SHOWN = (-12.0, 16.0)
AROUND = 3.0  # by which the curve may leave the axis, so that it crosses the whole of it


def panels(track: Track) -> tuple[Panel, Panel, Panel]:
    """Return the three panels of a track, with axes that never move."""
    glasses = glasses_of(track)
    return (
        Panel(
            id=DAY,
            question="What does a day of learning do to the glasses?",
            x=Axis(label=f"hours after {UNPLUGGED_H} in the morning", low=0, high=24),
            y=Axis(label="share of full, of the skin limit, of all frames", unit="share", low=0, high=DAY_SHOWN[1]),
            limits=partial(_day_limits, glasses.skin_c),
        ),
        Panel(
            id=MEMORY,
            question="Does a step of learning fit?",
            x=Axis(label="", scale="category", categories=PARTS),
            y=Axis(label="memory of a step, of the budget", unit="share", low=0, high=MEMORY_SHOWN),
            limits=partial(_memory_limits, glasses.memory_bytes),
        ),
        Panel(
            id=ACCENT,
            question="How long may it learn before it forgets everyone else?",
            x=Axis(label="minutes of learning a day", low=MINUTES[0], high=MINUTES[1], scale="log"),
            y=Axis(label="change of accuracy", unit="points", low=POINTS_SHOWN[0], high=POINTS_SHOWN[1]),
            limits=partial(_accent_limits, glasses.gain_points, glasses.loss_points),
        ),
    )


def drawings(state: State) -> dict[str, Drawing]:
    """Return the three drawings of a state."""
    return {DAY: _day(state), MEMORY: _memory(state), ACCENT: _accent(state)}


# --- the day ---------------------------------------------------------------------------------------------------------


def _day_limits(skin_c: float) -> Figure:
    return charts.figure(_skin_limit(skin_c))


def _skin_limit(skin_c: float) -> charts.Part:
    return charts.limit(1.0, f"skin {three_digits(skin_c)} °C, full charge, every frame", kind="cap")


def _day(state: State) -> Drawing:
    return Drawing(
        figure=partial(_day_figure, state),
        summary=day_summary(state),
        table=partial(_day_table, state),
        point=None,
    )


def day_summary(state: State) -> str:
    """Return the day in one sentence: the charge at night, the highest temperature, the frame rate."""
    day, glasses = state.day, state.glasses
    empty = np.flatnonzero(day.charge[:CHARGER_AT] <= 0)
    battery = f"empty at {clock(int(empty[0]))}" if len(empty) else f"{_left(state)} left at night"
    heat = f"at most {three_digits(day.hottest)} °C"
    frames = (
        f"{three_digits(day.slowest)} frames a second"
        if day.slowest < glasses.frames_per_s
        else f"all {three_digits(glasses.frames_per_s)} frames"
    )
    share = in_words(day.drained_j / glasses.battery_j, "share")
    return f"{share} of a charge for learning and radio, {battery}; {heat}, {frames}."


def _sampled_minutes(state: State) -> list[int]:
    """Every 10th minute, and each minute at which something changes."""
    day = state.day
    chosen = {*range(0, MINUTES_PER_DAY, 10), MINUTES_PER_DAY - 1, CHARGER_AT - 1, CHARGER_AT, day.hottest_at}
    for start, end in (*day.sessions, *day.windows):
        chosen |= {int(start) - 1, int(start), int(np.ceil(end)) - 1, int(np.ceil(end)), int(np.ceil(end)) + 3}
    return sorted(minute for minute in chosen if 0 <= minute < MINUTES_PER_DAY)


def _day_figure(state: State) -> Figure:
    day, glasses = state.day, state.glasses
    places = _sampled_minutes(state)
    hours = [(place + 1) / 60 for place in places]
    windows = [charts.band(start / 60, max(end, start + 4) / 60, axis="x") for start, end in day.windows]
    skin = day.skin[places] / glasses.skin_c
    sessions = [
        charts.point(
            (start + end) / 120,
            rate / glasses.frames_per_s,
            name=f"frames at {clock(start)}",
            series=2,
            role="you" if rate < glasses.frames_per_s else "other",
        )
        for (start, end), rate in zip(day.sessions, day.frames, strict=True)
    ]
    # Sessions are points; a line of length 0 puts their label among those of the lines.
    slowest = day.slowest / glasses.frames_per_s
    sessions.append(
        charts.curve(
            [hours[-1]] * 2,
            [slowest] * 2,
            name="frames, slowest",
            series=2,
            label="Frames",
            value=f"{three_digits(day.slowest)}/s",
        )
    )
    return charts.figure(
        *windows,
        _skin_limit(glasses.skin_c),
        charts.curve(
            hours,
            day.charge[places],
            name="charge",
            series=0,
            label="Battery",
            value=_left(state),
        ),
        charts.curve(
            hours, skin, name="temperature", series=1, label="Skin", value=f"max {three_digits(day.hottest)} °C"
        ),
        *sessions,
    )


def _left(state: State) -> str:
    """Return the charge at night, to 0.1%."""
    return in_words(round(float(state.day.charge[CHARGER_AT - 1]), 3), "share")


def _day_table(state: State) -> Table:
    day = state.day
    rates = {
        minute: rate for (start, end), rate in zip(day.sessions, day.frames, strict=True) for minute in (start, end - 1)
    }
    rows = tuple(
        (
            clock(minute),
            float(day.charge[minute]),
            float(day.skin[minute]),
            float(rates[minute]) if minute in rates else "display off",
            "learning" if any(start <= minute < end for start, end in day.windows) else "",
        )
        for minute in sorted(
            {*range(29, MINUTES_PER_DAY, 30), *rates, day.hottest_at, *(int(start) for start, _ in day.windows)}
        )
    )
    return Table(columns=("time", "charge, of 1", "skin, °C", "frames a second", ""), rows=rows)


# --- memory ----------------------------------------------------------------------------------------------------------


def _memory_limits(budget: float) -> Figure:
    return charts.figure(_budget(budget))


def _budget(budget: float) -> charts.Part:
    return charts.limit(1.0, f"budget {in_words(budget, 'iB')}")


def _parts(state: State) -> list[tuple[str, float, str]]:
    memory = state.step.memory
    sizes = (memory.weights_bytes, memory.gradients_bytes, memory.optimizer_bytes, memory.activations_bytes)
    return [(name, float(size), kind) for name, size, kind in zip(PARTS, sizes, KINDS, strict=False)]


def _memory(state: State) -> Drawing:
    total = float(state.step.memory.total_bytes)
    return Drawing(
        figure=partial(_memory_figure, state),
        summary=memory_summary(state),
        table=partial(_memory_table, state),
        point=(4.0, min(total / state.glasses.memory_bytes, MEMORY_SHOWN)),
    )


def memory_summary(state: State) -> str:
    """Return whether it fits, and what takes the memory."""
    parts, budget = _parts(state), state.glasses.memory_bytes
    total = sum(size for _, size, _ in parts)
    name, largest, _ = max(parts, key=lambda part: part[1])
    fits = "Yes" if total <= budget else "No"
    share = in_words(largest / total, "share")
    return f"{fits}: {in_words(total, 'iB')} of {in_words(budget, 'iB')}, {name.lower()} {share} of it."


def _memory_figure(state: State) -> Figure:
    budget = state.glasses.memory_bytes
    return charts.figure(
        charts.waterfall(_parts(state), budget=budget, unit="iB", in_budgets=True),
        _budget(budget),
    )


def _memory_table(state: State) -> Table:
    parts = _parts(state)
    rows = [(name, size) for name, size, _ in parts]
    budget = float(state.glasses.memory_bytes)
    rows += [("Total", sum(size for _, size, _ in parts)), ("Budget", budget)]
    return Table(columns=("part", "size, B", "budgets"), rows=tuple((name, size, size / budget) for name, size in rows))


# --- the accent ------------------------------------------------------------------------------------------------------


def _accent_limits(gain: float, loss: float) -> Figure:
    return charts.figure(*_goals(gain, loss))


def _goals(gain: float, loss: float) -> tuple[charts.Part, ...]:
    return (
        charts.limit(gain, f"own accent {in_words(gain, 'points')}", kind="target", place="limit-y-right"),
        charts.limit(-loss, f"others {in_words(-loss, 'points')}", kind="floor", place="limit-y-below"),
    )


def _accent(state: State) -> Drawing:
    return Drawing(
        figure=partial(_accent_figure, state),
        summary=accent_summary(state),
        table=partial(_accent_table, state),
        point=(state.setting.minutes, _shown(state.personalisation.gain_points)),
    )


def accent_summary(state: State) -> str:
    """Return what the minutes gained the wearer, and what they cost everyone else."""
    found, glasses = state.personalisation, state.glasses
    verb = "gains" if found.gain_points >= 0 else "loses"
    other = "gain" if found.elsewhere_points >= 0 else "lose"
    sizes = [three_digits(round(abs(points), 1)) for points in (found.gain_points, found.elsewhere_points)]
    passes = "in the cloud" if not state.setting.learns else f"in {three_digits(state.day.passes)} passes"
    well = found.gain_points >= glasses.gain_points and found.elsewhere_points >= -glasses.loss_points
    return f"{'Yes' if well else 'No'}: {passes} the own accent {verb} {sizes[0]} points, others {other} {sizes[1]}."


@lru_cache(maxsize=256)
def _ladder(task: PersonalisationTask) -> tuple[Floats, Floats, Floats]:
    """Return (local steps, gain, change elsewhere) along the ladder."""
    found = [personalisation_result(task, step) for step in LADDER]
    return (
        np.array(LADDER, dtype=np.float64),
        np.array([one.gain_points for one in found]),
        np.array([one.elsewhere_points for one in found]),
    )


def _curve(state: State) -> tuple[Floats, Floats, Floats]:
    """Return (minutes, gain, change elsewhere) of the setting's pace, the student's own minutes among them."""
    here = state.setting.minutes, state.personalisation.gain_points, state.personalisation.elsewhere_points
    if not state.setting.learns:
        minutes = np.array(MINUTES)
        return minutes, np.full(2, here[1]), np.full(2, here[2])
    steps, gain, elsewhere = _ladder(state.task)
    minutes = steps * (state.setting.minutes / state.day.passes)
    inside = (minutes >= MINUTES[0] / AROUND) & (minutes <= MINUTES[1] * AROUND)
    columns = [np.append(values[inside], own) for values, own in zip((minutes, gain, elsewhere), here, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return columns[0][order], columns[1][order], columns[2][order]


def _shown(points: float) -> float:
    return min(max(points, POINTS_SHOWN[0]), POINTS_SHOWN[1])


def _accent_figure(state: State) -> Figure:
    minutes, gain, elsewhere = _curve(state)
    found, glasses = state.personalisation, state.glasses
    parts = [*_goals(glasses.gain_points, glasses.loss_points)]
    for name, series, values, here, place in (
        ("Own", 0, gain, found.gain_points, "above-right"),
        ("Others", 1, elsewhere, found.elsewhere_points, "below-right"),
    ):
        parts.append(charts.curve(minutes, np.clip(values, *POINTS_SHOWN), name=name.lower(), series=series))
        parts.append(
            charts.point(
                state.setting.minutes,
                _shown(here),
                name=f"{name.lower()}, here",
                series=series,
                label=name,
                value=in_words(round(here, 1) + 0.0, "points"),
                place=place,
            )
        )
    return charts.figure(*parts)


def _accent_table(state: State) -> Table:
    rows = tuple(
        ("your setting" if minute == state.setting.minutes else "", float(minute), float(own), float(others))
        for minute, own, others in zip(*_curve(state), strict=True)
    )
    return Table(columns=("", "minutes a day", "own accent, points", "other accents, points"), rows=rows)
