"""``edgelab config`` shows every setting and what is wrong with each, and no secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboard.settings import NAMES
from tests.dashboard.conftest import Ended, Run
from tracks.commands.terminal import ExitCode

KEY = "k3y" * 16
PASSWORDS = {
    "EDGELAB_DATABASE_URL": "postgresql+psycopg://ada:hunter2@127.0.0.1:1/none?sslpassword=hunter3&password=hunter4",
    "EDGELAB_SECRET_KEY": f"{KEY},{'o' * 40}",
}


def by_name(process: Ended) -> dict[str, dict[str, str | None]]:
    return {row["name"]: row for row in json.loads(process.stdout)["settings"]}


def test_every_setting_is_shown_with_its_value_and_where_that_comes_from(edgelab: Run, tmp_path: Path) -> None:
    process = edgelab("config", "--json", env={"EDGELAB_CACHE_MB": "64", "EDGELAB_DESIGNER": ""})
    assert process.returncode == ExitCode.OK, process.stderr
    answer, rows = json.loads(process.stdout), by_name(process)
    assert list(answer) == ["format", "edgelab", "works", "settings", "ignored"]
    assert (answer["works"], answer["ignored"], tuple(rows)) == (True, [], NAMES)
    assert all(row["value"] and row["problem"] is None for row in rows.values())
    data = tmp_path / "data"
    expected = {
        "EDGELAB_DATA_DIR": (str(data), "environment"),
        "EDGELAB_DATABASE_URL": (f"sqlite:///{data / 'ledger.sqlite3'}", "default"),
        "EDGELAB_SECRET_KEY": (f"1 key, hidden, in {data / 'secret_key'}", "file"),
        "EDGELAB_BIND": ("127.0.0.1:8050", "default"),
        "EDGELAB_CACHE_MB": ("64", "environment"),
        "EDGELAB_DESIGNER": ("on; off behind gunicorn", "default"),
    }
    assert {name: (rows[name]["value"], rows[name]["source"]) for name in expected} == expected
    text = edgelab("config").stdout
    assert all(row["name"] in text and str(row["value"]) in text for row in rows.values())


def test_no_key_and_no_password_is_shown(edgelab: Run, tmp_path: Path) -> None:
    kept = edgelab("config").stdout + edgelab("config", "--json").stdout
    assert (tmp_path / "data" / "secret_key").read_text().strip() not in kept
    for arguments in (["config"], ["config", "--json"]):
        process = edgelab(*arguments, env=PASSWORDS)
        assert process.returncode == ExitCode.OK, process.stderr
        assert "2 keys, hidden" in process.stdout
        assert "ada:***@127.0.0.1:1/none?" in process.stdout
        for secret in ("hunter2", "hunter3", "hunter4", KEY, "ooo"):
            assert secret not in process.stdout + process.stderr


def test_each_setting_that_cannot_work_has_its_sentence_and_the_others_are_shown(edgelab: Run) -> None:
    wrong = {
        "EDGELAB_SECRET_KEY": f"{KEY},short",
        "EDGELAB_BIND": "8050",
        "EDGELAB_CACHE_MB": "lots",
        "EDGELAB_PROT": "9000",
        "EDGELAB_URL_PREFIX": "/lab",
    }
    process = edgelab("config", "--json", env=wrong)
    assert (process.returncode, process.stderr) == (ExitCode.USAGE, "")
    rows = by_name(process)
    refused = {name: row["problem"] for name, row in rows.items() if row["problem"]}
    assert set(refused) == {*wrong} - {"EDGELAB_URL_PREFIX"}
    assert all(name in str(sentence) for name, sentence in refused.items())
    assert rows["EDGELAB_URL_PREFIX"]["value"] == "/lab/"
    assert not json.loads(process.stdout)["works"]
    text = edgelab("config", env=wrong)
    assert text.returncode == ExitCode.USAGE
    assert all(str(sentence) in text.stdout for sentence in refused.values())
    assert KEY not in text.stdout


@pytest.mark.parametrize("folder", ["/proc/edgelab", "/dev/null/data", "~no_such_user/edgelab"])
def test_a_data_directory_that_cannot_be_used_is_said_once(edgelab: Run, folder: str) -> None:
    """The ledger, the key and the cache follow from it and are not wrong themselves."""
    process = edgelab("config", "--json", env={"EDGELAB_DATA_DIR": folder})
    assert process.returncode == ExitCode.USAGE
    rows = by_name(process)
    assert [name for name, row in rows.items() if row["problem"]] == ["EDGELAB_DATA_DIR"]
    assert rows["EDGELAB_SECRET_KEY"]["value"] is None
    assert rows["EDGELAB_BIND"]["value"] == "127.0.0.1:8050"


def test_a_course_that_names_what_is_not_there_is_refused_here_too(edgelab: Run, tmp_path: Path) -> None:
    file = tmp_path / "course.toml"
    file.write_text('title = "x"\n[uses]\nbenches = ["privcy"]\n')
    process = edgelab("config", "--json", env={"EDGELAB_COURSE": str(file)})
    assert process.returncode == ExitCode.USAGE
    assert "did you mean privacy" in str(by_name(process)["EDGELAB_COURSE"]["problem"])


def test_tracks_that_are_not_there_are_refused_under_their_own_setting(edgelab: Run) -> None:
    process = edgelab("config", "--json", env={"EDGELAB_TRACKS": "edge_guardian,tiny_pioner"})
    assert process.returncode == ExitCode.USAGE
    refused = {name: row["problem"] for name, row in by_name(process).items() if row["problem"]}
    assert refused == {
        "EDGELAB_TRACKS": "EDGELAB_TRACKS names 'tiny_pioner', which is not there; did you mean tiny_pioneer?"
    }
    chosen = edgelab("config", "--json", env={"EDGELAB_TRACKS": "tiny_pioneer edge_guardian"})
    assert by_name(chosen)["EDGELAB_TRACKS"]["value"] == "tiny_pioneer, edge_guardian"
