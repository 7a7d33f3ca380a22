"""The figures that the lab states about memory, each computed: budgets, payloads, amplification."""

import numpy as np
import pytest

from physics.memory import (
    Transformer,
    ds_cnn,
    inference_memory,
    lora_parameters,
    mobilenet_v2,
    proxyless_mobile,
    resnet50,
    tinytl_memory_bytes,
    training_memory,
    transformer_activation_bytes,
)
from physics.units import GB, KIB, MB, MIB
from tests.physics.reference.rows import on_every

LLAMA_70B = Transformer(80, 8192, 64, 8, 28672, 128256, family="llama")
GPT2_SMALL = Transformer(12, 768, 12, 12, 3072, 50257, tied=True, positions=1024)
NODE_BYTES = 8 * 81_559 * MIB  # eight H100


def test_networks_have_their_published_parameters():
    assert LLAMA_70B.parameters == 70_553_706_496  # Llama-3-70B
    assert GPT2_SMALL.parameters == 124_439_808  # GPT-2 small as released
    assert mobilenet_v2(classes=1000).parameters == 3_504_872  # torchvision
    assert mobilenet_v2(classes=102).parameters == 2_354_534
    assert mobilenet_v2(width=0.35, classes=102).parameters == 526_790
    assert resnet50(classes=1000).parameters == 25_557_032  # torchvision
    assert ds_cnn(width=212, classes=12).parameters == 202_260
    assert proxyless_mobile(classes=102).parameters == 4_615_928 + 1280 * 102 + 102
    plain = proxyless_mobile(classes=1000)
    assert plain.parameters - plain.lite_residual_parameters == 4_080_512  # ProxylessNAS-Mobile as released


def test_lora_on_llama_70b_has_the_parameters_and_bytes_that_move():
    for targets, parameters, megabytes in (
        ("qv", 32_768_000, 65.5),
        ("qkvo", 65_536_000, 131),
        ("all", 207_093_760, 414),
    ):
        assert lora_parameters(LLAMA_70B, rank=16, targets=targets) == parameters
        step = training_memory(LLAMA_70B, method="lora", rank=16, targets=targets, precision="bf16", batch=1, tokens=1)
        assert step.payload_bytes / MB == pytest.approx(megabytes, rel=0.002)


def test_full_adam_on_llama_70b_never_fits_a_node():
    step = training_memory(LLAMA_70B, optimizer="adam", precision="mixed", batch=1, tokens=1)
    states = step.total_bytes - step.activations_bytes
    assert states / GB == pytest.approx(1129, abs=0.5)
    assert states > NODE_BYTES


@on_every(("batch", "gigabytes", "fits"), [(1, 54, True), (8, 435, True), (16, 870, False)])
@on_every("targets", ["qv", "qkvo", "all"])
def test_lora_on_llama_70b_fits_a_node_until_batch_16(batch, gigabytes, fits, targets):
    step = training_memory(
        LLAMA_70B,
        method="lora",
        rank=16,
        targets=targets,
        optimizer="adam",
        precision="bf16",
        batch=batch,
        tokens=2048,
        attention="flash",
    )
    # 54 and 435 GB are the blocks'; the final norm and the log-softmax of 128,256 logits add 2%.
    assert step.activations_bytes / GB == pytest.approx(gigabytes, rel=0.03)
    assert step.weights_bytes / GB == pytest.approx(141, abs=0.6)
    assert (step.total_bytes < NODE_BYTES) == fits


def test_a_llama_70b_block_keeps_332_kilobytes_a_token():
    one, two = (
        training_memory(
            Transformer(layers, 8192, 64, 8, 28672, 1, family="llama"),
            precision="bf16",
            batch=1,
            tokens=1,
            attention="flash",
        ).activations_bytes
        for layers in (1, 2)
    )
    assert two - one == 331_776
    assert 80 * (two - one) / MB == pytest.approx(26.5, abs=0.05)


def test_korthikanti_equation_holds_for_16_bit_activations():
    s, b, h, a = 2048, 4, 12288, 96
    kept = transformer_activation_bytes(tokens=s, batch=b, hidden=h, heads=a)
    assert kept == s * b * h * (34 + 5 * a * s / h)


