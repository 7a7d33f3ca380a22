"""How much of full fine-tuning's gain a way of training keeps: published where measured, a proxy or assumed elsewhere.

    gain kept = (accuracy - accuracy of the last layer alone) / (accuracy of all - accuracy of the last layer alone)

- TinyTL's methods: means over the eight data sets of its table 2 that were measured in every row.
- LoRA: a proxy task, the closest matrix of rank r to the whole change that full training of a small model ends with.
- last blocks: assumed, log(1 + k) / log(1 + blocks): none with the last layer alone, all with every block.
- resolution: the published step from 224 to 320 pixels, carried on along the octaves. Tokens and optimizer: assumed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from physics.federation import low_rank_approximation, problem_from_partition, softmax_optimum
from physics.memory.published import TINYTL_TABLE_2, TinyTlAccuracy
from physics.sources import Source, Sourced, source
from tracks import Track
from tracks.common.cache import cached_on_disk
from tracks.common.proxy_fleet import fleet_accuracy
from tracks.missions.memory.networks import PUBLISHED_RESOLUTION, RANKS, Network
from tracks.missions.memory.setting import Setting

DATA_SETS = ("flowers", "cars", "cub", "food", "pets", "aircraft", "cifar10", "cifar100")  # in every row of the table
PROXY_RANKS = 10
TOKENS_PER_OCTAVE = Sourced(0.03, source("assumed: each halving below the usual sample costs 3% of the gain"))
OPTIMIZER_KEEPS = Sourced(
    {"sgd": 0.95, "momentum": 0.98, "adam": 1.0},
    source("assumed: momentum keeps 98% and SGD 95% of Adam’s gain after as many steps"),
)
RUNTIME_KEEPS = Sourced(
    0.95,
    source(
        "assumed: a runtime written to keep the least folds the normalisations into the weights, for 5% of the gain"
    ),
)
USUAL_TARGET = Sourced(0.9, source("assumed: nine tenths of what full fine-tuning gains"))

PUBLISHED = source(
    "Cai et al. 2020 (TinyTL), table 2: means over eight data sets, ProxylessNAS-Mobile at 224 pixels", kind="paper"
)
CARRIED_OVER = source(f"assumed: what {PUBLISHED.text} holds here too")
PROXY = source(
    "proxy task: the closest change of that rank to what softmax regression learns of handwritten digits, trained to "
    "its least loss (UCI Optical Recognition, CC BY 4.0); assumed: ranks 1 to 64 lie on its ranks 1 to 10, along the "
    "logarithm",
    kind="measured",
)
BLOCKS = source("assumed: the gain of the last blocks grows with log(1 + blocks)")
BY_DEFINITION = source("by definition 1: full fine-tuning is the measure", kind="standard")
OCTAVES = source(
    "Cai et al. 2020, table 2, TinyTL-L+B at 224 and 320 pixels; assumed: elsewhere by the octave", kind="paper"
)


def accuracy(row: TinyTlAccuracy) -> float:
    """Return a row's mean accuracy over the data sets of every row, 0..1."""
    return sum(row.accuracy_percent[name] for name in DATA_SETS) / len(DATA_SETS) / 100


@lru_cache(maxsize=1)
def published() -> Mapping[str, tuple[float, float, float]]:
    """Return TinyTL's table 2 by method: memory at batch 8 [B], mean accuracy, share of the gain kept."""
    rows = {row.method: row for row in TINYTL_TABLE_2}
    none, all_of_it = accuracy(rows["FT-Last"]), accuracy(rows["FT-Full"])
    return {
        name: (row.memory_mb * 1e6, accuracy(row), (accuracy(row) - none) / (all_of_it - none))
        for name, row in rows.items()
    }


@lru_cache(maxsize=1)
def resolution_per_octave() -> float:
    """Return what doubling the resolution adds, of the gain: from TinyTL-L+B at 224 and at 320 pixels."""
    table = published()
    return (table["TinyTL-L+B@320"][2] - table["TinyTL-L+B"][2]) / math.log2(320 / PUBLISHED_RESOLUTION.value)


@lru_cache(maxsize=1)
@cached_on_disk
def proxy_shares() -> tuple[float, ...]:
    """Return the gain that a change of rank 1, 2, ... keeps on the proxy task: ten classes of digits, learnt anew.

    Full training is training to the least loss, so that the shares depend on no number of steps.
    """
    everything = problem_from_partition([range(1437)])
    change = softmax_optimum(everything).weights  # from zero
    ranks = range(1, PROXY_RANKS + 1)
    accuracies = [fleet_accuracy(everything, low_rank_approximation(change, rank=rank)) for rank in ranks]
    chance = 1 / change.shape[1]  # of as many classes
    return tuple((accuracy - chance) / (accuracies[-1] - chance) for accuracy in accuracies)


def proxy_rank(rank: float) -> float:
    """Return where a rank lies among the proxy's: 1 to 64 laid on 1 to 10 along the logarithm, which is assumed."""
    return 1 + (PROXY_RANKS - 1) * math.log(rank) / math.log(RANKS[1])


@lru_cache(maxsize=256)
def lora_share(rank: int) -> float:
    """Return the gain that LoRA of a rank keeps, on the proxy task."""
    return float(np.interp(proxy_rank(rank), range(1, PROXY_RANKS + 1), proxy_shares()))


def method_share(network: Network, setting: Setting) -> float:
    """Return the gain that a method keeps at the usual size of a sample, with Adam."""
    if setting.method == "full":
        return 1.0
    if setting.method == "lora":
        return lora_share(setting.rank)
    if setting.method == "last_k":
        return math.log1p(setting.last) / math.log1p(network.blocks)
    return published()["TinyTL-L" if setting.method == "tinytl_lite_residual" else "TinyTL-B"][2]


def size_adds(network: Network, size: int) -> float:
    """Return what a sample's size adds to the gain kept, negative below the usual one."""
    if not network.size:
        return 0.0
    octaves = math.log2(size / network.usual_size)
    if network.is_transformer:
        return min(0.0, TOKENS_PER_OCTAVE.value * octaves)
    return resolution_per_octave() * octaves


def runtime_keeps(network: Network, setting: Setting) -> float:
    """Return the share of the gain that the runtime leaves: all of it, unless one that keeps the least was written."""
    return RUNTIME_KEEPS.value if network.own_runtime and setting.runtime == "ideal" else 1.0


def gain_kept(network: Network, setting: Setting) -> float:
    """Return the share of full fine-tuning's gain that a state keeps; above 1 where finer images add to it."""
    share = method_share(network, setting) * OPTIMIZER_KEEPS.value[setting.optimizer] * runtime_keeps(network, setting)
    return max(0.0, share + size_adds(network, setting.size))


def gain_target(track: Track) -> float:
    """Return the share of full fine-tuning's gain that is good enough."""
    return float(track.targets.extras.get("gain_kept_share", USUAL_TARGET.value))


def method_source(network: Network, setting: Setting) -> Source:
    """Return where the share of a method comes from."""
    if setting.method == "lora":
        return PROXY
    if setting.method == "last_k":
        return BLOCKS
    if setting.method == "full":
        return BY_DEFINITION
    return PUBLISHED if network.published else CARRIED_OVER
