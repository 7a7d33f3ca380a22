"""Tiny Pioneer: a hearable lead, half a mebibyte of SRAM and ten thousand earbuds that talk over Bluetooth."""

from __future__ import annotations

from physics import constants
from physics.units import BITS_PER_BYTE, DAYS_PER_MONTH, KB, KIB, MB, MIB, SECONDS_PER_HOUR
from tracks import Colour, Device, Extra, Fleet, Model, Targets, Track
from tracks.api.quantities import in_words
from tracks.common.reading_list import READING
from tracks.tiny_pioneer.mesh.bench import BENCH as MESH_UPDATE

CLOCK_HZ = 128e6
MACS_PER_CYCLE = 2
AUDIO_S_PER_DAY = 8 * SECONDS_PER_HOUR
WINDOW_FLOP = constants.DS_CNN_MACS * constants.FLOP_PER_MAC

MODEL = Model(
    name="DS-CNN, width 212",
    parameters=constants.DS_CNN_PARAMETERS,
    weights_bytes=constants.DS_CNN_PARAMETERS,
    forward_flop=WINDOW_FLOP / constants.DS_CNN_WINDOW_FRAMES,
    sample_bytes=constants.DS_CNN_FRAME_S * constants.AUDIO_SAMPLES_PER_S * constants.AUDIO_BYTES_PER_SAMPLE,
    moved_name="whole DS-CNN, int8",
    moved_bytes=200 * KB,
)

DEVICE = Device(
    name="nRF5340 class, 128 MHz Cortex-M33",
    memory_bytes=512 * KIB,
    learning_memory_bytes=512 * KIB,
    memory_bytes_per_s=CLOCK_HZ * 4,
    peak_flop_per_s=CLOCK_HZ * MACS_PER_CYCLE * constants.FLOP_PER_MAC,
    utilisation=0.25,
    power_w=1e-3,
    learning_power_w=1e-3,
    battery_wh=0.06,
    uplink_bit_per_s=1.4e6,
    uplink_name="BLE 2M",
    round_trip_s=0.080,
    deadline_s=0.010,
    deadline_name="voice isolation",
    extras={
        "flash_bytes": 1 * MIB,
        "clock_hz": CLOCK_HZ,
        "macs_per_cycle": MACS_PER_CYCLE,
        "mesh_bit_per_s": constants.BLE_MESH_BIT_PER_S,
        "radio_j_per_byte": constants.BLE_TRANSMIT_J_PER_BIT * BITS_PER_BYTE,
        "radio_receive_j_per_byte": constants.BLE_RECEIVE_J_PER_BIT * BITS_PER_BYTE,
        "isolation_power_w": 71.6e-3,
        "isolation_s": 5.54e-3,
        "window_flop": WINDOW_FLOP,
        "audio_s_per_day": AUDIO_S_PER_DAY,
    },
)

FLEET = Fleet(
    devices=10_000,
    unit="hearables",
    raw_bytes_per_device_day=AUDIO_S_PER_DAY * constants.AUDIO_SAMPLES_PER_S * constants.AUDIO_BYTES_PER_SAMPLE,
    cap_bytes=0.5 * MB,
    cap_days=1,
    cap_scope="device",
    skew_alpha=0.05,
    reliability=0.8,
    seed=98,
)

TARGETS = Targets(
    mean_accuracy=0.92,
    worst_city_accuracy=0.87,
    safety_accuracy=0.90,
    epsilon=4,
    epsilon_unit="wearer",
    extras={"better_than_local_share": 0.80, "profile_age_per_stay": 1, "gain_kept_share": 0.45},
)

_NRF = "Zephyr, nrf5340_cpuapp_qkaa.dtsi and the nRF5340 DK page"
_NEURALAIDS = "NeuralAids (arXiv 2503.18698)"

