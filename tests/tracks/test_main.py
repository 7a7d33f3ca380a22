import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import tracks
from tracks.__main__ import main
from tracks.certify import certificate as testing
from tracks.commands.group import FOLDER_VARIABLE
from tracks.commands.listing import table
from tracks.commands.terminal import JSON_FORMAT, show
from tracks.loading.registry import PluginRecord


@pytest.fixture
def lab(plugins, monkeypatch):
    """A lab that no setting of the machine changes."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    return plugins


def rows(text: str) -> dict[str, str]:
    """The table's rows by name."""
    return {line.split()[0]: line for line in text.splitlines() if line and not line.startswith(" ")}


def test_list_says_what_was_found_from_where_with_what_result(lab, capsys):
    path = lab.write("crane.py", lab.offers_track)
    assert main(["list", "--tracks-dir", str(lab.folder)]) == 0
    out = capsys.readouterr().out
    found = rows(out)
    assert found["NAME"].split() == ["NAME", "KIND", "RESULT", "FROM"]
    assert found["tracks.missions"].split()[:6] == [
        "tracks.missions",
        "built-in",
        "benches:",
        "paradox,",
        "memory,",
        "convergence,",
    ]
    assert found["crane.py"].split() == ["crane.py", "folder", "tracks:", "harbour_crane", str(path)]
    for name in ("cloud_titan", "edge_guardian", "mobile_nomad", "tiny_pioneer"):
        assert f"tracks: {name} " in found[f"tracks.{name}"]
    assert out.splitlines()[-1] == "6 used, 0 left out"


# N10
def test_list_fails_and_gives_the_reason_when_something_was_left_out(lab, capsys):
    lab.write("broken.py", "import no_such_library")
    assert main(["list", "--tracks-dir", str(lab.folder)]) == 1
    out = capsys.readouterr().out
    assert "left out" in rows(out)["broken.py"]
    assert "No module named 'no_such_library'" in " ".join(out.split())
    assert out.splitlines()[-1] == "5 used, 1 left out"


def test_the_folder_comes_from_the_argument_before_the_environment(lab, tmp_path, monkeypatch, capsys):
    lab.write("argued.py", lab.offers_track)
    other = tmp_path / "other"
    other.mkdir()
    (other / "surrounding.py").write_text(lab.prelude + lab.offers_track)
    monkeypatch.setenv(FOLDER_VARIABLE, str(other))
    assert main(["list"]) == 0
    assert "surrounding.py" in rows(capsys.readouterr().out)
    assert main(["list", "--tracks-dir", str(lab.folder)]) == 0
    found = rows(capsys.readouterr().out)
    assert "argued.py" in found
    assert "surrounding.py" not in found


@pytest.mark.usefixtures("lab")
def test_an_empty_environment_variable_is_no_folder(monkeypatch, capsys):
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    assert main(["list"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "5 used, 0 left out"


@pytest.mark.usefixtures("lab")
def test_a_missing_folder_is_told(tmp_path, capsys):
    assert main(["list", "--tracks-dir", str(tmp_path / "nowhere")]) == 1
    assert "does not exist" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["lsit"], ["list", "extra"]])
def test_a_command_that_is_not_there_is_answered_with_the_usage(arguments, capsys):
    assert main(arguments) == 2
    assert "python -m tracks" in capsys.readouterr().err


def test_json_holds_what_the_table_holds(lab, capsys):
    """The form of docs/hosting/commands.md: scripts of others read it."""
    path = lab.write("crane.py", "print('a plugin may print')\n" + lab.offers_track)
    lab.write("broken.py", "import no_such_library")
    assert main(["list", "--json", "--tracks-dir", str(lab.folder)]) == 1
    out, err = capsys.readouterr()
    assert "a plugin may print" in err
    answer = json.loads(out)
    assert list(answer) == ["format", "edgelab", "plugins", "used", "left_out"]
    assert (answer["format"], answer["used"], answer["left_out"]) == (JSON_FORMAT, 6, 1)
    found = {row["name"]: row for row in answer["plugins"]}
    assert found["crane.py"] == {
        "name": "crane.py",
        "kind": "folder",
        "from": str(path),
        "tracks": ["harbour_crane"],
        "benches": [],
        "reason": None,
    }
    assert "no_such_library" in found["broken.py"]["reason"]


def test_it_runs_as_a_module_with_the_same_exit_code(capsys):
    """With a target that is not there, so that the process need not load the course for it."""
    run = subprocess.run(
        [sys.executable, "-m", "tracks", "check", "nowhere.py"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(tracks.__file__).parents[1])},
        timeout=60,
        check=False,
    )
    assert run.returncode == main(["check", "nowhere.py"]) == 2
    assert (run.stdout, run.stderr) == capsys.readouterr()
    assert "nowhere.py does not exist" in run.stderr


def test_columns_line_up_and_a_plugin_without_offers_says_so(capsys):
    made = [
        PluginRecord(name="a_long_name.py", origin="/x", kind="folder"),
        PluginRecord(name="b", origin="/y", kind="built-in", tracks=("one", "two"), benches=("three",)),
    ]
    show(table(made))
    lines = capsys.readouterr().out.splitlines()
    assert "nothing offered" in lines[1]
    assert "tracks: one, two; benches: three" in lines[2]
    assert lines[0].index("FROM") == lines[1].index("/x") == lines[2].index("/y")


# --- check -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def mine(lab, capsys):
    """The path of the file that 'new' writes into a lab's folder."""
    assert main(["new", "deep_mine", "--tracks-dir", str(lab.folder)]) == 0
    path = lab.folder / "deep_mine.py"
    assert f"python -m tracks check {path}" in capsys.readouterr().out
    return path


