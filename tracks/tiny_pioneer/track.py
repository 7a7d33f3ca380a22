"""Tiny Pioneer: a hearable lead, half a mebibyte of SRAM and ten thousand earbuds that talk over Bluetooth."""

from __future__ import annotations

from physics import constants
from physics.sources import source, sourced
from physics.units import BITS_PER_BYTE, DAYS_PER_MONTH, KB, KIB, MB, MIB, SECONDS_PER_HOUR
from tracks import Colour, Device, Extra, Fleet, Model, Targets, Track
from tracks.api.quantities import in_words
from tracks.common.reading_list import PAPERS
from tracks.tiny_pioneer.mesh.bench import BENCH as MESH_UPDATE

CLOCK_HZ = 128e6
MACS_PER_CYCLE = 2
AUDIO_S_PER_DAY = 8 * SECONDS_PER_HOUR
WINDOW_FLOP = constants.DS_CNN_MACS * constants.FLOP_PER_MAC

NRF5340 = source(
    "Zephyr, nrf5340_cpuapp_qkaa.dtsi and the nRF5340 DK page",
    kind="code",
    url="https://github.com/zephyrproject-rtos/zephyr/blob/0b6e4bc66f124970711cb3686fc33e995a510c13/"
    "dts/arm/nordic/nrf5340_cpuapp_qkaa.dtsi",
)
NEURALAIDS = source("NeuralAids (arXiv 2503.18698)", kind="paper", url="https://arxiv.org/abs/2503.18698")

MODEL = Model(
    name="DS-CNN, width 212",
    parameters=constants.sourced_of("DS_CNN_PARAMETERS"),
    weights_bytes=sourced(constants.DS_CNN_PARAMETERS, "derived: 202,260 parameters x 1 B (INT8)"),
    forward_flop=sourced(
        WINDOW_FLOP / constants.DS_CNN_WINDOW_FRAMES,
        "derived: one streamed frame, a 49th of 2 x 24,488,544 MAC a window, as a mean: "
        "a streaming network computes only what a new frame adds",
    ),
    sample_bytes=sourced(
        constants.DS_CNN_FRAME_S * constants.AUDIO_SAMPLES_PER_S * constants.AUDIO_BYTES_PER_SAMPLE,
        "assumed: one frame hop, 20 ms (Zhang et al. 2017) x 16 kHz x 2 B, uncoded",
        url=constants.HELLO_EDGE.url,
    ),
    moved_name="whole DS-CNN, int8",
    moved_bytes=sourced(
        200 * KB,
        "DS-CNN-M INT8, 200,928 B (ARM-software/ML-zoo), rounded",
        kind="code",
        url=constants.source_of("DS_CNN_M_FILE_BYTES").url,
    ),
)

DEVICE = Device(
    name="nRF5340 class, 128 MHz Cortex-M33",
    memory_bytes=sourced(512 * KIB, NRF5340.at("512 KiB")),
    learning_memory_bytes=sourced(512 * KIB, "assumed: the whole SRAM, learning runs while isolation is off"),
    memory_bytes_per_s=sourced(CLOCK_HZ * 4, "assumed: one 32-bit access a cycle at 128 MHz"),
    peak_flop_per_s=sourced(
        CLOCK_HZ * MACS_PER_CYCLE * constants.FLOP_PER_MAC,
        "derived: 128 MHz x 2 MAC a cycle x 2 FLOP; dual 16-bit multiply-accumulate of the Cortex-M33 DSP extension",
    ),
    utilisation=sourced(0.25, "assumed: loads and unpacking leave about half a MAC a cycle to tuned INT8 kernels"),
    power_w=sourced(
        1e-3,
        "assumed: 1 mW for learning and radio; isolation is outside (NeuralAids (arXiv 2503.18698): 71.6 mW)",
        url=NEURALAIDS.url,
    ),
    learning_power_w=sourced(
        1e-3, "assumed: the track's budget, below the 1.2 to 1.4 mW of a whole classic hearing aid"
    ),
    battery_wh=sourced(
        0.06,
        "assumed: a small earbud; AirPods (2016) hold 93 mWh",
        url="https://www.ifixit.com/Teardown/AirPods+Teardown/75578",
    ),
    uplink_bit_per_s=sourced(
        1.4e6,
        "Nordic S140 SoftDevice Specification, data throughput: 1,376 kb/s of data on the 2M PHY; 1,402 is the bound "
        "from packet timing",
        kind="data sheet",
        url="https://docs.nordicsemi.com/bundle/sds_s140/page/SDS/s1xx/ble_data_throughput/ble_data_throughput.html",
    ),
    uplink_name="BLE 2M",
    round_trip_s=sourced(0.080, "assumed: BLE to a phone, then LTE to a regional cloud and back"),
    deadline_s=sourced(
        0.010,
        "TinyLSTMs (arXiv 2005.11138): a 10 ms target, reached in 2.39 ms",
        kind="paper",
        url="https://arxiv.org/abs/2005.11138",
    ),
    deadline_name="voice isolation",
    extras={
        "flash_bytes": sourced(1 * MIB, NRF5340.at("1 MiB")),
        "clock_hz": sourced(CLOCK_HZ, NRF5340.at("128 MHz")),
        "macs_per_cycle": sourced(
            MACS_PER_CYCLE, "Cortex-M33 DSP extension: dual 16-bit multiply-accumulate (SMLAD)", kind="data sheet"
        ),
        "mesh_bit_per_s": constants.sourced_of("BLE_MESH_BIT_PER_S"),
        "radio_j_per_byte": sourced(
            constants.BLE_TRANSMIT_J_PER_BIT * BITS_PER_BYTE,
            constants.source_of("BLE_TRANSMIT_J_PER_BIT").with_note("none is published for nRF5340"),
        ),
        "radio_receive_j_per_byte": sourced(
            constants.BLE_RECEIVE_J_PER_BIT * BITS_PER_BYTE, constants.source_of("BLE_RECEIVE_J_PER_BIT")
        ),
        "isolation_power_w": sourced(71.6e-3, NEURALAIDS.at("71.6 mW, measured on another processor")),
        "isolation_s": sourced(5.54e-3, NEURALAIDS.at("5.54 ms for a chunk of 6 ms, measured on another processor")),
        "window_flop": sourced(
            WINDOW_FLOP, "derived: 2 x 24,488,544 MAC, one second of audio, what one training sample takes"
        ),
        "audio_s_per_day": sourced(AUDIO_S_PER_DAY, "assumed: worn through a working day of eight hours"),
    },
)

