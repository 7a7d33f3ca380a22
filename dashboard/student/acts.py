"""A crisis in acts as a student plays it: where each act stands, what the world answers, and the post-mortem."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.ledger.events import StoredEvent
from dashboard.student.progress import Progress, Try, of_bench, try_from
from tracks.api.bench import Bench
from tracks.api.controls import BadValue, Value
from tracks.api.declared.acts import Act
from tracks.api.declared.judged import judged_in_words, keeps_limit
from tracks.api.outcome import Outcome
from tracks.api.quantities import in_words
from tracks.api.track import Track

CHANGED = 0.005  # of a reading: below that two tries are said to be alike in it


# --- what the world answers ------------------------------------------------------------------------------------------


def consequence(track: Track, bench: Bench, before: Outcome, after: Outcome) -> str:
    """Return what a recorded try brought, in sentences with numbers: what it ended, and who complains now."""
    failed = {verdict.code: verdict for verdict in before.verdicts if verdict.level == "fail"}
    failing = [verdict for verdict in after.ranked_verdicts() if verdict.level == "fail"]
    ended = [verdict for verdict in after.verdicts if verdict.code in failed and verdict.level != "fail"]
    said = [f"“{failed[verdict.code].title}” is over: {judged_in_words(verdict)}." for verdict in ended]
    if failing:
        first = next((verdict for verdict in failing if verdict.code not in failed), failing[0])
        voice = bench.consequences.get(first.code)
        said.append(voice(track, after) if voice else f"{first.title}: {judged_in_words(first)}. {first.cause}")
        others = [verdict.title for verdict in failing if verdict is not first]
        said += [f"Also failing: {', '.join(others)}."] if others else []
    else:
        kept = filter(keeps_limit, after.verdicts)
        tightest = min(kept, key=lambda verdict: verdict.margin, default=None)
        closest = f"; closest to its limit: {judged_in_words(tightest)}" if tightest else ""
        said.append(f"Nothing fails{closest}.")
    return " ".join(said)


def act_payload(track: Track, bench: Bench, act: Act | None, before: Outcome | None, after: Outcome) -> dict[str, Any]:
    """Return what the ledger keeps of a try beside the rest: its act, what the world answered, and what is open."""
    if not bench.acts:
        return {}
    failing = [verdict for verdict in after.ranked_verdicts() if verdict.level == "fail"]
    return {
        "act": act.id if act else "",
        "consequence": "" if before is None else consequence(track, bench, before, after),
        "open": [  # the worst first: a mapping would be stored in the order of its names
            {"code": item.code, "title": item.title, "judged": judged_in_words(item), "cause": item.cause}
            for item in failing
        ],
    }


# --- where the acts stand --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ActStanding:
    """One act as a student stands in it.

    Attributes:
        number: from 1. tries: recorded in its world. start: what its button sets, every control by id; None while the
            act before has no try. world: the ids of the controls that make its world.
        won: whether one of its tries holds. message: what the speaker says last, "" without a try.
    """

    number: int
    act: Act
    tries: tuple[Try, ...]
    start: Mapping[str, Value] | None
    world: tuple[str, ...]
    won: bool
    message: str

    @property
    def is_optional(self) -> bool:
        """Whether it may be declined."""
        return self.number > 1


def act_of_try(bench: Bench, item: Try) -> Act | None:
    """Return the act that a try was recorded in; one from before there were acts is of the first, if of any."""
    wanted = item.act if item.act is not None else "" if item.what_if else bench.acts[0].id
    return next((act for act in bench.acts if act.id == wanted), None)


def act_in_words(bench: Bench | None, item: Try) -> str:
    """Return the act of a try, "act 2: The storm grows"; "" of a bench without acts, and of a state in none of them."""
    act = act_of_try(bench, item) if bench is not None and bench.acts else None
    return f"act {bench.acts.index(act) + 1}: {act.title}" if bench is not None and act is not None else ""


def act_standings(bench: Bench, here: Progress) -> tuple[ActStanding, ...]:
    """Return where each act of a bench stands, in their order."""
    found: list[ActStanding] = []
    start: Mapping[str, Value] | None = bench.defaults()
    for number, act in enumerate(bench.acts, start=1):
        tries = tuple(item for item in here.tries if act_of_try(bench, item) is act)
        found.append(
            ActStanding(
                number=number,
                act=act,
                tries=tries,
                start=None if start is None else in_world(bench, act, start),
                world=tuple(control.id for control in bench.controls if control.role == "environment"),
                won=any(item.won for item in tries),
                message=_message(act, tries),
            )
        )
        start = _last_state(bench, tries)
    return tuple(found)


def is_closed(bench: Bench, here: Progress) -> bool:
    """Whether a bench asks for no further try: a try of its first act holds, all are used, or it has no acts."""
    if not bench.acts or len(here.tries) >= bench.tries:
        return True
    return any(item.won and act_of_try(bench, item) is bench.acts[0] for item in here.tries)


def in_world(bench: Bench, act: Act, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return a state with its decisions kept and its environment that of an act."""
    environment = {
        control.id: control.read(act.world[control.id]) if control.id in act.world else control.default
        for control in bench.controls
        if control.role == "environment"
    }
    return {**values, **environment}


def _last_state(bench: Bench, tries: Sequence[Try]) -> Mapping[str, Value] | None:
    """Return the state that the next act starts from: the newest try that holds, or else the newest."""
    for item in (*[one for one in reversed(tries) if one.won], *reversed(tries)):
        with suppress(BadValue):  # recorded when the controls were others
            return bench.read(dict(item.values))
    return None


