"""The second opinion: another engine on the same state, allowed by a ticket, computed aside, stopped at will."""  # N2

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import psutil
import pytest
from dash import Dash
from diskcache import Cache

from dashboard.app import create_app
from dashboard.ledger.migrations import upgrade
from dashboard.rendering.second_opinions import BadTicket, SecondOpinions, digest
from dashboard.settings import Settings
from physics.federation import draw_participation, simulate
from tests.http_student import Student, said
from tracks import Bench, SecondOpinion, SpecError
from tracks.api import charts
from tracks.api.quantities import in_words
from tracks.common.federated_runs import runs
from tracks.common.proxy_fleet import city_names, problem
from tracks.common.scoring import scores
from tracks.loading.registry import Registry
from tracks.missions.convergence.second_opinion import OPINION_SEEDS, second_opinion
from tracks.missions.convergence.setting import setting_of
from tracks.missions.convergence.state import learning_of

KEY = "edge_guardian/convergence"
QUICK = {"rounds": 10, "local_steps": 1, "clients_per_round": 5}
PATIENCE_S = 90


@pytest.fixture
def opened(student: Student) -> Student:
    student.lock_all(KEY)
    return student


def state(student: Student, **changes: Any) -> dict[str, Any]:
    return {**student.bench(KEY).defaults(), **QUICK, **changes}


def ticket(student: Student, **changes: Any) -> dict[str, Any]:
    answer = student.ask_opinion(KEY, state(student, **changes))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()["response"]["opinion-ticket"]["data"]


def start(student: Student, given: Any) -> dict[str, str]:
    begun = student.compute_opinion(given).get_json()
    return {"cacheKey": begun["cacheKey"], "job": begun["job"]}


def finish(student: Student, given: Any) -> dict[str, Any]:
    """Ask until the job has answered, as the page does."""
    handles = start(student, given)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        answer = student.compute_opinion(given, **handles).get_json()
        if "response" in answer:
            return answer["response"]["opinion"]["data"]
        time.sleep(0.1)
    raise AssertionError("the second opinion did not come")


def drawn(student: Student, values: dict[str, Any], opinion: Any) -> tuple[list[str], str]:
    """The names of what the first panel draws, and what is said of the opinion."""
    response = student.post(student.update_body(KEY, values, opinion=opinion)).get_json()["response"]
    figure = next(part["figure"] for name, part in response.items() if "communication" in name)
    view = next(part["data"] for name, part in response.items() if '"texts"' in name)
    return [trace["name"] for trace in figure["data"]], view["opinion"]


def test_it_is_drawn_over_its_own_state_and_over_no_other(opened: Student) -> None:
    given = ticket(opened)
    told = finish(opened, given)
    assert told == {"bench": KEY, "digest": given["digest"]}
    names, sentence = drawn(opened, state(opened), told["digest"])
    assert "network, mean" in names
    assert "After 10 rounds the network is at" in sentence
    for values, opinion in ((state(opened, rounds=12), told["digest"]), (state(opened), None), (state(opened), "x")):
        names, sentence = drawn(opened, values, opinion)
        assert "network, mean" not in names
        assert sentence == ""


def test_the_band_holds_what_twenty_seeds_of_the_other_engine_give(registry: Registry) -> None:
    track, bench = registry.track("edge_guardian"), registry.bench("edge_guardian", "convergence")
    values = {**bench.defaults(), **QUICK, "reliability": 1.0}
    steps: list[tuple[int, int]] = []
    found = second_opinion(track, report=lambda done, of: steps.append((done, of)), **values)
    assert steps == [(n, OPINION_SEEDS) for n in range(OPINION_SEEDS + 1)]
    setting = setting_of(values)
    fleet = problem(track.fleet.seed, setting.alpha)
    ends, cities = [], []
    for seed in range(OPINION_SEEDS):
        mask = draw_participation(fleet, rounds=10, clients_per_round=5, reliability=1.0, seed=seed)
        run = simulate(
            fleet, rounds=10, clients_per_round=5, local_steps=1, learning_rate=setting.learning_rate / 8,
            participation=mask, engine="network", seed=seed,
        )  # fmt: skip
        ends.append(scores(run.accuracy)[-1])
        cities.append(scores(run.group_accuracy)[-1])
    line = next(trace for trace in found.figure["data"] if trace["name"] == "network, mean")
    assert float(line["y"][-1]) == pytest.approx(np.mean(ends), abs=1e-6)
    worst = np.mean(cities, axis=0)
    for share in (np.mean(ends), *np.quantile(ends, (0.1, 0.9)), worst.min()):
        assert in_words(float(share), "share") in found.sentence
    assert city_names(track)[worst.argmin()] in found.sentence


