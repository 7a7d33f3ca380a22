"""The recommendation fleet, a case of privacy."""

from tracks.missions.privacy.recommendation.bench import CASE

__all__ = ["CASE"]
