"""What one split of the memories does: hits, loads, the wait for the first token, tokens per second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from physics.serving import Serving, decode_step_s, serving, unique_items
from physics.validation import Floats
from tracks.cloud_titan.flood.model.quality import gain_points
from tracks.cloud_titan.flood.setting import CONTEXT_TOKENS, DEFAULTS, EVICTIONS, Node, Setting, adapter_bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class ServingResult:
    """The physics of one state.

    Attributes:
        adapter_bytes: of one adapter [B]. held_hbm, held_host: adapters that fit into each tier [1].
        hit_hbm, hit_host: share of requests whose adapter is in HBM, and in host memory but not in HBM [1].
        link_load, drive_load: utilisation offered to the PCIe links and to the drive [1].
        first_token_s: what loading adds to the first token, 99th percentile over all requests [s].
        claimed_bytes: HBM that weights, the batch's KV cache and adapters ask for together [B].
        served: requests whose KV cache fits, of the batch [1].
        named: different adapters those requests name [1].
        tokens_per_s, floor_tokens_per_s: served, and asked for at least [1/s].
        gain: of a tenant over the shared model, on the proxy [points].
    """

    adapter_bytes: float
    held_hbm: int
    held_host: int
    hit_hbm: float
    hit_host: float
    link_load: float
    drive_load: float
    first_token_s: float
    claimed_bytes: float
    served: int
    named: float
    tokens_per_s: float
    floor_tokens_per_s: float
    gain: float

    @property
    def hit(self) -> float:
        """Share of requests whose adapter is in one of the two memories [1]."""
        return self.hit_hbm + self.hit_host


def fitting(node: Node, setting: Setting) -> int:
    """Return how many requests of the batch have their KV cache in HBM; one at least."""
    left = node.beside_weights_bytes - setting.hbm_bytes
    return max(1, min(setting.batch, int(left // node.request_bytes)))


@lru_cache(maxsize=16)
def today_tokens_per_s(node: Node) -> float:
    """Return what the base model alone serves today, in batches as by default [1/s]."""
    batch = DEFAULTS["batch"].value
    return float(batch / float(_step_s(node, batch)))


def _step_s(node: Node, batch: ArrayLike) -> Floats:
    step = decode_step_s(
        batch=batch,
        context_tokens=CONTEXT_TOKENS.value,
        gpus=node.gpus,
        model_bytes=node.weights_bytes,
        kv_bytes_per_token=node.kv_bytes_per_token,
        hbm_bytes_per_s=node.hbm_bytes_per_s,
    )
    return np.asarray(step)


@lru_cache(maxsize=512)
def serve(node: Node, setting: Setting) -> ServingResult:
    """Return what one state does."""
    return serve_all(node, (setting,))[0]


def serve_all(node: Node, settings: Sequence[Setting]) -> tuple[ServingResult, ...]:
    """Return what each of several states with one demand does, in one sweep for each eviction rule."""
    answers: dict[Setting, ServingResult] = {}
    for eviction in EVICTIONS:
        alike = [setting for setting in settings if setting.eviction == eviction]
        if alike:
            answers.update(zip(alike, _sweep(node, alike), strict=True))
    return tuple(answers[setting] for setting in settings)


def _cost(
    node: Node,
    setting: Setting,
    *,
    sizes: ArrayLike,
    served: ArrayLike,
    hbm: ArrayLike,
    host: ArrayLike,
    rates: ArrayLike,
) -> Serving:
    """Return what serving costs under a setting's demand and with its eviction, the rest as given."""
    return serving(
        adapters=node.adapters,
        skew=setting.skew,
        adapter_bytes=sizes,
        hbm_bytes=hbm,
        host_bytes=host,
        request_rate=rates,
        batch=served,
        context_tokens=CONTEXT_TOKENS.value,
        gpus=node.gpus,
        eviction=setting.eviction,
        model_bytes=node.weights_bytes,
        kv_bytes_per_token=node.kv_bytes_per_token,
        pcie_bytes_per_s=node.pcie_bytes_per_s,
        nvme_bytes_per_s=node.nvme_bytes_per_s,
    )


def _sweep(node: Node, settings: Sequence[Setting]) -> list[ServingResult]:
    sizes = [adapter_bytes(setting.rank, setting.targets) for setting in settings]
    served = [fitting(node, setting) for setting in settings]
    hbm, host = [setting.hbm_bytes for setting in settings], [setting.host_bytes for setting in settings]
    rate = settings[0].request_rate
    cost = _cost(node, settings[0], sizes=sizes, served=served, hbm=hbm, host=host, rates=rate)
    named = unique_items(node.adapters, skew=settings[0].skew, batch=served)
    tokens = cost.throughput_ratio * np.array(served) / _step_s(node, served)
    numbers = (
        cost.hit_hbm,
        cost.hit_host,
        cost.link_utilisation,
        cost.nvme_utilisation,
        cost.ttft_added_p99_s,
        named,
        tokens,
    )
    columns = [np.asarray(column).tolist() for column in numbers]
    floor = node.throughput_share * today_tokens_per_s(node)
    return [
        ServingResult(
            adapter_bytes=size,
            held_hbm=_slots(setting.hbm_bytes, size),
            held_host=_slots(setting.host_bytes, size),
            hit_hbm=hit_hbm,
            hit_host=hit_host,
            link_load=link,
            drive_load=drive,
            first_token_s=wait,
            claimed_bytes=node.weights_bytes + setting.batch * node.request_bytes + setting.hbm_bytes,
            served=requests,
            named=names,
            tokens_per_s=per_s,
            floor_tokens_per_s=floor,
            gain=gain_points(setting.rank, setting.targets, seed=node.fleet_seed, alpha=node.alpha),
        )
        for setting, size, requests, hit_hbm, hit_host, link, drive, wait, names, per_s in zip(
            settings, sizes, served, *columns, strict=True
        )
    ]


def _slots(room: float, size: float) -> int:
    """Return how many whole adapters fit into that many bytes."""
    return int(room / size * (1 + 1e-9))


def first_tokens_s(node: Node, setting: Setting, *, ranks: Sequence[int], rates: Floats) -> Floats:
    """Return what loading adds to the first token, 99th percentile, by rank (rows) and rate of requests [s]."""
    sizes = np.array([[adapter_bytes(rank, setting.targets)] for rank in ranks])
    served = fitting(node, setting)
    cost = _cost(node, setting, sizes=sizes, served=served, hbm=setting.hbm_bytes, host=setting.host_bytes, rates=rates)
    return np.asarray(cost.ttft_added_p99_s)