SOURCES = {
    "model.parameters": "derived: layers of a DS-CNN of width 212, 12 classes, after Zhang et al. 2017 (Hello Edge)",
    "model.weights_bytes": "derived: 202,260 parameters x 1 B (INT8)",
    "model.forward_flop": "derived: one streamed frame, a 49th of 2 x 24,488,544 MAC a window, as a mean: "
    "a streaming network computes only what a new frame adds",
    "model.sample_bytes": "assumed: one frame hop, 20 ms (Zhang et al. 2017) x 16 kHz x 2 B, uncoded",
    "model.moved_bytes": "DS-CNN-M INT8, 200,928 B (ARM-software/ML-zoo), rounded",
    "device.memory_bytes": f"{_NRF}: 512 KiB",
    "device.learning_memory_bytes": "assumed: the whole SRAM, learning runs while isolation is off",
    "device.memory_bytes_per_s": "assumed: one 32-bit access a cycle at 128 MHz",
    "device.peak_flop_per_s": "derived: 128 MHz x 2 MAC a cycle x 2 FLOP; dual 16-bit multiply-accumulate of the "
    "Cortex-M33 DSP extension",
    "device.utilisation": "assumed: loads and unpacking leave about half a MAC a cycle to tuned INT8 kernels",
    "device.power_w": f"assumed: 1 mW for learning and radio; isolation is outside ({_NEURALAIDS}: 71.6 mW)",
    "device.learning_power_w": "assumed: the track's budget, below the 1.2 to 1.4 mW of a whole classic hearing aid",
    "device.battery_wh": "assumed: a small earbud; AirPods (2016) hold 93 mWh",
    "device.uplink_bit_per_s": "Nordic S140 SoftDevice Specification: 1,376 kb/s of data on the 2M PHY, as quoted "
    "by users; 1,402 is the bound from packet timing",
    "device.round_trip_s": "assumed: BLE to a phone, then LTE to a regional cloud and back",
    "device.deadline_s": "TinyLSTMs (arXiv 2005.11138): a 10 ms target, reached in 2.39 ms",
    "device.extras.flash_bytes": f"{_NRF}: 1 MiB",
    "device.extras.clock_hz": f"{_NRF}: 128 MHz",
    "device.extras.macs_per_cycle": "Cortex-M33 DSP extension: dual 16-bit multiply-accumulate (SMLAD)",
    "device.extras.mesh_bit_per_s": "derived: 12 B a segment, sent 3 times 20 ms apart, one free hop "
    "(Zephyr CONFIG_BT_MESH_TX_SEG_MAX)",
    "device.extras.radio_j_per_byte": "derived: nRF52840 Product Specification, 6.40 mA at 3 V and 0 dBm over "
    "1.376 Mb/s, 14 nJ a bit; none is published for nRF5340",
    "device.extras.radio_receive_j_per_byte": "derived: nRF52840 Product Specification, 6.26 mA at 3 V over "
    "1.376 Mb/s, 14 nJ a bit",
    "device.extras.isolation_power_w": f"{_NEURALAIDS}: 71.6 mW, measured on another processor",
    "device.extras.isolation_s": f"{_NEURALAIDS}: 5.54 ms for a chunk of 6 ms, measured on another processor",
    "device.extras.window_flop": "derived: 2 x 24,488,544 MAC, one second of audio, what one training sample takes",
    "device.extras.audio_s_per_day": "assumed: worn through a working day of eight hours",
    "fleet.devices": "assumed: one campus or one large event",
    "fleet.raw_bytes_per_device_day": "derived: 8 h (assumed) x 16 kHz x 2 B",
    "fleet.cap_bytes": "assumed: airtime, 2.9 s connected or 42 min of mesh a day",
    "fleet.cap_days": "assumed: airtime is budgeted by the day",
    "fleet.skew_alpha": "assumed: a cafe and a subway share little; set by measurement on the proxy task",
    "fleet.reliability": "assumed: the same start on every track, one upload in five is lost",
    "targets.mean_accuracy": "assumed: just below .925, the proxy task's central least-squares accuracy",
    "targets.worst_city_accuracy": "assumed: five points below the mean target",
    "targets.safety_accuracy": "assumed: what the privacy bench may not fall below on the proxy task",
    "targets.epsilon": "assumed: inside the published practice, .994 to 13.69 (Google 2024), user level",
    "targets.extras.better_than_local_share": "assumed: sharing must help four of five wearers",
    "targets.extras.gain_kept_share": "assumed: half a mebibyte cannot hold what seven eighths of the gain would take",
    "targets.extras.profile_age_per_stay": "assumed: a profile must be younger than the stay in its place",
}

