"""The paradox in eight numbers, each with its limit, its formula in the student's numbers and its sources."""

from __future__ import annotations

from collections.abc import Mapping

from physics import constants
from tracks import Reading, Track
from tracks.api.quantities import three_digits
from tracks.common.provenance import Input, join_sources, origins, quantity_text
from tracks.missions.paradox.setting import (
    DEFAULT_COMPRESSION,
    DEFAULT_PARTICIPATION,
    DEFAULT_ROUNDS_PER_DAY,
    Setting,
)
from tracks.missions.paradox.state import DEARER, OVER_CAP, TOO_SLOW, State
from tracks.missions.paradox.traffic import CLOUD_GPUS, cap_bytes_text

HUD = ("ratio", "cap_share", "upload_time")

# What a reading is made of: its name on the page and the track's constant.
_CONSTANTS = {
    "cap": ("Cap", "fleet.cap_bytes"),
    "flop": ("Operations of an inference", "model.forward_flop"),
    "peak": ("Peak", "device.peak_flop_per_s"),
    "utilisation": ("Utilisation", "device.utilisation"),
    "weights": ("Weights", "model.weights_bytes"),
    "bandwidth": ("Memory bandwidth", "device.memory_bytes_per_s"),
    "sample": ("One request", "model.sample_bytes"),
    "round_trip": ("Round trip", "device.round_trip_s"),
    "deadline": ("Time limit", "device.deadline_s"),
}


def readings(state: State) -> tuple[Reading, ...]:
    """Return the readings of a track: of its traffic, its cap and its time to act."""
    known = origins_of(state.track, state.setting)
    *volumes, upload_time = traffic_readings(state)
    return (*volumes, _cap_share(state, known), upload_time, _time_to_act(state, known))


def traffic_readings(state: State) -> tuple[Reading, ...]:
    """Return what concerns traffic alone: the regime that the context names ahead of the other, upload time last."""
    known = origins_of(state.track, state.setting)
    round_, federated, centralised = _volumes(state, known)
    central = state.setting.context == "centralised"
    volumes = (centralised, federated, round_) if central else (round_, federated, centralised)
    return (_ratio(state, known), *volumes, _breakeven(state, known), _upload_time(state, known))


def origins_of(track: Track, setting: Setting) -> dict[str, str]:
    """Return for each input the track's source, an assumption, or that the student has set it."""
    sources, fleet = track.sources, track.fleet
    moved, raw, uplink = track.model.moved_bytes, fleet.raw_bytes_per_device_day, track.device.uplink_bit_per_s
    fixed = {name: f"{label}: {sources[constant]}" for name, (label, constant) in _CONSTANTS.items()}
    fixed["cloud"] = f"Cloud: {constants.source_of('H100_FLOP_PER_S').text}, {CLOUD_GPUS} of them assumed"
    inputs: list[Input] = [
        (name, label, getattr(setting, name), default.value, default.source.text)
        for name, label, default in (
            ("participation", "Participating share", DEFAULT_PARTICIPATION),
            ("rounds_per_day", "Rounds", DEFAULT_ROUNDS_PER_DAY),
            ("compression", "Compression", DEFAULT_COMPRESSION),
        )
    ]
    inputs += [
        ("moved_bytes", "What moves", setting.moved_bytes, moved, sources["model.moved_bytes"]),
        ("fleet", "Fleet", setting.fleet, fleet.devices, sources["fleet.devices"]),
        ("raw_bytes", "Raw data", setting.raw_bytes, raw, sources["fleet.raw_bytes_per_device_day"]),
        ("uplink", "Uplink", setting.uplink, uplink, sources["device.uplink_bit_per_s"]),
    ]
    return origins(fixed, inputs)


def round_trip_text(setting: Setting) -> str:
    """Return one device's round trip in numbers: "(131 MB + 131 MB)", download first."""
    return f"({quantity_text(setting.download_bytes, 'B')} + {quantity_text(setting.upload_bytes, 'B')})"


