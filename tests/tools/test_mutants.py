"""Planted faults: where, the same ones each time, spread over the modules, and what becomes of them."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools.mutants.forks import Result
from tools.mutants.operators import OPERATORS
from tools.mutants.report import REVIEWED, Review, page, reviews, row
from tools.mutants.sites import chosen_sites, modules, mutated, places, shares, sites_of
from tools.mutants.suites import BUILT_ON, further_tests, own_tests

ROOT = Path(__file__).parents[2]

SOURCE = '''"""Halves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """Two."""

    one: int | None = 3


def half(value: int | float) -> float:
    """Return half of it."""
    if value < 0:
        raise ValueError(f"at least {0 + 0}, got {value + 1}")
    return value / 2


def steps(count: int) -> list[int]:
    """Return the steps."""
    return [step for step in range(count) if step < count]
'''
TESTS = """from physics.gossip.halves import half, steps


def test_half():
    assert half(3) == 1.5


def test_steps():
    assert steps(3) == [0, 1, 2]
"""


def tree(folder: Path, source: str = SOURCE) -> Path:
    """Write a tree of one module and its tests that git knows."""
    for name, text in {
        "physics/__init__.py": "",
        "physics/gossip/__init__.py": "",
        "physics/gossip/halves.py": source,
        "tests/physics/gossip/test_halves.py": TESTS,
        "setup.cfg": "[tool:pytest]\npythonpath = .\naddopts = --import-mode=importlib\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def lines_of(source: str) -> set[str]:
    """Return the lines in which something can be changed."""
    return {source.splitlines()[start[0] - 1].strip() for start, _ in places(source)}


# --- where -----------------------------------------------------------------------------------------------------------


def test_no_fault_is_planted_where_no_test_can_be_asked_to_look():
    """Annotations, decorators, the texts of errors."""
    assert lines_of(SOURCE) == {
        "one: int | None = 3",
        "if value < 0:",
        "return value / 2",
        "return [step for step in range(count) if step < count]",
    }


@pytest.mark.parametrize(
    ("before", "afters"),
    [
        ("x = 1", {"x = 2", "x = 0"}),
        ("x = 1_000", {"x = 1100", "x = 900"}),  # a thousand and one would be seen by nobody
        ("x = 2e-9", {"x = 2.2e-09", "x = 1.8e-09"}),
        ("x = 4.0", {"x = 4.4", "x = 3.6"}),
        ("x = 0", {"x = 1", "x = (-1)"}),
        ("x = a * b", {"x = a / b"}),
        ("x = a <= b", {"x = a < b"}),
        ("x = np.minimum(a, b)", {"x = np.maximum(a, b)"}),
        ("x = minimum", set()),
        ("try: f()\nexcept OSError: x = None", {"try: f()\nexcept CosmicRayTestingException: x = None"}),
        ("try: f()\nexcept json.Bad: x = None", set()),
        (
            "try: f()\nexcept (json.Bad, OSError): x = None",
            {"try: f()\nexcept (json.Bad, CosmicRayTestingException): x = None"},
        ),
    ],
)
def test_what_a_place_becomes(before, afters):
    found = {mutated(before, name, index) for changes in places(before).values() for name, index in changes}
    assert found == afters


def test_the_same_source_and_seed_give_the_same_sites_and_another_seed_others():
    one, again = (sites_of(ROOT, "physics/serving/queue.py", 12, 11) for _ in range(2))
    assert one == again
    assert {site.key for site in one} != {site.key for site in sites_of(ROOT, "physics/serving/queue.py", 12, 12)}


def test_a_site_stays_chosen_when_the_code_above_it_grows(tmp_path):
    before = sites_of(tree(tmp_path / "one"), "physics/gossip/halves.py", 3, 5)
    longer = SOURCE.replace("def half(", "UNIT = None\n\n\ndef half(")
    after = sites_of(tree(tmp_path / "two", longer), "physics/gossip/halves.py", 3, 5)
    assert [site.key for site in before] == [site.key for site in after]
    assert before[-1].line + 3 == after[-1].line


def test_every_site_changes_one_line_and_still_compiles():
    for site in chosen_sites(ROOT, total=40, seed=3, under=["physics/serving", "tracks/api/fixes.py"]):
        source = (ROOT / site.file).read_text(encoding="utf-8")
        changed = mutated(source, site.operator, site.occurrence)
        compile(changed, site.file, "exec")
        assert [a for a, b in zip(source.splitlines(), changed.splitlines(), strict=True) if a != b] != []
        assert site.operator in OPERATORS


def test_every_module_gets_two_places_and_the_rest_go_by_size():
    given = shares({"small": 1, "two": 2, "medium": 100, "large": 300}, 83)
    assert sum(given.values()) == 83
    assert (given["small"], given["two"]) == (1, 2)
    assert (given["large"] - 2) / (given["medium"] - 2) == pytest.approx(3, rel=0.05)
    assert shares({"a": 3, "b": 4}, 100) == {"a": 3, "b": 4}


def test_every_area_has_its_tests():
    """A module whose tests are not found would lose every site, and nobody would know why."""
    for file in modules(ROOT):
        assert own_tests(ROOT, file), file
        assert further_tests(ROOT, file), file
    missing = [name for folder in BUILT_ON.values() for name in folder if not (ROOT / name).exists()]
    assert missing == []


# --- what becomes of them --------------------------------------------------------------------------------------------

RUN = """
import sys
from pathlib import Path
from tools.mutants.forks import Bench
from tools.mutants.sites import places, mutated, Site
root, file = Path(sys.argv[1]), "physics/gossip/halves.py"
bench, source = Bench(root, root.parent / "copy"), (root / file).read_text()
for (start, _), changes in places(source).items():
    before = source.splitlines()[start[0] - 1].strip()
    for name, index in changes:
        after = mutated(source, name, index).splitlines()[start[0] - 1].strip()
        if after in sys.argv[2:]:
            site = Site(file=file, line=start[0], column=start[1], inside="", before=before, after=after,
                        operator=name, occurrence=index)
            print(after, "|", bench.run(site).fate)
"""


def test_a_fault_is_killed_an_equivalent_survives_and_the_tree_is_as_it_was(tmp_path):
    """In a process of its own, as the tool forks one for every run. No step of a range reaches its end: <= is <."""
    root = tree(tmp_path / "tree")
    same = "return [step for step in range(count) if step <= count]"
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(root), "return value * 2", same],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    fates = dict(line.split(" | ") for line in done.stdout.splitlines())
    assert fates == {"return value * 2": "killed", same: "survived"}
    assert (root / "physics/gossip/halves.py").read_text(encoding="utf-8") == SOURCE


ENDLESS = """
import sys
from pathlib import Path
from tools.mutants.forks import Bench
root = Path(sys.argv[1])
print(Bench(root, root.parent / "copy")._tests(["tests/physics/gossip/test_halves.py"], 1.0))
"""


def test_what_never_ends_is_stopped_by_its_processor_time(tmp_path):
    """Not by the clock: on a busy machine sound tests take many times as long."""
    root = tree(tmp_path / "tree")
    (root / "tests/physics/gossip/test_halves.py").write_text("def test_endless():\n    while True:\n        pass\n")
    command = [
        sys.executable,
        "-c",
        "import tools.mutants.forks as forks; forks.PATIENCE = 10**6\n" + ENDLESS,
        str(root),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.stdout.split() == ["None"], done.stderr[-2000:]


# --- what is written of them -----------------------------------------------------------------------------------------


def results():
    """Return what became of four sites: two killed, two not."""
    sites = sites_of(ROOT, "physics/serving/queue.py", 4, 11)
    fates = ("killed", "survived", "killed by the clock", "survived")
    return {site: Result(fate=fate, by="", seconds=1.0) for site, fate in zip(sites, fates, strict=True)}


def test_an_equivalent_change_counts_neither_for_nor_against():
    found = results()
    alive = [site for site, result in found.items() if result.fate == "survived"]
    same = {alive[0].key: Review(verdict="equivalent", reason="Both are zero.")}
    assert row("x", found, {}).share == pytest.approx(2 / 4)
    assert row("x", found, same).share == pytest.approx(2 / 3)
    unseen = {alive[0].key: Review(verdict="unseen", reason="A gap.")}
    assert row("x", found, unseen).share == pytest.approx(2 / 4)


def test_the_page_names_every_survivor_and_why():
    found = results()
    alive = [site for site, result in found.items() if result.fate == "survived"]
    text = page(found, {alive[0].key: Review(verdict="equivalent", reason="Both are zero.")}, seed=11, minutes=3)
    for site in alive:
        assert f"`{site.file}:{site.line}`" in text
        assert site.after in text
    assert "Both are zero." in text
    assert "not reviewed" in text


def test_what_is_reviewed_still_stands_in_the_source():
    """A review of a line that has changed would excuse whatever takes its place."""
    entries = tomllib.loads(REVIEWED.read_text(encoding="utf-8")).get("site", [])
    assert len(reviews()) == len(entries), "none is written twice"
    for entry in entries:
        lines = [line.strip() for line in (ROOT / entry["file"]).read_text(encoding="utf-8").splitlines()]
        assert entry["before"] in lines, entry
        assert entry["file"] in modules(ROOT)
