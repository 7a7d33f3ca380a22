"""Edge Guardian: an AV systems lead, one vehicle computer with a 10 ms control loop and half a million vehicles."""

from __future__ import annotations

from physics import constants
from physics.sources import source, sourced
from physics.units import DAYS_PER_MONTH, GB, GIB, MB, TB
from tracks import Colour, Device, Extra, Fleet, Model, Targets, Track
from tracks.api.quantities import in_words
from tracks.common.reading_list import PAPERS
from tracks.edge_guardian.drift import bench as drift

ORIN = source(
    "Jetson AGX Orin data sheet DS-10662-001 v1.8",
    kind="data sheet",
    url="https://www.nvidia.com/en-us/autonomous-machines/embedded-systems/jetson-orin/",
)
ORIN_POWER_MODES = "https://github.com/NVIDIA/Deep-Learning-Accelerator-SW"
INTEL_2016 = source(
    "forecast: 4,000 GB a day, Intel keynote, Los Angeles, 15 November 2016",
    kind="report",
    url="https://download.intel.com/newsroom/2021/archive/"
    "2016-11-15-editorials-krzanich-the-future-of-automated-driving.pdf",
)
APOLLO = source(
    "Apollo, control_conf, control_period 0.01",
    kind="code",
    url="https://github.com/ApolloAuto/apollo/blob/0dfbc83377d9f6b19c50fec61388463a26af4c92/"
    "modules/control/testdata/conf/control_conf_lite.pb.txt",
)

MODEL = Model(
    name="ResNet-50 backbone",
    parameters=constants.sourced_of("RESNET_50_PARAMETERS"),
    weights_bytes=sourced(constants.RESNET_50_PARAMETERS, "derived: 25,557,032 parameters x 1 B (INT8), as it serves"),
    forward_flop=sourced(
        constants.RESNET_50_MACS * constants.FLOP_PER_MAC,
        "derived: 2 x 4.09 G MAC at 224 x 224, torchvision, ResNet50_Weights (He et al. 2016)",
        url=constants.TORCHVISION_RESNET_50.url,
    ),
    sample_bytes=sourced(
        1 * MB,
        "assumed: one camera frame, 30 MB/s at 30 frames a second; Intel's 2016 keynote gives cameras 20 to 40 MB/s",
        url=INTEL_2016.url,
    ),
    moved_name="ResNet-50 backbone, fp16",
    moved_bytes=sourced(constants.RESNET_50_PARAMETERS * 2, "derived: 25,557,032 parameters x 2 B (fp16)"),
)

DEVICE = Device(
    name="DRIVE AGX Orin class, 254 INT8 TOPS sparse (127 dense)",
    memory_bytes=sourced(
        32 * GIB, "assumed: 32 GB of LPDDR5, as on the Jetson AGX Orin 32 GB; none is published for DRIVE", url=ORIN.url
    ),
    learning_memory_bytes=sourced(1 * GIB, "assumed: 1 GiB; the rest is the safety partition"),
    memory_bytes_per_s=sourced(204.8e9, ORIN.at("256 bit, 204.8 GB/s")),
    peak_flop_per_s=sourced(
        127e12,
        "derived: half of 254 INT8 TOPS, a vendor peak with sparsity, inferred from the same "
        "silicon's 275 (NVIDIA Deep-Learning-Accelerator-SW)",
        url=ORIN_POWER_MODES,
    ),
    utilisation=sourced(0.1, "assumed: one frame at a time keeps about a tenth of the dense peak busy"),
    power_w=sourced(60, ORIN.at("up to 60 W, Jetson class")),
    learning_power_w=sourced(
        15, "assumed: a quarter of the module; its smallest published power mode is 15 W", url=ORIN_POWER_MODES
    ),
    battery_wh=None,
    uplink_bit_per_s=sourced(
        21e6,
        "Ookla, State of 5G 2021, global median of the third quarter: 21.08 Mb/s",
        kind="report",
        url="https://www.ookla.com/articles/state-of-worldwide-5g-2021",
    ),
    uplink_name="5G",
    round_trip_s=sourced(0.040, "assumed: 5G to a regional cloud and back"),
    deadline_s=sourced(0.010, APOLLO.at("a control loop; planning is 100 ms")),
    deadline_name="control loop",
    extras={
        "sparse_op_per_s": sourced(
            254e12,
            "NVIDIA, DRIVE AGX Orin: 254 INT8 TOPS, a vendor peak that counts sparsity",
            kind="data sheet",
            url="https://developer.nvidia.com/drive/agx",
        ),
        "radio_j_per_byte": constants.sourced_of("FIVE_G_J_PER_BYTE"),
        "planning_period_s": sourced(
            0.1,
            "Apollo, control_conf, trajectory_period 0.1: trajectories come every 0.1 s",
            kind="code",
            url=APOLLO.url,
        ),
    },
)

