"""Tables of papers that the lab shows as printed: what was measured, on what, and where to read it.

Model
-----
No model: constants, each with its source. `physics.memory.tinytl_memory_bytes` computes the memory column of
the first table and the second; accuracies and throughputs are measurements that nothing here computes.

Validity
--------
As printed: TinyTL on ProxylessNAS-Mobile at batch 8, top-1 accuracy in per cent, memory in decimal megabytes;
S-LoRA on Llama-7B, setting S1, one A100 of 80 GB, in requests a second.

Leaves out
----------
Everything else in those tables. The S-LoRA rows are quoted at second hand.

Nomenclature
------------
method | - | - | what trains, in the paper's name
resolution | - | px | side of the square image
memory_mb | - | MB | training memory, decimal
accuracy_percent | - | % | top-1 accuracy by data set; a set that was not measured is absent
adapters | N | 1 | adapters on offer
requests_per_s | - | 1/s | throughput; None where not reported or not run
out_of_memory | - | - | the server did not run for want of memory

References
----------
Cai, Gan, Zhu, Han 2020, TinyTL: Reduce Memory, Not Parameters for Efficient On-Device Learning, arXiv
2007.11622v4. Sheng et al. 2023, S-LoRA: Serving Thousands of Concurrent LoRA Adapters, arXiv 2311.03285.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

DATA_SETS = ("flowers", "cars", "cub", "food", "pets", "aircraft", "cifar10", "cifar100", "celeba")


@dataclass(frozen=True, kw_only=True, slots=True)
class TinyTlAccuracy:
    """One row of TinyTL's table 2: memory and accuracy of a method on nine data sets."""

    method: str
    memory_mb: float
    accuracy_percent: Mapping[str, float]
    resolution: int = 224


@dataclass(frozen=True, kw_only=True, slots=True)
class TinyTlMemory:
    """One point of TinyTL's figure 3."""

    method: str
    resolution: int
    memory_mb: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ServingThroughput:
    """One row of S-LoRA's table 3 for one server."""

    server: str
    adapters: int
    requests_per_s: float | None
    out_of_memory: bool = False


def _row(method: str, memory_mb: float, *accuracy_percent: float | None, resolution: int = 224) -> TinyTlAccuracy:
    measured = {name: value for name, value in zip(DATA_SETS, accuracy_percent, strict=True) if value is not None}
    return TinyTlAccuracy(
        method=method,
        memory_mb=memory_mb,
        accuracy_percent=MappingProxyType(measured),
        resolution=resolution,
    )


# Cai et al. 2020, table 2: ProxylessNAS-Mobile, batch 8, 224 pixels unless the name says 320.
TINYTL_TABLE_2: tuple[TinyTlAccuracy, ...] = (
    _row("FT-Last", 31, 90.1, 50.9, 73.3, 68.7, 91.3, 44.9, 85.9, 68.8, 88.7),
    _row("TinyTL-B", 32, 93.5, 73.4, 75.3, 75.5, 92.1, 63.2, 93.7, 78.8, 90.4),
    _row("TinyTL-L", 37, 95.3, 84.2, 76.8, 79.2, 91.7, 76.4, 96.1, 80.9, 91.2),
    _row("TinyTL-L+B", 37, 95.5, 85.0, 77.1, 79.7, 91.8, 75.4, 95.9, 81.4, 91.2),
    _row("TinyTL-L+B@320", 65, 96.8, 88.8, 81.0, 82.9, 92.9, 82.3, 96.1, 81.5, None, resolution=320),
    _row("FT-Norm+Last", 192, 94.3, 77.9, 76.3, 77.0, 92.2, 68.1, 94.8, 80.2, 90.4),
    _row("FT-Full", 391, 96.8, 90.2, 81.0, 84.6, 93.0, 86.0, 97.1, 84.1, 91.4),
)

# Cai et al. 2020, figure 3: training memory at batch 8; methods by the names of tinytl_memory_bytes.
TINYTL_FIGURE_3: tuple[TinyTlMemory, ...] = (
    TinyTlMemory(method="full", resolution=224, memory_mb=390.8),
    TinyTlMemory(method="full", resolution=128, memory_mb=140.5),
    TinyTlMemory(method="full", resolution=96, memory_mb=87.2),
    TinyTlMemory(method="norm", resolution=224, memory_mb=192.4),
    TinyTlMemory(method="last", resolution=224, memory_mb=30.8),
    TinyTlMemory(method="last", resolution=320, memory_mb=57.6),
    TinyTlMemory(method="bias", resolution=224, memory_mb=31.7),
    TinyTlMemory(method="bias", resolution=320, memory_mb=59.3),
    TinyTlMemory(method="lite_residual", resolution=224, memory_mb=37.1),
    TinyTlMemory(method="lite_residual_bias", resolution=224, memory_mb=37.1),
    TinyTlMemory(method="lite_residual_bias", resolution=320, memory_mb=64.7),
)

# Sheng et al. 2023, table 3, quoted at second hand: Llama-7B, setting S1, one A100 of 80 GB.
SLORA_TABLE_3: tuple[ServingThroughput, ...] = (
    ServingThroughput(server="S-LoRA", adapters=5, requests_per_s=8.05),
    ServingThroughput(server="vLLM-packed", adapters=5, requests_per_s=2.04),
    ServingThroughput(server="PEFT", adapters=5, requests_per_s=0.88),
    ServingThroughput(server="S-LoRA", adapters=1000, requests_per_s=7.64),
    ServingThroughput(server="vLLM-packed", adapters=1000, requests_per_s=None, out_of_memory=True),
    ServingThroughput(server="PEFT", adapters=1000, requests_per_s=None),
)
