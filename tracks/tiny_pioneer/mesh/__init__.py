"""The crisis of Tiny Pioneer."""

from tracks.tiny_pioneer.mesh.bench import BENCH

__all__ = ["BENCH"]
