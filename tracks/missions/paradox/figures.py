"""The paradox in two figures: bytes of a day against participation, and the ratio against compression."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache, partial

from physics.traffic import centralised_traffic_bytes, daily_traffic_bytes
from tracks import Axis, Drawing, Figure, Panel, Table, Track
from tracks.api import charts
from tracks.common.provenance import quantity_text
from tracks.missions.paradox.setting import (
    COMPRESSION,
    DEFAULT_PARTICIPATION,
    DEFAULT_ROUNDS_PER_DAY,
    MOVED_BYTES,
    PARTICIPATION,
    ROUNDS_PER_DAY,
    stretched,
)
from tracks.missions.paradox.state import BREAK_EVEN, NEAR, State, side
from tracks.missions.paradox.traffic import cap_per_day, cap_text, moves_a_part

TRAFFIC, COMPRESSED = "traffic", "compression"
FEDERATED_SERIES, CENTRALISED_SERIES = 0, 1
BOTH_SERIES, UPLOAD_SERIES = 0, 1


def panels(track: Track) -> tuple[Panel, Panel]:
    """Return the two panels of a track, with its cap."""
    return panels_with(track, ((cap_per_day(track, track.fleet.devices), f"cap {cap_text(track)}"),))


def panels_with(track: Track, levels: tuple[tuple[float, str], ...]) -> tuple[Panel, Panel]:
    """Return the two panels; their axes hold the whole range of decisions and never move. ``levels`` as in a state."""
    bytes_axis, ratio_axis = axes(track)
    return (
        Panel(
            id=TRAFFIC,
            question="Does federating move fewer bytes a day?",
            x=Axis(
                label="participating share, per round",
                unit="share",
                low=PARTICIPATION[0],
                high=PARTICIPATION[1],
                scale="log",
            ),
            y=bytes_axis,
            limits=partial(_traffic_limits, levels),
        ),
        Panel(
            id=COMPRESSED,
            question="Does compression reach break-even?",
            x=Axis(label="compression", unit="x", low=COMPRESSION[0], high=COMPRESSION[1], scale="log"),
            y=ratio_axis,
            limits=_compression_limits,
        ),
    )


def axes(track: Track) -> tuple[Axis, Axis]:
    """Return the y axes of a track: daily bytes and ratio, in whole decades."""
    moved, fleet = track.model.moved_bytes, track.fleet
    whole = track.model.weights_bytes if moves_a_part(track) else moved
    return _axes(float(fleet.devices), float(fleet.raw_bytes_per_device_day), float(moved), float(whole))


@lru_cache(maxsize=256)
def _axes(fleet: float, raw: float, moved: float, whole: float) -> tuple[Axis, Axis]:
    """Hold the default, each decision moved alone from end to end, and the preset."""
    share, rounds = DEFAULT_PARTICIPATION.value, DEFAULT_ROUNDS_PER_DAY.value
    own = [
        (share, rounds, moved),
        *((end, rounds, moved) for end in PARTICIPATION),
        *((share, end, moved) for end in ROUNDS_PER_DAY),
        *((share, rounds, end) for end in (*stretched(MOVED_BYTES, moved), moved / COMPRESSION[1], whole)),
    ]
    cases = [(fleet, raw, *case) for case in own]
    federated = [
        float(daily_traffic_bytes(n, participation=p, download_bytes=size, upload_bytes=size, rounds_per_day=r))
        for n, _, p, r, size in cases
    ]
    centralised = [float(centralised_traffic_bytes(n, raw_bytes_per_device=b)) for n, b, *_ in cases]
    ratios = [day / other for day, other in zip(federated, centralised, strict=True)]
    return (
        _decades("bytes a day", "B", (*federated, *centralised)),
        _decades("federated / centralised", "x", (*ratios, BREAK_EVEN)),
    )


def _decades(label: str, unit: str, values: Iterable[float]) -> Axis:
    exponents = [math.log10(value) for value in values]
    low, high = math.floor(min(exponents) + 1e-9), math.ceil(max(exponents) - 1e-9)
    return Axis(label=label, unit=unit, low=10.0**low, high=10.0**high, scale="log")


def _traffic_limits(levels: tuple[tuple[float, str], ...]) -> Figure:
    return charts.figure(*(charts.limit(level, words) for level, words in levels))


def _compression_limits() -> Figure:
    return charts.figure(charts.limit(BREAK_EVEN, "break-even"))


# --- bytes of a day against participation ----------------------------------------------------------------------------


def traffic_drawing(state: State) -> Drawing:
    """Return both regimes by participating share, with the student on the one the context names."""
    setting, traffic = state.setting, state.traffic
    day = traffic.centralised if setting.context == "centralised" else traffic.federated
    return Drawing(
        figure=partial(_traffic_figure, state),
        summary=traffic_summary(state),
        table=partial(_traffic_table, state),
        point=(setting.participation, day),
    )


def traffic_summary(state: State) -> str:
    """Return the message of the first panel: an answer to its question with the day's bytes in both regimes."""
    setting, traffic = state.setting, state.traffic
    answer = {"cheaper": "Yes", "even": f"As many, within {quantity_text(NEAR, 'share')}", "dearer": "No"}[
        side(traffic.ratio)
    ]
    federated, centralised = quantity_text(traffic.federated, "B"), quantity_text(traffic.centralised, "B")
    ratio = quantity_text(traffic.ratio, "x")
    if setting.context == "centralised":
        return f"{answer}: the raw data take {centralised} a day; federating instead {federated}, {ratio} as much."
    invited = quantity_text(setting.participation * setting.fleet, "")
    return f"{answer}: {federated} with {invited} devices a round, {ratio} the {centralised} of centralising."


