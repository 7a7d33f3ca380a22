"""The crisis of Mobile Nomad."""

from tracks.mobile_nomad.battery.bench import BENCH

__all__ = ["BENCH"]
