r"""How often a small memory holds the adapter a request asks for, and what serving many adapters costs.

Model
-----
Requests are independent and ask for item i of N with a probability that falls with its rank (a Zipf law; s = 0 is
uniform). An LRU cache of C items has a characteristic time T, and holds item i with probability 1 - exp(-p_i T) (Che,
Tung and Wang 2002); h is its hit rate:

.. math::

   p_i \propto i^{-s}, \qquad \sum_i \left(1 - e^{-p_i T}\right) = C, \qquad h = \sum_i p_i \left(1 - e^{-p_i T}\right)

A cache that pins the C most popular items hits the sum of the C largest p_i. A batch of B requests names U(B) different
items:

.. math::

   U(B) = \sum_i \left[ 1 - (1 - p_i)^B \right]

Serving. Adapters are kept in HBM, in host memory and on one NVMe drive. Both memory tiers are LRU and inclusive: the
host keeps a copy of what HBM holds, so together they hit what a cache of the host's size hits, and HBM alone what
one of its own size hits. A miss in HBM crosses PCIe, one x16 link per GPU, each carrying its shard of the adapter, and
a miss in both is first read from the drive:

.. math::

   D_\text{link} = \frac{A}{\text{gpus} \cdot 52\,\text{GB/s}}, \qquad D_\text{nvme} = \frac{A}{7\,\text{GB/s}}

Each of the two is an M/D/1 queue, with its utilisation, its mean wait and its tail, which is proportional to
exp(-y t / D):

.. math::

   \rho = \text{load} \cdot D, \qquad \text{wait} = \frac{\rho D}{2 (1 - \rho)}, \qquad \rho\,(e^y - 1) = y

The added time to first token is nothing on a hit, else waits and transfers; its mean and its 99th percentile are over
all requests. A decode step reads the weights, the adapters in the batch and the KV cache once:

.. math::

   t = \frac{W + U(B)\,A + B \cdot \text{context} \cdot \text{kv}}{\text{gpus} \cdot 3.35\,\text{TB/s}}

`throughput_ratio` compares decode steps alone; requests that a saturated link holds back show in its utilisation.

Validity
--------
Che's approximation is within 6.4e-4 of a simulated LRU cache of 50 to 50,000 among 1,000 to 1,000,000
items; the sums here are within 2e-6 of Che's exact sum for 1 to 1e9 items, s from 0 to 5 and any capacity. A
capacity of 0 gives 0 and one of N or more gives 1, exactly. The 99th percentile is within 3% of a simulated
M/D/1 queue at utilisations of 0.1 to 0.95. Utilisations are offered loads and may exceed 1. A link at or
beyond 1 has no steady state: the wait reported is then that of a request which arrives one busy hour
(`horizon_s`) after the load began with empty queues, and just below 1 no wait is reported longer than that
hour builds up. If HBM holds fewer adapters than a batch names, the batch is cut to what fits, as a serving
scheduler does; if it holds none, nothing is served and `throughput_ratio` is 0. With no host memory every
miss is read from the drive.

Leaves out
----------
Requests that follow one another (conversations, bursts, the day's cycle), one load shared by two requests for
the same adapter, the smoothing of the PCIe load by the drive before it, overlap of reading and transfer,
scratch space for a missed adapter beside pinned ones, the limit that the KV cache sets to the batch (see
`adapter_room_bytes`), and arithmetic: a decode step is taken as bound by memory, which holds for batches
below about 300 on an H100. No production exponent of adapter popularity is public. S-LoRA's alpha is not a
Zipf exponent: its 1 is uniform.

Nomenclature
------------
items | N | 1 | number of different items, here adapters
skew | s | 1 | Zipf exponent of their popularity
capacity | C | 1 | number of items the cache holds
batch | B | 1 | requests decoded together
adapters | N | 1 | adapters that are served
adapter_bytes | A | B | size of one adapter
hbm_bytes | | B | HBM set aside for adapters, all GPUs together
host_bytes | | B | host memory set aside for adapters
request_rate | λ | 1/s | requests arriving, one adapter each
context_tokens | | 1 | tokens of KV cache per request
gpus | | 1 | GPUs that share the model, each with its own PCIe link
eviction | | | lru, or pinned: the most popular adapters stay
horizon_s | | s | age of the load at which a saturated link is looked at
adapters_read | U | 1 | different adapters in a batch
memory_share | | 1 | share of a GPU's memory that a server may use
hit_hbm | h₁ | 1 | share of requests whose adapter is in HBM
hit_host | h₂ | 1 | share whose adapter is in host memory and not in HBM
link_utilisation | ρ | 1 | offered load of the PCIe links
nvme_utilisation | ρ | 1 | offered load of the drive
ttft_added_mean_s | | s | mean time to first token that loading adds, over all requests
ttft_added_p99_s | | s | its 99th percentile
throughput_ratio | | 1 | tokens per second against the same batch on the base model alone

References
----------
Che, Tung and Wang 2002, Hierarchical Web caching systems: modeling, design and experimental results.
Breslau et al. 1999, Web caching and Zipf-like distributions: evidence and implications, INFOCOM.
Sheng et al. 2023, S-LoRA: serving thousands of concurrent LoRA adapters, arXiv 2311.03285.
Abate, Choudhury and Whitt 1995, Exponential approximations for tail probabilities in queues, Oper. Res. 43.
Abate and Whitt 1987, Transient behavior of regulated Brownian motion, Advances in Applied Probability 19.
"""

from physics.serving import published
from physics.serving.cache import lru_hit_rate, static_hit_rate, unique_items
from physics.serving.decode import (
    GPU_MEMORY_BYTES,
    HBM_BYTES_PER_S,
    KV_BYTES_PER_TOKEN,
    MODEL_BYTES,
    NVME_BYTES_PER_S,
    PCIE_BYTES_PER_S,
    Serving,
    adapter_room_bytes,
    decode_step_s,
    serving,
)

__all__ = [
    "GPU_MEMORY_BYTES",
    "HBM_BYTES_PER_S",
    "KV_BYTES_PER_TOKEN",
    "MODEL_BYTES",
    "NVME_BYTES_PER_S",
    "PCIE_BYTES_PER_S",
    "Serving",
    "adapter_room_bytes",
    "decode_step_s",
    "lru_hit_rate",
    "published",
    "serving",
    "static_hit_rate",
    "unique_items",
]
