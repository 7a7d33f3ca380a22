"""The physics layer: pure functions of numpy and scipy, each with its equation, units, source and a worked example.

One package per subject: ``import physics; physics.privacy.epsilon(...)``.
"""

import os
import sys
from types import ModuleType

# Before numpy is loaded: the lab's matrices are small, and a second BLAS thread costs more time than it saves.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from physics import (  # noqa: E402
    constants,
    energy,
    federation,
    gossip,
    memory,
    networks,
    privacy,
    serving,
    sources,
    traffic,
    units,
    validation,
)

# Names that modules had before each subject became a package; they stay importable.
cache, checks, digits, reference, shapes = serving, validation, federation.problem, constants, networks
published = ModuleType("physics.published", "The tables of `physics.memory.published` and `physics.serving.published`.")
for _tables in (memory.published, serving.published):
    vars(published).update({name: getattr(_tables, name) for name in _tables.__all__})
for _name, _module in {
    "cache": cache,
    "checks": checks,
    "digits": digits,
    "published": published,
    "reference": reference,
    "shapes": shapes,
}.items():
    sys.modules[f"{__name__}.{_name}"] = _module

__all__ = [
    "constants",
    "energy",
    "federation",
    "gossip",
    "memory",
    "networks",
    "privacy",
    "serving",
    "sources",
    "traffic",
    "units",
    "validation",
]
