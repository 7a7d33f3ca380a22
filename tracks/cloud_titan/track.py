"""Cloud Titan: an LLM architect, one node of eight GPUs and a million tenants with an adapter each."""

from __future__ import annotations

from physics import constants
from physics.sources import derived, sourced
from physics.units import DAYS_PER_MONTH, KB, TB
from tracks import Colour, Device, Extra, Fleet, Model, Targets, Track
from tracks.api.quantities import in_words
from tracks.cloud_titan.flood.bench import BENCH as FLOOD
from tracks.common.reading_list import PAPERS

GPUS = 8
TRAINING_TOKENS = 2048

PUNICA = "https://github.com/punica-ai/punica/blob/149503875cb20a7c89556453931d5964c396bc38/benchmarks/bench_textgen_lora_all.py"
S_LORA = "https://github.com/S-LoRA/S-LoRA/blob/2a2786b9dff40300ccc21b878ab8a14dad9244f3/benchmarks/trace.py"

MODEL = Model(
    name="LoRA adapters on Llama-3-70B",
    parameters=constants.sourced_of("LLAMA_3_70B_PARAMETERS"),
    weights_bytes=sourced(constants.LLAMA_3_70B_PARAMETERS * 2, "derived: 70,553,706,496 parameters x 2 B (bf16)"),
    forward_flop=sourced(
        constants.LLAMA_3_70B_PARAMETERS * constants.FLOP_PER_MAC,
        "derived: one token, about 2 FLOP a parameter; attention over the context is left out",
    ),
    sample_bytes=sourced(4, "assumed: one token of a prompt, about four characters of one byte"),
    moved_name="LoRA adapter, r16 on q,k,v,o, bf16",
    moved_bytes=sourced(
        constants.LLAMA_3_70B_LORA_PARAMETERS * 2,
        "derived: 65,536,000 parameters x 2 B; r (d_in + d_out) a matrix, Hu et al. 2021 (LoRA)",
        url=constants.LORA.url,
    ),
)

DEVICE = Device(
    name="Node of 8 H100 SXM5",
    memory_bytes=sourced(
        GPUS * constants.H100_MEMORY_BYTES, derived(f"{GPUS} GPUs", constants.source_of("H100_MEMORY_BYTES"))
    ),
    learning_memory_bytes=sourced(GPUS * constants.H100_MEMORY_BYTES, "assumed: the whole node while it fine-tunes"),
    memory_bytes_per_s=sourced(
        GPUS * constants.H100_MEMORY_BYTES_PER_S,
        derived(f"{GPUS} GPUs", constants.source_of("H100_MEMORY_BYTES_PER_S")),
    ),
    peak_flop_per_s=sourced(
        GPUS * constants.H100_FLOP_PER_S, derived(f"{GPUS} GPUs", constants.source_of("H100_FLOP_PER_S"))
    ),
    utilisation=sourced(
        0.4,
        "assumed: large matrix products reach about 40% of the dense peak; "
        "decoding token by token is limited by memory instead",
    ),
    power_w=sourced(GPUS * constants.H100_POWER_W, derived(f"{GPUS} GPUs alone", constants.source_of("H100_POWER_W"))),
    learning_power_w=sourced(GPUS * constants.H100_POWER_W, "assumed: the whole node while it fine-tunes"),
    battery_wh=None,
    uplink_bit_per_s=sourced(100e9, "assumed: one 100 Gb/s port a node"),
    uplink_name="Data-centre Ethernet",
    round_trip_s=sourced(0.001, "assumed: the node stands in the data centre; one hop away is 1 ms"),
    deadline_s=sourced(
        0.050,
        "assumed: 11% of the strictest public budget, MLPerf Inference interactive p99, 450 ms",
        url=constants.MLPERF_INTERACTIVE.url,
    ),
    deadline_name="p99 added time to first token",
    extras={
        "gpus": sourced(GPUS, "assumed: the usual eight-GPU board; it holds the weights and leaves room for adapters"),
        "gpu_memory_bytes": constants.sourced_of("H100_MEMORY_BYTES"),
        "gpu_memory_bytes_per_s": constants.sourced_of("H100_MEMORY_BYTES_PER_S"),
        "gpu_flop_per_s": constants.sourced_of("H100_FLOP_PER_S"),
        "gpu_power_w": constants.sourced_of("H100_POWER_W"),
        "pcie_bytes_per_s": constants.sourced_of("PCIE_5_X16_BYTES_PER_S"),
        "nvme_bytes_per_s": constants.sourced_of("NVME_BYTES_PER_S"),
        "kv_bytes_per_token": constants.sourced_of("LLAMA_3_70B_KV_BYTES_PER_TOKEN"),
        "lora_rank": constants.sourced_of("LLAMA_3_70B_LORA_RANK"),
        "lora_parameters": constants.sourced_of("LLAMA_3_70B_LORA_PARAMETERS"),
        "adapter_skew": sourced(
            0.8, "assumed: no production exponent is public; Punica's benchmark uses Zipf 1.5", url=PUNICA
        ),
        "adapter_skew_low": sourced(
            0.6, "assumed: low end of what is explored; S-LoRA's benchmark is uniform", url=S_LORA
        ),
        "adapter_skew_high": sourced(
            1.2, "assumed: high end of what is explored; Punica's benchmark uses Zipf 1.5", url=PUNICA
        ),
        "window_flop": sourced(
            TRAINING_TOKENS * constants.LLAMA_3_70B_PARAMETERS * constants.FLOP_PER_MAC,
            "assumed: 2,048 tokens, what one training sample takes; 2 FLOP a parameter and token",
        ),
    },
)

