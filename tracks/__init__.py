"""The plugin API: every word a track author imports, and the hookimpl marker.

from tracks import Bench, Outcome, Slider, Track, hookimpl
"""

from tracks.hookspecs import hookimpl
from tracks.spec import *  # noqa: F403 - the API is spec's __all__, word for word
from tracks.spec import __all__ as _words

__all__ = [*_words, "hookimpl"]
