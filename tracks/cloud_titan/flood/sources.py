"""Where the Personalization Flood says that its numbers come from."""

from __future__ import annotations

from collections.abc import Mapping

from tracks.api.track import Track
from tracks.cloud_titan.flood.model.quality import PROXY
from tracks.cloud_titan.flood.setting import (
    DEFAULT_BATCH,
    DEFAULT_EVICTION,
    DEFAULT_HBM,
    DEFAULT_HOST,
    DEFAULT_RANK,
    DEFAULT_RATE,
    DEFAULT_TARGETS,
    SOURCES,
    Setting,
    world,
)
from tracks.common.provenance import Input, origins


def origins_of(track: Track, setting: Setting) -> Mapping[str, str]:
    """Return for each input where it comes from: the track's source, an assumption, or the student's own hand."""
    sources = track.sources
    found = {name: f"{label}: {sources.get(key, 'as on eight H100')}" for name, label, key in _OF_THE_TRACK}
    found |= {
        "context": f"Context: {SOURCES['context']}",
        "memory_share": f"Share of HBM used: {SOURCES['memory_share']}",
        "floor": f"Floor: {SOURCES['floor']}",
        "today": f"Today: {SOURCES['batch']}",
        "bytes": f"Adapter: {SOURCES['bytes']}; r (d_in + d_out) a matrix, Hu et al. 2021",
        "proxy": f"Curve: {PROXY}",
        "matching": "assumed: doublings of rank × matrices match steps of the proxy’s rank",
    }
    skew, _, _ = world(track)
    inputs: tuple[Input, ...] = (
        ("rank", "Rank", setting.rank, DEFAULT_RANK, SOURCES["rank"]),
        ("targets", "Matrices", setting.targets, DEFAULT_TARGETS, SOURCES["targets"]),
        ("hbm", "HBM for adapters", setting.hbm_bytes, DEFAULT_HBM, SOURCES["hbm"]),
        ("host", "Host memory", setting.host_bytes, DEFAULT_HOST, SOURCES["host"]),
        ("eviction", "Eviction", setting.eviction, DEFAULT_EVICTION, SOURCES["eviction"]),
        ("batch", "Batch", setting.batch, DEFAULT_BATCH, SOURCES["batch"]),
        ("rate", "Requests", setting.request_rate, DEFAULT_RATE, SOURCES["rate"]),
        ("skew", "Skew", setting.skew, skew, sources.get("device.extras.adapter_skew", "assumed: 0.8")),
    )
    return origins(found, inputs)


_OF_THE_TRACK = (
    ("adapters", "Adapters", "fleet.devices"),
    ("memory", "HBM", "device.extras.gpu_memory_bytes"),
    ("bandwidth", "Bandwidth", "device.extras.gpu_memory_bytes_per_s"),
    ("weights", "Weights", "model.weights_bytes"),
    ("kv", "KV cache", "device.extras.kv_bytes_per_token"),
    ("drive", "Drive", "device.extras.nvme_bytes_per_s"),
    ("link", "Link", "device.extras.pcie_bytes_per_s"),
    ("first_token", "Limit", "targets.extras.p99_added_first_token_s"),
    ("throughput", "Floor", "targets.extras.throughput_share"),
)
