"""The paradox bench."""

from tracks.missions.paradox.bench import BENCH

__all__ = ["BENCH"]
