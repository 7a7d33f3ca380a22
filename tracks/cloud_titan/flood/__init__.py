"""The crisis of Cloud Titan."""

from tracks.cloud_titan.flood.bench import BENCH

__all__ = ["BENCH"]
