"""A part of a bench that is given as a value or as a function of the track, and read as the value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from tracks.api.track import Track

Part = TypeVar("Part")


class OfTrack(Generic[Part]):
    """Says to type checkers and editors what a field takes and what it is read as; no instance of it is ever made.

    A dataclass takes the type of such a field's argument from ``__set__``, and what reading it gives from ``__get__``:
    a bench is read after ``on(track)``, which has replaced the functions by their values. mypy looks for both only
    where the class gives the field something, which is what ``required`` and ``unless`` are for.
    """

    if TYPE_CHECKING:

        @overload
        def __get__(self, bench: None, owner: type) -> OfTrack[Part]: ...
        @overload
        def __get__(self, bench: object, owner: type) -> Part: ...
        def __get__(self, bench: object, owner: type) -> object: ...
        def __set__(self, bench: object, value: Part | Callable[[Track], Part]) -> None: ...


def required() -> Any:
    """Return a field that has to be given."""
    return field()


def unless(value: object) -> Any:
    """Return a field that is a value unless another is given."""
    return field(default=value)
