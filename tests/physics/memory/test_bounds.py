"""Memory over the whole legal range: finite, never negative; outside it an error that names what is wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics.memory import (
    Transformer,
    ds_cnn,
    inference_memory,
    largest_rank,
    lora_parameters,
    mobilenet_v2,
    proxyless_mobile,
    resnet50,
    training_memory,
    transformer_activation_bytes,
)
from physics.networks import Block, Cnn, Convolution

GPT = Transformer(2, 64, 4, 4, 256, 100)
LLAMA = Transformer(2, 64, 4, 2, 256, 100, family="llama")
TIED = Transformer(2, 64, 4, 4, 256, 100, tied=True, positions=128)
PRECISIONS = ("fp32", "bf16", "mixed", "int8")
OPTIMIZERS = ("sgd", "momentum", "adam")
CHECKPOINTS = ("none", "selective", "full")
TARGETS = ("qv", "qkvo", "mlp", "all")
CNN_METHODS = ("full", "last_k", "head", "norm", "lora", "bitfit", "tinytl_bias", "tinytl_lite_residual")


def assert_sane(step):
    for term in ("weights_bytes", "gradients_bytes", "optimizer_bytes", "activations_bytes", "payload_bytes"):
        value = getattr(step, term)
        assert np.isfinite(value).all(), term
        assert (np.asarray(value) >= 0).all(), term
    assert step.trained_parameters >= 0
    assert np.isfinite(step.total_bytes)


@st.composite
def transformers(draw):
    heads = draw(st.sampled_from([1, 2, 6, 64, 1000]))
    kv_heads = draw(st.sampled_from([divisor for divisor in (1, 2, 3, 8, 500) if heads % divisor == 0]))
    return Transformer(
        draw(st.integers(1, 10_000)),
        heads * draw(st.integers(1, 1000)),
        heads,
        kv_heads,
        draw(st.integers(1, 10**7)),
        draw(st.integers(1, 10**7)),
        family=draw(st.sampled_from(["gpt", "llama"])),
        tied=draw(st.booleans()),
    )


@st.composite
def networks(draw):
    classes = draw(st.integers(1, 10**7))
    make = draw(st.sampled_from([mobilenet_v2, proxyless_mobile, resnet50, ds_cnn]))
    if make is mobilenet_v2:
        return make(width=draw(st.floats(0.1, 4.0)), classes=classes)
    if make is ds_cnn:
        return make(width=draw(st.integers(1, 10_000)), classes=classes)
    return make(classes=classes)


@settings(max_examples=150, deadline=None)
@given(shape=transformers(), data=st.data())
def test_no_transformer_gives_nan_infinity_or_less_than_inference(shape, data):
    allowed = [
        method
        for method in ("full", "last_k", "head", "lora", "bitfit")
        if not (shape.family == "llama" and method == "bitfit") and not (shape.tied and method in ("head", "last_k"))
    ]
    targets = data.draw(st.sampled_from(TARGETS))
    sizes = {
        "precision": data.draw(st.sampled_from(PRECISIONS)),
        "batch": data.draw(st.integers(1, 10**6)),
        "tokens": data.draw(st.integers(1, 10**7)),
    }
    step = training_memory(
        shape,
        method=data.draw(st.sampled_from(allowed)),
        optimizer=data.draw(st.sampled_from(OPTIMIZERS)),
        rank=data.draw(st.integers(1, largest_rank(shape, targets=targets))),
        targets=targets,
        last=data.draw(st.integers(1, shape.layers)),
        attention=data.draw(st.sampled_from(["explicit", "flash"])),
        checkpoint=data.draw(st.sampled_from(CHECKPOINTS)),
        **sizes,
    )
    assert_sane(step)
    inference = inference_memory(shape, **sizes)
    assert_sane(inference)
    assert step.total_bytes >= inference.total_bytes


@settings(max_examples=100, deadline=None)
@given(shape=networks(), data=st.data())
def test_no_cnn_gives_nan_infinity_or_less_than_inference(shape, data):
    sizes = {
        "precision": data.draw(st.sampled_from(PRECISIONS)),
        "batch": data.draw(st.integers(1, 10**6)),
        "resolution": None if shape.fixed_input else data.draw(st.integers(32, 2048)),
    }
    runtime = data.draw(st.sampled_from(["ideal", "stock"]))
    step = training_memory(
        shape,
        method=data.draw(st.sampled_from(CNN_METHODS)),
        optimizer=data.draw(st.sampled_from(OPTIMIZERS)),
        rank=data.draw(st.integers(1, largest_rank(shape))),
        last=data.draw(st.integers(1, len(shape.blocks))),
        checkpoint=data.draw(st.sampled_from(CHECKPOINTS)),
        runtime=runtime,
        **sizes,
    )
    assert_sane(step)
    inference = inference_memory(shape, **sizes)
    assert_sane(inference)
    if runtime == "ideal":
        assert step.total_bytes >= inference.total_bytes


def test_the_narrowest_adapted_layer_limits_the_rank():
    with pytest.raises(ValueError, match=r"rank must lie in \[1, 32\], got 33"):
        lora_parameters(LLAMA, rank=33, targets="qv")
    assert lora_parameters(LLAMA, rank=33, targets="mlp") == 2 * 33 * 3 * (64 + 256)
    with pytest.raises(ValueError, match=r"rank must lie in \[0, hidden\] = \[0, 64\], got 65"):
        transformer_activation_bytes(tokens=8, batch=1, hidden=64, heads=4, method="lora", rank=65)


def test_a_method_that_a_network_does_not_allow_is_refused_with_a_sentence():
    for method in ("norm", "tinytl_bias", "tinytl_lite_residual"):
        with pytest.raises(ValueError, match=rf"method must be one of .* for a Transformer, got '{method}'"):
            training_memory(GPT, method=method, batch=1, tokens=8)
    with pytest.raises(ValueError, match="a Llama has no biases"):
        training_memory(LLAMA, method="bitfit", batch=1, tokens=8)
    for method in ("head", "last_k"):
        with pytest.raises(ValueError, match=f"another than {method}: the output matrix is tied"):
            training_memory(TIED, method=method, last=1, batch=1, tokens=8)
    plain = Cnn(name="plain", blocks=(Block(convolutions=(Convolution(inputs=3, outputs=4, kernel=9),)),), classes=2)
    with pytest.raises(ValueError, match="plain has no lite residual modules"):
        training_memory(plain, method="tinytl_lite_residual", batch=1, resolution=32)
    with pytest.raises(ValueError, match="1 x 1 convolution to adapt"):
        training_memory(plain, method="lora", rank=1, batch=1, resolution=32)


def test_a_size_of_the_other_kind_of_network_is_refused():
    with pytest.raises(ValueError, match="tokens must be None for ResNet-50"):
        training_memory(resnet50(), batch=1, resolution=64, tokens=8)
    with pytest.raises(ValueError, match="resolution must be None for a Transformer"):
        training_memory(GPT, batch=1, tokens=8, resolution=64)
    with pytest.raises(ValueError, match="resolution must be None for DS-CNN"):
        inference_memory(ds_cnn(), batch=1, resolution=64)
    with pytest.raises(ValueError, match=r"tokens must .*\[1, 128\]"):
        training_memory(TIED, batch=1, tokens=129)  # it has 128 positions
    for bad in (None, "gpt", 3, GPT.matrices):
        with pytest.raises(ValueError, match="shape must be a Transformer or a Cnn"):
            training_memory(bad, batch=1, tokens=8)
        with pytest.raises(ValueError, match="shape must be a Transformer or a Cnn"):
            lora_parameters(bad, rank=1)


def test_a_table_of_layers_that_do_not_join_is_refused():
    three, four = Convolution(inputs=3, outputs=4), Convolution(inputs=5, outputs=4)
    with pytest.raises(ValueError, match="inputs must equal the 4 channels before, got 5"):
        Block(convolutions=(three, four))
    with pytest.raises(ValueError, match="blocks must join"):
        Cnn(name="x", blocks=(Block(convolutions=(three,)), Block(convolutions=(four,))), classes=2)
    with pytest.raises(ValueError, match="blocks must hold"):
        Cnn(name="x", blocks=(), classes=2)
    with pytest.raises(ValueError, match="convolutions must hold"):
        Block(convolutions=())
    with pytest.raises(ValueError, match="groups must divide"):
        Convolution(inputs=3, outputs=4, groups=2)
    with pytest.raises(ValueError, match="activation"):
        Convolution(inputs=3, outputs=4, activation="swish")


def test_a_rank_may_be_as_large_as_any_width_and_of_a_sweep_the_pair_that_does_not_fit_is_named():
    sizes = {"tokens": 1, "batch": 1, "heads": 1, "method": "lora"}
    widest = transformer_activation_bytes(hidden=10**6, rank=10**6, **sizes)
    assert transformer_activation_bytes(hidden=10**6, rank=1, **sizes) < widest < np.inf
    with pytest.raises(ValueError, match=r"rank must lie in \[0, hidden\] = \[0, 32\], got 33"):
        transformer_activation_bytes(hidden=[64, 32], rank=[64, 33], **sizes)