TEXTS = {
    "paradox_speaker": "Systems fellow",
    "paradox_text": f"A hearable hears {in_words(FLEET.raw_bytes_per_device_day, 'B')} of audio a day and may move "
    f"{in_words(FLEET.cap_bytes, 'B')}. Its network weighs {in_words(MODEL.moved_bytes, 'B')}, once down and once up "
    f"in a round. Before we wake {in_words(FLEET.devices, 'radios')}: what travels if the audio moves, and what if "
    "the network does?",
    "paradox_short": "The Systems fellow asks what travels if the audio moves, and what if the network does.",
    "raw_name": "ear audio",
    "device_singular": "hearable",
    "cloud_request": "one 20 ms frame of audio",
    "convergence_speaker": "Systems fellow",
    "convergence_text": f"Each hearable has {in_words(FLEET.cap_bytes, 'B')} of airtime a day, "
    f"{in_words(DAYS_PER_MONTH * FLEET.cap_bytes, 'B')} in 30 days, and an update of "
    f"{in_words(MODEL.moved_bytes, 'B')} each way. The fleet should reach {in_words(TARGETS.mean_accuracy, 'share')} "
    f"and no city stay below {in_words(TARGETS.worst_city_accuracy, 'share')}. How would you spend the airtime?",
    "convergence_short": "The Systems fellow asks how to spend the airtime: on more rounds, or on longer ones.",
    "network": "ds_cnn",
    "memory_speaker": "Systems fellow",
    "memory_text": f"The keyword network weighs {in_words(MODEL.weights_bytes, 'iB')} in INT8 and runs beside all "
    f"else in {in_words(DEVICE.learning_memory_bytes, 'iB')} of SRAM. Now it should learn in the ear, one sample at a "
    "time, with adapters so small that nobody asked about memory. Show me a training step that fits, and what it "
    "still learns.",
    "memory_short": "The Systems fellow asks for a training step that fits into the SRAM of an earbud.",
    "privacy_speaker": "Privacy officer",
    "privacy_text": f"{in_words(FLEET.devices, 'hearables')} are few people to hide among. What an ear hears tells "
    f"where its wearer is, and with whom. I grant a total ε of {TARGETS.epsilon:g} per wearer, and the fitters need "
    f"{in_words(TARGETS.safety_accuracy, 'share')}. Is a fleet of this size large enough for that?",
    "privacy_short": f"The Privacy officer grants a total ε of {TARGETS.epsilon:g} per wearer in a small fleet.",
}

TINY_PIONEER = Track(
    id="tiny_pioneer",
    name="Tiny Pioneer",
    persona="Hearable lead",
    north_star="Isolate a voice in under 10 ms, with learning and radio within 1 mW.",
    wall="SRAM and radio bytes",
    model=MODEL,
    device=DEVICE,
    fleet=FLEET,
    targets=TARGETS,
    crisis_name="the Mesh Update",
    crisis=MESH_UPDATE,
    sources=SOURCES,
    colour=Colour(light="#00703A", dark="#5FD39A"),
    icon="soundwave",
    marker="triangle-up",
    reading=READING,
    texts=TEXTS,
    cities=("Harbour Point", "Old Town", "Green Valley", "North Ridge", "Subway Cross"),
    extras=(
        Extra(name="flash_bytes", unit="B", meaning="flash memory"),
        Extra(name="clock_hz", unit="Hz", meaning="clock of the processor"),
        Extra(name="macs_per_cycle", unit="1", meaning="multiply-accumulates of a cycle"),
        Extra(name="mesh_bit_per_s", unit="bit/s", meaning="rate of a flooded mesh"),
        Extra(name="isolation_power_w", unit="W", meaning="power of separating voices"),
        Extra(name="isolation_s", unit="s", meaning="time of separating one chunk"),
        Extra(name="audio_s_per_day", unit="s", meaning="wear of a day"),
    ),
)
