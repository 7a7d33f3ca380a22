"""The three acts of the Personalization Flood, and what tenants, drive and batch say to a recorded try."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tracks.api.declared.acts import Act
from tracks.api.outcome import Outcome
from tracks.api.quantities import three_digits
from tracks.api.track import Track
from tracks.cloud_titan.flood.setting import GAIN_FLOOR, default_setting, node_of
from tracks.cloud_titan.flood.state import LATE, SLOW, STARVED, THIN, THRASH
from tracks.common.provenance import quantity_text

DOUBLED = 2  # times the tenants of the first act
FLATTER = 0.75  # skew of the demand


def acts(track: Track) -> tuple[Act, ...]:
    """Return the flood, the tenants that double, and the demand that spreads."""
    node, start = node_of(track), default_setting(track)
    rate, doubled = three_digits(start.request_rate), three_digits(DOUBLED * node.adapters)
    wait, tenants = quantity_text(node.first_token_s, "s"), quantity_text(node.adapters, track.fleet.unit)
    return (
        Act(
            id="flood",
            title="The flood",
            speaker="CTO",
            alarm=f"09:00, {tenants} switched their adapters on, {rate} requests a second, and the drive has a queue. "
            f"99 of 100 first tokens have to come within {wait}; the tail of the demand waits.",
            accepted=f"Accepted: {wait} kept, the batch fed, and adapters worth their bytes.",
        ),
        Act(
            id="tenants_double",
            title="The tenants double",
            speaker="CTO",
            alarm=f"11:30, a second region fails over to this node: {doubled} adapters on the same GPUs, {rate} "
            "requests a second as before. Who was served this morning sees the first token late. What do we offer now?",
            accepted=f"{doubled} tenants within {wait}. Bring the other region back when it is well.",
            world={"tenants": DOUBLED * node.adapters},
        ),
        Act(
            id="demand_spreads",
            title="The demand spreads",
            speaker="Product lead",
            alarm=f"15:00, our campaign reached the small tenants: the skew of the demand falls from "
            f"{three_digits(start.skew)} to {three_digits(FLATTER)}, and the other region is still down. The hottest "
            "are less of it, and the tail waits. Which adapter is small enough to be there?",
            accepted="The small tenants get their first token as fast as the large ones.",
            world={"tenants": DOUBLED * node.adapters, "skew": FLATTER},
            needs={"eviction": ("pinned",)},
        ),
    )


def _thrash(_track: Track, outcome: Outcome) -> str:
    load, hit = (float(outcome.reading(name).value) for name in ("drive_load", "hit"))
    return (
        f"The drive gives up: {quantity_text(1 - hit, 'share')} of the requests miss both memories, which loads it to "
        f"{quantity_text(load, 'share')}, and the queue grows without end."
    )


def _late(_track: Track, outcome: Outcome) -> str:
    wait, hit = (float(outcome.reading(name).value) for name in ("first_token", "hit"))
    return (
        f"The tail waits: one request in a hundred gets its first token {quantity_text(wait, 's')} late or more, and "
        f"{quantity_text(1 - hit, 'share')} of all have to read the drive."
    )


def _starved(_track: Track, outcome: Outcome) -> str:
    claimed = next(item for item in outcome.verdicts if item.code == STARVED)
    over = quantity_text(claimed.quantity - claimed.limit, "B")
    return f"The batch starves: adapters took {over} that its KV cache needs, so running answers are cut."


def _slow(_track: Track, outcome: Outcome) -> str:
    slow = next(item for item in outcome.verdicts if item.code == SLOW)
    lost = quantity_text(1 - slow.quantity / slow.limit, "share")
    return (
        f"Every tenant slows down: {three_digits(slow.quantity)} tokens a second, {lost} below the floor of "
        f"{three_digits(slow.limit)}."
    )


def _thin(_track: Track, outcome: Outcome) -> str:
    gain = quantity_text(float(outcome.reading("gain").value), "points").lstrip("+")
    floor = quantity_text(GAIN_FLOOR.value, "points").lstrip("+")
    return f"Tenants ask what they pay for: their adapter gains {gain}, and {floor} were sold."


CONSEQUENCES: Mapping[str, Callable[[Track, Outcome], str]] = {
    THRASH: _thrash,
    LATE: _late,
    STARVED: _starved,
    SLOW: _slow,
    THIN: _thin,
}
