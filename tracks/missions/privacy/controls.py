"""The privacy bench's controls and presets on a track."""

from __future__ import annotations

from collections.abc import Iterable

from tracks import Choice, Control, Option, Preset, Slider, Track
from tracks.common.traffic import contexts
from tracks.missions.privacy.setting import (
    CLIP,
    DEFAULTS,
    DELTA,
    DEPLOYMENTS,
    EPSILON,
    FLEET,
    LOCAL_STEPS,
    NOISES,
    PAYLOAD_FACTORS,
    ROUNDS,
    SHARE,
    Range,
)

# The strongest published value: Google 2024, user level.
ANNOUNCED_EPSILON, ANNOUNCED_WEAKEST, ANNOUNCED_DELTA = 0.994, 13.69, 1e-10


def payload_range(track: Track) -> Range:
    """Return what the payload slider reaches [B]: from 1% to 10 times the track's own."""
    low, high = (factor * float(track.model.moved_bytes) for factor in PAYLOAD_FACTORS)
    return low, high


def _options(texts: Iterable[tuple[str, str]]) -> tuple[Option, ...]:
    return tuple(Option(id=name, text=text) for name, text in texts)


def controls(track: Track) -> tuple[Control, ...]:
    """Return the controls of a track: four decisions, five more, the context as a view and the fleet."""
    sources, devices, payload = track.sources, track.fleet.devices, payload_range(track)
    return (
        Choice(
            id="deployment",
            label="Deployment",
            options=_options(DEPLOYMENTS.items()),
            default=DEFAULTS["deployment"].value,
            source=DEFAULTS["deployment"].source.text,
        ),
        Slider(
            id="epsilon",
            label="Promise ε, all rounds",
            unit="",
            minimum=EPSILON[0],
            maximum=EPSILON[1],
            step=0.02,
            default=DEFAULTS["epsilon"].value,
            scale="log",
            source=DEFAULTS["epsilon"].source.text,
        ),
        Slider(
            id="clip_norm",
            label="Clip norm C",
            unit="",
            minimum=CLIP[0],
            maximum=CLIP[1],
            step=0.02,
            default=DEFAULTS["clip_norm"].value,
            scale="log",
            source=DEFAULTS["clip_norm"].source.text,
        ),
        Choice(
            id="noise",
            label="Noise is added",
            options=_options(NOISES.items()),
            default=DEFAULTS["noise"].value,
            source=DEFAULTS["noise"].source.text,
        ),
        Slider(
            id="participating_share",
            label="Participating share",
            unit="share",
            minimum=SHARE[0],
            maximum=SHARE[1],
            step=0.02,
            default=DEFAULTS["participating_share"].value,
            scale="log",
            group="advanced",
            carried="convergence.participating_share",
            source=DEFAULTS["participating_share"].source.text,
        ),
        Slider(
            id="rounds",
            label="Rounds",
            unit="rounds",
            minimum=ROUNDS[0],
            maximum=ROUNDS[1],
            step=0.02,
            default=DEFAULTS["rounds"].value,
            scale="log",
            whole=True,
            group="advanced",
            carried="convergence.rounds",
            source=DEFAULTS["rounds"].source.text,
        ),
        Slider(
            id="local_steps",
            label="Local steps",
            unit="steps",
            minimum=LOCAL_STEPS[0],
            maximum=LOCAL_STEPS[1],
            step=1,
            default=DEFAULTS["local_steps"].value,
            whole=True,
            group="advanced",
            carried="convergence.local_steps",
            source=DEFAULTS["local_steps"].source.text,
        ),
        Slider(
            id="delta",
            label="δ",
            unit="",
            minimum=DELTA[0],
            maximum=DELTA[1],
            step=0.1,
            default=DEFAULTS["delta"].value,
            scale="log",
            group="advanced",
            source=DEFAULTS["delta"].source.text,
        ),
        Slider(
            id="payload_bytes",
            label="Payload",
            unit="B",
            minimum=payload[0],
            maximum=payload[1],
            step=0.02,
            default=float(track.model.moved_bytes),
            scale="log",
            group="advanced",
            carried="convergence.payload_bytes",
            source=sources["model.moved_bytes"],
        ),
        Choice(
            id="context",
            label="Context",
            options=contexts(track),
            default=DEFAULTS["context"].value,
            group="advanced",
            role="view",
        ),
        Slider(
            id="fleet",
            label="Fleet",
            unit="devices",
            minimum=min(FLEET[0], devices),
            maximum=max(FLEET[1], devices),
            step=0.05,
            default=devices,
            scale="log",
            whole=True,
            group="advanced",
            role="environment",
            source=sources["fleet.devices"],
        ),
    )


def presets(track: Track) -> tuple[Preset, ...]:  # noqa: ARG001 - one promise on every track
    """Return the strongest promise announced."""
    return (
        Preset(
            id="announced",
            label="strongest announced",
            values={
                "deployment": "federated_dp",
                "noise": "central",
                "epsilon": ANNOUNCED_EPSILON,
                "delta": ANNOUNCED_DELTA,
            },
            note=f"Gboard 2024: ε from {ANNOUNCED_EPSILON} to {ANNOUNCED_WEAKEST} at δ = 10⁻¹⁰, user level. Below 1 is "
            "the strongest value anyone has announced.",
        ),
    )