def _traffic_figure(state: State) -> Figure:
    setting, traffic = state.setting, state.traffic
    axis = axes(state.track)[0]
    federated = charts.curve(
        traffic.shares, traffic.by_share, name="federated", series=FEDERATED_SERIES, label="Federated"
    )
    centralised = charts.curve(
        (traffic.shares[0], traffic.shares[-1]),
        (traffic.centralised, traffic.centralised),
        name="centralised",
        series=CENTRALISED_SERIES,
        label="Centralised",
    )
    # A level line above the rising one has room above itself, any other line below.
    level_place = "above-right" if traffic.centralised > traffic.federated else "below-right"
    regimes = [
        ("federated, here", FEDERATED_SERIES, traffic.federated, federated, "below-right"),
        ("centralised, here", CENTRALISED_SERIES, traffic.centralised, centralised, level_place),
    ]
    if setting.context == "federated":
        regimes.reverse()  # what the context names is drawn last, on top
    (other_name, other_series, other_day, other_line, other_place), (name, series, day, line, place) = regimes
    x, y, other_y = setting.participation, axis.place(day), axis.place(other_day)
    you = charts.point(x, y, name=name, series=series, label="you", value=quantity_text(day, "B"), place=place)
    other = charts.point(x, other_y, name=other_name, series=other_series, role="other")
    other_words = charts.note(x, other_y, quantity_text(other_day, "B"), place=other_place)
    # A level's words stand on the side away from the other level line.
    levels = [
        charts.limit(level, words, place="limit-y-below" if traffic.centralised > level else "limit-y")
        for level, words in state.levels
    ]
    return charts.figure(*levels, other_line, line, other, you, other_words)


def _traffic_table(state: State) -> Table:
    traffic = state.traffic
    rows = tuple(
        ("your setting" if place == traffic.share_place else "", float(share), float(day), traffic.centralised)
        for place, (share, day) in enumerate(zip(traffic.shares, traffic.by_share, strict=True))
    )
    return Table(columns=("", "participating share, of 1", "federated, B a day", "centralised, B a day"), rows=rows)


# --- the ratio against compression -----------------------------------------------------------------------------------


def compression_drawing(state: State) -> Drawing:
    """Return the ratio by compression, upload only and both ways, with the student on the line of the switch."""
    return Drawing(
        figure=partial(_compression_figure, state),
        summary=compression_summary(state),
        table=partial(_compression_table, state),
        point=(state.setting.compression, state.traffic.ratio),
    )


def compression_summary(state: State) -> str:
    """Return the message of the second panel: whether break-even is reached, and what it would take."""
    setting, traffic = state.setting, state.traffic
    ratio, factor = quantity_text(traffic.ratio, "x"), quantity_text(setting.compression, "x")
    is_equal = ratio == quantity_text(BREAK_EVEN, "x")  # as it is written
    no = "Nearly" if side(traffic.ratio) == "even" else "No"
    if traffic.ratio <= BREAK_EVEN or is_equal:
        message = f"Yes: {ratio} at compression {factor}"
        if setting.compression == 1:
            message += ", so none is needed"
    elif setting.direction == "both":
        message = (
            f"{no}: {ratio} at {factor} both ways; break-even takes {quantity_text(traffic.breakeven.both_ways, 'x')}"
        )
    elif traffic.breakeven.upload_only is None:
        whole = quantity_text(float(traffic.by_compression[0, 0]) / 2, "x")
        message = f"{no}: {ratio} at {factor} up; the download alone is {whole}"
    else:
        message = f"{no}: {ratio} at {factor} up; break-even takes {quantity_text(traffic.breakeven.upload_only, 'x')}"
    if setting.context == "centralised":
        message += f". Centralising moves {quantity_text(1 / traffic.ratio, 'x')} of that"
    return message + "."


def _compression_figure(state: State) -> Figure:
    setting, traffic = state.setting, state.traffic
    axis, both = axes(state.track)[1], setting.direction == "both"
    upload_line = charts.curve(
        traffic.compressions,
        traffic.by_compression[0],
        name="upload only",
        series=UPLOAD_SERIES,
        label="Upload only",
    )
    both_line = charts.curve(
        traffic.compressions,
        traffic.by_compression[1],
        name="both ways",
        series=BOTH_SERIES,
        label="Both ways",
    )
    you = charts.point(
        setting.compression,
        axis.place(traffic.ratio),
        name="here",
        series=BOTH_SERIES if both else UPLOAD_SERIES,
        label="you",
        value=quantity_text(traffic.ratio, "x"),
        place="below-left" if both else "above-right",
    )
    lines = (upload_line, both_line) if both else (both_line, upload_line)
    return charts.figure(charts.limit(BREAK_EVEN, "break-even"), *lines, you)


def _compression_table(state: State) -> Table:
    setting, traffic = state.setting, state.traffic
    rows = tuple(
        (
            f"your setting, {'both ways' if setting.direction == 'both' else 'upload only'}"
            if place == traffic.compression_place
            else "",
            float(factor),
            float(traffic.by_compression[0, place]),
            float(traffic.by_compression[1, place]),
        )
        for place, factor in enumerate(traffic.compressions)
    )
    columns = ("", "compression, ×", "ratio, upload only, ×", "ratio, both ways, ×")
    return Table(columns=columns, rows=rows)
