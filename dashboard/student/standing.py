"""How a student stands on every bench of a track, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dashboard.ledger.events import StoredEvent
from dashboard.student.carried_decisions import carried_offers
from dashboard.student.mission import Step, defended, mission, steps_of
from tracks.api.bench import Bench
from tracks.api.track import Track
from tracks.loading.registry import Registry

Standing = Literal["locked", "done", "explored", "helped", "won", "on_another"]

IN_WORDS: Mapping[str, str] = {
    "locked": "prediction locked",
    "done": "done",
    "explored": "explored",
    "helped": "won with help",
    "won": "won",
    "on_another": "done on another track",
}
FIRST_ACT = "a try of its first act holds, or all its tries are used"
FINISHED = frozenset(IN_WORDS) - {"locked"}


def standings(registry: Registry, events: Iterable[StoredEvent]) -> dict[str, dict[str, Standing]]:
    """Return, by track and bench, how far a student has come; a bench whose questions are not all locked is left out.

    Won counts any recorded try, of a bench with acts any in the first, and one without help before one with it. Done is
    a bench that was not won, whose reflection is saved, or which asks for none and has a recorded try; where there is
    nothing to win it is explored. A crisis in acts that was not won is done only once all its tries are used. A case
    that is the same on every track, finished on one, is done elsewhere on the others.
    """
    of_bench: dict[tuple[str, str], list[StoredEvent]] = {}
    for event in events:
        of_bench.setdefault((event.track, event.bench), []).append(event)
    found: dict[str, dict[str, Standing]] = {}
    for track_id in registry.tracks:
        found[track_id] = {}
        for bench in registry.benches(track_id):
            own = of_bench.get((track_id, bench.id), [])
            asked = {item.id for item in bench.predictions}
            if own and asked <= {event.prediction for event in own if event.kind == "lock"}:
                found[track_id][bench.id] = _standing(bench, own)
    for track_id in registry.tracks:
        for bench in registry.benches(track_id):
            if found[track_id].get(bench.id) not in FINISHED and finished_on(registry, track_id, bench, found):
                found[track_id][bench.id] = "on_another"
    return found


def finished_on(
    registry: Registry, track_id: str, bench: Bench, found: Mapping[str, Mapping[str, Standing]]
) -> Track | None:
    """Return another track on which a case that is the same on every track is finished, or None."""
    if not bench.once:
        return None
    others = (other for other in registry.tracks.values() if other.id != track_id)
    return next((other for other in others if found[other.id].get(bench.id) in FINISHED - {"on_another"}), None)


def _standing(bench: Bench, events: Sequence[StoredEvent]) -> Standing:
    tries: list[Mapping[str, Any]] = [event.payload for event in events if event.kind == "try"]
    first = {None, bench.acts[0].id} if bench.acts else None  # of a crisis in acts, the first is what has to be won
    won = [bool(item.get("helped")) for item in tries if item.get("won") and (not first or item.get("act") in first)]
    if won:
        return "helped" if all(won) else "won"
    closing = "reflection" if bench.reflection else "try"
    if bench.acts and len(tries) < bench.tries:
        return "locked"
    if any(event.kind == closing for event in events):
        return "explored" if bench.exploratory else "done"
    return "locked"


@dataclass(frozen=True, kw_only=True, slots=True)
class Next:
    """What a student does after a bench.

    Attributes:
        step: the mission's next bench that is not finished, or None where all are.
        case: the case on the way there that is not finished, which may be left out, or None.
        offered: what of this bench's decision can be taken over there, in words, or "".
        open: labels of the mission's other benches that are not finished.
        to_win: label of this bench where it alone is open, a crisis in acts whose first has to be won; or "".
        debrief: the bench that shows the debrief, once the mission is finished; here: whether this is that bench.
        defend: whether the strategy is still to be defended there.
        track: the next track with an unfinished mission, once this one is finished.
    """

    step: Step | None
    case: Step | None = None
    offered: str = ""
    open: tuple[str, ...] = ()
    to_win: str = ""
    debrief: Bench | None = None
    here: bool = False
    defend: bool = False
    track: Track | None = None


def what_is_next(
    registry: Registry,
    track: Track,
    bench: Bench | None,
    events: Sequence[StoredEvent],
    found: Mapping[str, Mapping[str, Standing]],
) -> Next:
    """Return what comes after a bench of a track, or after its briefing where ``bench`` is None.

    The first unfinished bench after this one in the mission's order, then the first before it. A bench is not followed
    by itself: on a bench that is still open the next one can be gone to, and this one is named as open. ``found`` are
    the student's ``standings``.
    """
    steps = steps_of(registry, track)
    in_mission = [step for step in steps if step.bench in mission(registry, track)]
    here = next((n for n, step in enumerate(steps) if bench is not None and step.id == bench.id), -1)
    unfinished = [step for step in in_mission if found[track.id].get(step.id or "") not in FINISHED]
    ahead = [step for step in [*steps[here + 1 :], *steps[: max(here, 0)]] if step in unfinished]
    if ahead:
        step = ahead[0]
        return Next(
            step=step,
            case=_case_before(steps, step, here, found[track.id]),
            offered=_offered(registry, track, step, bench, events),
            open=tuple(other.label for other in unfinished if other is not step),
        )
    if unfinished:  # this bench alone
        to_win = next((step.label for step in unfinished if step.bench is not None and step.bench.acts), "")
        return Next(step=None, open=tuple(step.label for step in unfinished), to_win=to_win)
    tracks = list(registry.tracks.values())
    at = next(n for n, other in enumerate(tracks) if other.id == track.id)
    others = [other for other in [*tracks[at + 1 :], *tracks[:at]] if not _is_finished(registry, other, found)]
    closing = in_mission[-1].bench if in_mission else None
    is_here = closing is not None and bench is not None and closing.id == bench.id
    defend = defended(registry, track) is not None and defence_event(events, track.id) is None
    return Next(step=None, debrief=closing, here=is_here, defend=defend, track=others[0] if others else None)


def defence_event(events: Iterable[StoredEvent], track_id: str) -> StoredEvent | None:
    """Return what was last saved in defence of a track's strategy, on whatever bench closed the track then."""
    return next((item for item in reversed([*events]) if (item.kind, item.track) == ("defence", track_id)), None)


def _case_before(steps: Sequence[Step], step: Step, here: int, own: Mapping[str, Standing]) -> Step | None:
    """Return the first unfinished case between a step and what stands before it: this bench, or one of the mission."""
    at = steps.index(step)
    start = max([here, *(n for n, other in enumerate(steps[:at]) if not other.is_case)])
    cases = (other for other in steps[start + 1 : at] if own.get(other.id or "") not in FINISHED)
    return next(cases, None)


def _offered(registry: Registry, track: Track, step: Step, bench: Bench | None, events: Sequence[StoredEvent]) -> str:
    """Return what the next bench offers of a bench's decision."""
    if bench is None or step.bench is None:
        return ""
    found = carried_offers(registry, track, step.bench, events)
    return next((offer.text for offer in found if offer.bench == bench.id), "")


def _is_finished(registry: Registry, track: Track, found: Mapping[str, Mapping[str, Standing]]) -> bool:
    return all(found[track.id].get(bench.id) in FINISHED for bench in mission(registry, track))
