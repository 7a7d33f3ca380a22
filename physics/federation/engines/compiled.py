"""Whether the compiled local steps can be had on this machine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache

_LOG = logging.getLogger(__name__)
_UNUSABLE = "numba cannot be used (%s): softmax regression is computed with numpy, in up to four times the time"
_NOT_KEPT = (
    "what numba compiles cannot be kept on disk (%s), so that every start compiles it anew; set NUMBA_CACHE_DIR to a "
    "folder that this user alone may write"
)


@lru_cache(maxsize=1)
def compiled_updates() -> Callable[..., None] | None:
    """Return the kernel of `softmax_kernel`, compiled or read from disk; None where numba cannot be used.

    The first call takes a second, and some seconds where nothing is on disk yet. numba keeps its code in
    NUMBA_CACHE_DIR, else beside the module, else in the user's cache folder, whichever it may write. With
    NUMBA_DISABLE_JIT=1 there is no kernel, and nothing is said.
    """
    try:
        from numba import config

        if config.DISABLE_JIT:
            return None
        from physics.federation.engines.softmax_kernel import compiled
    except Exception as reason:  # a library that does not fit the machine or numpy fails in many ways
        _LOG.warning(_UNUSABLE, _first_line(reason))
        return None
    try:
        return compiled(cache=True)
    except Exception as reason:  # no folder that may be written, another user's file, half a file, a full disk
        _LOG.warning(_NOT_KEPT, _first_line(reason))
    try:
        return compiled(cache=False)
    except Exception as reason:
        _LOG.warning(_UNUSABLE, _first_line(reason))
        return None


def _first_line(reason: Exception) -> str:
    return str(reason).partition("\n")[0] or type(reason).__name__
