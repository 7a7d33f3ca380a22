"""The Battery-Privacy bench in eight numbers, each with limit, formula in the student's numbers, and sources."""

from __future__ import annotations

from tracks import Reading
from tracks.api.quantities import in_words, three_digits
from tracks.mobile_nomad.battery.model.day import CASE_K_PER_W, CHARGER_LOSS, GLASSES_K_PER_W, SESSIONS, UNPLUGGED_H
from tracks.mobile_nomad.battery.model.personalisation import LEARNING_RATE, WEARERS
from tracks.mobile_nomad.battery.model.step import DISPLAY_W, FRAME_S, JOULE_PER_BYTE, JOULE_PER_FLOP, KERNEL_SHARE
from tracks.mobile_nomad.battery.setting import DATA, METHODS, RADIOS, RUNTIMES
from tracks.mobile_nomad.battery.state import (
    FORGETTING,
    FRAMES_DROPPED,
    OUT_OF_MEMORY,
    OVER_BATTERY,
    TOO_HOT,
    TOO_LITTLE_GAIN,
    State,
)

HUD = ("battery", "hottest", "own_accent")

PROXY = (
    "Curve: proxy task, softmax regression on 1,437 handwritten digits (UCI Optical Recognition, CC BY 4.0); one local "
    f"step of {three_digits(LEARNING_RATE)} stands for one pass, ranks stand for methods, and where the first "
    "blocks stay frozen, a part of the change is made (assumed)"
)
ENERGY = (
    f"Energy: assumed {three_digits(JOULE_PER_FLOP * 1e12)} pJ an operation (published peaks lie at .33 to .71) and "
    f"{three_digits(JOULE_PER_BYTE * 1e12)} pJ a byte, LPDDR4’s 7 pJ a bit; learning is priced like inference"
)
MEMORY = "Memory: counted as in Cai et al. 2020 (ideal) or as PyTorch keeps it (stock)"
HEAT = (
    f"Heat: one mass of 60 J/K, {three_digits(GLASSES_K_PER_W)} K/W in the open, {three_digits(CASE_K_PER_W)} in the "
    f"case; {in_words(CHARGER_LOSS, 'share')} of the charger’s power warms the glasses (assumed)"
)
RADIO = "Radio: Huang et al., MobiSys 2012; no faster than 10 Mb/s, as far as that fit goes"
DAY = f"Day: {SESSIONS} sessions, {in_words(DISPLAY_W, 'W')} for display and cameras (assumed)"


def clock(minute: float) -> str:
    """Return a minute of the day as the wearer's clock shows it."""
    hours, minutes = divmod(int(minute) + 60 * UNPLUGGED_H, 60)
    return f"{hours % 24:02d}:{minutes:02d}"


def readings(state: State) -> tuple[Reading, ...]:
    """Return the readings in the order of the page, those of the HUD first."""
    return (
        _battery(state),
        _hottest(state),
        _own_accent(state),
        _elsewhere(state),
        _memory(state),
        _frames(state),
        _drain(state),
        _leaves(state),
    )


