"""The convergence bench."""

from tracks.missions.convergence.bench import BENCH

__all__ = ["BENCH"]
