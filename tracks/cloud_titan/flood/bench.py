"""Cloud Titan's crisis, the Personalization Flood: which adapters to offer a million tenants, and where they live."""

from __future__ import annotations

from physics.units import GB, TB
from tracks.api.bench import Bench, Outcome, Preset
from tracks.api.controls import Choice, Control, Option, Slider, Value
from tracks.api.declared import Extra, brief_texts
from tracks.api.track import Track
from tracks.cloud_titan.flood.closing import OBSERVATION, peek, reflection
from tracks.cloud_titan.flood.figures import HITS, MAP, WAIT, hits_drawing, map_drawing, panels, wait_drawing
from tracks.cloud_titan.flood.fixes import survey
from tracks.cloud_titan.flood.limits import FAILURES
from tracks.cloud_titan.flood.readings import HUD, readings
from tracks.cloud_titan.flood.setting import (
    BATCH,
    EVICTIONS,
    HBM,
    HOST,
    RANK,
    RATE,
    SOURCES,
    TARGETS,
    node_of,
    setting_of,
    world,
)
from tracks.cloud_titan.flood.texts import brief, predictions, start
from tracks.cloud_titan.flood.verdicts import verdicts


def controls(track: Track) -> tuple[Control, ...]:
    """Return the controls of a track: three decisions, three more and the world behind *Advanced*."""
    now, (_, low_skew, high_skew) = start(track), world(track)
    return (
        Slider(
            id="rank",
            label="Rank",
            unit="",
            minimum=RANK[0],
            maximum=RANK[1],
            step=0.05,
            default=now.rank,
            scale="log",
            whole=True,
            carried="memory.rank",
            source=SOURCES["rank"],
        ),
        Choice(
            id="targets",
            label="Adapted matrices",
            options=tuple(Option(id=name, text=text) for name, text in TARGETS.items()),
            default=now.targets,
            source=SOURCES["targets"],
        ),
        Slider(
            id="hbm_bytes",
            label="HBM for adapters",
            unit="B",
            minimum=HBM[0],
            maximum=HBM[1],
            step=5 * GB,
            default=now.hbm_bytes,
            source=SOURCES["hbm"],
        ),
        Slider(
            id="host_bytes",
            label="Host memory for adapters",
            unit="B",
            minimum=HOST[0],
            maximum=HOST[1],
            step=0.05 * TB,
            default=now.host_bytes,
            group="advanced",
            source=SOURCES["host"],
        ),
        Choice(
            id="eviction",
            label="Who stays",
            options=tuple(Option(id=name, text=text) for name, text in EVICTIONS.items()),
            default=now.eviction,
            group="advanced",
            source=SOURCES["eviction"],
        ),
        Slider(
            id="batch",
            label="Requests in a batch",
            unit="",
            minimum=BATCH[0],
            maximum=BATCH[1],
            step=0.01,
            default=now.batch,
            scale="log",
            whole=True,
            group="advanced",
            source=SOURCES["batch"],
        ),
        Slider(
            id="skew",
            label="Skew of the demand, s",
            unit="",
            minimum=low_skew,
            maximum=high_skew,
            step=0.05,
            default=now.skew,
            group="advanced",
            role="environment",
            source=track.sources.get("device.extras.adapter_skew", "assumed: no production exponent is public"),
        ),
        Slider(
            id="request_rate",
            label="Requests a second",
            unit="",
            minimum=RATE[0],
            maximum=RATE[1],
            step=0.01,
            default=now.request_rate,
            scale="log",
            whole=True,
            group="advanced",
            role="environment",
            source=SOURCES["rate"],
        ),
    )


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


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:  # noqa: ARG001 - nothing here is drawn by chance
    """Return readings, verdicts and the three figures for one state; carries on what is offered."""
    node, setting = node_of(track), setting_of(values)
    state, changes = survey(node, setting)
    return Outcome(
        panels={
            HITS: hits_drawing(node, setting, state),
            WAIT: wait_drawing(node, setting, state),
            MAP: map_drawing(node, setting, state),
        },
        readings=readings(track, node, setting, state),
        verdicts=verdicts(node, setting, state, changes),
        decision={**values, "payload_bytes": state.adapter_bytes},
    )


BENCH = Bench(
    id="crisis",
    title="The Personalization Flood: a million adapters, one node",
    brief=brief,
    controls=controls,
    panels=panels,
    solve=solve,
    predictions=predictions,
    observation=OBSERVATION,
    reflection=reflection,
    hud=HUD,
    failures=FAILURES,
    presets=PRESETS,
    peek=peek,
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
