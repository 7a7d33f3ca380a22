"""The convergence bench in eight numbers, each with its limit, its formula in the student's numbers and its sources."""

from __future__ import annotations

from collections.abc import Mapping

from tracks import Reading, Track
from tracks.api.quantities import three_digits
from tracks.common.declared import device_word
from tracks.common.fleet_accuracy import LEFT_BEHIND, city_reading, fleet_reading, of_draws
from tracks.common.links import city_reliability
from tracks.common.provenance import Input, join_sources, origins, quantity_text
from tracks.common.proxy_fleet import CITIES, CLIENTS, PROXY, ceiling, city_names
from tracks.common.scoring import window_in_words
from tracks.common.traffic import HORIZON_DAYS
from tracks.missions.convergence.costs import FLOP_RATIO, SAMPLES_PER_STEP, counts_the_busiest
from tracks.missions.convergence.setting import DEFAULTS, Setting
from tracks.missions.convergence.state import (
    BELOW_TARGET,
    OVER_CAP,
    WASTING,
    State,
)

HUD = ("mean_accuracy", "worst_city", "moved")

SPREAD = "assumed: links spread around their mean as far as they can, half between cities, half within"
LEARNING = (
    f"assumed: {SAMPLES_PER_STEP} samples a local step, every weight trained, {FLOP_RATIO:g} times a forward pass"
)

# The controls whose defaults have a source of their own: as a source calls them, as it labels them, by their ids.
_LABELS = (
    ("local_steps", "Local steps", "local_steps"),
    ("clients", "Clients per round", "clients_per_round"),
    ("rounds", "Rounds", "rounds"),
    ("algorithm", "Algorithm", "algorithm"),
    ("attempts", "Attempts", "attempts"),
    ("rate", "Learning rate", "learning_rate"),
    ("compression", "Compression", "compression"),
    ("selection", "Selection", "selection"),
)

Origins = Mapping[str, str]


def readings(state: State) -> tuple[Reading, ...]:
    """Return the readings in the order of the page, the three of the HUD first."""
    known = _origins(state.track, state.setting)
    return (
        _mean_accuracy(state, known),
        _worst_city(state, known),
        _moved(state, known),
        _wasted(state, known),
        _jitter(state, known),
        _ratio(state, known),
        _excess(state, known),
        _rounds_a_day(state, known),
    )


def _origins(track: Track, setting: Setting) -> dict[str, str]:
    """Return for each input the track's source, an assumption, or that the student has set it."""
    sources, fleet = track.sources, track.fleet
    fixed = {
        "proxy": f"Curve: {PROXY}",
        "links": f"Links: {SPREAD}",
        "learning": f"Learning: {LEARNING}",
        "cap": f"Cap: {sources['fleet.cap_bytes']}",
        "target": f"Target: {sources['targets.mean_accuracy']}",
        "floor": f"Floor: {sources['targets.worst_city_accuracy']}",
        "uplink": f"Uplink, both ways: {sources['device.uplink_bit_per_s']}",
        "power": f"Power: {sources['device.learning_power_w']}",
    }
    radio = sources.get("device.extras.radio_j_per_byte", "assumed: the learning power while it sends")
    fixed["radio"] = f"Radio: {radio}"
    inputs: list[Input] = [
        (name, label, getattr(setting, control), DEFAULTS[control].value, DEFAULTS[control].source.text)
        for name, label, control in _LABELS
    ]
    inputs += [
        ("payload", "Payload", setting.payload_bytes, track.model.moved_bytes, sources["model.moved_bytes"]),
        ("alpha", "Skew", setting.alpha, fleet.skew_alpha, sources["fleet.skew_alpha"]),
        ("reliability", "Reliability", setting.reliability, fleet.reliability, sources["fleet.reliability"]),
    ]
    return origins(fixed, inputs)