@pytest.mark.parametrize(
    ("values", "fleet", "worst", "verdict"),
    [
        ({"rounds": 40, "local_steps": 5, "learning_rate": 1.2}, 0.1, 0.05, "it would have won too: fleet"),
        ({"rounds": 40, "local_steps": 5, "learning_rate": 1.2}, 0.999, 0.05, "it would not have won either: fleet"),
        ({"rounds": 40, "local_steps": 5, "learning_rate": 1.2}, 0.1, 0.999, "it would not have won either: fleet"),
    ],
)
def test_it_says_whether_the_network_reaches_the_targets_too(
    registry: Registry, values: dict[str, Any], fleet: float, worst: float, verdict: str
) -> None:
    track, bench = registry.track("edge_guardian"), registry.bench("edge_guardian", "convergence")
    asked = replace(track, targets=replace(track.targets, mean_accuracy=fleet, worst_city_accuracy=worst))
    said_so = second_opinion(asked, report=lambda done, of: None, **{**bench.defaults(), **values}).sentence
    assert f"By accuracy alone {verdict}" in said_so
    assert f"of the {in_words(fleet, 'share')} wanted" in said_so
    assert f"of the {in_words(worst, 'share')} wanted" in said_so


@pytest.mark.parametrize("rounds", [12, 60])
def test_it_says_where_the_engines_part(registry: Registry, rounds: int) -> None:
    """A target between the two scores: the one above it wins alone."""
    track, bench = registry.track("edge_guardian"), registry.bench("edge_guardian", "convergence")
    values = {**bench.defaults(), **QUICK, "rounds": rounds}
    setting = setting_of(values)
    own = runs(learning_of(track.fleet.seed, setting, seed=0)).final_mean
    line = second_opinion(track, report=lambda done, of: None, **values).figure["data"][-1]
    network = float(line["y"][-1])
    asked = replace(track, targets=replace(track.targets, mean_accuracy=(network + own) / 2, worst_city_accuracy=0.01))
    said_so = second_opinion(asked, report=lambda done, of: None, **values).sentence
    assert f"it would {'have won' if network > own else 'not have won'} where softmax regression does" in said_so


def test_an_opinion_is_kept_for_whoever_asks_next(opened: Student) -> None:
    finish(opened, ticket(opened))
    begun = time.monotonic()
    finish(opened, ticket(opened))
    assert time.monotonic() - begun < PATIENCE_S
    other = Student.of(opened.app, opened.registry)
    assert other.ask_opinion(KEY, state(opened)).status_code == 403, "what another asked opens no bench"


@pytest.mark.parametrize(
    "given", [None, "", 1, {}, {"ticket": None}, {"ticket": "forged"}, {"ticket": {"a": 1}}, [], {"ticket": "." * 999}]
)
def test_without_a_ticket_of_this_lab_nothing_is_computed(opened: Student, given: Any) -> None:
    if given is None:
        return
    told = finish(opened, given)
    assert "needs a ticket" in told["problem"]


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
def test_only_a_readable_state_of_an_open_bench_gets_a_ticket(
    opened: Student, bench: Any, values: Any, status: int
) -> None:
    answer = opened.ask_opinion(bench, values)
    assert answer.status_code == status
    assert answer.get_json()["error"].endswith(".") or answer.get_json()["error"]


def test_a_bench_without_one_says_so(opened: Student) -> None:
    opened.lock_all("edge_guardian/paradox")
    answer = opened.ask_opinion("edge_guardian/paradox", opened.bench("edge_guardian/paradox").defaults())
    assert answer.status_code == 422
    assert "has no second opinion" in said(answer)


