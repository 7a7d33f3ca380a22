"""Where tracks and benches come from: built-in modules, the files of a folder, entry points; each is loaded alone.

Every source gets a pluggy manager of its own. So no plugin can wrap, shadow or break another's hooks, and what one
brings is taken whole or not at all.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib
import importlib.metadata
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass
from importlib.util import module_from_spec, spec_from_file_location
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeVar

import pluggy

from tracks.api import hookspecs
from tracks.api.bench import Bench
from tracks.api.checks import SpecError
from tracks.api.declared.versions import DECLARED_AS, meant, refused_version
from tracks.api.track import Track
from tracks.loading.beside import helpers, modules_beside

GROUP = hookspecs.PROJECT
HOOKS = ("edgelab_tracks", "edgelab_benches")
LOADING: ContextVar[bool] = ContextVar("edgelab_loading", default=False)  # whether a plugin is being loaded, or runs
MAX_ITEMS = 100  # of one kind by one plugin; an endless generator ends here

Kind = Literal["built-in", "folder", "package"]
_Item = TypeVar("_Item", Track, Bench)


class PluginRefused(Exception):
    """Why something found is not used; its text names what would be right."""


class PluginFailed(Exception):
    """A plugin that is used did not answer; its text says why, for its author.

    Args:
        source: the plugin's name. what: what it did, as "did not answer within 2 s", for whoever uses the lab.
    """

    def __init__(self, reason: str, *, source: str, what: str) -> None:
        super().__init__(reason)
        self.source = source
        self.what = what


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Source:
    """One thing that may bring tracks or benches.

    Attributes:
        name: dotted module, file name or name of the entry point; origin: its file, or distribution and module.
        load: returns the plugin; whatever it raises is the plugin's fault.
        entry_point: whether the name must be unlike that of any other entry point.
        file: of a folder's plugin, beside which modules of its own may lie.
    """

    name: str
    origin: str
    kind: Kind
    load: Callable[[], Any]
    entry_point: bool = False
    file: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Registration:
    """What one source brings, and the hook functions that return it."""

    source: Source
    tracks: tuple[Track, ...]
    benches: tuple[Bench, ...]
    hooks: tuple[Callable[..., Any], ...]


# --- finding ---------------------------------------------------------------------------------------------------------


def find_sources(folder: Path | None, builtins: Sequence[str], entry_points: bool) -> Iterator[Source]:
    """Yield every source: built-in modules, the folder's files, entry points of installed distributions."""
    for module in builtins:
        yield Source(name=module, origin=module, kind="built-in", load=_loader(importlib.import_module, module))
    if folder is not None:
        yield from _files(folder)
    if entry_points:
        yield from _entry_points()