def test_check_prints_every_certificate_asked_for_and_fails_if_one_does_not_hold(lab, mine, capsys):  # N9
    lab.write("own_bench.py", lab.offers_bench.replace("BENCH", "replace(BENCH, id='own_bench')"))
    targets = ["*/own_bench", "deep_mine/crisis"]
    assert main(["check", *targets, "--tracks-dir", str(lab.folder), "--points", "64"]) == 1
    out = capsys.readouterr().out
    assert "cloud_titan/own_bench: does not hold" in out
    assert "FAIL default_fails: The default wins" in out
    assert "deep_mine/crisis: holds" in out
    assert out.splitlines()[-1] == "6 certificates: not all hold"


@pytest.mark.parametrize("target", ["deep_mine/crisis", "deep*/cris*"])
def test_check_succeeds_if_all_that_was_asked_for_holds(lab, mine, target, monkeypatch, capsys):
    monkeypatch.setenv(FOLDER_VARIABLE, str(lab.folder))
    assert main(["check", "--quick", target]) == 0
    out = capsys.readouterr().out
    assert "deep_mine/crisis: holds" in out
    assert "paradox" not in out


@pytest.mark.sweep
def test_check_of_a_file_looks_at_what_it_brings_and_runs_no_other(lab, mine, capsys):
    lab.write("neighbour.py", "import pathlib\npathlib.Path(__file__).with_name('was_run').touch()")
    assert main(["check", str(mine), "--quick"]) == 0  # all of the course's benches hold on the template's constants
    out = capsys.readouterr().out
    for bench in ("crisis", "paradox", "memory", "convergence", "privacy"):
        assert f"deep_mine/{bench}: holds" in out
    assert "edge_guardian" not in out
    assert not (lab.folder / "was_run").exists()


def test_check_of_a_file_that_is_left_out_gives_the_reason(lab, capsys):
    path = lab.write("broken.py", "import no_such_library")
    assert main(["check", str(path)]) == 1
    assert "broken.py is left out: it cannot be imported" in capsys.readouterr().out
    assert main(["check", str(lab.folder / "nowhere.py")]) == 2
    assert "nowhere.py does not exist" in capsys.readouterr().err


def test_check_as_json_holds_every_finding(lab, mine, capsys):
    lab.write("broken.py", "1 / 0")
    assert main(["check", "deep_mine/crisis", "--points=16", "--json", "--tracks-dir", str(lab.folder)]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["format", "edgelab", "holds", "certificates", "left_out"]
    assert answer["holds"] is False  # a certificate of what is there says nothing of what was left out
    assert [row["name"] for row in answer["left_out"]] == ["broken.py"]
    (found,) = answer["certificates"]
    assert (found["track"], found["bench"], found["points"]) == ("deep_mine", "crisis", 16)
    assert found["holds"] == all(item["passed"] for item in found["findings"])
    assert {item["check"] for item in found["findings"]} == {check.__name__ for check in testing.CHECKS}


def test_check_fails_for_what_was_left_out_of_the_folder(lab, mine, capsys):
    lab.write("broken.py", "1 / 0")
    assert main(["check", "deep_mine/crisis", "--quick", "--tracks-dir", str(lab.folder)]) == 1
    out = capsys.readouterr().out
    assert "ZeroDivisionError" in out
    assert "deep_mine/crisis: holds" in out


@pytest.mark.usefixtures("lab")
def test_check_of_what_is_not_there_lists_what_there_is(capsys):
    assert main(["check", "cloud_titan/nothing"]) == 2
    said = capsys.readouterr().err
    assert "cloud_titan has keyboard, paradox, memory" in said
    assert "edge_guardian" not in said


@pytest.mark.parametrize("points", ["0", "many", "-3", "65537"])
def test_check_refuses_points_it_cannot_take(points, capsys):
    assert main(["check", f"--points={points}"]) == 2
    assert "must be a whole number, 1 to 65536" in capsys.readouterr().err


# --- new -------------------------------------------------------------------------------------------------------------


def test_new_writes_a_track_that_loads(lab, mine):
    found = lab.found("deep_mine.py")
    assert (found.tracks, found.reason) == (("deep_mine",), "")
    track = lab.load().track("deep_mine")
    assert (track.name, track.crisis.id) == ("Deep Mine", "crisis")
    assert "harbour_crane" not in mine.read_text().lower()


def test_new_overwrites_nothing(lab, mine, capsys):
    mine.write_text("mine")
    assert main(["new", "deep_mine", "--tracks-dir", str(lab.folder)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("name", ["Deep Mine", "../up", "9lives", ""])
def test_new_refuses_what_is_no_id(lab, name, capsys):
    assert main(["new", name, "--tracks-dir", str(lab.folder)]) == 2
    assert "must be lower-case letters" in capsys.readouterr().err
    assert list(lab.folder.iterdir()) == []


def test_new_refuses_the_id_of_a_track_that_the_lab_has(lab, capsys):
    """A plugin of that id would be left out by name as soon as the folder is read."""
    assert main(["new", "edge_guardian", "--tracks-dir", str(lab.folder)]) == 2
    assert "'edge_guardian' is a track of the lab already; choose another name" in capsys.readouterr().err
    assert list(lab.folder.iterdir()) == []


def test_new_needs_its_folder(tmp_path, capsys):
    assert main(["new", "deep_mine", "--tracks-dir", str(tmp_path / "nowhere")]) == 2
    assert "does not exist" in capsys.readouterr().err
