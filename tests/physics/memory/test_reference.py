"""Memory against what torch saves, what peft counts and what TinyTL publishes; each group by its name."""

import pytest

from physics import memory
from physics.memory import (
    Transformer,
    lora_parameters,
    mobilenet_v2,
    proxyless_mobile,
    published,
    tinytl_memory_bytes,
    training_memory,
    transformer_activation_bytes,
)
from physics.units import MB
from tests.physics.reference.rows import on_every, rows

LLAMA = {
    "llama3-8b": Transformer(32, 4096, 32, 8, 14336, 128256, family="llama"),
    "llama3-70b": Transformer(80, 8192, 64, 8, 28672, 128256, family="llama"),
}


@on_every("row", rows("memory.gpt_block_saved_tensors"))
def test_a_gpt_block_keeps_what_torch_saves(row):
    kept = transformer_activation_bytes(
        tokens=row["s"],
        batch=row["b"],
        hidden=row["h"],
        heads=row["a"],
        bytes_per_activation=4,
        attention={"explicit": "explicit", "sdpa": "flash"}[row["attn"]],
    )
    assert kept == pytest.approx(row["measured_saved_bytes"], rel=0.005)
    assert kept == row["formula_bytes"]
    block = Transformer(1, row["h"], row["a"], row["a"], 4 * row["h"], 1)
    assert block.block_parameters == row["params"]


@on_every("row", rows("memory.torch_block_methods"))
def test_every_way_of_training_a_block_keeps_what_torch_saves(row):
    def kept(layers):
        return training_memory(
            Transformer(layers, row["h"], row["a"], row["a"], 4 * row["h"], 1),
            method=row["method"],
            batch=row["b"],
            tokens=row["s"],
            rank=row["rank"],
            targets=row["targets"] or "qv",
            attention=row["attention"],
            runtime="stock",
        ).activations_bytes

    if row["input_wants_gradient"]:  # the second of two blocks
        block = kept(2) - kept(1)
    else:  # the first block: all but the final norm, its statistics and the log-softmax of one token
        maps = 2 if row["method"] == "full" else 1
        block = kept(1) - row["b"] * row["s"] * (4 * row["h"] * maps + 8 + 4)
    assert block == pytest.approx(row["saved_bytes"], rel=1e-12)


@on_every("row", rows("memory.gpt_model_finetune_modes"))
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_a_gpt_model_costs_what_torch_measures_after_one_step(row, optimizer):
    shape = Transformer(row["L"], row["h"], row["a"], row["a"], 4 * row["h"], row["V"])
    method = {"full": "full", "lastk": "last_k", "lora_qv": "lora", "bitfit": "bitfit"}[row["mode"]]
    step = training_memory(
        shape,
        method=method,
        optimizer=optimizer,
        batch=row["b"],
        tokens=row["s"],
        rank=row["r"] or 0,
        last=row["k"] or 0,
        runtime="stock",
    )
    assert step.trained_parameters == row["trainable"]
    assert step.weights_bytes == 4 * row["params"]
    assert step.gradients_bytes == row["grad_bytes"]
    counters = row["opt_bytes"][optimizer] - step.optimizer_bytes  # Adam counts its steps, 4 bytes a tensor
    assert 0 <= counters <= (4 * 100 if optimizer == "adam" else 0)
    assert counters % 4 == 0
    assert step.activations_bytes == pytest.approx(row["saved_bytes"], rel=0.05)
    assert step.activations_bytes == pytest.approx(row["saved_bytes"], rel=5e-4)


@on_every("row", rows("memory.mobilenet_v2_saved_tensors"))
def test_mobilenet_in_stock_pytorch_keeps_what_torch_saves(row):
    shape = mobilenet_v2(width=row["width"], classes=102)
    method = {"full": "full", "last": "head", "bias+last": "tinytl_bias", "norm+last": "norm"}[row["mode"]]
    step = training_memory(shape, method=method, batch=row["batch"], resolution=row["res"], runtime="stock")
    assert shape.parameters == row["params"]
    assert step.trained_parameters == row["trainable"]
    assert step.gradients_bytes == row["grad_bytes"]
    assert step.activations_bytes == pytest.approx(row["saved_bytes"], rel=0.005)


@on_every("row", rows("memory.torch_cnn_methods"))
def test_every_network_and_method_in_stock_pytorch_keeps_what_torch_saves(row):
    widths = {} if row["width"] is None else {"width": row["width"]}
    shape = getattr(memory, row["net"])(**widths)
    step = training_memory(
        shape,
        method=row["method"],
        batch=row["batch"],
        resolution=row["resolution"],
        rank=row["rank"],
        last=row["last"],
        runtime="stock",
    )
    labels_and_loss = 8 * row["batch"] + 4
    assert row["saved_bytes"] - step.activations_bytes == labels_and_loss
    if not shape.carries_lite_residual:  # torch built it without the modules that do not train
        assert step.trained_parameters == row["trainable"]


