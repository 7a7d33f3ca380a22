"""Small networks counted by hand: what is live, what is kept, what recomputation leaves."""

import numpy as np
import pytest

from physics.memory import ds_cnn, inference_memory, resnet50, training_memory
from physics.networks import Block, Cnn, Convolution

STEM = Block(convolutions=(Convolution(inputs=1, outputs=8, kernel=9, stride=2, activation="relu"),))
NARROW = (
    Convolution(inputs=8, outputs=4, activation="relu"),
    Convolution(inputs=4, outputs=8, kernel=9, activation="relu"),
)
MAP = 16**2  # positions behind the stem at 32 pixels


def live(*blocks):
    shape = Cnn(name="small", blocks=(STEM, *blocks), classes=2)
    return inference_memory(shape, batch=1, resolution=32).activations_bytes / 4


def test_parameters_by_hand():
    shape = Cnn(name="small", blocks=(STEM, Block(convolutions=NARROW, identity=True)), classes=2)
    assert shape.parameters == (8 * 9 + 16) + (8 * 4 + 8) + (4 * 8 * 9 + 16) + (8 * 2 + 2)


def test_a_layer_holds_its_input_and_output_and_an_identity_its_beginning():
    stem = 32**2 + 8 * MAP
    assert live() == stem
    assert live(Block(convolutions=NARROW)) == max(stem, (8 + 4) * MAP)
    assert live(Block(convolutions=NARROW, identity=True)) == (4 + 8 + 8) * MAP


def test_a_projection_holds_what_it_will_be_added_to():
    projection = Convolution(inputs=8, outputs=8, stride=1)
    block = Block(convolutions=NARROW, projection=projection)
    assert live(block) == (8 + 8 + 8) * MAP
    wide = (Convolution(inputs=8, outputs=16), Convolution(inputs=16, outputs=8))
    assert live(Block(convolutions=wide, projection=projection)) == (16 + 8 + 8) * MAP  # the projection comes later


def test_resnet_50_peaks_where_256_channels_are_added():
    peak = inference_memory(resnet50(), batch=1, resolution=224).activations_bytes / 4
    assert peak == (64 + 256 + 256) * 56**2


def test_full_training_keeps_the_inputs_of_convolutions_and_norms():
    shape = Cnn(name="small", blocks=(STEM, Block(convolutions=NARROW, identity=True)), classes=2)
    kept = training_memory(shape, batch=1, resolution=32).activations_bytes / 4
    convolutions, norms = 32**2 + 8 * MAP + 4 * MAP, (8 + 4 + 8) * MAP
    assert kept == convolutions + norms
    last = training_memory(shape, method="last_k", last=1, batch=1, resolution=32).activations_bytes / 4
    assert last == (8 + 4) * MAP + (4 + 8) * MAP


def test_no_ideal_method_keeps_less_than_the_forward_pass_needs():
    shape = resnet50(classes=10)
    last = training_memory(shape, method="last_k", last=[1, 2, 3], batch=2, resolution=224)
    forward = inference_memory(shape, batch=2, resolution=224)
    assert (last.activations_bytes == forward.activations_bytes).all()  # the last maps are small


@pytest.mark.parametrize("method", ["full", "norm", "lora"])
@pytest.mark.parametrize("batch", [1, 5])
def test_recomputation_leaves_the_inputs_of_blocks_and_the_largest_block(method, batch):
    width, positions = 20, 25 * 5
    one_map = width * positions
    settings = {"method": method, "batch": batch, "rank": 3}
    kept = training_memory(ds_cnn(width=width), checkpoint="full", **settings).activations_bytes
    entering = 490 + 4 * one_map
    block = {"full": 4, "norm": 2, "lora": 2}[method] * one_map  # two convolutions, two norms
    assert kept == 4 * batch * (entering + block)


def test_recomputation_in_stock_pytorch_keeps_statistics_of_one_block_only():
    width, positions = 20, 25 * 5
    one_map = width * positions
    settings = {"batch": np.array([1, 3]), "runtime": "stock"}
    kept = training_memory(ds_cnn(width=width, classes=7), checkpoint="full", **settings).activations_bytes
    block = 4 * one_map + one_map  # the last block, whose ReLU nothing reads
    head = 4 * (width + 7)
    assert kept == pytest.approx(settings["batch"] * (4 * (490 + 4 * one_map + block) + head) + 8 * 2 * width)


def test_recomputation_changes_nothing_where_no_maps_are_kept():
    for method in ("head", "tinytl_bias", "tinytl_lite_residual"):
        settings = {"method": method, "batch": 2, "resolution": 96}
        assert training_memory(resnet50(), checkpoint="full", **settings) == training_memory(resnet50(), **settings)
