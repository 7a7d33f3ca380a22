"""A course file: what it may say, and the sentence that each mistake is told in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tracks.loading.course import BUILT_IN, Course, CourseError, Reading, built_in, read_course
from tracks.loading.registry import Registry, load_registry

TRACKS = ("cloud_titan", "edge_guardian", "mobile_nomad", "tiny_pioneer")


@pytest.fixture(scope="module")
def everything() -> Registry:
    return load_registry(entry_points=False)


def written(place: Path, text: str) -> Path:
    path = place / "course.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_built_in_course_is_that_of_the_book_and_uses_everything(everything: Registry) -> None:  # L1
    course = built_in()
    assert course.name == "Machine Learning Systems, Volume II, Lab 11: The Federation Paradox"
    assert [item.section for item in course.reading] == [
        "The Edge Learning Paradigm",
        "Federated Learning Algorithms",
        "Federated Systems at Scale",
        "Federated Privacy",
    ]
    assert course.objectives and course.prerequisites and course.recap and course.next and course.version  # noqa: PT018
    used = course.used(everything)
    assert list(used.tracks) == list(everything.tracks)
    assert {name: list(own) for name, own in used.missions.items()} == {
        name: list(own) for name, own in everything.missions.items()
    }


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    course = read_course(
        written(
            tmp_path,
            """\ufeffinstitution = "A university"