def _battery(state: State) -> Reading:
    glasses, day, setting = state.glasses, state.day, state.setting
    allowed = in_words(glasses.allowed_share, "share")
    spent = f"{in_words(day.learning_j, 'J')} learning + {in_words(day.radio_j, 'J')} {RADIOS[setting.radio]}"
    drained = day.drained_j / glasses.battery_j
    if setting.is_charged:
        formula = f"{spent}, all from the charger: 0 J of {in_words(glasses.battery_j, 'J')}"
    else:
        formula = f"({spent}) / {in_words(glasses.battery_j, 'J')} = {in_words(drained, 'share')}"
    packets = int(glasses.allowed_j // state.track.device.extras.get("lte_isolated_packet_j", glasses.allowed_j))
    return Reading.of(
        state.limits[OVER_BATTERY],
        id="battery",
        label="Battery a day",
        unit="share",
        note=f"≤ {allowed}, {in_words(glasses.allowed_j, 'J')}",
        formula=formula,
        meaning=f"What learning and radio take from a full charge. {allowed} are {in_words(glasses.allowed_j, 'J')}, "
        f"or {packets} isolated LTE packets.",
        source=f"{ENERGY}. {RADIO}. Battery: {state.track.sources['device.battery_wh']}. Limit: "
        f"{state.track.sources['targets.extras.battery_share_per_day']}.",
    )


def _hottest(state: State) -> Reading:
    glasses, day = state.glasses, state.day
    warm = in_words(day.learning_w, "W")
    return Reading.of(
        state.limits[TOO_HOT],
        id="hottest",
        label="Hottest minute",
        unit="°C",
        note=f"≤ {three_digits(glasses.skin_c)} °C, {clock(day.hottest_at)}",
        formula=f"{three_digits(state.setting.ambient_c)} + {three_digits(day.hottest - state.setting.ambient_c)} K = "
        f"{three_digits(day.hottest)} °C; learning at {warm}, {in_words(day.pace, 'share')} of the time",
        meaning="The warmest of 1,440 minutes. The limit holds at any hour: glasses may be put on at any time. A "
        f"governor lets learning run only as far as everything together stays below {in_words(glasses.burst_w, 'W')}.",
        source=f"{HEAT}. {DAY}. Limit: {state.track.sources['device.extras.skin_limit_c']}. Burst: "
        f"{state.track.sources['device.extras.burst_power_w']}.",
    )


def _own_accent(state: State) -> Reading:
    found, goal = state.personalisation, state.glasses.gain_points
    return Reading.of(
        state.limits[TOO_LITTLE_GAIN],
        id="own_accent",
        label="Own accent",
        unit="points",
        note=f"≥ {in_words(goal, 'points')}",
        formula=f"{in_words(found.own, 'share')} − {in_words(found.own_before, 'share')}, after "
        f"{three_digits(state.day.passes)} passes of {METHODS[state.setting.method]}, {DATA[state.setting.data]}",
        meaning=f"What a day of learning adds to the accuracy on the wearer’s accent, the mean of {WEARERS} wearers. A "
        "proxy task: the direction carries over, the digits do not.",
        source=f"{PROXY}. Target: {state.track.sources['targets.extras.own_accent_gain_points']}.",
    )


def _elsewhere(state: State) -> Reading:
    found, least = state.personalisation, -state.glasses.loss_points
    return Reading.of(
        state.limits[FORGETTING],
        id="elsewhere",
        label="Other accents",
        unit="points",
        note=f"≥ {in_words(least, 'points')}",
        formula=f"{in_words(found.elsewhere, 'share')} − {in_words(found.elsewhere_before, 'share')}",
        meaning="What the same learning does to the accuracy on all accents. The first passes help them, since the "
        "accent was missing; many passes over one voice cost them.",
        source=f"{PROXY}. Limit: {state.track.sources['targets.extras.elsewhere_loss_points']}.",
    )


def _memory(state: State) -> Reading:
    memory, setting = state.step.memory, state.setting
    total = float(memory.total_bytes)
    terms = " + ".join(
        f"{in_words(float(size), 'iB')} {name}"
        for name, size in (
            ("weights", memory.weights_bytes),
            ("gradients", memory.gradients_bytes),
            ("optimizer", memory.optimizer_bytes),
            ("activations", memory.activations_bytes),
        )
    )
    times = three_digits(total / state.step.inference_bytes)
    budget = f"{state.track.sources['device.learning_memory_bytes']}"
    if setting.memory_left < 1:
        budget += f"; {in_words(setting.memory_left, 'share')} of that is left"
    return Reading.of(
        state.limits[OUT_OF_MEMORY],
        id="memory",
        label="Learning memory",
        unit="iB",
        note=f"≤ {in_words(state.glasses.memory_bytes, 'iB')}, {RUNTIMES[setting.runtime]}",
        formula=f"{terms} = {in_words(total, 'iB')}",
        meaning=f"{times} times the memory of inference. A runtime that keeps only what is needed does with less than "
        "PyTorch, which keeps the input of every layer from the first that trains.",
        source=f"{MEMORY}. Budget: {budget}.",
    )


def _frames(state: State) -> Reading:
    day, step = state.day, state.step
    worn = state.setting.schedule == "worn" and state.setting.learns
    allowed = in_words(state.glasses.deadline_s, "s")
    beside = (
        f"; learning takes {in_words(step.bandwidth_share, 'share')} of the memory bandwidth and holds a frame up for "
        f"{in_words(KERNEL_SHARE * step.step_s, 's')} at most"
        if worn
        else "; nothing learns in a session"
    )
    return Reading.of(
        state.limits[FRAMES_DROPPED],
        id="frames",
        label="Slowest session",
        unit="frames/s",
        note=f"≥ {three_digits(state.glasses.frames_per_s)} frames/s",
        formula=f"frame {in_words(day.latency_s, 's')} at p99, {allowed} allowed{beside}",
        meaning="The frame rate of the slowest session. Frames wait for the memory bus and for whatever step cannot be "
        "interrupted; above the skin limit the clock halves.",
        source=f"assumed: {in_words(FRAME_S, 's')} of capture and rendering, {in_words(KERNEL_SHARE, 'share')} of a "
        f"step uninterrupted. Frame rate: {state.track.sources['device.extras.frames_per_s']}. Bandwidth: "
        f"{state.track.sources['device.memory_bytes_per_s']}.",
    )


def _drain(state: State) -> Reading:
    ratio, traffic, duty = state.drain_terms
    if not state.setting.learns:
        formula, meaning = "the cloud learns: 0", "Nothing learns on the glasses; the radio carries the voice instead."
    else:
        step = state.step
        formula = (
            f"{three_digits(ratio)} operations × {three_digits(traffic)} joules each × {three_digits(duty)} samples a "
            f"second = {in_words(state.drain, 'x')}; {in_words(state.day.learning_w, 'W')} against "
            f"{in_words(state.glasses.frames_per_s * step.frame_j, 'W')}"
        )
        meaning = (
            f"How many times faster learning drains the battery than translating does, the networks alone. For one "
            f"sample it is {in_words(ratio * traffic, 'x')}; but inference waits for the next frame, and learning for "
            "nothing but the governor."
        )
    return Reading(
        id="drain",
        label="Learning drain",
        value=state.drain,
        unit="x",
        note="times inference",
        formula=formula,
        meaning=meaning,
        source=f"{ENERGY}. Peak: {state.track.sources['device.peak_flop_per_s']}. Utilisation: "
        f"{state.track.sources['device.utilisation']}.",
    )


def _leaves(state: State) -> Reading:
    exchange, setting = state.exchange, state.setting
    up, down = in_words(exchange.up_bytes, "B"), in_words(exchange.down_bytes, "B")
    value = {"local": "nothing", "federated": f"{up} update", "upload": f"{up} voice"}[setting.data]
    if setting.data == "local":
        formula = "no radio: 0 B"
    else:
        formula = f"{up} up, {down} down, {in_words(exchange.joules, 'J')} over {RADIOS[setting.radio]}"
    meaning = {
        "local": "What is learnt stays with the wearer, and so does what is forgotten.",
        "federated": "An update is made of the voice; nothing here clips it or adds noise. A guarantee is of the run "
        "that it was recorded with: that of a privacy run does not cover this one.",
        "upload": "The recordings themselves leave. Who holds them can do anything with them.",
    }[setting.data]
    return Reading(
        id="leaves",
        label="What leaves",
        value=value,
        note={"local": "no radio", "federated": "neither clipped nor noised", "upload": "raw audio"}[setting.data],
        formula=formula,
        meaning=meaning,
        source=f"{RADIO}. Speech: {state.track.sources['device.extras.audio_s_per_day']}.",
    )
