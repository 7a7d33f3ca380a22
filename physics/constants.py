"""Published numbers that several tracks and benches share, each with its source in the same call.

A constant of the module is a plain number; ``SOURCES`` holds where each comes from. A source of kind "derived" is
arithmetic on numbers beside it, one of kind "assumed" has no public source. A document that several numbers cite is a
``Source`` of its own. Hardware that belongs to one persona is in that persona's own file.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

from physics.sources import Source, derived, source, sourced, take_sources
from physics.units import MB

FLOP_PER_MAC: Final = sourced(2, "one multiplication and one addition", kind="standard")

# Llama-3-70B
LLAMA_3_70B: Final = source(
    "Meta, llama-models, models/sku_list.py, Llama 3 70B",
    kind="code",
    url="https://github.com/meta-llama/llama-models/blob/084b88e939e954d2851ee28f96398ca54aa8f8f9/models/sku_list.py",
)
LORA: Final = source("Hu et al. 2021 (LoRA)", kind="paper", url="https://arxiv.org/abs/2106.09685")
LLAMA_3_70B_LAYERS: Final = sourced(80, LLAMA_3_70B.at("n_layers"))
LLAMA_3_70B_HIDDEN: Final = sourced(8192, LLAMA_3_70B.at("dim"))
LLAMA_3_70B_HEADS: Final = sourced(64, LLAMA_3_70B.at("n_heads"))
LLAMA_3_70B_KV_HEADS: Final = sourced(8, LLAMA_3_70B.at("n_kv_heads"))
LLAMA_3_70B_FFN: Final = sourced(28_672, derived("8/3 x 8192 x 1.3, rounded up to a multiple of 4096", LLAMA_3_70B))
LLAMA_3_70B_VOCABULARY: Final = sourced(128_256, LLAMA_3_70B.at("vocab_size"))
LLAMA_3_70B_PARAMETERS: Final = sourced(70_553_706_496, derived("counted from the shape", LLAMA_3_70B))
LLAMA_3_70B_KV_BYTES_PER_TOKEN: Final = sourced(327_680, derived("2 x 80 layers x 8 heads x 128 x 2 B", LLAMA_3_70B))
LLAMA_3_70B_LORA_RANK: Final = sourced(16, "assumed: a middle rank; Hu et al. 2021 (LoRA) try 1 to 64", url=LORA.url)
LLAMA_3_70B_LORA_PARAMETERS: Final = sourced(65_536_000, derived("rank 16 on q, k, v, o of 80 layers", LLAMA_3_70B))

# H100 SXM5 and what feeds it; a vendor's peaks are upper bounds
H100_DATA_SHEET: Final = source(
    "NVIDIA H100 SXM5 data sheet",
    kind="data sheet",
    url="https://resources.nvidia.com/en-us-tensor-core/nvidia-tensor-core-gpu-datasheet",
)
H100_MEMORY_BYTES: Final = sourced(
    81_559 * 2**20, "nvidia-smi prints 81,559 MiB for the 80 GB card; from public logs", kind="measured"
)
H100_MEMORY_BYTES_PER_S: Final = sourced(3.35e12, H100_DATA_SHEET.at("HBM3, 3.35 TB/s"))
H100_FLOP_PER_S: Final = sourced(989e12, H100_DATA_SHEET.at("989 TFLOP/s bf16 dense; 1,979 counts 2:4 sparsity"))
H100_POWER_W: Final = sourced(700, H100_DATA_SHEET.at("up to 700 W"))
PCIE_5_X16_BYTES_PER_S: Final = sourced(
    52e9,
    "Azure azurehpc-health-checks, nd96isr_h100_v5: a node below 52 GB/s in the worse direction fails; "
    "a GPU, PCIe 5 x16, 64 GB/s raw",
    kind="code",
    url="https://github.com/Azure/azurehpc-health-checks/blob/06114325109659ce3c260b56d46aeab436fcfc15/"
    "conf/nd96isr_h100_v5.conf",
)
NVME_BYTES_PER_S: Final = sourced(
    7e9,
    "Samsung PM1733: one PCIe 4 drive, 7.0 GB/s sequential read",
    kind="data sheet",
    url="https://semiconductor.samsung.com/ssd/enterprise-ssd/pm1733-pm1735/mzwlj7t6hala-00007/",
)

# ResNet-50
TORCHVISION_RESNET_50: Final = source(
    "torchvision, ResNet50_Weights",
    kind="code",
    url="https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet50.html",
)
RESNET_50_PARAMETERS: Final = sourced(25_557_032, TORCHVISION_RESNET_50.at("25,557,032 parameters (He et al. 2016)"))
RESNET_50_MACS: Final = sourced(4_090_000_000, TORCHVISION_RESNET_50.at("GFLOPS 4.09 counts MACs, at 224 x 224"))

# ProxylessNAS-Mobile with the lite residual modules of TinyTL
TINYTL: Final = source("Cai et al. 2020 (TinyTL)", kind="paper", url="https://arxiv.org/abs/2007.11622")
TINYTL_FIGURE_3: Final = source("Cai et al. 2020 (TinyTL), counted from fig. 3", kind="paper", url=TINYTL.url)
PROXYLESS_NAS: Final = source("Cai et al. 2019 (ProxylessNAS)", kind="paper", url="https://arxiv.org/abs/1812.00332")
PROXYLESS_MOBILE_PARAMETERS: Final = sourced(
    4_615_928, TINYTL_FIGURE_3.at("backbone with lite residual modules, without the head")
)
PROXYLESS_MOBILE_LITE_RESIDUAL_PARAMETERS: Final = sourced(
    1_816_416, TINYTL_FIGURE_3.at("what TinyTL-L trains beside the head")
)
PROXYLESS_MOBILE_HEAD_PARAMETERS: Final = sourced(130_662, "derived: 1,280 features x 102 classes + 102 biases")
PROXYLESS_MOBILE_MACS: Final = sourced(320_000_000, PROXYLESS_NAS.at("320 M, at 224 x 224"))

# DS-CNN on one second of audio: 10 x 4 convolution to a 25 x 5 map, four depthwise-separable blocks, one head
HELLO_EDGE: Final = source("Zhang et al. 2017 (Hello Edge)", kind="paper", url="https://arxiv.org/abs/1711.07128")
DS_CNN_WIDTH: Final = sourced(212, "assumed: one width whose INT8 weights weigh what DS-CNN-M's do")
DS_CNN_CLASSES: Final = sourced(12, HELLO_EDGE.at("ten words, silence, unknown"))
DS_CNN_MAP_ELEMENTS: Final = sourced(125, "derived: 49 frames x 10 coefficients, stride 2: 25 x 5 positions")
DS_CNN_WINDOW_FRAMES: Final = sourced(49, HELLO_EDGE.at("one second in frames of 40 ms, 20 ms apart"))
DS_CNN_FRAME_S: Final = sourced(0.020, HELLO_EDGE.at("20 ms from one frame to the next"))
DS_CNN_PARAMETERS: Final = sourced(  # weights without bias, scale and shift per channel, a head with bias
    202_260,
    "derived: layers of a DS-CNN of width 212, 12 classes, after Zhang et al. 2017 (Hello Edge)",
    url=HELLO_EDGE.url,
)
DS_CNN_MACS: Final = sourced(24_488_544, "derived: 125 (40 w + 4 (9 w + w^2)) + 12 w at w = 212, one window")
DS_CNN_M_FILE_BYTES: Final = sourced(
    200_928,
    "DS-CNN-M INT8, 200,928 B (ARM-software/ML-zoo)",
    kind="code",
    url="https://github.com/ARM-software/ML-zoo/tree/master/models/keyword_spotting/ds_cnn_medium",
)

# Audio
AUDIO_SAMPLES_PER_S: Final = sourced(
    16_000, "assumed: wide-band speech, the rate of the keyword and translation literature"
)
AUDIO_BYTES_PER_SAMPLE: Final = sourced(2, "assumed: 16-bit linear samples")

# Radios
LTE_2012: Final = source("Huang et al., MobiSys 2012", kind="paper", doi="10.1145/2307636.2307658")
NRF52840: Final = source(
    "nRF52840 Product Specification",
    kind="data sheet",
    url="https://docs.nordicsemi.com/bundle/ps_nrf52840/page/keyfeatures_html5.html",
)
LTE_UPLINK_BIT_PER_S: Final = sourced(6e6, LTE_2012.at("LTE median uplink 6 Mb/s"))
LTE_UPLINK_W_PER_MBIT_S: Final = sourced(0.43839, LTE_2012.at("438.39 mW per Mb/s while sending"))
LTE_DOWNLINK_W_PER_MBIT_S: Final = sourced(0.05197, LTE_2012.at("51.97 mW per Mb/s while receiving"))
LTE_BASE_W: Final = sourced(1.28804, LTE_2012.at("1288.04 mW while connected"))
LTE_ISOLATED_PACKET_J: Final = sourced(12.76, LTE_2012.at("one packet with promotion and tail"))
FIVE_G_J_PER_BYTE: Final = sourced(
    233e-3 / MB,
    "Narayanan et al., SIGCOMM 2021: 29.15 mW per Mb/s on low band, 233 mJ/MB; slope only, base power and tail come "
    "on top",
    kind="paper",
    doi="10.1145/3452296.3472923",
)
BLE_TRANSMIT_J_PER_BIT: Final = sourced(
    14e-9,
    "derived: nRF52840 Product Specification, 6.40 mA at 3 V and 0 dBm over 1.376 Mb/s, 14 nJ a bit",
    url=NRF52840.url,
)
BLE_RECEIVE_J_PER_BIT: Final = sourced(
    14e-9, "derived: nRF52840 Product Specification, 6.26 mA at 3 V over 1.376 Mb/s, 14 nJ a bit", url=NRF52840.url
)
BLE_MESH_BIT_PER_S: Final = sourced(
    1600.0,
    "derived: 12 B a segment, sent 3 times 20 ms apart, one free hop (Zephyr CONFIG_BT_MESH_TX_SEG_MAX)",
    url="https://github.com/zephyrproject-rtos/zephyr/blob/main/subsys/bluetooth/mesh/Kconfig",
)

# The keyboard fleet: the assumed figures of the traffic example, and the size of a published keyboard model
KEYBOARD_PHONES: Final = sourced(100_000_000, "assumed: a large consumer fleet")
KEYBOARD_PARAMETERS: Final = sourced(
    1_000_000_000, "assumed: an illustration; production models stay below ten million"
)
KEYBOARD_BYTES_PER_PARAMETER: Final = sourced(2, "assumed: FP16, as a phone would receive it")
KEYBOARD_PARTICIPATION: Final = sourced(0.01, "assumed: one phone in a hundred is invited to a round")
KEYBOARD_ROUNDS_PER_DAY: Final = sourced(10, "assumed: a round every two to three hours")
KEYBOARD_KEYSTROKES_PER_DAY: Final = sourced(1e9, "assumed: ten a phone, for the whole fleet")
KEYBOARD_BYTES_PER_KEYSTROKE: Final = sourced(100, "assumed: the keystroke with its context")
KEYBOARD_UPLINK_BIT_PER_S: Final = LTE_UPLINK_BIT_PER_S
GBOARD_PARAMETERS: Final = sourced(
    1_400_000,
    "Hard et al. 2018, Federated Learning for Mobile Keyboard Prediction: the published next-word model",
    kind="paper",
    url="https://arxiv.org/abs/1811.03604",
)

# What several tracks name for their targets
GBOARD_2024: Final = source(
    "Google 2024, Advances in private training for production on-device language models",
    kind="report",
    url="https://research.google/blog/advances-in-private-training-for-production-on-device-language-models/",
)
MLPERF_INTERACTIVE: Final = source(
    "MLPerf Inference, loadgen/mlperf.conf: llama2-70b-interactive, p99 time to first token 450 ms",
    kind="code",
    url="https://github.com/mlcommons/inference/blob/001712e9daf80386e0dda43f97b8f36981d792c4/loadgen/mlperf.conf",
)

SOURCES: Final[Mapping[str, Source]] = take_sources(globals())


def source_of(name: str) -> Source:
    """Return where a constant of this module comes from.

    Raises
    ------
    ValueError
        No constant of that name.
    """
    if name not in SOURCES:
        near = get_close_matches(name, SOURCES, n=1)
        raise ValueError(f"physics.constants has no {name!r}{f'; is it {near[0]!r}?' if near else ''}")
    return SOURCES[name]


def sourced_of(name: str) -> Any:
    """Return a constant of this module together with its source, as a track's field or extra takes it.

    Raises
    ------
    ValueError
        No constant of that name.
    """
    where = source_of(name)
    return sourced(globals()[name], where)
