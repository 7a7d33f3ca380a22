"""Who the student is: a persona with its model, device, fleet, targets and the source of every number."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from physics.sources import Source, Sourced
from tracks.api.bench import Bench
from tracks.api.checks import (
    check_id,
    check_items,
    check_number,
    check_one_of,
    check_text,
    check_unique,
    frozen_mapping,
    refuse,
)
from tracks.api.declared import Extra
from tracks.api.declared.identity import ICONS, MARKERS, Colour
from tracks.api.declared.numbers import Sources, numbers_of, source_from_text, sources_of, take_numbers
from tracks.api.declared.ranges import Range, checked_ranges

_PARTS = ("model", "device", "fleet", "targets")


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """What learns, and what moves when it does.

    Parameters
    ----------
    name : str
        The network, as the literature calls it.
    parameters : float
        Number of parameters.
    weights_bytes : float
        Its weights in RAM while it serves [B].
    forward_flop : float
        Floating-point operations of one inference of one sample [FLOP].
    sample_bytes : float
        What one request would carry to a cloud that did the inference instead [B].
    moved_name : str
        What a round moves by default ("LoRA adapter, r16 on q,k,v,o, bf16").
    moved_bytes : float
        Its size, one direction [B].
    sourced : Mapping[str, Sourced[float]]
        The numbers that were given as ``sourced(value, ...)``, with their sources; filled by itself.
    """

    name: str
    parameters: float
    weights_bytes: float
    forward_flop: float
    sample_bytes: float
    moved_name: str
    moved_bytes: float
    sourced: Mapping[str, Sourced[float]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_text("Model", "name", self.name)
        check_text(f"Model '{self.name}'", "moved_name", self.moved_name)
        take_numbers(f"Model '{self.name}'", self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """One node of the fleet.

    Parameters
    ----------
    name : str
        The hardware, by class.
    memory_bytes : float
        RAM (HBM, SRAM) of the node [B].
    learning_memory_bytes : float
        The part learning may use [B].
    memory_bytes_per_s : float
        Its bandwidth [B/s].
    peak_flop_per_s : float
        Dense peak at the precision the model serves in [FLOP/s].
    utilisation : float
        Share of the peak that real kernels reach, 0..1.
    power_w : float
        What the node may draw [W].
    learning_power_w : float
        What learning and radio may draw of it [W].
    battery_wh : float | None
        Capacity [Wh], or None on mains or a vehicle.
    uplink_bit_per_s : float
        Usual uplink [bit/s].
    uplink_name : str
        The link by name.
    round_trip_s : float
        To the cloud and back [s].
    deadline_s : float
        The north star's time limit [s].
    deadline_name : str
        What must happen within it.
    extras : Mapping[str, float]
        Further constants of this device, by names that carry their units.
    sourced : Mapping[str, Sourced[float]]
        As in ``Model``.
    """

    name: str
    memory_bytes: float
    learning_memory_bytes: float
    memory_bytes_per_s: float
    peak_flop_per_s: float
    utilisation: float
    power_w: float
    learning_power_w: float
    battery_wh: float | None
    uplink_bit_per_s: float
    uplink_name: str
    round_trip_s: float
    deadline_s: float
    deadline_name: str
    extras: Mapping[str, float] = field(default_factory=dict)
    sourced: Mapping[str, Sourced[float]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_text("Device", "name", self.name)
        owner = f"Device '{self.name}'"
        for name in ("uplink_name", "deadline_name"):
            check_text(owner, name, getattr(self, name))
        take_numbers(owner, self)
        check_number(owner, "utilisation", self.utilisation, low=0.001, high=1)
        check_number(owner, "learning_memory_bytes", self.learning_memory_bytes, low=0, high=self.memory_bytes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fleet:
    """All devices together, and how different they are from each other.

    Parameters
    ----------
    devices : int
        How many.
    unit : str
        What one is called, plural ("vehicles").
    raw_bytes_per_device_day : float
        Data a device gathers a day [B].
    cap_bytes : float
        What one device (or the service) may move in cap_days [B].
    cap_days : float
        That horizon [days].
    cap_scope : str
        "device" or "service".
    skew_alpha : float
        Dirichlet concentration of the class mixes; small is unlike.
    reliability : float
        Share of uploads that arrive, 0..1.
    seed : int
        Fixes the partition of the simulated fleet; it needs no source.
    sourced : Mapping[str, Sourced[float]]
        As in ``Model``.
    """

    devices: int
    unit: str
    raw_bytes_per_device_day: float
    cap_bytes: float
    cap_days: float
    cap_scope: str
    skew_alpha: float
    reliability: float
    seed: int
    sourced: Mapping[str, Sourced[float]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_text("Fleet", "unit", self.unit)
        take_numbers("Fleet", self)
        check_number("Fleet", "devices", self.devices, low=1)
        check_number("Fleet", "reliability", self.reliability, low=0, high=1)
        check_one_of("Fleet", "cap_scope", self.cap_scope, ("device", "service"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """What counts as good enough on this track.

    Parameters
    ----------
    mean_accuracy, worst_city_accuracy : float
        Convergence targets, shares 0..1.
    safety_accuracy : float
        The privacy bench may not fall below it, 0..1.
    epsilon : float
        The privacy officer's bound.
    epsilon_unit : str
        Whom it protects ("vehicle").
    extras : Mapping[str, float]
        Further targets of this track, by names that carry their units.
    sourced : Mapping[str, Sourced[float]]
        As in ``Model``.
    """

    mean_accuracy: float
    worst_city_accuracy: float
    safety_accuracy: float
    epsilon: float
    epsilon_unit: str
    extras: Mapping[str, float] = field(default_factory=dict)
    sourced: Mapping[str, Sourced[float]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_text("Targets", "epsilon_unit", self.epsilon_unit)
        take_numbers("Targets", self)
        for name in ("mean_accuracy", "worst_city_accuracy", "safety_accuracy"):
            check_number("Targets", name, getattr(self, name), low=0, high=1)


SENTENCES = 6  # of a track's story: what is read before anything can be done


@dataclass(frozen=True, kw_only=True, slots=True)
class Track:
    """A persona with everything the benches need to know about it.

    Parameters
    ----------
    id : str
        The URL part.
    name : str
        The persona's name.
    persona : str
        The role ("AV systems lead").
    north_star : str
        Its goal, in one sentence.
    wall : str
        The obstacle, in a few words.
    model, device, fleet, targets : Model or Device or Fleet or Targets
        The constants.
    crisis_name : str
        The crisis by name.
    colour, icon, marker : Colour or str
        Identity.
    crisis : Bench | None
        Its bench, or None while there is none.
    story : tuple[str, ...]
        What the student is there for, in up to six sentences at the top of the briefing; the goal without them.
    reading : tuple[tuple[str | Source, str], ...]
        Papers listed at the briefing, as (a text or a ``Source``, what it answers here).
    texts : Mapping[str, str]
        The texts of benches that this track replaces by its own, by the names that they declare.
    extras : tuple[Extra, ...]
        Constants of its device and targets that no bench reads and only the table of constants shows.
    cities : tuple[str, ...]
        The groups that the simulated fleet lives in, by name, those with the best links first.
    group : str
        What one of them is called, singular ("city", "tenant group").
    ranges : Mapping[str, Mapping[str, tuple[float, float]]]
        Sliders that are shorter on this track, by bench and slider: ``{"convergence": {"rounds": (10, 80)}}``.
    sources : Mapping[str, str]
        The text of each number's source by dotted name ("device.memory_bytes", "device.extras.NAME"), made from
        model, device, fleet and targets, each number of which must be a ``sourced(value, ...)``.
    """

    id: str
    name: str
    persona: str
    north_star: str
    wall: str
    model: Model
    device: Device
    fleet: Fleet
    targets: Targets
    crisis_name: str
    colour: Colour
    icon: str
    marker: str = "circle"
    crisis: Bench | None = None
    story: tuple[str, ...] = ()
    reading: tuple[tuple[str | Source, str], ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    extras: tuple[Extra, ...] = ()
    cities: tuple[str, ...] = ()
    group: str = "city"
    ranges: Mapping[str, Mapping[str, Range]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=Sources)

    def __post_init__(self) -> None:
        check_id("Track", self.id)
        owner = f"Track '{self.id}'"
        for name in ("name", "persona", "north_star", "wall", "crisis_name", "group"):
            check_text(owner, name, getattr(self, name))
        for name, kind in (
            ("model", Model),
            ("device", Device),
            ("fleet", Fleet),
            ("targets", Targets),
            ("colour", Colour),
        ):
            if not isinstance(getattr(self, name), kind):
                raise refuse(owner, f"{name} must be a {kind.__name__}, got {getattr(self, name)!r}")
        if self.crisis is not None:
            if not isinstance(self.crisis, Bench):
                raise refuse(owner, f"crisis must be a Bench or None, got {self.crisis!r}")
        check_one_of(owner, "icon", self.icon, ICONS)
        check_one_of(owner, "marker", self.marker, MARKERS)
        check_items(owner, "story", self.story, str)
        if len(self.story) > SENTENCES:
            raise refuse(owner, f"story has {len(self.story)} sentences; {SENTENCES} are the most")
        check_items(owner, "reading", self.reading, tuple)
        for item in self.reading:
            if len(item) != 2 or not isinstance(item[0], (str, Source)) or not isinstance(item[1], str):
                raise refuse(owner, f"reading has {item!r}; give pairs of a paper and what it answers here")
        check_items(owner, "extras", self.extras, Extra)
        object.__setattr__(self, "texts", frozen_mapping(owner, "texts", self.texts))
        object.__setattr__(self, "ranges", checked_ranges(owner, self.ranges))
        self._read_cities(owner)
        if not isinstance(self.sources, Sources):
            self._add_texts(owner)
        parts = {name: getattr(self, name) for name in _PARTS}
        object.__setattr__(self, "sources", sources_of(owner, parts))

    def _add_texts(self, owner: str) -> None:
        """Give the plain numbers the sources of the old mapping from dotted names to texts."""
        texts = frozen_mapping(owner, "sources", self.sources)
        warnings.warn(
            f"{owner}: sources= is deprecated; write the source beside its number, "
            "memory_bytes=sourced(4 * 2**30, 'assumed: why')",
            DeprecationWarning,
            stacklevel=4,
        )
        for name, text in texts.items():
            check_text(owner, f"sources['{name}']", text, optional=True)
        unknown = sorted(set(texts) - set(self.constants()))
        if unknown:
            raise refuse(owner, f"sources name {', '.join(unknown)}, which is not a number of this track")
        for title in _PARTS:
            part = getattr(self, title)
            said = {name: texts.get(f"{title}.{name}", "").strip() for name in numbers_of(part)}
            old = {
                name: Sourced(value, source_from_text(said[name]))
                for name, value in numbers_of(part).items()
                if said[name]
            }
            object.__setattr__(self, title, replace(part, sourced={**part.sourced, **old}))

    def _read_cities(self, owner: str) -> None:
        """Check the cities, and read them from ``texts``, where they were before API version 1."""
        if "cities" in self.texts:
            warnings.warn(
                f"{owner}: texts['cities'] goes in the next release; write cities=('A', 'B', ...) in Track instead.",
                DeprecationWarning,
                stacklevel=4,
            )
            texts = dict(self.texts)
            names = tuple(name.strip() for name in str(texts.pop("cities")).split(",") if name.strip())
            object.__setattr__(self, "texts", frozen_mapping(owner, "texts", texts))
            object.__setattr__(self, "cities", self.cities or names)
        check_items(owner, "cities", self.cities, str)
        check_unique(owner, "cities", self.cities)

    def constants(self) -> dict[str, float]:
        """Return every number of the track by its dotted name, ``{"device.memory_bytes": 684e9, ...}``."""
        return {f"{part}.{name}": value for part in _PARTS for name, value in numbers_of(getattr(self, part)).items()}

    def source(self, name: str) -> Source:
        """Return where the constant of that dotted name comes from: citation, kind and link."""
        assert isinstance(self.sources, Sources)
        return self.sources.of(name)

    def is_assumed(self, name: str) -> bool:
        """Whether the constant of that dotted name is a teaching estimate rather than a sourced figure."""
        return self.source(name).kind == "assumed"
