"""The Mesh Update's first figure in its second view: how long one round takes the air, by the size of the adapter."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from tracks import Axis, Drawing, Figure, Panel, Table
from tracks.api import charts
from tracks.api.quantities import in_words
from tracks.tiny_pioneer.mesh.model.costs import air_s
from tracks.tiny_pioneer.mesh.setting import FLOOD, GOSSIP, HUB, MODES, PAYLOAD_BYTES, STAY_S, Setting
from tracks.tiny_pioneer.mesh.state import State

AIRTIME = "airtime_by_payload"
TIME_SHOWN = (0.01, 1e7)  # of a round on the air [s]
POINTS = 25  # of a line
_SERIES = {GOSSIP: 0, FLOOD: 1, HUB: 2}
_ROUND = {GOSSIP: "a round of gossip", FLOOD: "flooding", HUB: "a round through hubs"}


def airtime_panel() -> Panel:
    """Return the view's frame."""
    return Panel(
        id=AIRTIME,
        question="Does a round fit into a stay?",
        label="airtime",
        x=Axis(label="adapter", unit="B", low=PAYLOAD_BYTES.low, high=PAYLOAD_BYTES.high, scale="log"),
        y=Axis(label="one round on the air", unit="s", low=TIME_SHOWN[0], high=TIME_SHOWN[1], scale="log"),
        limits=_stay,
    )


def _stay() -> Figure:
    return charts.figure(_stay_limit())


def _stay_limit() -> charts.Part:
    return charts.limit(STAY_S.value, f"a stay {in_words(STAY_S.value, 's')}", kind="target", place="limit-y-right")


def airtime_drawing(state: State) -> Drawing:
    """Return the time of a round on the air for each way to talk, by the size of the adapter."""
    setting = state.setting
    return Drawing(
        figure=partial(_figure, setting),
        summary=_summary(setting),
        table=partial(_table, setting),
        point=(setting.payload_bytes, air_s(setting)) if setting.talks else None,
    )


def _summary(setting: Setting) -> str:
    stay = in_words(STAY_S.value, "s")
    if not setting.talks:
        return f"Yes: nobody sends, which takes no air; a stay is {stay}."
    air = air_s(setting)
    answer = "Yes" if air <= STAY_S.value else "No"
    said = f"{_ROUND[setting.mode]} with {in_words(setting.air_bytes, 'B')} takes {in_words(air, 's')} of air"
    return f"{answer}: {said}; a stay is {stay}."


def _times(setting: Setting, mode: str, payloads: tuple[float, ...]) -> list[float]:
    return [air_s(replace(setting, mode=mode, payload_bytes=payload)) for payload in payloads]


def _payloads(setting: Setting) -> tuple[float, ...]:
    """Return the sizes at which the lines are drawn, the student's own among them [B]."""
    even = np.geomspace(PAYLOAD_BYTES.low, PAYLOAD_BYTES.high, POINTS)
    return tuple(sorted({*(float(f"{payload:.6g}") for payload in even), setting.payload_bytes}))


def _figure(setting: Setting) -> Figure:
    payloads = _payloads(setting)
    parts = [
        charts.curve(
            payloads, np.clip(_times(setting, mode, payloads), *TIME_SHOWN), name=mode, series=series, label=MODES[mode]
        )
        for mode, series in _SERIES.items()
    ]
    if setting.talks:
        air = air_s(setting)
        parts.append(
            charts.point(
                setting.payload_bytes,
                float(np.clip(air, *TIME_SHOWN)),
                name="here",
                series=_SERIES[setting.mode],
                label="you",
                value=in_words(air, "s"),
                place="above-left",
            )
        )
    return charts.figure(_stay_limit(), *parts)


def _table(setting: Setting) -> Table:
    payloads = _payloads(setting)
    columns = [_times(setting, mode, payloads) for mode in _SERIES]
    rows = tuple(
        ("your setting" if payload == setting.payload_bytes else "", payload, *times)
        for payload, *times in zip(payloads, *columns, strict=True)
    )
    return Table(columns=("", "adapter, B", *(f"{MODES[mode].lower()}, s" for mode in _SERIES)), rows=rows)
