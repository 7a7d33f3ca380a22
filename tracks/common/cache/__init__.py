"""What was computed is computed once for a host: results of pure functions, in a folder that its processes share."""

from tracks.common.cache.results import (
    cached_on_disk,
    close,
    keep,
    kept,
    open_folder,
    opened_folder,
    switched_off,
)

__all__ = ["cached_on_disk", "close", "keep", "kept", "open_folder", "opened_folder", "switched_off"]
