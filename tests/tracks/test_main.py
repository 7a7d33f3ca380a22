import os
import subprocess
import sys
from pathlib import Path

import pytest

import tracks
from tracks.__main__ import FOLDER_VARIABLE, main, table
from tracks.registry import Found


@pytest.fixture
def lab(guests, monkeypatch):
    """A lab whose own distribution is installed, whatever the machine has."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    guests.module("own_missions", guests.offers_bench.replace("BENCH", "replace(BENCH, id='own_bench')"))
    guests.install("edgelab", "missions = own_missions", version="9.9")
    return guests


def rows(text: str) -> dict[str, str]:
    """The table's rows by name."""
    return {line.split()[0]: line for line in text.splitlines() if line and not line.startswith(" ")}


def test_list_says_what_was_found_from_where_with_what_result(lab, capsys):
    path = lab.write("crane.py", lab.offers_track)
    assert main(["list", "--tracks-dir", str(lab.folder)]) == 0
    out = capsys.readouterr().out
    found = rows(out)
    assert found["NAME"].split() == ["NAME", "KIND", "RESULT", "FROM"]
    assert found["missions"].split() == [
        "missions",
        "built-in",
        "benches:",
        "own_bench",
        "edgelab",
        "9.9",
        "(own_missions)",
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
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    assert leaving.value.code == 2
    assert "python -m tracks" in capsys.readouterr().err


def test_it_runs_as_a_module_with_the_same_exit_code(lab):
    lab.write("broken.py", "1 / 0")
    path = os.pathsep.join([str(lab.site), str(Path(tracks.__file__).parents[1]), *sys.path])
    run = subprocess.run(
        [sys.executable, "-m", "tracks", "list", "--tracks-dir", str(lab.folder)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (1, "")
    assert "ZeroDivisionError" in run.stdout


def test_columns_line_up_and_a_guest_without_offers_says_so():
    made = [
        Found(name="a_long_name.py", origin="/x", kind="folder"),
        Found(name="b", origin="/y", kind="built-in", tracks=("one", "two"), benches=("three",)),
    ]
    lines = table(made).splitlines()
    assert "nothing offered" in lines[1]
    assert "tracks: one, two; benches: three" in lines[2]
    assert lines[0].index("FROM") == lines[1].index("/x") == lines[2].index("/y")
