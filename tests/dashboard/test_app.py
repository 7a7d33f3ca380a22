"""The whole app without a browser: pages, one request per change, locks that hold, refusals that say why."""

from __future__ import annotations

import gc
import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import plotly.graph_objects as go
import pytest
from dash import Dash

from dashboard.app import create_app, served_app
from dashboard.ledger import identity
from dashboard.settings import Settings
from dashboard.web import ids
from tests.http_student import UPDATE, Student, an_answer, said
from tracks.loading.registry import Registry

PARADOX = "edge_guardian/paradox"
PLUGIN = "edge_guardian/downlink"


def test_a_serving_process_takes_its_own_objects_out_of_garbage_collection(tmp_path: Path, registry: Registry) -> None:
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path)})
    try:
        served_app(settings, registry)
        assert gc.get_freeze_count() > 100_000
    finally:
        gc.unfreeze()  # this process goes on with other tests


class TestPages:
    @pytest.mark.parametrize(
        "path", ["/", "/edge_guardian", "/edge_guardian/paradox", "/tiny_pioneer/paradox", "/designer"]
    )
    def test_a_page_that_exists_answers_200(self, student: Student, path: str) -> None:
        assert student.client.get(path).status_code == 200
        assert student.page(path).status_code == 200

    @pytest.mark.parametrize(
        "path",
        [
            "/nobody",  # no such track
            "/edge_guardian/nothing",  # no such bench
            "/edge_guardian/paradox/more",  # too deep
            "/%00",  # not a name at all
            "/" + "a" * 5000,
        ],
    )
    def test_an_unknown_address_is_a_404_page_that_lists_what_exists(self, student: Student, path: str) -> None:
        answer = student.client.get(path)
        assert answer.status_code == 404
        assert answer.mimetype == "text/html"
        listed = said(student.page(path))
        assert "There is no such page" in listed
        for existing in ("/cloud_titan", "/edge_guardian/paradox", "/mobile_nomad", "/tiny_pioneer"):
            assert f'"{existing}"' in listed

    def test_every_step_of_the_mission_is_served_and_stands_on_the_stepper_as_a_link(self, student: Student) -> None:
        page = said(student.page("/edge_guardian/paradox"))
        assert "not yet open" not in page
        for step in ("memory", "convergence", "privacy", "crisis"):
            assert f'"/edge_guardian/{step}"' in page

    def test_health_answers_without_asking_the_database(self, app: Dash) -> None:
        answer = app.server.test_client().get("/_health")
        assert (answer.status_code, answer.get_json()["status"]) == (200, "ok")

    def test_the_first_request_finds_nothing_left_to_set_up(self, app: Dash) -> None:
        """What Dash serves scripts from, and what it answers by, is whole before anybody asks; see `_set_up`."""
        scripts = {package: set(paths) for package, paths in app.registered_paths.items()}
        callbacks = set(app.callback_map)
        client = app.server.test_client()
        dependencies = client.get("/_dash-dependencies").get_json()
        page = client.get("/").get_data(as_text=True)
        assert "dash-renderer/build/dash_renderer.min.js" in scripts.get("dash", ())
        assert client.get("/_dash-layout").status_code == 200
        assert app.registered_paths == scripts
        assert set(app.callback_map) == callbacks
        assert {one["output"] for one in dependencies} >= callbacks
        for url in re.findall(r'"(/_dash-component-suites/[^"]+)"', page):
            assert client.get(url).status_code == 200, url

    def test_setting_up_asks_nothing_of_the_ledger_and_makes_no_student(self, tmp_path, registry, monkeypatch) -> None:
        made = []
        monkeypatch.setattr(identity, "new_student", lambda: made.append("a student"))
        settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path / "data")})
        create_app(settings, registry)
        assert made == []
        assert not (tmp_path / "data" / "ledger.sqlite3").exists()

    def test_the_designer_page_names_a_broken_plugin_and_its_reason(self, tmp_path, registry) -> None:  # N10
        plugins = tmp_path / "plugins"
        plugins.mkdir()
        (plugins / "harbour.py").write_text(
            "from tracks import Slider, hookimpl\nSlider(id='epochs', label='Epochs', "
            "unit='', minimum=1, maximum=20, step=1, default=30)\n"
        )
        environment = {"EDGELAB_DATA_DIR": str(tmp_path / "data"), "EDGELAB_TRACKS_DIR": str(plugins)}
        student = Student.of(create_app(Settings.from_environment(environment)), registry)
        page = said(student.page("/designer"))
        assert "harbour.py" in page
        assert "Slider 'epochs': default 30 is outside 1..20" in page
        assert student.client.get("/edge_guardian/paradox").status_code == 200, "the class goes on"

    def test_designer_can_be_switched_off(self, tmp_path) -> None:
        environment = {"EDGELAB_DATA_DIR": str(tmp_path / "data"), "EDGELAB_DESIGNER": "off"}
        app = create_app(Settings.from_environment(environment))
        assert app.server.test_client().get("/designer").status_code == 404

    def test_the_briefing_gives_every_constant_its_source_or_says_assumed(  # P1 P2 P3 P4 N4
        self, student: Student, registry: Registry
    ) -> None:
        for track in registry.tracks.values():
            page = said(student.page(f"/{track.id}"))
            for name in track.constants():
                assert f'"data-constant": "{name}"' in page
            assert (track.story[0] if track.story else track.north_star) in page
            assert "assumed" in page

    def test_the_first_page_offers_to_continue_where_the_student_was(self, student: Student) -> None:
        assert "Continue where you were" not in said(student.page("/"))
        student.lock_all(PARADOX)
        page = said(student.page("/"))
        assert "Edge Guardian, bench 1: Paradox" in page


