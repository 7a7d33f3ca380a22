"""The states of a bench that a certificate looks at, each solved once, and what is stored of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from tracks.api.bench import Bench
from tracks.api.controls import Choice, Control, Slider, Value
from tracks.api.fixes import best_step
from tracks.api.outcome import Fix, Level, Outcome
from tracks.api.quantities import in_words
from tracks.api.track import Track
from tracks.certify.sobol import even_points
from tracks.loading.carried import Offer, offers, sources

State = dict[str, Value]
SCANNED, MOVES, STEPS = 41, 20, 10  # positions of a scan, positions of a move, moves of a path
WORLDS = 8  # one point in so many has another environment
NEAR = 0.1  # of a verdict's scale: a preview that misses a limit by no more may win when solved in full
COMPARED = 4  # sampled states beside the default whose preview is held against the full answer
APART = 0.3  # of a scale: from here on two positions are two designs
ARRIVING = 8  # wins of an earlier bench whose decisions are taken over
MOST_POINTS = 4096  # of an earlier bench's decision space, looked at until so many are found


class Unsolved(Exception):
    """A state that the bench did not answer as it declares; its text names the state and the fault."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What is stored of a verdict."""

    code: str
    level: Level
    margin: float
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What is stored of an outcome: its verdicts, and two hashes that show whether two outcomes differ.

    ``numbers`` is made of readings, margins and the drawings' messages; ``words`` of all other texts as well.
    What later benches carry is in neither, because it may repeat the controls.
    """

    verdicts: tuple[Judged, ...]
    numbers: int
    words: int

    @property
    def wins(self) -> bool:
        """Whether nothing fails."""
        return all(item.level != "fail" for item in self.verdicts)

    @property
    def smallest(self) -> float:
        """The smallest margin of all verdicts; infinite where there are none."""
        return min((item.margin for item in self.verdicts), default=math.inf)

    def margin(self, code: str) -> float:
        """Return the margin of one verdict; infinite where it is not given."""
        return min((item.margin for item in self.verdicts if item.code == code), default=math.inf)

    def stands(self, code: str) -> bool:
        """Whether a failure is active, at level "fail" or "warn"."""
        return any(item.code == code and item.level != "ok" for item in self.verdicts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A win of an earlier bench as it arrives: what is offered of it, and the start once that is taken over."""

    offer: Offer
    state: State


def seen(outcome: Outcome) -> Seen:
    """Return what is stored of an outcome."""
    numbers = (
        tuple((item.id, item.value, item.limit) for item in outcome.readings),
        tuple((item.code, item.level, item.margin) for item in outcome.verdicts),
        tuple((name, item.summary, item.point and item.point[1]) for name, item in sorted(outcome.panels.items())),
    )
    words = (numbers, outcome.readings, outcome.verdicts, tuple(item.point for item in outcome.panels.values()))
    judged = (Judged(code=v.code, level=v.level, margin=v.margin, fixes=v.fixes) for v in outcome.verdicts)
    return Seen(verdicts=tuple(judged), numbers=hash(numbers), words=hash(words))


def value_at(control: Control, place: float) -> Value:
    """Return the value at a position 0..1 of the control's own scale; options and switches divide it evenly."""
    if not isinstance(control, Slider):
        options = control.positions(2)
        return options[min(int(place * len(options)), len(options) - 1)]
    low, high = scale_ends(control)
    return control.value_at(low + (high - low) * place)


def scale_ends(slider: Slider) -> tuple[float, float]:
    """Return both ends of the slider's own scale: in its unit, or log10 of it."""
    if slider.scale == "log":
        return math.log10(slider.minimum), math.log10(slider.maximum)
    return slider.minimum, slider.maximum


def place_of(slider: Slider, value: Value) -> float:
    """Return the position of a value on the slider's own scale, 0..1."""
    low, high = scale_ends(slider)
    return ((math.log10(float(value)) if slider.scale == "log" else float(value)) - low) / (high - low)


