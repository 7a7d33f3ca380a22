"""What the Personalization Flood asks of the student: three decisions, three more and the demand behind *Advanced*."""

from __future__ import annotations

from physics.units import GB, TB
from tracks.api.controls import Choice, Control, Option, Slider
from tracks.api.track import Track
from tracks.cloud_titan.flood.setting import (
    BATCH,
    DEFAULTS,
    EVICTIONS,
    HBM,
    HOST,
    MOST_TENANTS,
    RANK,
    RATE,
    TARGETS,
    default_setting,
    skew_range,
    skew_source,
)


def controls(track: Track) -> tuple[Control, ...]:
    """Return the controls of a track."""
    start, (_, low_skew, high_skew) = default_setting(track), skew_range(track)
    source = {name: default.source.text for name, default in DEFAULTS.items()}
    return (
        Slider(
            id="rank",
            label="Rank",
            unit="",
            minimum=RANK.low,
            maximum=RANK.high,
            step=0.05,
            default=start.rank,
            scale="log",
            whole=True,
            carried="memory.rank",
            source=source["rank"],
        ),
        Choice(
            id="targets",
            label="Adapted matrices",
            options=tuple(Option(id=name, text=text) for name, text in TARGETS.items()),
            default=start.targets,
            source=source["targets"],
        ),
        Slider(
            id="hbm_bytes",
            label="HBM for adapters",
            unit="B",
            minimum=HBM.low,
            maximum=HBM.high,
            step=5 * GB,
            default=start.hbm_bytes,
            source=source["hbm_bytes"],
        ),
        Slider(
            id="host_bytes",
            label="Host memory for adapters",
            unit="B",
            minimum=HOST.low,
            maximum=HOST.high,
            step=0.05 * TB,
            default=start.host_bytes,
            group="advanced",
            source=source["host_bytes"],
        ),
        Choice(
            id="eviction",
            label="Who stays",
            options=tuple(Option(id=name, text=text) for name, text in EVICTIONS.items()),
            default=start.eviction,
            group="advanced",
            source=source["eviction"],
        ),
        Slider(
            id="batch",
            label="Requests in a batch",
            unit="",
            minimum=BATCH.low,
            maximum=BATCH.high,
            step=0.01,
            default=start.batch,
            scale="log",
            whole=True,
            group="advanced",
            source=source["batch"],
        ),
        Slider(
            id="skew",
            label="Skew of the demand, s",
            unit="",
            minimum=low_skew,
            maximum=high_skew,
            step=0.05,
            default=start.skew,
            group="advanced",
            role="environment",
            source=skew_source(track),
        ),
        Slider(
            id="request_rate",
            label="Requests a second",
            unit="",
            minimum=RATE.low,
            maximum=RATE.high,
            step=0.01,
            default=start.request_rate,
            scale="log",
            whole=True,
            group="advanced",
            role="environment",
            source=source["request_rate"],
        ),
        Slider(
            id="tenants",
            label="Tenants with an adapter",
            unit="",
            minimum=start.tenants / MOST_TENANTS,
            maximum=start.tenants * MOST_TENANTS,
            step=0.01,
            default=start.tenants,
            scale="log",
            group="advanced",
            role="environment",
            source=track.sources.get("fleet.devices", ""),
        ),
    )