def legs(state: State) -> str:
    """Return one participation in numbers: "(51.1 MB + 1.28 × 51.1 MB)", download first."""
    setting, attempts = state.setting, state.invitation.attempts
    tries = "" if attempts == 1 else f"{three_digits(attempts)} × "
    return f"({quantity_text(setting.download_bytes, 'B')} + {tries}{quantity_text(setting.upload_bytes, 'B')})"


def _mean_accuracy(state: State, known: Origins) -> Reading:
    limit = state.limits[BELOW_TARGET]
    best = quantity_text(ceiling(state.learning.fleet_seed, state.learning.alpha), "share")
    return fleet_reading(
        limit,
        state.runs,
        note=f"target ≥ {quantity_text(limit.limit, 'share')}",
        meaning="Share of the test images that the shared model gets right, mean of "
        f"{window_in_words(state.setting.rounds)}{of_draws(state.runs.draws)}. A proxy task: its best model of all "
        f"data in one place gets {best} right.",
        source=join_sources(
            known, "proxy", "target", "local_steps", "clients", "rounds", "algorithm", "alpha", "reliability"
        ),
    )


def _worst_city(state: State, known: Origins) -> Reading:
    city = city_names(state.track)[state.runs.worst]
    link = city_reliability(state.setting.reliability, state.runs.worst)
    return city_reading(
        state.track,
        state.limits[LEFT_BEHIND],
        state.runs,
        meaning=f"A city’s accuracy weighs the test images by what its {CLIENTS // CITIES} clients see. {city}’s links "
        f"deliver {quantity_text(link, 'share')} of their attempts.",
        source=join_sources(known, "proxy", "floor", "alpha", "links", "reliability", "selection"),
    )


def _moved(state: State, known: Origins) -> Reading:
    track, setting, costs = state.track, state.setting, state.costs
    device = device_word(track)
    if counts_the_busiest(track, setting):
        share = quantity_text(costs.participations / setting.rounds, "share")
        who = f"{setting.rounds} rounds × {share} of the busiest"
        whose = f"The same {device} is in almost every round, and its cap counts."
    else:
        who = f"{setting.rounds} × {setting.clients_per_round}/{CLIENTS}"
        whose = f"The mean {device} is in {three_digits(costs.participations)} of {setting.rounds} rounds."
    return Reading.of(
        state.limits[OVER_CAP],
        id="moved",
        label="Moved per device",
        unit="B",
        note=f"cap {quantity_text(costs.cap, 'B')}, {HORIZON_DAYS} days",
        formula=f"{who} × {legs(state)} = {quantity_text(costs.moved, 'B')}",
        meaning=f"What one {device} moves in {HORIZON_DAYS} days, down and up. {whose}",
        source=join_sources(
            known, "cap", "payload", "rounds", "clients", "attempts", "compression", "selection", "algorithm"
        ),
    )


def _wasted(state: State, known: Origins) -> Reading:
    setting, costs, invited = state.setting, state.costs, state.invitation
    share = costs.wasted_j / costs.spent_j
    return Reading.of(
        state.limits[WASTING],
        id="wasted",
        label="Failed uploads",
        unit="share",
        note=f"≤ {quantity_text(state.limits[WASTING].limit, 'share')}, {quantity_text(costs.wasted_j, 'J')}",
        formula=f"1 − {three_digits(invited.delivered)} / {three_digits(invited.attempts)} = "
        f"{quantity_text(invited.failed, 'share')}; bytes {three_digits(costs.participations)} × "
        f"({three_digits(invited.attempts)} − {three_digits(invited.delivered)}) × "
        f"{quantity_text(setting.upload_bytes, 'B')} = {quantity_text(costs.wasted, 'B')}",
        meaning=f"Share of the attempts that do not arrive. Of the joules for "
        f"learning and sending, {quantity_text(share, 'share')} served no update that arrived: an update that is lost "
        "takes "
        "its learning with it.",
        source=join_sources(known, "links", "reliability", "attempts", "selection", "learning", "radio", "power"),
    )


