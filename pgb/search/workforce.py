"""Giving out work and taking back what comes of it, whoever does it.

Small searches stay in this process, since starting others costs about a second; a ``Workforce``
starts a pool when enough work is left to repay that.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from pgb.errors import InputError, PgbError, kind_of
from pgb.search.executors import RETRIES, InProcess, Pool

# Seconds of work left that repay the start of a pool.
_WORTH_A_POOL = 4.0
# Windows of results that may wait for a slower one before them.
_WINDOWS = 4


@dataclass(frozen=True)
class Job:
    """A function with its task, and how often it was lost together with a worker."""

    function: Callable[[Any], Any]
    task: Any
    lost: int = 0
    generation: int = 0


class Workforce:
    """Gives out jobs, again if the worker that had one is lost.

    Args:
        executor: of the caller, who also shuts it down; else a pool of own processes.
        workers: processes of the own pool; 1 stays in this process, None is one for each core.
        main_needed: tasks hold objects of the caller's script, which workers must then import.
    """

    def __init__(
        self,
        executor: Executor | None = None,
        workers: int | None = None,
        *,
        main_needed: bool = False,
    ) -> None:
        given: Any = executor
        if given is not None and not hasattr(given, "submit"):
            raise InputError(f"executor: found {kind_of(given)}, expected a futures Executor")
        number: Any = workers
        if number is not None and (not isinstance(number, int) or number < 1):
            raise InputError(f"workers: found {number!r}, expected a positive integer")
        self._own = executor is None
        self._workers = workers or os.cpu_count() or 1
        self._main_needed = main_needed
        self._executor: Executor = executor or InProcess()
        self._generation = 0

    @property
    def window(self) -> int:
        """Jobs to have under way, so that no worker waits; no more, so that stopping is quick."""
        if isinstance(self._executor, InProcess):
            return 1
        return 1 + (self._workers if self._own else _width(self._executor))

    def expect(self, seconds: float) -> None:
        """Start the pool if this much work is left for one process and that repays it."""
        in_process = self._own and isinstance(self._executor, InProcess)
        if in_process and self._workers > 1 and seconds > _WORTH_A_POOL:
            self._executor = Pool(self._workers, main_needed=self._main_needed)

    def stream(
        self, jobs: Iterable[Job], total: int, end: float | None, buffered: Callable[[], int]
    ) -> Iterator[Any]:
        """What the ``total`` jobs give, as they finish; none is given out after the time ``end``.

        Jobs under way and results that the caller has put aside (``buffered``) stay within a few
        windows, so memory does not grow with the number of jobs.
        """
        waiting: dict[Future[Any], Job] = {}
        queue, begin, finished = iter(jobs), time.perf_counter(), 0
        while True:
            if end is None or time.perf_counter() < end:
                room = min(self.window, _WINDOWS * self.window - buffered()) - len(waiting)
                for job in islice(queue, max(room, 0 if waiting else 1)):
                    self._submit(job, waiting)
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                job, error = waiting.pop(future), future.exception()
                if error is not None:
                    self._submit(self._again(job, error), waiting)
                    continue
                finished += 1
                yield future.result()
            each = (time.perf_counter() - begin) / max(finished, 1)
            left = float("inf") if end is None else end - time.perf_counter()
            self.expect(min(each * (total - finished), left))

    def _submit(self, job: Job, waiting: dict[Future[Any], Job]) -> None:
        try:
            future = self._executor.submit(job.function, job.task)
        except BrokenExecutor:
            # A worker was lost since the last look, before any result told of it.
            if not self._own:
                raise
            self._renew()
            future = self._executor.submit(job.function, job.task)
        waiting[future] = replace(job, generation=self._generation)

    def _renew(self) -> None:
        """Another pool instead of the broken one."""
        self.close(abandon=True)
        self._executor = Pool(self._workers, main_needed=self._main_needed)
        self._generation += 1

    def _again(self, job: Job, error: BaseException) -> Job:
        """The job to give out again after an error, if that was the loss of a worker.

        Raises:
            PgbError: if workers were lost too often; otherwise the error itself.
        """
        broken = isinstance(error, BrokenExecutor)
        if not (broken or _is_loss(error)) or (broken and not self._own):
            raise error
        if job.lost >= RETRIES:
            raise PgbError(
                f"workers: found one lost {job.lost + 1} times with the same piece of work, "
                "expected it to finish (is memory short?)"
            ) from error
        if broken and job.generation == self._generation:
            self._renew()
        return replace(job, lost=job.lost + 1)

    def close(self, abandon: bool = False) -> None:
        """End the own pool, if there is one; ``abandon`` does not wait for work under way."""
        if isinstance(self._executor, Pool) and self._own:
            self._executor.end(abandon)


def _width(executor: Executor) -> int:
    """Tasks that an executor runs at a time, as far as it says."""
    client = getattr(executor, "_client", None)
    if client is not None:
        return max(sum(client.ncores().values()), 1)
    return getattr(executor, "_max_workers", None) or os.cpu_count() or 1


def _is_loss(error: BaseException) -> bool:
    """Whether an error is about the worker and not about the work."""
    return isinstance(error, CancelledError) or type(error).__module__.startswith("distributed.")