@on_every("row", rows("memory.torch_llama_lora"))
def test_a_llama_block_stands_between_what_torch_saves_for_few_and_for_all_adapters(row):
    sizes = (row["hidden"], row["heads"], row["kv_heads"], row["ffn"], 1)

    def kept(layers):
        return training_memory(
            Transformer(layers, *sizes, family="llama"),
            method="lora",
            rank=row["rank"],
            targets=row["targets"],
            precision=row["precision"],
            batch=row["batch"],
            tokens=row["tokens"],
            attention="flash",
        ).activations_bytes

    ratio = row["saved_bytes"] / (kept(2) - kept(1))
    if row["targets"] == "all":
        assert 1.0 <= ratio < {"fp32": 1.02, "bf16": 1.12}[row["precision"]]
    else:
        assert {"fp32": 0.78, "bf16": 0.88}[row["precision"]] < ratio < {"fp32": 0.80, "bf16": 0.90}[row["precision"]]


@on_every("row", rows("memory.lora_param_counts"))
def test_adapters_have_the_parameters_that_peft_counts(row):
    shape = LLAMA[row["model"]]
    assert shape.parameters == row["base_params"]
    assert lora_parameters(shape, rank=row["r"], targets=row["targets"]) == row["lora_params"]


@on_every("row", rows("memory.tinytl_fig3_memory"))
def test_tinytl_memory_is_the_published_one(row):
    method = {"lr": "lite_residual", "lrb": "lite_residual_bias"}.get(row["mode"], row["mode"])
    computed = tinytl_memory_bytes(method=method, resolution=row["res"], batch=8)
    assert computed / MB == pytest.approx(row["paper_MB"], rel=0.01)
    assert computed / MB == pytest.approx(row["paper_MB"], rel=0.001)
    (printed,) = [
        point.memory_mb
        for point in published.TINYTL_FIGURE_3
        if (point.method, point.resolution) == (method, row["res"])
    ]
    assert printed == row["paper_MB"]


def test_tinytl_parameter_bytes_are_the_published_ones():
    # Cai et al. 2020, data of figure 3, MB of parameters by method.
    printed = {
        "full": 18.98636,
        "last": 5.138576,
        "norm": 5.264432,
        "bias": 5.201504,
        "lite_residual": 10.587824,
        "lite_residual_bias": 10.63352,
    }
    for method, megabytes in printed.items():
        one, two = (tinytl_memory_bytes(method=method, resolution=224, batch=batch) for batch in (1, 2))
        assert (2 * one - two) / MB == pytest.approx(megabytes, abs=1e-9)


def test_tinytl_table_2_is_displayed_as_printed_and_its_memory_is_computed():
    by_name = {row.method: row for row in published.TINYTL_TABLE_2}
    names = {
        "FT-Last": "last",
        "TinyTL-B": "bias",
        "TinyTL-L": "lite_residual",
        "TinyTL-L+B": "lite_residual_bias",
        "TinyTL-L+B@320": "lite_residual_bias",
        "FT-Norm+Last": "norm",
        "FT-Full": "full",
    }
    for row in rows("memory.tinytl_table2"):
        shown = by_name.pop(row["method"])
        assert shown.memory_mb == row["train_mem_MB"]
        assert {name: shown.accuracy_percent.get(name) for name in published.DATA_SETS} == {
            name: row[name] for name in published.DATA_SETS
        }
        computed = tinytl_memory_bytes(method=names[row["method"]], resolution=shown.resolution, batch=8)
        assert round(computed / MB) == shown.memory_mb
    assert not by_name


def test_training_memory_is_the_published_count_where_the_paper_has_one():
    methods = {
        "full": "full",
        "last": "head",
        "norm": "norm",
        "bias": "tinytl_bias",
        "lite_residual": "tinytl_lite_residual",
    }
    for published_name, method in methods.items():
        for resolution in (96, 160, 224, 320):
            for batch in (1, 8, 32):
                step = training_memory(
                    proxyless_mobile(classes=37),
                    method=method,
                    precision="int8",
                    batch=batch,
                    resolution=resolution,
                )
                rule = tinytl_memory_bytes(method=published_name, resolution=resolution, batch=batch, classes=37)
                assert step.weights_bytes + step.activations_bytes == pytest.approx(rule, rel=1e-12)
