"""The keyboard fleet, a case of the paradox."""

from tracks.missions.paradox.keyboard.bench import CASE

__all__ = ["CASE"]
