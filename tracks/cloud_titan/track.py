"""Cloud Titan: an LLM architect, one node of eight GPUs and a million tenants with an adapter each."""

from __future__ import annotations

from physics import constants
from physics.units import DAYS_PER_MONTH, KB, TB
from tracks import Colour, Device, Extra, Fleet, Model, Targets, Track
from tracks.api.quantities import in_words
from tracks.cloud_titan.flood.bench import BENCH as FLOOD
from tracks.common.reading_list import READING

GPUS = 8
TRAINING_TOKENS = 2048

MODEL = Model(
    name="LoRA adapters on Llama-3-70B",
    parameters=constants.LLAMA_3_70B_PARAMETERS,
    weights_bytes=constants.LLAMA_3_70B_PARAMETERS * 2,
    forward_flop=constants.LLAMA_3_70B_PARAMETERS * constants.FLOP_PER_MAC,
    sample_bytes=4,
    moved_name="LoRA adapter, r16 on q,k,v,o, bf16",
    moved_bytes=constants.LLAMA_3_70B_LORA_PARAMETERS * 2,
)

DEVICE = Device(
    name="Node of 8 H100 SXM5",
    memory_bytes=GPUS * constants.H100_MEMORY_BYTES,
    learning_memory_bytes=GPUS * constants.H100_MEMORY_BYTES,
    memory_bytes_per_s=GPUS * constants.H100_MEMORY_BYTES_PER_S,
    peak_flop_per_s=GPUS * constants.H100_FLOP_PER_S,
    utilisation=0.4,
    power_w=GPUS * constants.H100_POWER_W,
    learning_power_w=GPUS * constants.H100_POWER_W,
    battery_wh=None,
    uplink_bit_per_s=100e9,
    uplink_name="Data-centre Ethernet",
    round_trip_s=0.001,
    deadline_s=0.050,
    deadline_name="p99 added time to first token",
    extras={
        "gpus": GPUS,
        "gpu_memory_bytes": constants.H100_MEMORY_BYTES,
        "gpu_memory_bytes_per_s": constants.H100_MEMORY_BYTES_PER_S,
        "gpu_flop_per_s": constants.H100_FLOP_PER_S,
        "gpu_power_w": constants.H100_POWER_W,
        "pcie_bytes_per_s": constants.PCIE_5_X16_BYTES_PER_S,
        "nvme_bytes_per_s": constants.NVME_BYTES_PER_S,
        "kv_bytes_per_token": constants.LLAMA_3_70B_KV_BYTES_PER_TOKEN,
        "lora_rank": constants.LLAMA_3_70B_LORA_RANK,
        "lora_parameters": constants.LLAMA_3_70B_LORA_PARAMETERS,
        "adapter_skew": 0.8,
        "adapter_skew_low": 0.6,
        "adapter_skew_high": 1.2,
        "window_flop": TRAINING_TOKENS * constants.LLAMA_3_70B_PARAMETERS * constants.FLOP_PER_MAC,
    },
)

FLEET = Fleet(
    devices=1_000_000,
    unit="tenants",
    raw_bytes_per_device_day=50 * KB,
    cap_bytes=50 * TB,
    cap_days=1,
    cap_scope="service",
    skew_alpha=0.3,
    reliability=0.8,
    seed=19,
)

TARGETS = Targets(
    mean_accuracy=0.91,
    worst_city_accuracy=0.86,
    safety_accuracy=0.90,
    epsilon=8,
    epsilon_unit="tenant",
    extras={"p99_added_first_token_s": 0.050, "throughput_share": 0.95},
)

_H100 = "NVIDIA H100 SXM5 data sheet, as repeated at glennklockwood.com"
_SHAPE = "Meta-Llama-3-70B config.json, as repeated in public code"

