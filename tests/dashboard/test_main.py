"""The command ``edgelab`` as a shell sees it: exit codes, sentences instead of tracebacks, plain output in a pipe."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import pty
import re
import select
import shlex
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.__main__ import address_errors
from dashboard.ledger.events import Event
from dashboard.ledger.store import Store
from tests.browser.conftest import free_port
from tests.dashboard.conftest import Ended, Run
from tracks.commands.terminal import MEANINGS, CommandError, ExitCode

ROOT = Path(__file__).parents[2]
LONG = "a" * 300
# For root no port and no file is forbidden; other users need no help to be refused.
WITHOUT_RIGHTS = ["setpriv", "--bounding-set=-net_bind_service,-dac_override,-dac_read_search", "--"]
BENCH = (ROOT / "tests" / "plugins" / "downlink.py").read_text(encoding="utf-8")


@pytest.fixture
def shell(environment: dict[str, str], tmp_path: Path) -> Run:
    """Run the command as a process of its own; whatever happens, no traceback is shown."""

    def run(*arguments: str, env: dict[str, str] | None = None, stdout: Any = subprocess.PIPE, **options: Any) -> Ended:
        before = WITHOUT_RIGHTS if options.pop("unprivileged", False) and os.geteuid() == 0 else []
        process = subprocess.run(
            [*before, sys.executable, "-m", "dashboard", *arguments],
            env={**environment, **(env or {})},
            cwd=tmp_path,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            errors="surrogateescape",
            timeout=300,
            check=False,
        )
        assert "Traceback" not in process.stderr
        return process

    return run


def check_sentence(process: Ended, code: ExitCode, said: str) -> None:
    """Fail unless a command ended with the code and one line on standard error that says it."""
    assert process.returncode == code, process.stderr
    assert process.stdout == ""
    (line,) = process.stderr.splitlines()
    assert line.startswith("edgelab: ")
    assert said in line


# --- usage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "0"], "'0' must be a whole number, 1 to 65535"),
        (["run", "--port", "70000"], "'70000' must be a whole number, 1 to 65535"),
        (["run", "--port", "abc"], "'abc' must be a whole number, 1 to 65535"),
        (["--prot", "9000"], "--port"),
        (["rnu"], "No such command 'rnu'"),
        (["db", "downgrade"], "No such command 'downgrade'"),
        (["tracks", "check", "--points", "0"], "'0' must be a whole number, 1 to 65536"),
    ],
)
def test_a_misspelt_command_is_answered_with_its_usage(edgelab: Run, arguments: list[str], said: str) -> None:
    process = edgelab(*arguments)
    assert (process.returncode, process.stdout) == (ExitCode.USAGE, "")
    assert process.stderr.startswith("Usage: edgelab")
    assert said in process.stderr


def test_every_help_page_and_the_documentation_list_the_exit_codes(edgelab: Run) -> None:
    for command in ([], ["run"], ["db"], ["db", "status"], ["cache"], ["tracks"], ["tracks", "check"]):
        text = edgelab(*command, "--help").stdout
        for code, meaning in MEANINGS.items():
            assert re.search(rf"^ +{code:d}  {re.escape(meaning)}$", text, re.MULTILINE)
    page = (ROOT / "docs" / "hosting" / "commands.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", page, re.MULTILINE)
    assert rows == [(f"{code:d}", meaning) for code, meaning in MEANINGS.items()]


def test_a_sentence_and_its_code_reach_the_shell(shell: Run) -> None:
    """Whatever goes wrong ends in the same place; the other cases here are run without a process of their own."""
    check_sentence(shell("--tracks-dir", "nowhere"), ExitCode.USAGE, "nowhere is not a folder")


# --- settings, ledger, address ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("EDGELAB_PROT", "8050", "EDGELAB_PROT is not a setting"),
        ("EDGELAB_DATABASE_URL", "mysql://x/y", "'mysql' is not a database"),
        ("EDGELAB_DATA_DIR", "/proc/edgelab", "cannot be made"),
        ("EDGELAB_DATA_DIR", "~no_such_user/edgelab", "cannot be used"),
        ("EDGELAB_TRACKS_DIR", LONG, "cannot be used"),
    ],
)
def test_a_setting_that_cannot_work_is_one_sentence(edgelab: Run, name: str, value: str, said: str) -> None:
    check_sentence(edgelab("db", "upgrade", env={name: value}), ExitCode.USAGE, said)


def test_a_database_that_does_not_answer_is_named_without_its_password(edgelab: Run) -> None:
    settings = {
        "EDGELAB_DATABASE_URL": "postgresql+psycopg://ada:hunter2@127.0.0.1:1/none",
        "EDGELAB_SECRET_KEY": "k" * 48,
    }
    for command in (["db", "upgrade"], ["db", "status", "--json"], ["run"]):
        process = edgelab(*command, env=settings)
        check_sentence(process, ExitCode.DATABASE, "does not answer")
        assert "hunter2" not in process.stderr
        assert "ada:***@127.0.0.1:1/none" in process.stderr


def test_a_file_that_is_no_database_is_told(edgelab: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ledger.sqlite3").write_bytes(b"no database" * 1000)
    check_sentence(edgelab("db", "upgrade"), ExitCode.DATABASE, "ledger.sqlite3 is no SQLite database")


def test_the_ledger_is_brought_up_to_date_and_its_status_says_so(edgelab: Run, tmp_path: Path) -> None:
    ledger = tmp_path / "data" / "ledger.sqlite3"
    before = edgelab("db", "status")
    assert (before.returncode, before.stderr) == (ExitCode.FAILED, "")
    assert "edgelab db upgrade" in before.stdout
    assert not ledger.exists(), "to ask for the status makes no ledger"
    assert edgelab("db", "upgrade").returncode == ExitCode.OK
    after = edgelab("db", "status", "--json")
    assert after.returncode == ExitCode.OK
    answer = json.loads(after.stdout)
    assert list(answer) == ["format", "edgelab", "database", "current"]
    assert (answer["database"], answer["current"]) == (f"sqlite:///{ledger}", True)


def test_a_port_that_is_taken_is_told_before_the_lab_is_made(edgelab: Run) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = edgelab("--port", str(port))
    check_sentence(process, ExitCode.ADDRESS, f"port {port} on 127.0.0.1 is taken")


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host", "x" * 300])
def test_an_address_of_another_machine_is_told(edgelab: Run, host: str) -> None:
    check_sentence(edgelab("--host", host, "--port", str(free_port())), ExitCode.ADDRESS, "no address of this machine")


def test_a_port_that_needs_a_right_is_told(shell: Run) -> None:
    limit = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    first_free = int(limit.read_text()) if limit.exists() else 1024
    if first_free > 1:
        process = shell("--port", str(first_free - 1), unprivileged=True)
        check_sentence(process, ExitCode.ADDRESS, f"port {first_free - 1} may not be opened by this user")
    else:  # a container whose kernel guards no port
        with pytest.raises(CommandError, match="port 80 may not be opened"), address_errors("127.0.0.1", 80):
            raise PermissionError(errno.EACCES, "Permission denied")


# --- tracks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("no_such_track", "'no_such_track' is no track"),
        ("nowhere.py", "nowhere.py does not exist"),
        ("notes.txt", "notes.txt is no Python file"),
        ("folder", "name it with --tracks-dir folder"),
        (f"{LONG}.py", "File name too long"),
    ],
)
def test_a_target_that_is_not_there_is_one_sentence(edgelab: Run, tmp_path: Path, target: str, said: str) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    (tmp_path / "folder").mkdir()
    check_sentence(edgelab("tracks", "check", target), ExitCode.USAGE, said)


def test_what_cannot_be_loaded_is_left_out_by_name(shell: Run, edgelab: Run, tmp_path: Path) -> None:
    folder = tmp_path / "tracks"
    folder.mkdir()
    (folder / "binary.py").write_bytes(bytes(range(256)))
    (folder / "folder.py").mkdir()
    (folder / "forbidden.py").write_text("")
    (folder / "forbidden.py").chmod(0)
    (folder / "nothing_there.py").symlink_to("gone.py")
    (folder / "prints.py").write_text("print('to standard output')")
    (folder / "steers\x1b[31m.py").write_text("1 / 0")
    process = shell("tracks", "list", "--json", "--tracks-dir", str(folder), unprivileged=True)
    assert process.returncode == ExitCode.FAILED
    assert process.stderr == "", "what a plugin prints while it is loaded is kept for /designer"
    reasons = {row["name"]: row["reason"] for row in json.loads(process.stdout)["plugins"] if row["kind"] == "folder"}
    for name, said in {
        "binary.py": "",
        "folder.py": "Is a directory",
        "forbidden.py": "Permission denied",
        "nothing_there.py": "No such file",
        "prints.py": "it offers nothing",
        "steers\x1b[31m.py": "ZeroDivisionError",
    }.items():
        assert said in reasons[name]
    text = edgelab("tracks", "list", "--tracks-dir", str(folder)).stdout
    assert "\x1b" not in text, "neither a colour of ours nor one of a file's name belongs in a pipe"
    assert "steers\\x1b[31m.py is left out" in text


def test_a_folder_that_is_not_there_is_told(edgelab: Run) -> None:
    process = edgelab("tracks", "list", "--tracks-dir", "nowhere")
    assert process.returncode == ExitCode.FAILED
    assert "this folder does not exist" in process.stdout
    check_sentence(edgelab("tracks", "new", "mine", "--tracks-dir", "nowhere"), ExitCode.USAGE, "does not exist")
    check_sentence(edgelab("tracks", "new", "mine", "--tracks-dir", "/proc"), ExitCode.USAGE, "")


# --- the two streams -------------------------------------------------------------------------------------------------


@pytest.fixture
def downlink(tmp_path: Path) -> Path:
    """A file of a plugin whose bench has a title and a summary beyond ASCII."""
    path = tmp_path / "downlink.py"
    path.write_text(BENCH, encoding="utf-8")
    return path


def test_a_reader_that_stops_is_no_error(shell: Run) -> None:
    for arguments in (["db", "status", "--json"], ["tracks", "--help"], ["db", "status"]):
        reading, writing = os.pipe()
        os.close(reading)
        process = shell(*arguments, stdout=writing)
        os.close(writing)
        assert (process.returncode, process.stderr) == (ExitCode.OUTPUT_CLOSED, "")


def test_a_full_disk_is_one_sentence(shell: Run) -> None:
    with Path("/dev/full").open("w") as full:
        process = shell("db", "status", stdout=full)
    assert process.returncode == ExitCode.FAILED
    assert process.stderr == "edgelab: the output cannot be written: No space left on device\n"


def test_without_standard_output_it_still_answers_by_its_exit_code(environment: dict[str, str]) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m dashboard db status >&-"
    process = subprocess.run(["sh", "-c", command], env=environment, stderr=subprocess.PIPE, check=False)
    assert (process.returncode, process.stderr) == (ExitCode.FAILED, b"")


def test_ascii_is_enough_for_every_character(shell: Run, edgelab: Run, tmp_path: Path) -> None:
    (tmp_path / "größe×.py").write_text("raise ValueError('0,5 × ε → 🚀')", encoding="utf-8")
    ascii_only = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "LC_ALL": "C.UTF-8"}
    process = shell("tracks", "list", "--tracks-dir", str(tmp_path), env=ascii_only)
    assert (process.returncode, process.stderr) == (ExitCode.FAILED, "")
    assert process.stdout.isascii()
    assert "0,5 \\xd7 \\u03b5 \\u2192 \\U0001f680" in process.stdout
    as_json = edgelab("tracks", "list", "--json", "--tracks-dir", str(tmp_path)).stdout
    assert as_json.isascii()
    assert "0,5 × ε → 🚀" in json.loads(as_json)["plugins"][-1]["reason"]


class Terminal:
    """A command on a terminal of a given width, its two streams told apart if asked."""

    def __init__(self, command: list[str], env: dict[str, str], *, columns: int, tty_output: bool) -> None:
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", *command],
            env={**env, "TERM": "xterm"},
            stdin=slave,
            stdout=slave if tty_output else subprocess.PIPE,
            stderr=slave,
        )
        os.close(slave)
        self.shown = b""
        readable = select.poll()  # select.select() takes no descriptor above 1,023, and many tests have files open
        readable.register(master, select.POLLIN | select.POLLHUP)
        while True:
            try:
                chunk = os.read(master, 65536) if readable.poll(300_000) else b""
            except OSError:  # the terminal's other end is closed
                chunk = b""
            if not chunk:
                break
            self.shown += chunk
        os.close(master)
        self.piped, _ = self.process.communicate(timeout=60)
        self.code = self.process.returncode


def test_forty_columns_hold_the_whole_list_in_colours_if_wanted(environment: dict[str, str]) -> None:
    found = Terminal(["tracks", "list"], environment, columns=40, tty_output=True)
    assert found.code == ExitCode.OK
    plain = re.sub(r"\x1b\[[0-9;]*m", "", found.shown.decode()).splitlines()
    assert max(map(len, plain)) <= 40
    names = "".join(line[: plain[0].index("KI")].strip() for line in plain)
    assert "tracks.cloud_titantracks.edge_guardian" in names
    assert b"\x1b[1m" in found.shown
    without = Terminal(["db", "status"], {**environment, "NO_COLOR": "1"}, columns=40, tty_output=True)
    assert b"\x1b[" not in without.shown


def test_progress_is_shown_on_a_terminal_and_the_answer_stays_clean(
    environment: dict[str, str], downlink: Path
) -> None:
    check = ["tracks", "check", str(downlink), "--points=1", "--json"]
    found = Terminal(check, environment, columns=100, tty_output=False)
    assert b"cloud_titan/downlink" in found.shown
    assert b"0/4" in found.shown
    answer = json.loads(found.piped)
    assert [each["bench"] for each in answer["certificates"]] == ["downlink"] * 4
    assert found.code == (ExitCode.OK if answer["holds"] else ExitCode.FAILED)


# --- run -------------------------------------------------------------------------------------------------------------


def heed_ctrl_c() -> None:
    """A shell that starts the tests in the background has them ignore Ctrl+C, and their children too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_without_a_command_the_lab_starts_and_ctrl_c_ends_it(environment: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=log,
            preexec_fn=heed_ctrl_c,
        )
        for _ in range(2400):
            if b"edgelab is open on" in (tmp_path / "log").read_bytes() or process.poll() is not None:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        code = process.wait(60)
    said = (tmp_path / "log").read_text()
    assert code == ExitCode.OK
    starting, is_open, *_ = said.splitlines()
    assert starting.startswith("edgelab starts")
    assert is_open == f"edgelab is open on http://127.0.0.1:{port}/  (stop with Ctrl+C)"
    assert "Traceback" not in said