FLEET = Fleet(
    devices=sourced(500_000, "assumed: a large car maker's connected fleet"),
    unit="vehicles",
    raw_bytes_per_device_day=sourced(4 * TB, INTEL_2016),
    cap_bytes=sourced(5 * GB, "assumed: 5 GB a vehicle and month of a connectivity contract"),
    cap_days=sourced(DAYS_PER_MONTH, "assumed: contracts run by the month of 30 days"),
    cap_scope="device",
    skew_alpha=sourced(0.05, "assumed: cities share few scenes; set by measurement on the proxy task"),
    reliability=sourced(0.8, "assumed: the same start on every track, one upload in five is lost"),
    seed=22,
)

TARGETS = Targets(
    mean_accuracy=sourced(0.95, "assumed: a point below .961, the proxy task's best model of all data"),
    worst_city_accuracy=sourced(0.9, "assumed: five points below the mean target"),
    safety_accuracy=sourced(0.93, "assumed: what the privacy bench may not fall below on the proxy task"),
    epsilon=sourced(1, constants.GBOARD_2024.at(".994 is the strongest value anyone has announced")),
    epsilon_unit="vehicle",
    extras={"control_loop_p99_s": sourced(0.010, APOLLO)},
)

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

STORY = (
    f"Your {in_words(FLEET.devices, 'vehicles')} each hold a control loop of "
    f"{in_words(TARGETS.extras['control_loop_p99_s'], 's')}, whatever else they do.",
    f"Each sees {in_words(FLEET.raw_bytes_per_device_day, 'B')} of sensor data a day and may send "
    f"{in_words(FLEET.cap_bytes, 'B')} a month: what it learns must be learned on board.",
    f"Learning gets {in_words(DEVICE.learning_memory_bytes, 'iB')} beside the safety partition, and "
    f"{in_words(DEVICE.learning_power_w, 'W')}.",
    "The cities differ, so the vehicles’ models pull apart, and the quiet city is the one that is heard least.",
    f"Your privacy officer wants a total ε of {TARGETS.epsilon:g} a vehicle, and the Safety lead signs nothing below "
    f"{in_words(TARGETS.safety_accuracy, 'share')}.",
    "Then the dust comes to one city, and the fleet’s average says that all is well.",
)

EDGE_GUARDIAN = Track(
    id="edge_guardian",
    name="Edge Guardian",
    persona="AV systems lead",
    north_star="Keep a deterministic 10 ms control loop while half a million vehicles learn.",
    wall="Determinism",
    story=STORY,
    model=MODEL,
    device=DEVICE,
    fleet=FLEET,
    targets=TARGETS,
    crisis_name="the Fleet Learning Drift",
    crisis=drift.BENCH,
    colour=Colour(light="#B71C28", dark="#FF8A8A"),
    icon="shield",
    marker="square",
    reading=PAPERS,
    texts=TEXTS,
    cities=("Harbour Point", "Old Town", "Green Valley", "North Ridge", "Dusty Mesa"),
    extras=(
        Extra(name="sparse_op_per_s", unit="1/s", meaning="INT8 peak, counting sparsity"),
        Extra(name="planning_period_s", unit="s", meaning="time between two trajectories"),
        Extra(name="control_loop_p99_s", unit="s", meaning="deadline of the control loop", part="targets"),
    ),
)
