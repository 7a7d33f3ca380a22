"""What moves a line of a certificate that fails: which constants of the track, and in which direction, by differences.

A line fails because a verdict holds too seldom, too often, never or always in some states. Each constant that the
author assumed is changed a little and the margins of that verdict are read again in these states.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from physics.sources import sourced
from tracks.api.bench import Bench
from tracks.api.checks import SpecError
from tracks.api.track import Track
from tracks.certify.survey import State, Survey, Unsolved
from tracks.missions import edgelab_benches

STEP = 1.2  # the factor by which a constant is changed
STATES = 3  # in which margins are read
NAMED = 3  # constants of a sentence
LEAST = 1e-9  # change of a margin that counts
PARTS = ("device", "fleet", "targets")

# Lines that are about the code of a bench, whatever the constants.
OF_THE_CODE = {
    "answers_everywhere": "No constant moves this line: make solve answer the states that are named.",
    "same_answer_twice": "No constant moves this line: draw all randomness from the seed, and keep nothing in between.",
    "previews_agree": "No constant moves this line: let preview make what solve makes, from fewer draws.",
    "margins_match_levels": "No constant moves this line: let a verdict take its level from its reading's limit.",
    "fixes_on_scale": "No constant moves this line: offer values that the slider has; tracks.changes finds them.",
    "readings_explain_themselves": "No constant moves this line: give the readings what they lack.",
    "truths_can_be_entered": "Widen low and high of the prediction, or move a constant that its truth is made of.",
    "equations_open": "No constant moves this line: let peek return its equations in every state.",
    "drawings_are_plain": "No constant moves this line: make figures with tracks.charts, and tables with rows.",
    "controls_move": "No constant moves this line: use the control in a reading or a verdict, or take it away.",
    "fixes_help": "No constant moves this line: offer a fix only where it helps; tracks.changes tries it first.",
    "act_needs": "No constant moves this line but the act's own world and needs.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What would mend a line: the margins of a verdict raised (1) or lowered (-1) in some states, and why."""

    code: str
    sign: int
    states: tuple[State, ...]
    why: str


def advice(survey: Survey, check: str) -> str:
    """Return one sentence for a check that fails: which constants move it, each with its direction."""
    if check in OF_THE_CODE:
        return OF_THE_CODE[check]
    try:
        wish = wished(survey, check)
        return "" if wish is None else f"{wish.why}: {_moves(survey, wish)}."
    except (Unsolved, SpecError):
        return ""


def wished(survey: Survey, check: str) -> Wish | None:
    """Return what would mend a line; None where nothing is known."""
    if check == "default_fails":
        return _tighter(survey, [survey.default], "The default has to fail")
    if check in ("no_single_control_win", "carried_default_fails", "carried_no_single_control_win"):
        wins = list(survey.lone_wins(survey.default).values())
        wins += [one.state for one in survey.arrivals if check.startswith("carried") and survey.is_win(one.state)]
        return _tighter(survey, wins, "What wins alone has to fail") if wins else None
    if check in ("win_share", "two_designs", "carried_two_designs"):
        if check == "win_share" and len(survey.wins) > len(survey.states) // 4:
            return _tighter(survey, survey.wins, "Fewer states have to win")
        return _wider(survey)
    if check == "reachable":
        return _looser(survey, survey.path[-1], "The path must not end there")
    if check == "failures_reachable":
        return _to_stand(survey)
    if check == "failures_reversible":
        return _looser(survey, min(survey.states, key=lambda one: survey.see(one).smallest), "The worst state")
    return None


def holding(survey: Survey) -> dict[str, int]:
    """Return in how many of the sampled states each verdict does not fail, the rarest first."""
    counts: dict[str, int] = {}
    for state in survey.states:
        for item in survey.see(state).verdicts:
            counts[item.code] = counts.get(item.code, 0) + (item.level != "fail")
    return dict(sorted(counts.items(), key=lambda one: one[1]))


def _tighter(survey: Survey, states: Iterable[State], why: str) -> Wish | None:
    """Wish that the verdict which is nearest to failing in some states does fail."""
    chosen = tuple(states)[:STATES]
    verdicts = [item for state in chosen for item in survey.see(state).verdicts]
    if not verdicts:
        return None
    nearest = min(verdicts, key=lambda item: item.margin)
    return Wish(code=nearest.code, sign=-1, states=chosen, why=f"{why}, by '{nearest.code}' first")


