"""The documentation and the code have the same lists."""

import configparser
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| ([LPN]\d+) \| (.+) \|$", re.MULTILINE)
# "P12", "P1-P4" in a comment or a docstring; not a part of a longer word, a string or an attribute
NAMED = re.compile(r"(?<![\w\"'.])([LPN])(\d{1,2})(?:-\1?(\d{1,2}))?(?![\w\"'])")


def named_features() -> dict[str, set[str]]:
    """Feature number -> the tests that name it in a comment or docstring."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "tests").rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "#" not in line and '"""' not in line:
                continue
            for letter, first, last in NAMED.findall(line):
                for number in range(int(first), int(last or first) + 1):
                    name = path.relative_to(ROOT / "tests").as_posix()
                    found.setdefault(f"{letter}{number}", set()).add(name)
    return found


def test_every_feature_is_named_by_a_test_or_said_to_be_missing():
    listed = dict(ROW.findall((ROOT / "docs" / "contributing" / "features.md").read_text(encoding="utf-8")))
    assert len(listed) == 22 + 26 + 17
    missing = {number for number, text in listed.items() if "*not built yet*" in text}
    found = named_features()
    named = set(found)
    for number, text in listed.items():
        told = set(re.findall(r"`([\w/]+\.py)`", text.rpartition(" | ")[2]))
        assert told <= found.get(number, set()), f"{number}: a test in its row does not name it"
        assert told or number in missing, f"{number}: its row names no test"
    assert named - set(listed) == set(), "a test names a feature that docs/contributing/features.md does not list"
    assert set(listed) - named == missing, "a feature has no test, or has one and is still called missing"


def test_the_glossary_is_sorted_and_says_each_word_once():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| ([a-z][\w -]+) \| ", text, flags=re.MULTILINE)[1:]
    assert words == sorted(set(words))
    assert len(words) >= 30


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.md")), ids=lambda path: path.name)
def test_a_page_outside_the_site_links_to_files_that_exist(path):
    # The pages of the site are checked when it is built.
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


# --- the build -------------------------------------------------------------------------------------------------------

SOUND = """# A page

```{math}
\\frac{1}{n} \\sum_i x_i
```

[Its heading](#a-page)
"""
BROKEN = {
    "a link": ("[a link](nowhere.md)", "'nowhere.md'"),
    "an anchor": ("[an anchor](#no-such-heading)", "'no-such-heading'"),
    "a document": ("{doc}`no_such_page`", "no_such_page"),
    "a picture": ("![a picture](no_such_picture.png)", "no_such_picture.png"),
    "an equation": ("{math}`\\nosuchcommand`", "nosuchcommand"),
}


def build(source, text):
    """Build one page with the site's own settings, as 'make docs' does."""
    source.mkdir()
    (source / "index.md").write_text(text, encoding="utf-8")
    options = ["-q", "-E", "-W", "--keep-going", "-b", "html", "-c", str(ROOT / "docs")]
    return subprocess.run(
        [sys.executable, "-m", "sphinx", *options, str(source), str(source / "built")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )


class Loads(HTMLParser):
    """Collects the addresses that a browser loads by itself."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        wanted = {"script": "src", "img": "src", "link": "href", "iframe": "src"}.get(tag)
        self.found += [value for name, value in attrs if name == wanted and value]


def test_a_sound_page_is_built_with_its_equation_and_loads_nothing_from_another_host(tmp_path):
    done = build(tmp_path / "page", SOUND)
    assert (done.returncode, done.stderr) == (0, "")
    html = (tmp_path / "page" / "built" / "index.html").read_text(encoding="utf-8")
    assert "<mfrac>" in html, "the equation is not MathML"
    loads = Loads()
    loads.feed(html)
    assert loads.found
    assert [address for address in loads.found if "//" in address] == []
    styles = (tmp_path / "page" / "built" / "_static").rglob("*.css")
    assert [
        path.name for path in styles if re.search(r"url\([\"']?(?:https?:)?//", path.read_text(encoding="utf-8"))
    ] == []


def test_everything_broken_on_a_page_fails_the_build_by_name(tmp_path):
    done = build(tmp_path / "page", SOUND + "\n\n".join(text for text, _ in BROKEN.values()))
    assert done.returncode == 1
    assert [what for what, (_, named) in BROKEN.items() if named not in done.stderr] == []


def test_the_class_plan_fills_ninety_minutes_with_the_minutes_of_the_benches(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs" / "extensions")
    import generated

    rows = [row for row in generated.class_plan().splitlines() if re.match(r"\| \d", row)]
    spans = [tuple(map(int, re.match(r"\| (\d+) to (\d+) \| .* \| (\d+) \|$", row).groups())) for row in rows]
    assert [start for start, _, _ in spans] == [0, *(end for _, end, _ in spans[:-1])]
    assert all(end - start == minutes for start, end, minutes in spans)
    assert spans[-1][1] == 90
    assert sum(minutes for (_, _, minutes), row in zip(spans, rows, strict=True) if "**" in row) == 58


# --- files for contributors ------------------------------------------------------------------------------------------


def test_the_citation_names_the_version_that_is_built():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    assert citation["version"] == setup["metadata"]["version"]
    assert citation["license"] == setup["metadata"]["license"]
    assert citation["cff-version"] == "1.2.0"
    assert citation["authors"] == [{"name": "edgelab developers"}]
    assert {"title", "message", "type"} <= citation.keys()


def test_every_python_that_the_forge_runs_is_one_that_the_makefile_looks_for():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    versions = workflow["jobs"]["check"]["strategy"]["matrix"]["python"]
    assert versions == ["3.11", "3.12", "3.13", "3.14"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [version for version in versions if f"python{version} " not in makefile] == []
