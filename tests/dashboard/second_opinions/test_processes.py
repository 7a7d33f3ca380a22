"""The processes that run second opinions: two at most, one a state, with a limit of time, and none that stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from dashboard.second_opinions.slots import SLOTS
from tests.dashboard.second_opinions.conftest import (
    AGREES,
    FAILS,
    HANGS,
    KEY,
    LONG,
    SLOW,
    STUCK,
    PatientLab,
    asked,
    finished,
    looked,
    wait_for,
)

ROOT = Path(__file__).parents[3]
Start = Callable[..., PatientLab]


def test_all_who_ask_for_a_state_share_one_job_and_its_answer(patient: Start) -> None:
    lab = patient()
    students = [lab.student() for _ in range(4)]
    told = [asked(student, model_bytes=AGREES) for student in students for _ in range(3)]
    assert len({one["digest"] for one in told}) == 1
    for student in students:
        assert finished(student, asked(student, model_bytes=AGREES))["stage"] == "done"
    assert [run[0] for run in lab.runs()] == ["begin20", "end"]
    wait_for(lambda: not lab.runners())


def test_many_states_run_two_at_a_time_and_the_rest_are_told_their_place(patient: Start) -> None:
    lab = patient()
    asking = [(student := lab.student(), asked(student, model_bytes=LONG * (1 + n / 100))) for n in range(8)]
    places = [told["note"] for _, told in asking]
    assert "Place 6 in the queue; 2 are computed at a time" in places
    wait_for(lambda: len(lab.runs()) == SLOTS)
    for _ in range(20):
        for student, told in asking:
            looked(student, told)
        assert len(lab.runners()) <= SLOTS
    for student, told in asking:
        assert student.stop_opinion(told["ticket"]).status_code == 204
    wait_for(lambda: not lab.runners())
    assert len(lab.runs()) == SLOTS, "what was left in the queue was never begun"


def test_a_stopped_job_ends_and_another_students_does_not(patient: Start) -> None:
    lab = patient()
    ada, bob = lab.student(), lab.student()
    shared, own = asked(ada, model_bytes=SLOW), asked(ada, model_bytes=HANGS)
    asked(bob, model_bytes=SLOW)
    wait_for(lambda: len(lab.runs()) == SLOTS)
    ada.stop_opinion(shared["ticket"])
    ada.stop_opinion(own["ticket"])
    (hung,) = [int(run[1]) for run in lab.runs() if float(run[3]) == HANGS]
    wait_for(lambda: hung not in [process.pid for process in lab.runners()])
    assert finished(bob, asked(bob, model_bytes=SLOW))["stage"] == "done"


def test_a_job_that_never_ends_is_stopped_at_its_limit(patient: Start) -> None:
    """Whether it waits or holds the interpreter, so that nothing else of its process runs."""
    lab = patient(seconds=10)
    student = lab.student()
    for told in [asked(student, model_bytes=size) for size in (HANGS, STUCK)]:
        assert "took longer than 10 s and was stopped" in finished(student, told)["note"]
    wait_for(lambda: not lab.runners())
    assert [run[0] for run in lab.runs()] == ["begin20"] * 2, "none is tried again by itself"


def test_an_engine_that_fails_says_so_and_is_asked_again_by_a_press_alone(patient: Start) -> None:
    lab = patient()
    student = lab.student()
    told = finished(student, asked(student, model_bytes=FAILS))
    assert "failed; the bench is as it was" in told["note"]
    assert looked(student, told)["stage"] == "failed"
    assert len(lab.runs()) == 1
    assert asked(student, model_bytes=FAILS)["stage"] == "waiting"
    wait_for(lambda: len(lab.runs()) == 2)


def test_a_process_that_is_killed_is_replaced_and_reaped(patient: Start) -> None:
    lab = patient()
    student = lab.student()
    told = asked(student, model_bytes=SLOW)
    (first,) = wait_for(lab.runs)
    os.kill(int(first[1]), signal.SIGKILL)
    assert finished(student, told)["stage"] == "done"
    assert [run[0] for run in lab.runs()] == ["begin20", "begin20", "end"]
    wait_for(lambda: not lab.runners())
    wait_for(lambda: int(first[1]) not in psutil.pids())  # an ended process has its number until it is reaped


def test_two_labs_on_one_folder_share_queue_and_slots(patient: Start) -> None:
    one, two = patient(), patient()
    ada, bob = one.student(), two.student()
    told = asked(ada, model_bytes=AGREES)
    asked(bob, model_bytes=AGREES)
    asked(bob, model_bytes=SLOW)
    asked(bob, model_bytes=SLOW * 1.01)
    wait_for(lambda: len(one.runs()) > 1)
    assert len(one.runners()) <= SLOTS
    assert finished(ada, told)["stage"] == "done"
    assert sum(float(run[3]) == AGREES for run in one.runs()) == 2, "begin and end, once"


SERVER = f"""
import sys, time
from pathlib import Path
from dashboard.second_opinions.service import SecondOpinions, Ticket
opinions = SecondOpinions(Path(sys.argv[1]), ("k" * 40,), limit_s=600, tracks_dir=Path(sys.argv[2]))
for size in map(float, sys.argv[3:]):
    values = {{"model_bytes": size, "rate_bit_per_s": 1e6, "cached": False, "codec": "none"}}
    opinions.ask(Ticket(student="a" * 32, track="edge_guardian", bench="{KEY.split("/")[1]}", values=values))
print("asked", flush=True)
time.sleep(1000)
"""


def test_a_job_ends_with_its_server_whether_it_waits_or_holds_the_interpreter(patient: Start) -> None:
    lab = patient()
    plugins = str(ROOT / "tests" / "opinion_plugins")
    command = [sys.executable, "-c", SERVER, str(lab.folder / "cache"), plugins, str(HANGS), str(STUCK)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as server:
        wait_for(lambda: len(lab.runs()) == SLOTS)
        alive = lab.runners()
        assert len(alive) == SLOTS
        server.kill()
    _, left = psutil.wait_procs(alive, timeout=60)
    assert left == []
    assert lab.runners() == []
