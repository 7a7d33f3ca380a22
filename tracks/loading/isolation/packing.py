"""Values on their way to a plugin's process and back: plain data as bytes, functions as numbers that can be called."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from tracks.api.track import Track

# What may come back besides the dataclasses of the plugin API.
_PLAIN = {
    *(("builtins", name) for name in ("bytearray", "complex", "dict", "frozenset", "list", "set", "tuple")),
    ("copyreg", "__newobj__"),
    ("numpy", "dtype"),
    ("numpy._core.numeric", "_frombuffer"),
}
_RIGHT = "return numbers, texts, lists and the classes of tracks alone"
_OURS = ("tracks.api.", "physics.sources")


class NotPlain(TypeError):
    """Something that is neither plain data nor of the plugin API."""


class Remote:
    """A function that is called elsewhere; ``target`` names it there."""

    __slots__ = ("target",)

    def __init__(self, target: Any) -> None:
        self.target = target


class Answered:
    """An answer that the other side may have kept, by the request it answered."""

    __slots__ = ("request",)

    def __init__(self, request: bytes) -> None:
        self.request = request


def frozen(items: dict[str, Any]) -> MappingProxyType[str, Any]:
    """Return a read-only mapping."""
    return MappingProxyType(items)


def same(value: Any) -> Any:
    """Return the value."""
    return value


def known_track(_track_id: str) -> Any:
    """Stand in the bytes for a track that the other side knows."""
    raise NotPlain


def numbered(_number: int) -> Any:
    """Stand in the bytes for a function that stays where it is."""
    raise NotPlain


def answered(_request: bytes) -> Any:
    """Stand in the bytes for an answer that the other side has kept."""
    raise NotPlain


def reached(_target: Any) -> Any:
    """Stand in the bytes for a function that the other side gave."""
    raise NotPlain


_MARKS = (frozen, same, known_track, numbered, reached, answered)
_PICKLES = ("copyreg", "numpy._core.numeric")  # whose functions pickle itself writes


class _Packer(pickle.Pickler):
    def __init__(self, buffer: io.BytesIO, *, whole: bool) -> None:
        super().__init__(buffer, protocol=5)
        self.functions: list[Callable[..., Any]] = []
        self._whole = whole

    def reducer_override(self, value: Any) -> Any:
        """Reduce what pickle cannot, or what should arrive as something plainer."""
        if isinstance(value, np.ndarray):
            return (same, (value.tolist(),)) if value.dtype.hasobject else NotImplemented
        if isinstance(value, np.generic):
            return same, (value.item(),)
        if (
            isinstance(value, type)
            or any(value is mark for mark in _MARKS)
            or getattr(value, "__module__", "") in _PICKLES
        ):
            return NotImplemented
        if isinstance(value, MappingProxyType):
            return frozen, (dict(value),)
        if isinstance(value, Track) and not self._whole:
            return known_track, (value.id,)
        if isinstance(value, Remote):
            return reached, (value.target,)
        if isinstance(value, Answered):
            return answered, (value.request,)
        if callable(value):
            self.functions.append(value)
            return numbered, (len(self.functions) - 1,)
        return NotImplemented


class _Unpacker(pickle.Unpickler):
    def __init__(self, data: bytes, names: dict[str, Callable[..., Any]], *, is_trusted: bool) -> None:
        super().__init__(io.BytesIO(data))
        self._names = names
        self._is_trusted = is_trusted

    def find_class(self, module: str, name: str) -> Any:
        """Return what a name in the bytes means here."""
        if module == __name__:
            return {"frozen": frozen, "same": same, **self._names}[name]
        if self._is_trusted or module.startswith(_OURS) or (module, name) in _PLAIN:
            return super().find_class(module, name)
        raise NotPlain(
            f"it returned a {name} of {module}; return numbers, texts, lists and the classes of tracks alone"
        )


def pack(value: Any, *, whole: bool = False) -> tuple[bytes, list[Callable[..., Any]]]:
    """Return a value as bytes, and the functions in it, which stay here and are named by their number.

    A track is named by its id; ``whole`` writes it out, for who does not know it.

    Raises:
        NotPlain: it holds what cannot be written, such as a generator or an open file.
    """
    buffer = io.BytesIO()
    packer = _Packer(buffer, whole=whole)
    try:
        packer.dump(value)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as problem:
        raise NotPlain(f"{problem}; {_RIGHT}") from problem
    return buffer.getvalue(), packer.functions


def unpack(
    data: bytes,
    *,
    function: Callable[[int], Any],
    track: Callable[[str], Any] = known_track,
    reach: Callable[[Any], Any] = reached,
    answered: Callable[[bytes], Any] = answered,
    is_trusted: bool = False,
) -> Any:
    """Return the value of bytes that ``pack`` wrote.

    Args:
        function: gives what stands for the other side's function of that number. track: gives a track by its id.
        reach: gives the function that a ``Remote`` of the other side names here.
        answered: gives an answer that was kept. is_trusted: whether classes beyond those of the plugin API may be made.

    Raises:
        NotPlain: it holds an object of another class.
    """
    names: dict[str, Callable[..., Any]] = {
        "numbered": function,
        "known_track": track,
        "reached": reach,
        "answered": answered,
    }
    return _Unpacker(data, names, is_trusted=is_trusted).load()


def track_as_data(track: Track) -> bytes:
    """Return a track written out, without its crisis, for a process that does not have it."""
    return pack(replace(track, crisis=None), whole=True)[0]