def test_lora_leaves_most_activations_where_they_are():
    shape = Transformer(4, 256, 4, 4, 1024, 1000)
    settings = {"batch": 2, "tokens": 128, "runtime": "stock", "optimizer": "adam"}
    full = training_memory(shape, **settings)
    lora = training_memory(shape, method="lora", rank=8, **settings)
    assert lora.activations_bytes / MB == pytest.approx(16.57, abs=0.01)
    assert full.activations_bytes / MB == pytest.approx(23.59, abs=0.01)
    assert lora.optimizer_bytes < 0.01 * full.optimizer_bytes


def test_bytes_of_a_trained_parameter_are_those_of_zero():
    shape = Transformer(2, 64, 4, 4, 256, 100)
    for precision, optimizer, each in (
        ("fp32", "sgd", 8),
        ("fp32", "momentum", 12),
        ("fp32", "adam", 16),
        ("mixed", "adam", 16),
        ("bf16", "adam", 12),
    ):
        step = training_memory(shape, precision=precision, optimizer=optimizer, batch=1, tokens=1)
        states = step.weights_bytes + step.gradients_bytes + step.optimizer_bytes
        assert states == each * shape.parameters


def test_amplification_without_activations_is_2_3_4_or_8():
    shape = Transformer(12, 768, 12, 12, 3072, 50257)
    for precision, optimizer, factor in (
        ("fp32", "sgd", 2),
        ("fp32", "momentum", 3),
        ("fp32", "adam", 4),
        ("mixed", "adam", 8),
    ):
        step = training_memory(shape, precision=precision, optimizer=optimizer, batch=1, tokens=1)
        weights = inference_memory(shape, precision=precision, batch=1, tokens=1).weights_bytes
        assert (step.total_bytes - step.activations_bytes) / weights == factor


def test_amplification_of_gpt2_small_grows_with_the_batch():
    batch = np.array([1, 4, 16])
    training = training_memory(GPT2_SMALL, optimizer="adam", batch=batch, tokens=512)
    inference = inference_memory(GPT2_SMALL, batch=batch, tokens=512)
    ratio = training.total_bytes / inference.total_bytes
    assert ratio == pytest.approx([5.4, 9.5, 22.6], abs=0.05)


def test_amplification_of_mobilenet_is_12_in_stock_pytorch():
    shape = mobilenet_v2(classes=102)
    training = training_memory(shape, optimizer="adam", batch=8, resolution=224, runtime="stock")
    inference = inference_memory(shape, batch=8, resolution=224)
    assert round(training.total_bytes / inference.total_bytes) == 12


def test_tinytl_hardly_amplifies():
    step = training_memory(
        proxyless_mobile(),
        method="tinytl_lite_residual",
        precision="int8",
        batch=8,
        resolution=224,
    )
    inference = inference_memory(proxyless_mobile(), precision="int8", batch=8, resolution=224)
    published = step.weights_bytes + step.activations_bytes  # the paper counts neither gradients nor optimizer
    assert published / inference.total_bytes == pytest.approx(1.2, abs=0.05)


def test_bias_training_keeps_a_seventh_in_theory_and_99_percent_in_stock_pytorch():
    shape = mobilenet_v2(classes=102)
    settings = {"batch": 8, "resolution": 224}

    def kept(method, runtime):
        return training_memory(shape, method=method, runtime=runtime, **settings).activations_bytes

    assert kept("full", "ideal") > 7 * kept("tinytl_bias", "ideal")
    saved = 1 - kept("tinytl_bias", "stock") / kept("full", "stock")
    assert saved == pytest.approx(0.008, abs=0.0005)


