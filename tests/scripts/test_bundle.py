"""The bundle in the repository is the one of the scripts, and what Dash and the page call in it is there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.settings import Settings
from tests.test_rooms import LEFT_OUT, MAX_NAMES
from tools.bundle import bundle, mutants, node

ROOT = Path(__file__).parents[2]
OWN = sorted({path.parent for path in bundle.SCRIPTS.rglob("*.js")})


def test_the_bundle_is_made_of_the_scripts_as_they_are() -> None:
    assert bundle.stale() == ""


class TestAStaleBundleIsSeen:
    @pytest.fixture
    def place(self, tmp_path: Path) -> Path:
        shutil.copytree(bundle.BUNDLES, tmp_path / "bundle")
        return tmp_path / "bundle"

    def test_another_byte_in_a_script(self, place: Path, tmp_path: Path) -> None:
        shutil.copytree(bundle.SCRIPTS, tmp_path / "scripts")
        assert bundle.stale(place, bundle.sources(tmp_path / "scripts")) == ""
        with (tmp_path / "scripts" / "controls" / "gate.js").open("a") as script:
            script.write("// more\n")
        sentence = bundle.stale(place, bundle.sources(tmp_path / "scripts"))
        assert "is not made from dashboard/scripts as they are now; run make bundle" in sentence

    def test_a_script_more_or_under_another_name(self, place: Path, tmp_path: Path) -> None:
        shutil.copytree(bundle.SCRIPTS, tmp_path / "scripts")
        (tmp_path / "scripts" / "controls" / "gate.js").rename(tmp_path / "scripts" / "controls" / "door.js")
        assert "run make bundle" in bundle.stale(place, bundle.sources(tmp_path / "scripts"))

    def test_line_ends_of_another_system_change_nothing(self, tmp_path: Path) -> None:
        for name, line_end in (("unix", "\n"), ("windows", "\r\n")):
            (tmp_path / name).mkdir()
            (tmp_path / name / "a.js").write_bytes(f"one{line_end}two{line_end}".encode())
        one, other = (bundle.digest([self.renamed(tmp_path / name)]) for name in ("unix", "windows"))
        assert one == other

    @staticmethod
    def renamed(folder: Path) -> Path:
        target = folder.with_name(f"{folder.name}_same") / "scripts"
        shutil.copytree(folder, target)
        return target / "a.js"

    def test_a_bundle_that_was_edited(self, place: Path) -> None:
        (script,) = place.iterdir()
        script.write_text(f"{script.read_text()}\n")
        assert "was changed by hand" in bundle.stale(place)

    def test_no_bundle_or_two(self, place: Path) -> None:
        (script,) = place.iterdir()
        shutil.copy(script, place / "edgelab-0123456789ab.js")
        assert "must hold one bundle" in bundle.stale(place)
        for path in list(place.iterdir()):
            path.unlink()
        assert "holds none; run make bundle" in bundle.stale(place)


def test_what_dash_calls_is_what_the_bundle_gives(tmp_path: Path) -> None:
    """Every clientside callback of the app has its function, and no function is without a callback."""
    app = create_app(Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path)}))
    called = {
        entry["clientside_function"]["function_name"]
        for entry in app._callback_list
        if (entry.get("clientside_function") or {}).get("namespace") == "lab"
    }
    source = (bundle.SCRIPTS / "main.js").read_text()
    given = re.search(r"dash_clientside\.lab = \{(.*?)\};", source, re.DOTALL)
    assert given is not None
    assert {part.split(":")[0].strip() for part in given.group(1).split(",") if part.strip()} == called


def test_the_page_has_one_name_of_ours() -> None:
    names = set()
    for path in [*bundle.SCRIPTS.rglob("*.js"), ROOT / "dashboard" / "assets" / "boot.js"]:
        names |= set(re.findall(r"(?:window|globalThis)\.(edgelab\w*)", path.read_text()))
    assert names == {"edgelab"}


@pytest.mark.parametrize("folder", OWN, ids=lambda path: str(path.relative_to(bundle.SCRIPTS)))
def test_a_folder_of_scripts_is_taken_in_at_a_glance(folder: Path) -> None:
    names = {entry.name for entry in folder.iterdir()} - LEFT_OUT
    assert len(names) <= MAX_NAMES, sorted(names)
    assert [path.name for path in folder.glob("*.js") if len(path.read_text().splitlines()) > 250] == []


@pytest.mark.parametrize("fault", mutants.FAULTS, ids=lambda fault: fault["wrong"])
def test_every_planted_fault_has_its_place(fault: dict[str, str]) -> None:
    """``python -m tools.bundle.mutants`` plants them; one whose place has gone would look as if it were not seen."""
    text = (bundle.SCRIPTS / fault["script"]).read_text()
    assert text.count(fault["stands"]) == 1
    assert fault["planted"] != fault["stands"]


def test_the_page_of_planted_faults_has_a_row_for_each_and_counts_them() -> None:
    page = mutants.PAGE.read_text(encoding="utf-8")
    assert list(mutants.rows(page)) == [(fault["script"], fault["wrong"]) for fault in mutants.FAULTS]
    assert mutants.with_rows(page, {}) == page


class TestNode:
    def test_without_node_one_sentence_says_where_to_get_one(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(node.importlib.util, "find_spec", lambda name: None)
        monkeypatch.setenv("PATH", "")
        assert node.main(["--version"]) == 1
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "pip install -r requirements/test.txt" in said

    def test_an_old_node_in_the_path_is_refused_with_its_version(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "node").write_text("#!/bin/sh\necho v18.20.4\n")
        (tmp_path / "node").chmod(0o755)
        monkeypatch.setattr(node.importlib.util, "find_spec", lambda name: None)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert node.main(["--version"]) == 1
        assert "v18.20.4" in capsys.readouterr().err

    def test_the_node_of_the_requirements_runs(self) -> None:
        assert node.main(["--version"]) == 0
