"""Requests that no page sends: valid ones that were tampered with, and what is no request of the lab at all."""

import copy
import json
import random
import string
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from tests.dashboard.web.hostile.visit import BENCH

NUMBERS = [0, -1, 1, 0.5, 2**53, -(2**63), 10**25, 10**309, 5e-324, 1e308, float("nan"), float("inf"), True, None]
TEXTS = ["", " ", "1e400", "NaN", "10^-5", "10^9999", "9" * 500, "1,5 GB", "٣", "𝟙", "\0", "\ud800", "<b>", "__class__"]
WORDS = [
    "ALL",
    "review",
    "lock",
    "mark",
    "table_traffic",
    "draft",
    BENCH,
    "tiny_pioneer/paradox",
    "no/such",
    "/",
    "{}.x",
]
NAMES = ["id", "property", "value", "mechanism", "prediction"]
ATOMS = [*NUMBERS, *TEXTS, *WORDS]

FORGED = [
    None,
    "",
    "x",
    "\x00\xff",
    "0" * 5_000,
    "'; DROP TABLE events; --",
    "../../secret_key",
    "0" * 32,
    f"{'0' * 32}.awL3AA.{'A' * 64}",  # the right shape, signed by nobody
]


class Choices(Protocol):
    """Who decides what is tampered with: Hypothesis, or a seed."""

    def pick(self, among: Sequence[Any]) -> Any:
        """Return one of several."""

    def number(self, low: int, high: int) -> int:
        """Return a whole number, both ends included."""

    def junk(self) -> Any:
        """Return anything that JSON, or nearly JSON, can hold."""


class Seeded:
    """The same choices for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, among: Sequence[Any]) -> Any:
        return self.random.choice(among)

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def junk(self, depth: int = 2) -> Any:
        kind = self.random.random()
        if depth and kind < 0.15:
            return [self.junk(depth - 1) for _ in range(self.number(0, 3))]
        if depth and kind < 0.3:
            return {self.pick(NAMES): self.junk(depth - 1) for _ in range(self.number(0, 3))}
        if kind < 0.4:
            return "".join(self.random.choices(string.printable + "äß€😀\u202e", k=self.number(0, 6)))
        return self.pick(ATOMS)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything within a value."""
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value) if type(value) is list else ():
        yield (*path, step)
        yield from places(inner, (*path, step))


def tampered(bodies: list[dict[str, Any]], choices: Choices) -> bytes:
    """Return a valid request with one to three of its parts replaced, left out, doubled or swapped with others.

    Half of them only in their values, which is what the door lets through to the callbacks.
    """
    output = choices.pick(sorted({body["output"] for body in bodies}))  # each callback as often as another
    body = copy.deepcopy(choices.pick([body for body in bodies if body["output"] == output]))
    only_values = choices.pick([False, True])
    for _ in range(choices.number(1, 3)):
        everywhere = [path for path in places(body) if not only_values or "value" in path]
        if not everywhere:
            break
        path = choices.pick(everywhere)
        at: Any = body
        for step in path[:-1]:
            at = at[step]
        action = "replace" if only_values else choices.pick(["replace", "leave out", "double", "swap"])
        if action == "replace":
            at[path[-1]] = choices.junk()
        elif action == "leave out":
            del at[path[-1]]
        elif action == "double" and isinstance(at, list):
            at.insert(path[-1], copy.deepcopy(at[path[-1]]))
        else:
            there: Any = body
            for step in choices.pick(everywhere):
                there = there[step]
            at[path[-1]] = copy.deepcopy(there)
    return json.dumps(body).encode()