def test_payloads_of_an_update_on_proxyless_mobile():
    def payload(method):
        step = training_memory(proxyless_mobile(classes=102), method=method, precision="int8", batch=1, resolution=224)
        return step.payload_bytes

    assert payload("tinytl_lite_residual") == 4 * (1_816_416 + 130_662)
    assert payload("tinytl_lite_residual") / MB == pytest.approx(7.8, abs=0.05)
    assert payload("tinytl_bias") == 4 * (20_976 + 130_662)
    assert payload("tinytl_bias") / MB == pytest.approx(0.61, abs=0.005)
    # 18.5 MB is the backbone alone; the last layer, which trains too, is .5 MB more.
    assert (payload("full") - payload("head")) / MB == pytest.approx(18.5, abs=0.05)


def test_full_fine_tuning_of_proxyless_mobile_at_batch_16_is_out_of_memory():
    total = tinytl_memory_bytes(method="full", resolution=224, batch=16)
    assert total / MB == pytest.approx(763, abs=0.5)
    step = training_memory(proxyless_mobile(), batch=16, resolution=224)
    assert step.weights_bytes + step.activations_bytes == pytest.approx(total, rel=1e-12)
    assert total / MIB == pytest.approx(728, abs=1)
    assert step.activations_bytes / total == pytest.approx(0.97, abs=0.01)
    assert tinytl_memory_bytes(method="full", resolution=224, batch=8) / MB == pytest.approx(391, abs=0.5)


@pytest.mark.parametrize(
    ("settings", "kibibytes", "fits"),
    [
        ({"method": "full", "batch": 1}, 4922, False),
        ({"method": "lora", "rank": 4, "batch": 1, "precision": "int8"}, 1134, False),
        ({"method": "tinytl_bias", "batch": 1, "precision": "int8"}, 481, True),
        ({"method": "tinytl_bias", "batch": 2, "precision": "int8"}, 694, False),
    ],
)
def test_a_keyword_network_in_512_kib(settings, kibibytes, fits):
    step = training_memory(ds_cnn(width=212, classes=12), optimizer="adam", **settings)
    # The two bias figures count the trained parameters in the INT8 image too; here each is counted once.
    counted_twice = step.trained_parameters if settings["method"] == "tinytl_bias" else 0
    assert (step.total_bytes + counted_twice) / KIB == pytest.approx(kibibytes, abs=0.6)
    assert step.total_bytes / KIB == pytest.approx(kibibytes, rel=0.01)
    assert (step.total_bytes <= 512 * KIB) == fits


def test_a_keyword_network_moves_26500_elements_between_layers():
    ideal = training_memory(ds_cnn(width=212, classes=12), batch=1)
    # 9 norms and 8 convolutions read a map of 212 x 25 x 5, the first convolution reads 49 x 10.
    assert ideal.activations_bytes == 4 * (17 * 26_500 + 490)


@pytest.mark.parametrize(("batch", "mebibytes", "fits"), [(8, 1068, False), (4, 729, True)])
def test_resnet_50_with_adam_crosses_one_gibibyte_between_batch_4_and_8(batch, mebibytes, fits):
    step = training_memory(resnet50(classes=1000), optimizer="adam", batch=batch, resolution=224)
    assert step.total_bytes / MIB == pytest.approx(mebibytes, rel=0.015)  # from an estimate of 22.2 M elements
    assert (step.total_bytes <= 1024 * MIB) == fits
    stock = training_memory(resnet50(classes=1000), optimizer="adam", batch=batch, resolution=224, runtime="stock")
    assert (stock.total_bytes <= 1024 * MIB) == fits


@pytest.mark.parametrize(("precision", "computes_in"), [("mixed", "bf16"), ("int8", "fp32")])
@pytest.mark.parametrize("shape", [LLAMA_70B, mobilenet_v2()], ids=["llama", "mobilenet"])
def test_mixed_precision_keeps_halves_and_int8_keeps_floats(shape, precision, computes_in):
    """Master weights in fp32, the step in 16 bits (Rajbhandari et al. 2020); frozen weights alone in 8 (Cai et al.)."""
    size = {"batch": 2, "tokens": 8} if shape is LLAMA_70B else {"batch": 2, "resolution": 64}
    one, other = (training_memory(shape, precision=name, **size) for name in (precision, computes_in))
    assert one.activations_bytes == other.activations_bytes