def _loader(function: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    return lambda: function(*arguments)


def _broken_source(name: str, origin: str, kind: Kind, reason: str) -> Source:
    """Return a source that is known not to load, so that it is listed with all others."""

    def load() -> Any:
        raise PluginRefused(reason)

    return Source(name=name, origin=origin, kind=kind, load=load)


def _files(folder: Path) -> Iterator[Source]:
    try:
        entries = sorted(path for path in folder.iterdir() if path.name[0] not in "_.")
        paths = [path for path in entries if path.suffix == ".py"]
        paths += [path / "__init__.py" for path in entries if (path / "__init__.py").is_file()]
    except FileNotFoundError:
        yield _broken_source(
            folder.name, str(folder), "folder", "this folder does not exist; create it or correct its path"
        )
    except NotADirectoryError:
        yield _broken_source(folder.name, str(folder), "folder", "this is a file; give the folder that holds it")
    except OSError as problem:
        yield _broken_source(folder.name, str(folder), "folder", f"this folder cannot be read: {problem.strerror}")
    else:
        imported = helpers(paths)
        for path in (path for path in paths if path not in imported):
            is_package = path.name == "__init__.py"
            yield Source(
                name=path.parent.name if is_package else path.name,
                origin=str(path),
                kind="folder",
                load=_loader(_load_file, path),
                file=path.parent if is_package else path,
            )


def _load_file(path: Path) -> ModuleType:
    """Execute one file as a module under a unique name; sys.path and the folder are not changed."""
    try:
        source = path.read_bytes()
    except OSError as problem:
        raise PluginRefused(f"this file cannot be read: {problem.strerror}; make it a readable file") from problem
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    is_package = path.name == "__init__.py"
    stem = path.parent.name if is_package else path.stem
    name = f"edgelab_plugin_{re.sub(r'[^0-9A-Za-z]', '_', stem)}_{digest}"
    spec = spec_from_file_location(name, path, submodule_search_locations=[str(path.parent)] if is_package else None)
    if spec is None:
        raise PluginRefused("this file is not a Python module; name it something.py")
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up while it is executed
    try:
        # Compiled here and not by the module's loader, which would leave a __pycache__ in the author's folder.
        exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _entry_points() -> Iterator[Source]:
    """Yield the entry points of our group; of a distribution found twice, the first counts.

    Names and versions are read only where there is such an entry point: an environment has hundreds of distributions.
    """
    earlier: list[importlib.metadata.Distribution] = []
    for distribution in importlib.metadata.distributions():
        try:
            points = [point for point in distribution.entry_points if point.group == GROUP]
            name, title = (_name(distribution), _title(distribution)) if points else ("", "")
        except Exception as problem:  # a half-removed package must not stop the lab
            title = _title_if_known(distribution)
            yield _broken_source(
                title, title, "package", f"its metadata cannot be read: {error_text(problem)}; reinstall it"
            )
            continue
        if not (name and any(name == _name_if_known(other) for other in earlier)):
            for point in points:
                yield Source(
                    name=point.name,
                    origin=f"{title} ({point.value})",
                    kind="package",
                    load=point.load,
                    entry_point=True,
                )
        earlier.append(distribution)


def _name(distribution: importlib.metadata.Distribution) -> str:
    """Return a distribution's name as an index compares it."""
    return re.sub(r"[-_.]+", "-", distribution.metadata["Name"] or "").lower()


def _title(distribution: importlib.metadata.Distribution) -> str:
    return f"{distribution.metadata['Name'] or 'an unnamed distribution'} {distribution.version or ''}".strip()


def _name_if_known(distribution: importlib.metadata.Distribution) -> str:
    try:
        return _name(distribution)
    except Exception:  # whatever its metadata are, it is another's name that is asked for
        return ""


def _title_if_known(distribution: importlib.metadata.Distribution) -> str:
    try:
        return _title(distribution)
    except Exception:
        return "an unnamed distribution"


# --- asking ----------------------------------------------------------------------------------------------------------


def collect(source: Source) -> Registration:
    """Return what the source brings.

    Raises:
        PluginRefused: it does not load, needs a later version of the plugin API, has no readable hook, or a hook does
            not give what it must.
    """
    with modules_beside(source.file):
        return _collect(source)


def _collect(source: Source) -> Registration:
    try:
        plugin = source.load()
    except PluginRefused:
        raise
    except Exception as problem:
        raise PluginRefused(_import_problem(problem)) from problem
    except (SystemExit, GeneratorExit) as problem:
        raise PluginRefused(
            f"it leaves the program while it is imported ({error_text(problem)}); a plugin only defines its hooks, "
            "so put what runs under: if __name__ == '__main__'"
        ) from problem
    if refusal := refused_version(_declared_version(plugin)):
        raise PluginRefused(refusal)
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    hooks = _read_hooks(manager, plugin, source.name)
    return Registration(
        source=source,
        tracks=_call_hook(manager, "edgelab_tracks", Track),
        benches=_call_hook(manager, "edgelab_benches", Bench),
        hooks=hooks,
    )


def _declared_version(plugin: Any) -> Any:
    try:
        return getattr(plugin, DECLARED_AS, None)
    except Exception as problem:  # an object may do anything when it is asked
        raise PluginRefused(
            f"its {DECLARED_AS} cannot be read: {error_text(problem)}; write {DECLARED_AS} = 1"
        ) from None


def _read_hooks(manager: pluggy.PluginManager, plugin: Any, name: str) -> tuple[Callable[..., Any], ...]:
    """Register the plugin, refuse what pluggy ignores without an error, and return its hook functions."""
    known = " and ".join(HOOKS)
    try:
        manager.register(plugin, name)
        callers = manager.get_hookcallers(plugin) or []
        names = [attribute for attribute in dir(plugin) if attribute.startswith("edgelab_")]
        unmarked = [
            attribute
            for attribute in names
            if callable(getattr(plugin, attribute)) and manager.parse_hookimpl_opts(plugin, attribute) is None
        ]
    except Exception as problem:
        raise PluginRefused(
            f"its hooks cannot be registered: {error_text(problem)}; a hook takes no arguments"
        ) from problem
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as problem:
        wrong = next(caller.name for caller in callers if not caller.has_spec())
        near = difflib.get_close_matches(wrong, HOOKS, n=1)
        advice = f"did you mean '{near[0]}'? There are" if near else "there are"
        raise PluginRefused(f"'{wrong}' is no hook of edgelab; {advice} {known}") from problem
    if unmarked:
        raise PluginRefused(
            f"'{unmarked[0]}' is not marked as a hook; write @hookimpl (from tracks) above it, or rename it"
        )
    implementations = [implementation for caller in callers for implementation in caller.get_hookimpls()]
    if not implementations:
        raise PluginRefused(
            f"it offers nothing; write a function {HOOKS[0]} or {HOOKS[1]} and @hookimpl (from tracks) above"
        )
    for implementation in implementations:
        function = implementation.function
        hook = function.__name__
        if implementation.wrapper or implementation.hookwrapper:
            raise PluginRefused(
                f"'{hook}' is a wrapper; a hook of edgelab offers its own and wraps nobody's, so write @hookimpl"
            )
        home = str(function.__module__)
        if isinstance(plugin, ModuleType) and home.partition(".")[0] != plugin.__name__.partition(".")[0]:
            raise PluginRefused(
                f"it imports the hook '{hook}' of {home}, which would offer all of that again; do not import it"
            )
    return tuple(implementation.function for implementation in implementations)


def _call_hook(manager: pluggy.PluginManager, hook: str, kind: type[_Item]) -> tuple[_Item, ...]:
    """Call one hook and read what it gives to the end, for a generator fails only when it is consumed."""
    caller: pluggy.HookCaller = getattr(manager.hook, hook)
    right = f"return a list of {kind.__name__}"
    items: list[_Item] = []
    try:
        answers = caller()
        if len(answers) < len(caller.get_hookimpls()):  # pluggy drops None
            raise PluginRefused(f"{hook} returned None; {right}")
        for answer in answers:
            if inspect.iscoroutine(answer):
                answer.close()
            if isinstance(answer, (str, bytes, Mapping, set, frozenset)) or not isinstance(answer, Iterable):
                raise PluginRefused(f"{hook} returned a {type(answer).__name__}; {right}, in their order")
            items += islice(answer, MAX_ITEMS + 1)
    except (Exception, SystemExit, GeneratorExit) as problem:
        if isinstance(problem, PluginRefused):
            raise
        raise PluginRefused(f"{hook} failed: {error_text(problem)}; correct it so that it can {right}") from problem
    if len(items) > MAX_ITEMS:
        raise PluginRefused(f"{hook} gives more than {MAX_ITEMS}; {right} that ends")
    for number, item in enumerate(items, start=1):
        if not isinstance(item, kind):
            raise PluginRefused(f"{hook}: item {number} is a {type(item).__name__}; {right}")
    return tuple(items)


# --- saying what went wrong ------------------------------------------------------------------------------------------


def _import_problem(problem: Exception) -> str:
    if isinstance(problem, SyntaxError) and problem.lineno is not None:
        return f"line {problem.lineno} is not Python: {problem.msg}; correct that line"
    if isinstance(problem, ImportError) and "relative import" in str(problem):
        return (
            f"it cannot be imported: {error_text(problem)}; a file is no package: import the module beside it by its "
            "name alone (import helper), or put both into a folder with an __init__.py"
        )
    if isinstance(problem, ImportError):
        return f"it cannot be imported: {error_text(problem)}; install what it needs, or correct the import"
    return f"it fails while it is imported: {error_text(problem)}; correct it there"


def error_text(problem: BaseException) -> str:
    """Return an error as one printable line: its type, its text, and the line of the author's file it came from."""
    try:
        text = str(problem)
    except Exception:  # the author's own exception class may be broken too
        text = "its message cannot be read"
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:400]
    if isinstance(problem, PluginFailed):  # its text has all of it already, from where it happened
        return text
    name = "" if isinstance(problem, SpecError) else type(problem).__name__
    return ": ".join(part for part in (name, text) if part) + _advice(problem, text) + _where(problem)


