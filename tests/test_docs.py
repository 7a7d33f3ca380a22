"""The documentation and the code have the same lists."""

import re
from pathlib import Path

import pytest

from tools import track_words_page

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
                    found.setdefault(f"{letter}{number}", set()).add(path.name)
    return found


def test_every_feature_is_named_by_a_test_or_said_to_be_missing():
    listed = dict(ROW.findall((ROOT / "docs" / "features.md").read_text(encoding="utf-8")))
    assert len(listed) == 22 + 26 + 17
    missing = {number for number, text in listed.items() if text.endswith("*not built yet*")}
    named = set(named_features())
    assert named - set(listed) == set(), "a test names a feature that docs/features.md does not list"
    assert set(listed) - named == missing, "a feature has no test, or has one and is still called missing"


def test_the_glossary_is_sorted_and_says_each_word_once():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| ([a-z][\w -]+) \| ", text, flags=re.MULTILINE)[1:]
    assert words == sorted(set(words))
    assert len(words) >= 30


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.name)
def test_a_page_links_to_files_that_exist(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_page_of_what_benches_read_is_what_they_declare():
    assert track_words_page.PAGE.read_text(encoding="utf-8") == track_words_page.page(), (
        "run python tools/track_words_page.py"
    )
