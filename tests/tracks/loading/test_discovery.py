import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tracks.conftest import loaded
from tracks.api import hookspecs
from tracks.loading.discovery import HOOKS, error_text

GOOD = "@hookimpl\ndef edgelab_tracks():\n    return [replace(TRACK, id='{}')]\n"

# Each plugin below is broken in one way; the text is what its author must be able to act on.
BROKEN = {
    # --- the file cannot be imported
    "needs what is not installed": ("import no_such_library", ["No module named 'no_such_library'", "install"]),
    "is no Python": ("def edgelab_tracks(:", ["is not Python", "line"]),
    "holds a null byte": ("x = '\0'", ["null byte"]),
    "fails while it is imported": ("1 / 0", ["while it is imported", "ZeroDivisionError", "(b_broken.py, line 3"]),
    "leaves the program": ("import sys; sys.exit(3)", ["leaves the program", "__main__"]),
    "calls itself for ever": ("def f(): f()\nf()", ["RecursionError"]),
    "makes a nonsense control": (
        "Slider(id='epochs', label='E', unit='', minimum=1, maximum=20, step=1, default=30)",
        ["Slider 'epochs': default 30 is outside 1..20", "b_broken.py, line"],
    ),
    "has a crisis that is no bench": (
        "replace(TRACK, crisis='storm')",
        ["crisis must be a Bench or None, got 'storm'"],
    ),
    "loads the registry, and so itself": (
        "from tracks.loading.registry import load_registry\nfrom pathlib import Path\n"
        "load_registry(folder=Path(__file__).parent, entry_points=False)",
        ["load_registry was called by a plugin that is being loaded"],
    ),
    "raises an error that cannot be printed": (
        "class Worse(Exception):\n    def __str__(self): raise ValueError\nraise Worse",
        ["Worse: its message cannot be read"],
    ),
    # --- it has no hook that pluggy would call
    "offers nothing": ("", ["offers nothing", "edgelab_tracks", "@hookimpl"]),
    # pluggy reports it only in check_pending()
    "misspells the hook": (
        "@hookimpl\ndef edgelab_trakcs():\n    return [TRACK]",
        ["'edgelab_trakcs' is no hook", "did you mean 'edgelab_tracks'?"],
    ),
    "invents a hook": ("@hookimpl\ndef edgelab_app(app): pass", ["'edgelab_app' is no hook", "edgelab_benches"]),
    "forgets the marker": (
        "def edgelab_tracks():\n    return [TRACK]",
        ["'edgelab_tracks' is not marked", "@hookimpl"],
    ),
    "marks one hook and forgets the other": (
        "def edgelab_benches():\n    return [BENCH]\n" + GOOD.format("ferry"),
        ["'edgelab_benches' is not marked"],
    ),
    "asks for an argument": ("@hookimpl\ndef edgelab_tracks(app):\n    return [TRACK]", ["app", "takes no arguments"]),
    "wraps the others": (
        "@hookimpl(wrapper=True)\ndef edgelab_tracks():\n    tracks = yield\n    return [[TRACK]]",
        ["'edgelab_tracks' is a wrapper"],
    ),
    # pluggy would register that plugin's implementation a second time
    "imports another plugin's hook": (
        "from tracks.cloud_titan import edgelab_tracks",
        ["imports the hook 'edgelab_tracks' of tracks.cloud_titan", "do not import it"],
    ),
    # --- the hook does not give a list of the right things
    "raises in its hook": (
        "@hookimpl\ndef edgelab_tracks():\n    raise OSError('disk')",
        ["OSError: disk", "a list of Track"],
    ),
    "exits in its hook": ("@hookimpl\ndef edgelab_tracks():\n    raise SystemExit", ["SystemExit"]),
    # a generator fails only when it is consumed, after pluggy has returned
    "raises after its first track": (
        "@hookimpl\ndef edgelab_tracks():\n    yield TRACK\n    raise ValueError('later')",
        ["ValueError: later", "b_broken.py, line"],
    ),
    "never stops": (
        "@hookimpl\ndef edgelab_tracks():\n    while True:\n        yield TRACK",
        ["more than 100"],
    ),
    "recurses in its hook": ("@hookimpl\ndef edgelab_tracks():\n    return edgelab_tracks()", ["RecursionError"]),
    # pluggy drops None
    "forgets to return": ("@hookimpl\ndef edgelab_tracks():\n    [TRACK]", ["returned None", "return a list of Track"]),
    "returns a track alone": (
        "@hookimpl\ndef edgelab_tracks():\n    return TRACK",
        ["returned a Track", "a list of Track"],
    ),
    "returns a mapping": ("@hookimpl\ndef edgelab_tracks():\n    return {'a': TRACK}", ["returned a dict"]),
    "returns a text": ("@hookimpl\ndef edgelab_tracks():\n    return 'harbour'", ["returned a str"]),
    # its order, and so the order of the page, would differ between workers
    "returns a set": ("@hookimpl\ndef edgelab_tracks():\n    return {'a'}", ["returned a set", "in their order"]),
    "is asynchronous": ("@hookimpl\nasync def edgelab_tracks():\n    return [TRACK]", ["returned a coroutine"]),
    "returns the class": ("@hookimpl\ndef edgelab_tracks():\n    return [TRACK, Track]", ["item 2 is a type"]),
    "mixes up the hooks": (
        "@hookimpl\ndef edgelab_benches():\n    return [TRACK]",
        ["item 1 is a Track", "list of Bench"],
    ),
}


