"""The privacy bench."""

from tracks.missions.privacy.bench import BENCH

__all__ = ["BENCH"]