FLEET = Fleet(
    devices=sourced(
        1_000_000, "assumed: a million tenants, so that their adapters (131 TB) fit no memory tier at hand"
    ),
    unit="tenants",
    raw_bytes_per_device_day=sourced(50 * KB, "assumed: 50 kB of prompts, some twenty pages of text"),
    cap_bytes=sourced(50 * TB, "assumed: 50 TB a day for the whole service, a thousand times the prompts themselves"),
    cap_days=sourced(1, "assumed: the service is capped by the day"),
    cap_scope="service",
    skew_alpha=sourced(0.3, "assumed: tenants differ, but less than cities do; set by measurement on the proxy task"),
    reliability=sourced(0.8, "assumed: the same start on every track, one upload in five is lost"),
    seed=19,
)

TARGETS = Targets(
    mean_accuracy=sourced(0.945, "assumed: a point and a half below .961, the proxy task's best model of all data"),
    worst_city_accuracy=sourced(0.92, "assumed: two and a half points below the mean target"),
    safety_accuracy=sourced(0.93, "assumed: what the privacy bench may not fall below on the proxy task"),
    epsilon=sourced(
        8,
        "assumed: inside the published practice, .994 to 13.69 (Google 2024), user level",
        url=constants.GBOARD_2024.url,
    ),
    epsilon_unit="tenant",
    extras={
        "p99_added_first_token_s": sourced(
            0.050, "assumed: 11% of MLPerf Inference's interactive p99 of 450 ms", url=constants.MLPERF_INTERACTIVE.url
        ),
        "throughput_share": sourced(0.95, "assumed: adapters may cost one token in twenty"),
    },
)

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

STORY = (
    f"You run one node of {GPUS} GPUs, and {in_words(FLEET.devices, 'tenants')} want an LLM that is their own.",
    f"Nobody gets a model: each gets a LoRA adapter of {in_words(MODEL.moved_bytes, 'B')} beside the "
    f"{in_words(MODEL.weights_bytes, 'B')} of weights that all share.",
    f"What fits and how fast it is read, {in_words(DEVICE.memory_bytes, 'iB')} of HBM, decides whom you can serve.",
    "The tenants’ texts differ, and learning from the few who answer first is not learning from all.",
    f"Your privacy officer signs a total ε of {TARGETS.epsilon:g}, and not below "
    f"{in_words(TARGETS.safety_accuracy, 'share')} of accuracy.",
    "Then one morning everybody asks at once, each for another adapter.",
)

CLOUD_TITAN = Track(
    id="cloud_titan",
    name="Cloud Titan",
    persona="LLM architect",
    north_star="Serve the most Llama-3-70B tokens a node can, with a million tenants’ adapters.",
    wall="HBM capacity and bandwidth",
    story=STORY,
    model=MODEL,
    device=DEVICE,
    fleet=FLEET,
    targets=TARGETS,
    crisis_name="the Personalization Flood",
    crisis=FLOOD,
    colour=Colour(light="#4F46E5", dark="#A5B4FC"),
    icon="cloud",
    marker="circle",
    reading=PAPERS,
    texts=TEXTS,
    cities=("Harbour Point", "Old Town", "Green Valley", "North Ridge", "Far Island"),
    group="tenant group",
    extras=(
        Extra(name="gpu_flop_per_s", unit="FLOP/s", meaning="dense bf16 peak of one GPU"),
        Extra(name="gpu_power_w", unit="W", meaning="power of one GPU"),
        Extra(name="lora_rank", unit="1", meaning="rank of the adapter that moves"),
        Extra(name="lora_parameters", unit="1", meaning="parameters of that adapter"),
    ),
)