# --- forgetting ------------------------------------------------------------------------------------------------------


def test_a_ledger_that_is_not_there_is_not_made_to_forget_it(edgelab: Run, tmp_path: Path) -> None:
    """SQLite makes the file that it is asked, which every user of the machine could read from then on."""
    process = edgelab("db", "forget", "--before", "2020-01-01")
    check_sentence(process, ExitCode.DATABASE, "Run `edgelab db upgrade`")
    assert not (tmp_path / "data" / "ledger.sqlite3").exists()


def test_ledgers_that_are_older_than_a_date_are_forgotten_and_counted(edgelab: Run, tmp_path: Path) -> None:
    """What is erased, and that nothing else is, is tested with the ledger: here it is said."""
    assert edgelab("db", "upgrade").returncode == ExitCode.OK
    store = Store(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite3'}")
    student = "0123456789abcdef" * 2
    store.append(
        Event(student=student, track="a", bench="b", kind="try", payload={}, idempotency_key="k", model_version="1")
    )
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    process = edgelab("db", "forget", "--before", today, "--json")
    assert process.returncode == ExitCode.OK, process.stderr
    answer = json.loads(process.stdout)
    assert (answer["ledgers"], answer["events"], answer["before"]) == (0, 0, today), "it is of today"
    assert len(store.events(student)) == 1
    store.close()
    assert "0 ledgers with 0 events" in edgelab("db", "forget", "--before", "2020-01-01", "--dry-run").stdout
    check_sentence(edgelab("db", "forget", "--before", "2999-01-01"), ExitCode.USAGE, "has not come yet")
    for word in ("yesterday", "2026-02-30"):
        unread = edgelab("db", "forget", "--before", word)
        assert unread.returncode == ExitCode.USAGE
        assert f"{word!r} is no day; write it like 2026-09-30" in unread.stderr
    assert edgelab("db", "forget").returncode == ExitCode.USAGE
