"""The plugin API: every word a track author imports, and the hookimpl marker.

from tracks import Bench, Outcome, Slider, Track, hookimpl
"""

import physics  # noqa: F401 - first, because it sets BLAS to one thread before numpy is loaded
from tracks.api import charts, quantities
from tracks.api.bench import *  # noqa: F403 - the API is bench's __all__, word for word
from tracks.api.bench import __all__ as _words
from tracks.api.hookspecs import hookimpl

__all__ = [*_words, "charts", "hookimpl", "quantities"]
