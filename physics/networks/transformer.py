"""A Transformer as six sizes, and the matrices, biases and parameters that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from physics.validation import as_bool, as_int, one_of

Family = Literal["gpt", "llama"]

FAMILIES: tuple[Family, ...] = ("gpt", "llama")
LORA_TARGETS: dict[str, tuple[str, ...]] = {
    "qv": ("q", "v"),
    "qkvo": ("q", "k", "v", "o"),
    "mlp": ("gate", "up", "down"),
    "all": ("q", "k", "v", "o", "gate", "up", "down"),
}
MAX_SIZE = 10**7  # of any one dimension: products stay exact and far from overflow


@dataclass(frozen=True, slots=True)
class Transformer:
    r"""A decoder of `layers` equal blocks, an embedding, a final norm and an output matrix.

    .. math::

       \text{parameters} = L\,(\text{weights} + \text{biases} + \text{norms}) + \text{final norm} + n V h
       + \text{positions} \cdot h

    with n = 1 where the output matrix is the embedding, else 2.

    Parameters
    ----------
    layers : int
        [1] 1 to 10,000.
    hidden : int
        [1] 1 to 1e6.
    heads : int
        [1] 1 to `hidden`, which it divides.
    kv_heads : int
        [1] 1 to `heads`, which it divides.
    ffn, vocab : int
        [1] 1 to 1e7.
    family : {"gpt", "llama"}
        Layer norms, biases, GELU and dropout; or RMS norms and SwiGLU without biases or dropout.
    tied : bool
        Whether the output matrix is the embedding (GPT-2: yes).
    positions : int
        [1] 0 to 1e7, learned position vectors (GPT-2: 1,024).

    Raises
    ------
    ValueError
        A size outside its range, or heads that do not divide.

    Notes
    -----
    Frozen and hashable. The output matrix has no bias.

    References
    ----------
    GPT-2 small has 124,439,808 parameters (Radford et al. 2019, as released); Llama-3-70B 70,553,706,496.

    Examples
    --------
    >>> Transformer(80, 8192, 64, 8, 28672, 128256, family="llama").parameters
    70553706496
    >>> Transformer(12, 768, 12, 12, 3072, 50257, tied=True, positions=1024).parameters
    124439808
    """

    layers: int
    hidden: int
    heads: int
    kv_heads: int
    ffn: int
    vocab: int
    family: Family = "gpt"
    tied: bool = False
    positions: int = 0

    def __post_init__(self) -> None:
        for name, low, high in (
            ("layers", 1, 10_000),
            ("hidden", 1, 10**6),
            ("heads", 1, 10**6),
            ("kv_heads", 1, 10**6),
            ("ffn", 1, MAX_SIZE),
            ("vocab", 1, MAX_SIZE),
            ("positions", 0, MAX_SIZE),
        ):
            object.__setattr__(self, name, as_int(name, getattr(self, name), low=low, high=high))
        one_of("family", self.family, FAMILIES)
        as_bool("tied", self.tied)
        if self.hidden % self.heads:
            raise ValueError(f"heads must divide hidden {self.hidden}, got {self.heads}")
        if self.heads % self.kv_heads:
            raise ValueError(f"kv_heads must divide heads {self.heads}, got {self.kv_heads}")

    @property
    def kv_hidden(self) -> int:
        """Width of the keys, and of the values, of one token."""
        return self.hidden // self.heads * self.kv_heads

    @property
    def matrices(self) -> dict[str, tuple[int, int]]:
        """The weight matrices of one block by name, each as (inputs, outputs)."""
        hidden, key, ffn = self.hidden, self.kv_hidden, self.ffn
        table = {"q": (hidden, hidden), "k": (hidden, key), "v": (hidden, key), "o": (hidden, hidden)}
        if self.family == "llama":
            table["gate"] = (hidden, ffn)
        return {**table, "up": (hidden, ffn), "down": (ffn, hidden)}

    @property
    def biases(self) -> int:
        """Every bias and norm shift: what BitFit trains; none in a Llama."""
        if self.family == "llama":
            return 0
        of_block = sum(outputs for _, outputs in self.matrices.values()) + 2 * self.hidden
        return self.layers * of_block + self.hidden

    @property
    def block_parameters(self) -> int:
        """Parameters of one block."""
        weights = sum(inputs * outputs for inputs, outputs in self.matrices.values())
        if self.family == "llama":
            return weights + 2 * self.hidden
        return weights + sum(outputs for _, outputs in self.matrices.values()) + 4 * self.hidden

    @property
    def final_norm_parameters(self) -> int:
        """Parameters of the norm before the output matrix."""
        return self.hidden if self.family == "llama" else 2 * self.hidden

    @property
    def parameters(self) -> int:
        """Parameters of the whole network."""
        vocabulary = (1 if self.tied else 2) * self.vocab * self.hidden
        return (
            self.layers * self.block_parameters + self.final_norm_parameters + vocabulary + self.positions * self.hidden
        )

    def adapted(self, targets: str) -> dict[str, tuple[int, int]]:
        """The matrices that LoRA adapts under `targets`, each as (inputs, outputs)."""
        names = LORA_TARGETS[one_of("targets", targets, LORA_TARGETS)]
        return {name: size for name, size in self.matrices.items() if name in names}
