"""Cloud Titan's crisis, the Personalization Flood: which adapters a million tenants get, and where they are stored."""

from __future__ import annotations

from physics.units import GB
from tracks.api.bench import Bench
from tracks.api.controls import Preset, Value
from tracks.api.declared import Extra, brief_texts
from tracks.api.outcome import Outcome
from tracks.api.track import Track
from tracks.cloud_titan.flood.acts import CONSEQUENCES, acts
from tracks.cloud_titan.flood.closing import OBSERVATION, peek, reflection
from tracks.cloud_titan.flood.controls import controls
from tracks.cloud_titan.flood.figures import HITS, MAP, WAIT, hits_drawing, map_drawing, panels, wait_drawing
from tracks.cloud_titan.flood.python_script import adapter_script
from tracks.cloud_titan.flood.readings import HUD, readings
from tracks.cloud_titan.flood.scene import scene
from tracks.cloud_titan.flood.setting import setting_of
from tracks.cloud_titan.flood.state import FAILURES, evaluate
from tracks.cloud_titan.flood.texts import brief, predictions
from tracks.cloud_titan.flood.verdicts import verdicts

TITLE = "The Personalization Flood: a million adapters, one node"
PRESETS = (
    Preset(
        id="smallest_rank",
        label="rank 4 for everyone",
        values={"rank": 4},
        note="The drive has time to spare, and a tenant’s adapter gains too little.",
    ),
    Preset(
        id="all_layers",
        label="rank 4 on all layers",
        values={"rank": 4, "targets": "all"},
        note="A small rank on wide matrices: three times the bytes of the same rank on attention.",
    ),
    Preset(
        id="full_hbm",
        label="400 GB of HBM to adapters",
        values={"hbm_bytes": 400 * GB},
        note="The cache is fullest where a miss is cheapest, and the batch loses its KV cache.",
    ),
    Preset(
        id="steep_demand",
        label="a steeper demand",
        values={"skew": 1.2},
        note="Another world: the hottest adapters take most requests.",
    ),
)


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:  # noqa: ARG001 - nothing here is random
    """Return readings, verdicts and the three figures for one state; later benches may carry its decision."""
    state = evaluate(track, setting_of(values))
    shown = readings(state)
    return Outcome(
        panels={HITS: hits_drawing(state), WAIT: wait_drawing(state), MAP: map_drawing(state)},
        readings=shown,
        verdicts=verdicts(state, shown),
        decision={**values, "payload_bytes": state.results.adapter_bytes},
    )


def script(track: Track, *, seed: int, **values: Value) -> str:  # noqa: ARG001 - nothing here is random
    """Return what each rank gains, and the gain of a state's adapter, as a script."""
    return adapter_script(evaluate(track, setting_of(values)), title=f"{track.name}. {TITLE}")


BENCH = Bench(
    id="crisis",
    title=TITLE,
    brief=brief,
    controls=controls,
    panels=panels,
    solve=solve,
    scene=scene,
    script=script,
    predictions=predictions,
    observation=OBSERVATION,
    reflection=reflection,
    hud=HUD,
    failures=FAILURES,
    presets=PRESETS,
    peek=peek,
    acts=acts,
    consequences=CONSEQUENCES,
    extras=(
        Extra(name="gpus", unit="1", meaning="GPUs of the node", otherwise="eight"),
        Extra(name="gpu_memory_bytes", unit="B", meaning="memory of one GPU", otherwise="that of an H100"),
        Extra(
            name="gpu_memory_bytes_per_s", unit="B/s", meaning="bandwidth of that memory", otherwise="that of an H100"
        ),
        Extra(name="kv_bytes_per_token", unit="B", meaning="KV cache of one token", otherwise="that of Llama-3-70B"),
        Extra(name="pcie_bytes_per_s", unit="B/s", meaning="rate of the link to a GPU", otherwise="that of PCIe 5 x16"),
        Extra(name="nvme_bytes_per_s", unit="B/s", meaning="rate of the drive", otherwise="that of one PCIe 4 drive"),
        Extra(name="adapter_skew", unit="1", meaning="exponent of the demand for adapters", otherwise="0.8"),
        Extra(name="adapter_skew_low", unit="1", meaning="low end of that slider", otherwise="0.6"),
        Extra(name="adapter_skew_high", unit="1", meaning="high end of that slider", otherwise="1.2"),
        Extra(
            name="p99_added_first_token_s",
            unit="s",
            meaning="longest added wait for the first token",
            part="targets",
            otherwise="the device's deadline",
        ),
        Extra(
            name="throughput_share",
            unit="1",
            meaning="least share of the throughput without adapters",
            part="targets",
            otherwise="0.95",
        ),
    ),
    texts=(*brief_texts("crisis"),),
    label="Crisis",
    minutes=10,
)
