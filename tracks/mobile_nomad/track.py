"""Mobile Nomad: an AR glasses developer, one watt on the face and ten million glasses."""

from __future__ import annotations

from physics import constants
from physics.units import DAYS_PER_MONTH, GB, GIB, KB, MIB
from tracks import Colour, Device, Extra, Fleet, Model, Targets, Track
from tracks.api.quantities import in_words
from tracks.common.reading_list import READING
from tracks.mobile_nomad.battery.bench import BENCH

FRAMES_PER_S = 60
AUDIO_S_PER_DAY = 30 * 60

MODEL = Model(
    name="ProxylessNAS-Mobile with lite residual modules",
    parameters=constants.PROXYLESS_MOBILE_PARAMETERS,
    weights_bytes=constants.PROXYLESS_MOBILE_PARAMETERS + constants.PROXYLESS_MOBILE_HEAD_PARAMETERS,
    forward_flop=constants.PROXYLESS_MOBILE_MACS * constants.FLOP_PER_MAC,
    sample_bytes=15 * KB,
    moved_name="whole backbone, fp32",
    moved_bytes=constants.PROXYLESS_MOBILE_PARAMETERS * 4,
)

DEVICE = Device(
    name="AR glasses with display",
    memory_bytes=2 * GIB,
    learning_memory_bytes=512 * MIB,
    memory_bytes_per_s=51.2e9,
    peak_flop_per_s=8e12,
    utilisation=0.05,
    power_w=1,
    learning_power_w=1,
    battery_wh=0.96,
    uplink_bit_per_s=constants.LTE_UPLINK_BIT_PER_S,
    uplink_name="LTE (2012 median)",
    round_trip_s=0.060,
    deadline_s=1 / FRAMES_PER_S,
    deadline_name="next display frame",
    extras={
        "frames_per_s": FRAMES_PER_S,
        "burst_power_w": 2,
        "skin_limit_c": 43,
        "wifi_bit_per_s": 100e6,
        "radio_j_per_byte": (6 * constants.LTE_UPLINK_W_PER_MBIT_S + constants.LTE_BASE_W)
        / (constants.LTE_UPLINK_BIT_PER_S / 8),
        "lte_isolated_packet_j": constants.LTE_ISOLATED_PACKET_J,
        "audio_s_per_day": AUDIO_S_PER_DAY,
        "tinytl_lite_residual_bytes": 4
        * (constants.PROXYLESS_MOBILE_LITE_RESIDUAL_PARAMETERS + constants.PROXYLESS_MOBILE_HEAD_PARAMETERS),
    },
)

FLEET = Fleet(
    devices=10_000_000,
    unit="glasses",
    raw_bytes_per_device_day=AUDIO_S_PER_DAY * constants.AUDIO_SAMPLES_PER_S * constants.AUDIO_BYTES_PER_SAMPLE,
    cap_bytes=0.5 * GB,
    cap_days=DAYS_PER_MONTH,
    cap_scope="device",
    skew_alpha=0.1,
    reliability=0.8,
    seed=76,
)

TARGETS = Targets(
    mean_accuracy=0.92,
    worst_city_accuracy=0.87,
    safety_accuracy=0.90,
    epsilon=1,
    epsilon_unit="wearer",
    extras={
        "own_accent_gain_points": 8,
        "elsewhere_loss_points": 1,
        "battery_share_per_day": 0.05,
        "raw_audio_bytes": 0,
    },
)

_TINYTL = "Cai et al. 2020 (TinyTL)"

SOURCES = {
    "model.parameters": f"{_TINYTL}, counted from fig. 3: backbone with lite residual modules, without the head",
    "model.weights_bytes": f"derived: 4,615,928 + 130,662 (a head of 102 classes) parameters x 1 B (INT8); {_TINYTL}",
    "model.forward_flop": "derived: 2 x 320 M MAC at 224 x 224, Cai et al. 2019 (ProxylessNAS)",
    "model.sample_bytes": "assumed: one camera frame of 224 x 224 x 3 B as JPEG at 10:1",
    "model.moved_bytes": f"derived: 4,615,928 parameters x 4 B (fp32), the head stays on the device; {_TINYTL}",
    "device.memory_bytes": "Meta Ray-Ban Display and Rokid Glasses: 2 GB (teardowns via notebookcheck.net)",
    "device.learning_memory_bytes": "assumed: a quarter of the RAM, beside display, cameras and radio",
    "device.memory_bytes_per_s": "assumed: phone class, 64-bit LPDDR5-6400; none is published for Snapdragon AR1",
    "device.peak_flop_per_s": "assumed: 8 INT8 TOPS; Qualcomm publishes none for AR1 or AR2",
    "device.utilisation": "assumed: depthwise convolutions at batch 1 keep a small accelerator a few percent busy",
    "device.power_w": "Qualcomm, Snapdragon AR2 Gen 1 launch, 2022: glasses below 1 W; sustained",
    "device.learning_power_w": "assumed: learning may use the whole sustained power while the display is off",
    "device.battery_wh": "Meta Ray-Ban Display: .96 Wh (iFixit teardown via notebookcheck.net)",
    "device.uplink_bit_per_s": "Huang et al., MobiSys 2012: LTE median uplink 6 Mb/s",
    "device.round_trip_s": "assumed: LTE to a regional cloud and back",
    "device.deadline_s": "assumed: one frame at 60 frames a second, the north star",
    "device.extras.frames_per_s": "assumed: the north star",
    "device.extras.burst_power_w": "RayNeo X3 Pro: a developer reports heat trouble above 500 mA, about 1.9 W",
    "device.extras.skin_limit_c": "assumed: no glasses-specific limit is published; heat next to the skin limits "
    "smart glasses (LiKamWa et al. 2014)",
    "device.extras.wifi_bit_per_s": "assumed: home Wi-Fi, one antenna",
    "device.extras.radio_j_per_byte": "derived: (438.39 mW per Mb/s x 6 + 1288.04 mW) / 0.75 MB/s while sending; "
    "Huang et al., MobiSys 2012",
    "device.extras.lte_isolated_packet_j": "Huang et al., MobiSys 2012: one packet with promotion and tail",
    "device.extras.audio_s_per_day": "assumed: half an hour of speech a day, in short sessions",
    "device.extras.tinytl_lite_residual_bytes": f"derived: (1,816,416 + 130,662) parameters x 4 B; {_TINYTL}",
    "fleet.devices": "assumed: a successful consumer product",
    "fleet.raw_bytes_per_device_day": "derived: 30 min (assumed) x 16 kHz x 2 B",
    "fleet.cap_bytes": "assumed: 0.5 GB a device and month beside the wearer's own use",
    "fleet.cap_days": "assumed: mobile contracts run by the month of 30 days",
    "fleet.skew_alpha": "assumed: accents and places differ; set by measurement on the proxy task",
    "fleet.reliability": "assumed: the same start on every track, one upload in five is lost",
    "targets.mean_accuracy": "assumed: just below .925, the proxy task's central least-squares accuracy",
    "targets.worst_city_accuracy": "assumed: five points below the mean target",
    "targets.safety_accuracy": "assumed: what the privacy bench may not fall below on the proxy task",
    "targets.epsilon": "Google 2024, Advances in private training for production on-device language models: "
    ".994 is the strongest value anyone has announced",
    "targets.extras.own_accent_gain_points": "assumed: what a wearer would notice",
    "targets.extras.elsewhere_loss_points": "assumed: what other speakers may lose",
    "targets.extras.battery_share_per_day": "assumed: 5% of .96 Wh is 173 J, 13 isolated LTE packets (Huang 2012)",
    "targets.extras.raw_audio_bytes": "assumed: the privacy promise of the product, no raw audio leaves",
}