title = "Räume"
objectives = ["one", "two"]
[[reading]]
citation = "Somebody 2020"
section = "3"
[uses]
tracks = ["edge_guardian"]
benches = ["convergence", "crisis"]
cases = []
""",
        )
    )
    assert course == Course(
        institution="A university",
        title="Räume",
        objectives=("one", "two"),
        reading=(Reading(citation="Somebody 2020", section="3"),),
        tracks=("edge_guardian",),
        benches=("convergence", "crisis"),
        cases=(),
        origin=str(tmp_path / "course.toml"),
    )
    assert course.name == "A university: Räume"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty; a course needs a title"),
        ("# only a comment", "is empty; a course needs a title"),
        ("title = Lab", "is not TOML"),
        ("title = 'a'\ntitle = 'b'", "is not TOML"),
        ("course = 'x'", "title is missing"),
        ("title = ' '", "title is an empty text"),
        ("title = 7", "title must be a text in quotation marks, got 7"),
        ("title = 'x'\nobjctives = []", "'objctives', which is no key there; did you mean objectives?"),
        ("title = 'x'\nzzz = 1", "'zzz', which is no key there; there are title, course"),
        ("title = 'x'\nbenches = ['paradox']", "belongs below the line [uses]"),
        ("title = 'x'\nobjectives = 'to know'", "objectives must be a list of texts"),
        ("title = 'x'\nobjectives = [1]", "objectives must be a list of texts"),
        ("title = 'x'\nobjectives = ['']", "objectives is an empty text"),
        ("title = 'x'\nrecap = ['" + "w" * 401 + "']", "recap has a text of 401 characters and may have 400"),
        ("title = 'x'\nrecap = [" + "'w'," * 13 + "]", "recap has 13 items and may have 12"),
        ("title = 'x'\nreading = ['a book']", "reading must be tables, each with a citation: [[reading]]"),
        ("title = 'x'\n[reading]\ncitation = 'y'", "reading must be tables"),
        ("title = 'x'\n[[next]]\nabout = 'y'", "[[next]] 1 has no citation"),
        ("title = 'x'\n[[next]]\ncitation = 'y'\nlink = 'z'", "[[next]] 1 has 'link', which is no key there"),
        ("title = 'x'\n[[next]]\ncitation = 'y'\nurl = 'javascript:alert(1)'", "is no address; write https://..."),
        ("title = 'x'\nuses = 'all'", "uses must be a table, [uses]"),
        ("title = 'x'\n[uses]\nbench = ['a']", "'bench', which is no key there; did you mean benches?"),
        ("title = 'x'\n[uses]\nbenches = 'paradox'", "benches must be a list of ids"),
        ("title = 'x'\n[uses]\nbenches = []", "benches is an empty list; leave the line out to use all"),
        ("title = 'x'\n[uses]\ncases = ['a', 'a']", "cases names 'a' twice"),
        ("title = nan", "title must be a text in quotation marks, got nan"),
        ("title = 'x'\nversion = 1.0", "version must be a text in quotation marks, got 1.0"),
    ],
)
def test_a_wrong_file_is_one_sentence_that_names_it(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(CourseError) as refused:
        read_course(path)
    assert says in str(refused.value)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_no_readable_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"is not there; write one with: edgelab course show > none\.toml"):
        read_course(tmp_path / "none.toml")
    with pytest.raises(CourseError, match="is a folder"):
        read_course(tmp_path)
    path = tmp_path / "latin.toml"
    path.write_bytes("title = 'Ü'".encode("latin-1"))
    with pytest.raises(CourseError, match="not text in UTF-8"):
        read_course(path)
    path.write_bytes(b"#" * 100_001)
    with pytest.raises(CourseError, match="larger than 100 kB"):
        read_course(path)


@pytest.mark.parametrize(
    ("uses", "says"),
    [
        ({"tracks": ("edge_gardian",)}, "tracks names 'edge_gardian', which is not there; did you mean edge_guardian?"),
        ({"benches": ("privcy",)}, "did you mean privacy?"),
        ({"benches": ("zzz",)}, "benches names 'zzz', which is not there; there are paradox, memory"),
        ({"cases": ("keybord",)}, "did you mean keyboard?"),
        ({"benches": ("paradox", "keyboard")}, "benches names 'keyboard', which belongs into cases"),
        ({"cases": ("memory",)}, "cases names 'memory', which belongs into benches"),
        ({"benches": ("memory",), "cases": ("keyboard",)}, "a case of bench 'paradox', which is left out"),
        ({"acts": ("storm_grow",)}, "acts names 'storm_grow', which is not there; did you mean storm_grows?"),
        ({"acts": ("storm",)}, "acts names 'storm', which is not there"),  # the first is the crisis itself
    ],
)
def test_what_there_is_not_is_told_with_the_nearest_that_there_is(
    everything: Registry, uses: dict[str, tuple[str, ...]], says: str
) -> None:
    with pytest.raises(CourseError) as refused:
        Course(title="x", **uses).used(everything)
    assert says in str(refused.value)


def test_a_track_without_a_bench_and_a_bench_of_another_track_are_told(everything: Registry) -> None:
    missions = dict(everything.missions)
    missions["edge_guardian"] = {name: b for name, b in missions["edge_guardian"].items() if name != "crisis"}
    registry = replace(everything, missions=missions)
    with pytest.raises(CourseError, match="benches leaves track 'edge_guardian' without a bench"):
        Course(title="x", benches=("crisis",)).used(registry)
    with pytest.raises(CourseError, match="names 'crisis', which is not there; there are paradox"):
        Course(title="x", tracks=("edge_guardian",), benches=("crisis",)).used(registry)


def test_benches_are_used_in_the_order_of_the_mission_and_bring_their_cases(everything: Registry) -> None:
    used = Course(title="x", tracks=("tiny_pioneer", "edge_guardian"), benches=("crisis", "memory", "paradox")).used(
        everything
    )
    assert {name: list(own) for name, own in used.missions.items()} == {
        "edge_guardian": ["keyboard", "paradox", "memory", "crisis"],
        "tiny_pioneer": ["keyboard", "paradox", "memory", "crisis"],
    }
    assert list(used.tracks) == list(used.missions) == ["tiny_pioneer", "edge_guardian"], "tracks as they are listed"
    assert list(everything.missions["edge_guardian"])[-1] == "crisis", "the registry itself is untouched"
    assert len(everything.tracks) == len(TRACKS)


def test_a_course_uses_some_further_acts_of_a_crisis_or_none(everything: Registry) -> None:
    whole = [act.id for act in everything.bench("edge_guardian", "crisis").acts]
    some = Course(title="x", acts=("roads_close", "hub_sleeps")).used(everything)
    assert [act.id for act in some.bench("edge_guardian", "crisis").acts] == ["storm", "roads_close"]
    assert some.bench("cloud_titan", "crisis").acts == ()
    none = Course(title="x", acts=()).used(everything)
    assert none.bench("edge_guardian", "crisis").acts == ()
    assert [act.id for act in everything.bench("edge_guardian", "crisis").acts] == whole


def test_the_file_of_the_course_is_what_show_prints_and_stands_in_the_release() -> None:
    assert built_in().origin == str(BUILT_IN)
    assert "tracks.loading = course.toml" in (Path(__file__).parents[3] / "setup.cfg").read_text(encoding="utf-8")
