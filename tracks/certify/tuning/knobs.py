"""The free constants of a plugin's file: numbers that are assumed, the seed, and where sliders start.

They are found in the text of the file, so that a change of one is a change of that text and nothing else. A number with
any other source than "assumed: ..." is not free.
"""

from __future__ import annotations

import ast
import difflib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import product

from tracks.api.track import Device, Fleet, Model, Targets
from tracks.missions.memory.accuracy_gain import USUAL_TARGET

PARTS = {"model": Model, "device": Device, "fleet": Fleet, "targets": Targets}
PART_OF = {item.name: part for part, kind in PARTS.items() for item in fields(kind)}
# What a file may say and need not: (part, name) with the value that it has where it is not said.
UNSAID = {("targets", "gain_kept_share"): USUAL_TARGET.value}
WHOLE = ("fleet.devices", "fleet.seed")
# Which way an author alone may move a target: it would ask less of the student, or promise less to who is protected.
LOOSER = {
    "mean_accuracy": -1,
    "worst_city_accuracy": -1,
    "safety_accuracy": -1,
    "epsilon": 1,
    "extras.gain_kept_share": -1,
}
REACH = 64.0  # a constant of the track is moved by this factor at most
REACH_OF_OWN = 4.0  # one of the module, whose meaning is not known here
BOUNDS = {
    "fleet.seed": (0, 999),
    "fleet.skew_alpha": (0.03, 10),
    "fleet.reliability": (0.3, 1),
    "fleet.devices": (50, 1e9),
    "device.utilisation": (0.01, 1),
    "targets.mean_accuracy": (0.5, 0.96),
    "targets.worst_city_accuracy": (0.4, 0.96),
    "targets.safety_accuracy": (0.5, 0.96),
    "targets.epsilon": (0.2, 10),
    "targets.extras.gain_kept_share": (0.3, 0.98),
}
_ARITHMETIC = (ast.BinOp, ast.UnaryOp, ast.Constant, ast.operator, ast.unaryop)
_POWER_OF_TWO = re.compile(r"\* 2\s?\*\*\s?(\d+)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Knob:
    """One free constant of a file.

    Attributes:
        name: "fleet.cap_bytes", "start.rounds" or the name of a constant of the module.
        line: in the file. place: of the number in the text, (start, end). text: the number as written.
        value: the number. whole: whether only whole numbers make sense. low, high: how far it may be moved.
        loosens: -1 or 1, the direction that only the author may take; 0 where none is; 2: either.
        reason: place of the citation "assumed: ...", or None.
        unsaid: of a constant that the file does not say, what is written at its place, with {} for the number; or "".
    """

    name: str
    line: int
    place: tuple[int, int]
    text: str
    value: float
    whole: bool
    low: float
    high: float
    loosens: int = 0
    reason: tuple[int, int] | None = None
    unsaid: str = ""

    @property
    def even(self) -> bool:
        """Whether it is moved in steps of its own size: a seed, a share; any other by factors."""
        return self.name == "fleet.seed" or (self.low > 0 and self.high / self.low < 4)

    def is_loosened_by(self, value: float) -> bool:
        """Whether the author alone may choose that value."""
        return value != self.value and (self.loosens == 2 or (value - self.value) * self.loosens > 0)

    def rounded(self, value: float) -> float:
        """Return a value that is written in two digits, within the bounds."""
        value = min(max(value, self.low), self.high)
        if self.whole:
            return float(round(value)) if self.name == "fleet.seed" or value < 100 else float(f"{value:.2g}")
        unit = self._unit
        return round(value / unit) * unit if unit > 1 and value >= unit else float(f"{value:.2g}")

    @property
    def _unit(self) -> float:
        found = _POWER_OF_TWO.search(self.text)
        return 2.0 ** int(found.group(1)) if found else 1.0

    def written(self, value: float) -> str:
        """Return a value in the manner of the file: 128 * 2**20, 1.2e8, 0.05."""
        if value == self.value:
            return self.text
        unit = self._unit
        if unit > 1 and value >= unit:
            return f"{value / unit:g} * 2**{int(math.log2(unit))}"
        if self.whole or (value == int(value) and abs(value) < 1e5):
            return f"{int(value)}"
        return f"{value:g}" if 1e-3 <= abs(value) < 1e5 else _exponent(value)

    def distance(self, value: float) -> float:
        """Return how large a change is: in factors of two, or in tenths of the range of a seed or a share."""
        if value == self.value:
            return 0.0
        if self.name == "fleet.seed":
            return 0.5
        if self.even or value <= 0 or self.value <= 0:
            return 10 * abs(value - self.value) / (self.high - self.low)
        return abs(math.log2(value / self.value))


def _exponent(value: float) -> str:
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"


def knobs(text: str) -> tuple[Knob, ...]:
    """Return the free constants of a file, in the order of the text; a model's numbers are not free.

    Raises:
        SyntaxError: it is no Python.
    """
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def place(node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        first, last = lines[node.lineno - 1], lines[node.end_lineno - 1]
        begin = len(first.encode()[: node.col_offset].decode())
        end = len(last.encode()[: node.end_col_offset].decode())
        return starts[node.lineno - 1] + begin, starts[node.end_lineno - 1] + end

    tree = ast.parse(text)
    found = [*_of_module(tree, lines, place), *_of_calls(tree, place)]
    taken: set[str] = set()
    kept = []
    for name, node, reason, bounds in sorted(found, key=lambda one: (one[1].lineno, one[1].col_offset)):
        value = _number(node)
        if value is None or name in taken:  # a name that stands twice is that of another track
            continue
        taken.add(name)
        at = place(node)
        whole = name in WHOLE or (isinstance(node, ast.Constant) and isinstance(node.value, int) and bounds is not None)
        low, high = bounds or BOUNDS.get(name) or _reach(name, value)
        loosens = LOOSER.get(name.removeprefix("targets."), 2) if name.startswith("targets.") else 0
        if "target" in name.lower() and not loosens:
            loosens = 2
        kept.append(
            Knob(
                name=name, line=node.lineno, place=at, text=text[slice(*at)], value=value, whole=whole,
                low=min(low, value), high=max(high, value), loosens=loosens, reason=place(reason) if reason else None,
            )
        )  # fmt: skip
    kept += [knob for knob in _unsaid(tree, lines, starts) if knob.name not in taken]
    return tuple(sorted(kept, key=lambda knob: knob.place))


def _unsaid(tree: ast.Module, lines: list[str], starts: list[int]) -> Iterator[Knob]:
    """Yield what the one call of a part leaves unsaid, with the place where it would be said."""
    for (part, name), value in UNSAID.items():
        calls = [
            node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) == PARTS[part].__name__
        ]
        if len(calls) != 1 or not calls[0].keywords:
            continue
        (call,) = calls
        sources = [node.func for node in ast.walk(call) if isinstance(node, ast.Call) and _called(node) == "sourced"]
        extras = next((word.value for word in call.keywords if word.arg == "extras"), None)
        said = extras.keys if isinstance(extras, ast.Dict) else []
        if not sources or any(isinstance(key, ast.Constant) and key.value == name for key in said):
            continue
        first: ast.expr | ast.keyword | None = call.keywords[0] if extras is None else next(iter(said), None)
        if first is None:  # extras that are no dictionary as it stands, or an empty one
            continue
        line = lines[first.lineno - 1]
        begin = len(line.encode()[: first.col_offset].decode())
        then = "\n" + " " * begin if not line[:begin].strip() else " "
        entry = f'"{name}": {ast.unparse(sources[0])}({{}}, "assumed: tuned, {value:g} where it is not said")'
        written = f"extras={{{{{entry}}}}}" if extras is None else entry
        low, high = BOUNDS[f"{part}.extras.{name}"]
        at = starts[first.lineno - 1] + begin
        yield Knob(
            name=f"{part}.extras.{name}", line=first.lineno, place=(at, at), text=f"{value:g}", value=value,
            whole=False, low=low, high=high, loosens=LOOSER[f"extras.{name}"], unsaid=f"{written},{then}",
        )  # fmt: skip


def _reach(name: str, value: float) -> tuple[float, float]:
    """Return how far a constant may be moved: by a factor; one that may be a share not beyond 1."""
    if "." not in name and 0.5 <= value <= 1:
        return value / 2, 1.0
    factor = REACH if "." in name else REACH_OF_OWN
    low, high = sorted((value / factor, value * factor))
    return low, high


_Found = tuple[str, ast.expr, "ast.expr | None", "tuple[float, float] | None"]


def _of_module(tree: ast.Module, lines: list[str], _place: object) -> Iterator[_Found]:
    """Yield the constants of the module that a comment on their line calls assumed."""
    for node in tree.body:
        if not isinstance(node, ast.Assign) or node.end_lineno is None or len(node.targets) != 1:
            continue
        if not re.search(r"#\s*assumed\b", lines[node.end_lineno - 1]):
            continue
        names, values = [node.targets[0]], [node.value]
        if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
            names, values = node.targets[0].elts, node.value.elts
        for name, value in zip(names, values, strict=False):
            if isinstance(name, ast.Name):
                yield name.id, value, None, None


def _of_calls(tree: ast.Module, _place: object) -> Iterator[_Found]:
    """Yield the numbers that are given as ``sourced(number, "assumed: ...")``, the seed, and the starts of sliders."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = {word.arg: word.value for word in node.keywords if word.arg}
        if _called(node) == "Slider":
            yield from _of_slider(given)
        for name, value in given.items():
            if PART_OF.get(name, "model") != "model" and name != "extras":  # much is derived from a model's numbers
                path = f"{PART_OF[name]}.{name}"
                if name == "seed" and _called(node) in ("Fleet", "replace"):
                    yield path, value, None, None
                elif (assumed := _assumed(value)) is not None:
                    yield path, *assumed, None
            if name == "extras" and isinstance(value, ast.Dict):
                part = next((part for part, kind in PARTS.items() if kind.__name__ == _called(node)), "")
                for key, item in zip(value.keys, value.values, strict=True):
                    if (
                        part
                        and isinstance(key, ast.Constant)
                        and isinstance(key.value, str)
                        and (assumed := _assumed(item)) is not None
                    ):
                        yield f"{part}.extras.{key.value}", *assumed, None


def _of_slider(given: Mapping[str, ast.expr]) -> Iterator[_Found]:
    source, name = given.get("source"), given.get("id")
    if isinstance(source, ast.Constant) and not str(source.value).startswith("assumed"):
        return
    ends = [_number(given[end]) if end in given else None for end in ("minimum", "maximum")]
    if (
        isinstance(name, ast.Constant)
        and isinstance(name.value, str)
        and "default" in given
        and ends[0] is not None
        and ends[1] is not None
    ):
        yield f"start.{name.value}", given["default"], None, (ends[0], ends[1])


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _assumed(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Return the number and the citation of ``sourced(number, "assumed: ...")``; None of anything else."""
    if not isinstance(node, ast.Call) or _called(node) != "sourced" or len(node.args) != 2:
        return None
    number, reason = node.args
    said = isinstance(reason, ast.Constant) and str(reason.value).startswith("assumed")
    return (number, reason) if said else None


def _number(node: ast.expr) -> float | None:
    """Return the value of a number or of arithmetic on numbers; None of anything else."""
    if not all(isinstance(part, _ARITHMETIC) for part in ast.walk(node)):
        return None
    try:
        value = eval(compile(ast.Expression(node), "number", "eval"), {"__builtins__": {}})
    except (ArithmeticError, TypeError, ValueError):
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if math.isfinite(value) else None


def edited(text: str, free: tuple[Knob, ...], values: Mapping[str, float], *, say: bool = True) -> str:
    """Return the text with some constants at other values; with ``say`` their citations tell what they were."""
    edits: list[tuple[tuple[int, int], str]] = []
    for knob in free:
        value = values.get(knob.name, knob.value)
        if value == knob.value:
            continue
        written = knob.written(value)
        edits.append((knob.place, knob.unsaid.format(written) if knob.unsaid else written))
        if say and knob.reason:
            was = text[slice(*knob.reason)]
            reason = re.sub(r"assumed:\s*", f"assumed: tuned, {knob.text} was: ", was, count=1)
            edits.append((knob.reason, reason))
    for (start, end), new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def diff(name: str, before: str, after: str) -> str:
    """Return the change of a file as a unified diff that ``patch`` takes."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}", n=1
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def nudged(knob: Knob, now: float | None = None) -> float:
    """Return a value near a constant's own, or near the one it has now, for what depends on it."""
    now = knob.value if now is None else now
    if knob.name == "fleet.seed":
        return now + 1
    for factor, step in product((1.25, 0.8, 2.0, 0.5), (0, 1)):
        value = knob.rounded(now * factor + step * (knob.high - knob.low) * 0.1 * knob.even)
        if value != now:
            return value
    return knob.high
