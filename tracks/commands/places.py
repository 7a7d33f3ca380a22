"""Where heavy work is done in parts: in processes of this machine, or on a cluster of Dask on several."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import get_context
from typing import Any

from tracks.commands.terminal import CommandError, ExitCode
from tracks.common.cache.version import model_version

PATIENCE_S = 10  # for the scheduler, and for its first worker
RETRIES = 3  # workers that may be lost over one part

Begin = tuple[Callable[..., object], tuple[Any, ...]]


@contextmanager
def places(
    scheduler: str, processes: int, *, begin: Begin | None = None, anew: bool = False
) -> Iterator[tuple[Executor, str]]:
    """Yield what does parts, and how to call it in a sentence; nothing is begun any more once the block has ended.

    A part of a cluster's worker that is lost is done again by another. Every part checks that it is computed by the
    files, libraries and kind of processor of this process, so that results are the same to the last bit.

    Args:
        scheduler: the address of Dask's, as tcp://host:8786; "" for this machine. processes: on this machine.
        begin: a function and its arguments, called once in each process before its first part.
        anew: whether each part on this machine gets a process of its own.

    Raises:
        CommandError: the scheduler does not answer, or has no workers.
    """
    if scheduler:
        with _cluster(scheduler, begin) as found:
            yield found
        return
    initializer, initargs = begin or (None, ())
    pool = ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=initializer, initargs=initargs,
        max_tasks_per_child=1 if anew else None,
    )  # fmt: skip
    try:
        yield pool, f"{processes} processes"
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)  # or the error would be reported after all others are done
        raise
    pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _cluster(scheduler: str, begin: Begin | None) -> Iterator[tuple[Executor, str]]:
    right = "start one with `dask scheduler` and name it like tcp://host:8786"
    try:
        import distributed
    except ImportError:
        raise CommandError("--scheduler: Dask is missing; pip install 'edgelab[cluster]'", ExitCode.USAGE) from None
    try:
        untyped: Any = distributed  # half of it has types
        client = untyped.Client(scheduler, timeout=PATIENCE_S, set_as_default=False, name="edgelab")
    except (OSError, ValueError) as problem:
        why = " ".join(str(problem).split())[:120] or type(problem).__name__
        raise CommandError(
            f"--scheduler {scheduler}: no scheduler answers there ({why}); {right}", ExitCode.USAGE
        ) from None
    try:
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError:
            raise CommandError(
                f"--scheduler {scheduler}: it has no workers; start some with `dask worker {scheduler} --nthreads 1`",
                ExitCode.USAGE,
            ) from None
        workers = len(client.scheduler_info(n_workers=-1)["workers"])
        executor = _Parts(client.get_executor(pure=False, retries=RETRIES), begin)
        try:
            yield executor, f"{workers} workers of {scheduler}"
        finally:
            executor.shutdown(wait=False)
    finally:
        client.close()


class _Parts(Executor):
    """Dask's executor, each part with what it has to know before."""

    def __init__(self, executor: Executor, begin: Begin | None) -> None:
        self._executor, self._begin = executor, begin

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Hand one part out."""
        return self._executor.submit(_done, model_version(), self._begin, function, arguments, named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Take back what has not begun."""
        self._executor.shutdown(wait=wait)


class OtherVersion(RuntimeError):
    """A worker would compute with other files, libraries or another kind of processor than was asked."""


def _done(version: str, begin: Begin | None, function: Callable[..., Any], arguments: Any, named: Any) -> Any:
    """Do one part in a worker."""
    if model_version() != version:
        raise OtherVersion(
            "a worker has other files, libraries or another kind of processor than this machine, so that its results "
            "could differ; give every worker the same release and settings, or leave it out"
        )
    if begin is not None:
        _begun(begin)
    return function(*arguments, **named)


@lru_cache(maxsize=4)
def _begun(begin: Begin) -> None:
    function, arguments = begin
    function(*arguments)