SOURCES = {
    "model.parameters": f"derived: counted from the shape in {_SHAPE}",
    "model.weights_bytes": "derived: 70,553,706,496 parameters x 2 B (bf16)",
    "model.forward_flop": "derived: one token, about 2 FLOP a parameter; attention over the context is left out",
    "model.sample_bytes": "assumed: one token of a prompt, about four characters of one byte",
    "model.moved_bytes": "derived: 65,536,000 parameters x 2 B; r (d_in + d_out) a matrix, Hu et al. 2021 (LoRA)",
    "device.memory_bytes": "derived: 8 x 81,559 MiB; nvidia-smi prints 81,559 MiB for the 80 GB card",
    "device.learning_memory_bytes": "assumed: the whole node while it fine-tunes",
    "device.memory_bytes_per_s": f"derived: 8 x 3.35 TB/s; {_H100}",
    "device.peak_flop_per_s": f"derived: 8 x 989 TFLOP/s bf16, dense; {_H100}",
    "device.utilisation": "assumed: large matrix products reach about 40% of the dense peak; "
    "decoding token by token is limited by memory instead",
    "device.power_w": f"derived: 8 x 700 W, the GPUs alone; {_H100}",
    "device.learning_power_w": "assumed: the whole node while it fine-tunes",
    "device.uplink_bit_per_s": "assumed: one 100 Gb/s port a node",
    "device.round_trip_s": "assumed: the node stands in the data centre; one hop away is 1 ms",
    "device.deadline_s": "assumed: 11% of the strictest public budget, MLPerf Inference interactive p99, 450 ms",
    "device.extras.gpus": "assumed: the usual eight-GPU board; it holds the weights and leaves room for adapters",
    "device.extras.gpu_memory_bytes": "nvidia-smi prints 81,559 MiB for the 80 GB card; second-hand",
    "device.extras.gpu_memory_bytes_per_s": f"{_H100}: HBM3, 3.35 TB/s",
    "device.extras.gpu_flop_per_s": f"{_H100}: 989 TFLOP/s bf16 dense; 1,979 counts 2:4 sparsity",
    "device.extras.gpu_power_w": f"{_H100}: up to 700 W",
    "device.extras.pcie_bytes_per_s": "Azure azurehpc-health-checks, nd96isr_h100_v5: a node below 52 GB/s in the "
    "worse direction fails; a GPU, PCIe 5 x16, 64 GB/s raw",
    "device.extras.nvme_bytes_per_s": "Samsung PM1733, one PCIe 4 drive, 7.0 GB/s read; second-hand",
    "device.extras.kv_bytes_per_token": f"derived: 2 x 80 layers x 8 heads x 128 x 2 B; {_SHAPE}",
    "device.extras.lora_rank": "assumed: a middle rank; Hu et al. 2021 (LoRA) try 1 to 64",
    "device.extras.lora_parameters": f"derived: rank 16 on q, k, v, o of 80 layers; {_SHAPE}",
    "device.extras.adapter_skew": "assumed: no production exponent is public; Punica's benchmark uses Zipf 1.5",
    "device.extras.adapter_skew_low": "assumed: low end of what is explored; S-LoRA's benchmark is uniform",
    "device.extras.adapter_skew_high": "assumed: high end of what is explored; Punica's benchmark uses Zipf 1.5",
    "device.extras.window_flop": "assumed: 2,048 tokens, what one training sample takes; 2 FLOP a parameter and token",
    "fleet.devices": "assumed: a million tenants, so that their adapters (131 TB) fit no memory tier at hand",
    "fleet.raw_bytes_per_device_day": "assumed: 50 kB of prompts, some twenty pages of text",
    "fleet.cap_bytes": "assumed: 50 TB a day for the whole service, a thousand times the prompts themselves",
    "fleet.cap_days": "assumed: the service is capped by the day",
    "fleet.skew_alpha": "assumed: tenants differ, but less than cities do; set by measurement on the proxy task",
    "fleet.reliability": "assumed: the same start on every track, one upload in five is lost",
    "targets.mean_accuracy": "assumed: within two points of .925, the proxy task's central least-squares accuracy",
    "targets.worst_city_accuracy": "assumed: five points below the mean target",
    "targets.safety_accuracy": "assumed: what the privacy bench may not fall below on the proxy task",
    "targets.epsilon": "assumed: inside the published practice, .994 to 13.69 (Google 2024), user level",
    "targets.extras.p99_added_first_token_s": "assumed: 11% of MLPerf Inference's interactive p99 of 450 ms",
    "targets.extras.throughput_share": "assumed: adapters may cost one token in twenty",
}

