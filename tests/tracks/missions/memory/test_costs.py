"""What the bench counts is what physics counts, on known networks and on those it has to assume."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from physics.energy import flop_shares
from physics.federation import problem_from_partition, softmax_optimum
from tests.tracks.missions.memory.states import (
    NOMAD,
    ON,
    PIONEER,
    TITAN,
    any_state,
    counted,
    held,
    plugin_track,
    sample,
    served,
)
from tracks.edge_guardian.track import EDGE_GUARDIAN
from tracks.missions.memory.accuracy_gain import gain_kept, lora_share, proxy_shares, published, resolution_per_octave
from tracks.missions.memory.bench import BENCH
from tracks.missions.memory.costs import costs, fitting_batch, step_of
from tracks.missions.memory.networks import network_of
from tracks.missions.memory.setting import default_setting, setting_of

every_track = pytest.mark.parametrize("one", ON.values(), ids=ON.keys())


# --- bytes -----------------------------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(drawn=any_state)
def test_what_lies_between_kept_answers_is_what_physics_counts(drawn):
    one, state = drawn
    setting = setting_of(one.network, state)
    found, asked = costs(one.network, setting), counted(one, setting)
    for ours, theirs in (
        (found.weights, asked.weights_bytes),
        (found.gradients, asked.gradients_bytes),
        (found.optimizer, asked.optimizer_bytes),
        (found.activations, held(one, setting)),
        (found.trained, asked.trained_parameters),
        (found.payload, asked.payload_bytes),
        (found.total, asked.total_bytes - asked.activations_bytes + held(one, setting)),
    ):
        assert ours == pytest.approx(theirs, rel=1e-9)
    assert found.inference == pytest.approx(served(one, setting).total_bytes, rel=1e-9)


@settings(max_examples=60)
@given(drawn=any_state)
def test_a_step_takes_the_operations_that_physics_counts(drawn):
    one, state = drawn
    setting = setting_of(one.network, state)
    shares = flop_shares(
        one.network.shape,
        method=setting.method,
        batch=setting.batch,
        rank=setting.rank,
        targets="qkvo",
        last=setting.last,
        **sample(one, setting),
    )
    device, found = one.track.device, costs(one.network, setting)
    taken = step_of(one.track, one.network, setting, found)
    assert taken.flop == pytest.approx(shares.forward_flop * shares.ratio, rel=1e-9)
    limits = taken.flop / (device.utilisation * device.peak_flop_per_s), 2 * found.total / device.memory_bytes_per_s
    assert taken.seconds == pytest.approx(max(limits))
    assert taken.joules == pytest.approx(taken.seconds * device.learning_power_w)


@settings(max_examples=80)
@given(drawn=any_state)
def test_the_largest_batch_that_fits_is_the_last_that_does(drawn):
    one, state = drawn
    setting, budget = setting_of(one.network, state), one.track.device.learning_memory_bytes
    batch = fitting_batch(one.network, setting, budget)
    assert batch == 0 or costs(one.network, setting._replace(batch=batch)).total <= budget * (1 + 1e-9)
    assert costs(one.network, setting._replace(batch=batch + 1)).total > budget


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_a_step_holds_at_least_the_layer_that_its_forward_pass_computes(batch):
    """Last block at 320 pixels: the backward pass keeps a few small maps, the first blocks' are the largest."""
    setting = NOMAD.setting(method="last_k", last_blocks=1, optimizer="sgd", resolution=320, batch=batch)
    found, kept = costs(NOMAD.network, setting), counted(NOMAD, setting).activations_bytes
    assert kept < 0.6 * found.inference_live
    assert found.forward_leads
    assert found.activations == found.inference_live == pytest.approx(served(NOMAD, setting).activations_bytes)
    whole = costs(NOMAD.network, setting._replace(method="full"))
    assert not whole.forward_leads
    assert whole.activations > 10 * whole.inference_live


def test_the_smallest_amplification_is_tinytls():
    """Lite residual at batch 8: 37.1 MB of published memory over 30.4 of inference is 1.2; gradients come on top."""
    setting = NOMAD.setting(method="tinytl_lite_residual", runtime="ideal", optimizer="sgd", batch=8)
    found = costs(NOMAD.network, setting)
    assert (found.total - found.gradients) / found.inference == pytest.approx(1.22, abs=0.01)


# --- what it buys ----------------------------------------------------------------------------------------------------


def test_published_shares_follow_from_the_printed_table():
    """Means over flowers, cars, cub, food, pets, aircraft and both CIFAR: 71.7 last layer, 85.1 TinyTL-L, 89.1 all."""
    table = published()
    last, lite, everything = (table[name][1] for name in ("FT-Last", "TinyTL-L", "FT-Full"))
    assert (round(last, 3), round(lite, 3), round(everything, 3)) == (0.717, 0.851, 0.891)
    assert table["TinyTL-L"][2] == pytest.approx((lite - last) / (everything - last))
    assert (table["FT-Last"][2], table["FT-Full"][2]) == (0, 1)
    assert table["TinyTL-L"][0] == 37e6


