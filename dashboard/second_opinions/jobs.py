"""The jobs of second opinions, what is told of them, and how they are let in and come to their turn."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from dashboard.second_opinions.slots import SLOTS
from tracks.api.controls import Value

MAX_WAITING = 40  # asked by students, in the queue of one host
WAITING_A_PLACE, MOST_WAITING = 20, 200  # of several hosts; a longer row would take too long to change
MAX_OWN = 3  # asked by one student and not answered yet
ROOM = 8  # in a longer queue nothing waits that nobody asked for
FORGOTTEN_S = 600.0  # nobody has looked at it for so long
MAX_STARTS = 3  # processes that may end over a job before it is given up

ENDED = "Its process ended before the second opinion was there; the bench is as it was. Ask again."
TOO_LONG = (
    "The second opinion took longer than {:.0f} s and was stopped; the bench is as it was. Fewer rounds take less."
)
NO_WORKER = (
    "No machine computes second opinions now; the bench is as it was. Tell whoever runs this lab, and ask again later."
)
FULL_DISK = (
    "Second opinions cannot be stored on this server now (its disk may be full or read-only); the bench is as it was. "
    "Tell whoever runs this lab, and ask again later."
)


class Refused(Exception):
    """A job that is not queued; its text is a sentence for the student."""


class QueueUnavailable(Exception):
    """The queue cannot be read or written; its text is a sentence for the student."""

    def __init__(self, problem: BaseException, sentence: str = FULL_DISK) -> None:
        super().__init__(sentence)
        self.__cause__ = problem


@dataclass(kw_only=True, slots=True)
class Job:
    """The second opinion on one state, until it is there.

    Attributes:
        state: the digest of track, bench and values. seeds: how many are run.
        automatic: nobody has asked for it; every job that was asked for goes first.
        askers: who waits for it, students by their ids.
        stage: "waiting", "running" or "failed". problem: why it failed, a sentence.
        seen: when somebody last asked for it or looked. started: when it began to run. beat: when whoever runs it was
            last heard of, where that is kept.
        runner, slot: who runs it. done, of: its progress. starts: processes started for it. proof: by which one who
            runs it knows that a host of this lab has asked, where others could write the queue.
    """

    state: str
    track: str
    bench: str
    values: dict[str, Value]
    seeds: int
    automatic: bool
    seen: float
    askers: list[str] = field(default_factory=list)
    stage: str = "waiting"
    problem: str = ""
    started: float = 0.0
    beat: float = 0.0
    runner: str = ""
    slot: int = 0
    done: int = 0
    of: int = 0
    starts: int = 0
    proof: str = ""

    def wait(self) -> None:
        """Go back to the queue; whoever ran it finds that it no longer does."""
        self.stage, self.runner, self.slot, self.done, self.of = "waiting", "", 0, 0, 0

    def give_way(self) -> None:
        """Go back to the queue of the lab's own will, which counts as no failed start."""
        self.wait()
        self.starts = 0

    def fail(self, problem: str) -> None:
        """Keep why there is no answer, for those who look."""
        self.wait()
        self.stage, self.problem = "failed", problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How far a job is.

    Attributes:
        stage: "waiting", "running" or "failed". place: in the queue, 1 is the next; 0 where a place to run is free.
        done, of: seeds. problem: why it failed. at_a_time: how many jobs run.
    """

    stage: str
    place: int = 0
    done: int = 0
    of: int = 0
    problem: str = ""
    at_a_time: int = SLOTS


@dataclass(slots=True)
class Jobs:
    """The jobs of a queue in their order, at one time.

    Attributes:
        all: what there is. now: by the clock of the queue [s]. places: how many run at a time.
    """

    all: list[Job]
    now: float
    places: int

    @classmethod
    def read(cls, text: Any, now: float, places: int) -> Jobs:
        """Return the stored jobs without those that are forgotten; what another version stored otherwise is no job."""
        try:
            found = [Job(**item) for item in json.loads(text)]
        except (ValueError, TypeError):
            found = []
        jobs = cls([], now, places)
        jobs.all = [job for job in found if job.stage == "running" or jobs.is_recent(job)]
        return jobs

    def text(self) -> str:
        """Return what is stored of them."""
        return json.dumps([asdict(job) for job in self.all])

    def is_recent(self, job: Job) -> bool:
        """Whether somebody has looked at a job of late; a clock that began anew makes it none."""
        return 0 <= self.now - job.seen < FORGOTTEN_S

    def find(self, state: str) -> Job | None:
        """Return the job of a state, or None."""
        return next((job for job in self.all if job.state == state), None)

    def running(self) -> list[Job]:
        """Return what runs."""
        return [job for job in self.all if job.stage == "running"]

    def waiting(self) -> list[Job]:
        """Return what waits, first what was asked for, each in its order."""
        return sorted((job for job in self.all if job.stage == "waiting"), key=lambda job: job.automatic)

    def standing(self, job: Job) -> Standing:
        """Return how far a job is."""
        free = self.places - len(self.running())
        place = max(0, self.waiting().index(job) + 1 - free) if job.stage == "waiting" and job in self.all else 0
        return Standing(stage=job.stage, place=place, done=job.done, of=job.of, problem=job.problem,
                        at_a_time=self.places)  # fmt: skip

    def check_room(self, asker: str, *, automatic: bool) -> None:
        """Let one more in, or not.

        Raises:
            Refused: there is no room, or nothing that runs it.
        """
        if not self.places:
            raise Refused(NO_WORKER)
        waiting = self.waiting()
        if automatic:
            if len(waiting) >= ROOM:
                raise Refused("Too many second opinions are asked for now; this one is left out.")
            return
        own = sum(asker in job.askers and not job.automatic and job.stage != "failed" for job in self.all)
        if own >= MAX_OWN:
            raise Refused(f"{own} second opinions that you asked for are not there yet. Wait for one, or stop one.")
        most = max(MAX_WAITING, min(WAITING_A_PLACE * self.places, MOST_WAITING))
        if sum(not job.automatic for job in waiting) >= most:
            raise Refused(f"{most} second opinions wait already. Ask again in a few minutes.")

    def drop_beyond_room(self) -> None:
        """Drop what nobody asked for where more wait than there is room for."""
        for job in self.waiting()[ROOM:]:
            if job.automatic:
                self.all.remove(job)

    def lengths(self) -> dict[str, int]:
        """Return how many wait and how many run."""
        stages = [job.stage for job in self.all]
        return {stage: stages.count(stage) for stage in ("waiting", "running")}