class TestOneRequestServesAnyBench:
    def test_the_same_callback_answers_for_the_courses_bench_and_a_plugins(self, student: Student) -> None:  # N9
        for key in (PARADOX, PLUGIN):
            student.lock_all(key)
            figures, view = student.seen(key)
            assert set(figures) == {panel.id for panel in student.bench(key).panels}
            assert set(view["summaries"]) == set(figures)

    def test_values_are_read_by_id_not_by_position(self, student: Student) -> None:
        student.lock_all(PARADOX)
        values = {**student.bench(PARADOX).defaults(), "participation": 0.1}
        straight = student.update(PARADOX, values).get_json()
        turned = student.update(PARADOX, dict(reversed(values.items()))).get_json()
        assert straight == turned

    def test_figures_are_valid_plotly(self, student: Student) -> None:
        for key in (PARADOX, PLUGIN):
            student.lock_all(key)
            for figure in student.seen(key)[0].values():
                go.Figure(figure)  # raises on a property that plotly does not know

    def test_no_figure_of_any_state_holds_nan_or_infinity(self, student: Student) -> None:
        student.lock_all(PARADOX)
        for control in student.bench(PARADOX).controls:
            for value in control.positions(3):
                body = student.update(PARADOX, {**student.bench(PARADOX).defaults(), control.id: value})
                json.loads(body.get_data(as_text=True), parse_constant=lambda name: pytest.fail(name))

    def test_a_table_holds_the_number_on_the_card(self, student: Student) -> None:
        student.lock_all(PLUGIN)
        _, view = student.seen(PLUGIN)
        assert view["readings"]["time"]["value"] == "6.35"
        table = said(student.table(PLUGIN, "time"))
        assert repr(1e9 * 8 / 2.1e7) in table


class TestBadValues:
    @pytest.mark.parametrize(
        ("value", "says"),
        [
            (None, "has no value"),  # null
            ("8", "must be a number"),  # a text that looks like one
            (True, "must be a number"),  # true is no number
            ([0.01], "must be a number"),
            ({"value": 0.01}, "must be a number"),
        ],
    )
    def test_a_value_that_is_no_number_is_refused_with_a_sentence(self, student: Student, value, says) -> None:
        student.lock_all(PARADOX)
        answer = student.update(PARADOX, {**student.bench(PARADOX).defaults(), "participation": value})
        assert 400 <= answer.status_code < 500
        assert says in answer.get_json()["error"]

    @pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999"])
    def test_nan_and_infinity_never_reach_a_bench(self, student: Student, literal: str) -> None:
        student.lock_all(PARADOX)
        body = json.dumps(student.update_body(PARADOX, {**student.bench(PARADOX).defaults(), "participation": 12345.5}))
        answer = student.client.post(UPDATE, data=body.replace("12345.5", literal), content_type="application/json")
        assert 400 <= answer.status_code < 500
        assert answer.get_json()["error"]

    @pytest.mark.parametrize(("sent", "used"), [(5.0, 0.1), (-1, 0.001), (10**300, 0.1)])
    def test_a_slider_out_of_range_goes_to_its_nearer_end(self, student: Student, sent, used) -> None:
        student.lock_all(PARADOX)
        assert student.seen(PARADOX, participation=sent)[1] == student.seen(PARADOX, participation=used)[1]

    def test_a_missing_control_is_refused_by_name(self, student: Student) -> None:
        student.lock_all(PARADOX)
        values = student.bench(PARADOX).defaults()
        del values["participation"]
        answer = student.update(PARADOX, values)
        assert 400 <= answer.status_code < 500
        assert "participation" in answer.get_json()["error"]

    def test_an_unknown_control_or_option_is_refused(self, student: Student) -> None:
        student.lock_all(PLUGIN)
        defaults = student.bench(PLUGIN).defaults()
        for values in ({**defaults, "warp": 9}, {**defaults, "codec": "int3"}, {**defaults, "cached": "yes"}):
            answer = student.update(PLUGIN, values)
            assert 400 <= answer.status_code < 500
            assert answer.get_json()["error"]

    def test_an_unknown_bench_is_refused(self, student: Student) -> None:
        body = student.update_body(PARADOX, student.bench(PARADOX).defaults())
        answer = student.post(json.loads(json.dumps(body).replace(PARADOX, "edge_guardian/nothing")))
        assert 400 <= answer.status_code < 500
        assert "nothing" in answer.get_json()["error"]


