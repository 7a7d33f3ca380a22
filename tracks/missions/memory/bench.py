"""The second bench of every mission: what learning on the device costs in memory, and what that memory buys."""

from __future__ import annotations

from tracks import Bench, Choice, Control, Option, Outcome, Preset, Slider, Track, Value
from tracks.api.declared import Extra, TextKey, brief_texts
from tracks.common import declared
from tracks.missions.memory import texts
from tracks.missions.memory.figures import GAIN, MAP, WATERFALL, gain_drawing, map_drawing, panels, waterfall_drawing
from tracks.missions.memory.networks import BATCHES, RANKS, RESOLUTIONS, TOKENS, Network, network_of
from tracks.missions.memory.readings import HUD, SOURCES, found, readings
from tracks.missions.memory.setting import (
    CHECKPOINTS,
    OPTIMIZERS,
    PRECISIONS,
    RUNTIMES,
    SHORT,
    called,
    default_setting,
    setting_of,
)
from tracks.missions.memory.verdicts import FAILURES, RESOLUTION_STEP, verdicts


def controls(track: Track) -> tuple[Control, ...]:
    """Return the controls of a track: three decisions, and how the step is run behind *Advanced*."""
    network = network_of(track)
    start = default_setting(network)
    found_controls: list[Control] = [
        Choice(
            id="method",
            label="What trains",
            options=tuple(Option(id=name, text=SHORT[name]) for name in network.methods),
            default=start.method,
            source=SOURCES["method"],
        ),
        Slider(
            id="rank",
            label="Rank (LoRA)",
            unit="",
            minimum=RANKS[0],
            maximum=network.ranks,
            step=0.02,
            default=start.rank,
            scale="log",
            whole=True,
            source=SOURCES["rank"],
        ),
        Slider(
            id="batch",
            label="Batch",
            unit="a step",
            minimum=BATCHES[0],
            maximum=BATCHES[1],
            step=0.02,
            default=start.batch,
            scale="log",
            whole=True,
            source=SOURCES["batch"],
        ),
        _choice("optimizer", "Optimizer", OPTIMIZERS, tuple(OPTIMIZERS), start.optimizer),
        _choice("precision", "Precision", PRECISIONS, network.precisions, start.precision),
    ]
    if network.size == "tokens":
        found_controls += [
            _sequence(network),
            _choice("checkpoint", "Checkpointing", CHECKPOINTS, tuple(CHECKPOINTS), start.checkpoint),
        ]
    elif network.size == "resolution":
        found_controls.append(_resolution(start.size))
    return (
        *found_controls,
        _choice("runtime", "Runtime", RUNTIMES, tuple(RUNTIMES), start.runtime),
        Slider(
            id="last_blocks",
            label="Last blocks (k)",
            unit=f"of {network.blocks}",
            minimum=1,
            maximum=network.last,
            step=1,
            default=start.last,
            whole=True,
            group="advanced",
            source=SOURCES["last_blocks"],
        ),
    )


def _choice(control: str, label: str, names: object, offered: tuple[str, ...], default: str) -> Choice:
    known: dict[str, str] = dict(names)  # type: ignore[call-overload]
    return Choice(
        id=control,
        label=label,
        options=tuple(Option(id=name, text=known[name]) for name in offered),
        default=default,
        group="advanced",
        source=SOURCES[control],
    )


def _sequence(network: Network) -> Slider:
    return Slider(
        id="tokens",
        label="Sequence",
        unit="tokens",
        minimum=TOKENS[0],
        maximum=TOKENS[1],
        step=0.05,
        default=network.usual_size,
        scale="log",
        whole=True,
        group="advanced",
        source=SOURCES["tokens"],
    )


def _resolution(default: int) -> Slider:
    return Slider(
        id="resolution",
        label="Resolution",
        unit="px",
        minimum=RESOLUTIONS[0],
        maximum=RESOLUTIONS[1],
        step=RESOLUTION_STEP,
        default=default,
        whole=True,
        group="advanced",
        source=SOURCES["resolution"],
    )


def presets(track: Track) -> tuple[Preset, ...]:
    """Return full fine-tuning, the state of the question and, where TinyTL was measured on it, the published one."""
    network = network_of(track)
    offered = [
        Preset(
            id="full",
            label="full, Adam",
            values={"method": "full"},
            note="Everything trains: the state that the others are measured against.",
        ),
        Preset(id="as_asked", label="as in the question", values=texts.scenario(track), note="What was locked."),
    ]
    if network.published:
        offered.append(
            Preset(
                id="published",
                label="TinyTL as published",
                values={"method": "tinytl_lite_residual", "runtime": "ideal", "batch": 8},
                note=texts.published_note(track),
            )
        )
    return tuple(offered)


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:  # noqa: ARG001 - counted, not drawn
    """Return readings, verdicts and the figures for one state, from one count of the network."""
    setting = setting_of(network_of(track), values)
    given = found(track, setting)
    return Outcome(
        panels={
            WATERFALL: waterfall_drawing(given),
            MAP: map_drawing(given),
            GAIN: gain_drawing(given),
        },
        readings=readings(track, given),
        verdicts=verdicts(given),
        decision={**values, "payload_bytes": given.costs.payload, "payload_bytes_label": called(setting)},
    )


BENCH = Bench(
    id="memory",
    title="Memory: the tax of learning on the device",
    brief=texts.brief,
    controls=controls,
    panels=panels,
    solve=solve,
    predictions=texts.predictions,
    observation=texts.OBSERVATION,
    reflection=texts.reflection,
    hud=HUD,
    failures=FAILURES,
    presets=presets,
    peek=texts.peek,
    extras=(
        declared.WINDOW_FLOP,
        Extra(
            name="gain_kept_share",
            unit="1",
            meaning="least share of the gain of full fine-tuning",
            part="targets",
            otherwise="seven eighths",
        ),
    ),
    texts=(
        *brief_texts("memory"),
        TextKey(
            name="network",
            meaning="the network that learns, by a name of this bench",
            otherwise="a transformer or a CNN by the model's size",
        ),
    ),
    order=2,
    minutes=12,
)