def _ratio(state: State, known: Mapping[str, str]) -> Reading:
    setting, traffic = state.setting, state.traffic
    return Reading.of(
        state.limits[DEARER],
        id="ratio",
        label="Traffic ratio",
        unit="x",
        note="break-even 1×, at most 10×",
        formula=f"{quantity_text(setting.participation, 'share')} × {setting.rounds_per_day:g} × "
        f"{round_trip_text(setting)} / "
        f"{quantity_text(setting.raw_bytes, 'B')} = {quantity_text(traffic.ratio, 'x')}",
        meaning="Bytes of a federated day for each byte of a centralised one. Above 1 moving the data is cheaper. "
        "The size of the fleet cancels.",
        source=join_sources(known, "participation", "rounds_per_day", "moved_bytes", "compression", "raw_bytes"),
    )


def _volumes(state: State, known: Mapping[str, str]) -> tuple[Reading, Reading, Reading]:
    track, setting, traffic = state.track, state.setting, state.traffic
    central = setting.context == "centralised"
    raw_name = track.texts.get("raw_name", "raw data")
    per_round, federated = quantity_text(traffic.per_round, "B"), quantity_text(traffic.federated, "B")
    raw, fleet = quantity_text(setting.raw_bytes, "B"), quantity_text(setting.fleet, "devices")
    busy_s = traffic.upload_s * setting.turns_per_day
    return (
        Reading(
            id="cost_per_round",
            label="Cost per round",
            value=traffic.per_round,
            unit="B",
            note="the alternative"
            if central
            else f"{quantity_text(setting.participation * setting.fleet, '')} devices",
            formula=f"{quantity_text(setting.participation, 'share')} × {fleet} × {round_trip_text(setting)} = "
            f"{per_round}",
            meaning="Every invited device receives a copy and sends an update back.",
            source=join_sources(known, "participation", "fleet", "moved_bytes", "compression"),
        ),
        Reading(
            id="day_federated",
            label="Day, federated",
            value=traffic.federated,
            unit="B",
            note="the alternative" if central else f"uplink {quantity_text(busy_s, 's')} a day",
            formula=f"{setting.rounds_per_day:g} × {per_round} = {federated}",
            meaning="Both directions, the whole fleet. The mean device takes part "
            f"{three_digits(setting.turns_per_day)} times a day. The raw data ({raw_name}) stay where they are, which "
            "is locality and no guarantee yet.",
            source=join_sources(known, "rounds_per_day", "participation", "fleet", "moved_bytes", "compression"),
        ),
        Reading(
            id="day_centralised",
            label="Day, centralised",
            value=traffic.centralised,
            unit="B",
            note=f"uplink {quantity_text(traffic.raw_s, 's')} a day" if central else "the alternative",
            formula=f"{fleet} × {raw} = {quantity_text(traffic.centralised, 'B')}",
            meaning=f"The raw data ({raw_name}) leave every device once. What one device gathers in a day takes "
            f"{quantity_text(traffic.raw_s, 's')} of its uplink.",
            source=join_sources(known, "fleet", "raw_bytes"),
        ),
    )


def _breakeven(state: State, known: Mapping[str, str]) -> Reading:
    setting, traffic = state.setting, state.traffic
    both, upload = traffic.breakeven.both_ways, traffic.breakeven.upload_only
    turns = three_digits(setting.turns_per_day)
    moved, raw = quantity_text(setting.moved_bytes, "B"), quantity_text(setting.raw_bytes, "B")
    download_a_day = quantity_text(setting.turns_per_day * setting.moved_bytes, "B")
    value: float | str
    if setting.direction == "both":
        value, other = both, f"upload only {'none' if upload is None else quantity_text(upload, 'x')}"
        formula = f"{turns} × ({moved} + {moved}) / {raw}, at least 1 = {quantity_text(both, 'x')}"
    else:
        value, other = "none" if upload is None else upload, f"both ways {quantity_text(both, 'x')}"
        if upload is None:
            formula = f"the download alone: {turns} × {moved} = {download_a_day} of {raw}"
        else:
            formula = f"{turns} × {moved} / ({raw} − {download_a_day}), at least 1 = {quantity_text(upload, 'x')}"
    return Reading(
        id="breakeven",
        label="Break-even",
        value=value,
        unit="x",
        note=other,
        formula=formula,
        meaning="The compression at which a federated day moves no more than a centralised one, on the legs that the "
        "switch names. 1 where federating is no dearer uncompressed.",
        source=join_sources(known, "participation", "rounds_per_day", "moved_bytes", "raw_bytes"),
    )