BESIDE = {"a_good.py": GOOD.format("barge"), "c_good.py": GOOD.format("crane")}


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """The folder of the good plugins, and what they give when no broken one lies beside them."""
    folder = tmp_path_factory.mktemp("good")
    return folder, loaded(folder, BESIDE)


# N10
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin_is_left_out_by_name_and_reason_and_nothing_else_changes(plugins, without, name):
    for good, text in BESIDE.items():
        plugins.write(good, text)
    folder, alone = without
    body, words = BROKEN[name]
    path = plugins.write("b_broken.py", body)
    registry = plugins.load()
    (row,) = [row for row in registry.found if row.reason]
    assert (row.name, row.kind, row.origin, row.tracks, row.benches) == ("b_broken.py", "folder", str(path), (), ())
    for word in words:
        assert word in row.reason
    assert "\n" not in row.reason
    assert list(registry.tracks) == list(alone.tracks) == ["edge_guardian", "cloud_titan", "barge", "crane"]
    others = [r for r in registry.found if r is not row]
    assert others == [replace(r, origin=r.origin.replace(str(folder), str(plugins.folder))) for r in alone.found]


HOOK_USERS = {"edgelab_tracks": "offers_track", "edgelab_benches": "offers_bench"}


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_brings_in_what_a_plugin_offers(plugins, hook):
    plugins.write("plugin.py", getattr(plugins, HOOK_USERS[hook]))
    row = plugins.found("plugin.py")
    assert row.reason == ""
    assert (row.tracks or row.benches) == (("harbour_crane",) if hook == "edgelab_tracks" else ("downlink",))


def test_the_hooks_are_those_of_the_specification():
    specified = [name for name in vars(hookspecs) if name.startswith("edgelab_")]
    assert list(HOOKS) == specified


def test_a_hook_may_be_a_generator_or_return_a_tuple(plugins):
    plugins.write(
        "plugin.py",
        "@hookimpl\ndef edgelab_tracks():\n    yield TRACK\n\n@hookimpl\ndef edgelab_benches():\n    return (BENCH,)",
    )
    row = plugins.found("plugin.py")
    assert (row.tracks, row.benches, row.reason) == (("harbour_crane",), ("downlink",), "")


def test_a_hook_for_a_later_version_may_be_marked_optional(plugins):
    plugins.write(
        "plugin.py", plugins.offers_track + "@hookimpl(optionalhook=True)\ndef edgelab_lessons():\n    return []"
    )
    assert plugins.found("plugin.py").tracks == ("harbour_crane",)


