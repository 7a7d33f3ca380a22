r"""What training on a device costs in memory, term by term, and why it is a multiple of inference.

Model
-----
.. math::

   \text{training} = \text{weights} + \text{gradients} + \text{optimizer} + \text{activations}

   \text{inference} = \text{weights} + \text{live activations}

Weights are the frozen parameters times the frozen width and the trained ones times theirs, gradients are the trained
parameters times the width of a gradient, and the optimizer keeps 0 (sgd), 4 (momentum) or 8 bytes (adam) for each
trained parameter. Bytes of one:

============  ======  =======  ========  ==========  =========================================
format        frozen  trained  gradient  activation  note
============  ======  =======  ========  ==========  =========================================
fp32          4       4        4         4
bf16          2       2        2         2
mixed (fp16)  2       2 + 4    2         2           the 4 is the fp32 master copy
int8          1       4        4         4           INT8 where frozen, fp32 for all that learns
============  ======  =======  ========  ==========  =========================================

A GPT block keeps, for s tokens, batch b, width h, a heads and p bytes of an activation (Korthikanti et al.
2022, equations 1 and 2, for ffn = 4 h; counted tensor by tensor for other sizes):

full, explicit attention
    :math:`s b h (16 p + 2) + a s^2 b (2 p + 1)`; with flash or selective recomputation the first term alone.
LoRA on q and v
    :math:`s b h (10 p + 2) + a s^2 b (2 p + 1) + 2 s b r p`
BitFit
    :math:`s b h (9 p + 2) + a s^2 b (2 p + 1)`
LoRA or BitFit with flash
    :math:`s b h p` more, unless o is adapted: the kernel keeps its own output.
LoRA on o, up, down
    :math:`s b h p` more for what o reads, :math:`s b h p` for up, :math:`s b\,\text{ffn}\,p` for down, and
    :math:`s b r p` each.
first block under LoRA
    Less all that only the frozen part before the first adapter would need.
full recomputation
    :math:`s b h p` per block, and one live block.
head
    :math:`s b h p` (:math:`2 s b h p` where it trains) and :math:`4 s b V` for the log-softmax.
Llama block, flash
    :math:`s b p (6 h + 2\,\text{kv} + 4\,\text{ffn})` whatever is adapted, and :math:`s b r p` per adapter.

A convolutional network keeps, in the runtime `ideal` (the count of TinyTL, Cai et al. 2020):

full, last k blocks
    Inputs of the convolutions and of the norms of those blocks.
norm
    Inputs of the norms.
LoRA (1 x 1 convolutions)
    Inputs of the convolutions; the adapter's inner values are computed again.
bias, lite residual
    The live activations of the forward pass and one bit for each of them.
head
    The live activations: less than these no method keeps.

In the runtime `stock` (PyTorch) it keeps the inputs of every convolution, norm, ReLU6 and linear layer from the
first trained layer on, whether or not they train, and the statistics of norms that do.

Live activations, the second term of inference: the largest sum of one layer's input and output, with what a
shortcut holds meanwhile; norms and activation functions work in place, attention is computed in tiles, and
logits are taken of the last position. For a GPT :math:`s b p (h + \text{ffn})`, with SwiGLU
:math:`s b p (h + 2\,\text{ffn})`.

Validity
--------
GPT blocks and models under full, LoRA, BitFit and last-k training, and MobileNetV2, ResNet-50 and DS-CNN in
`stock`, are within 0.3% of the tensors that torch 2.13 and 2.15 save. The TinyTL rule is within 0.5% of the
published figure 3. LoRA counts equal peft's. The Llama block is derived and the same for all targets: with
adapters on q and v, torch saved 0.79 of it in fp32 and 0.89 in bf16, whose norms keep copies in fp32; with
adapters on every linear layer, 1.01 and 1.11.

Leaves out
----------
The allocator's slack, workspaces of kernels, code, the framework itself, the KV cache (`physics.serving`) and,
in `stock`, the live layer beside what is saved. A tensor that two layers read counts twice in `ideal`, as in
the published profile (ResNet-50's projections: 7% of its activations), and once in `stock`, as in PyTorch.
Checkpointing changes nothing where no maps are kept (head, bias and lite residual in `ideal`).

Nomenclature
------------
tokens | s | 1 | tokens of one sequence
batch | b | 1 | sequences or images in one step
hidden | h | 1 | width of a token between blocks
heads | a | 1 | attention heads
bytes_per_activation | p | B | bytes of one activation
method | - | - | what trains
rank | r | 1 | inner width of a low-rank adapter
targets | - | - | adapted matrices: q and v, q k v o, the MLP, or all
last | k | 1 | blocks that train, counted from the end
attention | - | - | explicit: attention weights are stored; flash: they are not
checkpoint | - | - | what is computed again in the backward pass
runtime | - | - | ideal: what must be kept; stock: what PyTorch keeps
resolution | - | px | side of the square image
classes | n_cls | 1 | outputs of the last linear layer
optimizer | - | - | sgd, momentum or adam
precision | - | - | number formats of weights, gradients and activations
weights_bytes | - | B | all parameters, master copies included
gradients_bytes | - | B | one gradient per trained parameter
optimizer_bytes | - | B | fp32 states of the optimizer
activations_bytes | - | B | what the backward pass needs, or in inference the live layer
trained_parameters | P_t | 1 | parameters that change
payload_bytes | - | B | the trained parameters as they would be sent
total_bytes | M | B | the sum of the four terms

References
----------
Korthikanti et al. 2022, Reducing Activation Recomputation in Large Transformer Models, equations 1 and 2,
section 4. Rajbhandari et al. 2020, ZeRO, section 3.1. Hu et al. 2021, LoRA. Ben Zaken et al. 2022, BitFit.
Cai, Gan, Zhu, Han 2020, TinyTL, tables 2 and 3, figure 3.
"""

from physics.memory import published
from physics.memory.methods import largest_rank, lora_parameters
from physics.memory.tinytl import tinytl_memory_bytes
from physics.memory.training import MemoryBreakdown, inference_memory, training_memory
from physics.memory.transformer_activations import transformer_activation_bytes
from physics.networks import Cnn, Shape, Transformer, ds_cnn, mobilenet_v2, proxyless_mobile, resnet50

__all__ = [
    "Cnn",
    "MemoryBreakdown",
    "Shape",
    "Transformer",
    "ds_cnn",
    "inference_memory",
    "largest_rank",
    "lora_parameters",
    "mobilenet_v2",
    "proxyless_mobile",
    "published",
    "resnet50",
    "tinytl_memory_bytes",
    "training_memory",
    "transformer_activation_bytes",
]
