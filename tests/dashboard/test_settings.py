"""Settings are checked at start, with a sentence that says what would be right, and the secret key is made once."""

import os
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from dashboard import settings as module
from dashboard.settings import NAMES, Settings, SettingsError
from dashboard.settings.description import describe

ROOT = Path(__file__).parents[2]
KEY = "k" * 48
POSTGRESQL = "postgresql://ada:hunter2@db.example/edgelab"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"EDGELAB_DATA_DIR": str(tmp_path / "data")}


class Recorded(Mapping[str, str]):
    """An environment that remembers which names were asked for."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values_by_name, self.asked = values, set[str]()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)


def test_the_table_names_every_setting_that_is_read_and_no_other(environ: dict[str, str]) -> None:
    rows = re.findall(r"^\| ([A-Z]+_\w+) \| (.+?) \| (.+) \|$", module.__doc__ or "", re.MULTILINE)
    assert tuple(name for name, _, _ in rows) == NAMES
    recorded = Recorded(environ)
    Settings.from_environment(recorded)
    assert recorded.asked == set(NAMES)


def test_without_any_setting_the_lab_runs_on_one_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))  # where platformdirs puts a user's data
    monkeypatch.setenv("HOME", str(tmp_path))
    found = Settings.from_environment({})
    assert found.data_dir.is_relative_to(tmp_path)
    assert found.database_url == f"sqlite:///{found.data_dir / 'ledger.sqlite3'}"
    assert (found.bind, found.url_prefix, found.trusted_proxies) == ("127.0.0.1:8050", "/", 0)
    assert found.tracks_dir is None
    assert found.designer


def test_designer_pages_are_off_behind_gunicorn_unless_asked_for(environ: dict[str, str]) -> None:
    assert not Settings.from_environment(environ, behind_gunicorn=True).designer
    assert Settings.from_environment({**environ, "EDGELAB_DESIGNER": "On"}, behind_gunicorn=True).designer
    assert not Settings.from_environment({**environ, "EDGELAB_DESIGNER": "off"}).designer


def test_who_may_frame_the_lab_is_read_as_a_policy_has_it(environ: dict[str, str]) -> None:
    assert Settings.from_environment(environ).frame_ancestors == ("'self'",)
    asked = {**environ, "EDGELAB_FRAME_ANCESTORS": "self https://*.example.edu:8443"}
    found = Settings.from_environment(asked)
    assert found.frame_ancestors == ("'self'", "https://*.example.edu:8443")
    assert found.framed
    assert not Settings.from_environment({**environ, "EDGELAB_FRAME_ANCESTORS": "none"}).framed


def test_a_variable_set_to_nothing_counts_as_not_set(environ: dict[str, str]) -> None:
    empty = {name: "" for name in NAMES if name != "EDGELAB_DATA_DIR"}  # as compose files pass them
    assert Settings.from_environment({**environ, **empty}) == Settings.from_environment(environ)


def test_values_are_read(environ: dict[str, str], tmp_path: Path) -> None:
    found = Settings.from_environment(
        {
            **environ,
            "EDGELAB_DATABASE_URL": POSTGRESQL,
            "EDGELAB_SECRET_KEY": f"{KEY}, {'o' * 32}",
            "EDGELAB_BIND": "unix:/run/edgelab.sock",
            "EDGELAB_URL_PREFIX": "/user/jane%40x/proxy/8050",
            "EDGELAB_TRUSTED_PROXIES": "2",
            "EDGELAB_TRACKS_DIR": str(tmp_path),
            "UNRELATED": "x",
        }
    )
    assert found.database_url == POSTGRESQL
    assert found.secret_keys == (KEY, "o" * 32)
    assert found.bind == "unix:/run/edgelab.sock"
    assert found.url_prefix == "/user/jane%40x/proxy/8050/"
    assert found.trusted_proxies == 2
    assert found.tracks_dir == tmp_path
    assert not (tmp_path / "data").exists()  # nothing is kept there, so nothing is made


def test_a_sign_on_and_the_store_of_limits_are_read(environ: dict[str, str]) -> None:
    asked = {**environ, "EDGELAB_TRUSTED_PROXIES": "1", "EDGELAB_IDENTITY_HEADER": "X-Remote-User"}
    found = Settings.from_environment({**asked, "EDGELAB_IDENTITY_FROM": "10.0.0.5, ::1"})
    assert (found.identity_header, found.identity_from) == ("X-Remote-User", ("10.0.0.5", "::1"))
    assert Settings.from_environment(environ).limits_store == "host"
    for store in ("redis://:s3cret@h:6379/0", "rediss://h", "redis+unix:///run/redis.sock", "none"):
        found = Settings.from_environment({**environ, "EDGELAB_LIMITS_STORE": store})
        assert found.limits_store == store
        assert "s3cret" not in repr(found)
        shown = {item.name: item.value for item in describe({**environ, "EDGELAB_LIMITS_STORE": store}).settings}
        assert shown["EDGELAB_LIMITS_STORE"] == store.replace("s3cret", "***")
    of_hosts = {"EDGELAB_BROKER_URL": "redis://:s3cret@h/0", "EDGELAB_CACHE_STORE": "rediss://u:s3cret@h:1/2"}
    found = Settings.from_environment({**environ, **of_hosts})
    assert {"EDGELAB_BROKER_URL": found.broker_url, "EDGELAB_CACHE_STORE": found.cache_store} == of_hosts
    assert "s3cret" not in repr(found)
    shown = {item.name: item.value for item in describe({**environ, **of_hosts}).settings}
    assert [shown[name] for name in of_hosts] == ["redis://:***@h/0", "rediss://u:***@h:1/2"]
    without = Settings.from_environment(environ)
    assert (without.broker_url, without.cache_store) == ("", "host")


def test_secrets_do_not_stand_in_the_repr(environ: dict[str, str]) -> None:
    found = Settings.from_environment({**environ, "EDGELAB_DATABASE_URL": POSTGRESQL, "EDGELAB_SECRET_KEY": KEY})
    assert "hunter2" not in repr(found)
    assert KEY not in repr(found)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("EDGELAB_DATABSE_URL", "x", "did you mean EDGELAB_DATABASE_URL?"),  # misspelt
        ("EDGELAB_WORKERS", "2", "did you mean WEB_CONCURRENCY?"),  # as the option has it
        ("EDGELAB_ZZZ", "x", "edgelab config lists all that there are"),
        ("EDGELAB_DATA_DIR", "/dev/null/data", "set EDGELAB_DATA_DIR to a folder"),
        ("EDGELAB_DATABASE_URL", "ledger.sqlite3", "write sqlite:////absolute"),  # a path is no URL
        ("EDGELAB_DATABASE_URL", "sqlite://", "outlives the process"),  # in memory: gone with the worker
        ("EDGELAB_DATABASE_URL", "sqlite:///:memory:", "outlives the process"),
        ("EDGELAB_DATABASE_URL", "sqlite:///file:x?mode=memory&uri=true", "outlives the process"),
        ("EDGELAB_DATABASE_URL", "sqlite:////no/such/folder/ledger.sqlite3", "make it first"),
        ("EDGELAB_DATABASE_URL", "sqlite:////tmp", "name a file in it"),
        ("EDGELAB_DATABASE_URL", "mysql://u@h/d", "'mysql' is not a database"),
        ("EDGELAB_DATABASE_URL", "postgres://u@h/d", "write sqlite:////absolute"),  # the old spelling of some hosts
        ("EDGELAB_DATABASE_URL", "postgresql+nodriver://u@h/d", "there is no driver"),
        ("EDGELAB_DATABASE_URL", "postgresql+pg8000://u@h/d", "is missing"),  # known, but not installed
        ("EDGELAB_SECRET_KEY", "short", "needs 32; make one with python -c"),
        ("EDGELAB_SECRET_KEY", f"{KEY},", "a key has 0 characters"),
        ("EDGELAB_BIND", "8050", "write 127.0.0.1:8050"),
        ("EDGELAB_BIND", "127.0.0.1:70000", "write 127.0.0.1:8050"),
        ("WEB_CONCURRENCY", "two", "how many workers to start, 1 to 256"),
        ("WEB_CONCURRENCY", "0", "1 to 256"),
        ("EDGELAB_URL_PREFIX", "lab", "write it like /courses/edge/"),
        ("EDGELAB_URL_PREFIX", "/../lab", "write it like /courses/edge/"),
        ("EDGELAB_URL_PREFIX", "//evil.example/", "write it like /courses/edge/"),
        ("EDGELAB_TRUSTED_PROXIES", "10.0.0.1", "how many proxies"),
        ("EDGELAB_TRUSTED_PROXIES", "-1", "how many proxies"),
        ("EDGELAB_TRUSTED_PROXIES", "11", "how many proxies"),
        ("EDGELAB_TRACKS_DIR", "/no/such/folder", "name the folder that holds the track files"),
        ("EDGELAB_TRACKS", "Edge Guardian", "write them like edge_guardian,tiny_pioneer"),
        ("EDGELAB_TRACKS", ",", "must be ids of tracks"),
        ("EDGELAB_TRACKS", "edge_guardian, edge_guardian", "names 'edge_guardian' twice"),
        ("EDGELAB_COURSE", "/no/such/course.toml", "is not there; write one with: edgelab course show > course.toml"),
        ("EDGELAB_COURSE", "/dev/null", "is empty; a course needs a title"),
        ("EDGELAB_COURSE", str(ROOT), "is a folder; name the file"),
        ("EDGELAB_COURSE", str(ROOT / "setup.cfg"), "is not TOML"),
        ("EDGELAB_COURSE", "n" * 5000, "cannot be used"),
        ("EDGELAB_FRAME_ANCESTORS", "moodle.example.edu", "is no origin; write self, none, or origins such as https"),
        ("EDGELAB_FRAME_ANCESTORS", "https://a.example; script-src *", "is no origin"),  # it stands in a header
        ("EDGELAB_FRAME_ANCESTORS", "none https://a.example", "none stands alone"),
        ("EDGELAB_IDENTITY_HEADER", "X-Remote-User", "needs EDGELAB_TRUSTED_PROXIES, since without a proxy"),
        ("EDGELAB_IDENTITY_HEADER", "X Remote User", "write it like X-Remote-User"),
        ("EDGELAB_IDENTITY_HEADER", "X_Remote_User", "write it like X-Remote-User"),  # servers drop such a header
        ("EDGELAB_IDENTITY_HEADER", "Cookie", "a header that the sign-on alone sets"),  # every browser sends it
        ("EDGELAB_IDENTITY_HEADER", "X-Forwarded-For", "a header that the sign-on alone sets"),
        ("EDGELAB_IDENTITY_FROM", "10.0.0.0/99", "neither an address nor a network"),
        ("EDGELAB_IDENTITY_FROM", "127.0.0.1 proxy.example", "'proxy.example' is neither"),
        ("EDGELAB_LIMITS_STORE", "memcached://h", "write host, none, or redis://host:6379/0"),
        ("EDGELAB_LIMITS_STORE", "redis://", "is not the address of a Redis"),
        ("EDGELAB_LIMITS_STORE", "redis://:s3cret@h:port", "is not the address of a Redis"),
        ("EDGELAB_CACHE_STORE", "none", "write host, or redis://host:6379/0"),
        ("EDGELAB_CACHE_STORE", "redis+unix:///run/redis.sock", "is not the address of a Redis"),  # of one host alone
        ("EDGELAB_BROKER_URL", "amqp://guest@h", "write redis://host:6379/0"),
        ("EDGELAB_BROKER_URL", "redis://:s3cret@h:99999/0", "is not the address of a Redis"),
        ("EDGELAB_DESIGNER", "maybe", "neither on nor off"),
        ("EDGELAB_BIND", "127.0.0.1:٨٠٨٠", "write 127.0.0.1:8050"),  # digits, but none that a socket reads
        ("EDGELAB_URL_PREFIX", "/%zz/", "write it like /courses/edge/"),
        ("EDGELAB_CACHE_MB", "1e3", "a whole number of megabytes, 16 to 1000000, or 0"),
        ("EDGELAB_CACHE_MB", "15", "16 to 1000000"),
        ("EDGELAB_CACHE_DIR", "/dev/null", "is not a folder"),
        ("EDGELAB_OPINION_SECONDS", "nan", "a whole number of seconds, 10 to 3600"),
        ("EDGELAB_OPINION_SECONDS", "3601", "10 to 3600"),
    ],
)
def test_what_cannot_work_is_refused_with_what_would_be_right(
    environ: dict[str, str], name: str, value: str, says: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({**environ, name: value})
    assert name in str(refused.value)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


NONSENSE = (
    "-1", "1e3", "nan", "٣", "{}", "null", "a\nb", "a\x1b[2J", "\udcff", "x" * 5000, "/dev/null/x",
    "unix:", "unix:/a b", "sqlite:///\n.db", "sqlite:////dev/null/x", "postgresql://h:abc/d", "postgresql://[::1/d",
    ",", "%", "a b/", "9" * 30, "~nobody_has_this/x",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_setting_holds_it_is_read_or_refused_in_one_line_that_a_terminal_can_show(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for value in NONSENSE:
        try:
            Settings.from_environment({**environ, "EDGELAB_SECRET_KEY": KEY, name: value})
        except SettingsError as problem:
            said = str(problem)
            assert said.isprintable(), (value, said)
            assert len(said) < 500, value
            assert re.search("EDGELAB_|WEB_CONCURRENCY", said), value


def test_a_refused_database_url_does_not_repeat_its_password(environ: dict[str, str]) -> None:
    for url in ("mysql://u:hunter2@h/d", "postgresql+nodriver://u:hunter2@h/d", "postgresql://u:hunter2@h:port/d"):
        with pytest.raises(SettingsError) as refused:
            Settings.from_environment({**environ, "EDGELAB_DATABASE_URL": url})
        assert "hunter2" not in str(refused.value)


def test_a_relative_sqlite_path_is_settled_at_start(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = Settings.from_environment({**environ, "EDGELAB_DATABASE_URL": "sqlite:///mine.sqlite3"})
    assert found.database_url == f"sqlite:///{tmp_path / 'mine.sqlite3'}"


def test_a_shared_database_needs_a_key_that_every_host_has(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="EDGELAB_SECRET_KEY is required when the database is not SQLite"):
        Settings.from_environment({**environ, "EDGELAB_DATABASE_URL": POSTGRESQL})


def test_the_key_is_made_once_and_for_its_owner_only(environ: dict[str, str], tmp_path: Path) -> None:
    first = Settings.from_environment(environ)
    path = tmp_path / "data" / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(first.secret_keys[0]) >= 43  # 32 random bytes or more in base64
    assert Settings.from_environment(environ) == first
    assert Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "other")}).secret_keys != first.secret_keys


def test_workers_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    for attempt in range(20):
        environ = {"EDGELAB_DATA_DIR": str(tmp_path / str(attempt))}
        gate, found = threading.Barrier(8), list[tuple[str, ...]]()

        def start(environ: dict[str, str] = environ, gate: threading.Barrier = gate, found: list = found) -> None:
            gate.wait()
            found.append(Settings.from_environment(environ).secret_keys)

        workers = [threading.Thread(target=start) for _ in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(found) == 8
        assert len(set(found)) == 1
        assert sorted(path.name for path in (tmp_path / str(attempt)).iterdir()) == ["secret_key"]  # no drafts left


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    code = (
        "import sys; from dashboard.settings import Settings; input(); print(Settings.from_environment().secret_keys)"
    )
    environ = {**os.environ, "EDGELAB_DATA_DIR": str(tmp_path / "data"), "PYTHONPATH": str(ROOT)}
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    answers = {worker.communicate(timeout=20)[0] for worker in workers}
    assert len(answers) == 1
    assert "('" in answers.pop()


def test_a_key_that_others_can_read_is_refused(environ: dict[str, str], tmp_path: Path) -> None:
    Settings.from_environment(environ)
    (tmp_path / "data" / "secret_key").chmod(0o644)
    with pytest.raises(SettingsError, match=r"run chmod 600 '.*secret_key'"):
        Settings.from_environment(environ)


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 64])
def test_a_broken_key_file_is_refused_and_not_replaced(environ: dict[str, str], tmp_path: Path, content: bytes) -> None:
    Settings.from_environment(environ)
    path = tmp_path / "data" / "secret_key"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="secret_key"):
        Settings.from_environment(environ)
    assert path.read_bytes() == content  # a new key in its place would log every student out
