"""Mobile Nomad: an AR glasses developer, one watt on the face and ten million glasses."""

from __future__ import annotations

from physics import constants
from physics.sources import derived, sourced
from physics.units import DAYS_PER_MONTH, GB, GIB, KB, MIB
from tracks import Colour, Device, Extra, Fleet, Model, Targets, Track
from tracks.api.quantities import in_words
from tracks.common.reading_list import PAPERS
from tracks.mobile_nomad.battery.bench import BENCH

FRAMES_PER_S = 60
AUDIO_S_PER_DAY = 30 * 60

IFIXIT_2025 = (
    "https://www.ifixit.com/News/113543/"
    "theres-groundbreaking-waveguide-tech-inside-metas-800-ar-glasses-but-dont-count-on-fixing-them"
)

MODEL = Model(
    name="ProxylessNAS-Mobile with lite residual modules",
    parameters=constants.sourced_of("PROXYLESS_MOBILE_PARAMETERS"),
    weights_bytes=sourced(
        constants.PROXYLESS_MOBILE_PARAMETERS + constants.PROXYLESS_MOBILE_HEAD_PARAMETERS,
        derived("4,615,928 + 130,662 (a head of 102 classes) parameters x 1 B (INT8)", constants.TINYTL),
    ),
    forward_flop=sourced(
        constants.PROXYLESS_MOBILE_MACS * constants.FLOP_PER_MAC,
        "derived: 2 x 320 M MAC at 224 x 224, Cai et al. 2019 (ProxylessNAS)",
        url=constants.PROXYLESS_NAS.url,
    ),
    sample_bytes=sourced(15 * KB, "assumed: one camera frame of 224 x 224 x 3 B as JPEG at 10:1"),
    moved_name="whole backbone, fp32",
    moved_bytes=sourced(
        constants.PROXYLESS_MOBILE_PARAMETERS * 4,
        derived("4,615,928 parameters x 4 B (fp32), the head stays on the device", constants.TINYTL),
    ),
)

DEVICE = Device(
    name="AR glasses with display",
    memory_bytes=sourced(2 * GIB, "Meta Ray-Ban Display: 2 GB (iFixit teardown, 2025)", kind="report", url=IFIXIT_2025),
    learning_memory_bytes=sourced(512 * MIB, "assumed: a quarter of the RAM, beside display, cameras and radio"),
    memory_bytes_per_s=sourced(
        51.2e9, "assumed: phone class, 64-bit LPDDR5-6400; none is published for Snapdragon AR1"
    ),
    peak_flop_per_s=sourced(8e12, "assumed: 8 INT8 TOPS; Qualcomm publishes none for AR1 or AR2"),
    utilisation=sourced(0.05, "assumed: depthwise convolutions at batch 1 keep a small accelerator a few percent busy"),
    power_w=sourced(
        1,
        "Qualcomm, Snapdragon AR2 Gen 1 launch, 2022: glasses below 1 W; sustained",
        kind="report",
        url="https://www.qualcomm.com/news/releases/2022/11/qualcomm-launches-snapdragon-ar2-designed-to-revolutionize-ar-gl",
    ),
    learning_power_w=sourced(1, "assumed: learning may use the whole sustained power while the display is off"),
    battery_wh=sourced(0.96, "Meta Ray-Ban Display: .96 Wh (iFixit teardown, 2025)", kind="report", url=IFIXIT_2025),
    uplink_bit_per_s=constants.sourced_of("LTE_UPLINK_BIT_PER_S"),
    uplink_name="LTE (2012 median)",
    round_trip_s=sourced(0.060, "assumed: LTE to a regional cloud and back"),
    deadline_s=sourced(1 / FRAMES_PER_S, "assumed: one frame at 60 frames a second, the north star"),
    deadline_name="next display frame",
    extras={
        "frames_per_s": sourced(FRAMES_PER_S, "assumed: the north star"),
        "burst_power_w": sourced(
            2, "RayNeo X3 Pro: a developer reports heat trouble above 500 mA, about 1.9 W", kind="report"
        ),
        "skin_limit_c": sourced(
            43,
            "assumed: no glasses-specific limit is published; heat next to the skin limits "
            "smart glasses (LiKamWa et al. 2014)",
        ),
        "wifi_bit_per_s": sourced(100e6, "assumed: home Wi-Fi, one antenna"),
        "radio_j_per_byte": sourced(
            (6 * constants.LTE_UPLINK_W_PER_MBIT_S + constants.LTE_BASE_W) / (constants.LTE_UPLINK_BIT_PER_S / 8),
            derived("(438.39 mW per Mb/s x 6 + 1288.04 mW) / 0.75 MB/s while sending", constants.LTE_2012),
        ),
        "lte_isolated_packet_j": constants.sourced_of("LTE_ISOLATED_PACKET_J"),
        "audio_s_per_day": sourced(AUDIO_S_PER_DAY, "assumed: half an hour of speech a day, in short sessions"),
        "tinytl_lite_residual_bytes": sourced(
            4 * (constants.PROXYLESS_MOBILE_LITE_RESIDUAL_PARAMETERS + constants.PROXYLESS_MOBILE_HEAD_PARAMETERS),
            derived("(1,816,416 + 130,662) parameters x 4 B", constants.TINYTL),
        ),
    },
)

