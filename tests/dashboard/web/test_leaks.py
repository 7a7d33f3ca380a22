"""Nothing that a bench computes, and no answer it holds, is in any response until its lock is in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from dash import Dash, dcc
from werkzeug.test import TestResponse

from dashboard.app import create_app
from dashboard.layouts.bench.page import BenchState
from dashboard.layouts.home import rulers
from dashboard.ledger import identity
from dashboard.ledger.migrations import upgrade
from dashboard.rendering.bench_view import render
from dashboard.rendering.figures.style import Screen
from dashboard.settings import Settings
from dashboard.web import ids
from tests.dashboard import ledger_requests
from tests.dashboard.answers import Answers, answers_of, leaves, states
from tests.dashboard.web.other_answers import other_answers
from tests.http_student import Student, an_answer
from tests.sweeps import swept
from tracks.api.bench import Bench
from tracks.api.controls import Option
from tracks.api.teaching import Prediction
from tracks.api.track import Track
from tracks.loading.registry import Registry

TRACKS = ("cloud_titan", "edge_guardian", "mobile_nomad", "tiny_pioneer")
PLUGIN = "edge_guardian/downlink"
SCREENS = ("", "dark.narrow")
# One key for all, or the signatures of tickets would differ between a lab and its twin.
KEYS = ("one key for all labs" * 3,)
# Clock, tokens, what the log calls a request.
CHANCE = re.compile(r'\d{4}-\d\d-\d\dT[\d:+.]+|"end_id":"[^"]*"|\d+~[0-9a-f]{64}|X-Request-ID: [0-9a-f]{16}')


@dataclass
class Listener(Student):
    """A student who keeps every response."""

    heard: list[tuple[str, TestResponse]] = field(default_factory=list)

    @property
    def student(self) -> str:
        """Who they are in the lab's database."""
        cookie = self.client.get_cookie(identity.COOKIE)
        assert cookie is not None
        found = identity.read(cookie.value, KEYS)
        assert found is not None
        return found

    def post(self, body: Any, **handles: str) -> TestResponse:
        return self.keep(body["output"], super().post(body, **handles))

    def keep(self, name: str, answer: TestResponse) -> TestResponse:
        assert answer.status_code < 500, f"{name}: {answer.get_data(as_text=True)[:500]}"
        self.heard.append((name, answer))
        return answer

    def walk(self, key: str) -> None:
        """Ask everything that a student of a locked-out bench can ask of it, allowed or not."""
        bench = self.bench(key)
        self.keep(f"GET /{key}", self.client.get(f"/{key}"))
        self.page(f"/{key}")
        for values in states(bench):
            self.update(key, values)
        self.update(key, {**bench.defaults(), "nothing": 1})
        for panel in bench.panels:
            self.table(key, panel.id)
        for pressed in ("reflect", "mark"):
            self.write(key, pressed, {"why": "b", "change": "c", "check": "d", "mark0": "m1"})
        if bench.reflection and bench.reflection.check:
            for option in bench.reflection.check.options:
                self.tick(key, option.id)
        for action in ("record", "observe", "carry", "learnt"):
            values = {"values": dict(bench.defaults()), "try": 1}
            self.act(key, {"do": action, **values}, written={"observation": "a", "learnt": "b"})
        for level in (2, 3):
            self.ask_hint(key, {"at": 1, "level": level, "values": dict(bench.defaults())})
        self.open(key)
        self.ask_opinion(key, dict(bench.defaults()))
        self.look_at_agreements(key)
        self.script(key, bench.defaults())
        for panel in bench.panels:
            self.ask_csv(key, panel.id, bench.defaults())
        self.demonstrate(key, {"values": bench.demonstration.defaults() if bench.demonstration else {}})
        self.look_into_run(key, bench.defaults(), 1)
        for prediction in bench.predictions:
            self.ask(key, prediction)

    def ask(self, key: str, prediction: Prediction) -> None:
        """Type, review, go back."""
        for text in ("1", "0,5", "1e300", "none", ""):
            self.repeat(key, prediction, text)
        whole = an_answer(prediction)
        for option in (*prediction.mechanisms, *prediction.options):
            name = "mechanism" if option in prediction.mechanisms else "value"
            self.press(key, "review", prediction=prediction.id, entered={**whole, name: option.id})
        self.press(key, "review", prediction=prediction.id, entered={**whole, "value": ""})
        self.press(key, "edit", draft={"prediction": prediction.id, **whole})

    def forge(self, key: str) -> None:
        """Press Lock on drafts that no review would let pass."""
        for prediction in self.bench(key).predictions:
            for part in an_answer(prediction):
                self.lock(key, prediction, **{part: "nonsense"})

    def tick(self, key: str, chosen: str) -> TestResponse:
        """Choose an option of the check question."""
        return self._moved(ids.slot(key, "feedback"), ids.writing(key, "check"), chosen, '"name":"feedback"')

    def repeat(self, key: str, prediction: Prediction, text: str) -> TestResponse:
        """Type into the prediction's box."""
        entry = ids.entry(key, prediction.id, "value")
        return self._moved(ids.echo(key, prediction.id), entry, text, '"kind":"echo"')

    def _moved(self, place: ids.Id, entry: ids.Id, value: Any, part: str) -> TestResponse:
        return self.post(
            {
                "output": self.output(part),
                "outputs": {"id": place, "property": "children"},
                "inputs": [{"id": entry, "property": "value", "value": value}],
                "changedPropIds": [ids.dom(entry) + ".value"],
            }
        )

    def wander(self) -> None:
        """Open every page that is no bench, and every address that the server knows.

        As a student does, through a proxy: to a program of the same machine the server tells its metrics.
        """
        pages = ["/", "/designer", "/nothing", *(f"/{track}" for track in self.registry.tracks)]
        rules = [rule.rule for rule in self.app.server.url_map.iter_rules() if not rule.arguments]
        for path in (*pages, *rules):
            self.keep(f"GET {path}", self.client.get(path, headers={"X-Forwarded-For": "192.0.2.7"}))
        for path in pages:
            self.page(path)
        self.look_at_opinion(None)
        self.stop_opinion(None)
        ledger_requests.everything(self, "edge_guardian/paradox/ratio")

    def leaks(self, answers: Answers) -> list[str]:
        return [f"{name}: {kind} {item!r}" for name, answer in self.heard for kind, item in answers.found_in(answer)]