# --- the folder


def test_files_are_taken_in_sorted_order_and_those_not_meant_are_skipped(plugins):
    for name in ("zinc.py", "apple.py", "_helper.py", ".apple.py.swp", ".hidden.py", "mango.py"):
        plugins.write(name, GOOD.format(name.strip("._").partition(".")[0]))
    (plugins.folder / "notes.txt").write_text("not Python at all")
    names = [row.name for row in plugins.load().found if row.kind == "folder"]
    assert names == ["apple.py", "mango.py", "zinc.py"]


def test_loading_a_folder_leaves_the_interpreter_and_the_folder_as_they_were(plugins):
    plugins.write("good.py", plugins.offers_track)
    plugins.write("bad.py", "1 / 0")
    path, modules = list(sys.path), set(sys.modules)
    plugins.load()
    assert sys.path == path
    assert sorted(p.name for p in plugins.folder.iterdir()) == ["bad.py", "good.py"]  # and no __pycache__
    new = {name for name in set(sys.modules) - modules if "good" in name or "bad" in name}
    assert len(new) == 1
    assert "good" not in sys.modules  # a plugin called json.py must not hide the library's


# --- modules of one's own


def test_a_module_beside_a_track_is_imported_by_its_name_and_is_no_plugin(plugins, tmp_path):
    plugins.write("helper.py", "ID = 'harbour_one'")
    plugins.write("one.py", "import helper\n" + GOOD.format("one").replace("'one'", "helper.ID"))
    found = plugins.load().found
    assert [(row.name, row.reason) for row in found if row.kind == "folder"] == [("one.py", "")]
    assert "helper" not in sys.modules, "another folder's helper is another module"
    assert sorted(path.name for path in plugins.folder.iterdir()) == ["helper.py", "one.py"]  # and no __pycache__


def test_each_file_has_its_own_helper(plugins):
    """What one changes in it, the other does not see."""
    plugins.write("helper.py", "SEEN = []")
    for name in ("one", "two"):
        once = f"import helper\nhelper.SEEN.append({name!r})\nassert helper.SEEN == [{name!r}]\n"
        plugins.write(f"{name}.py", once + GOOD.format(name))
    assert [row.reason for row in plugins.load().found if row.kind == "folder"] == ["", ""]


def test_a_folder_with_modules_of_its_own_is_one_plugin(plugins):
    package = plugins.folder / "depot"
    package.mkdir()
    (package / "model.py").write_text("WORD = 'a'")
    plugins.write("depot/__init__.py", "from .model import WORD\nfrom . import model\n" + GOOD.format("depot"))
    found = [row for row in plugins.load().found if row.kind == "folder"]
    assert [(row.name, row.reason, row.tracks) for row in found] == [("depot", "", ("depot",))]
    assert sorted(path.name for path in package.iterdir()) == ["__init__.py", "model.py"]


def test_a_relative_import_in_a_file_is_told_the_two_ways(plugins):
    plugins.write("helper.py", "ID = 'one'")
    plugins.write("one.py", "from . import helper\n" + GOOD.format("one"))
    reason = plugins.found("one.py").reason
    assert "import helper" in reason
    assert "__init__.py" in reason


def test_two_files_of_one_name_in_two_folders_do_not_share_a_module(plugins, tmp_path):
    plugins.write(
        "plugin.py", "from dataclasses import dataclass\n@dataclass\nclass Own: x: int\n" + GOOD.format("first")
    )
    first = plugins.load()
    plugins.folder = tmp_path / "second"
    plugins.folder.mkdir()
    plugins.write("plugin.py", GOOD.format("second"))
    second = plugins.load()
    assert "first" in first.tracks
    assert "second" in second.tracks
    assert len([name for name in sys.modules if name.startswith("edgelab_plugin_plugin_")]) == 2


def test_a_file_means_what_it_says_whatever_the_registry_imports_from_the_future(plugins):
    plugins.write("plugin.py", "def f(x: int): pass\nassert f.__annotations__ == {'x': int}\n" + plugins.offers_track)
    assert plugins.found("plugin.py").reason == ""


