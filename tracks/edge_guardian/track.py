"""Edge Guardian: an AV systems lead, one vehicle computer with a 10 ms control loop and half a million vehicles."""

from __future__ import annotations

from physics import constants
from physics.units import DAYS_PER_MONTH, GB, GIB, MB, TB
from tracks import Colour, Device, Extra, Fleet, Model, Targets, Track
from tracks.api.quantities import in_words
from tracks.common.reading_list import READING
from tracks.edge_guardian.drift import bench as drift

MODEL = Model(
    name="ResNet-50 backbone",
    parameters=constants.RESNET_50_PARAMETERS,
    weights_bytes=constants.RESNET_50_PARAMETERS,
    forward_flop=constants.RESNET_50_MACS * constants.FLOP_PER_MAC,
    sample_bytes=1 * MB,
    moved_name="ResNet-50 backbone, fp16",
    moved_bytes=constants.RESNET_50_PARAMETERS * 2,
)

DEVICE = Device(
    name="DRIVE AGX Orin class, 254 INT8 TOPS sparse (127 dense)",
    memory_bytes=32 * GIB,
    learning_memory_bytes=1 * GIB,
    memory_bytes_per_s=204.8e9,
    peak_flop_per_s=127e12,
    utilisation=0.1,
    power_w=60,
    learning_power_w=15,
    battery_wh=None,
    uplink_bit_per_s=21e6,
    uplink_name="5G",
    round_trip_s=0.040,
    deadline_s=0.010,
    deadline_name="control loop",
    extras={
        "sparse_op_per_s": 254e12,
        "radio_j_per_byte": constants.FIVE_G_J_PER_BYTE,
        "planning_period_s": 0.1,
    },
)

FLEET = Fleet(
    devices=500_000,
    unit="vehicles",
    raw_bytes_per_device_day=4 * TB,
    cap_bytes=5 * GB,
    cap_days=DAYS_PER_MONTH,
    cap_scope="device",
    skew_alpha=0.05,
    reliability=0.8,
    seed=22,
)

TARGETS = Targets(
    mean_accuracy=0.92,
    worst_city_accuracy=0.87,
    safety_accuracy=0.90,
    epsilon=1,
    epsilon_unit="vehicle",
    extras={"control_loop_p99_s": 0.010},
)

_ORIN = "Jetson AGX Orin data sheet DS-10662-001 v1.8, as quoted publicly"

SOURCES = {
    "model.parameters": "torchvision, ResNet50_Weights: 25,557,032 parameters (He et al. 2016)",
    "model.weights_bytes": "derived: 25,557,032 parameters x 1 B (INT8), as it serves",
    "model.forward_flop": "derived: 2 x 4.09 G MAC at 224 x 224, torchvision, ResNet50_Weights (He et al. 2016)",
    "model.sample_bytes": "assumed: one camera frame, 30 MB/s at 30 frames a second; "
    "Intel's 2016 keynote gives cameras 20 to 40 MB/s",
    "model.moved_bytes": "derived: 25,557,032 parameters x 2 B (fp16)",
    "device.memory_bytes": "assumed: 32 GB of LPDDR5, as on the Jetson AGX Orin 32 GB; none is published for DRIVE",
    "device.learning_memory_bytes": "assumed: 1 GiB; the rest is the safety partition",
    "device.memory_bytes_per_s": f"{_ORIN}: 256 bit, 204.8 GB/s",
    "device.peak_flop_per_s": "derived: half of 254 INT8 TOPS, a vendor peak with sparsity, inferred from the same "
    "silicon's 275 (NVIDIA Deep-Learning-Accelerator-SW)",
    "device.utilisation": "assumed: one frame at a time keeps about a tenth of the dense peak busy",
    "device.power_w": f"{_ORIN}: up to 60 W, Jetson class",
    "device.learning_power_w": "assumed: a quarter of the module; its smallest published power mode is 15 W",
    "device.uplink_bit_per_s": "Ookla, State of 5G 2021, global median of the third quarter: 21.08 Mb/s",
    "device.round_trip_s": "assumed: 5G to a regional cloud and back",
    "device.deadline_s": "Apollo, control_conf, control_period 0.01: a control loop; planning is 100 ms",
    "device.extras.sparse_op_per_s": "vendor peak of DRIVE AGX Orin, second-hand; counts sparsity",
    "device.extras.radio_j_per_byte": "Narayanan et al., SIGCOMM 2021: 29.15 mW per Mb/s on low band, 233 mJ/MB; "
    "slope only, base power and tail come on top",
    "device.extras.planning_period_s": "Apollo: trajectories come every 0.1 s",
    "fleet.devices": "assumed: a large car maker's connected fleet",
    "fleet.raw_bytes_per_device_day": "forecast: 4,000 GB a day, Intel keynote, Los Angeles, 15 November 2016",
    "fleet.cap_bytes": "assumed: 5 GB a vehicle and month of a connectivity contract",
    "fleet.cap_days": "assumed: contracts run by the month of 30 days",
    "fleet.skew_alpha": "assumed: cities share few scenes; set by measurement on the proxy task",
    "fleet.reliability": "assumed: the same start on every track, one upload in five is lost",
    "targets.mean_accuracy": "assumed: just below .925, the proxy task's central least-squares accuracy",
    "targets.worst_city_accuracy": "assumed: five points below the mean target",
    "targets.safety_accuracy": "assumed: what the privacy bench may not fall below on the proxy task",
    "targets.epsilon": "Google 2024, Advances in private training for production on-device language models: "
    ".994 is the strongest value anyone has announced",
    "targets.extras.control_loop_p99_s": "Apollo, control_conf, control_period 0.01",
}

