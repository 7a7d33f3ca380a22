"""What a file of a stranger can do that no page should show and no other track should notice: one file each.

Each is a title, the body of the file behind the prelude of the tests' plugins, and words of the reason with which it is
left out. ``NAME`` stands for an id of its own. ``docs/designing/ways_to_be_wrong.md`` has them as a table.
"""

BENCH = "\n@hookimpl\ndef edgelab_benches():\n    return [replace(BENCH, id='NAME'{})]\n"
TRACK = "\n@hookimpl\ndef edgelab_tracks():\n    return [replace(TRACK, id='NAME'{})]\n"


def at_import(line: str) -> str:
    """A file that does something while it is imported, and is a good one otherwise."""
    return line + BENCH.format("")


def solves(line: str) -> str:
    """A file whose solve does something before it answers."""
    return (
        f"def mine(track, *, seed, epochs):\n    {line}\n    return solve(track, seed=seed, epochs=epochs)\n"
        + BENCH.format(", solve=mine")
    )


def draws(expression: str, head: str = "") -> str:
    """A file whose figure is something else."""
    return (
        f"{head}\ndef figure():\n    return {expression}\n"
        "def mine(track, *, seed, epochs):\n"
        "    out = solve(track, seed=seed, epochs=epochs)\n"
        "    return replace(out, panels={'main': replace(out.panels['main'], figure=figure)})\n"
        + BENCH.format(", solve=mine")
    )


def tabulates(expression: str) -> str:
    """A file whose table is something else."""
    return (
        f"def table():\n    return {expression}\n"
        "def mine(track, *, seed, epochs):\n"
        "    out = solve(track, seed=seed, epochs=epochs)\n"
        "    return replace(out, panels={'main': replace(out.panels['main'], table=table)})\n"
        + BENCH.format(", solve=mine")
    )


def answers(change: str) -> str:
    """A file whose outcome is changed before it is returned."""
    return (
        "def mine(track, *, seed, epochs):\n"
        f"    return replace(solve(track, seed=seed, epochs=epochs), {change})\n" + BENCH.format(", solve=mine")
    )


def asks(change: str, truth: str = "Truth(value=3.0)") -> str:
    """A file with a question."""
    return f"ASKED = replace(question(lambda track, **c: {truth}), {change})\n" + BENCH.format(", predictions=(ASKED,)")


SOLVED = "solve(track, seed=seed, epochs=epochs)"
CURVE = "charts.figure(charts.curve({}, {}, name='line'))"

# While it is imported it changes what every other track stands on.
CHANGES = {
    "sets an environment variable": ("import os\nos.environ['OMP_NUM_THREADS'] = '64'", "OMP_NUM_THREADS (", "line"),
    "takes an environment variable away": ("import os\nos.environ.pop('PATH')", "environment variable PATH"),
    "changes the working directory": ("import os\nos.chdir('/')", "working directory"),
    "changes the mask of new files": ("import os\nos.umask(0)", "mask of new files"),
    "handles a signal": ("import signal\nsignal.signal(signal.SIGTERM, print)", "handler of SIGTERM"),
    "sets a timer": ("import signal\nsignal.setitimer(signal.ITIMER_REAL, 900)", "a timer"),
    "starts a thread": (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), name='watch', daemon=True).start()",
        "the thread 'watch'",
    ),
    "starts a process": ("import subprocess\nP = subprocess.Popen(['sleep', '5'])", "child processes"),
    "adds to sys.path": ("import sys\nsys.path.insert(0, '/opt/mine')", "sys.path ("),
    "changes how modules are found": ("import sys\nsys.meta_path.insert(0, object())", "how modules are found"),
    "raises the limit of recursion": ("import sys\nsys.setrecursionlimit(99999)", "limit of recursion"),
    "takes uncaught errors": ("import sys\nsys.excepthook = print", "sys.excepthook"),
    "takes what is printed": ("import io, sys\nsys.stdout = io.StringIO()", "sys.stdout"),
    "traces": ("import sys\nsys.settrace(lambda *a: None)", "trace function"),
    "sets the locale": ("import locale\nlocale.setlocale(locale.LC_ALL, 'C.UTF-8')", "the locale"),
    "hides warnings": ("import warnings\nwarnings.simplefilter('ignore')", "warnings' filters"),
    "hides numpy's errors": ("import numpy\nnumpy.seterr(all='ignore')", "numpy's error state"),
    "changes how numpy prints": ("import numpy\nnumpy.set_printoptions(precision=2)", "how numpy prints"),
    "seeds numpy": ("import numpy\nnumpy.random.seed(0)", "numpy's random numbers"),
    "seeds Python": ("import random\nrandom.seed(0)", "Python's random numbers"),
    "changes decimal's precision": ("import decimal\ndecimal.getcontext().prec = 5", "decimal's context"),
    "switches the garbage collector off": ("import gc\ngc.disable()", "garbage collector"),
    "switches logging off": ("import logging\nlogging.disable(50)", "logging"),
    "sets the timeout of sockets": ("import socket\nsocket.setdefaulttimeout(1)", "timeout of sockets"),
    "limits the process": (
        "import resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0)) or "
        "resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))",
        "limits of the process",
    ),
    "patches a chart": ("charts.curve = charts.point", "tracks.api.charts.curve (", "line"),
    "patches Bench.run": ("Bench.run = lambda self, *a, **k: None", "tracks.api.bench.Bench.run (", "line"),
    "patches a function of Python": ("import math\nmath.exp = math.sin", "math.exp"),
    "replaces a builtin": ("import builtins\nbuiltins.print = len", "builtins.print"),
    "adds to our modules": ("charts.MINE = 1", "tracks.api.charts.MINE"),
    "adds a unit to our table": (
        "quantities.PREFIXES['parsec'] = quantities.PREFIXES['s']",
        "tracks.api.quantities.PREFIXES",
    ),
    "changes a track of the course": (
        "object.__setattr__(EDGE_GUARDIAN, 'name', 'Mine')",
        "name of track 'edge_guardian'",
    ),
}

