"""What was computed is computed once for a host: results of pure functions, in a folder that its processes share.

Where a Redis is named, hosts share them too.
"""

from tracks.common.cache.cancellation import Cancelled, cancelled_when, check_cancelled
from tracks.common.cache.results import (
    LOOKED_UP,
    cached_on_disk,
    close,
    keep,
    kept,
    open_folder,
    opened_folder,
    share,
    shared_store,
    switched_off,
)
from tracks.common.cache.shared import SharedResults, share_results, signing_keys

__all__ = [
    "LOOKED_UP",
    "Cancelled",
    "SharedResults",
    "cached_on_disk",
    "cancelled_when",
    "check_cancelled",
    "close",
    "keep",
    "kept",
    "open_folder",
    "opened_folder",
    "share",
    "share_results",
    "shared_store",
    "signing_keys",
    "switched_off",
]