_KEYWORD = re.compile(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'")
_IMPORTED = re.compile(r"cannot import name '(\w+)' from 'tracks'")


def _advice(problem: BaseException, text: str) -> str:
    """Return which word of the plugin API is meant by one that it does not have."""
    import tracks

    if isinstance(problem, TypeError) and (found := _KEYWORD.search(text)):
        owner = getattr(tracks, found[1], None)
        if is_dataclass(owner):
            return f"; {meant(found[2], (one.name for one in fields(owner) if one.init))}"
    if isinstance(problem, ImportError) and (found := _IMPORTED.search(text)):
        return f"; {meant(found[1], tracks.__all__)}"
    return ""


_BACKPORT = "importlib_metadata"  # once anything has imported it, it loads every entry point


def _where(problem: BaseException) -> str:
    """Return where the author's own code failed: the last line in the first file that is neither ours nor pluggy's."""
    folders = (
        str(Path(hookspecs.__file__).parents[1]),
        *(str(Path(str(m.__file__)).parent) for m in (pluggy, importlib)),
    )
    frames = [
        (frame.filename, frame.lineno)
        for frame in traceback.extract_tb(problem.__traceback__)
        if not frame.filename.startswith(("<", *folders)) and Path(frame.filename).parent.name != _BACKPORT
    ]
    lines = [line for filename, line in frames if filename == frames[0][0]]
    return f" ({Path(frames[0][0]).name}, line {lines[-1]})" if lines else ""
