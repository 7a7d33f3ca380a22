"""The example package: from a folder, as a wheel, and as both at once, which is refused and names both."""  # N9, N10

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tracks.certify.certificate import certify
from tracks.loading.registry import load_registry

ARGO = Path(__file__).parents[2] / "examples" / "argo"
BUILTINS = ("tracks.missions",)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the built wheel unpacked, as pip leaves it in site-packages."""
    where = tmp_path_factory.mktemp("argo")
    source = where / "source"
    shutil.copytree(ARGO, source)
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(where)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(source)], check=True, capture_output=True)
    (wheel,) = where.glob("edgelab_argo-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(where / "site")
    return where / "site"


@pytest.fixture
def folder(tmp_path):
    shutil.copy(ARGO / "argo.py", tmp_path)
    return tmp_path


def found(lab, kind):
    return next(one for one in lab.found if one.kind == kind)


def test_it_loads_from_a_folder_and_its_crisis_is_a_good_bench(folder):
    lab = load_registry(folder=folder, builtins=BUILTINS, entry_points=False)
    assert (found(lab, "folder").tracks, found(lab, "folder").reason) == (("argo_listener",), "")
    assert certify(lab.track("argo_listener"), lab.bench("argo_listener", "crisis"), points=64, draw=True).holds


def test_it_loads_as_a_wheel(site, monkeypatch):
    monkeypatch.syspath_prepend(str(site))
    lab = load_registry(builtins=BUILTINS)
    one = found(lab, "package")
    assert (one.name, one.tracks, one.reason) == ("argo", ("argo_listener",), "")
    assert "edgelab-argo" in one.origin.lower().replace("_", "-")


def test_both_at_once_are_refused_and_both_are_named(site, folder, monkeypatch):
    monkeypatch.syspath_prepend(str(site))
    lab = load_registry(folder=folder, builtins=BUILTINS)
    reasons = " ".join(one.reason for one in lab.found)
    assert "argo_listener" in reasons
    assert "argo.py" in reasons or "edgelab-argo" in reasons
    left_out = next(one for one in lab.found if one.reason)
    assert str(folder) in left_out.reason + left_out.origin
    assert "argo" in left_out.origin
