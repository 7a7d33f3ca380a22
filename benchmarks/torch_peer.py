"""What torch keeps for the backward pass: small networks built here, and a count of the storages they save."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

torch.set_num_threads(1)
DROPOUT = 0.1


def saved_bytes(model: nn.Module, step: Callable[[], Tensor]) -> int:
    """Return the bytes of the distinct storages that one forward pass saves, without parameters and buffers."""
    own = {tensor.untyped_storage().data_ptr() for tensor in (*model.parameters(), *model.buffers())}
    kept: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = step()
    loss.backward()
    model.zero_grad()
    return sum(kept.values())


class Block(nn.Module):
    """A GPT block with dropout masks of one byte; attention explicit, or torch's own kernel."""

    def __init__(self, hidden: int, heads: int, attention: str) -> None:
        super().__init__()
        self.heads, self.attention = heads, attention
        self.before_attention, self.before_mlp = nn.LayerNorm(hidden), nn.LayerNorm(hidden)
        self.query, self.key, self.value, self.out = (nn.Linear(hidden, hidden) for _ in range(4))
        self.up, self.down = nn.Linear(hidden, 4 * hidden), nn.Linear(4 * hidden, hidden)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the tokens after attention and MLP."""
        normed = self.before_attention(tokens)
        query, key, value = (self._by_head(layer(normed)) for layer in (self.query, self.key, self.value))
        if self.attention == "flash":
            mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        else:
            scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
            mixed = _dropped(scores.softmax(-1)) @ value
        tokens = tokens + _dropped(self.out(mixed.transpose(1, 2).flatten(2)))
        return tokens + _dropped(self.down(functional.gelu(self.up(self.before_mlp(tokens)))))

    def _by_head(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(-1, (self.heads, -1)).transpose(1, 2)


def _dropped(tensor: Tensor) -> Tensor:
    return torch.native_dropout(tensor, DROPOUT, True)[0]


def gpt_block(*, tokens: int, batch: int, hidden: int, heads: int, attention: str) -> Callable[[], int]:
    """Return a step of one GPT block that says how many bytes it saved."""
    torch.manual_seed(0)
    block = Block(hidden, heads, attention)
    inputs = torch.randn(batch, tokens, hidden, requires_grad=True)
    return lambda: saved_bytes(block, lambda: block(inputs).sum())


def _convolution(inputs: int, outputs: int, *, kernel: int = 1, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    around = kernel // 2
    return [nn.Conv2d(inputs, outputs, kernel, stride, around, groups=groups, bias=False), nn.BatchNorm2d(outputs)]


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project; the input is added where the shape stays."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        expand = [*_convolution(inputs, wide), nn.ReLU6(inplace=False)] if expansion > 1 else []
        filtered = [*_convolution(wide, wide, kernel=3, stride=stride, groups=wide), nn.ReLU6(inplace=False)]
        self.layers = nn.Sequential(*expand, *filtered, *_convolution(wide, outputs))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, images: Tensor) -> Tensor:
        """Return the block's map."""
        return images + self.layers(images) if self.adds else self.layers(images)


def mobilenet_v2(*, batch: int, resolution: int, classes: int) -> Callable[[], int]:
    """Return a step of MobileNetV2 (Sandler et al. 2018, table 2) that says how many bytes it saved."""
    torch.manual_seed(0)
    table = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
    layers: list[nn.Module] = [*_convolution(3, 32, kernel=3, stride=2), nn.ReLU6(inplace=False)]
    channels = 32
    for expansion, outputs, repeats, stride in table:
        for repeat in range(repeats):
            layers.append(InvertedResidual(channels, outputs, stride if repeat == 0 else 1, expansion))
            channels = outputs
    layers += [*_convolution(channels, 1280), nn.ReLU6(inplace=False), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    model = nn.Sequential(*layers, nn.Linear(1280, classes))
    images, labels = torch.randn(batch, 3, resolution, resolution), torch.arange(batch) % classes
    return lambda: saved_bytes(model, lambda: functional.cross_entropy(model(images), labels))
