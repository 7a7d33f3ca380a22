"""Each shared figure against arithmetic that does not use it, or the publication it is rounded from."""

from __future__ import annotations

import re

import pytest

from physics import constants, traffic
from physics.sources import KINDS, Source, Sourced
from physics.units import GB, MB, PB
from tests.physics.reference.rows import on_every

NUMBERS = {
    name: value
    for name, value in vars(constants).items()
    if name.isupper() and type(value) in (int, float) and name != "MB"
}
DOCUMENTS = {name: thing for name, thing in vars(constants).items() if isinstance(thing, Source)}


def test_every_number_has_a_source_and_every_source_a_number() -> None:  # N4
    assert set(constants.SOURCES) == set(NUMBERS)
    assert len(NUMBERS) > 50


@on_every("name", NUMBERS)
def test_every_number_can_be_asked_for_kind_citation_and_link(name: str) -> None:  # N4
    known = constants.source_of(name)
    assert known.kind in KINDS
    assert len(known.citation.split()) >= 2
    if known.kind in ("paper", "data sheet", "code"):
        assert known.link.startswith("https://"), f"{name}: {known.text!r} can be read somewhere"
    assert not re.search(r"idem|second-hand|as repeated|as quoted", known.text)


@on_every("name", NUMBERS)
def test_a_number_stays_plain_and_comes_with_its_source_when_asked(name: str) -> None:
    value = getattr(constants, name)
    assert type(value) in (int, float)
    assert constants.sourced_of(name) == Sourced(value, constants.source_of(name))


def test_a_document_that_several_numbers_cite_is_linked() -> None:
    assert {"LLAMA_3_70B", "H100_DATA_SHEET", "TINYTL", "LTE_2012", "NRF52840"} <= set(DOCUMENTS)
    assert [name for name, document in DOCUMENTS.items() if not document.link] == []


def test_a_number_that_does_not_exist_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ValueError, match="no 'H100_POWER'; is it 'H100_POWER_W'"):
        constants.source_of("H100_POWER")
    with pytest.raises(ValueError, match=r"no 'zzz'$"):
        constants.sourced_of("zzz")


