"""A file that is saved is loaded anew: the page is told, its lock stands, and an error is told until it is mended."""

from pathlib import Path

import pytest

from dashboard.app import LAB, create_app
from dashboard.hosting import preview
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings, SettingsError
from tests.http_student import Student, said
from tests.tracks.conftest import Plugins
from tracks.loading.registry import load_registry

GOOD = """
print('loaded here')
ASKED = question(lambda track, **controls: Truth(value=3.0))
@hookimpl
def edgelab_benches():
    return [replace(BENCH, id='mine', title='First: what is shown?', predictions=(ASKED,), presets=(
        Preset(id='few', label='A few', values={'epochs': 2}),))]
"""
KEY = "edge_guardian/mine"


@pytest.fixture
def author(tmp_path, monkeypatch):
    """An author's student, and the function that saves the file."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    plugins = Plugins(folder=folder, site=folder, builtins=("tracks.edge_guardian",))
    plugins.write("mine.py", GOOD)
    environ = {"EDGELAB_DATA_DIR": str(tmp_path / "data"), "EDGELAB_TRACKS_DIR": str(folder), "EDGELAB_PREVIEW": "on"}
    settings = Settings.from_environment(environ)
    upgrade(settings.database_url)
    monkeypatch.setattr(
        preview, "load_registry", lambda **words: load_registry(builtins=plugins.builtins, entry_points=False, **words)
    )
    registry = plugins.load()
    app = create_app(settings, registry)
    preview.install(app, app.server.extensions[LAB])
    return Student.of(app, registry), lambda body: plugins.write("mine.py", body)


def look(student):
    return student.client.get("/_preview").get_json()


# N9
def test_a_saved_file_is_in_use_and_the_lock_stands(author):
    student, save = author
    assert b"/_preview.js" in student.client.get("/").data
    assert "_preview" in student.client.get("/_preview.js").get_data(as_text=True)
    student.lock_all(KEY)
    assert look(student) == {"version": 0, "problems": []}
    built_in = student.app.server.extensions[LAB].registry.bench("edge_guardian", "crisis")
    save(GOOD.replace("First: what", "Second: what now"))
    assert look(student) == {"version": 1, "problems": []}
    assert look(student)["version"] == 1  # a file that is not saved again is not loaded again
    page = said(student.page(f"/{KEY}"))
    assert "Second: what now is shown?" in page
    assert student.update(KEY, {"epochs": 4}).status_code == 200  # which a lock opens
    assert student.app.server.extensions[LAB].registry.bench("edge_guardian", "crisis") is built_in


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("def f(:\n", "is not Python"),
        ("import os\nos._exit(1)\n", "ends the process"),
        ("@hookimpl\ndef edgelab_benches():\n    return [replace(BENCH, title=3)]\n", "title must be"),
    ],
    ids=["no Python", "ends", "refused"],
)
def test_an_error_is_told_with_its_line_until_it_is_mended(author, wrong, words):
    student, save = author
    save(wrong)
    told = look(student)
    (problem,) = told["problems"]
    assert (told["version"], problem["name"]) == (0, "mine.py")
    assert words in problem["reason"]
    assert "First" in said(student.page(f"/{KEY}"))  # the version before it stays in use
    save(GOOD + "\n")
    assert look(student) == {"version": 1, "problems": []}


def test_the_designers_page_shows_plugins_and_to_an_author_their_texts(author):
    student, _ = author
    page = said(student.page("/designer"))
    for words in ("mine.py", "Time to load", "loaded here", "A few: Epochs 2", "The broadcast is free, they say."):
        assert words in page


def test_texts_that_hold_answers_are_for_an_author_alone(tmp_path, registry):
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data")})
    upgrade(settings.database_url)
    page = said(Student.of(create_app(settings, registry), registry).page("/designer"))
    assert "downlink.py" in page
    assert "MODEL-ANSWER" not in page


@pytest.mark.parametrize(
    ("environ", "behind", "words"),
    [
        ({"EDGELAB_PREVIEW": "on"}, False, "needs EDGELAB_TRACKS_DIR"),
        ({"EDGELAB_PREVIEW": "on", "EDGELAB_TRACKS_DIR": str(Path(__file__).parent)}, True, "own computer"),
        ({"EDGELAB_PREVIEW": "maybe"}, False, "neither on nor off"),
    ],
)
def test_a_departments_server_has_no_preview(tmp_path, environ, behind, words):
    with pytest.raises(SettingsError, match=words):
        Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path), **environ}, behind_gunicorn=behind)
