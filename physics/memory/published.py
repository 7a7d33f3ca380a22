"""Tables of TinyTL that the lab shows as printed: memory and accuracy of ways to train on a device.

Model
-----
No model: printed figures, each table with its source. `physics.memory.tinytl_memory_bytes` computes the memory column
of the first table and the second; accuracies are measurements that nothing here computes.

Validity
--------
As printed: ProxylessNAS-Mobile at batch 8, top-1 accuracy in per cent, memory in decimal megabytes.

Leaves out
----------
Everything else in those tables.

Nomenclature
------------
method | - | - | what trains, in the paper's name
resolution | - | px | side of the square image
memory_mb | - | MB | training memory, decimal
accuracy_percent | - | % | top-1 accuracy by data set; a set that was not measured is absent

References
----------
Cai, Gan, Zhu, Han 2020, TinyTL: Reduce Memory, Not Parameters for Efficient On-Device Learning, arXiv
2007.11622v4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from physics.sources import Source, source

__all__ = ["DATA_SETS", "TINYTL_FIGURE_3", "TINYTL_TABLE_2", "TinyTlAccuracy", "TinyTlMemory"]

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


def _row(method: str, memory_mb: float, *accuracy_percent: float | None, resolution: int = 224) -> TinyTlAccuracy:
    measured = {name: value for name, value in zip(DATA_SETS, accuracy_percent, strict=True) if value is not None}
    return TinyTlAccuracy(
        method=method,
        memory_mb=memory_mb,
        accuracy_percent=MappingProxyType(measured),
        resolution=resolution,
    )


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "TINYTL_TABLE_2": source(
            "Cai et al. 2020 (TinyTL), table 2", kind="paper", url="https://arxiv.org/abs/2007.11622"
        ),
        "TINYTL_FIGURE_3": source(
            "Cai et al. 2020 (TinyTL), fig. 3", kind="paper", url="https://arxiv.org/abs/2007.11622"
        ),
    }
)

# ProxylessNAS-Mobile, batch 8, 224 pixels unless the name says 320.
TINYTL_TABLE_2: tuple[TinyTlAccuracy, ...] = (
    _row("FT-Last", 31, 90.1, 50.9, 73.3, 68.7, 91.3, 44.9, 85.9, 68.8, 88.7),
    _row("TinyTL-B", 32, 93.5, 73.4, 75.3, 75.5, 92.1, 63.2, 93.7, 78.8, 90.4),
    _row("TinyTL-L", 37, 95.3, 84.2, 76.8, 79.2, 91.7, 76.4, 96.1, 80.9, 91.2),
    _row("TinyTL-L+B", 37, 95.5, 85.0, 77.1, 79.7, 91.8, 75.4, 95.9, 81.4, 91.2),
    _row("TinyTL-L+B@320", 65, 96.8, 88.8, 81.0, 82.9, 92.9, 82.3, 96.1, 81.5, None, resolution=320),
    _row("FT-Norm+Last", 192, 94.3, 77.9, 76.3, 77.0, 92.2, 68.1, 94.8, 80.2, 90.4),
    _row("FT-Full", 391, 96.8, 90.2, 81.0, 84.6, 93.0, 86.0, 97.1, 84.1, 91.4),
)

# Training memory at batch 8; methods by the names of tinytl_memory_bytes.
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
