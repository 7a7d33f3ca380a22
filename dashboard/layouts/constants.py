"""A track's constants as a table: what each is called, its value in its unit, and where it comes from."""

from __future__ import annotations

from dash import html

from dashboard.layouts.parts import Component
from dashboard.layouts.sources import cited, kind_mark
from tracks.api.quantities import in_words
from tracks.api.track import Track

_PARTS = {"model": "What learns", "device": "The device", "fleet": "The fleet", "targets": "The targets"}

_NAMES = {
    "model.weights_bytes": "Weights while it serves",
    "model.forward_flop": "One inference",
    "model.sample_bytes": "One request to a cloud",
    "model.moved_bytes": "Moved by a round, one way",
    "device.memory_bytes": "Memory",
    "device.learning_memory_bytes": "Memory for learning",
    "device.memory_bytes_per_s": "Memory bandwidth",
    "device.peak_flop_per_s": "Dense peak",
    "device.utilisation": "Share of the peak reached",
    "device.power_w": "Power",
    "device.learning_power_w": "Power for learning",
    "device.battery_wh": "Battery",
    "device.uplink_bit_per_s": "Uplink",
    "device.round_trip_s": "Round trip to the cloud",
    "device.deadline_s": "North star's deadline",
    "fleet.raw_bytes_per_device_day": "Raw data per device and day",
    "fleet.cap_bytes": "Data cap",
    "fleet.cap_days": "The cap's horizon",
    "fleet.skew_alpha": "Skew, Dirichlet alpha",
    "fleet.reliability": "Uploads that arrive",
    "targets.mean_accuracy": "Mean accuracy",
    "targets.worst_city_accuracy": "Worst {group}'s accuracy",
    "targets.safety_accuracy": "Safety accuracy",
    "targets.epsilon": "Privacy officer's epsilon",
}

# The unit is the end of the name; the longest that fits counts.
_ENDS = {
    "_bytes_per_s": "B/s",
    "_bit_per_s": "bit/s",
    "_flop_per_s": "FLOP/s",
    "_op_per_s": "op/s",
    "_j_per_byte": "J/B",
    "_j_per_bit": "J/bit",
    "_bytes_per_device_day": "B",
    "_bytes_per_token": "B/token",
    "_s_per_day": "s",
    "_share_per_day": "share",
    "_per_s": "a second",
    "_bytes": "B",
    "_flop": "FLOP",
    "_wh": "Wh",
    "_hz": "Hz",
    "_c": "°C",
    "_j": "J",
    "_w": "W",
    "_s": "s",
    "_days": "days",
    "_points": "points",
    "_accuracy": "share",
    "_share": "share",
    "utilisation": "share",
    "reliability": "share",
}
_KEEPS_ITS_END = ("share",)
_RATES = {"B/s": "bandwidth", "FLOP/s": "peak", "op/s": "peak"}  # so that a rate is not called what it is the rate of
_SPELLED = {
    "gpu": "GPU",
    "gpus": "GPUs",
    "kv": "KV",
    "lora": "LoRA",
    "lte": "LTE",
    "macs": "MACs",
    "nvme": "NVMe",
    "pcie": "PCIe",
    "tinytl": "TinyTL",
    "wifi": "Wi-Fi",
}


def constant_in_words(name: str, value: float, *, group: str = "city") -> tuple[str, str]:
    """Return what a constant is called and its value as written; ``group`` is the track's word for a part of its fleet.

    >>> constant_in_words("device.round_trip_s", 0.04)
    ('Round trip to the cloud', '40\\xa0ms')
    >>> constant_in_words("device.extras.burst_power_w", 2.0)
    ('Burst power', '2\\xa0W')
    """
    last = name.rsplit(".", 1)[-1]
    end = max((end for end in _ENDS if last.endswith(end)), key=len, default="")
    unit = _ENDS.get(end, "")
    if unit == "B" and name.startswith("device.") and ("memory" in last or "flash" in last):
        unit = "iB"
    words = last if unit in _KEEPS_ITS_END else f"{last.removesuffix(end)}_{_RATES.get(unit, '')}"
    label = _NAMES.get(name) or " ".join(_SPELLED.get(word, word) for word in words.split("_") if word)
    label = label.replace("{group}", group)
    label = label[:1].upper() + label[1:]
    counted = f"{value:g}\u00a0{unit.removesuffix('s') if value == 1 else unit}"
    written = counted if unit in ("points", "days") else in_words(value, unit)
    return label, written


def constants_table(track: Track) -> Component:
    """Return every number of a track with its source: the kind of evidence, and a link where it can be read."""
    bodies: list[Component] = []
    for part, title in _PARTS.items():
        head = f"{title}: {_named(track)[part]}"
        rows = [html.Tr(html.Th(head, colSpan=3, scope="colgroup"), className="group")]
        rows += [_row(track, name, value) for name, value in track.constants().items() if name.startswith(f"{part}.")]
        bodies.append(html.Tbody(rows))
    head = html.Thead(html.Tr([html.Th(text, scope="col") for text in ("Constant", "Value", "Source")]))
    return html.Table([head, *bodies], className="data-table constants")


def _named(track: Track) -> dict[str, str]:
    """Return what each part of a track is called by its author, who may name it nowhere else."""
    model, device = track.model, track.device
    return {
        "model": f"{model.name}; a round moves {model.moved_name}",
        "device": f"{device.name}; uplink {device.uplink_name}; deadline of {device.deadline_name}",
        "fleet": track.fleet.unit,
        "targets": f"ε per {track.targets.epsilon_unit}",
    }


def _row(track: Track, name: str, value: float) -> Component:
    label, written = constant_in_words(name, value, group=track.group)
    source = track.source(name)
    return html.Tr(
        [
            html.Th(label, scope="row"),
            html.Td(written, className="number"),
            html.Td([kind_mark(source), cited(source)], className="source"),
        ],
        **{"data-constant": name},
    )
