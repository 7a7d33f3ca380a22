"""Serving many adapters on one model: two cache tiers, two queues and the roofline of a decode step.

The model, its validity and its symbols are in `physics.serving`, which exports these functions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from physics import constants
from physics.serving.queue import load_time_quantile, wait_for_link
from physics.serving.zipf import MAX_ITEMS, MAX_SKEW, che_hit_rate, over_laws, top_share, unique_count
from physics.validation import FloatOrArray, Floats, as_float, as_floats, as_ints, broadcast, one_of, to_scalar

GPU_MEMORY_BYTES = constants.H100_MEMORY_BYTES
HBM_BYTES_PER_S = constants.H100_MEMORY_BYTES_PER_S
PCIE_BYTES_PER_S = constants.PCIE_5_X16_BYTES_PER_S
NVME_BYTES_PER_S = constants.NVME_BYTES_PER_S
MODEL_BYTES = 2.0 * constants.LLAMA_3_70B_PARAMETERS  # bf16
KV_BYTES_PER_TOKEN = float(constants.LLAMA_3_70B_KV_BYTES_PER_TOKEN)

_QUANTILE = 0.99
_SLOT_ROUNDING = 1e-9  # 0.3 / 0.1 is three slots, not two
_MAX_REQUESTS = 1e6
_MAX_TOKENS = 1e9
_MAX_GPUS = 1e6
_MAX_ADAPTER_BYTES = 1e12
_MAX_BYTES = 1e18


@dataclass(frozen=True, kw_only=True, slots=True)
class Serving:
    """Outcome of `serving`: floats, or arrays of the common shape of its arguments.

    Parameters
    ----------
    hit_hbm, hit_host : float or array
        [1] Share of requests whose adapter is in HBM; in host memory and not in HBM.
    link_utilisation, nvme_utilisation : float or array
        [1] Offered load of the PCIe links and of the drive.
    ttft_added_mean_s, ttft_added_p99_s : float or array
        [s] Time to first token that loading adds, over all requests: mean and 99th percentile.
    throughput_ratio : float or array
        [1] Tokens per second against the same batch on the base model alone.
    """

    hit_hbm: FloatOrArray
    hit_host: FloatOrArray
    link_utilisation: FloatOrArray
    nvme_utilisation: FloatOrArray
    ttft_added_mean_s: FloatOrArray
    ttft_added_p99_s: FloatOrArray
    throughput_ratio: FloatOrArray


def adapter_room_bytes(
    *,
    gpus: ArrayLike,
    batch: ArrayLike,
    context_tokens: ArrayLike,
    memory_share: ArrayLike = 0.9,
    model_bytes: float = MODEL_BYTES,
    kv_bytes_per_token: float = KV_BYTES_PER_TOKEN,
) -> FloatOrArray:
    r"""Return the HBM left for adapters beside the weights and the KV cache; negative is a shortage.

    .. math::

       \text{room} = \text{gpus} \cdot 81{,}559\,\text{MiB} \cdot \text{share} - W - B \cdot \text{context} \cdot
       \text{kv}

    Parameters
    ----------
    gpus : array_like of whole numbers
        GPUs that share the model [1], 1 to 1e6.
    batch : array_like
        Requests decoded together [1], 0 to 1e6.
    context_tokens : array_like
        Tokens of KV cache per request [1], 0 to 1e9.
    memory_share : array_like
        Share of the card that a server may use [1], 0 to 1; 0.9 is vLLM's default.
    model_bytes, kv_bytes_per_token : float
        Weights [B], 0 to 1e18, and KV cache per token [B], 0 to 1e9; Llama-3-70B in bf16 by default.

    Returns
    -------
    float or ndarray
        Bytes left [B], of the common shape of the arguments.

    Raises
    ------
    ValueError
        An argument is not a number in its range, or the shapes do not fit together.

    Examples
    --------
    Eight cards of 85.5 GB, all of it used, and no KV cache: 684.2 - 141.1 GB.

    >>> round(adapter_room_bytes(gpus=8, batch=0, context_tokens=0, memory_share=1) / 1e9, 1)
    543.1
    """
    cards, requests, tokens, share = broadcast(
        gpus=as_ints("gpus", gpus, low=1, high=_MAX_GPUS),
        batch=as_floats("batch", batch, low=0, high=_MAX_REQUESTS),
        context_tokens=as_floats("context_tokens", context_tokens, low=0, high=_MAX_TOKENS),
        memory_share=as_floats("memory_share", memory_share, low=0, high=1),
    )
    weights = as_float("model_bytes", model_bytes, low=0, high=_MAX_BYTES)
    per_token = as_float("kv_bytes_per_token", kv_bytes_per_token, low=0, high=1e9)
    return to_scalar(cards * GPU_MEMORY_BYTES * share - weights - requests * tokens * per_token)


def decode_step_s(
    *,
    batch: ArrayLike,
    context_tokens: ArrayLike,
    gpus: ArrayLike,
    adapters_read: ArrayLike = 0.0,
    adapter_bytes: ArrayLike = 0.0,
    model_bytes: float = MODEL_BYTES,
    kv_bytes_per_token: float = KV_BYTES_PER_TOKEN,
    hbm_bytes_per_s: float = HBM_BYTES_PER_S,
) -> FloatOrArray:
    r"""Return the time of one decode step, one token for each request of the batch, bound by HBM.

    .. math::

       t = \frac{W + U A + B \cdot \text{context} \cdot \text{kv}}{\text{gpus} \cdot \text{bandwidth}}

    Parameters
    ----------
    batch : array_like
        Requests decoded together [1], 0 to 1e6.
    context_tokens : array_like
        Tokens of KV cache per request [1], 0 to 1e9.
    gpus : array_like of whole numbers
        GPUs that share the model [1], 1 to 1e6.
    adapters_read : array_like
        Different adapters in the batch, U [1], 0 to 1e6.
    adapter_bytes : array_like
        Size of one adapter [B], 0 to 1e12.
    model_bytes, kv_bytes_per_token, hbm_bytes_per_s : float
        Weights [B], 0 to 1e18, KV cache per token [B], 0 to 1e9, HBM bandwidth of one GPU [B/s], 1 to 1e18;
        Llama-3-70B in bf16 on H100 by default.

    Returns
    -------
    float or ndarray
        Seconds for one step [s], of the common shape of the arguments.

    Raises
    ------
    ValueError
        An argument is not a number in its range, or the shapes do not fit together.

    Notes
    -----
    A floor: no arithmetic, no kernel launches, no exchange between GPUs.

    Examples
    --------
    141.1 GB over eight times 3.35 TB/s is 5.27 ms:

    >>> round(decode_step_s(batch=1, context_tokens=0, gpus=8) * 1e3, 2)
    5.27
    """
    requests, tokens, cards, read, size = broadcast(
        batch=as_floats("batch", batch, low=0, high=_MAX_REQUESTS),
        context_tokens=as_floats("context_tokens", context_tokens, low=0, high=_MAX_TOKENS),
        gpus=as_ints("gpus", gpus, low=1, high=_MAX_GPUS),
        adapters_read=as_floats("adapters_read", adapters_read, low=0, high=_MAX_REQUESTS),
        adapter_bytes=as_floats("adapter_bytes", adapter_bytes, low=0, high=_MAX_ADAPTER_BYTES),
    )
    weights = as_float("model_bytes", model_bytes, low=0, high=_MAX_BYTES)
    per_token = as_float("kv_bytes_per_token", kv_bytes_per_token, low=0, high=1e9)
    bandwidth = as_float("hbm_bytes_per_s", hbm_bytes_per_s, low=1, high=_MAX_BYTES)
    return to_scalar((weights + read * size + requests * tokens * per_token) / (cards * bandwidth))


def serving(
    *,
    adapters: ArrayLike,
    skew: ArrayLike,
    adapter_bytes: ArrayLike,
    hbm_bytes: ArrayLike,
    host_bytes: ArrayLike,
    request_rate: ArrayLike,
    batch: ArrayLike,
    context_tokens: ArrayLike,
    gpus: ArrayLike,
    eviction: str = "lru",
    model_bytes: float = MODEL_BYTES,
    kv_bytes_per_token: float = KV_BYTES_PER_TOKEN,
    pcie_bytes_per_s: float = PCIE_BYTES_PER_S,
    nvme_bytes_per_s: float = NVME_BYTES_PER_S,
    horizon_s: float = 3600.0,
) -> Serving:
    r"""Return what it costs to serve many adapters from HBM, host memory and one NVMe drive.

    .. math::

       D_\text{link} = \frac{A}{\text{gpus} \cdot \text{pcie}}, \qquad D_\text{nvme} = \frac{A}{\text{nvme}}, \qquad
       w = \frac{\rho D}{2 (1 - \rho)}

       \rho_\text{link} = \lambda (1 - h_1) D_\text{link}, \qquad \rho_\text{nvme} = \lambda (1 - h_1 - h_2)
       D_\text{nvme}

       \text{mean added time} = (1 - h_1) (w_\text{link} + D_\text{link}) + (1 - h_1 - h_2) (w_\text{nvme} +
       D_\text{nvme})

       \text{throughput ratio} = \frac{B'}{B} \cdot \frac{W + B \cdot \text{context} \cdot \text{kv}}
       {W + U(B')\,A + B' \cdot \text{context} \cdot \text{kv}}

    Parameters
    ----------
    adapters : array_like of whole numbers
        Adapters that are served [1], 1 to 1e9.
    skew : array_like
        Zipf exponent of their popularity [1], 0 to 5.
    adapter_bytes : array_like
        Size of one adapter [B], 1 to 1e12.
    hbm_bytes : array_like
        HBM set aside for adapters, all GPUs together [B], 0 to 1e18; holds whole adapters only.
    host_bytes : array_like
        Host memory set aside for adapters [B], 0 to 1e18; of no use below `hbm_bytes`, whose contents it
        copies.
    request_rate : array_like
        Requests arriving [1/s], 0 to 1e9.
    batch : array_like of whole numbers
        Requests decoded together [1], 1 to 1e6.
    context_tokens : array_like
        Tokens of KV cache per request [1], 0 to 1e9.
    gpus : array_like of whole numbers
        GPUs that share the model and every adapter, each with its own PCIe link [1], 1 to 1e6.
    eviction : {"lru", "pinned"}
        Least recently used leaves first, or the most popular adapters stay in both tiers.
    model_bytes, kv_bytes_per_token : float
        Weights [B], 1 to 1e18, and KV cache per token [B], 0 to 1e9; Llama-3-70B in bf16 by default.
    pcie_bytes_per_s, nvme_bytes_per_s : float
        One GPU's link [B/s] and the drive [B/s], 1e6 to 1e18.
    horizon_s : float
        Age of the load at which a saturated link is looked at [s], 1 to 1e6.

    Returns
    -------
    Serving
        Floats, or arrays of the common shape of the arguments; every field is finite. A utilisation of 1 or
        more says that a link cannot keep up; the added times are then those after `horizon_s` of it.

    Raises
    ------
    ValueError
        An argument is not a number in its range, or the shapes do not fit together.

    Notes
    -----
    B' is the largest part of the batch whose adapters, U(B') of them, fit into HBM: B' = B unless HBM is very
    small, and 0 if it holds no adapter.

    References
    ----------
    Che, Tung and Wang 2002; Sheng et al. 2023; Abate, Choudhury and Whitt 1995; Abate and Whitt 1987.

    Examples
    --------
    Nothing in HBM, everything in host memory, no other load: a request waits only for its own 131 MB, over
    eight links of 52 GB/s.

    >>> idle = serving(adapters=100, skew=0.8, adapter_bytes=131e6, hbm_bytes=0, host_bytes=1e12,
    ...                request_rate=0, batch=32, context_tokens=2000, gpus=8)
    >>> round(idle.ttft_added_mean_s * 1e3, 4), idle.hit_host, idle.throughput_ratio
    (0.3149, 1.0, 0.0)
    """
    one_of("eviction", eviction, ("lru", "pinned"))
    weights = as_float("model_bytes", model_bytes, low=1, high=_MAX_BYTES)
    per_token = as_float("kv_bytes_per_token", kv_bytes_per_token, low=0, high=1e9)
    pcie = as_float("pcie_bytes_per_s", pcie_bytes_per_s, low=1e6, high=_MAX_BYTES)
    nvme = as_float("nvme_bytes_per_s", nvme_bytes_per_s, low=1e6, high=_MAX_BYTES)
    horizon = as_float("horizon_s", horizon_s, low=1, high=1e6)
    law_items = as_ints("adapters", adapters, low=1, high=MAX_ITEMS)
    law_skew = as_floats("skew", skew, low=0, high=MAX_SKEW)
    _, _, size, hbm, host, rate, requests, tokens, cards = broadcast(
        adapters=law_items,
        skew=law_skew,
        adapter_bytes=as_floats("adapter_bytes", adapter_bytes, low=1, high=_MAX_ADAPTER_BYTES),
        hbm_bytes=as_floats("hbm_bytes", hbm_bytes, low=0, high=_MAX_BYTES),
        host_bytes=as_floats("host_bytes", host_bytes, low=0, high=_MAX_BYTES),
        request_rate=as_floats("request_rate", request_rate, low=0, high=1e9),
        batch=as_ints("batch", batch, low=1, high=_MAX_REQUESTS),
        context_tokens=as_floats("context_tokens", context_tokens, low=0, high=_MAX_TOKENS),
        gpus=as_ints("gpus", gpus, low=1, high=_MAX_GPUS),
    )

    hit_rate = top_share if eviction == "pinned" else che_hit_rate
    slots = np.floor(hbm / size * (1 + _SLOT_ROUNDING))
    host_slots = np.floor(host / size * (1 + _SLOT_ROUNDING))
    in_hbm = over_laws(hit_rate, items=law_items, skew=law_skew, hbm_bytes=slots)
    in_either = np.maximum(over_laws(hit_rate, items=law_items, skew=law_skew, host_bytes=host_slots), in_hbm)
    missed, on_disk = 1 - in_hbm, 1 - in_either

    link_s, disk_s = size / (cards * pcie), size / nvme
    link_utilisation, nvme_utilisation = rate * missed * link_s, rate * on_disk * disk_s
    link_wait = wait_for_link(link_utilisation, link_s, horizon)
    disk_wait = wait_for_link(nvme_utilisation, disk_s, horizon)
    mean_s = missed * (link_wait.mean_s + link_s) + on_disk * (disk_wait.mean_s + disk_s)
    p99_s = load_time_quantile(
        _QUANTILE,
        host_share=in_either - in_hbm,
        disk_share=on_disk,
        link_s=link_s,
        disk_s=disk_s,
        link_wait=link_wait,
        disk_wait=disk_wait,
    )

    served = _requests_that_fit(law_items, law_skew, requests, slots)
    read = over_laws(unique_count, items=law_items, skew=law_skew, batch=served)
    with_adapters = weights + read * size + served * tokens * per_token
    alone = weights + requests * tokens * per_token
    return Serving(
        hit_hbm=to_scalar(in_hbm),
        hit_host=to_scalar(in_either - in_hbm),
        link_utilisation=to_scalar(link_utilisation),
        nvme_utilisation=to_scalar(nvme_utilisation),
        ttft_added_mean_s=to_scalar(mean_s),
        ttft_added_p99_s=to_scalar(p99_s),
        throughput_ratio=to_scalar(served / requests * (alone / with_adapters)),
    )


def _requests_that_fit(items: Floats, skew: Floats, batch: Floats, slots: Floats) -> Floats:
    """Return the largest whole part of each batch whose adapters find a slot each, by halving."""

    def fits(requests: Floats) -> NDArray[np.bool_]:
        return over_laws(unique_count, items=items, skew=skew, batch=requests) <= slots * (1 + _SLOT_ROUNDING)

    # A batch never names more adapters than it has requests, so as many requests as slots always fit.
    enough = np.where(fits(batch), batch, np.minimum(slots, batch))
    too_many = batch + 1
    while True:
        open_still = (enough < batch) & (too_many - enough > 1)
        if not open_still.any():
            return enough
        middle = np.floor((enough + too_many) / 2)
        room = fits(middle)
        enough = np.where(open_still & room, middle, enough)
        too_many = np.where(open_still & ~room, middle, too_many)