# It ends, or does not end.
ENDS = {
    "raises KeyboardInterrupt": ("raise KeyboardInterrupt", "stops the program", "KeyboardInterrupt (", "line"),
    "raises CancelledError": (
        "import asyncio\nraise asyncio.CancelledError",
        "stops the program",
        "CancelledError (",
        "line",
    ),
    "ends the process": ("import os\nos._exit(7)", "ends the process (exit status 7)"),
    "kills the process": ("import os\nos.kill(os.getpid(), 11)", "ends the process (signal 11)"),
    "never ends": ("while True: pass", "was not imported within"),
}

# What it declares cannot be shown.
DECLARES = {
    "has a title of 2 MB": (BENCH.format(", title='x' * 2_000_000"), "title has 2000000 characters"),
    "has a story of 2 MB": (TRACK.format(", story=('x' * 2_000_000,)"), "story[0] has 2000000 characters"),
    "names a multiple as a unit": (
        BENCH.format(", controls=(replace(BENCH.controls[0], unit='MB'),)"),
        "slider 'epochs': unit 'MB' is a multiple; give the number times 1e+06, with unit='B'",
    ),
    "misspells a unit": (
        BENCH.format(", panels=(replace(BENCH.panels[0], x=Axis(label='x', unit='Bytes')),)"),
        "unit 'Bytes' is not known; write 'B'",
    ),
    "reads in an unknown unit": (
        answers("readings=(Reading(id='cost', label='Cost', value=1.0, unit='Share'),)"),
        "reading 'cost'",
        "'share'",
    ),
    "asks in an unknown unit": (asks("unit='percent'"), "unit 'percent'", "'share'"),
    "has a truth outside its range": (
        asks("low=1, high=9", "Truth(value=30.0)"),
        "truth is 30, outside its low..high of 1..9",
    ),
    "marks a panel that is not there": (
        asks("marks=lambda track, value: {'side': (1, value)}"),
        "marks name the panel 'side'; there are main",
    ),
    "marks no place": (asks("marks=lambda track, value: {'main': value}"), "must be (x, y)"),
    "misspells an extra": (
        TRACK.format(
            ", device=replace(TRACK.device, extras={'sram_bites': 3.0}, sourced={**TRACK.device.sourced, "
            "'extras.sram_bites': sourced(3.0, 'assumed: by nobody')})"
        ),
        "sram_bites",
    ),
    "misspells a text": (TRACK.format(", texts={'devise_singular': 'hub'}"), "devise_singular"),
}