def test_methods_keep_what_was_published_for_them():
    table = published()
    for method, name in (("tinytl_bias", "TinyTL-B"), ("tinytl_lite_residual", "TinyTL-L"), ("full", "FT-Full")):
        assert gain_kept(NOMAD.network, NOMAD.setting(method=method)) == pytest.approx(table[name][2])


def test_finer_images_add_what_was_published_between_224_and_320_pixels():
    table = published()
    low, high = (NOMAD.setting(method="full", resolution=side) for side in (224, 320))
    added = gain_kept(NOMAD.network, high) - gain_kept(NOMAD.network, low)
    assert added == pytest.approx(table["TinyTL-L+B@320"][2] - table["TinyTL-L+B"][2])
    octave = [gain_kept(NOMAD.network, NOMAD.setting(method="full", resolution=side)) for side in (96, 192)]
    assert octave[1] - octave[0] == pytest.approx(resolution_per_octave())


def test_the_proxy_keeps_what_the_closest_change_of_a_rank_gets_right():
    """Against the singular vectors of the best model itself; of ten classes that sum to nothing nine ranks are all."""
    everything = problem_from_partition([range(1437)])
    left, lengths, right = np.linalg.svd(softmax_optimum(everything).weights, full_matrices=False)
    data, found = everything.data, []
    for rank in range(1, 11):
        model = (left[:, :rank] * lengths[:rank]) @ right[:rank]
        found.append(np.mean((data.test_inputs.T @ model).argmax(axis=1) == data.test_labels) - 0.1)
    assert proxy_shares() == pytest.approx([one / found[-1] for one in found])
    assert proxy_shares()[8] == 1


def test_the_proxy_saturates_with_rank():
    shares = [lora_share(rank) for rank in range(1, 65)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (proxy_shares()[0], 1.0)
    assert shares[1] - shares[0] > 10 * (shares[63] - shares[31])


@every_track
def test_all_blocks_are_full_training_and_fewer_keep_less(one):
    gains = [
        gain_kept(one.network, one.setting(method="last_k", last_blocks=last))
        for last in range(1, one.network.last + 1)
    ]
    assert gains == sorted(gains)
    assert gains[-1] <= 1
    if one.network.last == one.network.blocks:
        assert gains[-1] == pytest.approx(1)


def test_optimizers_and_short_sequences_cost_what_the_source_says():
    base = gain_kept(TITAN.network, TITAN.setting(rank=16))
    assert gain_kept(TITAN.network, TITAN.setting(rank=16, optimizer="sgd")) == pytest.approx(0.95 * base)
    assert gain_kept(TITAN.network, TITAN.setting(rank=16, tokens=1024)) == pytest.approx(base - 0.03)
    assert gain_kept(TITAN.network, TITAN.setting(rank=16, tokens=4096)) == base


# --- networks --------------------------------------------------------------------------------------------------------


@every_track
def test_a_track_is_counted_as_its_own_network(one):
    assert not one.network.source.startswith("assumed")
    head = 130_662 if one.network.published else 0  # TinyTL counts its backbone without the last layer
    assert one.network.parameters == one.track.model.parameters + head


def test_a_known_number_of_parameters_names_a_network_that_the_texts_do_not():
    for one in ON.values():
        unnamed = replace(one.track, texts={})
        assert network_of(unnamed).key == one.network.key


@pytest.mark.parametrize(
    ("parameters", "flop", "kind", "size"),
    [
        (30_000, 20, "DS-CNN", ""),
        (5_000_000, 500, "MobileNetV2", "resolution"),
        (124_000_000, 2, "GPT", "tokens"),
        (1_000_000_000, 2, "GPT", "tokens"),
    ],
)
def test_a_plugins_unknown_network_is_assumed_of_as_many_parameters(parameters, flop, kind, size):
    track = plugin_track(parameters=parameters, weights_bytes=4 * parameters, forward_flop=flop * parameters)
    network = network_of(track)
    assert kind in network.name
    assert network.size == size
    assert network.source.startswith("assumed: no shape is given")
    assert f"{network.parameters:,}" in network.source
    assert network.parameters == pytest.approx(parameters, rel=0.05)
    assert network.precision == "fp32"
    bench = BENCH.on(track)
    outcome = bench.run(track, bench.defaults())
    assert network.source in outcome.reading("total").source
    for method in network.methods:
        bench.run(track, {**bench.defaults(), "method": method})


def test_a_plugin_may_say_what_kind_its_network_is():
    track = plugin_track(parameters=60_000_000, forward_flop=120_000_000)
    assert network_of(track).size == "tokens"
    told = replace(track, texts={**track.texts, "network": "cnn"})
    assert network_of(told).size == "resolution"
    named = replace(track, texts={**track.texts, "network": "mobilenet_v2"})
    assert network_of(named).name == "MobileNetV2"


def test_biases_are_offered_only_where_a_network_has_them():
    assert "bitfit" in network_of(plugin_track(parameters=1e9, forward_flop=2e9)).methods
    assert "bitfit" not in TITAN.network.methods
    assert "tinytl_lite_residual" not in PIONEER.network.methods, "there the modules outweigh the network"


def test_a_core_without_half_precision_is_not_offered_any():
    assert "bf16" not in PIONEER.network.precisions
    assert "bf16" in network_of(EDGE_GUARDIAN).precisions
    assert default_setting(PIONEER.network).precision == "int8"
