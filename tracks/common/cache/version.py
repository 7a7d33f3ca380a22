"""What a result depends on besides its arguments: the program's files, its libraries and the processor."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

_ROOT = Path(__file__).parents[3]
_PACKAGES = ("physics", "tracks")  # every file of theirs, so that what a table or a text file says counts too
_LIBRARIES = ("numpy", "scipy", "numba", "llvmlite")
# Another kernel for linear algebra, or numpy in place of the compiled steps, changes the last bits of a result.
_KERNELS = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES", "NUMBA_DISABLE_JIT",
            "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")  # fmt: skip


@lru_cache(maxsize=1)
def model_version() -> str:
    """Return a digest of all that results depend on besides their arguments, taken once a process."""
    found = hashlib.blake2b(digest_size=16)
    found.update(json.dumps([sys.version, _versions(), _processor(), _kernels()], sort_keys=True).encode())
    for package in _PACKAGES:
        found.update(digest_of(_ROOT / package))
    return found.hexdigest()


def digest_of(folder: Path) -> bytes:
    """Return a digest of the names and contents of a folder's files, without what Python compiles beside them."""
    found = hashlib.blake2b(digest_size=16)
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            path = Path(parent, name)
            found.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
            found.update(path.read_bytes())
    return found.digest()


def _versions() -> dict[str, str | None]:
    return {name: _version(name) for name in _LIBRARIES}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:  # numba may be missing
        return None


def _processor() -> list[str]:
    """Return what the machine computes with: numpy's build and the instructions it found, the processor's name."""
    return [platform.machine(), _processor_name(), repr(np.show_config(mode="dicts"))]


def _processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # not Linux
        return platform.processor()
    return next((line for line in lines if line.startswith("model name")), "")


def _kernels() -> dict[str, str | None]:
    return {name: os.environ.get(name) for name in _KERNELS}
