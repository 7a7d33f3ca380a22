"""What autograd keeps of a Transformer between the forward and the backward pass.

Which tensor is kept follows from which gradient needs it: a matrix that trains, and the first matrix of an
adapter, needs its input; attention needs its operands; a norm and a GELU need their inputs; dropout its mask.
The counts equal the tensors that torch saves, less its vectors of statistics (0.03% to 0.3%), which the
runtime `stock` adds.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from physics.memory.methods import MAX_BATCH, MAX_TOKENS, Targets
from physics.networks.transformer import LORA_TARGETS, Transformer
from physics.validation import FloatOrArray, Floats, as_floats, as_ints, broadcast, one_of, to_scalar

Attention = Literal["explicit", "flash"]
Checkpoint = Literal["none", "selective", "full"]

Number = Floats | float

STATISTICS_BYTES = 8  # fp32 mean and deviation that a norm keeps of one token


def block_bytes(
    *,
    tokens: Floats,
    batch: Floats,
    hidden: Number,
    kv_hidden: Number,
    ffn: Number,
    heads: Number,
    family: str,
    bytes_per_activation: Number,
    method: str,
    adapted: frozenset[str],
    rank: Number,
    attention: str,
    recomputes_attention: bool,
    gradient_enters: bool = True,
    keeps_statistics: bool = False,
) -> Floats:
    """Return the bytes that one block keeps when it is not recomputed as a whole, broadcast over the numbers.

    `gradient_enters` is whether the block's input needs a gradient: not so before the first adapter.
    `keeps_statistics` adds the fp32 vectors of norms and of the flash kernel, for a GPT.
    """
    positions = tokens * batch
    inner = positions * rank * len(adapted) * bytes_per_activation  # between the two matrices of each adapter
    scores = heads * tokens * positions if attention == "explicit" and not recomputes_attention else 0.0
    if family == "llama":
        return positions * (6 * hidden + 2 * kv_hidden + 4 * ffn) * bytes_per_activation + (
            scores * bytes_per_activation + inner
        )
    weights_train = method not in ("lora", "bitfit")
    flash = attention == "flash"
    attends = gradient_enters or bool(adapted & {"q", "k", "v"})
    kept: list[tuple[bool, Number]] = [
        (gradient_enters, hidden),  # input of the first norm
        (weights_train or bool(adapted & {"q", "k", "v"}), hidden),  # its output, read by q, k and v
        (
            gradient_enters or "k" in adapted or (attends and (flash or recomputes_attention)),
            hidden,
        ),  # queries
        (attends, 2 * kv_hidden),  # keys and values
        (weights_train or "o" in adapted or (attends and flash), hidden),  # what attention hands on
        (attends, hidden),  # input of the second norm; o is never adapted without q, k and v
        (weights_train or "up" in adapted, hidden),  # its output
        (attends or "up" in adapted, ffn),  # input of the GELU
        (weights_train or "down" in adapted, ffn),  # its output
    ]
    elements = sum((size for needed, size in kept if needed), start=0.0)
    masks = positions * hidden * (2 if attends else 1)  # 1-byte masks of two dropouts
    attention_bytes = scores * (2 * bytes_per_activation + 1) if attends else 0.0  # weights, mask, masked weights
    norms = int(gradient_enters) + int(attends)
    statistics = positions * (STATISTICS_BYTES * norms + 4 * heads * (attends and flash))
    kept_bytes = positions * elements * bytes_per_activation + masks + attention_bytes + inner
    return kept_bytes + statistics if keeps_statistics else kept_bytes


def transformer_activation_bytes(
    *,
    tokens: ArrayLike,
    batch: ArrayLike,
    hidden: ArrayLike,
    heads: ArrayLike,
    bytes_per_activation: ArrayLike = 2,
    method: Literal["full", "lora", "bitfit"] = "full",
    rank: ArrayLike = 0,
    attention: Attention = "explicit",
    checkpoint: Checkpoint = "none",
    targets: Targets = "qv",
) -> FloatOrArray:
    r"""Return what one GPT block (ffn = 4 h) keeps between the forward and the backward pass.

    .. math::

       \text{full:} \quad s b h (16 p + 2) + a s^2 b (2 p + 1)

    Parameters
    ----------
    tokens, batch : int or array of int
        [1] 1 to 1e7, and 1 to 1e6.
    hidden : int or array of int
        [1] 1 to 1e6, width of a token.
    heads : int or array of int
        [1] 1 to 1e6.
    bytes_per_activation : float or array
        [B] above 0, to 8.
    method : {"full", "lora", "bitfit"}
        [-] What trains: everything, adapters on the matrices of `targets`, or the biases.
    rank : int or array of int
        [1] 0 to `hidden`, inner width of the adapters; read by "lora" alone.
    attention : {"explicit", "flash"}
        [-] Whether the attention weights are stored.
    checkpoint : {"none", "selective", "full"}
        [-] What is computed again: nothing, the attention weights, or all but the block's input.
    targets : {"qv", "qkvo", "mlp", "all"}
        [-] Matrices that "lora" adapts.

    Returns
    -------
    float or array
        [B] The broadcast shape of the arguments.

    Raises
    ------
    ValueError
        A number outside its range or an unknown name.

    Notes
    -----
    Dropout masks have one byte. The first block under LoRA keeps less (see `training_memory`). With "flash"
    the kernel keeps its own output: s b h p more for BitFit, and for LoRA unless it adapts o. With "full"
    recomputation one live block more is needed at a time; `training_memory` adds it once.

    References
    ----------
    Korthikanti et al. 2022, equations 1 and 2: s b h (34 + 5 a s / h) for p = 2.

    Examples
    --------
    GPT-3's block, 2,048 tokens: 2048 * 12288 * (34 + 5 * 96 * 2048 / 12288) bytes.

    >>> transformer_activation_bytes(tokens=2048, batch=1, hidden=12288, heads=96) / 1e9
    2.868903936
    """
    one_of("method", method, ("full", "lora", "bitfit"))
    one_of("attention", attention, ("explicit", "flash"))
    one_of("checkpoint", checkpoint, ("none", "selective", "full"))
    adapted = frozenset(LORA_TARGETS[one_of("targets", targets, LORA_TARGETS)]) - {"gate"}
    positions, sequences, width, head, p, inner = broadcast(
        tokens=as_ints("tokens", tokens, low=1, high=MAX_TOKENS),
        batch=as_ints("batch", batch, low=1, high=MAX_BATCH),
        hidden=as_ints("hidden", hidden, low=1, high=10**6),
        heads=as_ints("heads", heads, low=1, high=10**6),
        bytes_per_activation=as_floats("bytes_per_activation", bytes_per_activation, low=0, high=8, low_open=True),
        rank=as_ints("rank", rank, low=0, high=10**6),
    )
    if (inner > width).any():
        where = np.argmax(inner > width)
        raise ValueError(f"rank must lie in [0, hidden] = [0, {width.flat[where]:.0f}], got {inner.flat[where]:.0f}")
    if checkpoint == "full":
        return to_scalar(positions * sequences * width * p)
    return to_scalar(
        block_bytes(
            tokens=positions,
            batch=sequences,
            hidden=width,
            kv_hidden=width,
            ffn=4 * width,
            heads=head,
            family="gpt",
            bytes_per_activation=p,
            method=method,
            adapted=adapted if method == "lora" else frozenset(),
            rank=inner,
            attention=attention,
            recomputes_attention=checkpoint == "selective",
        )
    )


def _head_bytes(
    shape: Transformer,
    *,
    positions: Floats,
    bytes_per_activation: float,
    trains: bool,
    keeps_statistics: bool,
) -> Floats:
    maps = 2 if trains else 1  # the final norm's input, and its output where the matrix after it trains
    statistics = STATISTICS_BYTES if keeps_statistics else 0
    per_token = maps * shape.hidden * bytes_per_activation + 4 * shape.vocab + statistics  # fp32 log-softmax
    return positions * per_token


def live_bytes(shape: Transformer, *, tokens: Floats, batch: Floats, bytes_per_activation: float) -> Floats:
    """Return the largest input plus output of a layer in a forward pass, logits of the last position only."""
    gates = 2 if shape.family == "llama" else 1
    widest = max(shape.hidden + gates * shape.ffn, 2 * shape.hidden + 2 * shape.kv_hidden)
    return batch * np.maximum(tokens * widest, shape.hidden + shape.vocab) * bytes_per_activation


def training_bytes(
    shape: Transformer,
    *,
    method: str,
    tokens: Floats,
    batch: Floats,
    rank: Floats,
    last: Floats,
    targets: str,
    bytes_per_activation: float,
    attention: str,
    checkpoint: str,
    runtime: str,
) -> Floats:
    """Return the bytes that the whole network keeps for one backward pass, broadcast over the arrays."""
    adapted = frozenset(shape.adapted(targets)) if method == "lora" else frozenset()

    keeps_statistics = runtime == "stock" and shape.family == "gpt"

    def block(gradient_enters: bool) -> Floats:
        return block_bytes(
            tokens=tokens,
            batch=batch,
            hidden=shape.hidden,
            kv_hidden=shape.kv_hidden,
            ffn=shape.ffn,
            heads=shape.heads,
            family=shape.family,
            bytes_per_activation=bytes_per_activation,
            method=method,
            adapted=adapted,
            rank=rank,
            attention=attention,
            recomputes_attention=checkpoint == "selective",
            gradient_enters=gradient_enters,
            keeps_statistics=keeps_statistics,
        )

    positions = tokens * batch
    blocks: Number = last if method == "last_k" else float(shape.layers)
    if method == "head":
        stored: Number = 0.0
    elif checkpoint == "full":
        stored = blocks * positions * shape.hidden * bytes_per_activation + block(True)
    elif method == "lora":
        stored = (blocks - 1) * block(True) + block(False)
    else:
        stored = blocks * block(True)
    kept = stored + _head_bytes(
        shape,
        positions=positions,
        bytes_per_activation=bytes_per_activation,
        trains=method in ("full", "last_k", "head"),
        keeps_statistics=keeps_statistics,
    )
    if runtime == "stock":
        return kept
    live = live_bytes(shape, tokens=tokens, batch=batch, bytes_per_activation=bytes_per_activation)
    return np.maximum(kept, live)