def test_llama_3_70b_feed_forward_width_follows_from_its_multiplier() -> None:
    wide = int(1.3 * int(2 * 4 * constants.LLAMA_3_70B_HIDDEN / 3))
    assert 4096 * -(-wide // 4096) == constants.LLAMA_3_70B_FFN


def test_llama_3_70b_parameters_are_the_sum_of_its_matrices() -> None:
    hidden, ffn = constants.LLAMA_3_70B_HIDDEN, constants.LLAMA_3_70B_FFN
    head = hidden // constants.LLAMA_3_70B_HEADS
    kv = constants.LLAMA_3_70B_KV_HEADS * head
    attention = hidden * hidden + 2 * hidden * kv + hidden * hidden
    block = attention + 3 * hidden * ffn + 2 * hidden
    total = 2 * constants.LLAMA_3_70B_VOCABULARY * hidden + constants.LLAMA_3_70B_LAYERS * block + hidden
    assert total == constants.LLAMA_3_70B_PARAMETERS
    assert 2 * constants.LLAMA_3_70B_LAYERS * kv * 2 == constants.LLAMA_3_70B_KV_BYTES_PER_TOKEN


def test_lora_parameters_follow_from_rank_and_the_four_attention_matrices() -> None:
    shapes = {"q": (8192, 8192), "k": (8192, 1024), "v": (8192, 1024), "o": (8192, 8192)}
    a_and_b = sum(16 * d_in + d_out * 16 for d_in, d_out in shapes.values())
    assert 80 * a_and_b == constants.LLAMA_3_70B_LORA_PARAMETERS == 65_536_000


# expansion, kernel, output channels, stride of the 20 blocks of ProxylessNAS-Mobile (Cai et al. 2019, fig. 4)
PROXYLESS_MOBILE_BLOCKS = (
    *((1, 3, 16, 1), (3, 5, 32, 2), (3, 3, 32, 1), (3, 7, 40, 2), (3, 3, 40, 1), (3, 5, 40, 1), (3, 5, 40, 1)),
    *((6, 7, 80, 2), (3, 5, 80, 1), (3, 5, 80, 1), (3, 5, 80, 1), (6, 5, 96, 1), (3, 5, 96, 1), (3, 5, 96, 1)),
    *((3, 5, 96, 1), (6, 7, 192, 2), (6, 7, 192, 1), (3, 7, 192, 1), (3, 7, 192, 1), (6, 7, 320, 1)),
)


def proxyless_mobile_counts() -> tuple[int, int]:
    """Return (multiply-accumulates at 224, parameters) of the backbone without a head, layer by layer."""
    channels, side = 32, 112
    macs, parameters = 27 * channels * side**2, 27 * channels + 2 * channels
    for expansion, kernel, out, stride in PROXYLESS_MOBILE_BLOCKS:
        wide = channels * expansion
        if expansion > 1:
            macs += channels * wide * side**2
            parameters += channels * wide + 2 * wide
        side //= stride
        macs += (wide * kernel**2 + wide * out) * side**2
        parameters += wide * kernel**2 + 2 * wide + wide * out + 2 * out
        channels = out
    return macs + channels * 1280 * side**2, parameters + channels * 1280 + 2 * 1280


def test_proxyless_mobile_is_its_layers_plus_the_lite_residual() -> None:
    macs, parameters = proxyless_mobile_counts()
    residual = constants.PROXYLESS_MOBILE_LITE_RESIDUAL_PARAMETERS
    assert parameters + residual == constants.PROXYLESS_MOBILE_PARAMETERS
    assert macs == pytest.approx(constants.PROXYLESS_MOBILE_MACS, rel=0.005)
    assert constants.PROXYLESS_MOBILE_HEAD_PARAMETERS == 1280 * 102 + 102


def test_tinytl_published_megabytes_are_backbone_and_head_at_their_precisions() -> None:
    backbone, head = constants.PROXYLESS_MOBILE_PARAMETERS, constants.PROXYLESS_MOBILE_HEAD_PARAMETERS
    assert 4 * (backbone + head) == 18_986_360  # TinyTL fig. 3, full: 18.98636 MB
    assert backbone + 4 * head == 5_138_576  # TinyTL fig. 3, last layer: 5.138576 MB


def test_ds_cnn_counts_are_the_sum_over_its_layers() -> None:
    width, places, classes = 212, 25 * 5, 12
    kernels = [10 * 4 * width] + [9 * width, width * width] * 4
    head = width * classes
    assert sum(kernels) * places + head == constants.DS_CNN_MACS
    assert sum(kernels) + 2 * width * len(kernels) + head + classes == constants.DS_CNN_PARAMETERS
    assert places == constants.DS_CNN_MAP_ELEMENTS
    assert (width, classes) == (constants.DS_CNN_WIDTH, constants.DS_CNN_CLASSES)


def test_ds_cnn_weighs_what_the_published_int8_file_of_its_class_weighs() -> None:
    assert pytest.approx(constants.DS_CNN_M_FILE_BYTES, rel=0.01) == constants.DS_CNN_PARAMETERS


def test_ds_cnn_window_is_one_second_of_frames_of_40_ms() -> None:
    assert pytest.approx(1.0) == (constants.DS_CNN_WINDOW_FRAMES - 1) * constants.DS_CNN_FRAME_S + 0.040


def test_ble_energy_is_supply_power_over_the_data_rate() -> None:
    assert pytest.approx(constants.BLE_TRANSMIT_J_PER_BIT, rel=0.03) == 3.0 * 6.40e-3 / 1.376e6
    assert pytest.approx(constants.BLE_RECEIVE_J_PER_BIT, rel=0.03) == 3.0 * 6.26e-3 / 1.376e6


def test_5g_energy_per_byte_is_the_slope_of_power_over_rate() -> None:
    watts_per_bit_per_s = 29.15e-3 / 1e6
    assert 8 * watts_per_bit_per_s == pytest.approx(constants.FIVE_G_J_PER_BYTE, rel=0.002)


def test_lte_at_6_mbit_s_costs_3_9_w_and_5_2_j_a_megabyte() -> None:
    watts = 6 * constants.LTE_UPLINK_W_PER_MBIT_S + constants.LTE_BASE_W
    assert watts == pytest.approx(3.9, abs=0.05)
    assert watts / (constants.LTE_UPLINK_BIT_PER_S / 8) * MB == pytest.approx(5.2, abs=0.05)


def test_lte_isolated_packet_is_mostly_its_tail() -> None:
    assert pytest.approx(constants.LTE_ISOLATED_PACKET_J, rel=0.05) == 11.576 * 1.060


def test_mesh_segment_of_12_bytes_leaves_every_60_ms() -> None:
    assert pytest.approx(12 * 8 / (3 * 0.020)) == constants.BLE_MESH_BIT_PER_S


def test_keyboard_fleet_moves_400_000_times_what_it_would_gather() -> None:  # L22
    model = constants.KEYBOARD_PARAMETERS * constants.KEYBOARD_BYTES_PER_PARAMETER
    invited = constants.KEYBOARD_PARTICIPATION * constants.KEYBOARD_PHONES
    round_bytes = traffic.round_traffic_bytes(invited, download_bytes=model, upload_bytes=model)
    day_bytes = constants.KEYBOARD_ROUNDS_PER_DAY * round_bytes
    gathered = constants.KEYBOARD_KEYSTROKES_PER_DAY * constants.KEYBOARD_BYTES_PER_KEYSTROKE
    assert round_bytes == pytest.approx(4 * PB)
    assert day_bytes == pytest.approx(40 * PB)
    assert gathered == pytest.approx(100 * GB)
    assert day_bytes / gathered == pytest.approx(400_000)
    assert pytest.approx(10) == constants.KEYBOARD_KEYSTROKES_PER_DAY / constants.KEYBOARD_PHONES


def test_published_keyboard_model_is_hundreds_of_times_smaller_than_the_illustration() -> None:  # L22
    assert constants.KEYBOARD_PARAMETERS / constants.GBOARD_PARAMETERS > 500
    assert constants.GBOARD_PARAMETERS < 10_000_000  # "less than ten million parameters"