FLEET = Fleet(
    devices=sourced(10_000, "assumed: one campus or one large event"),
    unit="hearables",
    raw_bytes_per_device_day=sourced(
        AUDIO_S_PER_DAY * constants.AUDIO_SAMPLES_PER_S * constants.AUDIO_BYTES_PER_SAMPLE,
        "derived: 8 h (assumed) x 16 kHz x 2 B",
    ),
    cap_bytes=sourced(0.5 * MB, "assumed: airtime, 2.9 s connected or 42 min of mesh a day"),
    cap_days=sourced(1, "assumed: airtime is budgeted by the day"),
    cap_scope="device",
    skew_alpha=sourced(0.05, "assumed: a cafe and a subway share little; set by measurement on the proxy task"),
    reliability=sourced(0.8, "assumed: the same start on every track, one upload in five is lost"),
    seed=98,
)

TARGETS = Targets(
    mean_accuracy=sourced(0.95, "assumed: a point below .961, the proxy task's best model of all data"),
    worst_city_accuracy=sourced(0.9, "assumed: five points below the mean target"),
    safety_accuracy=sourced(0.93, "assumed: what the privacy bench may not fall below on the proxy task"),
    epsilon=sourced(
        4,
        "assumed: inside the published practice, .994 to 13.69 (Google 2024), user level",
        url=constants.GBOARD_2024.url,
    ),
    epsilon_unit="wearer",
    extras={
        "better_than_local_share": sourced(0.80, "assumed: sharing must help four of five wearers"),
        "profile_age_per_stay": sourced(1, "assumed: a profile must be younger than the stay in its place"),
        "gain_kept_share": sourced(
            0.45, "assumed: half a mebibyte cannot hold what nine tenths of the gain would take"
        ),
    },
)

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

STORY = (
    f"Your hearable isolates a voice within {in_words(DEVICE.deadline_s, 's')}, on a battery of "
    f"{in_words(DEVICE.battery_wh or 0, 'Wh')}.",
    f"All it has is {in_words(DEVICE.memory_bytes, 'iB')} of SRAM, and "
    f"{in_words(DEVICE.learning_power_w, 'W')} for learning and radio together.",
    f"It hears {in_words(FLEET.raw_bytes_per_device_day, 'B')} of sound a day, and may send "
    f"{in_words(FLEET.cap_bytes, 'B')} of it.",
    f"The model weighs {in_words(MODEL.weights_bytes, 'B')}; what learning keeps beside it is the question.",
    f"Places sound different, and {in_words(FLEET.devices, 'devices')} are few to hide among at a total ε of "
    f"{TARGETS.epsilon:g}.",
    "Then there is no cloud at all, and what one device learned can only travel from ear to ear.",
)

TINY_PIONEER = Track(
    id="tiny_pioneer",
    name="Tiny Pioneer",
    persona="Hearable lead",
    north_star="Isolate a voice in under 10 ms, with learning and radio within 1 mW.",
    wall="SRAM and radio bytes",
    story=STORY,
    model=MODEL,
    device=DEVICE,
    fleet=FLEET,
    targets=TARGETS,
    crisis_name="the Mesh Update",
    crisis=MESH_UPDATE,
    colour=Colour(light="#00703A", dark="#5FD39A"),
    icon="soundwave",
    marker="triangle-up",
    reading=PAPERS,
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
