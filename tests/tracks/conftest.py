"""Plugins as their authors write them: files in a folder and installed distributions, loaded by the real registry."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tracks.loading.registry import PluginRecord, Registry, load_registry

PRELUDE = '''
from dataclasses import replace
from tracks import *
from tracks.edge_guardian import EDGE_GUARDIAN

def solve(track, *, seed, epochs):
    drawing = Drawing(figure=charts.figure, summary="3 rounds.", table=lambda: Table(columns=("x",), rows=((1,),)))
    cost = Reading(id="cost", label="Cost", value=float(epochs))
    return Outcome(panels={"main": drawing}, readings=(cost,))

BENCH = Bench(
    id="downlink",
    title="Downlink: who pays for the broadcast?",
    brief=Brief(speaker="CTO", text="The broadcast is free, they say.", short="Is it?"),
    controls=(Slider(id="epochs", label="Epochs", unit="", minimum=1, maximum=20, step=1, default=5, whole=True),),
    panels=(Panel(id="main", question="Where does it cross?", x=Axis(label="x"), y=Axis(label="y")),),
    solve=solve,
    hud=("cost",),
)
# No benches of the course are loaded beside it, so it has nothing that only they would read.
TRACK = replace(
    EDGE_GUARDIAN,
    id="harbour_crane",
    name="Harbour Crane",
    crisis=None,
    device=replace(EDGE_GUARDIAN.device, extras={}),
    targets=replace(EDGE_GUARDIAN.targets, extras={}),
    extras=(),
    texts={},
)

def question(truth):
    """Return a prediction that asks for ``truth``."""
    why = tuple(Option(id=name, text=name) for name in ("size", "rounds"))
    return Prediction(id="ratio", question="How many?", unit="x", low=1, high=9, truth=truth, mechanisms=why)
'''

OFFERS_TRACK = "@hookimpl\ndef edgelab_tracks():\n    return [TRACK]\n"
OFFERS_BENCH = "@hookimpl\ndef edgelab_benches():\n    return [BENCH]\n"


@dataclass
class Plugins:
    """A folder of plugins and a site of installed distributions, both empty at first."""

    folder: Path
    site: Path
    prelude: str = PRELUDE
    offers_track: str = OFFERS_TRACK
    offers_bench: str = OFFERS_BENCH
    builtins: tuple[str, ...] = ("tracks.edge_guardian", "tracks.cloud_titan")
    entry_points: bool = False
    installed: list[str] = field(default_factory=list)

    def write(self, name: str, body: str) -> Path:
        """Put ``name`` into the folder, the prelude before it."""
        path = self.folder / name
        path.write_text(self.prelude + body)
        return path

    def module(self, name: str, body: str) -> str:
        """Make ``name`` importable."""
        (self.site / f"{name}.py").write_text(self.prelude + body)
        return name

    def install(self, distribution: str, points: str, version: str = "1.2") -> Path:
        """Install a distribution with the given lines in the entry-point group."""
        info = self.site / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[edgelab]\n{points}\n" if points else "")
        self.entry_points = True
        return info

    def load(self) -> Registry:
        """Load the registry as a program would."""
        return load_registry(folder=self.folder, builtins=self.builtins, entry_points=self.entry_points)

    def found(self, name: str) -> PluginRecord:
        """Load, and return what became of one source."""
        (row,) = [row for row in self.load().found if row.name == name]
        return row


@contextmanager
def _forgotten(folder: Path) -> Iterator[None]:
    """Take out of this process afterwards what was imported from a folder meanwhile."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
            del sys.modules[name]


def loaded(folder: Path, files: Mapping[str, str]) -> Registry:
    """Return what a folder with these plugins gives, for the tests of a module that only look at it."""
    plugins = Plugins(folder=folder, site=folder)
    for name, body in files.items():
        plugins.write(name, body)
    with _forgotten(folder):
        return plugins.load()


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    folder, site = tmp_path / "plugins", tmp_path / "site"
    folder.mkdir()
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    with _forgotten(tmp_path):
        yield Plugins(folder=folder, site=site)
