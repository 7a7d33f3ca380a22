"""One legal call of every public function, from which each argument is made bad in turn."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from physics import federation, gossip, networks

PROBLEM = federation.digits_problem(clients=6, alpha=0.1, seed=0, cities=2, features=4)
GPT = networks.Transformer(2, 64, 4, 4, 256, 100)
RESNET = networks.resnet50()
FIRST = networks.Convolution(inputs=3, outputs=4)
SPECTRUM = [1.0, 0.5, -0.2]
NODE = {"batch": 32, "context_tokens": 2000, "gpus": 8}
MODEL = {"model_bytes": 141e9, "kv_bytes_per_token": 327_680.0}
MECHANISM = {"sampling_rate": 0.1, "noise_multiplier": 1.0, "rounds": 10, "delta": 1e-5}
ROUNDS = {"download_bytes": 1e6, "upload_bytes": 2e6, "attempts": 1.2}
DAY = {"participation": 0.01, **ROUNDS, "rounds_per_day": 10, "raw_bytes_per_device": 1e3}
LORA = {"method": "lora", "targets": "qv", "rank": 2, "last": 1}
LAST = {"method": "last_k", "targets": "all", "rank": 1, "last": 2}
FORMATS = {
    "optimizer": "adam",
    "precision": "mixed",
    "attention": "flash",
    "checkpoint": "none",
    "runtime": "stock",
}


SIMULATION = {
    "problem": PROBLEM,
    "algorithm": "fedavg",
    "rounds": 3,
    "clients_per_round": None,
    "local_steps": 2,
    "learning_rate": 0.5,
    "proximal": 0.1,
    "server_learning_rate": 1.0,
    "reliability": [0.9] * 6,
    "participation": None,
    "clip": None,
    "noise_multiplier": 0.0,
    "noise": "local",
    "cohort": None,
    "last": None,
    "engine": "exact",
    "seed": 0,
}


@dataclass(frozen=True)
class Call:
    """The arguments of a legal call, all of them.

    ``ranges`` holds a range only where the docstring's follows from the other arguments: "1 to K" is "1 to 6". The
    bounds of a ``fixed`` argument are not tried: they do not go with the others of this call, or take seconds.
    """

    arguments: dict[str, Any]
    ranges: dict[str, str] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()


def of(**arguments: Any) -> Call:
    """A call whose ranges all stand in the docstring."""
    return Call(arguments)


CALLS: dict[str, list[Call]] = {
    "networks.Transformer": [
        of(layers=2, hidden=64, heads=1, kv_heads=1, ffn=256, vocab=100, family="gpt", tied=False, positions=8)
    ],
    "networks.Convolution": [
        Call(
            {"inputs": 6, "outputs": 4, "kernel": 9, "stride": 1, "groups": 1, "activation": "relu"},
            {"groups": "1 to 2"},
        )
    ],
    "networks.Block": [
        of(convolutions=(FIRST,), identity=False, projection=FIRST, pool_stride=2, lite_residual=(FIRST,))
    ],
    "networks.Cnn": [
        of(
            name="small",
            blocks=(networks.Block(convolutions=(FIRST,)),),
            classes=10,
            fixed_input=(49, 10),
            carries_lite_residual=False,
            conv_input_scale=1.0,
            norm_input_scale=1.0,
        )
    ],
    "networks.ds_cnn": [of(width=8, classes=12)],
    "networks.mobilenet_v2": [of(width=1.0, classes=10)],
    "networks.proxyless_mobile": [of(classes=10)],
    "networks.resnet50": [of(classes=10)],
    "networks.image_size": [of(shape=RESNET, resolution=224)],
    "networks.layer_maps": [of(shape=RESNET, height=224, width=224)],
    "networks.peak_elements": [of(shape=RESNET, height=224, width=224)],
    "memory.training_memory": [
        Call(
            {"shape": GPT, **LORA, **FORMATS, "batch": 2, "tokens": 8, "resolution": None},
            {"rank": "1 to 64", "last": "0 to 1e7"},
            frozenset({"resolution"}),
        ),
        Call(
            {"shape": RESNET, **LAST, **FORMATS, "batch": 2, "tokens": None, "resolution": 64},
            {"rank": "0 to 1e7", "last": "1 to 17"},
            frozenset({"tokens"}),
        ),
    ],
    "memory.inference_memory": [
        Call(
            {"shape": GPT, "precision": "int8", "batch": 2, "tokens": 8, "resolution": None},
            fixed=frozenset({"resolution"}),
        ),
        Call(
            {"shape": RESNET, "precision": "bf16", "batch": 2, "tokens": None, "resolution": 64},
            fixed=frozenset({"tokens"}),
        ),
    ],
    "memory.largest_rank": [of(shape=GPT, targets="mlp")],
    "memory.lora_parameters": [Call({"shape": GPT, "rank": 4, "targets": "all"}, {"rank": "1 to 64"})],
    "memory.tinytl_memory_bytes": [of(method="bias", resolution=224, batch=8, classes=102)],
    "memory.transformer_activation_bytes": [
        of(
            tokens=8,
            batch=2,
            hidden=64,
            heads=4,
            bytes_per_activation=2,
            method="lora",
            rank=1,
            attention="explicit",
            checkpoint="none",
            targets="qv",
        )
    ],
    "energy.battery_hours": [of(capacity_wh=1, base_w=1, duty=0.5, active_w=1)],
    "energy.flop_shares": [
        Call(
            {"shape": GPT, **LORA, "batch": 2, "tokens": 8, "resolution": None},
            {"rank": "1 to 64", "last": "0 to 1e7"},
            frozenset({"resolution"}),
        ),
        Call(
            {"shape": RESNET, **LAST, "batch": 2, "tokens": None, "resolution": 64},
            {"rank": "0 to 1e7", "last": "1 to 17"},
            frozenset({"tokens"}),
        ),
    ],
    "energy.loop_latency_s": [of(base_s=1, kernel_s=1, bandwidth_share=0.5, quantile=0.9)],
    "energy.radio_energy_j": [
        of(payload_bytes=1e6, radio="lte", rate_bytes_per_s=1e5, direction="upload", isolated=True)
    ],
    "energy.step_energy_j": [
        of(
            flop=1e9,
            memory_bytes=1e6,
            joule_per_flop=1e-12,
            joule_per_byte=80e-12,
            idle_w=0.5,
            peak_flop_per_s=1e12,
            memory_bytes_per_s=50e9,
            utilisation=0.4,
        )
    ],
    "energy.temperature_c": [of(power_w=1, seconds=10, ambient_c=25, resistance_k_per_w=9, capacity_j_per_k=60)],
    "energy.training_flop_ratio": [of(input_gradient_share=0.5, trained_share=0.5, attention_share=0.2)],
    "traffic.algorithm_payload_bytes": [of(model_bytes=1e6, algorithm="scaffold")],
    "traffic.breakeven_compression": [of(**DAY)],
    "traffic.centralised_traffic_bytes": [of(fleet=1e6, raw_bytes_per_device=1e3)],
    "traffic.communication_to_compute": [
        of(
            success=0.7,
            max_attempts=3,
            compute_s=3.0,
            transmit_s=1.0,
            compute_j=5.0,
            transmit_j=1.0,
            receive_s=0.5,
            receive_j=0.5,
        )
    ],
    "traffic.daily_traffic_bytes": [of(fleet=1e6, participation=0.01, **ROUNDS, rounds_per_day=10)],
    "traffic.dense_quantised_bytes": [of(parameters=1000, value_bits=8)],
    "traffic.device_bytes": [of(rounds=100, selected_share=0.5, **ROUNDS)],
    "traffic.message_reliability": [of(payload_bytes=100, packet_bytes=12, packet_error_rate=0.1)],
    "traffic.retry": [of(success=0.7, max_attempts=3, compute_j=5.0, transmit_j=1.0)],
    "traffic.round_success": [of(selected=130, target=100, dropout=0.1)],
    "traffic.round_traffic_bytes": [of(clients=10, **ROUNDS)],
    "traffic.sparse_update_bytes": [of(parameters=1000, fraction=0.1, value_bits=8, index="entropy")],
    "traffic.straggler_time": [
        of(selected=130, waited_for=1, spread=0.5, distribution="exponential"),
        Call(
            {"selected": 130, "waited_for": 1, "spread": 0.5, "distribution": "lognormal"},
            {"spread": "0 to 5"},
        ),
    ],
    "traffic.traffic_ratio": [of(**DAY)],
    "traffic.transfer_time_s": [of(payload_bytes=100, bytes_per_s=1e3)],
    "federation.digits_problem": [
        of(clients=6, alpha=0.1, seed=0, cities=None, features=4, regularization=1e-4),
        Call(
            {"clients": 6, "alpha": 0.1, "seed": 0, "cities": 2, "features": 4, "regularization": 1e-4},
            fixed=frozenset({"clients"}),
        ),
    ],
    "federation.problem_from_partition": [of(partition=[[0, 1, 2], [3]], features=4, regularization=1e-4)],
    "federation.heterogeneity": [of(problem=PROBLEM)],
    "federation.draw_participation": [
        Call(
            {
                "problem": PROBLEM,
                "rounds": 3,
                "clients_per_round": 4,
                "reliability": 0.9,
                "selection": "city_balanced",
                "seed": 0,
            },
            {"clients_per_round": "1 to 6"},
        )
    ],
    "federation.draw_invitations": [
        Call(
            {
                "problem": PROBLEM,
                "rounds": 3,
                "clients_per_round": 4,
                "reliability": 0.9,
                "selection": "reliable_first",
                "seed": 0,
            },
            {"clients_per_round": "1 to 6"},
        )
    ],
    "federation.client_updates": [
        Call(
            {
                "problem": PROBLEM,
                "participation": np.ones((3, 6), dtype=bool),
                "algorithm": "scaffold",
                "local_steps": 2,
                "learning_rate": 0.5,
                "proximal": 0.1,
            },
        )
    ],
    "federation.invitation_rates": [
        Call(
            {"problem": PROBLEM, "clients_per_round": 4, "reliability": 0.9, "selection": "random"},
            {"clients_per_round": "1 to 6"},
        )
    ],
    "federation.simulate": [
        Call(
            SIMULATION | {"clients_per_round": 4, "reliability": 0.9, "clip": 1.0, "noise_multiplier": 0.1, "last": 2},
            {"clients_per_round": "1 to 6", "last": "1 to 3", "learning_rate": "above 0, to 1.5"},
            frozenset({"cohort", "participation", "rounds"}),
        ),
        Call(
            SIMULATION | {"cohort": 10},
            {"clients_per_round": "1 or more", "last": "1 to 3", "learning_rate": "above 0, to 1.5"},
            frozenset({"participation", "noise_multiplier"}),
        ),
        Call(
            SIMULATION | {"participation": np.ones((3, 6), dtype=bool), "engine": "softmax", "last": 3},
            {"clients_per_round": "1 or more", "last": "1 to 3"},
            frozenset({"cohort", "rounds", "noise_multiplier", "local_steps"}),
        ),
        Call(
            SIMULATION | {"clients_per_round": 4, "clip": 1.0, "engine": "network", "last": 3},
            {"clients_per_round": "1 to 6", "last": "1 to 3"},
            frozenset({"cohort", "participation", "rounds", "local_steps"}),
        ),
    ],
    "federation.simulate_seeds": [
        Call(
            {
                "problem": PROBLEM,
                "participation": np.ones((2, 3, 6), dtype=bool),
                "algorithm": "scaffold",
                "local_steps": 2,
                "learning_rate": 0.5,
                "proximal": 0.1,
                "last": 2,
                "engine": "softmax",
            },
            {"last": "1 to 3"},
        ),
        Call(
            {
                "problem": PROBLEM,
                "participation": np.ones((2, 3, 6), dtype=bool),
                "algorithm": "fedavg",
                "local_steps": 2,
                "learning_rate": 0.5,
                "proximal": 0.1,
                "last": 2,
                "engine": "network",
            },
            {"last": "1 to 3"},
            frozenset({"local_steps"}),
        ),
    ],
    "federation.fixed_point": [of(problem=PROBLEM, local_steps=3, learning_rate=0.5, proximal=0.1)],
    "federation.quadratic_fixed_point": [
        # so flat that the largest step, too, is below 2 over the curvature
        of(curvatures=[1e-6, 1.5e-6], optima=[0.0, 1.0], shares=[1.0, 3.0], local_steps=3, learning_rate=1e5),
    ],
    "federation.softmax_optimum": [of(problem=PROBLEM)],
    "federation.settling_point": [
        of(problem=PROBLEM, local_steps=3, learning_rate=0.5, proximal=0.1, rounds=1),
    ],
    "federation.low_rank_approximation": [
        Call({"matrix": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "rank": 2}, {"rank": "1 to 2"})
    ],
    "federation.personalise": [
        Call(
            {
                "problem": PROBLEM,
                "weights": np.zeros((5, 10)),
                "client": 0,
                "local_steps": 3,
                "learning_rate": 0.5,
                "rank": 2,
                "engine": "softmax",
            },
            {"client": "0 to 5", "rank": "1 to 5"},
        ),
        Call(
            {
                "problem": PROBLEM,
                "weights": np.zeros(480),
                "client": 0,
                "local_steps": 3,
                "learning_rate": 0.5,
                "rank": 2,
                "engine": "network",
            },
            {"client": "0 to 5", "rank": "1 to 5"},
            frozenset({"engine"}),  # a network's model has another shape
        ),
    ],
    "federation.jitter": [Call({"curve": [0.1, 0.2, 0.3], "last": 2}, {"last": "1 to 2"})],
    "privacy.epsilon": [of(**MECHANISM, conversion="canonne", orders="refined")],
    "privacy.epsilon_curve": [of(**MECHANISM)],
    "privacy.noise_multiplier": [of(epsilon=1.0, sampling_rate=0.1, rounds=10, delta=1e-5)],
    "privacy.gaussian_sigma": [of(epsilon=1.0, delta=1e-5, sensitivity=1.0, method="analytic")],
    "privacy.gaussian_delta": [of(sigma=1.0, epsilon=1.0, sensitivity=1.0)],
    "privacy.local_noise_multiplier": [of(epsilon=1.0, delta=1e-5, participations=3)],
    "privacy.participations_per_client": [of(sampling_rate=0.1, rounds=10)],
    "privacy.client_updates": [
        Call(
            {"fleet": 10_000, "epsilon": None, "alpha": 0.3, "delta": None},
            {"delta": "1e-300 up to but not including 1e-4"},
            frozenset({"epsilon"}),  # takes seconds where many designs fit the fleet
        ),
        Call(
            {"fleet": 100, "epsilon": 1.0, "alpha": 0.3, "delta": 1e-6},
            {"delta": "1e-300 up to but not including 1e-2"},
            frozenset({"fleet"}),  # delta must stay below 1/N
        ),
    ],
    "privacy.minimum_client_updates": [
        Call(
            {"fleet": 10_000, "epsilon": 1.0, "alpha": 0.3, "target": 0.0, "delta": None},
            {"delta": "1e-300 up to but not including 1e-4"},
            frozenset({"fleet", "epsilon", "target"}),  # no design is always right, nor right under the least budget
        )
    ],
    "gossip.mesh": [
        Call({"topology": "geometric", "nodes": 25, "degree": 1, "seed": 0}, {"degree": "above 0, to 24"}),
    ],
    "gossip.spectrum": [
        Call(
            {"topology": "ring", "nodes": 25, "degree": None, "seed": 0},
            {"nodes": "3 to 1,000,000", "degree": "(0, inf]"},
        ),
        Call(
            {"topology": "geometric", "nodes": 25, "degree": 1, "seed": 0},
            {"nodes": "2 to 4,000", "degree": "above 0, to 24"},
            frozenset({"nodes"}),  # the eigenvalues of 4,000 nodes take 10 s
        ),
    ],
    "gossip.place_of_node": [
        Call({"network": gossip.mesh("torus", 25), "places": 5}, {"places": "1 to 25"}),
    ],
    "gossip.best_rounds": [of(eigenvalues=SPECTRUM, noise_variance=1.0, diversity_variance=0.5, most_rounds=50)],
    "gossip.ble_time_s": [of(payload_bytes=12, mode="mesh", advertising_interval_s=0.02, transmissions=3)],
    "gossip.consensus_rms": [of(eigenvalues=SPECTRUM, rounds=3)],
    "gossip.estimation_error": [of(eigenvalues=SPECTRUM, rounds=3, noise_variance=1.0, diversity_variance=0.5)],
    "gossip.flood_time_s": [of(nodes=200, payload_bytes=12, mode="mesh", degree=1)],
    "gossip.gossip_trial": [
        Call(
            {
                "topology": "ring",
                "nodes": 25,
                "rounds": 2,
                "noise_variance": 1.0,
                "diversity_variance": 0.5,
                "degree": None,
                "seed": 0,
                "mesh_seed": 1,
                "places": 1,
                "churn": 0.0,
                "fan_out": None,
            },
            {"nodes": "3 to 20,000", "degree": "(0, inf]"},
        )
    ],
    "serving.adapter_room_bytes": [of(**NODE, memory_share=0.9, **MODEL)],
    "serving.decode_step_s": [of(**NODE, adapters_read=10.0, adapter_bytes=131e6, **MODEL, hbm_bytes_per_s=3e12)],
    "serving.lru_hit_rate": [of(items=1000, skew=0.8, capacity=50)],
    "serving.serving": [
        of(
            adapters=10_000,
            skew=0.8,
            adapter_bytes=131e6,
            hbm_bytes=200e9,
            host_bytes=1e12,
            request_rate=20.0,
            **NODE,
            eviction="lru",
            **MODEL,
            pcie_bytes_per_s=52e9,
            nvme_bytes_per_s=7e9,
            horizon_s=3600.0,
        )
    ],
    "serving.static_hit_rate": [of(items=1000, skew=0.8, capacity=50)],
    "serving.unique_items": [of(items=1000, skew=0.8, batch=32)],
}
