r"""What a network is made of: its layers, its parameters and the maps between them.

Model
-----
A Transformer is counted from its six sizes. A convolutional network is a table of convolutions, each followed
by a norm (scale and shift per channel) and perhaps a ReLU; it ends in a mean over the last map and one linear
layer with bias.

block, gpt
    :math:`\sum (d_\text{in} d_\text{out} + d_\text{out})` over q, k, v, o, up and down, and two norms of
    :math:`2 h`
block, llama
    :math:`\sum d_\text{in} d_\text{out}` over q, k, v, o, gate, up and down, and two norms of :math:`h`
network
    :math:`L \cdot \text{block} + \text{final norm} + V h`, and a head of :math:`h V` unless tied, and
    :math:`\text{positions} \cdot h`
convolution
    :math:`\text{inputs} \cdot \text{outputs} \cdot \text{kernel} / \text{groups} + 2\,\text{outputs}`; the side after
    it is :math:`\lceil \text{side} / \text{stride} \rceil`
adapter
    :math:`r (d_\text{in} + d_\text{out})` for each adapted matrix

The lite residual module of TinyTL (mean over 2 x 2, a grouped k x k convolution, a 1 x 1 convolution) runs
parallel to a block; k is 5, or the largest odd number that fits the pooled map of a 256-pixel image.

Validity
--------
Parameters equal, to the last one, torchvision (MobileNetV2, ResNet-50), transformers (Llama 3) and the
published totals of ProxylessNAS-Mobile (2,799,512 without its last layer) and of its lite residual modules
(1,816,416). Images have 32 to 2,048 pixels a side; the DS-CNN takes 49 x 10 features only.

Leaves out
----------
Rotary position tables, which are computed; running statistics of norms, which are not parameters; encoders,
mixtures of experts and squeeze-and-excitation blocks.

Nomenclature
------------
layers | L | 1 | blocks of a Transformer
hidden | h | 1 | width of a token between blocks
heads | a | 1 | attention heads
kv_heads | a_kv | 1 | heads of keys and values: fewer than `heads` in grouped-query attention
ffn | f | 1 | width inside the MLP
vocab | V | 1 | tokens of the vocabulary
tied | - | - | the output matrix is the embedding
positions | - | 1 | learned position vectors
width | - | 1 | multiplier of MobileNetV2's channels, or the channels of the DS-CNN
classes | n_cls | 1 | outputs of the last linear layer
resolution | - | px | side of the square image
rank | r | 1 | inner width of a low-rank adapter
targets | - | - | adapted matrices: q and v, q k v o, the MLP, or all

References
----------
Radford et al. 2019 (GPT-2); Dubey et al. 2024 (Llama 3); Hu et al. 2021 (LoRA); Sandler et al. 2018
(MobileNetV2); Cai, Zhu, Han 2019 (ProxylessNAS); He et al. 2016 (ResNet); Zhang et al. 2017 (DS-CNN); Cai et
al. 2020 (TinyTL).
"""

from __future__ import annotations

from physics.networks.catalogue import ds_cnn, mobilenet_v2, proxyless_mobile, resnet50
from physics.networks.cnn import Block, Cnn, Convolution, image_size
from physics.networks.maps import LayerMaps, layer_maps, peak_elements
from physics.networks.transformer import LORA_TARGETS, Transformer

__all__ = [
    "LORA_TARGETS",
    "Block",
    "Cnn",
    "Convolution",
    "LayerMaps",
    "Shape",
    "Transformer",
    "ds_cnn",
    "image_size",
    "layer_maps",
    "mobilenet_v2",
    "peak_elements",
    "proxyless_mobile",
    "resnet50",
]

Shape = Transformer | Cnn