# Its bench does what a page cannot take.
ANSWERS = {
    "draws a list": (draws("[]"), "figure of panel 'main' (", "must be a dict", "got a list", "charts.figure"),
    "draws a go.Figure": (
        draws("go.Figure()", "import plotly.graph_objects as go"),
        "got a Figure",
        "write charts.figure",
    ),
    "draws NaN": (draws(CURVE.format("[1, 2]", "[1, float('nan')]")), "y of curve 'line' is nan at place 1"),
    "draws infinity": (draws(CURVE.format("[1, float('inf')]", "[1, 2]")), "x of curve 'line' is inf"),
    "draws a million points": (draws(CURVE.format("range(10**6)", "range(10**6)")), "more than 20000 points"),
    "draws complex numbers": (
        draws("{'data': [{'x': [1j], 'y': [1]}], 'layout': {'shapes': [], 'annotations': []}}"),
        "complex numbers",
    ),
    "draws with other keys": (draws("{'traces': []}"), "has the keys traces"),
    "draws without a layout": (draws("{'data': [], 'layout': {}}"), "layout must hold shapes and annotations"),
    "draws a part": (draws("charts.curve([1, 2], [1, 2], name='line')"), "charts.figure gives data and layout"),
    "draws a function": (
        draws("{'data': [{'x': max}], 'layout': {'shapes': [], 'annotations': []}}"),
        "must be a list or an array, got a builtin_function_or_method",
    ),
    "writes 2 MB into a figure": (
        draws("{'data': [], 'layout': {'shapes': [], 'annotations': [{'text': 'x' * 2_000_000}]}}"),
        "has 2000000 characters",
    ),
    "fails where it draws": (draws("1 / 0"), "ZeroDivisionError", "line"),
    "has a list for a table": (tabulates("[1, 2]"), "table of panel 'main' (", "must be a Table"),
    "has a table of a million rows": (tabulates("Table(columns=('x',), rows=((1,),) * 10**6)"), "has 1000000 rows"),
    "has an object in a table": (tabulates("Table(columns=('x',), rows=((object(),),))"), "a cell that is a object"),
    "fails where it tabulates": (tabulates("[][1]"), "IndexError", "line"),
    "draws a panel too many": (
        answers(
            "panels={**solve(track, seed=seed, epochs=epochs).panels, "
            "'extra': solve(track, seed=seed, epochs=epochs).panels['main']}"
        ),
        "draws 'extra', which is no panel; there are main",
    ),
    "writes a summary of 2 MB": (
        answers(
            "panels={'main': replace(solve(track, seed=seed, epochs=epochs).panels['main'], summary='x' * 2000000)}"
        ),
        "summary has 2000000 characters",
    ),
    "decides a list": (answers("decision={'sizes': [1, 2]}"), "decision['sizes'] is a list"),
    "decides an open file": (answers("decision={'file': open('/dev/null')}"), "return numbers, texts, lists"),
    "decides a class of its own": (
        "class Mine:\n    pass\n" + answers("decision={'size': Mine()}"),
        "it returned a Mine of edgelab_plugin_",
    ),
    "fails off its default": (solves("1 / (20 - epochs)"), "at epochs 20", "ZeroDivisionError", "line"),
    "answers by chance": (
        "import random\n" + answers("readings=(Reading(id='cost', label='Cost', value=random.random()),)"),
        "the same state; let it depend on the controls and on seed alone",
    ),
    "interrupts in solve": (solves("raise KeyboardInterrupt"), "KeyboardInterrupt", "line"),
    "ends the process in solve": (solves("import os; os._exit(3)"), "ended its process (exit status 3)"),
    "never answers": (solves("while True: pass"), "did not answer within"),
    "asks the keyboard": (solves("input()"), "EOFError", "line"),
    "takes all memory": (solves("x = [bytearray(10**8) for _ in range(10**5)]"), "MemoryError"),
    "changes the track in solve": (
        solves("object.__setattr__(EDGE_GUARDIAN, 'name', 'x')"),
        "running it changes name of track 'edge_guardian'",
    ),
    "patches charts in solve": (solves("charts.curve = charts.point"), "running it changes tracks.api.charts.curve"),
    "sets the environment in solve": (solves("import os; os.environ['LANG'] = 'C.mine'"), "running it changes", "LANG"),
    "leaves a thread in solve": (
        solves("import threading, time; threading.Thread(target=time.sleep, args=(9,), daemon=True).start()"),
        "running it changes the thread",
    ),
    "peeks at a text": (BENCH.format(", peek=lambda track, outcome, **c: 'E = m c'"), "peek must return a Peek"),
    "sets an equation that is none": (
        BENCH.format(
            ", peek=lambda track, outcome, **c: Peek(lines=(PeekLine(name='a', equation='a', numbers='1', source='b', "
            "latex='$\\\\nosuch$'),), leaves_out='c')"
        ),
        "peek, line 'a': equation",
        "the command \\nosuch is not known",
    ),
    "shows no scene": (BENCH.format(", scene=lambda track, outcome: 'sun'"), "scene must return a Scene, got a str"),
    "scripts a number": (BENCH.format(", script=lambda track, **c: 3"), "script must return a text, got a int"),
    "fails in a truth": (asks("low=1", "1 / 0"), "ZeroDivisionError", "line"),
    "hangs where it settles": (
        "def brief(track):\n    while True: pass\n" + BENCH.format(", brief=brief"),
        "did not answer within",
    ),
}

WAYS = {
    **{title: (at_import(body), *words) for title, (body, *words) in (CHANGES | ENDS).items()},
    **DECLARES,
    **ANSWERS,
}