TEXTS = {
    "paradox_speaker": "Safety lead",
    "paradox_text": f"Each of our {in_words(FLEET.devices, 'vehicles')} gathers "
    f"{in_words(FLEET.raw_bytes_per_device_day, 'B')} of raw driving data a day, and the 5G link gives it "
    f"{in_words(DEVICE.uplink_bit_per_s, 'bit/s')}. The alternative is to train in the vehicle and to move the "
    f"backbone, {in_words(MODEL.moved_bytes, 'B')} down and up. I need to know what each would put on the network "
    "before anything touches the control loop.",
    "paradox_short": "The Safety lead asks what moving the backbone costs beside moving the driving data.",
    "raw_name": "raw driving data",
    "device_singular": "vehicle",
    "cloud_request": "one camera frame",
    "convergence_speaker": "Safety lead",
    "convergence_text": f"The detector has to know every street we drive: the fleet at "
    f"{in_words(TARGETS.mean_accuracy, 'share')}, and no city below {in_words(TARGETS.worst_city_accuracy, 'share')}, "
    f"because nobody drives in the mean. Each vehicle may move {in_words(FLEET.cap_bytes, 'B')} in 30 days. The team "
    "asks me for more rounds. Would they help?",
    "convergence_short": "The Safety lead asks whether more rounds bring every city to its floor inside the cap.",
    "network": "resnet50",
    "memory_speaker": "Safety lead",
    "memory_text": "The safety partition keeps its memory, and learning has "
    f"{in_words(DEVICE.learning_memory_bytes, 'iB')} of the {in_words(DEVICE.memory_bytes, 'iB')}. The backbone serves "
    f"from {in_words(MODEL.weights_bytes, 'iB')}, and I was told that learning takes four to eight times that, so it "
    "would fit. Show me a step that does, and where its memory goes.",
    "memory_short": "The Safety lead asks for a training step that stays out of the safety partition.",
    "privacy_speaker": "Privacy officer",
    "privacy_text": "Where a vehicle drives is where its owner lives and works. The raw driving data stay in the "
    f"vehicle, and I am told that this settles it. I want a total ε of {TARGETS.epsilon:g} per vehicle at most; below "
    "1 is the strongest value anyone has announced. The Safety lead does not sign below "
    f"{in_words(TARGETS.safety_accuracy, 'share')}. Can {in_words(FLEET.devices, 'vehicles')} give us both?",
    "privacy_short": f"The Privacy officer asks for a total ε of {TARGETS.epsilon:g} per vehicle at a safe accuracy.",
}

EDGE_GUARDIAN = Track(
    id="edge_guardian",
    name="Edge Guardian",
    persona="AV systems lead",
    north_star="Keep a deterministic 10 ms control loop while half a million vehicles learn.",
    wall="Determinism",
    model=MODEL,
    device=DEVICE,
    fleet=FLEET,
    targets=TARGETS,
    crisis_name="the Fleet Learning Drift",
    crisis=drift.BENCH,
    sources=SOURCES,
    colour=Colour(light="#B71C28", dark="#FF8A8A"),
    icon="shield",
    marker="square",
    reading=READING,
    texts=TEXTS,
    cities=("Harbour Point", "Old Town", "Green Valley", "North Ridge", "Dusty Mesa"),
    extras=(
        Extra(name="sparse_op_per_s", unit="1/s", meaning="INT8 peak, counting sparsity"),
        Extra(name="planning_period_s", unit="s", meaning="time between two trajectories"),
        Extra(name="control_loop_p99_s", unit="s", meaning="deadline of the control loop", part="targets"),
    ),
)
