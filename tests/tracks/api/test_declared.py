"""What a bench reads of a track is declared, so that a misspelt constant or text is refused and not ignored."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.states import TRACKS
from tracks import Extra, SpecError, TextKey, Track
from tracks.api.declared import Recorded, check_has_what_is_read, check_nothing_unread
from tracks.loading.registry import load_registry

LAB = load_registry(entry_points=False)
PAIRS = [(track, bench.id) for track in LAB.tracks for bench in LAB.benches(track) if not bench.case_of]
CASES = [(track, bench.id) for track in LAB.tracks for bench in LAB.benches(track) if bench.case_of]


class Watched(Mapping):
    """A mapping that remembers which keys were asked for."""

    def __init__(self, inner):
        self.inner, self.asked = inner, set()

    def __getitem__(self, key):
        self.asked.add(key)
        return self.inner[key]

    def __contains__(self, key):
        self.asked.add(key)
        return key in self.inner

    def __iter__(self):
        return iter(self.inner)

    def __len__(self):
        return len(self.inner)


def everything(bench, track):
    """Call all that a bench may compute of a track."""
    bench = bench.on(track)
    for values in (bench.defaults(), *(bench.defaults() | dict(preset.values) for preset in bench.presets)):
        outcome = bench.run(track, values)
        for drawing in outcome.panels.values():
            drawing.figure()
            drawing.table()
        if bench.peek:
            bench.peek(track, outcome, **values)
    for prediction in bench.predictions:
        bench.truth(track, prediction)


def asked_of(track_id, bench_id, *, empty):
    """The extras and texts that a bench asks a track for; ``empty``: of a track that has none of them."""
    track = LAB.track(track_id)
    watched = {part: Watched({} if empty else dict(getattr(track, part).extras)) for part in ("device", "targets")}
    texts = Watched({} if empty else dict(track.texts))
    track = replace(track, device=replace(track.device), targets=replace(track.targets))
    for part, mapping in watched.items():
        object.__setattr__(getattr(track, part), "extras", mapping)
    object.__setattr__(track, "texts", texts)
    crisis = track.crisis is not None and bench_id == track.crisis.id
    bench = track.crisis if crisis else course_bench(bench_id)
    everything(bench, track)
    return {f"{part}.{name}" for part, mapping in watched.items() for name in mapping.asked} | {
        f"texts.{name}" for name in texts.asked
    }


def course_bench(bench_id):
    from tracks.missions import edgelab_benches

    return next(bench for bench in edgelab_benches() if bench.id == bench_id)


def declared(bench_id, track_id):
    bench = LAB.bench(track_id, bench_id)
    return {f"{extra.part}.{extra.name}" for extra in bench.extras} | {f"texts.{text.name}" for text in bench.texts}


@pytest.mark.parametrize(("track_id", "bench_id"), PAIRS)
def test_a_bench_reads_nothing_that_it_does_not_declare(track_id, bench_id):
    assert asked_of(track_id, bench_id, empty=False) - declared(bench_id, track_id) == set()


@pytest.mark.parametrize(("track_id", "bench_id"), CASES)
def test_a_case_answers_the_same_where_its_track_has_only_what_it_declares(track_id, bench_id):
    """Making the world of a case copies all that the track has, so what is read shows by what can be left out."""
    track, case, kept = LAB.track(track_id), LAB.bench(track_id, bench_id), declared(bench_id, track_id)

    def left(mapping, part):
        return {name: value for name, value in mapping.items() if f"{part}.{name}" in kept}

    bare = replace(
        track,
        device=replace(track.device, extras=left(track.device.extras, "device")),
        targets=replace(track.targets, extras=left(track.targets.extras, "targets")),
        texts=left(track.texts, "texts"),
    )
    full, same = (
        one.run(of, one.defaults()) for of, one in ((track, case.on(track)), (bare, course_bench(bench_id).on(bare)))
    )
    assert [(item.id, item.value, item.limit) for item in same.readings] == [
        (item.id, item.value, item.limit) for item in full.readings
    ]
    everything(course_bench(bench_id), bare)


@pytest.mark.parametrize("bench_id", ["paradox", "memory", "convergence", "privacy"])
def test_a_bench_declares_nothing_that_it_does_not_read(bench_id):
    asked = set().union(*(asked_of(track, bench_id, empty=empty) for track in LAB.tracks for empty in (False, True)))
    assert declared(bench_id, "edge_guardian") - asked == set()


@pytest.mark.parametrize("track", TRACKS, ids=lambda track: track.id)
def test_a_crisis_declares_nothing_that_it_does_not_read(track):
    assert declared(track.crisis.id, track.id) - asked_of(track.id, track.crisis.id, empty=False) == set()


def benches_of(track: Track):
    return LAB.benches(track.id)


GUARDIAN = LAB.track("edge_guardian")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"device": ("radio_j_per_bytes", 3e-7)},
            "device.extras has 'radio_j_per_bytes', which no bench reads; did you mean 'radio_j_per_byte'",
        ),
        ({"targets": ("gain_kept", 0.5)}, "targets.extras has 'gain_kept', .* did you mean 'gain_kept_share'"),
        ({"device": ("warp_factor", 9)}, "device.extras has 'warp_factor', which no bench reads; there are .*Track"),
        ({"texts": ("paradox_txt", "x")}, "texts has 'paradox_txt', .* did you mean 'paradox_text'"),
        ({"texts": ("raw_names", "x")}, "texts has .* did you mean 'raw_name'"),
        (
            {"ranges": ("convergance", {})},
            "ranges has 'convergance', which is no bench of it; did you mean 'convergence'",
        ),
        ({"ranges": ("warp", {})}, "ranges has 'warp', which is no bench of it; there are convergence, .*crisis"),
    ],
)
def test_a_misspelt_name_is_refused_with_the_nearest_right_one(change, sentence):
    ((part, (name, value)),) = change.items()
    if part in ("texts", "ranges"):
        track = replace(GUARDIAN, **{part: {**getattr(GUARDIAN, part), name: value}})
    else:
        owner = getattr(GUARDIAN, part)
        wrong = replace(owner)
        object.__setattr__(wrong, "extras", {**owner.extras, name: value})
        track = replace(GUARDIAN)
        object.__setattr__(track, part, wrong)
    with pytest.raises(SpecError, match=f"Track 'edge_guardian': {sentence}"):
        check_nothing_unread(track, benches_of(GUARDIAN))


@pytest.mark.parametrize("ways", [{}, {"decision": "epsilon", "reading": "epsilon"}])
def test_a_field_of_the_record_is_a_part_of_the_decision_or_a_reading(ways):
    with pytest.raises(SpecError, match="Recorded 'eps': names either a part of the decision or a reading"):
        Recorded(id="eps", label="ε", **ways)


def test_a_constant_of_the_tracks_own_is_declared_by_the_track():
    check_nothing_unread(GUARDIAN, benches_of(GUARDIAN))
    with pytest.raises(SpecError, match="sparse_op_per_s"):
        check_nothing_unread(replace(GUARDIAN, extras=()), benches_of(GUARDIAN))


def test_what_a_bench_cannot_do_without_is_asked_for_by_name_unit_and_meaning():
    needed = Extra(name="wind_m_per_s", unit="m/s", meaning="wind at the crane")
    paradox = LAB.bench(GUARDIAN.id, "paradox")
    bench = replace(paradox, extras=(needed,))
    with pytest.raises(SpecError, match=r"needs device.extras.wind_m_per_s \[m/s\] for bench 'paradox': wind at the"):
        check_has_what_is_read(bench, GUARDIAN)
    wordless = replace(
        LAB.bench("edge_guardian", "paradox"), texts=(TextKey(name="port", meaning="what the port is called"),)
    )
    with pytest.raises(SpecError, match=r"needs texts\['port'\] for bench 'paradox': what the port is called"):
        check_has_what_is_read(wordless, GUARDIAN)
    check_has_what_is_read(replace(bench, extras=(replace(needed, otherwise="calm air"),)), GUARDIAN)


def test_cities_in_one_text_are_still_read_and_warn():
    with pytest.warns(DeprecationWarning, match=r"texts\['cities'\] goes in the next release; write cities=\("):
        track = replace(GUARDIAN, cities=(), texts={**GUARDIAN.texts, "cities": "North, South"})
    assert track.cities == ("North", "South")
    assert "cities" not in track.texts


@pytest.mark.parametrize("cities", ["North, South", ["North"], ("North", "North"), (1,)])
def test_cities_are_a_tuple_of_different_names(cities):
    with pytest.raises(SpecError, match="cities"):
        replace(GUARDIAN, cities=cities)
