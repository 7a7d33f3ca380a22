"""What the Mesh Update asks of the student: four decisions, three more and the hall behind *Advanced*."""

from __future__ import annotations

from tracks import Choice, Control, Option, Slider, Track
from tracks.tiny_pioneer.mesh.setting import (
    CHURN,
    CODINGS,
    DIVERSITY,
    DUTY,
    FAN_OUT,
    MODES,
    PAYLOAD_BYTES,
    PERIOD_S,
    ROUNDS,
    TOPOLOGIES,
    default_setting,
    defaults,
)


def _options(names: dict[str, str]) -> tuple[Option, ...]:
    return tuple(Option(id=name, text=text) for name, text in names.items())


def controls(track: Track) -> tuple[Control, ...]:
    """Return the controls of a track."""
    start, source = default_setting(track), {name: one.source.text for name, one in defaults(track).items()}
    return (
        Choice(
            id="mode",
            label="Who hears whom",
            options=_options(MODES),
            default=start.mode,
            source=source["mode"],
        ),
        Slider(
            id="payload_bytes",
            label="Adapter",
            unit="B",
            minimum=PAYLOAD_BYTES.low,
            maximum=PAYLOAD_BYTES.high,
            step=0.02,
            default=start.payload_bytes,
            scale="log",
            carried="memory.payload_bytes",
            source=source["payload_bytes"],
        ),
        Choice(
            id="coding",
            label="Coding on the air",
            options=_options(CODINGS),
            default=start.coding,
            source=source["coding"],
        ),
        Slider(
            id="period_s",
            label="Period of a round",
            unit="s",
            minimum=PERIOD_S.low,
            maximum=PERIOD_S.high,
            step=0.02,
            default=start.period_s,
            scale="log",
            source=source["period_s"],
        ),
        Slider(
            id="fan_out",
            label="Fan-out of gossip",
            unit="neighbours",
            minimum=FAN_OUT.low,
            maximum=FAN_OUT.high,
            step=1,
            default=start.fan_out,
            whole=True,
            group="advanced",
            source=source["fan_out"],
        ),
        Slider(
            id="rounds",
            label="Rounds a profile",
            unit="rounds",
            minimum=ROUNDS.low,
            maximum=ROUNDS.high,
            step=0.02,
            default=start.rounds,
            scale="log",
            whole=True,
            group="advanced",
            source=source["rounds"],
        ),
        Slider(
            id="duty",
            label="Radio duty",
            unit="share",
            minimum=DUTY.low,
            maximum=DUTY.high,
            step=0.02,
            default=start.duty,
            scale="log",
            group="advanced",
            source=source["duty"],
        ),
        Slider(
            id="diversity",
            label="Diversity of places, τ²/σ²",
            unit="",
            minimum=DIVERSITY.low,
            maximum=DIVERSITY.high,
            step=0.05,
            default=start.diversity,
            scale="log",
            group="advanced",
            role="environment",
            source=source["diversity"],
        ),
        Slider(
            id="churn",
            label="Churn, asleep in a round",
            unit="share",
            minimum=CHURN.low,
            maximum=CHURN.high,
            step=0.1,
            default=start.churn,
            group="advanced",
            role="environment",
            source=source["churn"],
        ),
        Choice(
            id="topology",
            label="In range of each other",
            options=_options(TOPOLOGIES),
            default=start.topology,
            group="advanced",
            role="environment",
            source=source["topology"],
        ),
    )