def new_lab(folder: Path, registry: Registry) -> Dash:
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(folder), "EDGELAB_SECRET_KEY": KEYS[0]})
    upgrade(settings.database_url)
    return create_app(settings, registry)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Dash:
    """One lab for all students of this module."""
    return new_lab(tmp_path_factory.mktemp("lab"), registry)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Dash:
    """A lab that differs in every answer, and in nothing else."""
    return new_lab(tmp_path_factory.mktemp("twin"), other_answers(registry))


@pytest.fixture
def listener(lab: Dash, registry: Registry) -> Listener:
    return Listener.of(lab, registry)


PUBLISHED_EPSILON = 13.69  # on Tiny Pioneer's briefing; a round of 100 kB through hubs takes as many seconds of air


@pytest.fixture(scope="module")
def answers(registry: Registry) -> Mapping[str, Answers]:
    """What each bench of each track must not say."""
    constants = [value for track in registry.tracks.values() for value in track.constants().values()]
    constants += [bench.minutes for _, _, bench in every_bench(registry)]  # of the steps, on the pages around
    constants += places_on_rulers(registry)
    constants.append(PUBLISHED_EPSILON)
    return {key: answers_of(track, bench, constants) for key, track, bench in every_bench(registry)}


def places_on_rulers(registry: Registry) -> list[float]:
    """Where the picker's rulers have their decades and the tracks' constants, 0..1, as it writes them."""
    tracks = list(registry.tracks.values())
    drawn = [part for track in tracks for ruler in rulers(track, tracks) for part in ruler._traverse()]
    return [float(part.style["--at"]) for part in drawn if "--at" in (getattr(part, "style", None) or {})]


