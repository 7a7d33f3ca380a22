"""Which tests a change of a module is run against: those of the module, and then those of what is built on it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

# Where the tests of a folder are, if not in the folder of its name.
ELSEWHERE = {
    "physics/networks": "tests/physics/memory",
    "tracks/api/declared": "tests/tracks/api",
    "tracks/certify/tuning": "tests/tracks/certify",
    "tracks/loading/isolation": "tests/tracks/loading",
}
TRACKS = ("tests/tracks/test_tracks.py", "tests/tracks/test_track_sources.py")
# Which tests beyond its own reach the code of a folder most directly: for a change that its own tests do not see.
BUILT_ON = {
    "physics": ("tests/physics/traffic", "tests/physics/energy", "tests/tracks/missions/paradox/test_readings.py"),
    "physics/energy": ("tests/tracks/mobile_nomad/battery/model", "tests/tracks/edge_guardian/drift/test_costs.py"),
    "physics/federation": ("tests/tracks/common", "tests/tracks/missions/convergence/test_readings.py"),
    "physics/federation/engines": ("tests/physics/federation", "tests/tracks/missions/convergence/test_readings.py"),
    "physics/gossip": ("tests/tracks/tiny_pioneer/mesh/model",),
    "physics/memory": ("tests/physics/energy/test_flop.py", "tests/tracks/missions/memory/test_costs.py"),
    "physics/networks": ("tests/physics/energy/test_flop.py", "tests/tracks/missions/memory/test_costs.py"),
    "physics/privacy": ("tests/tracks/missions/privacy/test_accounting.py",),
    "physics/serving": ("tests/tracks/cloud_titan/flood/model",),
    "physics/traffic": ("tests/tracks/missions/paradox/test_readings.py", "tests/tracks/common/test_links.py"),
    "tracks/api": ("tests/tracks/missions/test_every_bench.py", *TRACKS, "tests/tracks/loading"),
    "tracks/api/declared": (
        "tests/tracks/missions/test_every_bench.py",
        *TRACKS,
        "tests/tracks/loading",
    ),
    "tracks/loading/isolation": (*TRACKS, "tests/tracks/test_main.py"),
    "tracks/loading": (*TRACKS, "tests/tracks/test_main.py"),
    "tracks/certify": ("tests/tracks/test_main.py",),
    "tracks/certify/tuning": ("tests/tracks/test_main.py",),
}
PAGE = "tests/physics/test_page.py"  # compares docstrings with a page that was written from them: sees only that
RECORDED = "tests/test_recorded_states.py"  # what every bench answers to a spread of states


def own_tests(root: Path, file: str) -> list[str]:
    """Return the tests of a module: first the file of its name, then those beside it, then those of all physics."""
    path = Path(file)
    folder = root / ELSEWHERE.get(path.parent.as_posix(), f"tests/{path.parent.as_posix()}")
    first = [folder / f"test_{path.stem}.py", *sorted(folder.glob(f"test_{path.stem}_*.py"))]
    of_all = root / "tests/physics"
    general = [*of_all.glob("test_*.py"), *of_all.glob("arguments/test_*.py")] if file.startswith("physics/") else []
    return _names(root, [*first, *sorted(folder.glob("test_*.py")), *sorted(general)])


def further_tests(root: Path, file: str) -> list[str]:
    """Return the tests of what is built on a module, without those of its own."""
    folders = [root / name for name in BUILT_ON[Path(file).parent.as_posix()]]
    paths = [test for path in folders for test in ([path] if path.is_file() else sorted(path.rglob("test_*.py")))]
    own = set(own_tests(root, file))
    return [name for name in _names(root, [*paths, root / RECORDED]) if name not in own]


def _names(root: Path, paths: Iterable[Path]) -> list[str]:
    names = dict.fromkeys(path.relative_to(root).as_posix() for path in paths if path.is_file())
    return [name for name in names if name != PAGE]
