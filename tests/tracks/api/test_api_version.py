"""The version of the plugin API: declared, refused with a sentence, and today's word for one that is not known."""

import re
from pathlib import Path

import pytest

import tracks
from tracks.api import hookspecs
from tracks.api.declared import versions
from tracks.loading.discovery import HOOKS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("needed", "words"),
    [
        ("1", []),
        ("2", ["needs version 2 of the plugin API, and this lab has 1", "install a newer edgelab"]),
        ("'1'", ["must be a whole number of 1 or more, got '1'", "EDGELAB_API = 1"]),
        ("0", ["must be a whole number of 1 or more, got 0"]),
        ("True", ["must be a whole number"]),
        ("None", []),
    ],
)
def test_a_plugin_may_declare_the_version_it_needs(plugins, needed, words):
    plugins.builtins = ("tracks.edge_guardian",)
    plugins.write("plugin.py", f"EDGELAB_API = {needed}\n" + plugins.offers_bench)
    reason = plugins.found("plugin.py").reason
    assert bool(reason) == bool(words)
    for word in words:
        assert word in reason


# N10: the sentence says the word that is right.
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Slider(id='e', label='E', unit='', minimum=1, maximum=2, step=1, defualt=1)", "did you mean 'default'?"),
        ("Slider(id='e', label='E', unit='', min_value=1, maximum=2, step=1, default=1)", "write 'minimum'"),
        ("from tracks import Result", "write 'Outcome'"),
        ("from tracks import Slidre", "did you mean 'Slider'?"),
        ("replace(BENCH, presests=())", "did you mean 'presets'?"),
    ],
)
def test_a_word_that_is_not_known_is_answered_with_the_one_that_is_meant(plugins, body, words):
    plugins.builtins = ("tracks.edge_guardian",)
    plugins.write("plugin.py", body)
    reason = plugins.found("plugin.py").reason
    assert words in reason
    assert "(plugin.py, line" in reason


def test_new_words_are_words_of_today():
    """Of the classes; the others are fields."""
    assert all(word in tracks.__all__ for word in versions.NEW_WORDS.values() if re.fullmatch("[A-Z][a-z]+", word))


# Each fails where a hook or a word of the API is added without its documentation.
@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented(hook):
    text = getattr(hookspecs, hook).__doc__
    assert "::" in text
    assert f"def {hook}():" in text
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "designing").iterdir())
    assert hook in pages


def test_designers_have_their_section_of_the_changelog():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"For course designers (`tracks.API_VERSION` is {tracks.API_VERSION}):" in text.split("\n## ")[1]
