"""A track that shortens a slider of a built-in bench: its operator allows 10 to 80 rounds in a month."""

from dataclasses import replace

from tracks import hookimpl
from tracks.edge_guardian import EDGE_GUARDIAN

SLOW_GUARDIAN = replace(
    EDGE_GUARDIAN,
    id="slow_guardian",
    name="Slow Guardian",
    ranges={"convergence": {"rounds": (10, 80)}},
)


@hookimpl
def edgelab_tracks():
    """Register the track."""
    return [SLOW_GUARDIAN]
