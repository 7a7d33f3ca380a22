"""Operations of training against torch's counter, published multiply-accumulates, loops and equivalences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from physics.energy import flop_shares, training_flop_ratio
from physics.memory import (
    Transformer,
    ds_cnn,
    largest_rank,
    mobilenet_v2,
    proxyless_mobile,
    resnet50,
)
from tests.physics.reference.rows import on_every, rows

GPT = Transformer(4, 256, 4, 4, 1024, 1000)
LLAMA = Transformer(3, 128, 8, 2, 352, 300, family="llama")


@on_every("row", rows("energy.flops_fwd_bwd"))
def test_operations_are_those_that_torch_counts(row):
    method = {"lastk": "last_k", "lora_qv": "lora", "last": "head", "norm+last": "norm"}.get(row["mode"], row["mode"])
    if row["net"] == "gpt":
        shape = Transformer(row["L"], row["h"], row["a"], row["a"], 4 * row["h"], row["V"])
        sizes = {"batch": row["b"], "tokens": row["s"], "rank": row["r"], "last": row["k"]}
    else:
        shape, sizes = mobilenet_v2(classes=102), {"batch": row["batch"], "resolution": row["res"]}
    shares = flop_shares(shape, method=method, **sizes)
    ratio = training_flop_ratio(
        input_gradient_share=shares.input_gradient_share,
        trained_share=shares.trained_share,
        attention_share=shares.attention_share,
    )
    assert shares.forward_flop == row["fwd_flops"]  # the group allows 1%
    assert ratio == pytest.approx(row["ratio"], rel=1e-12)  # and 2%
    assert shares.ratio == ratio


def test_the_stated_shares_and_ratios_of_the_gpt():
    sizes = {"batch": 2, "tokens": 128}
    full = flop_shares(GPT, method="full", **sizes)
    bitfit = flop_shares(GPT, method="bitfit", **sizes)
    last = flop_shares(GPT, method="last_k", last=1, **sizes)
    lora = flop_shares(GPT, method="lora", rank=8, **sizes)
    assert full.attention_share == pytest.approx(0.0715, abs=5e-5)
    assert full.ratio == 3.0
    assert bitfit.ratio == pytest.approx(2.0715, abs=1e-4)
    assert last.input_gradient_share == pytest.approx(0.3024, abs=5e-5)
    assert last.ratio == pytest.approx(1.605, abs=5e-4)
    assert lora.ratio == pytest.approx(2.02, abs=5e-3)


def test_the_ratio_is_the_sum_of_its_terms():
    assert training_flop_ratio(input_gradient_share=1.0, trained_share=0.0, attention_share=0.0715) == 2.0715
    assert training_flop_ratio(input_gradient_share=0.0, trained_share=0.0) == 1.0
    curve = training_flop_ratio(input_gradient_share=np.array([0.2, 0.7]), trained_share=0.1)
    assert list(curve) == [training_flop_ratio(input_gradient_share=share, trained_share=0.1) for share in (0.2, 0.7)]


@pytest.mark.parametrize(
    ("shape", "resolution", "million"),
    [
        (mobilenet_v2(classes=1000), 224, 300),  # Sandler et al. 2018, table 4
        (proxyless_mobile(classes=1000), 224, 320),  # Cai, Zhu, Han 2019
        (resnet50(classes=1000), 224, 4089),  # torchvision: 4.09 G
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_networks_have_their_published_multiply_accumulates(shape, resolution, million):
    shares = flop_shares(shape, resolution=resolution)
    assert shares.forward_flop / 2e6 == pytest.approx(million, rel=0.006)


def test_a_model_without_attention_to_speak_of_costs_two_operations_a_parameter_and_token():
    # Kaplan et al. 2020: 2 N forward, where N leaves out the embedding.
    shape = Transformer(80, 8192, 64, 8, 28672, 128256, family="llama")
    shares = flop_shares(shape, tokens=1)
    matrices = shape.parameters - shape.vocab * shape.hidden
    assert shares.forward_flop == pytest.approx(2 * matrices, rel=1e-3)
    assert shares.ratio == pytest.approx(3.0, rel=1e-12)


def by_matrices(shape, tokens, rank, adapted):
    """Backward over forward of LoRA, one matrix of one block at a time, with a flag on every tensor."""
    hidden, key, ffn = shape.hidden, shape.kv_hidden, shape.ffn
    forward = backward = 0
    residual = False

    def linear(inputs, outputs, read, name):
        nonlocal forward, backward
        work = tokens * inputs * outputs
        forward += work
        backward += work * read
        if name not in adapted:
            return read
        down, up = tokens * inputs * rank, tokens * rank * outputs
        forward += down + up
        backward += down * (1 + read) + up * 2
        return True

    def product(left, right):
        nonlocal forward, backward
        work = tokens * tokens * hidden
        forward += work
        backward += work * (left + right)
        return left or right

    for _ in range(shape.layers):
        query = linear(hidden, hidden, residual, "q")
        keys = linear(hidden, key, residual, "k")
        values = linear(hidden, key, residual, "v")
        context = product(product(query, keys), values)
        residual = linear(hidden, hidden, context, "o") or residual
        inner = linear(hidden, ffn, residual, "up")
        if shape.family == "llama":
            inner = linear(hidden, ffn, residual, "gate") or inner
        residual = linear(ffn, hidden, inner, "down") or residual
    linear(hidden, shape.vocab, residual, "head")
    return forward, backward


@pytest.mark.parametrize("targets", ["qv", "qkvo", "mlp", "all"])
@pytest.mark.parametrize("shape", [GPT, LLAMA], ids=["gpt", "llama"])
def test_lora_ratios_follow_from_flagging_every_tensor(shape, targets):
    forward, backward = by_matrices(shape, 96, 4, set(shape.adapted(targets)))
    shares = flop_shares(shape, method="lora", rank=4, targets=targets, tokens=96, batch=3)
    assert shares.forward_flop == 3 * 2 * forward
    assert shares.ratio == pytest.approx(1 + backward / forward, rel=1e-12)


@pytest.mark.parametrize(
    "pair",
    [(mobilenet_v2(), 64), (proxyless_mobile(), 64), (resnet50(), 64), (ds_cnn(), None)],
    ids=lambda pair: pair[0].name,
)
def test_methods_of_a_cnn_stand_in_order_and_meet_at_the_ends(pair):
    shape, resolution = pair
    ratio = {
        method: flop_shares(shape, method=method, resolution=resolution, rank=4, last=2).ratio
        for method in ("full", "last_k", "head", "norm", "lora", "bitfit", "tinytl_bias")
    }
    every = flop_shares(shape, method="last_k", resolution=resolution, last=len(shape.blocks)).ratio
    assert every == ratio["full"] < 3  # the image needs no gradient
    assert 1 < ratio["head"] < ratio["last_k"] < ratio["norm"] < ratio["full"]
    assert ratio["bitfit"] == ratio["tinytl_bias"] == ratio["norm"]
    assert ratio["lora"] < ratio["full"]
    assert 1 < flop_shares(shape, method="tinytl_lite_residual", resolution=resolution).ratio < 3


def test_lora_on_a_keyword_network_by_hand():
    width, classes, rank, positions = 20, 7, 3, 25 * 5
    stem, depthwise, pointwise = 40 * width * positions, 9 * width * positions, width**2 * positions
    half = rank * width * positions  # one of the two matrices of an adapter
    head = width * classes
    forward = stem + 4 * (depthwise + pointwise + 2 * half) + head
    # No gradient before the first adapter: the stem and the first block's own convolutions need none.
    inputs = 3 * (depthwise + pointwise) + (3 + 4) * half + head
    shares = flop_shares(ds_cnn(width=width, classes=classes), method="lora", rank=rank, batch=2)
    assert shares.forward_flop == 2 * 2 * forward
    assert shares.input_gradient_share == pytest.approx(inputs / forward, rel=1e-12)
    assert shares.trained_share == pytest.approx(8 * half / forward, rel=1e-12)


def test_last_blocks_of_a_keyword_network_by_hand():
    width, classes, positions = 20, 7, 25 * 5
    stem, depthwise, pointwise = 40 * width * positions, 9 * width * positions, width**2 * positions
    head = width * classes
    forward = stem + 4 * (depthwise + pointwise) + head
    shares = flop_shares(ds_cnn(width=width, classes=classes), method="last_k", last=[1, 2])
    trained = [depthwise + pointwise + head, 2 * (depthwise + pointwise) + head]
    assert shares.trained_share * forward == pytest.approx(trained)
    # The first trained convolution needs no gradient of its input.
    assert shares.input_gradient_share * forward == pytest.approx([work - depthwise for work in trained])


def test_the_stem_of_a_cnn_is_the_only_layer_that_full_training_spares():
    shares = flop_shares(mobilenet_v2(), method="full", resolution=224)
    stem = 2 * 112**2 * 27 * 32
    assert 3 - shares.ratio == pytest.approx(stem / shares.forward_flop)


def test_training_deeper_never_costs_less():
    for shape, sizes in ((GPT, {"tokens": 64}), (resnet50(), {"resolution": 96})):
        depth = shape.layers if isinstance(shape, Transformer) else len(shape.blocks)
        ratio = flop_shares(shape, method="last_k", last=np.arange(1, depth + 1), **sizes).ratio
        assert (np.diff(ratio) > 0).all()


def test_the_curve_at_a_point_is_the_point():
    batch, rank, side = np.array([[1], [4]]), np.array([1, 5, 16]), np.array([64, 224, 65])
    curve = flop_shares(mobilenet_v2(), method="lora", batch=batch, rank=rank, resolution=side)
    tokens = flop_shares(GPT, method="lora", batch=batch, rank=rank, tokens=np.array([3, 50, 700]))
    for i, j in np.ndindex(2, 3):
        sizes = {"batch": int(batch[i, 0]), "rank": int(rank[j]), "method": "lora"}
        point = flop_shares(mobilenet_v2(), resolution=int(side[j]), **sizes)
        assert isinstance(point.forward_flop, float)
        assert isinstance(point.ratio, float)
        assert (curve.forward_flop[i, j], curve.ratio[i, j]) == (point.forward_flop, point.ratio)
        point = flop_shares(GPT, tokens=(3, 50, 700)[j], **sizes)
        assert (tokens.forward_flop[i, j], tokens.ratio[i, j]) == (point.forward_flop, point.ratio)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_shares_stay_shares_over_the_legal_range(data):
    shape = data.draw(st.sampled_from([GPT, LLAMA, mobilenet_v2(), proxyless_mobile(), resnet50(), ds_cnn()]))
    if isinstance(shape, Transformer):
        sizes = {"tokens": data.draw(st.integers(1, 10**7))}
        methods = ["full", "last_k", "head", "lora"]
        depth = shape.layers
    else:
        sizes = {"resolution": None if shape.fixed_input else data.draw(st.integers(32, 2048))}
        methods = ["full", "last_k", "head", "norm", "lora", "bitfit", "tinytl_bias", "tinytl_lite_residual"]
        depth = len(shape.blocks)
    shares = flop_shares(
        shape,
        method=data.draw(st.sampled_from(methods)),
        batch=data.draw(st.integers(1, 10**6)),
        rank=data.draw(st.integers(1, largest_rank(shape))),
        last=data.draw(st.integers(1, depth)),
        **sizes,
    )
    assert np.isfinite(shares.forward_flop)
    for share in (shares.input_gradient_share, shares.trained_share, shares.attention_share):
        assert 0 <= share <= 1
    assert shares.trained_share + shares.attention_share <= 1 + 1e-12
    assert 1 < shares.ratio <= 3 + 1e-12


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_the_ratio_lies_between_1_and_4(inputs, weights, attention):
    ratio = training_flop_ratio(input_gradient_share=inputs, trained_share=weights, attention_share=attention)
    assert 1 <= ratio <= 4


def test_the_counter_refuses_what_memory_refuses():
    with pytest.raises(ValueError, match="method must be one of"):
        flop_shares(GPT, method="tinytl_bias", tokens=8)
    with pytest.raises(ValueError, match="rank"):
        flop_shares(GPT, method="lora", rank=257, tokens=8)
    with pytest.raises(ValueError, match="tokens"):
        flop_shares(GPT)
    with pytest.raises(ValueError, match="resolution"):
        flop_shares(resnet50())
    with pytest.raises(ValueError, match="shape"):
        flop_shares("gpt", tokens=8)