def every_bench(registry: Registry) -> Iterator[tuple[str, Track, Bench]]:
    for track in registry.tracks.values():
        for bench in registry.benches(track.id):
            yield ids.bench_key(track.id, bench.id), track, bench


def keys_of(registry: Registry, track_id: str) -> list[str]:
    return [key for key, track, _ in every_bench(registry) if track.id == track_id]


class TestBeforeTheLock:  # N1
    @pytest.mark.parametrize("screen", swept(SCREENS, kept=[""]))
    @pytest.mark.parametrize("track_id", TRACKS)
    def test_no_response_of_a_locked_out_bench_holds_an_answer(
        self, listener: Listener, answers: Mapping[str, Answers], track_id: str, screen: str
    ) -> None:
        listener.client.set_cookie("edgelab_screen", screen)
        for key in keys_of(listener.registry, track_id):
            listener.heard.clear()
            listener.walk(key)
            listener.forge(key)
            assert len(listener.heard) > 20
            assert listener.leaks(answers[key]) == []

    @pytest.mark.parametrize("screen", swept(SCREENS, kept=[""]))
    def test_no_page_around_the_benches_holds_an_answer(
        self, listener: Listener, answers: Mapping[str, Answers], screen: str
    ) -> None:
        listener.client.set_cookie("edgelab_screen", screen)
        listener.wander()
        for key, hidden in answers.items():
            assert listener.leaks(hidden) == [], key

    def test_a_browser_without_a_cookie_learns_no_more(
        self, lab: Dash, registry: Registry, answers: Mapping[str, Answers]
    ) -> None:
        stranger = Listener(lab, registry, lab.server.test_client(use_cookies=False))
        for key, _, bench in every_bench(registry):
            stranger.heard.clear()
            stranger.walk(key)
            for prediction in bench.predictions:
                stranger.lock(key, prediction)
            assert stranger.leaks(answers[key]) == []

    def test_one_lock_of_two_opens_nothing(self, listener: Listener, answers: Mapping[str, Answers]) -> None:
        for prediction in listener.bench(PLUGIN).predictions:
            locked = Listener.of(listener.app, listener.registry)
            assert locked.lock(PLUGIN, prediction).status_code == 200
            locked.walk(PLUGIN)
            assert locked.leaks(answers[PLUGIN]) == []

    def test_anothers_lock_opens_nothing(self, lab: Dash, registry: Registry) -> None:
        for key in (PLUGIN, "edge_guardian/paradox"):
            first, other, later = (Listener.of(lab, registry) for _ in range(3))
            first.walk(key)
            other.lock_all(key)
            later.walk(key)
            assert said(later) == said(first)

    def test_the_walk_presses_everything_that_the_server_answers(self, listener: Listener) -> None:
        """A callback that this module does not ask is one whose answers nobody reads."""
        listener.walk(PLUGIN)
        listener.wander()
        served = {
            item["output"]
            for item in listener.client.get("/_dash-dependencies").get_json()
            if not item["clientside_function"]
        }
        assert served == {name for name, _ in listener.heard if not name.startswith("GET")}


def said(listener: Listener) -> list[tuple[str, int, list[str | float]]]:
    """All that was heard, but for clock, chance and the student's own name."""
    own = identity.pseudonym(listener.student)

    def plain(leaf: str | float) -> str | float:
        return CHANCE.sub("", leaf).replace(own, "") if isinstance(leaf, str) else leaf

    return [(name, answer.status_code, [plain(leaf) for leaf in leaves(answer)]) for name, answer in listener.heard]


