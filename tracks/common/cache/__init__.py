"""What was computed is computed once for a host: results of pure functions, in a folder that its processes share."""

from tracks.common.cache.cancellation import Cancelled, cancelled_when, check_cancelled
from tracks.common.cache.results import (
    LOOKED_UP,
    cached_on_disk,
    close,
    keep,
    kept,
    open_folder,
    opened_folder,
    switched_off,
)

__all__ = [
    "LOOKED_UP",
    "Cancelled",
    "cached_on_disk",
    "cancelled_when",
    "check_cancelled",
    "close",
    "keep",
    "kept",
    "open_folder",
    "opened_folder",
    "switched_off",
]