class Survey:
    """One bench for one track, with every state solved so far.

    Where the bench has a preview, states are looked at by it, and what is claimed of one is confirmed by ``solve``.

    Args:
        points: how many Sobol points of the decision space are looked at.
        seed: of the points; the bench itself is solved with seed 0.
        benches: all of the track, for what is carried here; without them nothing is.
        carried: how many wins of each earlier bench are taken over.
    """

    def __init__(
        self,
        track: Track,
        bench: Bench,
        *,
        points: int = 512,
        seed: int = 0,
        benches: Sequence[Bench] = (),
        carried: int = ARRIVING,
    ) -> None:
        if points < 1:
            raise ValueError(f"points must be 1 or more, got {points}")
        self.track, self.bench, self.points, self.seed = track, bench.on(track), points, seed
        self.given = bench  # for other tracks, if it has parts that are functions of the track
        self.benches, self._carried = tuple(benches), carried
        self.default: State = self.bench.defaults()
        self.by_role: dict[str, tuple[Control, ...]] = {
            role: tuple(control for control in self.bench.controls if control.role == role)
            for role in ("decision", "environment", "view")
        }
        self._looked_at: dict[tuple[Value, ...], Seen] = {}
        self._with_fixes: dict[tuple[Value, ...], Seen] = {}
        # Without a preview the first look is the full answer already.
        self._confirmed = {} if self.bench.preview is not None else self._looked_at

    @property
    def solved(self) -> int:
        """How many states have been looked at."""
        return len(self._looked_at)

    def run(self, state: State, *, preview: bool = False, fixes: bool = True) -> Outcome:
        """Solve a state anew, or compute its preview.

        Raises:
            Unsolved: it raised, or its answer is not what the bench declares.
        """
        try:
            outcome = self.bench.run(self.track, state, preview=preview, fixes=fixes)
            tuple(verdict.fixes for verdict in outcome.verdicts)  # found here, where it is known in which state
        except Exception as problem:  # whatever a plugin's code raises belongs in the certificate
            raise Unsolved(f"{type(problem).__name__} at {self.named(state)}: {problem}") from problem
        return outcome

    def see(self, state: State) -> Seen:
        """Return what is stored of a state, looking at it if it is new: by its preview where the bench has one."""
        key = tuple(state[name] for name in self.default)
        if key not in self._looked_at:
            self._looked_at[key] = seen(self.run(state, preview=True, fixes=self.bench.preview is None))
        return self._looked_at[key]

    def see_fixes(self, state: State) -> Seen:
        """Return the same with the fixes of its verdicts, which a preview finds on request alone: each is a trial."""
        if self.bench.preview is None:
            return self.see(state)
        key = tuple(state[name] for name in self.default)
        if key not in self._with_fixes:
            self._with_fixes[key] = seen(self.run(state, preview=True))
        return self._with_fixes[key]

    def confirm(self, state: State) -> Seen:
        """Return what is stored of the full answer to a state, solving it if it is new."""
        key = tuple(state[name] for name in self.default)
        if key not in self._confirmed:
            self._confirmed[key] = seen(self.run(state))
        return self._confirmed[key]

    def answers(self, state: State) -> tuple[Seen, ...]:
        """Return what is stored of every answer to a state: its preview, where the bench has one, and the full one."""
        return (self.see(state),) if self.bench.preview is None else (self.see_fixes(state), self.confirm(state))

    def is_win(self, state: State) -> bool:
        """Whether a state wins when solved in full; what the first look leaves no hope for is not solved."""
        return self._may_win(state) and self.confirm(state).wins

    def _may_win(self, state: State) -> bool:
        """Whether nothing fails at the first look, but for verdicts that depend on the draws and fail by little."""
        failing = (item for item in self.see(state).verdicts if item.level == "fail")
        return all(item.code in self._drawn and item.margin >= -NEAR for item in failing)

    @cached_property
    def _drawn(self) -> frozenset[str]:
        """The codes of the verdicts whose margins a preview and the full answer have different: by their draws."""
        if self.bench.preview is None:
            return frozenset()
        pairs = ((self.see(state), self.confirm(state)) for state in (self.default, *self.states[:COMPARED]))
        return frozenset(
            item.code for looked, solved in pairs for item in solved.verdicts if item.margin != looked.margin(item.code)
        )

    def has_left(self, state: State, code: str) -> bool:
        """Whether a failure is gone, when looked at and when solved in full."""
        return not self.see(state).stands(code) and not self.confirm(state).stands(code)

    def named(self, state: State) -> str:
        """Write a state as what differs from the default."""
        changed = ", ".join(f"{name}={value!r}" for name, value in state.items() if value != self.default[name])
        return changed or "the default"

    def after(self, state: State, fix: Fix) -> State:
        """Return the state after a fix."""
        return state | {fix.control: self.bench.control_map()[fix.control].read(fix.value)}

    def scan(self, control: Control, state: State, count: int) -> Iterator[State]:
        """Yield ``state`` with one control at each of its positions, without the one it has."""
        for value in dict.fromkeys(control.positions(count)):
            if value != state[control.id]:
                yield state | {control.id: value}

    def failing(self, state: State) -> tuple[str, ...]:
        """Return the codes of what fails in a state when it is solved in full."""
        return tuple(item.code for item in self.confirm(state).verdicts if item.level == "fail")

    def lone_wins(self, state: State) -> dict[str, State]:
        """Return, by decision, the first of its positions at which it alone makes a state win."""
        found: dict[str, State] = {}
        for control in self.by_role["decision"]:
            won = next((one for one in self.scan(control, state, SCANNED) if self.is_win(one)), None)
            if won is not None:
                found[control.id] = won
        return found

    def moves(self, state: State) -> Iterator[State]:
        """Yield every state that one move of one decision leads to."""
        for control in self.by_role["decision"]:
            yield from self.scan(control, state, MOVES)

    def _spread(self, count: int, controls: tuple[Control, ...], seed: int) -> tuple[State, ...]:
        if not controls:
            return ()
        return tuple(
            self.default | {c.id: value_at(c, float(place)) for c, place in zip(controls, at, strict=True)}
            for at in even_points(count, len(controls), seed=seed)
        )

    @cached_property
    def states(self) -> tuple[State, ...]:
        """Sobol points of the decision space, in the track's own environment."""
        return self._spread(self.points, self.by_role["decision"], self.seed)

    @cached_property
    def worlds(self) -> tuple[State, ...]:
        """Sobol points over decisions and environment, fewer."""
        controls = self.by_role["decision"] + self.by_role["environment"]
        return self._spread(max(16, self.points // WORLDS), controls, self.seed + 1)

    @cached_property
    def wins(self) -> tuple[State, ...]:
        """The states of the decision space that win."""
        return tuple(state for state in self.states if self.is_win(state))

    def first_wins(self, count: int) -> tuple[State, ...]:
        """Return the first Sobol points that win, so many or all there are."""
        return tuple(islice(filter(self.is_win, self.states), count))

    @property
    def is_carried_to(self) -> bool:
        """Whether an earlier bench's decision can be taken over here."""
        known = {bench.id for bench in self.benches}
        return any(source in known for source in sources(self.bench))

    @cached_property
    def arrivals(self) -> tuple[Arrival, ...]:
        """What the first wins of each earlier bench lead to here, by the rule that a student's page goes by."""
        found, by_id = [], {bench.id: bench for bench in self.benches}
        for source in sources(self.bench):
            if source in by_id:
                earlier = Survey(self.track, by_id[source], points=MOST_POINTS, seed=self.seed)
                for state in earlier.first_wins(self._carried):
                    decided = {source: earlier.run(state).decision}
                    for offer in offers(self.benches, self.bench, decided):
                        found.append(Arrival(offer=offer, state=self.default | dict(offer.values)))
        return tuple(found)

    @cached_property
    def path(self) -> tuple[State, ...]:
        """The greedy path from the default: each time the move that most raises the smallest margin, to a win."""
        return self.climb(self.default, "")

    def climb(self, state: State, code: str) -> tuple[State, ...]:
        """Return the path of best single moves from a state, until it wins or, with a code, until that failure is gone.

        It ends after ten moves, or where no move raises the margin: the smallest of all, or that of the code. Margins
        are those of the first look; where it is there already and the full answer is not, those of the full answers.
        """

        def there(one: State) -> bool:
            return self.has_left(one, code) if code else self.is_win(one)

        def promises(one: State) -> bool:
            return not self.see(one).stands(code) if code else self._may_win(one)

        def height(found: Seen) -> float:
            return found.margin(code) if code else found.smallest

        def step(states: Iterable[State], look: Callable[[State], Seen], now: State) -> State | None:
            best = best_step(states, lambda one: height(look(one)), now=height(look(now)))
            return best and best[0]

        path = [state]
        while not there(path[-1]) and len(path) <= STEPS:
            here = path[-1]
            after = step(self.moves(here), self.see, here)
            if after is None and promises(here):
                after = step(filter(promises, self.moves(here)), self.confirm, here)
            if after is None:
                break
            path.append(after)
        return tuple(path)

    @cached_property
    def designs(self) -> tuple[State, State] | None:
        """Two wins that are two designs, or None: the win with the largest margins, and the least like it."""
        found = list(self.wins)
        if self.is_win(self.path[-1]):
            found.append(self.path[-1])
        found.sort(key=lambda state: -self.confirm(state).smallest)
        for one in found:
            others = [state for state in found if self.are_two_designs(one, state)]
            if others:
                unlike = [self._unlike(one, state) for state in others]
                return one, others[unlike.index(max(unlike))]
        return None

    def differences(self, one: Mapping[str, Value], other: Mapping[str, Value]) -> tuple[int, tuple[float, ...]]:
        """Return how many choices and switches disagree, and by how much each slider differs, largest first."""
        named, gaps = 0, []
        for control in self.by_role["decision"]:
            if isinstance(control, Slider):
                gaps.append(abs(place_of(control, one[control.id]) - place_of(control, other[control.id])))
            else:
                named += one[control.id] != other[control.id]
        return named, tuple(sorted(gaps, reverse=True))

    def are_two_designs(self, one: State, other: State) -> bool:
        """Whether two states disagree in a choice or a switch, or in two sliders by more than 0.3 of a scale."""
        named, gaps = self.differences(one, other)
        return named > 0 or sum(gap > APART for gap in gaps) >= 2

    def _unlike(self, one: State, other: State) -> float:
        named, gaps = self.differences(one, other)
        return named + sum(gaps)

    def text_of(self, control: Control, value: Value) -> str:
        """Write a control and its value as the page does."""
        if isinstance(control, Slider):
            return f"{control.label} {plain_quantity(float(value), control.unit)}"
        if isinstance(control, Choice):
            return f"{control.label} {next(option.text for option in control.options if option.id == value)}"
        return f"{control.label} {'on' if value else 'off'}"


def plain_quantity(value: float, unit: str) -> str:
    """Write a number with its unit, with spaces that a terminal shows."""
    return in_words(value, unit).replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ")
