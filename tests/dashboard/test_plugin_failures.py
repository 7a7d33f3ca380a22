"""A plugin that hangs, leaks, dies or raises in class: its bench says so, all else answers, then it answers again."""

import os
import time
from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings
from tests.http_student import Student, said
from tests.tracks.conftest import Plugins
from tracks.loading.isolation import process

# At its default and at its slider's ends, where it is tried, it works.
BODY = """
import os
LEAK = []
def mine(track, *, seed, epochs):
    if epochs == 7:
        while True: pass
    if epochs == 8:
        os._exit(4)
    if epochs == 9:
        LEAK.append(bytearray(10**10))
    if epochs == 11:
        raise ValueError('the answer is 42')
    return solve(track, seed=seed, epochs=epochs)

@hookimpl
def edgelab_benches():
    return [replace(BENCH, id='fragile', solve=mine, title='Fragile: what breaks?')]
"""
OTHER = "@hookimpl\ndef edgelab_benches():\n    return [replace(BENCH, id='sound')]\n"
KEY, SOUND, BUILT_IN = "edge_guardian/fragile", "edge_guardian/sound", "edge_guardian/crisis"


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plugins")
    plugins = Plugins(folder=folder, site=folder, builtins=("tracks.edge_guardian",))
    plugins.write("fragile.py", BODY)
    plugins.write("sound.py", OTHER)
    return plugins.load()


@pytest.fixture
def student(registry, tmp_path, monkeypatch):
    for item in registry.found:
        if item.process is not None:  # another test may have left it resting, or killed
            monkeypatch.setattr(item.process, "_rests_until", 0.0)
            monkeypatch.setattr(item.process, "_rest_s", 600.0)
    course = tmp_path / "course.toml"
    course.write_text('name = "Test"\n')
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data")})
    upgrade(settings.database_url)
    return Student.of(create_app(settings, registry), registry)


def process_of(registry, name):
    return next(item.process for item in registry.found if item.name == name)


# N9: what each leads to, in the words of the page.
@pytest.mark.parametrize(
    ("epochs", "what"),
    [(7, "did not answer within 2 s"), (8, "ended"), (9, "failed"), (11, "failed")],
    ids=["hangs", "dies", "takes all memory", "raises"],
)
def test_its_bench_says_so_and_all_others_answer(student, epochs, what):
    answer = student.update(KEY, {"epochs": epochs})
    assert answer.status_code == 422
    assert f"The plugin of this bench (fragile.py) {what}." in answer.get_json()["error"]
    assert "42" not in answer.get_data(as_text=True)  # why is for its author, and may tell an answer
    assert student.update(SOUND, {"epochs": 3}).status_code == 200
    assert student.page("/edge_guardian").status_code == 200
    assert student.page(f"/{SOUND}").status_code == 200


@pytest.mark.parametrize("epochs", [8, 9, 11])
def test_it_answers_the_next_question(student, epochs):
    assert student.update(KEY, {"epochs": epochs}).status_code == 422
    assert student.update(KEY, {"epochs": 3}).status_code == 200


def test_one_that_hung_is_left_alone_for_a_while_and_holds_nobody_up(student, registry, monkeypatch):
    assert student.update(KEY, {"epochs": 7}).status_code == 422
    again = student.update(KEY, {"epochs": 3})
    assert "did not answer and is asked again in" in again.get_json()["error"]
    assert "does not answer" in said(student.page(f"/{KEY}"))
    assert student.update(SOUND, {"epochs": 3}).status_code == 200
    monkeypatch.setattr(process_of(registry, "fragile.py"), "_rests_until", 0.0)
    assert student.update(KEY, {"epochs": 3}).status_code == 200


def test_its_process_is_started_on_use_and_ends_when_it_is_idle_or_forgotten(registry, monkeypatch):
    """The lab of a worker holds no process of a plugin that nobody opens."""
    bench, track = registry.bench("edge_guardian", "sound"), registry.track("edge_guardian")
    own = process_of(registry, "sound.py")
    bench.run(track, bench.defaults())
    (first,) = own._running
    assert first.pid != os.getpid()
    monkeypatch.setattr(first, "used", time.monotonic() - process.IDLE_S)
    bench.run(track, bench.defaults())
    (second,) = own._running
    assert second.pid != first.pid
    assert not Path(f"/proc/{first.pid}/exe").exists()
    own.end()
    assert own._running == []
    assert not Path(f"/proc/{second.pid}/exe").exists()
