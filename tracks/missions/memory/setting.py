"""One state of the memory bench's controls, where they start on a network, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from physics.sources import Sourced, source
from tracks import Value
from tracks.missions.memory.networks import Network

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


@lru_cache(maxsize=256)
def defaults(network: Network) -> Mapping[str, Sourced[Value]]:
    """Return where each control starts on a network, adapters in the runtime that most would use, with the sources."""
    start: dict[str, Sourced[Value]] = {
        "method": Sourced("lora", source("assumed: LoRA, the adapter most would try first (Hu et al. 2021)")),
        "rank": Sourced(min(8, network.ranks), source("assumed: eight, a middle of what Hu et al. 2021 try")),
        "batch": Sourced(
            network.batch, source("assumed: as many samples a step as this kind of device is usually given")
        ),
        "optimizer": Sourced(
            "adam", source("assumed: Adam, with two fp32 states a parameter (Rajbhandari et al. 2020, 3.1)")
        ),
        "precision": Sourced(
            network.precision,
            source(
                "as the track's model serves; widths of Rajbhandari et al. 2020, 3.1, and Cai et al. 2020, figure 3",
                kind="paper",
            ),
        ),
        "checkpoint": Sourced("none", source("assumed: nothing is computed twice to begin with")),
        "runtime": Sourced("stock", source("assumed: what PyTorch keeps, not what would have to be kept")),
        "last_blocks": Sourced(min(3, network.last), source("assumed: three, as in the question")),
    }
    if network.size:
        start[network.size] = Sourced(network.usual_size, network.size_source)
    return MappingProxyType(start)


@lru_cache(maxsize=256)
def default_setting(network: Network) -> Setting:
    """Return the state in which a track's bench opens."""
    return setting_of(network, {control: start.value for control, start in defaults(network).items()})


def setting_of(network: Network, values: Mapping[str, Value]) -> Setting:
    """Return the state that the bench's controls describe; what a network has no control for stays as it starts."""
    return Setting(
        method=str(values["method"]),
        rank=int(values["rank"]),
        batch=int(values["batch"]),
        optimizer=str(values["optimizer"]),
        precision=str(values["precision"]),
        size=int(values[network.size]) if network.size else 0,
        checkpoint=str(values.get("checkpoint") or defaults(network)["checkpoint"].value),
        runtime=str(values["runtime"]),
        last=int(values["last_blocks"]),
    )


def method_text(setting: Setting) -> str:
    """Return what a state trains, as later benches name it: "LoRA, rank 8", "last 3 blocks"."""
    if setting.method == "lora":
        return f"LoRA, rank {setting.rank}"
    if setting.method == "last_k":
        return f"last {setting.last} {'block' if setting.last == 1 else 'blocks'}"
    return "full model" if setting.method == "full" else METHODS[setting.method]
