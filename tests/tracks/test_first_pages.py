"""What the first pages for a course designer say, done as written."""

import doctest
import re
import shlex
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

import tracks
from tracks.__main__ import main
from tracks.certify import certificate as testing
from tracks.certify.goals import ALWAYS, GOALS
from tracks.certify.structure import previews_agree
from tracks.certify.survey import Survey
from tracks.commands.group import FOLDER_VARIABLE
from tracks.loading.beside import helpers
from tracks.loading.registry import load_registry

DOCS = Path(tracks.__file__).parents[1] / "docs"
FIRST_TRACK, FIRST_BENCH = DOCS / "designing" / "first_track.md", DOCS / "designing" / "first_bench.md"
FILES = sorted((DOCS / "gallery").glob("*.py"))
BESIDE = helpers(FILES)  # which a plugin of the gallery imports by its name
GALLERY = [path for path in FILES if path not in BESIDE]


def blocks(page, language):
    """A page's code of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def clean(*paths):
    """Whether ruff, as who has never set it up runs it at 120 columns, finds nothing."""
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--line-length", "120", "-q", *map(str, paths)]
    done = [
        subprocess.run([*ruff, *one, *options], capture_output=True, check=False)
        for one in (["check"], ["format", "--check"])
    ]
    return all(run.returncode == 0 for run in done)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    return tmp_path


def test_what_the_first_page_says_works(folder, capsys):  # N9
    commands = [shlex.split(line) for block in blocks(FIRST_TRACK, "sh") for line in block.splitlines()]
    assert commands.pop(0) == ["mkdir", "my_tracks"]
    Path("my_tracks").mkdir()
    assert {tuple(command[:2]) for command in commands} == {("edgelab", "tracks")}
    assert [main(command[2:]) for command in commands] == [0] * 4
    out = capsys.readouterr().out
    plain, own = folder / "my_tracks" / "deep_mine.py", folder / "my_tracks" / "harbour.py"
    shown, example = blocks(FIRST_TRACK, "python")
    assert plain.read_text(encoding="utf-8") == shown
    assert len(plain.read_text().splitlines()) < 70
    assert len(own.read_text().splitlines()) < 150
    assert clean(plain, own)
    (lines,) = blocks(FIRST_TRACK, "text")
    assert "harbour/crisis: holds" in out
    for line in lines.splitlines()[1:]:
        assert line in out
    names = {}
    exec(example, names)
    (marker,) = names["test_my_bench_is_a_good_one"].pytestmark
    assert len(marker.args[1]) == len(testing.CHECKS)
    for case in marker.args[1]:
        case()


def test_the_first_page_says_what_helps_for_every_check_of_a_certificate():
    rows = re.findall(r"^\| `(\w+)` \|", FIRST_TRACK.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [check.__name__ for check in (*GOALS, previews_agree, *ALWAYS)]


def test_the_first_bench_has_twenty_lines_and_fails_two_lines(folder):
    (text,) = blocks(FIRST_BENCH, "python")
    path = folder / "upload.py"
    path.write_text(text, encoding="utf-8")
    assert len([line for line in text.splitlines() if line.strip()]) <= 20
    assert clean(path)
    lab = load_registry(folder=folder, builtins=("tracks.edge_guardian", "tracks.missions"), entry_points=False)
    assert {one.name: one.reason for one in lab.found}["upload.py"] == ""
    proof = testing.certify(lab.track("edge_guardian"), lab.bench("edge_guardian", "upload"), points=16, draw=True)
    failing = {item.check for item in proof.findings if not item.passed}
    assert failing <= {"readings_explain_themselves", "fixes_help", "failures_reachable", "failures_reversible"}
    assert "readings_explain_themselves" in failing


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_a_plugin_of_the_gallery_works_as_it_stands(path, tmp_path):
    for one in (path, *BESIDE):
        (tmp_path / one.name).write_bytes(one.read_bytes())
    lab = load_registry(folder=tmp_path, entry_points=False)
    found = next(one for one in lab.found if one.name == path.name)
    assert found.reason == ""
    assert found.tracks or found.benches
    assert clean(path)
    for track in found.tracks or ("edge_guardian",):
        for bench in found.benches:
            survey = Survey(lab.track(track), lab.bench(track, bench), points=8)
            for check in (testing.CHECKS[0], testing.CHECKS[6]):  # answers everywhere, truths
                assert testing.found(check, survey).passed


def test_a_module_beside_a_plugin_is_physics_that_can_be_tested_alone():
    """Its examples hold against published formulas: they are run by themselves, without a lab."""
    (module,) = BESIDE
    assert clean(module)
    spec = spec_from_file_location(module.stem, module)
    alone = module_from_spec(spec)
    spec.loader.exec_module(alone)
    found = doctest.testmod(alone)
    assert (found.failed, found.attempted) == (0, 3)


def test_a_shortened_slider_offers_no_fix_and_asks_nothing_outside():
    """The course's fixes know their own slider, up to 200 rounds, and its question asks about 100; here are 80."""
    from dataclasses import replace

    from tracks.edge_guardian import EDGE_GUARDIAN
    from tracks.missions.convergence import BENCH

    slow = replace(EDGE_GUARDIAN, id="slow_guardian", ranges={"convergence": {"rounds": (10, 80)}})
    bench = BENCH.on(slow)
    rounds = bench.control_map()["rounds"]
    assert (rounds.minimum, rounds.maximum, rounds.default) == (10, 80, 80)
    outcome = bench.run(slow, bench.defaults() | {"rounds": 80}, preview=True)
    offered = [fix.value for verdict in outcome.verdicts for fix in verdict.fixes if fix.control == "rounds"]
    assert all(10 <= value <= 80 for value in offered)
    (question,) = bench.predictions
    assert "From 40 to 80 rounds" in question.question
    assert bench.observation is None, "it asks about 100 rounds"
    after = bench.run(slow, bench.asked_state(question), preview=True).panels["convergence_vs_communication"].table()
    by_round = {row[1]: row[3] for row in after.rows}
    assert bench.truth(slow, question).value == pytest.approx(100 * (by_round[80] - by_round[40]), abs=0.06)
    assert BENCH.on(EDGE_GUARDIAN).observation is not None


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        ({"convergence": {"round": (10, 120)}}, "did you mean 'rounds'"),
        ({"convergence": {"rounds": (10, 800)}}, "not within its own"),
        ({"convergence": {"reliability": (0.3, 0.9)}}, "reliability=1 is not on its slider"),  # its question's links
        ({"convergence": {"algorithm": (1, 2)}}, "which is no slider here"),
        ({"convergence": {"rounds": (120, 10)}}, "must be below"),
        ({"convergence": {"rounds": 10}}, "must be (low, high)"),
    ],
)
def test_a_range_that_cannot_be_is_refused_in_a_sentence(ranges, words):
    from dataclasses import replace

    from tracks.api.checks import SpecError
    from tracks.edge_guardian import EDGE_GUARDIAN
    from tracks.missions.convergence import BENCH

    with pytest.raises(SpecError, match=re.escape(words)):
        BENCH.on(replace(EDGE_GUARDIAN, ranges=ranges))
