"""The numbers of a track's parts: each plain in its field, checked, and with its source beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, fields
from types import MappingProxyType
from typing import Any, Protocol

from physics.sources import Kind, Source, Sourced, source
from tracks.api.checks import check_number, frozen_mapping, refuse

_NUMBERS = ("float", "int", "float | None")  # annotations of the fields that are numbers


class Part(Protocol):
    """A part of a track: a dataclass with numbers and, by their names, the sources they came with."""

    @property
    def sourced(self) -> Mapping[str, Sourced[float]]:
        """The numbers that were given with a source, by name."""


class Sources(Mapping[str, str]):
    """Where the numbers of a track come from: the text that pages print by dotted name, and ``of`` for the whole."""

    def __init__(self, known: Mapping[str, Source] = MappingProxyType({})) -> None:
        self._known = MappingProxyType(dict(known))

    def __getitem__(self, name: str) -> str:
        return self._known[name].text

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __repr__(self) -> str:
        return f"Sources({dict(self)})"

    def of(self, name: str) -> Source:
        """Return the source of the number of that dotted name."""
        return self._known[name]


def _number_fields(part: Any) -> list[Field[Any]]:
    return [item for item in fields(part) if item.type in _NUMBERS]


def numbers_of(part: Any) -> dict[str, float]:
    """Return the numbers of a part that need a source, by name; an extra is called "extras.NAME"."""
    found = {item.name: getattr(part, item.name) for item in _number_fields(part) if item.name != "seed"}
    found.update({f"extras.{name}": value for name, value in getattr(part, "extras", {}).items()})
    return {name: value for name, value in found.items() if value is not None}


def take_numbers(owner: str, part: Part) -> None:
    """Make every field and extra of a part under construction a plain, checked number, and keep the sources given.

    ``sourced(value, ...)`` becomes the value. A number that ``dataclasses.replace`` changed without a source of its own
    is assumed, and its text names the old value.

    Raises
    ------
    SpecError
        A number that is none, or negative, or not whole where it must be.
    """
    known = dict(part.sourced)
    for item in _number_fields(part):
        _keep(part, item.name, known)
        value = getattr(part, item.name)
        check_number(owner, item.name, value, low=0, optional=str(item.type).endswith("None"))
        if item.type == "int" and value != int(value):
            raise refuse(owner, f"{item.name} must be a whole number, got {value:g}")
    if hasattr(part, "extras"):
        extras = dict(frozen_mapping(owner, "extras", part.extras))
        for name, value in extras.items():
            extras[name] = plain = value.value if isinstance(value, Sourced) else value
            check_number(owner, f"extras[{name!r}]", plain, low=0)
            _remember(f"extras.{name}", value, known)
        object.__setattr__(part, "extras", MappingProxyType(extras))
    now = numbers_of(part)
    object.__setattr__(part, "sourced", MappingProxyType({name: known[name] for name in now if name in known}))


def _keep(part: Part, name: str, known: dict[str, Sourced[float]]) -> None:
    value = getattr(part, name)
    if isinstance(value, Sourced):
        object.__setattr__(part, name, value.value)
    _remember(name, value, known)


def _remember(name: str, value: Any, known: dict[str, Sourced[float]]) -> None:
    if isinstance(value, Sourced):
        known[name] = value
    elif name in known and value is not None and known[name].value != value:
        before = known[name]
        known[name] = Sourced(value, source(f"assumed: changed from {before.value:g}, of which: {before.source.text}"))


def source_from_text(text: str) -> Source:
    """Return the source that a text alone names, as before API version 1: a report unless the text names its kind."""
    kinds: tuple[Kind, ...] = ("assumed", "derived")
    for kind in kinds:
        if text.lower().startswith(kind):
            return source(text[len(kind) :].lstrip(" :,") or "no reason given", kind=kind)
    return source(text, kind="report")


def sources_of(owner: str, parts: Mapping[str, Part]) -> Sources:
    """Return the sources of all numbers of a track's parts by dotted name ("device.memory_bytes").

    Raises
    ------
    SpecError
        A number without a source, named.
    """
    known: dict[str, Source] = {}
    missing: list[str] = []
    for title, part in parts.items():
        for name in numbers_of(part):
            if name in part.sourced:
                known[f"{title}.{name}"] = part.sourced[name].source
            else:
                missing.append(f"{title}.{name}")
    if missing:
        example = missing[0].rpartition(".")[2]
        advice = f"write {example}=sourced(value, 'assumed: why'), or name where it is from"
        raise refuse(owner, f"no source for {', '.join(missing)}; {advice}")
    return Sources(known)
