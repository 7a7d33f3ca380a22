"""What each argument of a public function may be, read from its docstring and its annotation."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import physics

PACKAGES = ("networks", "memory", "energy", "traffic", "federation", "privacy", "gossip", "serving")

# A bound is a number or the name of another argument, perhaps less 1.
BOUND = r"(?:-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?(?:\*\*\d+)?|`+\w+`+(?: - 1)?|selected)"
RANGE = re.compile(
    rf"(?P<left>[\[(])(?P<a>{BOUND}), (?P<b>{BOUND}|inf)(?P<right>[\])])"
    rf"|above (?P<c>{BOUND}), to (?P<d>{BOUND})"
    rf"|(?P<e>{BOUND}) (?:to below|up to but not including) (?P<f>{BOUND})"
    rf"|(?P<g>{BOUND}) to (?P<h>{BOUND})"
    rf"|(?P<i>{BOUND}) or more"
)
# A thing as such, not a number that may be swept.
OBJECT = re.compile(r"array(?!_like$|_like of whole numbers$)|tuple|sequence")
REFERENCE = re.compile(r"(?:As of|As in|as in|See) `([\w.]+)`")


@dataclass(frozen=True)
class Domain:
    """The legal values of one argument.

    A number has bounds, a word has ``words``; what is neither (a network, a table) is an ``object``.
    """

    low: float = -np.inf
    high: float = np.inf
    low_open: bool = False
    high_open: bool = False
    number: bool = False
    fixed: bool = False  # the range does not depend on other arguments
    whole: bool = False
    array: bool = False
    optional: bool = False
    flag: bool = False
    words: tuple[str, ...] = ()

    @property
    def interval(self) -> str:
        """The range as messages print it."""
        left = "(" if self.low_open or np.isinf(self.low) else "["
        right = ")" if self.high_open or np.isinf(self.high) else "]"
        return f"{left}{_in_words(self.low)}, {_in_words(self.high)}{right}"

    @property
    def closed(self) -> list[float]:
        """The bounds that belong to the range."""
        ends = [] if self.low_open else [self.low]
        return ends + ([] if self.high_open else [self.high])

    @property
    def outside(self) -> list[float]:
        """The numbers nearest to the range that do not belong to it."""
        below = self.low if self.low_open else np.nextafter(self.low, -np.inf)
        above = self.high if self.high_open else np.nextafter(self.high, np.inf)
        steps = [self.low - 1, self.high + 1] if self.whole else []
        beyond = [float(value) for value in (below, above, *steps) if np.isfinite(value)]
        return [value for value in beyond if not (self.low < value < self.high or value in self.closed)]


def _in_words(bound: float) -> str:
    short = f"{bound:g}"
    return short if float(short) == bound else repr(float(bound))


def public_functions() -> Mapping[str, Callable[..., Any]]:
    """Every function that a subject exports, and every class that checks what it is made of, by "subject.name"."""
    found = {}
    for package in PACKAGES:
        subject = getattr(physics, package)
        for name in subject.__all__:
            thing = getattr(subject, name)
            checked_class = inspect.isclass(thing) and "__post_init__" in vars(thing)
            if (callable(thing) and hasattr(thing, "__wrapped__")) or inspect.isfunction(thing) or checked_class:
                if thing not in found.values():
                    found[f"{package}.{name}"] = thing
    return found


FUNCTIONS = public_functions()


def described(function: Callable[..., Any]) -> dict[str, tuple[str, str]]:
    """Return the docstring's type and description of each parameter."""
    doc = inspect.getdoc(function) or ""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=\n\n\w[\w ]*\n-{3,}\n|\Z)", doc, re.S | re.M)
    parameters: dict[str, tuple[str, str]] = {}
    for entry in re.findall(r"^(\S.*)\n((?:[ ]+.*(?:\n|\Z))*)", section[1] if section else "", re.M):
        names, _, kind = entry[0].partition(" : ")
        parameters |= {name: (kind, " ".join(entry[1].split())) for name in names.split(", ")}
    return parameters


def _bound(text: str, arguments: Mapping[str, Any]) -> float:
    if text == "inf":
        return float("inf")
    name = text.strip("`").removesuffix(" - 1").rstrip("`")
    if name.isidentifier():
        return float(arguments[name]) - text.endswith(" - 1")
    base, _, power = text.replace(",", "").partition("**")
    return float(base) ** int(power or 1)


def _read_range(found: re.Match[str], arguments: Mapping[str, Any]) -> Domain:
    part = found.groupdict()
    if part["a"]:
        low, high = part["a"], part["b"]
        ends = {"low_open": part["left"] == "(", "high_open": part["right"] == ")" and high != "inf"}
    elif part["c"]:
        low, high, ends = part["c"], part["d"], {"low_open": True}
    elif part["e"]:
        low, high, ends = part["e"], part["f"], {"high_open": True}
    elif part["g"]:
        low, high, ends = part["g"], part["h"], {}
    else:
        low, high, ends = part["i"], "inf", {}
    fixed = not re.search("[`s]", low + high)
    return Domain(low=_bound(low, arguments), high=_bound(high, arguments), number=True, fixed=fixed, **ends)


def domain(name: str, argument: str, arguments: Mapping[str, Any], text: str = "") -> Domain:
    """Return the domain of one argument of the function of that name.

    ``text`` is read in place of the docstring's range where that depends on other arguments.
    """
    function = FUNCTIONS[name]
    annotation = str(inspect.signature(function).parameters[argument].annotation)
    told = described(function)
    assert argument in told, f"the docstring of {name} does not describe {argument}"
    kind, sentence = told[argument]
    sentence = re.sub(r"\[[^\],]*\]", "", sentence)  # units
    known = Domain(
        array="ArrayLike" in annotation and " of K " not in kind,
        optional="None" in annotation,
        flag=annotation == "bool",
        whole=annotation.startswith("int") or "whole" in kind or kind.startswith("int") or ", whole," in sentence,
    )
    if known.flag or OBJECT.match(kind):
        return known
    words = tuple(dict.fromkeys(re.findall(r'"(\w+)"', kind if kind.startswith("{") else sentence)))
    if words and not re.search(r"\b(?:float|int|ArrayLike)\b", annotation):
        return replace(known, words=words, whole=False)
    ranges = list(RANGE.finditer(sentence))
    elsewhere = REFERENCE.search(sentence)
    if elsewhere and not ranges:
        other = elsewhere[1].removeprefix("physics.")
        other = other if "." in other else f"{name.partition('.')[0]}.{other}"
        return domain(other, argument, arguments, text)
    if text:
        ranges = list(RANGE.finditer(text))
    if not ranges:
        return known
    shared = [other for other, its in told.items() if its == told[argument]]
    nth = shared.index(argument) if len(ranges) == len(shared) else 0
    found = _read_range(ranges[nth], arguments)
    fixed = found.fixed and not text
    return replace(found, fixed=fixed, whole=known.whole, array=known.array, optional=known.optional)
