"""What a plugin imported before API version 1 still works for a release, and the warning names the new import."""

import importlib
import subprocess
import sys

import pytest

import tracks
from tracks.renamed import GONE, MOVED


@pytest.mark.parametrize(
    ("old", "name"),
    [
        ("spec", "Bench"), ("registry", "load_registry"), ("charts", "curve"), ("quantities", "in_words"),
        ("controls", "Slider"), ("figures", "Axis"), ("personas", "Track"), ("teaching", "Prediction"),
        ("hookspecs", "hookimpl"), ("discovery", "HOOKS"), ("cities", "CLIENTS"), ("scores", "window_of"),
    ],
)  # fmt: skip
def test_a_module_by_its_old_name_gives_the_same_things_and_warns(old, name):
    module = importlib.import_module(f"tracks.{old}")
    with pytest.warns(
        DeprecationWarning, match=rf"tracks.{old} goes in the next release; import {name} from {MOVED[old]}"
    ):
        found = getattr(module, name)
    assert found is getattr(importlib.import_module(MOVED[old]), name)


@pytest.mark.parametrize(("old", "name"), sorted(GONE))
def test_a_name_that_is_gone_says_what_to_write(old, name):
    module = importlib.import_module(f"tracks.{old}")
    with pytest.raises(AttributeError, match=rf"tracks.{old}.{name} is gone; write "):
        getattr(module, name)
    with pytest.raises(ImportError):
        exec(f"from tracks.{old} import {name}")


def test_an_old_import_line_runs_in_a_process_of_its_own():
    """Without warnings as errors, as a plugin's author runs it."""
    code = "from tracks.spec import Bench; from tracks.registry import load_registry; print(Bench.__name__)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "Bench"


def test_the_version_of_the_api_is_said():
    assert tracks.API_VERSION == 1
