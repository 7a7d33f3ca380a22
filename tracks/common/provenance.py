"""Where the inputs of a reading come from, in the form that every bench of the course uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from tracks.api.controls import Value
from tracks.api.quantities import in_words

YOUR_SETTING = "your setting"

quantity_text = lru_cache(maxsize=8192)(in_words)  # most numbers of a state do not change while one control is dragged

Input = tuple[str, str, Value, Value, str]  # its name, how the page calls it, its value, its default, their source


def origins(fixed: Mapping[str, str], inputs: Iterable[Input]) -> dict[str, str]:
    """Return the origin of each input: the track's source, an assumption, or a control that the student moved."""
    found = dict(fixed)
    for name, label, now, usual, source in inputs:
        found[name] = f"{label}: {source if now == usual else YOUR_SETTING}"
    return found


def join_sources(known: Mapping[str, str], *names: str) -> str:
    """Return the origins of the named inputs as sentences."""
    return ". ".join([known[name] for name in names]) + "."


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Provenance:
    """A state with the origin of each input in ``origins``; benches add what their readings are made from."""

    origins: Mapping[str, str]

    def source(self, *names: str) -> str:
        """Return the origins of the named inputs."""
        return join_sources(self.origins, *names)
