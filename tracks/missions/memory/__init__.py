"""The memory bench."""

from tracks.missions.memory.bench import BENCH

__all__ = ["BENCH"]
