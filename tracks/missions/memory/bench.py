"""The second bench of every mission: what learning on the device costs in memory, and what that memory buys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tracks import Bench, Choice, Control, Option, Outcome, Preset, Slider, Track, Value
from tracks.api.declared import Extra, TextKey, brief_texts
from tracks.common import declared
from tracks.missions.memory import closing, texts
from tracks.missions.memory.figures import GAIN, MAP, WATERFALL, gain_drawing, map_drawing, panels, waterfall_drawing
from tracks.missions.memory.networks import BATCHES, RANKS, RESOLUTION_STEP, RESOLUTIONS, TOKENS, network_of
from tracks.missions.memory.readings import HUD, readings
from tracks.missions.memory.setting import (
    CHECKPOINTS,
    OPTIMIZERS,
    PRECISIONS,
    RUNTIMES,
    SHORT,
    defaults,
    method_text,
    setting_of,
)
from tracks.missions.memory.state import FAILURES, evaluate
from tracks.missions.memory.verdicts import verdicts

_ONE_METHOD = {"rank": "lora", "last_blocks": "last_k"}  # controls of one method alone


def controls(track: Track) -> tuple[Control, ...]:
    """Return the controls of a track: three decisions, and how the step is run behind *Advanced*."""
    network = network_of(track)
    starts = defaults(network)

    def choice(control: str, label: str, texts_of: Mapping[str, str], offered: Iterable[str], **more: Any) -> Choice:
        start, options = starts[control], tuple(Option(id=name, text=texts_of[name]) for name in offered)
        return Choice(
            id=control, label=label, options=options, default=str(start.value), source=start.source.text, **more
        )

    def slider(control: str, label: str, unit: str, ends: tuple[int, int], step: float, **more: Any) -> Slider:
        start, (low, high) = starts[control], ends
        return Slider(
            id=control,
            label=label,
            unit=unit,
            minimum=low,
            maximum=high,
            step=step,
            default=start.value,  # type: ignore[arg-type]
            whole=True,
            source=start.source.text,
            **more,
        )

    advanced: dict[str, Any] = {"group": "advanced"}
    runtime_role = "decision" if network.own_runtime else "environment"
    sample: tuple[Control, ...] = ()
    if network.size == "tokens":
        sample = (
            slider("tokens", "Sequence", "tokens", TOKENS, 0.05, scale="log", **advanced),
            choice("checkpoint", "Checkpointing", CHECKPOINTS, CHECKPOINTS, **advanced),
        )
    elif network.size == "resolution":
        sample = (slider("resolution", "Resolution", "px", RESOLUTIONS, RESOLUTION_STEP, **advanced),)
    return (
        choice("method", "What trains", SHORT, network.methods),
        slider("rank", "Rank (LoRA)", "", (RANKS[0], network.ranks), 0.02, scale="log"),
        slider("batch", "Batch", "a step", BATCHES, 0.02, scale="log"),
        choice("optimizer", "Optimizer", OPTIMIZERS, OPTIMIZERS, **advanced),
        choice("precision", "Precision", PRECISIONS, network.precisions, **advanced),
        *sample,
        choice("runtime", "Runtime", RUNTIMES, RUNTIMES, role=runtime_role, **advanced),
        slider("last_blocks", "Last blocks (k)", f"of {network.blocks}", (1, network.last), 1, **advanced),
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


def _used(method: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values that count for a method: later benches take over no rank of what has no adapters."""
    return {name: value for name, value in values.items() if _ONE_METHOD.get(name, method) == method}


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:  # noqa: ARG001 - counted, not drawn
    """Return readings, verdicts and the figures for one state, from one count of the network."""
    state = evaluate(track, setting_of(network_of(track), values))
    shown = readings(state)
    return Outcome(
        panels={WATERFALL: waterfall_drawing(state), MAP: map_drawing(state), GAIN: gain_drawing(state)},
        readings=shown,
        verdicts=verdicts(state, shown),
        decision={
            **_used(state.setting.method, values),
            "payload_bytes": state.costs.payload,
            "payload_bytes_label": method_text(state.setting),
        },
    )


BENCH = Bench(
    id="memory",
    title="Memory: the tax of learning on the device",
    brief=texts.brief,
    controls=controls,
    panels=panels,
    solve=solve,
    predictions=texts.predictions,
    observation=closing.OBSERVATION,
    reflection=closing.reflection,
    hud=HUD,
    failures=FAILURES,
    presets=presets,
    peek=closing.peek,
    extras=(
        declared.WINDOW_FLOP,
        Extra(
            name="gain_kept_share",
            unit="1",
            meaning="least share of the gain of full fine-tuning",
            part="targets",
            otherwise="nine tenths",
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