def test_a_stopped_job_is_gone_and_leaves_nothing(opened: Student) -> None:
    given = ticket(opened, rounds=200, local_steps=100, clients_per_round=50)
    handles = start(opened, given)
    child = psutil.Process(int(handles["job"].split("~")[0]))
    opened.stop_opinion(cancelJob=handles["job"])
    child.wait(10)
    values = state(opened, rounds=200, local_steps=100, clients_per_round=50)
    names, sentence = drawn(opened, values, given["digest"])
    assert "network, mean" not in names
    assert sentence == ""


def test_a_forged_handle_stops_nothing(opened: Student) -> None:
    """The handle names a process; only what the lab signed for this page is believed."""
    given = ticket(opened, rounds=200, local_steps=100, clients_per_round=50)
    handles = start(opened, given)
    child = psutil.Process(int(handles["job"].split("~")[0]))
    opened.stop_opinion(cancelJob=str(child.pid))
    opened.stop_opinion(cancelJob=f"{child.pid}~{'0' * 64}")
    assert child.is_running()
    assert child.status() != psutil.STATUS_ZOMBIE
    opened.stop_opinion(cancelJob=handles["job"])
    child.wait(PATIENCE_S)


@pytest.fixture
def broken(tmp_path: Path, registry: Registry) -> Dash:
    """A lab whose second engine fails."""

    def fails(track: Any, **_: Any) -> SecondOpinion:
        raise RuntimeError("the engine broke")

    def other(bench: Bench) -> Bench:
        return replace(bench, second_opinion=fails) if bench.second_opinion else bench

    missions = {
        track: MappingProxyType({name: other(bench) for name, bench in own.items()})
        for track, own in registry.missions.items()
    }
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "broken")})
    upgrade(settings.database_url)
    return create_app(settings, replace(registry, missions=MappingProxyType(missions)))


def test_one_that_fails_says_so_and_the_bench_is_as_it_was(broken: Dash, registry: Registry) -> None:
    student = Student.of(broken, registry)
    student.lock_all(KEY)
    told = finish(student, ticket(student))
    assert "failed; the bench is as it was" in told["problem"]
    names, sentence = drawn(student, state(student), told["digest"])
    assert "network, mean" not in names
    assert sentence == ""


def test_a_ticket_is_read_back_and_another_labs_is_not(tmp_path: Path) -> None:
    one, two = (SecondOpinions(tmp_path / name, (name * 20,)) for name in ("a", "b"))
    newer = SecondOpinions(tmp_path / "c", ("c" * 20, "a" * 20))
    signed = one.ticket("t", "b", {"rounds": 10, "algorithm": "fedavg"})
    assert newer.read(signed) == one.read(signed), "an older key is still read"
    assert dict(one.read(signed).values) == {"rounds": 10, "algorithm": "fedavg"}
    with pytest.raises(BadTicket):
        two.read(signed)


def test_an_opinion_is_forgotten_after_a_week_and_not_before(tmp_path: Path, registry: Registry) -> None:
    """A course meets weekly, and the folder must not grow for ever."""
    day_s = 86_400
    opinions = SecondOpinions(tmp_path / "lab", ("k" * 20,))
    values = {**registry.bench("edge_guardian", "convergence").defaults(), **QUICK}
    ticket = opinions.read(opinions.ticket("edge_guardian", "convergence", values))
    opinions.answer(registry, ticket, lambda done, of: None)
    with Cache(str(tmp_path / "lab")) as stored:  # the same files, as another process of the lab sees them
        stored.expire(now=time.time() + 6.9 * day_s)
        assert opinions.known(ticket.track, ticket.bench, ticket.values) is not None
        stored.expire(now=time.time() + 7.1 * day_s)
        assert opinions.known(ticket.track, ticket.bench, ticket.values) is None


def test_a_state_has_one_name_whatever_the_order(tmp_path: Path) -> None:
    assert digest("t", "b", {"a": 1, "c": 2.5}) == digest("t", "b", {"c": 2.5, "a": 1})
    assert digest("t", "b", {"a": 1}) != digest("t", "b", {"a": 2})
    assert digest("t", "b", {"a": 1}) != digest("t", "c", {"a": 1})


def test_nonsense_is_no_opinion() -> None:
    part = charts.figure()
    for change in ({"panel": "No"}, {"sentence": ""}, {"figure": {}}, {"figure": lambda: part}):
        with pytest.raises(SpecError, match="SecondOpinion"):
            SecondOpinion(**{"panel": "main", "figure": part, "sentence": "One.", **change})
