"""A table of S-LoRA that the lab shows as printed: throughput of servers with many adapters.

Model
-----
No model: printed figures with their source; nothing here computes a throughput.

Validity
--------
As printed: Llama-7B, setting S1, one A100 of 80 GB, in requests a second.

Leaves out
----------
Everything else in that table. Its rows were read in a quotation of the table, not in the paper.

Nomenclature
------------
adapters | N | 1 | adapters that are served
requests_per_s | - | 1/s | throughput; None where not reported or not run
out_of_memory | - | - | the server did not run for lack of memory

References
----------
Sheng et al. 2023, S-LoRA: Serving Thousands of Concurrent LoRA Adapters, arXiv 2311.03285.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from physics.sources import Source, source

__all__ = ["SLORA_TABLE_3", "ServingThroughput"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ServingThroughput:
    """One row of S-LoRA's table 3 for one server."""

    server: str
    adapters: int
    requests_per_s: float | None
    out_of_memory: bool = False


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "SLORA_TABLE_3": source(
            "Sheng et al. 2023 (S-LoRA), table 3", kind="paper", url="https://arxiv.org/abs/2311.03285"
        ),
    }
)

SLORA_TABLE_3: tuple[ServingThroughput, ...] = (
    ServingThroughput(server="S-LoRA", adapters=5, requests_per_s=8.05),
    ServingThroughput(server="vLLM-packed", adapters=5, requests_per_s=2.04),
    ServingThroughput(server="PEFT", adapters=5, requests_per_s=0.88),
    ServingThroughput(server="S-LoRA", adapters=1000, requests_per_s=7.64),
    ServingThroughput(server="vLLM-packed", adapters=1000, requests_per_s=None, out_of_memory=True),
    ServingThroughput(server="PEFT", adapters=1000, requests_per_s=None),
)
