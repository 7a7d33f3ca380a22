"""The accent as a script: run by a plain Python with numpy alone, it prints the curve of the page."""

import numpy as np
import pytest

from tests.sweeps import swept
from tests.tracks.mobile_nomad.battery.states import BENCH, NOMAD, state
from tests.tracks.scripts import IMAGE, check_plain, printed
from tracks.mobile_nomad.battery.figures import ACCENT, LADDER
from tracks.mobile_nomad.battery.model.personalisation import personalisation_result
from tracks.mobile_nomad.track import MOBILE_NOMAD

STATES = (
    {},
    {"data": "local", "method": "lora", "resolution": 160, "schedule": "charging", "minutes": 60.0},
    {"method": "head", "schedule": "idle", "accent_distance": 1.0, "minutes": 3.0, "batch": 1},
    {"data": "local", "method": "last_k", "resolution": 96, "accent_distance": 0.0},
)


def script(**values):
    """Return the script of the start with some values replaced."""
    text: str = BENCH.script(MOBILE_NOMAD, seed=0, **NOMAD.state(**values))
    return text


def lengths(text, folder):
    """What the script prints: steps, minutes, both accuracies and both gains in points, a row for each length."""
    head, *rows = printed(text, folder)
    assert head.split() == ["steps", "minutes", "own", "all", "own", "gained", "all", "gained"]
    return np.array([[float(number) for number in row.split()] for row in rows])


@pytest.mark.parametrize("values", swept(STATES, kept=STATES[:2]))
def test_the_script_prints_the_curve_of_the_page(values, tmp_path):
    """Both accuracies within an image of 360, and the points of the figure at the minutes at which they are drawn."""
    found, here = lengths(script(**values), tmp_path), state(**values)
    assert set(found[:, 0]) >= set(LADDER)
    for steps, _, own, everyone, *gained in found:
        result = personalisation_result(here.task, int(steps))
        assert (own, everyone) == pytest.approx((result.own, result.elsewhere), abs=IMAGE)
        assert gained == pytest.approx((result.gain_points, result.elsewhere_points), abs=100 * IMAGE)
    table = NOMAD.run(**values).panels[ACCENT].table()
    own = next(row for row in table.rows if row[0] == "your setting")
    assert abs(found[:, 1] - own[1]).min() < 0.03 * own[1], "the student's own minutes, to two digits of passes"
    drawn = np.array([row[1:] for row in table.rows if row[0] == ""], dtype=float)
    for minutes, *points in drawn:
        nearest = found[np.abs(found[:, 1] - minutes).argmin()]
        assert nearest[1] == pytest.approx(minutes, abs=0.01)
        assert nearest[4:] == pytest.approx(points, abs=100 * IMAGE)


def test_where_the_voice_is_uploaded_the_cloud_learns_from_a_model_of_everyone(tmp_path):
    found, here = lengths(script(data="upload"), tmp_path), state(data="upload").personalisation
    assert len(found) == 1
    assert found[0, 2:4] == pytest.approx((here.own, here.elsewhere), abs=IMAGE)
    assert found[0, 4:] == pytest.approx((here.gain_points, here.elsewhere_points), abs=100 * IMAGE)


def test_the_script_is_short_and_needs_numpy_alone():
    text = script()
    assert text.startswith(f'"""{MOBILE_NOMAD.name}. {BENCH.title}\n')
    check_plain(text)
