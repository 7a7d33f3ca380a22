"""Names that were public before each subject became a package can still be imported, by dotted path and attribute."""

import importlib
import subprocess
import sys

import pytest

import physics

# module -> its public names at version 0.1.0
PUBLIC = {
    "cache": """
        GPU_MEMORY_BYTES HBM_BYTES_PER_S KV_BYTES_PER_TOKEN MODEL_BYTES NVME_BYTES_PER_S PCIE_BYTES_PER_S
        Serving adapter_room_bytes decode_step_s lru_hit_rate serving static_hit_rate unique_items
    """,
    "checks": """
        floats number whole wholes together plain one_of Floats Sweep
    """,
    "digits": """
        FederatedProblem digits_problem problem_from_partition symmetric_solution heterogeneity
        check_problem MAX_SEED
    """,
    "energy": """
        SKIN_LIMIT_C FlopShares StepEnergy battery_hours flop_shares loop_latency_s radio_energy_j
        step_energy_j temperature_c training_flop_ratio
    """,
    "federation": """
        FederatedProblem FederatedRun FixedPoint Personalised SettlingPoint SeveralRuns SoftmaxOptimum
        digits_problem draw_participation fixed_point heterogeneity invitation_rates jitter
        low_rank_approximation personalise
        problem_from_partition settling_point simulate simulate_seeds softmax_optimum
    """,
    "gossip": """
        DEFAULT_DEGREE MESH_MESSAGE_BYTES MESH_SEGMENT_BYTES TOPOLOGIES Mesh best_rounds ble_time_s
        consensus_rms estimation_error flood_time_s gossip_trial mesh place_of_node spectrum
    """,
    "memory": """
        Cnn MemoryBreakdown Shape Transformer ds_cnn inference_memory largest_rank lora_parameters
        mobilenet_v2 proxyless_mobile resnet50 tinytl_memory_bytes training_memory
        transformer_activation_bytes
    """,
    "privacy": """
        ClientUpdates client_updates epsilon epsilon_curve gaussian_delta gaussian_sigma
        local_noise_multiplier minimum_client_updates noise_multiplier participations_per_client
    """,
    "published": """
        TinyTlAccuracy TinyTlMemory ServingThroughput DATA_SETS TINYTL_TABLE_2 TINYTL_FIGURE_3 SLORA_TABLE_3
    """,
    "reference": """
        FLOP_PER_MAC LLAMA_3_70B_LAYERS LLAMA_3_70B_HIDDEN LLAMA_3_70B_HEADS LLAMA_3_70B_KV_HEADS
        LLAMA_3_70B_FFN LLAMA_3_70B_VOCABULARY LLAMA_3_70B_PARAMETERS LLAMA_3_70B_KV_BYTES_PER_TOKEN
        LLAMA_3_70B_LORA_RANK LLAMA_3_70B_LORA_PARAMETERS H100_MEMORY_BYTES H100_MEMORY_BYTES_PER_S
        H100_FLOP_PER_S H100_POWER_W PCIE_5_X16_BYTES_PER_S NVME_BYTES_PER_S RESNET_50_PARAMETERS
        RESNET_50_MACS PROXYLESS_MOBILE_PARAMETERS PROXYLESS_MOBILE_LITE_RESIDUAL_PARAMETERS
        PROXYLESS_MOBILE_HEAD_PARAMETERS PROXYLESS_MOBILE_MACS DS_CNN_WIDTH DS_CNN_CLASSES
        DS_CNN_MAP_ELEMENTS DS_CNN_WINDOW_FRAMES DS_CNN_FRAME_S DS_CNN_PARAMETERS DS_CNN_MACS
        DS_CNN_M_FILE_BYTES AUDIO_SAMPLES_PER_S AUDIO_BYTES_PER_SAMPLE LTE_UPLINK_BIT_PER_S
        LTE_UPLINK_W_PER_MBIT_S LTE_DOWNLINK_W_PER_MBIT_S LTE_BASE_W LTE_ISOLATED_PACKET_J FIVE_G_J_PER_BYTE
        BLE_TRANSMIT_J_PER_BIT BLE_RECEIVE_J_PER_BIT BLE_MESH_BIT_PER_S KEYBOARD_PHONES KEYBOARD_PARAMETERS
        KEYBOARD_BYTES_PER_PARAMETER KEYBOARD_PARTICIPATION KEYBOARD_ROUNDS_PER_DAY
        KEYBOARD_KEYSTROKES_PER_DAY KEYBOARD_BYTES_PER_KEYSTROKE KEYBOARD_UPLINK_BIT_PER_S GBOARD_PARAMETERS
    """,
    "shapes": """
        LORA_TARGETS Block Cnn Convolution LayerMaps Shape Transformer ds_cnn image_size layer_maps
        mobilenet_v2 peak_elements proxyless_mobile resnet50
    """,
    "traffic": """
        Breakeven CommunicationToCompute Retry algorithm_payload_bytes breakeven_compression
        centralised_traffic_bytes communication_to_compute daily_traffic_bytes dense_quantised_bytes
        device_bytes message_reliability retry round_success round_traffic_bytes sparse_update_bytes
        straggler_time traffic_ratio transfer_time_s
    """,
    "units": """
        BITS_PER_BYTE KB MB GB TB PB KIB MIB GIB SECONDS_PER_HOUR SECONDS_PER_DAY DAYS_PER_MONTH
        JOULES_PER_WH
    """,
}
RENAMED = {"floats", "number", "whole", "wholes", "together", "plain", "Sweep"}  # of checks; they warn


@pytest.mark.parametrize("module", sorted(PUBLIC))
def test_a_module_and_its_names_are_found_where_they_were(module):
    found = importlib.import_module(f"physics.{module}")
    assert getattr(physics, module) is found
    for name in PUBLIC[module].split():
        if name in RENAMED:
            with pytest.warns(DeprecationWarning, match=f"physics.validation.{name} is called "):
                assert callable(getattr(found, name)) or name == "Sweep"
        else:
            assert hasattr(found, name), f"physics.{module}.{name}"


def test_one_import_brings_every_subject_and_sets_blas_to_one_thread():
    """In a process of its own: this one has imported everything already."""
    code = (
        "import os; os.environ.pop('OPENBLAS_NUM_THREADS', None); import physics; "
        "print(physics.privacy.epsilon.__name__, physics.cache.lru_hit_rate is physics.serving.lru_hit_rate, "
        "os.environ['OPENBLAS_NUM_THREADS'])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["epsilon", "True", "1"]