def test_an_edited_file_is_read_anew(plugins):
    plugins.write("plugin.py", GOOD.format("aaaa"))
    assert "aaaa" in plugins.load().tracks
    plugins.write("plugin.py", GOOD.format("bbbb"))  # same size, same second: a cache by time would miss it
    assert "bbbb" in plugins.load().tracks


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Path.exists, "does not exist; create it"),
        (Path.touch, "is a file; give the folder"),
        (lambda path: path.symlink_to(path), "this folder cannot be read: "),
    ],
    ids=["missing", "a file", "a link to itself"],
)
def test_a_folder_that_cannot_be_listed_is_told_by_name(plugins, tmp_path, make, words):
    plugins.folder = tmp_path / "elsewhere"
    make(plugins.folder)
    row = plugins.found("elsewhere")
    assert row.origin == str(plugins.folder)
    assert words in row.reason
    assert list(plugins.load().tracks) == ["edge_guardian", "cloud_titan"]


@pytest.mark.parametrize(
    "make", [lambda path: path.mkdir(), lambda path: path.symlink_to("nowhere.py")], ids=["a folder", "a dangling link"]
)
def test_a_file_that_cannot_be_read_is_left_out(plugins, make):
    make(plugins.folder / "plugin.py")
    plugins.write("other.py", plugins.offers_track)
    assert "this file cannot be read" in plugins.found("plugin.py").reason
    assert plugins.found("other.py").reason == ""


def test_no_folder_is_no_fault(plugins, monkeypatch):
    plugins.write("plugin.py", plugins.offers_track)
    monkeypatch.chdir(plugins.folder)
    plugins.folder = ""  # what an empty EDGELAB_TRACKS_DIR gives; the working directory must not be executed
    assert [row.kind for row in plugins.load().found] == ["built-in", "built-in"]


# --- entry points


def test_sources_come_in_the_order_built_in_folder_package(plugins):
    plugins.write("plugin.py", GOOD.format("barge"))
    plugins.module("harbour_plugin", plugins.offers_track)
    plugins.install("harbour-crane", "harbour = harbour_plugin")
    assert [(row.name, row.kind, row.reason) for row in plugins.load().found] == [
        ("tracks.edge_guardian", "built-in", ""),
        ("tracks.cloud_titan", "built-in", ""),
        ("plugin.py", "folder", ""),
        ("harbour", "package", ""),
    ]


def test_a_package_is_named_with_its_distribution_version_and_module(plugins):
    plugins.module("harbour_plugin", "1 / 0")
    plugins.install("harbour-crane", "harbour = harbour_plugin")
    row = plugins.found("harbour")
    assert row.origin == "harbour-crane 1.2 (harbour_plugin)"
    assert "ZeroDivisionError: division by zero (harbour_plugin.py, line" in row.reason


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("no_such_plugin_module", "No module named 'no_such_plugin_module'"),
        ("harbour_plugin:missing", "missing"),
        ("harbour_plugin:NOTHING", "offers nothing"),
        ("not a module!", "while it is imported"),
    ],
)
def test_an_entry_point_that_leads_nowhere_is_left_out(plugins, value, words):
    plugins.module("harbour_plugin", "NOTHING = None\n" + plugins.offers_track)
    plugins.install("harbour-crane", f"harbour = {value}")
    assert words in plugins.found("harbour").reason


def test_an_object_may_be_the_plugin(plugins):
    body = "class Plugin:\n    @hookimpl\n    def edgelab_tracks(self):\n        return [TRACK]\nPLUGIN = Plugin()"
    plugins.module("harbour_plugin", body)
    plugins.install("harbour-crane", "harbour = harbour_plugin:PLUGIN")
    assert plugins.found("harbour").tracks == ("harbour_crane",)


