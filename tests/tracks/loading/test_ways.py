"""Every way of tests/tracks/loading/ways.py to be wrong: left out by name and reason, with the line where there is one.

All of them lie in one folder beside a good file, and are loaded once: none may disturb another.
"""

import os
import sys
from pathlib import Path

import pytest

from tests.tracks.conftest import Plugins
from tests.tracks.loading.ways import WAYS
from tracks.loading import registry
from tracks.loading.isolation import process

GOOD = "@hookimpl\ndef edgelab_benches():\n    print('solved')\n    return [replace(BENCH, id='good')]\n"
NAMES = {title: f"way_{number:02}" for number, title in enumerate(WAYS)}


HANGS = {"never ends": ("START_S", process), "never answers": ("LOADING_S", registry)}
HANGS["hangs where it settles"] = HANGS["never answers"]


def loaded(folder, titles):
    """Load a good file and those of some ways; return what became of each, by its name."""
    folder.mkdir()
    plugins = Plugins(folder=folder, site=folder, builtins=("tracks.edge_guardian",))
    for title in titles:
        plugins.write(f"{NAMES[title]}.py", WAYS[title][0].replace("NAME", NAMES[title]))
    plugins.write("a_good.py", GOOD)
    before = (dict(os.environ), list(sys.path), Path.cwd(), set(sys.modules))
    found = plugins.load().found
    assert (dict(os.environ), list(sys.path), Path.cwd()) == before[:3]
    for name in set(sys.modules) - before[3]:
        if name.startswith("edgelab_plugin_"):
            del sys.modules[name]
    return {row.name: row for row in found if row.kind == "folder"}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What became of each file. Those that hang are loaded apart, with a second for the limit that ends them."""
    folder = tmp_path_factory.mktemp("ways")
    rows = loaded(folder / "all", [title for title in WAYS if title not in HANGS])
    for title, (limit, module) in HANGS.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, limit, 1.0)
            rows |= {name: row for name, row in loaded(folder / NAMES[title], [title]).items() if name != "a_good.py"}
    return rows


# N9, N10: at least 60 ways, and none of them stops another.
@pytest.mark.parametrize("title", WAYS)
def test_a_file_that_does_harm_is_left_out_and_says_why(found, title):
    row = found[f"{NAMES[title]}.py"]
    for word in WAYS[title][1:]:
        assert word in row.reason
    assert (row.tracks, row.benches) == ((), ())
    assert len(row.reason) < 1500


def test_the_good_file_beside_them_is_used(found):
    assert found["a_good.py"].reason == ""
    assert found["a_good.py"].benches == ("good",)
    assert list(found["a_good.py"].process.printed) == ["solved\n"]


def test_there_are_sixty_of_them_and_the_page_for_designers_has_each():
    assert len(WAYS) >= 60
    page = (Path(__file__).parents[3] / "docs" / "designing" / "ways_to_be_wrong.md").read_text(encoding="utf-8")
    assert [title for title in WAYS if f"| {title} |" not in page] == []
