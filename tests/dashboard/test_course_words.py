"""The shell knows no course: benches and tracks declare what belongs to one, and another course works too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from types import MappingProxyType

import pytest
from dash import Dash

import dashboard
from dashboard.app import create_app
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings
from tests.http_student import Student, said
from tracks.api.track import Device, Fleet, Model, Targets
from tracks.loading.course import built_in
from tracks.loading.registry import Registry, load_registry

SHELL = Path(dashboard.__file__).parent
PLUGINS = Path(__file__).with_name("plugins")
MISSION = ("paradox", "memory", "convergence", "privacy")

# Ids of the course that are words of HTML, Dash, Plotly or the plugin API as well, and where those stand.
OTHER_MEANINGS = {
    "data": "Dash's and Plotly's property, HTML's data- attributes",
    "gap": "between a lock and the truth; a property of CSS",
    "mode": "of a Plotly trace",
    "error": "of a JSON answer",
    "payload": "of an event in the ledger",
    "minutes": "of a step",
    "age": "of a cookie: max-age",
    "tokens": "of the design: tokens.css",
    "leaves": "Peek.leaves_out",
    "optimizer": "a kind of bar in tracks.api.charts",
    "attempts": "to reach the server",
    "targets": "of a state, as the strip lists them where all are met",
    "total": "a kind of bar in tracks.api.charts",
    "privacy": "the page that says what is stored",
    "method": "of an HTTP request",
    "hit": "of the folder of results, in the metrics",
    "memory": "the end of a name of Device; SQLite's :memory:",
}
# Words of this course that are no ids.
WORDS = ("federated", "centralised", "guarantee", "epsilon", "softmax", "tenant", "adapter", "city", "cities")


@pytest.fixture(scope="module")
def course() -> Registry:
    """The built-in tracks and benches alone."""
    return load_registry()


@pytest.fixture(scope="module")
def fifth() -> Registry:
    """The course with a plugin's track as its fifth."""
    return load_registry(folder=PLUGINS)


@pytest.fixture(scope="module")
def other_course(fifth: Registry) -> Registry:
    """The same tracks with the plugin's benches and the crises alone."""
    missions = {
        track_id: MappingProxyType({name: bench for name, bench in own.items() if name not in MISSION})
        for track_id, own in fifth.missions.items()
    }
    return replace(fifth, missions=MappingProxyType(missions))


def student_of(place: Path, registry: Registry, **environment: str) -> Student:
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(place), **environment})
    upgrade(settings.database_url)
    app: Dash = create_app(settings, registry)
    return Student.of(app, registry)


def ids_of(registry: Registry) -> set[str]:
    """Every id of tracks, benches, controls, readings, failures and decisions."""
    found = set(registry.tracks)
    for track in registry.tracks.values():
        for bench in registry.benches(track.id):
            outcome = bench.run(track, bench.defaults())
            found |= {bench.id, *bench.control_map(), *bench.failures, *outcome.decision}
            found |= {reading.id for reading in outcome.readings}
    return found


def sources() -> list[Path]:
    found = [
        path
        for path in SHELL.rglob("*")
        if path.suffix in (".py", ".js", ".css") and not {"vendor", "bundle"} & set(path.parts)
    ]
    assert len(found) > 50
    return sorted(found)