FLEET = Fleet(
    devices=sourced(10_000_000, "assumed: a successful consumer product"),
    unit="glasses",
    raw_bytes_per_device_day=sourced(
        AUDIO_S_PER_DAY * constants.AUDIO_SAMPLES_PER_S * constants.AUDIO_BYTES_PER_SAMPLE,
        "derived: 30 min (assumed) x 16 kHz x 2 B",
    ),
    cap_bytes=sourced(0.5 * GB, "assumed: 0.5 GB a device and month beside the wearer's own use"),
    cap_days=sourced(DAYS_PER_MONTH, "assumed: mobile contracts run by the month of 30 days"),
    cap_scope="device",
    skew_alpha=sourced(0.1, "assumed: accents and places differ; set by measurement on the proxy task"),
    reliability=sourced(0.8, "assumed: the same start on every track, one upload in five is lost"),
    seed=76,
)

TARGETS = Targets(
    mean_accuracy=sourced(0.94, "assumed: two points below .961, the proxy task's best model of all data"),
    worst_city_accuracy=sourced(0.88, "assumed: six points below the mean target"),
    safety_accuracy=sourced(0.93, "assumed: what the privacy bench may not fall below on the proxy task"),
    epsilon=sourced(0.994, constants.GBOARD_2024.at("below 1; .994 is the strongest value anyone has announced")),
    epsilon_unit="wearer",
    extras={
        "own_accent_gain_points": sourced(8, "assumed: what a wearer would notice"),
        "elsewhere_loss_points": sourced(1, "assumed: what other speakers may lose"),
        "battery_share_per_day": sourced(
            0.05, "assumed: 5% of .96 Wh is 173 J, 13 isolated LTE packets (Huang 2012)", doi=constants.LTE_2012.doi
        ),
        "raw_audio_bytes": sourced(0, "assumed: the privacy promise of the product, no raw audio leaves"),
    },
)

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
    f"{in_words(DEVICE.learning_memory_bytes, 'iB')} for learning; the network serves from "
    f"{in_words(MODEL.weights_bytes, 'iB')}. The team picked LoRA, because almost nothing trains, and the first step "
    "was out of memory. What is in there, and which way of training fits and still helps the wearer?",
    "memory_short": "The Product lead asks which way of training fits on the glasses and still helps the wearer.",
    "privacy_speaker": "Privacy officer",
    "privacy_text": "A voice is a person. The recordings stay on the glasses, and what leaves them is an update "
    f"made from the voice. I ask for a total ε below 1 per wearer, {TARGETS.epsilon:g} at most. "
    f"The Product lead needs {in_words(TARGETS.safety_accuracy, 'share')} of the words "
    f"right, over {in_words(FLEET.devices, 'pairs of glasses')}. Where would you add the noise, and how much?",
    "privacy_short": "The Privacy officer asks for a total ε below 1 per wearer, and right words.",
}

STORY = (
    f"Your glasses translate at {FRAMES_PER_S} frames a second, next to the skin and on a battery of "
    f"{in_words(DEVICE.battery_wh or 0, 'Wh')}.",
    f"Each of {in_words(FLEET.devices, 'wearers')} has an accent of their own, and half an hour of speech a day to "
    "learn it from.",
    f"Learning may take {in_words(DEVICE.learning_memory_bytes, 'iB')} and {in_words(DEVICE.learning_power_w, 'W')}; "
    "a model that was built to serve fits, the same model learning need not.",
    f"A round moves {in_words(MODEL.moved_bytes, 'B')} each way over a mobile contract that leaves "
    f"{in_words(FLEET.cap_bytes, 'B')} a month.",
    "What the microphone hears is private: a total ε below 1 is asked for.",
    "Then one accent is served badly, and every way to mend it costs battery, privacy or somebody else’s accuracy.",
)

MOBILE_NOMAD = Track(
    id="mobile_nomad",
    name="Mobile Nomad",
    persona="AR glasses developer",
    north_star="Translate at 60 frames a second, cool on the face, through a day of short sessions.",
    wall="Heat and battery",
    story=STORY,
    model=MODEL,
    device=DEVICE,
    fleet=FLEET,
    targets=TARGETS,
    crisis_name="the Battery-Privacy Paradox",
    crisis=BENCH,
    colour=Colour(light="#B34A00", dark="#FFB070"),
    icon="eyeglasses",
    marker="diamond",
    reading=PAPERS,
    texts=TEXTS,
    cities=("Harbour Point", "Old Town", "Green Valley", "North Ridge", "Stone Village"),
    extras=(
        Extra(name="tinytl_lite_residual_bytes", unit="B", meaning="what TinyTL trains"),
        Extra(name="raw_audio_bytes", unit="B", meaning="raw audio that may leave", part="targets"),
    ),
)
