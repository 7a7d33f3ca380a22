"""The second opinion in requests: who may ask, what is answered, what is drawn, and what stays of it."""  # N2

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from diskcache import Cache

from dashboard.ledger.identity import COOKIE
from dashboard.second_opinions.answers import HostAnswers, digest
from dashboard.second_opinions.jobs import MAX_OWN
from dashboard.second_opinions.service import BadTicket, SecondOpinions, Ticket
from tests.dashboard.second_opinions.conftest import AGREES, HANGS, KEY, PatientLab, asked, finished, looked, wait_for
from tests.http_student import Student, said
from tracks import SecondOpinion, SpecError
from tracks.api import charts

Start = Callable[..., PatientLab]


def drawn(student: Student, values: dict[str, Any], opinion: Any) -> tuple[list[str], str]:
    """The names of what the first panel draws, and what is said of the opinion."""
    response = student.post(student.update_body(KEY, values, opinion=opinion)).get_json()["response"]
    figure = next(part["figure"] for name, part in response.items() if '"name":"time"' in name)
    view = next(part["data"] for name, part in response.items() if '"texts"' in name)
    return [trace["name"] for trace in figure["data"]], view["opinion"]


def test_it_is_drawn_over_its_own_state_and_over_no_other(patient: Start) -> None:
    student = patient().student()
    told = finished(student, asked(student, model_bytes=AGREES))
    assert (told["stage"], told["bench"]) == ("done", KEY)
    state = {**student.bench(KEY).defaults(), "model_bytes": AGREES}
    names, sentence = drawn(student, state, told["digest"])
    assert "patience" in names
    assert sentence == "The patient engine took 20 seeds."
    for values, opinion in (({**state, "cached": True}, told["digest"]), (state, None), (state, "x"), (state, 7)):
        names, sentence = drawn(student, values, opinion)
        assert "patience" not in names
        assert sentence == ""


def test_what_another_asked_opens_no_bench(patient: Start) -> None:
    lab = patient()
    student = lab.student()
    finished(student, asked(student, model_bytes=AGREES))
    other = Student.of(lab.app, lab.registry)
    state = {**student.bench(KEY).defaults(), "model_bytes": AGREES}
    assert other.ask_opinion(KEY, state).status_code == 403


@pytest.mark.parametrize("ticket", [None, "", 1, {}, [], "forged", {"a": 1}, "." * 999], ids=str)
def test_without_a_ticket_of_this_lab_nothing_is_looked_at_or_stopped(patient: Start, ticket: Any) -> None:
    lab = patient()
    student = lab.student()
    for answer in (student.look_at_opinion(ticket), student.stop_opinion(ticket)):
        assert answer.status_code == 403
        assert "needs a ticket of this lab" in said(answer)
    assert lab.runners() == []


def test_a_ticket_is_of_use_to_the_browser_that_was_given_it_alone(patient: Start) -> None:
    lab = patient()
    ada, eve = lab.student(), lab.student()
    told = asked(ada, model_bytes=HANGS)
    for answer in (eve.look_at_opinion(told["ticket"]), eve.stop_opinion(told["ticket"])):
        assert answer.status_code == 403
        assert "given to another browser" in said(answer)
    assert looked(ada, told)["stage"] in ("waiting", "running")


@pytest.mark.parametrize(
    ("bench", "values", "status"),
    [
        (KEY, {}, 422),
        (KEY, {"nothing": 1}, 422),
        (KEY, [], 422),
        (KEY, None, 422),
        ("edge_guardian/paradox", {}, 403),
        ("nobody/convergence", {}, 422),
        (None, {}, 422),
    ],
)
def test_only_a_readable_state_of_an_open_bench_is_queued(patient: Start, bench: Any, values: Any, status: int) -> None:
    lab = patient()
    answer = lab.student().ask_opinion(bench, values)
    assert answer.status_code == status
    assert len(answer.get_json()["error"]) > 10
    assert lab.runners() == []


@pytest.mark.parametrize("order", [{"do": "win"}, {"do": None}, {"do": ["ask"]}, {"nothing": 1}, [1], "ask", 7])
def test_an_order_that_no_page_gives_is_refused(patient: Start, order: Any) -> None:
    student = patient().student()
    answer = student._opinion(order)
    assert answer.status_code in (403, 422)
    assert answer.get_json()["error"]


def test_a_bench_without_one_says_so(patient: Start) -> None:
    student = patient().student()
    student.lock_all("edge_guardian/paradox")
    answer = student.ask_opinion("edge_guardian/paradox", student.bench("edge_guardian/paradox").defaults())
    assert answer.status_code == 422
    assert "has no second opinion" in said(answer)