class TestTheLock:  # N1
    def test_a_complete_answer_opens_the_bench(self, student: Student) -> None:  # L5
        prediction = student.bench(PARADOX).predictions[0]
        assert student.update(PARADOX, student.bench(PARADOX).defaults()).status_code == 403
        assert student.lock(PARADOX, prediction).status_code == 200
        assert student.update(PARADOX, student.bench(PARADOX).defaults()).status_code == 200

    @pytest.mark.parametrize(
        "parts",
        [
            {"value": None},  # no answer
            {"value": ""},
            {"value": "many"},  # no number in it
            {"value": "-1"},  # outside what the question allows
            {"value": "1 parsec"},  # a unit it does not know
            {"value": "9" * 400},
            {"mechanism": None},  # no reason
            {"mechanism": "because"},  # not one of the reasons
            {"confidence": None},  # not said how sure
            {"confidence": "very"},
        ],
    )
    def test_an_incomplete_answer_is_refused_and_nothing_is_written(self, student: Student, parts) -> None:
        prediction = student.bench(PARADOX).predictions[0]
        answer = student.lock(PARADOX, prediction, **parts)
        assert answer.status_code == 422
        assert answer.get_json()["error"]
        assert student.update(PARADOX, student.bench(PARADOX).defaults()).status_code == 403

    @pytest.mark.parametrize("draft", [{}, [], "x", 7, {"prediction": "nothing"}, {"prediction": None}])
    def test_a_draft_that_is_none_is_refused(self, student: Student, draft) -> None:
        assert student.press(PARADOX, "lock", draft=draft).status_code == 422

    def test_a_second_lock_returns_the_first(self, student: Student) -> None:
        prediction = student.bench(PARADOX).predictions[0]
        first = said(student.lock(PARADOX, prediction, value="3"))
        second = said(student.lock(PARADOX, prediction, value="4000"))
        assert "your lock: 3×" in first
        assert "your lock: 3×" in second
        assert "Your first lock stands: 3×" in second
        assert "What you entered here was not taken: 4\u202f000×" in second

    def test_reload_second_tab_and_restart_keep_it(
        self, student: Student, new_app: Callable[[], Dash], registry: Registry
    ) -> None:
        student.lock(PARADOX, student.bench(PARADOX).predictions[0], value="3")
        assert "your lock: 3×" in said(student.page("/edge_guardian/paradox"))
        cookie = student.client.get_cookie("edgelab_student")
        restarted = Student(new_app(), registry, student.app.server.test_client())
        restarted.client = restarted.app.server.test_client()
        restarted.client.set_cookie("edgelab_student", cookie.value)
        assert "your lock: 3×" in said(restarted.page("/edge_guardian/paradox"))

    def test_two_students_are_never_mixed(self, app: Dash, registry: Registry) -> None:
        one, other = Student.of(app, registry), Student.of(app, registry)
        one.lock_all(PARADOX)
        assert other.update(PARADOX, other.bench(PARADOX).defaults()).status_code == 403

    def test_without_a_cookie_nothing_is_locked_and_the_card_says_why(self, app: Dash, registry: Registry) -> None:
        stranger = Student(app, registry, app.server.test_client(use_cookies=False))
        answer = stranger.lock(PARADOX, stranger.bench(PARADOX).predictions[0])
        assert "cookie" in said(answer)

    def test_a_bench_with_two_locks_opens_when_both_are_locked(self, student: Student) -> None:
        first, second = student.bench(PLUGIN).predictions
        student.lock(PLUGIN, first)
        assert student.update(PLUGIN, student.bench(PLUGIN).defaults()).status_code == 403
        student.lock(PLUGIN, second)
        assert student.update(PLUGIN, student.bench(PLUGIN).defaults()).status_code == 200

    def test_review_names_what_freezes_and_writes_nothing(self, student: Student) -> None:
        prediction = student.bench(PARADOX).predictions[0]
        entered = {**an_answer(prediction), "value": "2,5"}
        page = said(student.press(PARADOX, "review", entered=entered, prediction=prediction.id))
        assert "This will freeze" in page
        assert "2.5×" in page
        assert student.update(PARADOX, student.bench(PARADOX).defaults()).status_code == 403

    def test_review_of_an_empty_card_says_what_is_missing_and_keeps_the_rest(self, student: Student) -> None:
        prediction = student.bench(PARADOX).predictions[0]
        entered = {**an_answer(prediction), "value": None}
        page = said(student.press(PARADOX, "review", entered=entered, prediction=prediction.id))
        assert "Enter a number first" in page
        assert f'"value": "{prediction.mechanisms[0].id}"' in page