TEXTS = {
    "paradox_speaker": "CTO",
    "paradox_text": f"{in_words(FLEET.devices, 'tenants')} send us {in_words(FLEET.raw_bytes_per_device_day, 'B')} of "
    "prompts a day each, and we gather them here. A customer wants the prompts to stay at home and each tenant’s "
    f"adapter, {in_words(MODEL.moved_bytes, 'B')}, to travel down and up instead. Before I agree: what does that do "
    "to our traffic?",
    "paradox_short": "The CTO asks what federating the tenants' adapters does to the traffic.",
    "raw_name": "prompts",
    "device_singular": "tenant",
    "cloud_request": "one token of a prompt",
    "convergence_speaker": "CTO",
    "convergence_text": f"The shared adapter should get {in_words(TARGETS.mean_accuracy, 'share')} right, and no city "
    f"of tenants less than {in_words(TARGETS.worst_city_accuracy, 'share')}. All tenants together may move "
    f"{in_words(FLEET.cap_bytes, 'B')} a day, which is "
    f"{in_words(DAYS_PER_MONTH * FLEET.cap_bytes / FLEET.devices, 'B')} each in 30 days, and one copy of the adapter "
    "is a good part of that. So: more rounds, or longer ones?",
    "convergence_short": "The CTO asks whether the adapter learns better from more rounds or from longer ones.",
    "network": "llama-3-70b",
    "memory_speaker": "Systems fellow",
    "memory_text": f"A tenant’s adapter has {constants.LLAMA_3_70B_LORA_PARAMETERS / 1e6:.1f} million parameters, the "
    f"model {MODEL.parameters / 1e9:.1f} billion. So the team expects training to need hardly more than serving, and "
    f"gave one node the job: {in_words(DEVICE.learning_memory_bytes, 'iB')} of HBM, batch 8. It does not run. What "
    "fills the node, and which rank can we afford to offer?",
    "memory_short": "The Systems fellow asks what fills a node that trains one small adapter.",
    "privacy_speaker": "Privacy officer",
    "privacy_text": f"Each of {in_words(FLEET.devices, 'tenants')} keeps its prompts, and the sales team calls the "
    "shared adapter private for that. An adapter can repeat what it was trained on. I grant a total ε of "
    f"{TARGETS.epsilon:g} per tenant, over all rounds, and the CTO wants {in_words(TARGETS.safety_accuracy, 'share')} "
    "of the answers right. What does a promise of that kind take from us?",
    "privacy_short": f"The Privacy officer grants a total ε of {TARGETS.epsilon:g} per tenant and asks what it costs.",
}

CLOUD_TITAN = Track(
    id="cloud_titan",
    name="Cloud Titan",
    persona="LLM architect",
    north_star="Serve the most Llama-3-70B tokens a node can, with a million tenants’ adapters.",
    wall="HBM capacity and bandwidth",
    model=MODEL,
    device=DEVICE,
    fleet=FLEET,
    targets=TARGETS,
    crisis_name="the Personalization Flood",
    crisis=FLOOD,
    sources=SOURCES,
    colour=Colour(light="#4F46E5", dark="#A5B4FC"),
    icon="cloud",
    marker="circle",
    reading=READING,
    texts=TEXTS,
    cities=("Harbour Point", "Old Town", "Green Valley", "North Ridge", "Far Island"),
    extras=(
        Extra(name="gpu_flop_per_s", unit="FLOP/s", meaning="dense bf16 peak of one GPU"),
        Extra(name="gpu_power_w", unit="W", meaning="power of one GPU"),
        Extra(name="lora_rank", unit="1", meaning="rank of the adapter that moves"),
        Extra(name="lora_parameters", unit="1", meaning="parameters of that adapter"),
    ),
)
