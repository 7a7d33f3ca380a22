"""The crisis of Edge Guardian."""

from tracks.edge_guardian.drift.bench import BENCH

__all__ = ["BENCH"]