def _cap_share(state: State, known: Mapping[str, str]) -> Reading:
    track, setting, traffic = state.track, state.setting, state.traffic
    days = track.fleet.cap_days
    if track.fleet.cap_scope == "device":
        turns = setting.turns_per_day * days
        formula = f"{three_digits(turns)} × {round_trip_text(setting)} / {quantity_text(track.fleet.cap_bytes, 'B')}"
        meaning = f"What the mean device moves in {days:g} {'day' if days == 1 else 'days'}, as a share of its cap."
    else:
        formula = f"{quantity_text(traffic.federated * days, 'B')} / {quantity_text(track.fleet.cap_bytes, 'B')}"
        meaning = "What the whole service moves, as a share of its cap."
    return Reading.of(
        state.limits[OVER_CAP],
        id="cap_share",
        label="Share of the cap",
        unit="share",
        note=f"cap {cap_bytes_text(track)}",
        formula=f"{formula} = {quantity_text(traffic.cap_share, 'share')}",
        meaning=meaning,
        source=join_sources(known, "cap", "participation", "rounds_per_day", "moved_bytes", "compression"),
    )


def _upload_time(state: State, known: Mapping[str, str]) -> Reading:
    setting, traffic = state.setting, state.traffic
    upload, uplink = quantity_text(setting.upload_bytes, "B"), quantity_text(setting.uplink, "bit/s")
    interval = quantity_text(setting.interval_s, "s")
    return Reading.of(
        state.limits[TOO_SLOW],
        id="upload_time",
        label="Upload time",
        unit="s",
        note=f"interval {interval}",
        formula=f"8 × {upload} / {uplink} = {quantity_text(traffic.upload_s, 's')}",
        meaning=f"One update over one uplink. The next round starts {interval} later.",
        source=join_sources(known, "moved_bytes", "compression", "uplink", "rounds_per_day"),
    )


def _time_to_act(state: State, known: Mapping[str, str]) -> Reading:
    track, setting, traffic = state.track, state.setting, state.traffic
    device, model = track.device, track.model
    here, cloud, limit = (
        quantity_text(seconds, "s") for seconds in (traffic.here_s, traffic.cloud_s, device.deadline_s)
    )
    request = track.texts.get("cloud_request", "one request")
    here_keeps, cloud_keeps = traffic.here_s <= device.deadline_s, traffic.cloud_s <= device.deadline_s
    tested = {
        (True, False): "Only the device keeps it.",
        (True, True): "Both keep it.",
        (False, True): "Only the cloud keeps it.",
        (False, False): "Neither keeps it.",
    }[here_keeps, cloud_keeps]
    return Reading(
        id="time_to_act",
        label="Time to act here",
        value=traffic.here_s,
        unit="s",
        limit=device.deadline_s,
        note=f"≤ {limit}; cloud {cloud}",
        formula=f"here max({three_digits(model.forward_flop)} FLOP / ({quantity_text(device.utilisation, 'share')} × "
        f"{three_digits(device.peak_flop_per_s)} FLOP/s), {quantity_text(model.weights_bytes, 'B')} / "
        f"{quantity_text(device.memory_bytes_per_s, 'B')}/s) = {here}; cloud "
        f"{quantity_text(device.round_trip_s, 's')} + 8 × "
        f"{quantity_text(model.sample_bytes, 'B')} / {quantity_text(setting.uplink, 'bit/s')} + "
        f"{quantity_text(traffic.cloud_computes_s, 's')} = {cloud}",
        meaning=f"The locality invariant as a number. The limit, {limit}: {device.deadline_name}. On the device one "
        f"inference; through the cloud a round trip, {request} over the uplink, and the same inference on a node of "
        f"{CLOUD_GPUS} H100 at its peaks. {tested}",
        source=join_sources(
            known,
            "flop",
            "utilisation",
            "peak",
            "weights",
            "bandwidth",
            "round_trip",
            "sample",
            "uplink",
            "deadline",
            "cloud",
        ),
    )