def _wider(survey: Survey) -> Wish | None:
    """Wish that the verdict which holds most seldom holds more often."""
    counts = holding(survey)
    if not counts:
        return None
    code = next(iter(counts))
    failing = sorted((one for one in survey.states), key=lambda one: -survey.see(one).smallest)
    why = f"More states have to win, and '{code}' holds most seldom, in {counts[code]} of {len(survey.states)}"
    return Wish(code=code, sign=1, states=tuple(failing[:STATES]), why=why)


def _looser(survey: Survey, state: State, why: str) -> Wish | None:
    verdicts = survey.see(state).verdicts
    if not verdicts:
        return None
    worst = min(verdicts, key=lambda item: item.margin)
    return Wish(code=worst.code, sign=1, states=(state,), why=f"{why}, and '{worst.code}' fails most there")


def _to_stand(survey: Survey) -> Wish | None:
    """Wish that a failure which is never seen stands where it is nearest to it."""
    states = [survey.default, *survey.states]
    for code in survey.bench.failures:
        if not any(survey.see(state).stands(code) for state in states):
            nearest = sorted(states, key=lambda one: survey.see(one).margin(code))[:STATES]
            left = survey.see(nearest[0]).margin(code)
            return Wish(code=code, sign=-1, states=tuple(nearest), why=f"'{code}' is {left:.3g} away from standing")
    return None


def _moves(survey: Survey, wish: Wish) -> str:
    """Name the constants that do what is wished, the strongest first."""
    found = slopes(survey, wish.code, wish.states)
    named = sorted(found, key=lambda name: -abs(found[name]))[:NAMED]
    if not named:
        return (
            "no assumed constant of the track moves it, so move the limit in the bench, an end of a slider or its start"
        )
    texts = []
    for name in named:
        word = "raise" if found[name] * wish.sign > 0 else "lower"
        texts.append(f"{word} {name}" + (" (yours alone to judge)" if name.startswith("targets.") else ""))
    return " or ".join(texts)


def slopes(survey: Survey, code: str, states: Sequence[State]) -> dict[str, float]:
    """Return by how much each assumed constant, a fifth larger, changes the margins of a verdict, where it does."""
    found, bench = {}, _of_any_track(survey)
    for name in survey.track.constants():
        part = name.partition(".")[0]
        if part not in PARTS or not survey.track.is_assumed(name):
            continue
        try:
            other = Survey(with_constant(survey.track, name, STEP), bench, points=1)
            change = sum(
                other.see(_same(survey, other, state)).margin(code) - survey.see(state).margin(code) for state in states
            )
        except (SpecError, Unsolved, ValueError):
            continue
        if abs(change) > LEAST and abs(change) < float("inf"):
            found[name] = change / len(states)
    return found


def _of_any_track(survey: Survey) -> Bench:
    """Return the bench as its author gave it: a registry has replaced its functions of the track by their values."""
    crisis = survey.track.crisis
    given = [*([crisis] if crisis is not None else []), *edgelab_benches()]
    same = (bench for bench in given if bench.id == survey.bench.id)
    return next((bench for bench in same if bench.on(survey.track).defaults() == survey.default), survey.given)


def with_constant(track: Track, name: str, factor: float) -> Track:
    """Return the track with one constant larger by a factor; what is no larger by it is made smaller."""
    part_name, _, field = name.partition(".")
    part = getattr(track, part_name)
    extra = field.removeprefix("extras.")
    value = track.constants()[name] * factor
    if extra != field:
        changed = replace(part, extras={**part.extras, extra: sourced(value, "assumed: tried")})
    else:
        whole = field == "devices"
        changed = replace(part, **{field: sourced(round(value) if whole else value, "assumed: tried")})
    return replace(track, **{part_name: changed})


def _same(survey: Survey, other: Survey, state: State) -> State:
    """Return a state on another track: what stood at its start stands at the start there."""
    values = {name: other.default[name] if value == survey.default[name] else value for name, value in state.items()}
    return other.bench.read(values)