def _message(act: Act, tries: Sequence[Try]) -> str:
    if any(item.won for item in tries):
        return act.accepted
    if not tries:
        return ""
    left = [f"{told['title']}, {told['judged']}" for told in tries[-1].still_open.values()]
    return f"Still open after try {tries[-1].number}: {'; '.join(left)}." if left else ""


# --- the post-mortem -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One try in the timeline.

    Attributes:
        act: its number and title, or "no act". changed: what was moved since the try before, in words.
        gained, paid: readings with a limit that came nearer to it or left it, "Moved 4.1 GB → 2.0 GB".
        outcome: "holds", or what failed first.
    """

    number: int
    time: datetime
    act: str
    changed: tuple[str, ...]
    gained: tuple[str, ...]
    paid: tuple[str, ...]
    consequence: str
    outcome: str
    holds: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PostMortem:
    """What was tried in a crisis, from the ledger's own records: sentences, a timeline, root cause, what is open."""

    title: str
    happened: tuple[str, ...]
    attempts: tuple[Attempt, ...]
    root_cause: str
    left_open: tuple[str, ...]


def post_mortem(
    events: Iterable[StoredEvent], track: Track, bench: Bench, here: Progress, start: Outcome
) -> PostMortem | None:
    """Return the post-mortem of a bench with acts, None before its first try; ``start`` is the default's outcome."""
    recorded = [event for event in of_bench(events, track, bench) if event.kind == "try"]
    if not bench.acts or not recorded:
        return None
    before = {item.id: (item.value, item.unit) for item in start.readings}
    state: Mapping[str, Value] = bench.defaults()
    attempts = []
    for event in recorded:
        item = try_from(event.payload)
        act = act_of_try(bench, item)
        gained, paid = _traded(before, item.readings)
        attempts.append(
            Attempt(
                number=item.number,
                time=event.time,
                act=f"{bench.acts.index(act) + 1}. {act.title}" if act else "no act of this crisis",
                changed=_changed(bench, state, item.values),
                gained=gained,
                paid=paid,
                consequence=item.consequence,
                outcome="holds" if item.won else item.binding or "not judged",
                holds=item.won,
            )
        )
        before = {name: (one["value"], str(one["unit"])) for name, one in item.readings.items()}
        state = item.values
    standings = act_standings(bench, here)
    return PostMortem(
        title=bench.title,
        happened=tuple(_happened(standings, attempts)),
        attempts=tuple(attempts),
        root_cause=_root_cause(here.tries, attempts),
        left_open=tuple(
            f"Act {one.number}, {one.act.title}: {one.message}" for one in standings if one.tries and not one.won
        ),
    )


def _traded(
    before: Mapping[str, tuple[Any, str]], readings: Mapping[str, Mapping[str, Any]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which judged readings came nearer to what is asked for, and which went the other way."""
    gained: list[str] = []
    paid: list[str] = []
    for name, item in readings.items():
        old, new = before.get(name, (None, ""))[0], item["value"]
        if item.get("limit") is None or not _is_number(old) or not _is_number(new):
            continue
        if abs(new - old) <= CHANGED * max(abs(new), abs(old)):
            continue
        unit = str(item["unit"])
        words = f"{item['label']} {in_words(float(old), unit)} → {in_words(float(new), unit)}"
        (gained if (new < old) == bool(item.get("at_most", True)) else paid).append(words)
    return tuple(gained), tuple(paid)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _changed(bench: Bench, before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the decisions that differ between two states, in words."""
    found = []
    for control in bench.controls:
        if control.role != "decision" or control.id not in after or control.id not in before:
            continue
        with suppress(BadValue):  # recorded when the control was another
            old, new = control.read(before[control.id]), control.read(after[control.id])
            if old != new:
                found.append(f"{control.label} {control.text(old)} → {control.text(new)}")
    return tuple(found)


def _happened(standings: Sequence[ActStanding], attempts: Sequence[Attempt]) -> Iterable[str]:
    first, last = attempts[0].time, attempts[-1].time
    minutes = round((last - first).total_seconds() / 60)
    span = f"between {first:%H:%M} and {last:%H:%M} UTC" if minutes else f"at {first:%H:%M} UTC"
    count = f"{len(attempts)} {'try' if len(attempts) == 1 else 'tries'}"
    yield f"{standings[0].act.alarm}"
    yield f"{count} {'was' if len(attempts) == 1 else 'were'} recorded {span}."
    held = [f"act {one.number} with try {next(i.number for i in one.tries if i.won)}" for one in standings if one.won]
    left_out = [str(one.number) for one in standings if not one.tries and one.start is not None]
    closed = [str(one.number) for one in standings if not one.tries and one.start is None]
    yield f"Held: {', '.join(held)}." if held else "No act is held yet."
    if left_out:
        yield f"Open and not played: act {' and '.join(left_out)}."
    if closed:
        yield f"Not opened yet: act {' and '.join(closed)}."


def _root_cause(tries: Sequence[Try], attempts: Sequence[Attempt]) -> str:
    """Name the failure that stood in most tries, the change that ended it, and its cause as it was first told."""
    counts = Counter(code for item in tries for code in item.still_open)
    if not counts:
        return "No recorded try failed."
    code, count = counts.most_common(1)[0]
    told = next(item.still_open[code] for item in tries if code in item.still_open)
    ended = next(
        (
            attempt
            for attempt, one, other in zip(attempts[1:], tries, tries[1:], strict=False)
            if code in one.still_open and code not in other.still_open
        ),
        None,
    )
    if ended is None:
        way = "No try after it ended it."
    else:
        what = "; ".join(ended.changed) or "another world"
        way = f"It ended with try {ended.number}: {what}."
    return f"{told['title']} stood in {count} of {len(tries)} tries. {told['judged']}. {told['cause']} {way}"
