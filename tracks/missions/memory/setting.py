"""One state of the memory bench's controls, where they start on a track, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tracks import Value
from tracks.missions.memory.networks import Network

DEFAULT_METHOD, DEFAULT_RANK, DEFAULT_LAST = "lora", 8, 3
DEFAULT_OPTIMIZER, DEFAULT_CHECKPOINT, DEFAULT_RUNTIME = "adam", "none", "stock"

METHODS: Mapping[str, str] = {
    "full": "full",
    "last_k": "last blocks",
    "lora": "LoRA",
    "bitfit": "BitFit",
    "tinytl_bias": "TinyTL bias",
    "tinytl_lite_residual": "TinyTL lite residual",
}
# As a row of five buttons, or a point's label, has room for them; TinyTL's are the authors' own.
SHORT: Mapping[str, str] = {
    **METHODS,
    "last_k": "last k",
    "tinytl_bias": "TinyTL-B",
    "tinytl_lite_residual": "TinyTL-L",
}
OPTIMIZERS: Mapping[str, str] = {"sgd": "SGD", "momentum": "momentum", "adam": "Adam"}
PRECISIONS: Mapping[str, str] = {"fp32": "fp32", "bf16": "bf16", "mixed": "mixed, fp16", "int8": "int8 where frozen"}
CHECKPOINTS: Mapping[str, str] = {"none": "keep all", "selective": "attention again", "full": "blocks again"}
RUNTIMES: Mapping[str, str] = {"ideal": "ideal", "stock": "stock"}


class Setting(NamedTuple):
    """One state of the controls; a tuple, because a slider that moves has dozens of its neighbours made.

    Attributes:
        method, optimizer, precision, checkpoint, runtime: by name, as `physics.memory` calls them.
        rank: of the adapters, where the method has any. batch: samples in one step.
        size: tokens of a sequence or pixels of a side; 0 where the input is fixed.
        last: blocks that train, counted from the end, where the method is "last_k".
    """

    method: str
    rank: int
    batch: int
    optimizer: str
    precision: str
    size: int
    checkpoint: str
    runtime: str
    last: int


def default_setting(network: Network) -> Setting:
    """Return the state in which a track's bench opens: adapters in the runtime that most would use."""
    return Setting(
        method=DEFAULT_METHOD,
        rank=min(DEFAULT_RANK, network.ranks),
        batch=network.batch,
        optimizer=DEFAULT_OPTIMIZER,
        precision=network.precision,
        size=network.usual_size,
        checkpoint=DEFAULT_CHECKPOINT,
        runtime=DEFAULT_RUNTIME,
        last=min(DEFAULT_LAST, network.last),
    )


def setting_of(network: Network, values: Mapping[str, Value]) -> Setting:
    """Return the state that the bench's controls describe; what a network has no control for stays as it starts."""
    return Setting(
        method=str(values["method"]),
        rank=int(values["rank"]),
        batch=int(values["batch"]),
        optimizer=str(values["optimizer"]),
        precision=str(values["precision"]),
        size=int(values[network.size]) if network.size else 0,
        checkpoint=str(values.get("checkpoint", DEFAULT_CHECKPOINT)),
        runtime=str(values["runtime"]),
        last=int(values["last_blocks"]),
    )


def called(setting: Setting) -> str:
    """Return what a state trains, as later benches name it: "LoRA, rank 8", "last 3 blocks"."""
    if setting.method == "lora":
        return f"LoRA, rank {setting.rank}"
    if setting.method == "last_k":
        return f"last {setting.last} {'block' if setting.last == 1 else 'blocks'}"
    return "full model" if setting.method == "full" else METHODS[setting.method]