def names_in(path: Path) -> Iterator[str]:
    """Yield every word that a program compares with: of texts without spaces, of attributes and of selectors."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        constants = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
        texts = [value for value in constants if isinstance(value, str) and not re.search(r"\s", value.strip())]
    else:
        texts = [*re.findall(r'"([^"\s]*)"', text), *re.findall(r"'([^'\s]*)'", text)]
        texts += re.findall(r"[.\[#]([A-Za-z_]\w*)", text)
    for item in texts:
        yield from re.findall(r"(?<!\w)[a-z]\w*", item)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(SHELL)))
def test_no_id_of_the_course_is_written_in_the_shell(course: Registry, path: Path) -> None:
    fields_of_a_track = {item.name for part in (Model, Device, Fleet, Targets) for item in fields(part)}
    parts_of_a_track = {"model", "device", "fleet", "targets"}
    allowed = OTHER_MEANINGS.keys() | (fields_of_a_track | parts_of_a_track if path.name == "constants.py" else set())
    assert sorted(set(names_in(path)) & (ids_of(course) - allowed)) == []


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(SHELL)))
def test_no_word_of_the_course_stands_in_a_text_or_comment_of_the_shell(path: Path) -> None:
    if path.name == "constants.py":  # labels of the numbers that every track has
        return
    text = path.read_text(encoding="utf-8").lower()
    assert [word for word in WORDS if re.search(rf"(?<![a-z]){word}s?(?![a-z])", text)] == []


def test_a_test_of_names_that_finds_nothing_would_prove_nothing(tmp_path: Path, course: Registry) -> None:
    (tmp_path / "a.py").write_text('found = decided.get("privacy", {})\nplace = f"progress_summary.{x}.epsilon"\n')
    (tmp_path / "a.js").write_text("var here = state.values.context === 'worst_city';")
    found = {word for path in tmp_path.iterdir() for word in names_in(path)} & ids_of(course)
    assert found == {"privacy", "epsilon", "context", "worst_city"}


class TestAFifthTrack:
    def test_the_walls_of_all_stand_side_by_side_and_nobody_counts_them(self, fifth: Registry, tmp_path: Path) -> None:
        page = said(student_of(tmp_path, fifth).page("/harbour"))
        assert page.count("wall-card") == 5
        assert "The walls, side by side" in page
        assert "Four" not in page

    def test_no_reading_list_no_heading(self, fifth: Registry, tmp_path: Path) -> None:
        student = student_of(tmp_path, fifth)
        assert "Recommended reading" not in said(student.page("/harbour"))
        assert "Recommended reading" in said(student.page("/edge_guardian"))

    def test_the_course_without_a_fifth_track_or_with_one_alone(self, fifth: Registry) -> None:
        from dashboard.layouts.home import briefing
        from dashboard.student.standing import Next
        from tests.dashboard.layouts.drawn import text

        harbour = fifth.track("harbour")
        assert "The wall|" in text(briefing(harbour, [harbour], [], {}, Next(step=None), course=built_in()))

    def test_it_takes_as_long_as_its_benches_say(self, fifth: Registry, tmp_path: Path) -> None:
        """8 + 10 + 12 + 14 + 12 + 7 or 10 minutes, rounded up to five."""
        assert "About 70 minutes a track" in said(student_of(tmp_path, fifth).page("/"))


class TestACrisisOfAnyId:
    def test_it_closes_the_mission_under_its_own_names(self, fifth: Registry, tmp_path: Path) -> None:
        student = student_of(tmp_path, fifth)
        page = said(student.page("/harbour"))
        assert "The Storm of the century" in page
        assert "open, about 7 minutes" in page
        labels = ["Papers", "Paradox", "Memory", "Convergence", "Privacy", "The Storm", "Ledge"]
        places = [page.index(f'"{label}"') for label in labels]
        assert places == sorted(places)

    def test_the_debrief_stands_on_it_and_on_no_other_bench(self, fifth: Registry, tmp_path: Path) -> None:
        student = student_of(tmp_path, fifth)
        for key in ("harbour/storm", "harbour/manifest"):
            student.lock_all(key)
            student.try_once(key)
        closing = said(student.page("/harbour/storm"))
        assert "Debrief" in closing
        assert "The manifest is signed, load 40\u00a0t." in closing
        assert "There is no manifest." not in closing
        assert "Debrief" not in said(student.page("/harbour/manifest"))


class TestACourseWithoutPrivacy:
    def test_no_page_speaks_of_what_nobody_declared(self, other_course: Registry, tmp_path: Path) -> None:
        file = tmp_path / "course.toml"
        file.write_text('title = "Loading"\nrecap = ["A ship has one centre of gravity."]\n', encoding="utf-8")
        student = student_of(tmp_path, other_course, EDGELAB_COURSE=str(file))
        for bench in ("manifest", "storm", "ledge"):
            for opened in (False, True):
                page = said(student.page(f"/harbour/{bench}")).lower()
                assert not [word for word in WORDS if word in page], (bench, opened)
                student.lock_all(f"harbour/{bench}")
                student.try_once(f"harbour/{bench}")
        assert "A ship has one centre of gravity." in said(student.page("/harbour/storm"))

    def test_the_read_out_tells_what_the_mission_declares_and_only_on_the_mission(
        self, other_course: Registry, tmp_path: Path
    ) -> None:
        student = student_of(tmp_path, other_course)
        for bench in ("manifest", "storm"):
            page = said(student.page(f"/harbour/{bench}"))
            assert 'data-kept=\\"look\\"' in page
            assert "from the quay" in page
            assert ("Manifest <" in page) == (bench == "storm")  # on its own bench the readings say the same
        assert "hud-about" not in said(student.page("/harbour/ledge"))
        assert '"facts": ["–", "–"]' in said(student.page("/harbour/storm"))
        student.lock_all("harbour/manifest")
        student.record("harbour/manifest", tons=30.0)
        assert '"facts": ["signed", "30\u00a0t"]' in said(student.page("/harbour/storm"))
        student.record("harbour/manifest", tons=0.0)
        assert '"facts": ["unsigned", "–"]' in said(student.page("/harbour/storm"))

    def test_the_closing_says_what_is_missing(self, other_course: Registry, tmp_path: Path) -> None:
        student = student_of(tmp_path, other_course)
        student.lock_all("harbour/storm")
        student.try_once("harbour/storm")
        page = said(student.page("/harbour/storm"))
        assert "There is no manifest." in page

    def test_the_second_engine_is_called_as_its_bench_says(self, other_course: Registry, tmp_path: Path) -> None:
        student = student_of(tmp_path, other_course)
        student.lock_all("harbour/manifest")
        assert "another engine, a spring balance" in said(student.page("/harbour/manifest"))
