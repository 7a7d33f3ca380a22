"""Published numbers that several tracks and benches share, each with its source on its line.

A figure marked "derived" is arithmetic on the lines around it; one marked "assumed" has no public source.
Hardware that belongs to one persona stands in that persona's own file.
"""

from __future__ import annotations

from typing import Final

from physics.units import MB

FLOP_PER_MAC: Final = 2  # one multiplication and one addition

# Llama-3-70B
LLAMA_3_70B_LAYERS: Final = 80  # Meta-Llama-3-70B config.json, as repeated in public code
LLAMA_3_70B_HIDDEN: Final = 8192  # idem
LLAMA_3_70B_HEADS: Final = 64  # idem
LLAMA_3_70B_KV_HEADS: Final = 8  # idem
LLAMA_3_70B_FFN: Final = 28_672  # idem
LLAMA_3_70B_VOCABULARY: Final = 128_256  # idem
LLAMA_3_70B_PARAMETERS: Final = 70_553_706_496  # derived: the shape above, two embeddings, RMS norms, no biases
LLAMA_3_70B_KV_BYTES_PER_TOKEN: Final = 327_680  # derived: keys and values, 80 layers, 8 heads of 128, 2 B each
LLAMA_3_70B_LORA_RANK: Final = 16  # assumed: a middle rank of Hu et al. 2021, table 6
LLAMA_3_70B_LORA_PARAMETERS: Final = 65_536_000  # derived: rank 16 on q, k, v, o: r (d_in + d_out) a matrix, Hu 2021

# H100 SXM5 and what feeds it; vendor's peaks are upper bounds
H100_MEMORY_BYTES: Final = 81_559 * 2**20  # nvidia-smi reports 81,559 MiB
H100_MEMORY_BYTES_PER_S: Final = 3.35e12  # NVIDIA H100 SXM5 data sheet
H100_FLOP_PER_S: Final = 989e12  # idem: bf16, dense
H100_POWER_W: Final = 700  # idem: up to, configurable
PCIE_5_X16_BYTES_PER_S: Final = 52e9  # Azure fails an 8-GPU H100 node under it, in the worse direction; 63 raw
NVME_BYTES_PER_S: Final = 7e9  # Samsung PM1733 data sheet: one PCIe 4 drive

# ResNet-50
RESNET_50_PARAMETERS: Final = 25_557_032  # torchvision, ResNet50_Weights, num_params
RESNET_50_MACS: Final = 4_090_000_000  # torchvision, ResNet50_Weights, "GFLOPS 4.09" counts MACs, at 224 x 224

# ProxylessNAS-Mobile with the lite residual modules of TinyTL
PROXYLESS_MOBILE_PARAMETERS: Final = 4_615_928  # Cai et al. 2020 (TinyTL), counted from fig. 3; without the head
PROXYLESS_MOBILE_LITE_RESIDUAL_PARAMETERS: Final = 1_816_416  # idem, the part TinyTL-L trains beside the head
PROXYLESS_MOBILE_HEAD_PARAMETERS: Final = 130_662  # derived: 1,280 features x 102 classes + 102 biases
PROXYLESS_MOBILE_MACS: Final = 320_000_000  # Cai et al. 2019 (ProxylessNAS), at 224 x 224

# DS-CNN on one second of audio: 10 x 4 convolution to a 25 x 5 map, four depthwise-separable blocks, one head
DS_CNN_WIDTH: Final = 212  # assumed: one width whose INT8 weights weigh what DS-CNN-M's do
DS_CNN_CLASSES: Final = 12  # Zhang et al. 2017, "Hello Edge": ten words, silence, unknown
DS_CNN_MAP_ELEMENTS: Final = 125  # derived: 49 frames x 10 coefficients, stride 2: 25 x 5 positions
DS_CNN_WINDOW_FRAMES: Final = 49  # Zhang et al. 2017: one second in frames of 40 ms, 20 ms apart
DS_CNN_FRAME_S: Final = 0.020  # idem, from one frame to the next
DS_CNN_PARAMETERS: Final = 202_260  # derived: weights without bias, scale and shift per channel, a head with bias
DS_CNN_MACS: Final = 24_488_544  # derived: 125 (40 w + 4 (9 w + w^2)) + 12 w at w = 212, one window
DS_CNN_M_FILE_BYTES: Final = 200_928  # ARM-software/ML-zoo, ds_cnn_medium INT8

# Audio
AUDIO_SAMPLES_PER_S: Final = 16_000  # assumed: wide-band speech, the rate of the keyword and translation literature
AUDIO_BYTES_PER_SAMPLE: Final = 2  # assumed: 16-bit linear

# Radios
LTE_UPLINK_BIT_PER_S: Final = 6e6  # Huang et al., MobiSys 2012: median uplink
LTE_UPLINK_W_PER_MBIT_S: Final = 0.43839  # idem: slope of the power while sending
LTE_DOWNLINK_W_PER_MBIT_S: Final = 0.05197  # idem: while receiving
LTE_BASE_W: Final = 1.28804  # idem: base power while connected
LTE_ISOLATED_PACKET_J: Final = 12.76  # idem: one packet with promotion and tail
FIVE_G_J_PER_BYTE: Final = 233e-3 / MB  # Narayanan et al., SIGCOMM 2021: 29.15 mW per Mb/s, low band, slope only
BLE_TRANSMIT_J_PER_BIT: Final = 14e-9  # nRF52840 Product Specification: 6.40 mA at 3 V over 1.376 Mb/s
BLE_RECEIVE_J_PER_BIT: Final = 14e-9  # idem: 6.26 mA
BLE_MESH_BIT_PER_S: Final = 1600.0  # derived: 12 B a segment, sent 3 times 20 ms apart (Zephyr Bluetooth mesh)

# The keyboard fleet: the illustration that makes the paradox, beside what a published keyboard model weighs
KEYBOARD_PHONES: Final = 100_000_000  # assumed: a large consumer fleet
KEYBOARD_PARAMETERS: Final = 1_000_000_000  # assumed: an illustration; production models stay below ten million
KEYBOARD_BYTES_PER_PARAMETER: Final = 2  # FP16
KEYBOARD_PARTICIPATION: Final = 0.01  # assumed
KEYBOARD_ROUNDS_PER_DAY: Final = 10  # assumed
KEYBOARD_KEYSTROKES_PER_DAY: Final = 1e9  # assumed: ten a phone, for the whole fleet
KEYBOARD_BYTES_PER_KEYSTROKE: Final = 100  # assumed: the keystroke with its context
KEYBOARD_UPLINK_BIT_PER_S: Final = LTE_UPLINK_BIT_PER_S
GBOARD_PARAMETERS: Final = 1_400_000  # Hard et al. 2018: the published next-word model