TEXTS = {
    "paradox_speaker": "Privacy officer",
    "paradox_text": f"A pair of glasses hears {in_words(FLEET.raw_bytes_per_device_day, 'B')} of speech a day, and "
    f"there will be {in_words(FLEET.devices, 'pairs')}. I want the recordings to stay on the face and the backbone, "
    f"{in_words(MODEL.moved_bytes, 'B')}, to travel down and up instead. Tell me whether that also saves traffic, or "
    "whether privacy is paid for in bytes.",
    "paradox_short": "The Privacy officer asks whether keeping the recordings on the glasses also saves traffic.",
    "raw_name": "voice recordings",
    "device_singular": "pair of glasses",
    "cloud_request": "one camera frame as JPEG",
    "convergence_speaker": "Product lead",
    "convergence_text": f"Translation has to work for every accent: {in_words(TARGETS.mean_accuracy, 'share')} over "
    f"the fleet and {in_words(TARGETS.worst_city_accuracy, 'share')} in every city. A wearer’s plan leaves "
    f"{in_words(FLEET.cap_bytes, 'B')} in 30 days, and the backbone weighs {in_words(MODEL.moved_bytes, 'B')} each "
    "way. Do we need more rounds, or more work on the glasses between them?",
    "convergence_short": "The Product lead asks for every accent inside the wearer’s plan: more rounds, or more work?",
    "network": "proxyless_mobile",
    "memory_speaker": "Product lead",
    "memory_text": f"Translation should adapt to its wearer on the glasses. Display and cameras leave "
    f"{in_words(DEVICE.learning_memory_bytes, 'iB')} for learning, and the network serves from "
    f"{in_words(MODEL.weights_bytes, 'iB')}. The team picked LoRA, because almost nothing trains, and the first step "
    "was out of memory. What is in there, and which way of training fits and still helps the wearer?",
    "memory_short": "The Product lead asks which way of training fits on the glasses and still helps the wearer.",
    "privacy_speaker": "Privacy officer",
    "privacy_text": "A voice is a person. The recordings stay on the glasses, and what leaves them is an update "
    f"made from the voice. I ask for a total ε of {TARGETS.epsilon:g} per wearer at most; below 1 is the strongest "
    f"value anyone has announced. The Product lead needs {in_words(TARGETS.safety_accuracy, 'share')} of the words "
    f"right, over {in_words(FLEET.devices, 'pairs of glasses')}. Where would you add the noise, and how much?",
    "privacy_short": f"The Privacy officer asks for a total ε of {TARGETS.epsilon:g} per wearer, and right words.",
}

MOBILE_NOMAD = Track(
    id="mobile_nomad",
    name="Mobile Nomad",
    persona="AR glasses developer",
    north_star="Translate at 60 frames a second, cool on the face, through a day of short sessions.",
    wall="Heat and battery",
    model=MODEL,
    device=DEVICE,
    fleet=FLEET,
    targets=TARGETS,
    crisis_name="the Battery-Privacy Paradox",
    crisis=BENCH,
    sources=SOURCES,
    colour=Colour(light="#B34A00", dark="#FFB070"),
    icon="eyeglasses",
    marker="diamond",
    reading=READING,
    texts=TEXTS,
    cities=("Harbour Point", "Old Town", "Green Valley", "North Ridge", "Stone Village"),
    extras=(
        Extra(name="tinytl_lite_residual_bytes", unit="B", meaning="what TinyTL trains"),
        Extra(name="raw_audio_bytes", unit="B", meaning="raw audio that may leave", part="targets"),
    ),
)
