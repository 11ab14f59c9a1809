"""The processes and clusters that do the work of a search.

Workers use one BLAS thread each, so that two of them on two cores do not compete. Processes start
afresh (spawn), do not run the caller's script again, and end when their parent is gone, even if it
was killed.

This module imports no NumPy: workers load it before the number of threads is settled.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any

from pgb.errors import InputError

#: Times that a piece of work is given out again after the worker that had it was lost.
RETRIES = 3
_CONNECTION_SECONDS = 15
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class InProcess(Executor):
    """Runs whatever is submitted at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class _Process(SpawnProcess):
    """A process that starts with one BLAS thread and does not import the caller's script.

    So scripts need no guard around their calls, and interactive sessions work.
    """

    def start(self) -> None:
        with _one_thread(), _main_hidden():
            super().start()


class _ProcessWithMain(SpawnProcess):
    """A process that starts with one BLAS thread."""

    def start(self) -> None:
        with _one_thread():
            super().start()


class _Context(SpawnContext):
    """Starts processes of one kind and remembers them."""

    def __init__(self, kind: type[SpawnProcess]) -> None:
        self._kind = kind
        self.processes: list[SpawnProcess] = []

    # The pool asks for its processes here, some of them only when it has work for them.
    def Process(self, *arguments: Any, **options: Any) -> SpawnProcess:  # type: ignore[override]
        self.processes.append(self._kind(*arguments, **options))
        return self.processes[-1]


class Pool(ProcessPoolExecutor):
    """Fresh processes with one BLAS thread each, which ignore interrupts.

    Args:
        workers: their number.
        main_needed: whether tasks hold objects of the caller's script, so that processes import it.
    """

    def __init__(self, workers: int, *, main_needed: bool = False) -> None:
        self._fresh = _Context(_ProcessWithMain if main_needed else _Process)
        super().__init__(workers, mp_context=self._fresh, initializer=_prepare)

    def end(self, abandon: bool = False) -> None:
        """Shut down; ``abandon`` ends the processes without waiting for work under way."""
        if abandon:
            for process in self._fresh.processes:
                if process.is_alive():
                    process.terminate()
        self.shutdown(wait=True, cancel_futures=True)


@contextmanager
def dask_executor(address: str) -> Iterator[Executor]:
    """The executor of the Dask cluster whose scheduler has this address.

    Raises:
        InputError: if Dask is not installed or nothing answers there.
    """
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "dask: found no package 'distributed', expected it: pip install 'pgb[dask]'"
        ) from None
    try:
        client = Client(address, timeout=_CONNECTION_SECONDS)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"dask: found no scheduler at {address!r} ({str(error).splitlines()[0]}), expected one"
        ) from None
    with client, client.get_executor(pure=False, retries=RETRIES) as executor:
        yield executor


def _prepare() -> None:
    """In a new worker: leave interrupts to the parent, and end when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        watch = threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True)
        watch.start()


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes that start inside inherit one BLAS thread."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _main_hidden() -> Iterator[None]:
    """Processes that start inside see no script to import."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