class TestReflection:
    WRITTEN = {"why": "The line, by the ratio.", "change": "A smaller model.", "check": "smaller"}

    def test_the_model_answer_opens_with_the_saved_reflection_and_is_there_after_a_reload(
        self, student: Student
    ) -> None:
        student.lock_all(PLUGIN)
        student.try_once(PLUGIN)
        saved = said(student.write(PLUGIN, "reflect", self.WRITTEN))
        for part in ("MODEL-ANSWER", "STRONG-SAMPLE", "A smaller model.", "CHECK-SMALLER"):
            assert part in saved
        assert "MODEL-ANSWER" in said(student.page(f"/{PLUGIN}"))

    @pytest.mark.parametrize("missing", ["why", "change", "check"])
    def test_an_unfinished_reflection_is_not_saved_and_loses_nothing(self, student: Student, missing: str) -> None:
        student.lock_all(PLUGIN)
        student.try_once(PLUGIN)
        page = said(student.write(PLUGIN, "reflect", {**self.WRITTEN, missing: " "}))
        assert "Not saved yet" in page
        assert "MODEL-ANSWER" not in page
        kept = [text for name, text in self.WRITTEN.items() if name != missing]
        assert all(f'"{text}"' in page for text in kept)

    def test_marks_are_kept(self, student: Student) -> None:
        student.lock_all(PLUGIN)
        student.try_once(PLUGIN)
        student.write(PLUGIN, "reflect", self.WRITTEN)
        marks = {"mark0": "m2", "mark1": "m1", "mark2": "m0", "mark3": "m2"}
        assert "5 of 8 saved" in said(student.write(PLUGIN, "mark", marks))
        assert "5 of 8 saved" in said(student.page(f"/{PLUGIN}"))

    def test_before_the_lock_there_is_no_reflection(self, student: Student) -> None:
        assert student.write(PLUGIN, "reflect", self.WRITTEN).status_code == 403

    def test_it_opens_with_the_gap_and_not_before(self, student: Student) -> None:
        student.lock_all(PLUGIN)
        refused = student.write(PLUGIN, "reflect", self.WRITTEN)
        assert refused.status_code == 403
        assert "Record a try" in said(refused)
        student.try_once(PLUGIN)
        assert student.write(PLUGIN, "reflect", self.WRITTEN).status_code == 200


def test_two_apps_in_one_process_share_nothing(new_app: Callable[[], Dash]) -> None:
    one, two = new_app(), new_app()
    assert one.callback_map.keys() == two.callback_map.keys()
    assert one.server is not two.server


def test_every_graph_is_made_with_the_uploading_button_off(student: Student) -> None:
    student.lock_all(PARADOX)
    page = json.dumps(student.page("/edge_guardian/paradox").get_json())
    assert page.count('"type": "Graph"') == len(student.bench(PARADOX).panels)
    assert page.count('"showSendToCloud": false') == page.count('"type": "Graph"')
    assert page.count('"displayModeBar": false') == page.count('"type": "Graph"')


def test_the_view_has_three_significant_digits_everywhere(student: Student) -> None:
    student.lock_all(PARADOX)
    _, view = student.seen(PARADOX)
    for reading in view["readings"].values():
        if reading["bar"] is not None:
            assert 0 <= reading["bar"] <= 1
            assert not math.isnan(reading["bar"])


def test_ids_have_inverses() -> None:
    assert ids.split_bench_key(ids.bench_key("edge_guardian", "paradox")) == ("edge_guardian", "paradox")
    assert ids.path_parts(ids.bench_path("edge_guardian", "paradox")) == ("edge_guardian", "paradox")
    for bad in ("", "edge_guardian", "a/b/c", "/b", "a/", None):
        with pytest.raises(ValueError, match="track/bench"):
            ids.split_bench_key(bad)