def test_an_entry_point_whose_name_is_taken_is_told_and_not_skipped(plugins):
    """pluggy's own loader skips it without an error."""
    plugins.module("first_plugin", GOOD.format("first"))
    plugins.module("second_plugin", GOOD.format("second"))
    plugins.module("third_plugin", GOOD.format("third"))
    plugins.install("a-first", "same = first_plugin")
    plugins.install("b-second", "same = second_plugin\nother = third_plugin")
    rows = {row.origin: row for row in plugins.load().found}
    used = [origin for origin, row in rows.items() if row.name == "same" and not row.reason]
    (taken,) = [row for row in rows.values() if row.name == "same" and row.reason]
    assert len(used) == 1  # which of the two comes first is the file system's choice
    assert f"another entry point is called 'same' too, that of {used[0]}" in taken.reason
    assert rows["b-second 1.2 (third_plugin)"].reason == ""


def test_a_name_whose_first_owner_is_left_out_is_free(plugins):
    plugins.module("broken_plugin", "1 / 0")
    plugins.module("second_plugin", GOOD.format("second"))
    plugins.install("a-first", "same = broken_plugin")
    plugins.install("b-second", "same = second_plugin")
    assert "second" in plugins.load().tracks


def test_one_plugin_under_two_names_is_used_once(plugins):
    plugins.module("harbour_plugin", plugins.offers_track)
    plugins.install("harbour-crane", "harbour = harbour_plugin\nquay = harbour_plugin")
    registry = plugins.load()
    (left_out,) = [row for row in registry.found if row.reason]
    assert "its hooks are those of harbour (harbour-crane 1.2 (harbour_plugin)) again" in left_out.reason
    assert "harbour_crane" in registry.tracks


def test_a_distribution_seen_twice_on_the_path_is_one(plugins, tmp_path, monkeypatch):
    """A checkout installed for editing shows its metadata in the checkout and in site-packages."""
    plugins.module("harbour_plugin", plugins.offers_track)
    info = plugins.install("harbour-crane", "harbour = harbour_plugin")
    second = tmp_path / "checkout" / "Harbour.Crane-1.2.dist-info"
    second.mkdir(parents=True)
    for path in info.iterdir():
        (second / path.name).write_text(path.read_text().replace("harbour-crane", "Harbour.Crane"))
    monkeypatch.syspath_prepend(second.parent)
    rows = [row for row in plugins.load().found if row.name == "harbour"]
    assert [row.reason for row in rows] == [""]


def test_metadata_that_cannot_be_read_is_told_and_stops_nobody(plugins):
    plugins.module("harbour_plugin", plugins.offers_track)
    plugins.install("harbour-crane", "harbour = harbour_plugin")
    (plugins.install("broken-crane", "x = y") / "entry_points.txt").write_bytes(b"[edgelab]\nx = \xff\xfe")
    rows = [row for row in plugins.load().found if row.kind == "package"]
    assert {row.name: bool(row.reason) for row in rows} == {"harbour": False, "broken-crane 1.2": True}
    assert "metadata cannot be read" in plugins.found("broken-crane 1.2").reason


def test_without_entry_points_no_distribution_is_asked(plugins):
    plugins.module("harbour_plugin", "1 / 0")
    plugins.install("harbour-crane", "harbour = harbour_plugin")
    plugins.entry_points = False
    assert [row.name for row in plugins.load().found] == list(plugins.builtins)


# --- words


def test_an_error_is_told_on_one_printable_line_of_bounded_length():
    error = ValueError("first\nsecond \x1b[31mred\x1b[0m\t" + "x" * 5000)
    text = error_text(error)
    assert text.startswith("ValueError: first second [31mred [0m xxx")
    assert text.isprintable()
    assert len(text) < 500


def test_the_place_is_the_last_line_of_the_authors_file_and_not_of_the_library_it_called(plugins):
    plugins.write("plugin.py", "import json\n\ndef settings():\n    return json.loads('{')\n\nsettings()\n")
    line = (plugins.prelude + "import json\n\ndef settings():\n").count("\n") + 1
    assert f"(plugin.py, line {line})" in plugins.found("plugin.py").reason
