"""Cooperative cancellation: before it computes for long, a state asks whether its answer is still to be computed now.

``with cancelled_when(asked):`` sets the question for what is called within; ``check_cancelled()`` asks it. Where
nobody set one, nothing is ever cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Cancelled(BaseException):
    """The answer is not computed now; no ``Exception``, so that nothing on the way takes it for a failure."""


def _never() -> bool:
    return False


_is_cancelled: ContextVar[Callable[[], bool]] = ContextVar("is_cancelled", default=_never)


@contextmanager
def cancelled_when(asked: Callable[[], bool]) -> Iterator[None]:
    """Let ``check_cancelled`` within raise ``Cancelled`` as soon as ``asked()`` is true."""
    token = _is_cancelled.set(asked)
    try:
        yield
    finally:
        _is_cancelled.reset(token)


def check_cancelled() -> None:
    """Go on, or end here.

    Raises:
        Cancelled: the answer is not to be computed now.
    """
    if _is_cancelled.get()():
        raise Cancelled
