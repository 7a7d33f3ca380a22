"""The three acts of the Fleet Learning Drift, and what cities, network and loop say to a recorded try."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tracks import Act, Outcome, Track
from tracks.api.quantities import in_words, three_digits
from tracks.common.declared import device_word
from tracks.common.fleet_accuracy import LEFT_BEHIND
from tracks.common.proxy_fleet import CITIES, city_names
from tracks.common.traffic import HORIZON_DAYS
from tracks.edge_guardian.drift.setting import DUSTY, default_setting
from tracks.edge_guardian.drift.state import DIVERGENCE, OVER_CAP, PREEMPTED, WASTED

STORM_GROWS, STORM_STAYS = 0.7, 0.75  # of the dusty city's link
SAND, CLOSED = 3, 14  # nights from one night in the depot to the next


def acts(track: Track) -> tuple[Act, ...]:
    """Return the storm, the storm that grows, and the roads that close."""
    start, dusty = default_setting(track), city_names(track)[DUSTY]
    device, vehicles = device_word(track), three_digits(track.fleet.devices / CITIES)
    heard = in_words(start.links[DUSTY], "share")
    left = in_words(start.dusty_link * (1 - STORM_GROWS), "share")
    city = in_words(track.targets.worst_city_accuracy, "share")
    return (
        Act(
            id="storm",
            title="The storm",
            speaker="Safety lead",
            alarm=f"06:40, dust over {dusty}: {heard} of its uploads arrive. {vehicles} {track.fleet.unit} there wait "
            "for the next release, and I sign none that leaves a city behind.",
            accepted=f"Accepted: no city below {city}, the cap kept, the loop untouched. I sign the release.",
        ),
        Act(
            id="storm_grows",
            title="The storm grows",
            speaker="Safety lead",
            alarm=f"12:10, the storm takes {in_words(STORM_GROWS, 'share')} of the link: {left} of what {dusty} sends "
            f"arrives. There is sand on the roads to the depots, where a {device} now comes every {SAND} nights. "
            "Does what held this morning still hold?",
            accepted=f"It holds with {left} of the uploads from {dusty}. The release goes on.",
            world={"storm": STORM_GROWS, "depot_nights": SAND},
            needs={"algorithm": ("scaffold",)},
        ),
        Act(
            id="roads_close",
            title="The roads close",
            speaker="Fleet operator",
            alarm=f"20:30, {in_words(start.dusty_link * (1 - STORM_STAYS), 'share')} of the uploads from {dusty} "
            f"arrive, and the depots are out of reach for {CLOSED} nights. {vehicles} {track.fleet.unit} must learn "
            "where they stand, on what is left of the link.",
            accepted=f"The {track.fleet.unit} learn without my depots, and {dusty} is heard. The depots stay closed "
            "until the roads are free.",
            world={"storm": STORM_STAYS, "depot_nights": CLOSED},
            needs={"algorithm": ("scaffold",)},
        ),
    )


def _refused(track: Track, outcome: Outcome) -> str:
    mean = outcome.reading("mean_accuracy")
    return (
        f"The Safety lead refuses the release: {in_words(float(mean.value), 'share')} of the test images are right in "
        f"the mean, {in_words(track.targets.safety_accuracy, 'share')} are asked for."
    )


def _left_behind(track: Track, outcome: Outcome) -> str:
    worst, limit = float(outcome.reading("worst_city").value), track.targets.worst_city_accuracy
    return (
        f"The worst city writes: {in_words(worst, 'share')} of its images are right, "
        f"{in_words(100 * (limit - worst), 'points').lstrip('+')} short of what was promised, and "
        f"{three_digits(track.fleet.devices / CITIES)} {track.fleet.unit} drive there."
    )


def _throttled(track: Track, outcome: Outcome) -> str:
    moved = outcome.reading("moved")
    assert moved.limit is not None  # the cap
    day = min(HORIZON_DAYS, 1 + int(HORIZON_DAYS * moved.limit / float(moved.value)))  # days are counted from 1
    return (
        f"The network operator throttles: a {device_word(track)} moves {in_words(float(moved.value), 'B')} of "
        f"{in_words(moved.limit, 'B')}, so its data are used up on day {day} of {HORIZON_DAYS}."
    )


def _wasted(track: Track, outcome: Outcome) -> str:
    wasted = float(outcome.reading("wasted").value)
    return (
        f"The radio complains: {in_words(wasted, 'share')} of its energy served no update that arrived, on every "
        f"{device_word(track)}."
    )


def _preempted(track: Track, outcome: Outcome) -> str:
    loop = float(outcome.reading("loop_p99").value)
    return (
        f"The control loop misses its deadline: a turn takes {in_words(loop, 's')} at p99, "
        f"{in_words(loop - track.device.deadline_s, 's')} too long, because learning holds the processor."
    )


CONSEQUENCES: Mapping[str, Callable[[Track, Outcome], str]] = {
    DIVERGENCE: _refused,
    LEFT_BEHIND: _left_behind,
    OVER_CAP: _throttled,
    WASTED: _wasted,
    PREEMPTED: _preempted,
}