def _jitter(state: State, known: Origins) -> Reading:
    jitter = state.runs.jitter
    return Reading(
        id="jitter",
        label="Jitter of the loss",
        value=jitter,
        note=f"over {window_in_words(state.setting.rounds)}",
        formula=f"√(mean of (F(t) − F(t−1))² / 2) = {three_digits(jitter)}",
        meaning="How far the loss still shakes from one round to the next: which clients happened to arrive decides "
        "where the average lands. It grows with skew and local steps and falls with the clients per round.",
        source=join_sources(known, "proxy", "local_steps", "clients", "alpha", "reliability", "selection"),
    )


def _ratio(state: State, known: Origins) -> Reading:
    setting, costs, invited = state.setting, state.costs, state.invitation
    arrived, tries = three_digits(invited.delivered), three_digits(invited.attempts)
    return Reading(
        id="communication_to_compute",
        label="Moving / learning",
        value=costs.ratio_j,
        unit="x",
        note=f"joules; seconds {quantity_text(costs.ratio_s, 'x')}",
        formula=f"({quantity_text(costs.download_j, 'J')} + {tries} × {quantity_text(costs.upload_j, 'J')}) / "
        f"({arrived} × "
        f"{quantity_text(costs.compute_j, 'J')}) = {quantity_text(costs.ratio_j, 'x')}; "
        f"({quantity_text(costs.download_s, 's')} + {tries} × "
        f"{quantity_text(costs.upload_s, 's')}) / ({arrived} × {quantity_text(costs.compute_s, 's')}) = "
        f"{quantity_text(costs.ratio_s, 'x')}",
        meaning="Joules of moving for each joule of learning that arrives, and the same in seconds. Above 1 the radio "
        f"is the dearer half; {setting.local_steps} local steps share one trip.",
        source=join_sources(known, "learning", "power", "radio", "uplink", "payload", "local_steps", "reliability"),
    )


def _excess(state: State, known: Origins) -> Reading:
    end, best, parts = three_digits(state.runs.final_loss), three_digits(state.best_loss), state.parts
    formula = f"F(W) − F(W*) = {end} − {best} = {three_digits(state.excess)}"
    if parts is not None:
        unfinished, drift, sampling = map(three_digits, parts.shown)
        formula += f" = {unfinished} unfinished + {drift} drift + {sampling} sampling"
    return Reading(
        id="loss_above_best",
        label="Loss above best",
        value=state.excess,
        note=f"best {best}, {quantity_text(ceiling(state.learning.fleet_seed, state.learning.alpha), 'share')} right",
        formula=formula.replace("+ −", "− "),
        meaning="W* is the best model of all data in one place. Unfinished: how far all clients still are from where "
        "they settle. Drift: how far above the best they settle; no number of rounds removes it. Sampling: what this "
        "run loses because few clients are in a round. Drift alone costs loss and hardly accuracy; few clients times "
        "many steps cost both.",
        source=join_sources(known, "proxy", "local_steps", "rate", "algorithm", "alpha", "clients", "reliability"),
    )


def _rounds_a_day(state: State, known: Origins) -> Reading:
    setting, device = state.setting, device_word(state.track)
    often = setting.rounds / HORIZON_DAYS
    each = often * setting.clients_per_round / CLIENTS
    return Reading(
        id="rounds_a_day",
        label="Rounds a day",
        value=often,
        note=f"a {device} joins {three_digits(each)}",
        formula=f"{setting.rounds} rounds / {HORIZON_DAYS} days = {three_digits(often)}; × "
        f"{setting.clients_per_round} / {CLIENTS} = {three_digits(each)} for the mean {device}",
        meaning="How often the fleet meets. The same rounds in fewer days move no byte less: it counts how often a "
        f"{device} takes part.",
        source=join_sources(known, "rounds", "clients"),
    )