class TestTheReaderIsNotBlind:
    """The tests above pass when nothing is recognised; these fail then."""

    KINDS = frozenset(
        ("summary", "point", "figure", "table", "reading", "note", "verdict", "peek", "truth", "feedback",
         "model answer", "sample", "rubric")
    )  # fmt: skip

    @pytest.mark.parametrize("key", [PLUGIN, *(f"{track}/paradox" for track in TRACKS)])
    def test_an_open_bench_gives_away_every_kind(
        self, listener: Listener, answers: Mapping[str, Answers], key: str
    ) -> None:
        listener.lock_all(key)
        bench = listener.bench(key)
        listener.page(f"/{key}")
        listener.update(key, bench.defaults())
        listener.table(key, bench.panels[0].id)
        listener.try_once(key)
        check = bench.reflection.check.options[0].id
        listener.write(key, "reflect", {"why": "b", "change": "c", "check": check})
        found = {kind for _, answer in listener.heard for kind, _ in answers[key].found_in(answer)}
        hidden = answers[key].kinds()
        assert hidden & self.KINDS <= found
        assert len(self.KINDS - hidden) <= 2, "the plugin has short rubrics and no notes"

    @pytest.mark.parametrize(
        ("name", "leak"),
        [
            # The door that answers before it has looked at the lock.
            ("dashboard.callbacks.bench.is_unlocked", lambda _: lambda bench, locks: True),
            ("dashboard.callbacks.navigation.is_unlocked", lambda _: lambda bench, locks: True),
            # The note of a reading in place of its limit.
            ("dashboard.layouts.bench.page.limit_words", lambda _: lambda reading: reading.note or "no limit"),
            ("dashboard.layouts.bench.page.limit_words", lambda _: lambda reading: str(reading.value)),
            # The student's figure in place of the empty frame.
            ("dashboard.layouts.bench.page.waiting_figures", lambda registry: drawn(registry)),
            # The whole rendered state in the page's store.
            ("dashboard.callbacks.navigation.bench_page", lambda _: stored),
            # Reasons sent with their feedback.
            ("dashboard.layouts.bench.predict.CONFIDENCE", lambda registry: mechanisms(registry)),
        ],
    )
    def test_a_planted_leak_is_found(
        self, listener: Listener, answers: Mapping[str, Answers], monkeypatch: pytest.MonkeyPatch, name: str, leak: Any
    ) -> None:
        monkeypatch.setattr(name, leak(listener.registry))
        found = []
        for key in (PLUGIN, "edge_guardian/paradox"):
            listener.heard.clear()
            listener.walk(key)
            found += listener.leaks(answers[key])
        assert found


def drawn(registry: Registry) -> Callable[..., Any]:
    track = registry.track("edge_guardian")
    return lambda key, bench, screen: render(track, bench, bench.defaults(), {}, screen or Screen()).figures


def stored(state: BenchState) -> Any:
    view = render(state.track, state.bench, state.bench.defaults(), {}, state.screen).texts
    return dcc.Store(id="planted", data=view)


def mechanisms(registry: Registry) -> tuple[Option, ...]:
    reasons = registry.bench(*ids.split_bench_key(PLUGIN)).predictions[0].mechanisms
    return tuple(Option(id=reason.id, text=reason.feedback) for reason in reasons)


class TestNothingOfTheOutcomeFlowsOut:  # N1
    """Two labs that differ in every answer, and in nothing else, say the same before the lock."""

    @pytest.mark.parametrize("screen", swept(SCREENS, kept=[""]))
    def test_other_answers_change_no_response(self, lab: Dash, twin: Dash, registry: Registry, screen: str) -> None:
        one, two = Listener.of(lab, registry), Listener.of(twin, registry)
        # One student, whose name is in what they hand in.
        two.client.set_cookie(identity.COOKIE, identity.sign(one.student, KEYS))
        for listener in (one, two):
            listener.client.set_cookie("edgelab_screen", screen)
            listener.wander()
            for track_id in TRACKS:
                for key in keys_of(registry, track_id):
                    listener.walk(key)
            listener.lock(PLUGIN, listener.bench(PLUGIN).predictions[0])
            listener.walk(PLUGIN)
        for mine, others in zip(said(one), said(two), strict=True):
            assert mine == others

    def test_after_the_lock_the_twin_says_other_things(self, lab: Dash, twin: Dash, registry: Registry) -> None:
        one, two = Listener.of(lab, registry), Listener.of(twin, registry)
        for listener in (one, two):
            listener.lock_all(PLUGIN)
        assert said(one) != said(two)
