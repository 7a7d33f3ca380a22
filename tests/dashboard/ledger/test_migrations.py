"""The migrations make exactly the tables of the models, once, whoever runs them and from wherever."""

import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, create_engine, inspect, text

from dashboard.ledger import LedgerUnavailable, Store, is_current, migrations, upgrade
from dashboard.ledger.models import Base

(HEAD,) = ScriptDirectory.from_config(migrations.alembic_config()).get_heads()


def test_models_and_migrations_describe_the_same_tables(empty_url: str) -> None:
    upgrade(empty_url)
    engine = create_engine(empty_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
        # Autogenerate does not look at checks.
        made = {str(check["name"]) for check in inspect(connection).get_check_constraints("events")}
    engine.dispose()
    checks = {c.name for c in Base.metadata.tables["events"].constraints if isinstance(c, CheckConstraint)}
    assert made == checks == {"ck_events_lock_names_its_prediction"}


def test_a_ledger_is_current_only_after_the_upgrade(empty_url: str, new_store: Callable[..., Store]) -> None:
    assert not is_current(empty_url)
    upgrade(empty_url)
    assert is_current(empty_url)
    assert new_store(empty_url).is_current()
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()
    assert not is_current(empty_url)


def test_a_second_upgrade_changes_nothing(empty_url: str, events: Any, new_store: Callable[..., Store]) -> None:
    upgrade(empty_url)
    stored = new_store(empty_url).append(events.attempt())
    upgrade(empty_url)
    assert new_store(empty_url).events(events.student) == (stored,)


UPGRADE = """
import sys, time
from sqlalchemy import Engine, event
from dashboard.ledger import upgrade
@event.listens_for(Engine, "before_cursor_execute")
def slowly(connection, cursor, statement, *rest):
    if statement.strip().startswith("CREATE TABLE"):
        time.sleep(0.3)  # so that each would find the other between its look and its work
print("ready", flush=True)
sys.stdin.readline()
upgrade(sys.argv[1])
print("upgraded", flush=True)
"""


def test_processes_that_upgrade_at_once_make_one_ledger(
    empty_url: str, events: Any, new_store: Callable[..., Store], start_python: Callable[..., Any]
) -> None:
    processes = [start_python(UPGRADE, empty_url) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=30)[0] for process in processes] == ["upgraded\n"] * 2
    assert new_store(empty_url).append(events.attempt()).sequence == 1


def test_a_long_upgrade_is_not_cut_short(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copy_of_migrations(tmp_path, monkeypatch)
    (folder / "versions" / "9000_long.py").write_text(
        f'from alembic import op\nrevision, down_revision = "9000", "{HEAD}"\n'
        'def upgrade():\n    op.execute("SELECT pg_sleep(0.6)")\n'
    )
    upgrade(cluster.make_database("long"), patience_s=0.4)


def test_an_upgrade_that_waits_too_long_is_said(cluster: Any) -> None:
    url = cluster.make_database("held")
    upgrade(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(LedgerUnavailable, match="busy"):
            upgrade(url, patience_s=0.3)
    engine.dispose()


def test_an_upgrade_that_fails_leaves_nothing_behind(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy_of_migrations(tmp_path, monkeypatch)
    (folder / "versions" / "9000_broken.py").write_text(
        f'from alembic import op\nrevision, down_revision = "9000", "{HEAD}"\n'
        'def upgrade():\n    op.execute("CREATE TABLE half (id INTEGER)")\n    op.execute("SELECT * FROM nowhere")\n'
    )
    with pytest.raises(LedgerUnavailable):
        upgrade(empty_url)
    engine = create_engine(empty_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_ledger_of_a_newer_version_is_left_alone(empty_url: str) -> None:
    upgrade(empty_url)
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerUnavailable, match=r"made by another version of edgelab.*Install the newer"):
        upgrade(empty_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    engine.dispose()


def test_the_template_writes_a_migration_that_runs(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(empty_url)
    copy_of_migrations(tmp_path, monkeypatch)
    command.revision(migrations.alembic_config(), message="add nothing", rev_id="9000")
    upgrade(empty_url)
    engine = create_engine(empty_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9000"
    engine.dispose()


def copy_of_migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "50% migrations"  # a per cent sign in a path is special to Alembic's configuration
    shutil.copytree(Path(migrations.__file__).parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrations, "__file__", str(folder / "__init__.py"))
    return folder


def test_a_sqlite_ledger_is_for_its_owner_only_and_keeps_a_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    upgrade(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
    engine.dispose()


def test_a_commit_of_sqlite_is_on_the_disk(sqlite_url: str, new_store: Callable[..., Store]) -> None:
    with new_store(sqlite_url)._database.reading() as connection:
        assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL: a power cut takes nothing acknowledged
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA busy_timeout")) == 5000


def test_a_ledger_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnavailable, match="does not answer"):
        upgrade(f"sqlite:///{tmp_path / 'nowhere' / 'ledger.sqlite3'}")