def test_without_its_cookie_a_browser_asks_in_vain(patient: Start) -> None:
    student = patient().student()
    told = asked(student, model_bytes=HANGS)
    student.client.delete_cookie(COOKIE)
    assert student.look_at_opinion(told["ticket"]).status_code == 403


def test_thousands_of_presses_are_one_job_and_three_states_all_one_student_may_ask_for(patient: Start) -> None:
    lab = patient()
    student = lab.student()
    for _ in range(300):
        assert asked(student, model_bytes=HANGS)["stage"] in ("waiting", "running")
    for n in range(1, MAX_OWN):
        asked(student, model_bytes=HANGS, rate_bit_per_s=1e6 * (n + 1))
    refused = asked(student, model_bytes=AGREES)
    assert refused["stage"] == "failed"
    assert "Wait for one, or stop one" in refused["note"]
    wait_for(lambda: len(lab.runs()) == 2)
    assert len(lab.runners()) == 2


def test_a_question_outlives_the_server_that_took_it(patient: Start) -> None:
    """A second lab on the same folder has the queue, and a ticket brings back what even the queue has lost."""
    lab = patient()
    student = lab.student()
    told = asked(student, model_bytes=AGREES, cached=True)
    again = patient()
    same = Student(again.app, again.registry, again.app.server.test_client())
    same.client.set_cookie(COOKIE, student.client.get_cookie(COOKIE).value)
    assert finished(same, told)["stage"] == "done"
    for name in ("queue", "answers"):
        with closing(Cache(str(lab.folder / "cache" / name))) as stored:
            stored.clear()
    assert looked(same, told)["stage"] == "waiting"
    assert finished(same, told)["stage"] == "done"


def test_a_folder_that_cannot_be_written_is_a_sentence_and_the_bench_goes_on(patient: Start) -> None:
    lab = patient()
    (lab.folder / "cache").write_text("no folder")
    student = lab.student()
    told = asked(student, model_bytes=AGREES)
    assert (told["stage"], "cannot be stored on this server now" in told["note"]) == ("failed", True)
    assert student.stop_opinion(told["ticket"]).status_code == 503
    names, _ = drawn(student, student.bench(KEY).defaults(), told["digest"])
    assert names


def service(folder: Path, *keys: str) -> SecondOpinions:
    return SecondOpinions(folder, keys, limit_s=60, tracks_dir=None)


def test_a_ticket_is_read_back_and_another_labs_is_not(tmp_path: Path) -> None:
    one, two = (service(tmp_path / name, name * 20) for name in ("a", "b"))
    newer = service(tmp_path / "c", "c" * 20, "a" * 20)
    given = Ticket(student="s", track="t", bench="b", values={"rounds": 10, "algorithm": "fedavg"})
    signed = one.ticket(given)
    assert newer.read(signed, "s") == one.read(signed, "s") == given, "an older key is still read"
    for lab, student in ((two, "s"), (one, "other"), (one, None)):
        with pytest.raises(BadTicket):
            lab.read(signed, student)


def test_an_opinion_is_forgotten_after_a_week_and_not_before(tmp_path: Path) -> None:
    """A course meets weekly, and the folder must not grow for ever."""
    day_s = 86_400
    answers = HostAnswers(tmp_path / "answers")
    answers.keep("state", 20, SecondOpinion(panel="main", figure=charts.figure(), sentence="One."))
    with closing(Cache(str(tmp_path / "answers"))) as stored:  # the same files, as another process has them
        stored.expire(now=time.time() + 6.9 * day_s)
        assert answers.known("state", 20) is not None
        assert answers.known("state", 3) is None
        stored.expire(now=time.time() + 7.1 * day_s)
        assert answers.known("state", 20) is None


def test_an_answer_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    with closing(Cache(str(tmp_path / "answers"))) as stored:
        stored.set("state:20", {"panel": "of another version"})
    assert HostAnswers(tmp_path / "answers").known("state", 20) is None
    (tmp_path / "file").write_text("")
    assert HostAnswers(tmp_path / "file").known("state", 20) is None


def test_a_state_has_one_name_whatever_the_order() -> None:
    assert digest("t", "b", {"a": 1, "c": 2.5}) == digest("t", "b", {"c": 2.5, "a": 1})
    assert digest("t", "b", {"a": 1}) != digest("t", "b", {"a": 2})
    assert digest("t", "b", {"a": 1}) != digest("t", "c", {"a": 1})


def test_nonsense_is_no_opinion() -> None:
    part = charts.figure()
    for change in ({"panel": "No"}, {"sentence": ""}, {"figure": {}}, {"figure": lambda: part}, {"wins": "yes"}):
        with pytest.raises(SpecError, match="SecondOpinion"):
            SecondOpinion(**{"panel": "main", "figure": part, "sentence": "One.", **change})
